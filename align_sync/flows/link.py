"""Link: what changed, or hangs on what did, gets its verdict anew; everything where the book or a rule changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from align_sync.app import App
from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.evidence import Match
from align_sync.linking.index import BookIndex, build_index
from align_sync.linking.matcher import match_item
from align_sync.okr.model import Book
from align_sync.store.above import load_all_above
from align_sync.store.books import load_book
from align_sync.store.upsert import in_portions
from align_sync.store.verdicts import (
    clear_waiting,
    load_all_ids,
    load_hashes,
    load_linked_rules,
    load_waiting,
    load_work,
    save_linked_rules,
    save_matches,
)

ITEMS_A_TRANSACTION = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkResult:
    """`judged` items were looked at, `differing` verdicts were written; `was_full` where rules or book changed."""

    judged: int = 0
    differing: int = 0
    was_full: bool = False


def link(app: App) -> LinkResult:
    """Bring all verdicts up to date. Interrupted, it goes on next time: what was judged is not marked any more."""
    with app.store.read() as connection:
        applied = load_book(connection)
        index = build_index(applied.book if applied else Book())
        rules = f"{index.fingerprint}:{app.rules.fingerprint}"
        was_full = load_linked_rules(connection) != rules
        waiting = load_all_ids(connection) if was_full else load_waiting(connection)
    judged = differing = 0
    for portion in in_portions(waiting, ITEMS_A_TRANSACTION):
        matches, hashes = _match_portion(app, portion, index)
        with app.store.write() as connection:
            # What a pull changed meanwhile was judged by its old self: it goes on waiting.
            now_told = load_hashes(connection, portion, lock=True)
            same = [item_id for item_id in portion if now_told.get(item_id) == hashes.get(item_id)]
            sound = {item_id: matches[item_id] for item_id in same if item_id in matches}
            differing += save_matches(connection, sound, rules=rules, now=app.now())
            clear_waiting(connection, [item_id for item_id in same if item_id not in matches])
        judged += len(sound)
    if was_full:
        with app.store.write() as connection:
            save_linked_rules(connection, rules, app.now())
    return LinkResult(judged=judged, differing=differing, was_full=was_full)


def _match_portion(app: App, portion: Sequence[int], index: BookIndex) -> tuple[dict[int, Match], dict[int, str]]:
    """The verdicts, and the hashes of what they were found on."""
    with app.store.read() as connection:
        hashes = load_hashes(connection, portion)
        work = load_work(connection, portion)
        above = load_all_above(connection, work.values(), depth=app.rules.depth)
    matches = {
        item_id: match_item(item, find_ancestry(item, above, depth=app.rules.depth), index, app.rules)
        for item_id, item in work.items()
    }
    return matches, hashes
