"""Lines of the report from items and verdicts, and what to do about them."""

from dataclasses import replace
from datetime import date

import pytest

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.conditions import Conditions
from align_sync.linking.decisions import DecisionLookup, Decisions, Dispute, ManualExemption, decide_nothing
from align_sync.linking.evidence import Bucket, Match, RuleKind, Waiting
from align_sync.linking.index import build_index
from align_sync.linking.line import exempt_by_hand
from align_sync.linking.matcher import match_item
from align_sync.linking.policy import NO_POLICY, ExemptionRule, MappingRule, Policy
from align_sync.linking.ruleset import build_ruleset
from align_sync.okr.model import KeyResultState
from align_sync.reports.fixes import propose_fixes
from align_sync.reports.items import describe_item
from align_sync.reports.model import DisputeLine, ExemptionLine, ReportItem, ReportLink
from align_sync.work import ItemRef, WorkItem
from tests.core.reports.story import make_report
from tests.make import NOW, make_book, make_item, make_kr, make_ref, make_report_item

CLOSED = KeyResultState.CLOSED
INDEX = build_index(
    make_book("ret90", "nps", make_kr("zap", state=CLOSED), make_kr("old", state=CLOSED, successor="nps"))
)
RULES = build_ruleset()


def describe(
    item: WorkItem, *known: WorkItem, policy: Policy = NO_POLICY, decisions: DecisionLookup = decide_nothing
) -> ReportItem:
    by_key = {other.key: other for other in known}

    def look_up(ref: ItemRef) -> WorkItem | None:
        return by_key.get(ref.key)

    ancestry = find_ancestry(item, look_up, depth=5)
    match = match_item(item, ancestry, INDEX, RULES, policy=policy, decisions=decisions)
    return describe_item(item, match, INDEX, team="Payments", sprint="Sprint 42", sprint_id="42")


def test_a_linked_item_says_what_it_serves_and_why() -> None:
    line = describe(make_item(labels=("okr/ret90=0.75", "okr/nps=0.25", "okr/gone")))
    title = "Retention after 90 days rises from 64 % to 75 %"
    assert line.links == (
        ReportLink(key_result="ret90", title=title, share=0.75),
        ReportLink(key_result="nps", title=title, share=0.25),
    )
    assert set(line.evidence) == {"label okr/ret90=0.75", "label okr/nps=0.25"}
    assert line.rejected == ("label okr/gone names no key result of the book",)
    assert line.suggestion is None
    assert (line.team, line.sprint, line.sprint_id, line.bucket) == ("Payments", "Sprint 42", "42", Bucket.DIRECT)


@pytest.mark.parametrize(
    ("own", "above", "suggestion", "blamed"),
    [
        (("okr/npss",), ("okr/ret9",), "nps", None),
        # Nothing is near to the name that is to be mended: what is near to another helps nobody.
        (("okr/zap",), ("okr/ret9",), None, None),
        (("okr/zap",), ("okr/old",), None, None),
        (("okr/old",), ("okr/ret9",), "nps", None),
        ((), ("okr/ret9",), "ret90", "PAY-1"),
        ((), ("okr/zap", "okr/ret9"), None, "PAY-1"),
        ((), (), None, None),
        # It is linked, and what else it says is of no matter.
        (("okr/nps", "okr/ret9"), (), None, None),
        (("okr/ret9",), ("okr/nps",), None, None),
    ],
)
def test_what_is_suggested_is_for_the_name_that_the_verdict_is_about(
    own: tuple[str, ...], above: tuple[str, ...], suggestion: str | None, blamed: str | None
) -> None:
    line = describe(make_item("PAY-2", labels=own, parent="PAY-1"), make_item("PAY-1", labels=above))
    assert (line.suggestion, line.blamed) == (suggestion, blamed)


def test_what_a_person_exempted_is_no_name_to_be_mended() -> None:
    exemption = ManualExemption(category="incident", author="Ana", reason="outage of 3 May", since_at=NOW)
    line = describe(make_item(labels=("okr/ret90",)), decisions=lambda _: Decisions(exemption=exemption))
    assert (line.bucket, len(line.rejected), line.suggestion) == (Bucket.EXEMPT, 1, None)


def test_an_inherited_link_says_from_where() -> None:
    child = make_item("PAY-2", parent="PAY-1", container="Checkout", relations=(("blocks", "PAY-9"),))
    line = describe(child, make_item("PAY-1", labels=("okr/ret90",)), make_item("Checkout"))
    assert line.bucket is Bucket.INHERITED
    assert line.evidence == ("inherited from PAY-1: label okr/ret90",)
    assert (line.parent, line.relations) == ("PAY-1", ("blocks PAY-9",))


def test_a_container_is_no_parent() -> None:
    assert describe(make_item(container="Checkout")).parent is None


def test_a_key_result_that_left_the_book_has_no_title() -> None:
    item = make_item(labels=("okr/ret90",))
    match = match_item(item, find_ancestry(item, lambda _: None, depth=1), INDEX, RULES)
    assert describe_item(item, match, build_index(make_book())).links[0].title == ""


