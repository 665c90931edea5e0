"""The cascade in every format: raw progress, the reason of each verdict, and nothing that is unknown shown as zero."""

import json

import pytest

from align_sync.okr.model import Book, Objective
from align_sync.reports.cascade import Cascade, build_cascade
from align_sync.reports.render.cascade import CASCADE_FORMATS, render_cascade
from align_sync.reports.render.view import PIPE, Format, Screen
from tests.golden_files import Golden
from tests.make_okr import TODAY, make_measured_book, make_standings

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
    golden(f"cascade/{name}", render_cascade(whole(), form, screen=screen))


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


def test_an_empty_book_says_so() -> None:
    empty = build_cascade(Book(), on=TODAY)
    assert "no objective" in render_cascade(empty, Format.TABLE)
    assert "no objective" in render_cascade(empty, Format.TABLE, screen=TERMINAL)
    assert "No objective" in render_cascade(empty, Format.HTML)
