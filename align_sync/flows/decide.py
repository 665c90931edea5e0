"""Decide: what people say of single items here: links, exemptions and disputes, each with author and reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from rapidfuzz import process
from sqlalchemy import Connection

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.linking.decisions import DecisionKind
from align_sync.linking.policy import CATEGORIES
from align_sync.moment import Moment, load_moment
from align_sync.reports.decided import DecisionList, ListedDecision
from align_sync.store.decisions import StoredDecision, end_decision, load_history, save_decision
from align_sync.store.items import find_one
from align_sync.store.sources import has_samples
from align_sync.store.waiting import mark_waiting
from align_sync.work import ItemRef

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who says it, and why; from when on it holds, and until which day, where that is not for good."""

    author: str
    reason: str
    since_at: datetime | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """What was written, for the one who wrote it. `is_new` is False where it was in force already, word for word."""

    ref: ItemRef
    title: str
    kind: DecisionKind
    what: str
    is_new: bool = True


def add_link(app: App, name: str, key: str, said: Said, *, share: float | None = None) -> DecisionResult:
    """The item serves this key result. Raises `UserError` where there is no such item, or no such key result."""
    if share is not None and not 0 < share <= 1:
        raise UserError(f"a share is above 0 and at most 1, not {share:g}", where="--share", advice="such as 0.7")
    with app.store.write() as connection:
        moment = load_moment(app, connection)
        found = _find_key_result(moment, key)
        decision = _Writing(connection, moment, app.now(), name, said)
        return decision.put(DecisionKind.LINK, found, key_result=found, share=share)


def remove_link(app: App, name: str, key: str, said: Said) -> DecisionResult:
    """Take back what was linked by hand. What a tracker says cannot be removed here, and the error says so."""
    with app.store.write() as connection:
        moment = load_moment(app, connection)
        known = moment.index.find((key,))
        writing = _Writing(connection, moment, app.now(), name, said)
        wanted = known.key if known else key
        return writing.end(
            DecisionKind.LINK,
            wanted,
            matches=lambda one: one.key_result.casefold() == wanted.casefold(),
            otherwise="only links made by hand are removed here: remove the label or field in the tracker,"
            f" or say that it is wrong: align-sync dispute {writing.ref.key} --reason …",
        )


def add_exemption(app: App, name: str, category: str, said: Said) -> DecisionResult:
    """The item may serve no key result. Raises `UserError` for a category that nobody defined."""
    categories = (*CATEGORIES, *app.settings.policy.categories)
    if category not in categories:
        near = process.extractOne(category, categories, score_cutoff=60)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UserError(
            f"there is no category {category!r}",
            where="--category",
            advice=f"{hint}there are {', '.join(categories)}; your own are set in policy.categories",
        )
    with app.store.write() as connection:
        moment = load_moment(app, connection)
        return _Writing(connection, moment, app.now(), name, said).put(
            DecisionKind.EXEMPTION, category, category=category
        )


def expire_exemption(app: App, name: str, said: Said) -> DecisionResult:
    with app.store.write() as connection:
        moment = load_moment(app, connection)
        writing = _Writing(connection, moment, app.now(), name, said)
        return writing.end(
            DecisionKind.EXEMPTION,
            "exemption",
            matches=lambda _one: True,
            otherwise="exemptions by rule are ended in the settings; align-sync exempt list shows those made by hand",
        )


def dispute(app: App, name: str, said: Said) -> DecisionResult:
    """The verdict is wrong, somebody says. It stands, is marked, and counts as a possible fault of its rule."""
    with app.store.write() as connection:
        moment = load_moment(app, connection)
        return _Writing(connection, moment, app.now(), name, said).put(DecisionKind.DISPUTE, "dispute")


def withdraw_dispute(app: App, name: str, said: Said) -> DecisionResult:
    with app.store.write() as connection:
        moment = load_moment(app, connection)
        writing = _Writing(connection, moment, app.now(), name, said)
        return writing.end(
            DecisionKind.DISPUTE, "dispute", matches=lambda _one: True, otherwise="nobody disputes this item now"
        )


def list_decisions(app: App, kind: DecisionKind, *, name: str | None = None, with_ended: bool = False) -> DecisionList:
    """Decisions of a kind, oldest first: those in force, or all that were ever made."""
    with app.store.read() as connection:
        moment = load_moment(app, connection)
        item_id = find_one(connection, name)[0] if name is not None else None
        history = load_history(connection, item_id=item_id, kind=kind)
        is_sample = has_samples(connection)
    listed = (_list(one, moment) for one in history)
    return DecisionList(
        decisions=tuple(one for one in listed if with_ended or one.holds),
        timezone=app.settings.timezone,
        is_sample=app.is_sample or is_sample,
    )


