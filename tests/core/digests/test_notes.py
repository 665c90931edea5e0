"""What a digest keeps of items and key results."""

import shlex
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from align_sync.digests.document import write_digest
from align_sync.digests.model import ChangeSort, Fix
from align_sync.digests.notes import KEY_RESULT, LARGEST, list_changes, note_item
from align_sync.linking.evidence import Bucket, Rejected, RejectReason, RuleKind
from align_sync.linking.words import say_rejected
from align_sync.okr.standing import Health, HealthPolicy, KeyResultStanding, Verdict
from align_sync.reports.changes import ChangeKind, compare
from align_sync.reports.fixes import propose_fixes
from align_sync.reports.model import AlignmentReport, ReportItem
from align_sync.work import ItemRef
from tests.core.digests.made import make, make_report
from tests.core.reports.built import PERSON, build
from tests.make import NOW, make_book, make_kr, make_report_item

TODAY = NOW.date()


def exempt_until(key: str, days: int | None) -> ReportItem:
    item = make_report_item(key, Bucket.EXEMPT)
    assert item.exempted is not None
    ends_on = None if days is None else TODAY + timedelta(days=days)
    return replace(item, exempted=replace(item.exempted, expires_on=ends_on, author=PERSON))


def test_the_largest_come_first_and_nobody_is_asked_about_what_is_disputed() -> None:
    items = [make_report_item(f"PAY-{number}", points=number % 4 or None) for number in range(1, 9)]
    digest = make(build(*items, make_report_item("PAY-99", points=99, is_disputed=True)))

    assert [note.key for note in digest.largest] == ["PAY-3", "PAY-7", "PAY-2", "PAY-6", "PAY-1"]
    assert len(digest.largest) == LARGEST
    assert len(digest.unlinked_items) == digest.unlinked == 9
    disputed = next(note for note in digest.unlinked_items if note.key == "PAY-99")
    assert disputed.fixes == ()


def test_what_a_reader_has_to_choose_needs_no_quotes() -> None:
    (link, *_) = make(build(make_report_item("PAY-1", suggestion=None))).largest[0].fixes

    assert link == Fix(command=f"align-sync link add PAY-1 {KEY_RESULT} --reason ...")
    assert KEY_RESULT == "KEY-RESULT"


def test_fixes_are_commands_to_paste() -> None:
    digest = make(build(make_report_item("PAY-1", suggestion="ret90")))

    assert digest.largest[0].fixes == (
        Fix(command="align-sync link add PAY-1 ret90 --reason ...", key_result="ret90"),
        Fix(command="align-sync exempt add PAY-1 --category ... --reason ..."),
        Fix(command="align-sync dispute PAY-1 --reason ..."),
    )


@pytest.mark.parametrize(
    ("because", "wrong"),
    [
        ("label okr/ret-09 names no key result of the book; did you mean ret90?", "okr/ret-09"),
        ("label okr/old on PAY-100 names old, a closed key result; its successor is ret90", "okr/old"),
        ("field OKR says Retain names no key result of the book", "Retain"),
        ("the OKR book lists label okr/x under x, an archived key result", "okr/x"),
        ("the description says KR-9 names no key result of the book", "KR-9"),
        ("something else", "something else"),
    ],
)
def test_a_dead_link_has_its_wrong_name_and_the_right_key(because: str, wrong: str) -> None:
    dead = make_report_item("PAY-2", Bucket.INVALID, because=because)
    disputed = make_report_item("PAY-3", Bucket.INVALID, is_disputed=True)
    digest = make(build(make_report_item("PAY-1"), dead, disputed))

    (note,) = digest.dead_links
    assert (note.key, note.wrong_name, note.right_key) == ("PAY-2", wrong, "ret90")


REFUSED = [reason for reason in RejectReason if reason.is_refusal]


@pytest.mark.parametrize("distance", [0, 1])
@pytest.mark.parametrize("reason", REFUSED)
@pytest.mark.parametrize("rule", RuleKind)
def test_the_wrong_name_is_found_in_whatever_linking_says_of_it(
    rule: RuleKind, reason: RejectReason, distance: int
) -> None:
    """Linking says it in a sentence: where that sentence changes, this fails, and a digest would quote all of it."""
    via = ItemRef(source="jira", external_id="1", key="PAY-100")
    rejected = Rejected(reason=reason, key="old", rule=rule, field="OKR", found="okr/ret 09", via=via,
                        distance=distance, suggestion="ret90")  # fmt: skip
    item = make_report_item("PAY-2", Bucket.INVALID, because=say_rejected(rejected))

    said = note_item(item).wrong_name
    assert said == ("OKR okr/ret 09" if rule is RuleKind.URL else "okr/ret 09")


