"""The cascade in every format: raw progress, the reason of each verdict, and nothing that is unknown shown as zero."""

import json
import re
from dataclasses import replace

import pytest

from align_sync.okr.model import Book, KeyResultState, Objective
from align_sync.okr.readings import ReadingStatus
from align_sync.okr.standing import Health
from align_sync.reports.cascade import Cascade, build_cascade
from align_sync.reports.render.cascade import CASCADE_FORMATS, render_cascade
from align_sync.reports.render.view import PIPE, Format, Screen
from tests.core.reports.test_outputs import mask_style
from tests.golden_files import Golden
from tests.make_okr import TODAY, make_measured_book, make_reading, make_standing, make_standings, make_verdict

TERMINAL = Screen(width=110, is_terminal=True)


def whole() -> Cascade:
    return build_cascade(
        make_measured_book(),
        on=TODAY,
        standings=make_standings(),
        idle=frozenset({"KR-2.4"}),
        published="published on 12 Oct 2026 by Giulia",
    )


@pytest.mark.parametrize(
    ("name", "form", "screen"),
    [
        ("cascade.txt", Format.TABLE, TERMINAL),
        ("cascade.piped.txt", Format.TABLE, PIPE),
        ("cascade.html", Format.HTML, PIPE),
        ("cascade.json", Format.JSON, PIPE),
    ],
)
def test_the_cascade_looks_as_it_did(name: str, form: Format, screen: Screen, golden: Golden) -> None:
    golden(f"cascade/{name}", mask_style(render_cascade(whole(), form, screen=screen)))


@pytest.mark.parametrize("form", CASCADE_FORMATS)
def test_a_book_that_nobody_measures_has_no_progress(form: Format) -> None:
    text = render_cascade(build_cascade(make_measured_book(), on=TODAY), form, screen=TERMINAL)
    text = text.partition("<body>")[2] or text
    assert "unknown" not in text
    assert "meter" not in text
    assert '"progress": 0' not in text


def test_an_unknown_progress_is_null_and_never_zero() -> None:
    nodes = {node["key"]: node for node in json.loads(render_cascade(whole(), Format.JSON))["nodes"]}
    assert nodes["CO-1.2"]["progress"] is None
    assert nodes["CO-1"]["progress"] is None
    assert nodes["KR-2.4"]["progress"] == -0.125
    assert nodes["O-2"]["parent"] == "CO-1.2"
    assert [key for key, node in nodes.items() if node["idle"]] == ["KR-2.4"]


@pytest.mark.parametrize("form", CASCADE_FORMATS)
def test_no_depth_is_too_deep(form: Format) -> None:
    chain = tuple(
        Objective(
            key=f"O-{n}",
            title="An objective",
            team="a",
            period="2026-Q4",
            contributes_to=(f"O-{n - 1}",) if n else (),
        )
        for n in range(1_200)
    )
    assert "O-1199" in render_cascade(build_cascade(Book(objectives=chain), on=TODAY), form)


@pytest.mark.parametrize("form", CASCADE_FORMATS)
def test_titles_from_outside_stay_text(form: Format) -> None:
    hostile = Objective(key="O-1", title="<script>x</script>\x1b[31m red", team="a", period="2026-Q4")
    text = render_cascade(build_cascade(Book(objectives=(hostile,)), on=TODAY), form, screen=TERMINAL)
    assert "\x1b" not in text
    assert form is not Format.HTML or "<script>" not in text


def closed_book() -> Cascade:
    """One key result was reached and closed, and another one fell behind while its source failed."""
    book = make_measured_book()
    company, team = book.objectives
    over = replace(team.key_results[1], state=KeyResultState.CLOSED, closed_on=TODAY, successor="KR-2.3")
    standings = make_standings()
    failure = make_reading(None, days_ago=0, status=ReadingStatus.FAILED, reason="503")
    standings.key_results["KR-2.3"] = make_standing(failure=failure)
    standings.key_results["CO-1.2"] = make_standing("CO-1.2", last=None, progress=None, failure=failure)
    standings.key_results["KR-2.4"] = make_standing(
        "KR-2.4", progress=1.0, verdict=make_verdict(Health.UNKNOWN, "over")
    )
    known = replace(team, key_results=(team.key_results[0], over), contributes_to=("CO-1.2", "CO-9"))
    return build_cascade(
        Book(objectives=(company, known, replace(known, key="O-9", key_results=(), contributes_to=()))),
        on=TODAY,
        standings=standings,
        is_sample=True,
    )


@pytest.mark.parametrize("form", CASCADE_FORMATS)
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_what_is_closed_keeps_its_progress_and_has_no_health(form: Format, screen: Screen) -> None:
    text = render_cascade(closed_book(), form, screen=screen).replace("\u00a0", " ")
    if form is Format.JSON:
        (node,) = [one for one in json.loads(text)["nodes"] if one["key"] == "KR-2.4"]
        assert (node["state"], node["progress"]) == ("closed", 1.0)
        return
    if form is Format.TABLE and screen is TERMINAL:
        (row,) = [row for row in text.splitlines() if "KR-2.4" in row]
        assert row.endswith("100 %  closed")
    line = re.split(r"KR-2\.4", text.replace("\n", " "))[-1]
    assert "100 %" in line[:400]
    assert "closed" in line[:600].casefold()
    assert "over" not in line[:600]
    assert "contributes to CO-9, which is not in the book" in text
    assert "SAMPLE DATA" in text or screen is PIPE


def test_a_failure_is_told_beside_the_last_good_value_and_never_twice() -> None:
    text = render_cascade(closed_book(), Format.HTML)
    assert text.count("failed on 2026-11-23: 503") == 1


def test_a_long_reason_is_cut_where_there_is_little_room() -> None:
    because = "/a/very/long/path" * 20
    standings = make_standings()
    standings.key_results["KR-2.3"] = make_standing(verdict=make_verdict(because=f"{because}; and more"))
    page = render_cascade(build_cascade(make_measured_book(), on=TODAY, standings=standings), Format.HTML)
    assert because not in page
    assert f"{because[:100]}… · days-behind" in page
    standings.key_results["KR-2.3"] = make_standing(verdict=make_verdict(because="8 days behind; up to 7 is on track"))
    page = render_cascade(build_cascade(make_measured_book(), on=TODAY, standings=standings), Format.HTML)
    assert "8 days behind · days-behind" in page


def test_an_objective_of_nobody_and_of_no_period_has_empty_brackets_nowhere() -> None:
    bare = build_cascade(Book(objectives=(Objective(key="O-1", title="Calm", team="", period=""),)), on=TODAY)
    for screen in (PIPE, TERMINAL):
        assert render_cascade(bare, Format.TABLE, screen=screen) == "O-1  Calm\n"


def test_an_empty_book_says_so() -> None:
    empty = build_cascade(Book(), on=TODAY)
    assert "no objective" in render_cascade(empty, Format.TABLE)
    assert "no objective" in render_cascade(empty, Format.TABLE, screen=TERMINAL)
    assert "No objective" in render_cascade(empty, Format.HTML)
