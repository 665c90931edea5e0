"""Lines of the report from items and verdicts, what to do about them, and the commands that list them."""

import pytest

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.evidence import Bucket
from align_sync.linking.index import build_index
from align_sync.linking.matcher import match_item
from align_sync.linking.ruleset import build_ruleset
from align_sync.reports.commands import ACTIONABLE, explain_command, list_command
from align_sync.reports.fixes import propose_fixes
from align_sync.reports.items import describe_item
from align_sync.reports.model import Filters, ReportItem, ReportLink
from align_sync.work import ItemRef, WorkItem
from tests.core.reports.story import make_report
from tests.make import make_book, make_item, make_report_item

INDEX = build_index(make_book("ret90", "nps"))
RULES = build_ruleset()


def describe(item: WorkItem, *known: WorkItem) -> ReportItem:
    by_key = {other.key: other for other in known}

    def look_up(ref: ItemRef) -> WorkItem | None:
        return by_key.get(ref.key)

    match = match_item(item, find_ancestry(item, look_up, depth=5), INDEX, RULES)
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


@pytest.mark.parametrize(
    ("item", "fixes"),
    [
        (make_report_item(bucket=Bucket.DIRECT), ()),
        (make_report_item(bucket=Bucket.UNKNOWN), ()),
        (make_report_item(), ("add the label okr/<key result> in Jira: https://jira.example/browse/PAY-1",)),
        (
            make_report_item(parent="PAY-100", address=""),
            (
                "add the label okr/<key result> in Jira",
                "or put the label on PAY-100: all that is below it inherits the link",
            ),
        ),
        (
            make_report_item(bucket=Bucket.INVALID, address=""),
            ("replace the label okr/ret-09 by okr/ret90 in Jira",),
        ),
        # What is wrong stands higher up or in another field: a label of its own wins over both.
        (
            make_report_item(bucket=Bucket.INVALID, labels=("urgent",), address=""),
            ("add the label okr/ret90 in Jira",),
        ),
    ],
)
def test_a_fix_is_one_step_in_the_tracker(item: ReportItem, fixes: tuple[str, ...]) -> None:
    assert propose_fixes(item, tracker="Jira") == fixes


def test_the_label_of_the_fix_can_be_set() -> None:
    assert propose_fixes(make_report_item(address=""), tracker="Jira", label_form="kr-{key}") == (
        "add the label kr-<key result> in Jira",
    )


def test_the_report_proposes_fixes_where_none_are_given() -> None:
    own = make_report_item("PAY-2", source="linear")
    given = make_report_item("PAY-1", points=9)
    given = ReportItem(**{name: getattr(given, name) for name in given.__dataclass_fields__} | {"fixes": ("ask Ana",)})
    report = make_report(own, given)
    assert [item.fixes[0] for item in report.items] == [
        "ask Ana",
        "add the label okr/<key result> in linear: https://linear.example/browse/PAY-2",
    ]


@pytest.mark.parametrize(
    ("filters", "buckets", "team", "command"),
    [
        (Filters(), ACTIONABLE, None, "align-sync report unlinked"),
        (Filters(), ACTIONABLE, "Payments", "align-sync report unlinked -t Payments"),
        (Filters(teams=("A", "B")), ACTIONABLE, None, "align-sync report unlinked -t A -t B"),
        (Filters(teams=("A", "B")), (), "B", "align-sync report alignment -t B"),
        (Filters(), (Bucket.DIRECT,), None, "align-sync report alignment --bucket direct"),
        (Filters(), (), "", "align-sync report alignment -t '(no team)'"),
        (Filters(), (), "; rm -rf ~", "align-sync report alignment -t '; rm -rf ~'"),
        (
            Filters(sprint="last", sources=("jira",)),
            (),
            None,
            "align-sync report alignment --source jira --sprint last",
        ),
    ],
)
def test_the_command_behind_a_figure_repeats_its_filters(
    filters: Filters, buckets: tuple[Bucket, ...], team: str | None, command: str
) -> None:
    assert list_command(filters, buckets, team=team) == command


def test_the_command_to_explain_is_safe_to_paste() -> None:
    assert explain_command("PAY-1 $(x)") == "align-sync explain 'PAY-1 $(x)'"
