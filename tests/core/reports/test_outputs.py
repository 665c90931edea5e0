"""The same report in every format, as golden files, and what holds for all of them."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from align_sync.linking.evidence import Bucket
from align_sync.reports.document import read_report, write_report
from align_sync.reports.known import Known
from align_sync.reports.model import AlignmentReport, Filters, KeyResultWork, SourceState
from align_sync.reports.render import RENDERERS, Format, Screen, View, render_report
from align_sync.reports.render.explain import EXPLAINERS, render_explanation
from tests.core.reports.explained import explain_unlinked
from tests.core.reports.story import GRACE, RULES, dated_report, empty_report, make_report, rich_report, small_report
from tests.golden_files import Golden
from tests.make import make_book, make_report_item, make_source

TERMINAL = Screen(width=100, is_terminal=True)
COLOUR = Screen(width=100, colour=True, is_terminal=True)
PIPE = Screen()

_STYLE = re.compile(r"<style>.*?</style>|sha256-[\w+/=]+", re.DOTALL)


def mask_style(page: str) -> str:
    """The style sheet is its own file; its every change need not show up in the golden pages."""
    return _STYLE.sub(lambda match: "<style>…</style>" if match[0].startswith("<style>") else "sha256-…", page)


@pytest.mark.parametrize(
    ("name", "form", "screen"),
    [
        ("terminal.txt", Format.TABLE, TERMINAL),
        ("colour.txt", Format.TABLE, COLOUR),
        ("piped.tsv", Format.TABLE, PIPE),
        ("report.md", Format.MARKDOWN, PIPE),
        ("report.json", Format.JSON, PIPE),
        ("report.csv", Format.CSV, PIPE),
        ("report.html", Format.HTML, PIPE),
    ],
)
def test_the_report_looks_as_it_did(golden: Golden, name: str, form: Format, screen: Screen) -> None:
    golden(f"report/{name}", mask_style(render_report(small_report(is_sample=True), form, screen=screen)))


@pytest.mark.parametrize("view", [View.UNLINKED, View.KEY_RESULTS])
@pytest.mark.parametrize(
    ("name", "form", "screen"), [("terminal.txt", Format.TABLE, TERMINAL), ("md", Format.MARKDOWN, PIPE)]
)
def test_the_other_views_look_as_they_did(golden: Golden, view: View, name: str, form: Format, screen: Screen) -> None:
    golden(f"report/{view.value}.{name}", render_report(dated_report(), form, view=view, screen=screen))


@pytest.mark.parametrize(
    ("name", "form", "screen"),
    [
        ("terminal.txt", Format.TABLE, TERMINAL),
        ("piped.tsv", Format.TABLE, PIPE),
        ("explain.md", Format.MARKDOWN, PIPE),
        ("explain.json", Format.JSON, PIPE),
        ("explain.html", Format.HTML, PIPE),
    ],
)
def test_an_explanation_looks_as_it_did(golden: Golden, name: str, form: Format, screen: Screen) -> None:
    golden(f"explain/{name}", mask_style(render_explanation(explain_unlinked(is_sample=True), form, screen=screen)))


def test_every_format_has_a_renderer() -> None:
    assert set(RENDERERS) == set(Format)
    assert set(EXPLAINERS) == set(Format)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("form", [Format.TABLE, Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_made_up_data_is_called_so_everywhere(form: Format, view: View, screen: Screen) -> None:
    assert "SAMPLE DATA" in render_report(small_report(is_sample=True), form, view=view, screen=screen)
    assert "SAMPLE DATA" not in render_report(small_report(), form, view=view, screen=screen)


@pytest.mark.parametrize("form", EXPLAINERS)
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_made_up_data_is_called_so_in_explanations(form: Format, screen: Screen) -> None:
    marks = {False: "", True: '"sample": true' if form is Format.JSON else "SAMPLE DATA"}
    for is_sample in (True, False):
        text = render_explanation(explain_unlinked(is_sample=is_sample), form, screen=screen)
        assert (marks[True] in text) is is_sample


@pytest.mark.parametrize("make", [rich_report, small_report, empty_report])
@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("screen", [PIPE, TERMINAL, COLOUR, Screen(width=10, is_terminal=True)])
def test_every_report_has_every_form(
    make: Callable[[], AlignmentReport], view: View, form: Format, screen: Screen
) -> None:
    text = render_report(make(), form, view=view, screen=screen)
    assert text.endswith("\n")
    assert text == render_report(make(), form, view=view, screen=screen)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_a_report_that_was_kept_looks_the_same_when_it_is_read_back(form: Format, view: View, screen: Screen) -> None:
    for report in (rich_report(), dated_report()):
        kept = read_report(write_report(report))
        assert render_report(kept, form, view=view, screen=screen) == render_report(
            report, form, view=view, screen=screen
        )


@pytest.mark.parametrize("form", [Format.TABLE, Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_a_withheld_figure_is_never_a_number(form: Format, screen: Screen) -> None:
    report = make_report(make_report_item("PAY-1", Bucket.UNKNOWN), make_report_item("PAY-2", Bucket.DIRECT))
    text = render_report(report, form, screen=screen)
    assert "1 of 2 items (50\u00a0%) could not be judged" in text.replace("50 %", "50\u00a0%")
    assert "100" not in re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.DOTALL).replace("PAY-100", "")


@pytest.mark.parametrize("form", [Format.TABLE, Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (make_report(make_report_item(bucket=Bucket.DIRECT)), "everything in scope serves a key result"),
        (make_report(), "nothing is in scope"),
        (
            make_report(make_report_item(bucket=Bucket.DIRECT), make_report_item("PAY-2", Bucket.EXEMPT)),
            "everything in scope serves a key result or is set aside",
        ),
        (
            make_report(make_report_item(bucket=Bucket.DIRECT), sources=(make_source(state=SourceState.STALE),)),
            "none among the items that could be judged",
        ),
    ],
)
def test_an_empty_list_says_what_its_emptiness_means(
    form: Format, screen: Screen, report: AlignmentReport, sentence: str
) -> None:
    text = render_report(report, form, view=View.UNLINKED, screen=screen).casefold()
    is_table = form is Format.TABLE and not screen.is_terminal
    expected = "no item is in scope" if form is Format.HTML and not report.items else sentence
    assert is_table or expected in text


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_a_bucket_filter_lists_its_items_and_claims_nothing_of_others(form: Format, screen: Screen) -> None:
    items = (make_report_item("PAY-1"), make_report_item("PAY-2", Bucket.DIRECT))
    text = render_report(make_report(*items, filters=Filters(buckets=(Bucket.DIRECT,))), form, screen=screen)
    assert "PAY-2" in text
    assert "PAY-1" not in text
    assert "everything in scope" not in text


def test_a_pipe_gets_whole_titles() -> None:
    title = "A title that is far too long for any terminal " * 8
    report = make_report(make_report_item("PAY-1", title=title.strip()))
    rows = list(csv.reader(io.StringIO(render_report(report, Format.TABLE)), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [row[7] for row in rows if row[:1] == ["PAY-1"]] == [title.strip()]


def test_a_terminal_shows_the_first_few_and_says_how_many_more() -> None:
    items = [make_report_item(f"PAY-{number}") for number in range(1, 14)]
    whole = render_report(make_report(*items), Format.TABLE, screen=TERMINAL)
    assert "3 more, and how to fix each: align-sync report unlinked" in whole
    assert "PAY-13" not in whole
    listed = render_report(make_report(*items), Format.TABLE, view=View.UNLINKED, screen=TERMINAL)
    assert "PAY-13" in listed


def test_no_work_is_told_from_work_outside_the_selection() -> None:
    items = (make_report_item("PAY-1"), make_report_item("SRC-1", Bucket.DIRECT, team="Search"))
    report = make_report(*items, book=make_book("ret90", "nps"), filters=Filters(teams=("Payments",)))
    text = render_report(report, Format.TABLE, view=View.KEY_RESULTS)
    assert "ret90\tnone in this selection" in text
    assert "nps\tno work" in text


def test_a_source_that_was_never_read_has_no_time() -> None:
    never = make_source(state=SourceState.NEVER, complete_at=None, problems=1)
    text = render_report(make_report(make_report_item(), sources=(never,)), Format.TABLE)
    assert "source: Jira: never read, 120 items, 1 problem\n" in text


@pytest.mark.parametrize("form", [Format.TABLE, Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (Known(), "no coming sprint is known, so that nobody can say which key results have no work planned"),
        (
            Known(work=(KeyResultWork(key_result="ret90", planned=1),), has_sprint_ahead=True),
            "every key result has work planned in the coming sprints",
        ),
        (Known(has_sprint_ahead=True), "no work planned in the coming sprints: ret90"),
    ],
)
def test_what_is_planned_is_said_or_that_nobody_knows(
    form: Format, screen: Screen, known: Known, sentence: str
) -> None:
    report = make_report(make_report_item(), book=make_book("ret90"), known=known)
    text = " ".join(render_report(report, form, view=View.KEY_RESULTS, screen=screen).split())
    assert sentence in text.replace("No work planned", "no work planned").replace("Every", "every").replace(
        "No c", "no c"
    )


@pytest.mark.parametrize(
    ("days", "said"), [(None, "no value known"), (12.4, "12 days behind"), (-0.6, "1 day ahead"), (0.4, "on plan")]
)
def test_how_late_a_key_result_is_stands_in_days(days: float | None, said: str) -> None:
    known = Known(days_behind={"ret90": days})
    report = make_report(make_report_item(), book=make_book("ret90"), known=known)
    assert f"\t{said}\t" in render_report(report, Format.TABLE, view=View.KEY_RESULTS)


@pytest.mark.parametrize("form", [Format.TABLE, Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_a_lens_that_is_withheld_says_why_beside_the_others(form: Format, screen: Screen) -> None:
    text = " ".join(render_report(small_report(), form, screen=screen).replace("\u00a0", " ").split())
    assert "12 of 44 points (27 %) are imputed to items that nobody estimated, more than the limit of 20 %" in text
    nothing = make_report(make_report_item(bucket=Bucket.DIRECT))
    assert "no work was in progress" in render_report(nothing, form, screen=screen).casefold()


def test_a_list_that_is_narrowed_shows_its_items_and_nothing_else() -> None:
    filters = Filters(categories=("ktlo",))
    text = render_report(small_report(filters=filters), Format.TABLE, screen=TERMINAL)
    assert re.findall(r"^([A-Z]+-\d+)  ", text, re.MULTILINE) == ["PAY-380", "PAY-381"]
    assert "Teams" not in text
    assert "Work that serves no key result" not in text


def test_a_terminal_sets_work_in_grace_aside_and_says_how_many_more() -> None:
    items = [replace(make_report_item(f"PAY-{number}", Bucket.GRACE), waiting=GRACE) for number in range(1, 6)]
    text = render_report(make_report(*items), Format.TABLE, screen=TERMINAL)
    assert "Set aside (0 exempt, 5 in grace)" in text
    assert text.count("day 2 of 3, until Wed 25 Nov") == 3
    assert "2 more: align-sync report alignment --bucket grace" in text


def test_a_terminal_asks_nobody_where_all_that_is_missed_is_disputed() -> None:
    report = make_report(make_report_item(is_disputed=True))
    text = render_report(report, Format.TABLE, screen=TERMINAL)
    assert "none but disputed items" in text
    assert "disputed by Ana: the epic is right" in " ".join(text.split())
    assert "none but disputed items" in render_report(report, Format.MARKDOWN)


def test_an_exemption_that_nobody_recorded_is_listed_with_the_reason_of_the_verdict() -> None:
    bare = replace(make_report_item(bucket=Bucket.EXEMPT, because="a bug"), exempted=None)
    assert "| 3 pts |  | a bug |  |" in render_report(make_report(bare), Format.MARKDOWN)
    assert '<td data-label="Why" colspan="2">a bug</td>' in render_report(make_report(bare), Format.HTML)


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_per_cent_stands_alone(width: int) -> None:
    for view in View:
        for report in (rich_report(), dated_report()):
            text = render_report(report, Format.TABLE, view=view, screen=Screen(width=width, is_terminal=True))
            assert max(cell_len(line) for line in text.splitlines()) <= width
            assert not re.search(r"^\s*%", text, re.MULTILINE)


def test_a_person_is_named_on_items_alone_and_never_counted() -> None:
    person = "Zaphod Beeblebrox"
    report = make_report(*(make_report_item(f"PAY-{number}", assignee=person) for number in range(1, 4)), rules=RULES)
    for form in Format:
        text = render_report(report, form)
        assert text.count(person) in {0, 3}