def _list(one: StoredDecision, moment: Moment) -> ListedDecision:
    what = one.key_result or one.category or "the verdict"
    return ListedDecision(
        source=one.ref.source,
        key=one.ref.key,
        title=one.title,
        kind=one.kind,
        what=f"{what} ({one.share:g} of it)" if one.share is not None else what,
        author=one.author,
        reason=one.reason,
        since_at=one.since_at,
        recorded_at=one.recorded_at,
        expires_on=one.expires_on,
        holds=one.holds_at(moment.at, moment.today),
        ended_at=one.ended_at,
        ended_by=one.ended_by,
        end_reason=one.end_reason,
    )


def _find_key_result(moment: Moment, key: str) -> str:
    """The key as the book writes it; a key result that takes no work is refused with the one that does."""
    found = moment.index.find((key,))
    if found is None:
        near = moment.index.suggest(key)
        raise UserError(
            f"the OKR book has no key result {key!r}",
            where="link add",
            advice=f"did you mean {near}?" if near else "align-sync okr tree lists them",
        )
    refusal, _ = moment.index.refusal(found)
    if refusal is not None:
        successor = moment.index.find_successor(found)
        raise UserError(
            f"{found.key} takes no work: {refusal.value}",
            where="link add",
            advice=f"its successor is {successor}" if successor else "align-sync okr tree lists those that do",
        )
    return found.key


class _Writing:
    """One decision on one item, in one transaction."""

    def __init__(self, connection: Connection, moment: Moment, now: datetime, name: str, said: Said) -> None:
        self.connection, self.moment, self.now = connection, moment, now
        self.said = _check(said, moment)
        self.item_id, self.ref, self.title = find_one(connection, name)

    def put(
        self,
        kind: DecisionKind,
        what: str,
        *,
        key_result: str = "",
        share: float | None = None,
        category: str = "",
    ) -> DecisionResult:
        """Write it, in place of what it replaces; saying the same again changes nothing."""
        said = self.said
        replaced = [one for one in self._in_force(kind) if one.key_result == key_result]
        same = (share, category, said.author, said.reason, said.expires_on)
        if any(
            (one.share, one.category, one.author, one.reason, one.expires_on) == same
            and said.since_at in {None, one.since_at}
            for one in replaced
        ):
            return self._result(kind, what, is_new=False)
        for one in replaced:
            end_decision(
                self.connection, one.decision_id, now=self.now, author=said.author, reason="replaced by a newer one"
            )
        save_decision(
            self.connection,
            item_id=self.item_id,
            kind=kind,
            author=said.author,
            reason=said.reason,
            since_at=said.since_at or self.now,
            now=self.now,
            key_result=key_result,
            share=share,
            category=category,
            expires_on=said.expires_on,
        )
        mark_waiting(self.connection, [self.item_id])
        return self._result(kind, what)

    def end(
        self, kind: DecisionKind, what: str, *, matches: Callable[[StoredDecision], bool], otherwise: str
    ) -> DecisionResult:
        held = [one for one in self._in_force(kind) if matches(one)]
        if not held:
            raise UserError(f"{self.ref.key} has no such {kind.value} made by hand", where="ITEM", advice=otherwise)
        for one in held:
            end_decision(
                self.connection, one.decision_id, now=self.now, author=self.said.author, reason=self.said.reason
            )
        mark_waiting(self.connection, [self.item_id])
        return self._result(kind, what)

    def _in_force(self, kind: DecisionKind) -> Sequence[StoredDecision]:
        history = load_history(self.connection, item_id=self.item_id, kind=kind)
        return [one for one in history if one.holds_at(self.now, self.moment.today)]

    def _result(self, kind: DecisionKind, what: str, *, is_new: bool = True) -> DecisionResult:
        return DecisionResult(ref=self.ref, title=self.title, kind=kind, what=what, is_new=is_new)


def _check(said: Said, moment: Moment) -> Said:
    """Who, why, and a time that makes sense. Raises `UserError`."""
    reason = " ".join(said.reason.split())
    if not reason.strip(".… "):
        raise UserError(
            "a reason is missing", where="--reason", advice="say why, in a few words that others understand"
        )
    if len(reason) > LONGEST_REASON:
        raise UserError(f"the reason has more than {LONGEST_REASON} characters", where="--reason")
    if not said.author.strip():
        raise UserError("nobody knows who says so", where="--author", advice="name yourself with --author")
    if said.expires_on is not None and said.expires_on < moment.today:
        raise UserError(
            f"{said.expires_on} is over", where="--until", advice=f"name a day from {moment.today} on, or none"
        )
    if said.since_at is not None and said.since_at > moment.at:
        raise UserError("it cannot begin to hold in the future", where="--since", advice="leave --since away")
    return replace(said, reason=reason, author=said.author.strip())