def test_an_exempt_item_says_why_and_until_when() -> None:
    rule = ExemptionRule(
        name="Upkeep",
        category="ktlo",
        conditions=Conditions(kinds=("Story",)),
        reason="keeps the lights on",
        expires_on=date(2026, 12, 31),
    )
    line = describe(make_item(), policy=Policy(exemptions=(rule,)))
    assert line.bucket is Bucket.EXEMPT
    assert line.exempted == ExemptionLine(
        category="ktlo",
        reason="keeps the lights on",
        rule="Upkeep",
        author="",
        expires_on=date(2026, 12, 31),
        says="exempt as ktlo, by rule Upkeep: keeps the lights on, until 2026-12-31",
    )
    assert (line.decided_by, line.found) == (None, ())


def test_an_exemption_by_hand_names_who_made_it_and_where_it_comes_from() -> None:
    exemption = ManualExemption(category="incident", author="Ana", reason="outage of 3 May", since_at=NOW)
    match = Match(
        ref=make_ref(),
        bucket=Bucket.EXEMPT,
        because="exempt",
        exempted=exempt_by_hand(exemption, make_ref("PAY-100"), 1),
    )
    exempted = describe_item(make_item(), match, INDEX).exempted
    assert exempted is not None
    assert exempted.says == "inherited from PAY-100: exempt as incident, by Ana: outage of 3 May"


def test_a_mapped_item_names_the_rule() -> None:
    rule = MappingRule(
        name="Checkout", key_result="nps", conditions=Conditions(), owner="Ana", expires_on=date(2026, 12, 31)
    )
    line = describe(make_item(), policy=Policy(mappings=(rule,)))
    assert (line.bucket, line.decided_by, line.found) == (Bucket.RULE, RuleKind.MAPPING, ("Checkout",))


def test_the_line_holds_what_is_known_beside_the_verdict() -> None:
    item = replace(make_item(labels=("okr/ret90", "okr/nps")), components=("ledger",))
    waiting = Waiting(day=1, days=3)
    match = replace(match_item(item, find_ancestry(item, lambda _: None, depth=1), INDEX, RULES), waiting=waiting)
    dispute = Dispute(author="Ana", reason="the epic is right", since_at=NOW)
    line = describe_item(item, match, INDEX, linked_at=NOW, dispute=dispute, days=2.5)
    assert line.components == ("ledger",)
    assert line.waiting == waiting
    assert line.dispute == DisputeLine(author="Ana", reason="the epic is right", since_at=NOW)
    assert (line.decided_by, line.found) == (RuleKind.LABEL, ("okr/ret90", "okr/nps"))
    assert (line.linked_at, line.days) == (NOW, 2.5)


def here(key_result: str = "'<key result>'") -> tuple[str, ...]:
    return (
        f"or: align-sync link add PAY-1 {key_result} --reason ...",
        "or: align-sync exempt add PAY-1 --category ... --reason ...",
        "or: align-sync dispute PAY-1 --reason ...",
    )


@pytest.mark.parametrize("bucket", [bucket for bucket in Bucket if not bucket.is_actionable])
def test_what_asks_nobody_to_act_has_no_fix(bucket: Bucket) -> None:
    assert propose_fixes(make_report_item(bucket=bucket), tracker="Jira") == ()


def test_what_is_disputed_asks_nobody_to_act() -> None:
    assert propose_fixes(make_report_item(is_disputed=True), tracker="Jira") == ()


@pytest.mark.parametrize(
    ("item", "fixes"),
    [
        (make_report_item(), ("add the label okr/<key result> in Jira: https://jira.example/browse/PAY-1", *here())),
        (
            make_report_item(parent="PAY-100", address=""),
            (
                "add the label okr/<key result> in Jira",
                "or put the label on PAY-100: all that is below it inherits the link",
                *here(),
            ),
        ),
        (
            make_report_item(bucket=Bucket.INVALID, address=""),
            ("replace the label okr/ret-09 by okr/ret90 in Jira", *here("ret90")),
        ),
        # What is wrong stands higher up or in another field: a label of its own wins over both.
        (
            make_report_item(bucket=Bucket.INVALID, labels=("urgent",), address=""),
            ("add the label okr/ret90 in Jira", *here("ret90")),
        ),
        (
            replace(make_report_item(bucket=Bucket.INVALID, labels=(), address="", parent="PAY-9"), blamed="PAY-9"),
            (
                "mend the name on PAY-9: all that is below it inherits the link",
                "or add the label okr/ret90 in Jira",
                *here("ret90"),
            ),
        ),
    ],
)
def test_fixes_are_one_step_each_and_those_in_the_tracker_come_first(item: ReportItem, fixes: tuple[str, ...]) -> None:
    assert propose_fixes(item, tracker="Jira") == fixes


def test_commands_in_fixes_are_safe_to_paste() -> None:
    fixes = propose_fixes(make_report_item("PAY-1; rm -rf ~"), tracker="Jira")
    assert fixes[-1] == "or: align-sync dispute 'PAY-1; rm -rf ~' --reason ..."


def test_the_label_of_the_fix_can_be_set() -> None:
    fixes = propose_fixes(make_report_item(address=""), tracker="Jira", label_form="kr-{key}")
    assert fixes[0] == "add the label kr-<key result> in Jira"


def test_the_report_proposes_fixes_where_none_are_given() -> None:
    own = make_report_item("PAY-2", source="linear")
    given = make_report_item("PAY-1", points=9)
    given = ReportItem(**{name: getattr(given, name) for name in given.__dataclass_fields__} | {"fixes": ("ask Ana",)})
    report = make_report(own, given)
    assert [item.fixes[0] for item in report.items] == [
        "ask Ana",
        "add the label okr/<key result> in linear: https://linear.example/browse/PAY-2",
    ]
