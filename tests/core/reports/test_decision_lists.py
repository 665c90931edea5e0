"""Lists of what people decided, in every format."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from align_sync.linking.decisions import DecisionKind
from align_sync.reports.decided import ListedDecision
from align_sync.reports.render.decisions import COLUMNS, DECISIONS_FORMATS, name_state, render_decisions, say_state
from align_sync.reports.render.view import PIPE, Format, Screen
from tests.core.reports.hostile import HOSTILE
from tests.golden_files import Golden
from tests.make import NOW

TERMINAL = Screen(width=120, is_terminal=True)


LINK = ListedDecision(
    source="jira",
    key="PAY-412",
    title="Migrate ledger | exporter",
    kind=DecisionKind.LINK,
    what="nps (0.7 of it)",
    author="Ana",
    reason="it is theirs",
    since_at=NOW - timedelta(days=9),
    recorded_at=NOW - timedelta(days=8),
    expires_on=None,
    holds=True,
)
RAN_OUT = replace(
    LINK, key="PAY-9", kind=DecisionKind.EXEMPTION, what="bug", expires_on=date(2026, 11, 20), holds=False
)
ENDED = replace(
    RAN_OUT, expires_on=None, ended_at=NOW - timedelta(days=1), ended_by="Bo", end_reason="the epic has a label now"
)
DISPUTE = replace(
    LINK, source="linear", key="SRC-1", kind=DecisionKind.DISPUTE, what="the verdict", author="Bo", reason="it is right"
)
NOT_YET = replace(DISPUTE, key="SRC-2", holds=False)
ENDS_LATER = replace(LINK, key="PAY-10", ended_at=NOW + timedelta(days=1), ended_by="Bo", end_reason="moved")
STORY = (LINK, RAN_OUT, ENDED, DISPUTE, NOT_YET, ENDS_LATER)
STATES = ["in force", "ran out", "ended", "in force", "not in force yet", "in force"]


def render(listed: tuple[ListedDecision, ...], form: Format, *, screen: Screen = PIPE, is_sample: bool = False) -> str:
    return render_decisions(listed, form, timezone="Europe/Rome", is_sample=is_sample, screen=screen)


def test_a_decision_says_whether_it_holds_and_who_ended_it() -> None:
    assert [name_state(one) for one in STORY] == STATES
    said = [say_state(one, "Europe/Rome") for one in STORY]
    assert said == ["ended by Bo on 22 Nov 2026: the epic has a label now" if s == "ended" else s for s in STATES]


@pytest.mark.parametrize(
    ("name", "form", "screen"),
    [
        ("terminal.txt", Format.TABLE, TERMINAL),
        ("piped.tsv", Format.TABLE, PIPE),
        ("decisions.md", Format.MARKDOWN, PIPE),
        ("decisions.json", Format.JSON, PIPE),
        ("decisions.csv", Format.CSV, PIPE),
    ],
)
def test_a_list_looks_as_it_did(golden: Golden, name: str, form: Format, screen: Screen) -> None:
    golden(f"decisions/{name}", render(STORY, form, screen=screen, is_sample=True))


@pytest.mark.parametrize("form", DECISIONS_FORMATS)
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_an_empty_list_is_no_fault(form: Format, screen: Screen) -> None:
    text = render((), form, screen=screen)
    assert "SAMPLE" not in text
    assert text.endswith("\n")


def test_an_empty_list_is_said_to_be_empty() -> None:
    assert render((), Format.MARKDOWN) == "# What people decided here: none\n"
    assert render((), Format.TABLE, screen=TERMINAL) == "What people decided here: none\n"


def test_records_have_every_column_and_the_state_in_few_words() -> None:
    rows = list(csv.reader(io.StringIO(render(STORY, Format.CSV))))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert [row[COLUMNS.index("state")] for row in rows[1:]] == STATES
    told = json.loads(render(STORY, Format.JSON))["decisions"]
    assert [one["state"] for one in told] == STATES


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", DECISIONS_FORMATS)
@pytest.mark.parametrize("screen", [PIPE, TERMINAL])
def test_no_text_from_outside_acts(text: str, form: Format, screen: Screen) -> None:
    held = replace(
        LINK, source=text, key=text, title=text, what=text, author=text, reason=text, ended_by=text, end_reason=text
    )
    written = render((held, replace(held, ended_at=NOW, holds=False)), form, screen=screen)
    assert not CONTROL.search(written)
    if form is Format.TABLE and not screen.is_terminal:
        assert {row.count("\t") for row in written.splitlines()} == {len(COLUMNS) - 1}
    if form is Format.MARKDOWN:
        assert "<script" not in written
        assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in written.splitlines()[2:]} == {9}