@pytest.mark.parametrize("key", ["PAY-1", "it's odd"])
@pytest.mark.parametrize("suggestion", [None, "ret90"])
@pytest.mark.parametrize("bucket", [bucket for bucket in Bucket if bucket.is_actionable])
def test_three_commands_are_found_in_whatever_reports_propose(bucket: Bucket, suggestion: str | None, key: str) -> None:
    item = replace(make_report_item(key, bucket, parent="PAY-9"), suggestion=suggestion)
    fixes = note_item(replace(item, fixes=propose_fixes(item, tracker="Jira"))).fixes

    told = [shlex.split(fix.command) for fix in fixes]
    assert told[0][:5] == ["align-sync", "link", "add", key, suggestion or KEY_RESULT]
    assert [words[1] for words in told] == ["link", "exempt", "dispute"]


def test_exemptions_that_end_within_a_week_are_named_without_their_author() -> None:
    items = [exempt_until("PAY-2", 3), exempt_until("PAY-3", 0), exempt_until("PAY-4", 7)]
    items += [exempt_until("PAY-5", 8), exempt_until("PAY-6", -1), exempt_until("PAY-7", None)]
    report = make_report(20, 1)
    digest = make(replace(report, items=(*report.items, *items)))

    assert [note.key for note in digest.expiring] == ["PAY-3", "PAY-2", "PAY-4"]
    assert digest.expiring[0].because == TODAY.isoformat()
    assert PERSON.encode() not in write_digest(digest)


def with_health(report: AlignmentReport, *healths: Health | None) -> AlignmentReport:
    lines = []
    for line, health in zip(report.key_results, healths, strict=True):
        verdict = Verdict(health=health or Health.UNKNOWN, policy=HealthPolicy.GAP, because="")
        standing = KeyResultStanding(
            key=line.key, objective="O-1", progress=0.5, expected=0.6, days_behind=None, verdict=verdict
        )
        lines.append(replace(line, standing=standing if health else None))
    return replace(report, key_results=tuple(lines))


def test_key_results_in_danger_stand_by_how_far_they_are_off() -> None:
    book = make_book(*(make_kr(key, owner=PERSON) for key in ("a", "b", "c", "d")))
    report = with_health(
        build(make_report_item("PAY-1"), make_report_item("PAY-2", Bucket.DIRECT, key_results=("b",)), book=book),
        Health.AT_RISK, Health.OFF_TRACK, Health.STALE, None,
    )  # fmt: skip
    digest = make(report)
    others = make(replace(report, key_results=tuple(replace(one, team="Search") for one in report.key_results)))

    assert [(note.key, note.health, note.progress) for note in digest.in_danger] == [
        ("b", "off track", 0.5), ("a", "at risk", 0.5),
    ]  # fmt: skip
    assert [note.key for note in digest.idle] == ["a", "c", "d"]
    assert not others.in_danger
    assert not others.idle
    assert PERSON.encode() not in write_digest(digest)


def test_each_kind_of_change_has_its_sort() -> None:
    then, now = make_report(4, 3), make_report(6, 1, make_report_item("PAY-101"))
    changes = compare(then, now, decided={}, book=())

    assert list_changes(None, with_names=True) == ()
    noted = list_changes(changes, with_names=True)
    assert [note.key for note in noted] == [change.key for change in changes.changes]
    assert [note.serves for note in noted] == [change.serves for change in changes.changes]
    assert [kind.name for kind in ChangeKind] == [sort.name for sort in sorted(ChangeSort, key=_order)]


def _order(sort: ChangeSort) -> int:
    return [kind.name for kind in ChangeKind].index(sort.name)


def test_no_field_of_a_note_is_for_people() -> None:
    digest = make(make_report())

    names = {field.name for field in fields(digest)} | {field.name for field in fields(digest.largest[0])}
    assert not names & {"assignee", "owner", "author", "by", "people"}
