import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from align_sync.okr.book_yaml import parse_book
from align_sync.okr.document import json_schema
from align_sync.okr.model import Direction, Level
from align_sync.okr.period import Span, parse_period
from align_sync.okr.template import Language, TemplateWish, name_quarter, write_template

SCHEMA = Path(__file__).parents[3] / "config" / "schema" / "okrset.v1.json"
Q4 = Span(date(2026, 10, 1), date(2026, 12, 31))


def wish(
    team: str = "Payments",
    *,
    level: Level = Level.TEAM,
    language: Language = Language.ENGLISH,
    period: str = "2026-Q4",
    owner: str = "giulia@acme.example",
) -> TemplateWish:
    return TemplateWish(
        team=team, period=period, span=parse_period(period) or Q4, owner=owner, level=level, language=language
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("level", Level)
def test_the_template_is_sound_as_it_stands(language: Language, level: Level) -> None:
    book, problems = parse_book([("a.yaml", write_template(wish(level=level, language=language)))])

    assert problems == ()
    (objective,) = book
    assert (objective.team, objective.period, objective.level) == ("Payments", "2026-Q4", level)
    assert objective.owner == "giulia@acme.example"
    falls, band = objective.key_results
    assert (falls.key, falls.due, falls.metric.baseline_on) == ("PAY-1.1", date(2026, 12, 31), date(2026, 10, 1))
    assert falls.metric.direction is Direction.DECREASE
    assert (band.metric.direction, band.metric.low, band.metric.high) == (Direction.HOLD, 1, 3)


@pytest.mark.parametrize("language", Language)
def test_what_is_commented_out_is_sound_too(language: Language) -> None:
    text = write_template(wish(language=language)).replace("[CO-1.2]", "[PAY-0]")
    lines = [line.replace("# ", "", 1) if _is_example(line) else line for line in text.splitlines()]
    lines += ["    - {id: PAY-0, title: The parent}"]

    book, problems = parse_book([("a.yaml", "\n".join(lines))])

    assert problems == ()
    assert len(book.key_results) == 3
    assert book.objectives[0].contributes_to == ("PAY-0",)
    assert book.key_results[2].metric.zones.stretch
    assert book.key_results[0].names.epics == ("PAY-301",)


def _is_example(line: str) -> bool:
    """`# jiraEpics: [PAY-301]` and the lines of an entry that is commented out; prose begins in upper case."""
    words = line.strip().removeprefix("#").strip()
    return line.strip().startswith("# ") and line.startswith(" " * 6) and (words[0].islower() or words[0] == "-")


def test_nothing_stands_above_a_company() -> None:
    assert "contributesTo" not in write_template(wish(level=Level.COMPANY))
    assert "contributesTo" in write_template(wish(level=Level.DEPARTMENT))


@pytest.mark.parametrize(
    ("team", "name", "key"),
    [
        ("Customer success", "customer-success-2026-q4", "CS-1"),
        ("Città & Co", "citta-co-2026-q4", "CC-1"),
        ("支払い", "2026-q4", "OKR-1"),
        ('3: no # "x"', "3-no-x-2026-q4", "3NX-1"),
        ("a b c d e f g h i j", "a-b-c-d-e-f-g-h-i-j-2026-q4", "ABCDEFGH-1"),
        ("<owner>", "owner-2026-q4", "OWN-1"),
    ],
)
def test_names_and_ids_follow_the_team_whatever_it_is_called(team: str, name: str, key: str) -> None:
    text = write_template(wish(team))

    book, problems = parse_book([("a.yaml", text)])

    assert problems == ()
    assert yaml.safe_load(text)["metadata"]["name"] == name
    assert [(objective.team, objective.key) for objective in book] == [(team, key)]


def test_a_period_of_one_day_has_its_days_in_order() -> None:
    text = write_template(wish(period="2026-11-23/2026-11-23"))

    assert parse_book([("a.yaml", text)])[1] == ()
    assert "[[2026-11-23, 0.3], [2026-11-23, 1]]" in text


def test_the_editor_finds_the_schema_and_no_fault() -> None:
    text = write_template(wish())

    assert text.startswith("# yaml-language-server: $schema=../schema/okrset.v1.json\n")
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema()
    told = json.loads(json.dumps(yaml.safe_load(text), default=str))
    jsonschema.validate(told, json_schema())


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "2026-Q1"),
        (date(2026, 3, 31), "2026-Q1"),
        (date(2026, 4, 1), "2026-Q2"),
        (date(2026, 12, 31), "2026-Q4"),
    ],
)
def test_the_quarter_of_a_day_has_a_name(day: date, name: str) -> None:
    assert name_quarter(day) == name
