"""Explain: one item judged again, step by step, from what the store holds."""

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.index import build_index
from align_sync.linking.matcher import match_item
from align_sync.okr.model import Book
from align_sync.reports.explain import Explanation, build_explanation
from align_sync.reports.sources import judge_by_source
from align_sync.store.above import load_all_above
from align_sync.store.books import load_book
from align_sync.store.items import find_items, load_item
from align_sync.store.scope import load_place
from align_sync.store.sources import has_samples, load_source_lines


def explain(app: App, name: str) -> Explanation:
    """Why the item is linked, or why not. Raises `UserError` where the name finds no item, or several."""
    wanted, _, source = name.strip().partition("@")
    with app.store.read() as connection:
        found = [(item_id, ref) for item_id, ref in find_items(connection, wanted) if source in {"", ref.source}]
        if len(found) != 1:
            raise _not_one(name, [f"{ref.key}@{ref.source}" for _, ref in found])
        item_id = found[0][0]
        item = load_item(connection, item_id)
        above = load_all_above(connection, [item], depth=app.rules.depth)
        place = load_place(connection, item_id)
        applied = load_book(connection)
        is_sample = has_samples(connection)
        lines = load_source_lines(
            connection,
            expected=[(opener.source, opener.kind) for opener in app.sources],
            now=app.now(),
            pulled_every=app.settings.sync.every,
        )
    index = build_index(applied.book if applied else Book())
    ancestry = find_ancestry(item, above, depth=app.rules.depth)
    match = match_item(item, ancestry, index, app.rules)
    sprint, entered_at = place or (None, None)
    return build_explanation(
        item=item,
        ancestry=ancestry,
        match=judge_by_source(match, item.ref, {line.source: line for line in lines}, has_book=applied is not None),
        index=index,
        rules=app.rules,
        sources=lines,
        now=app.now(),
        timezone=app.settings.timezone,
        is_sample=app.is_sample or is_sample,
        team=sprint.team if sprint else "",
        sprint=sprint.name if sprint else "",
        sprint_id=sprint.ref.external_id if sprint else "",
        entered_at=entered_at,
        label_form=app.rules.label_form,
    )


def _not_one(name: str, found: list[str]) -> UserError:
    if found:
        return UserError(f"{name!r} names several items", where="explain", advice=f"name one of: {', '.join(found)}")
    advice = "name a key such as PAY-12, or run align-sync sync: it may be new, or in no open sprint"
    return UserError(f"no item is called {name!r}", where="explain", advice=advice)
