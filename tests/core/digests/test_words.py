"""The catalogues are whole, and numbers and dates are written as people of the language write them."""

import ast
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from align_sync.digests.reasons import retell
from align_sync.digests.words import LANGUAGES, Piece, words_of
from align_sync.reports import withholding
from align_sync.reports.model import Lens
from align_sync.reports.withholding import Masses, reason_to_withhold

ROOM = Path(__file__).parents[3] / "align_sync" / "digests"
FORMS = {"text": 1, "sentence": 1, "message_id": 1, "plural": 2, "plural_sentence": 2, "plural_ids": 2}
NOW = datetime(2026, 11, 23, 13, 31, tzinfo=UTC)


def find_messages() -> Iterator[tuple[str, ...]]:
    """Every message that the code looks up, or marks for that; both forms where there are two."""
    for file in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            told = [one.value for one in node.args[: FORMS.get(name, 0)] if isinstance(one, ast.Constant)]
            if told and len(told) == FORMS[name]:
                yield tuple(str(one) for one in told)


def find_texts_for_slack() -> Iterator[str]:
    """Its messages stand in tables, too; its own tests look whether each is translated."""
    for file in ROOM.glob("render/slack*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def load_catalogue(language: str) -> list[Message]:
    messages: list[Message] = []
    for file in sorted((ROOM / "catalogues" / language).iterdir()):
        with file.open("rb") as text:
            messages += [message for message in read_po(text, locale=language) if message.id]
    return messages


def ids_of(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (str(message.id),)


def test_every_message_is_in_the_catalogue_and_none_is_stale() -> None:
    used = set(find_messages())
    catalogue = load_catalogue("it")
    known = [ids_of(message) for message in catalogue]

    assert len(used) > 80
    # A message that has a plural in one place may stand alone in another.
    assert {one for one in used if one not in known} == set()
    assert {one for one in known if one not in used and not set(one) <= set(find_texts_for_slack())} == set()
    assert len(known) == len(set(known))


def test_translations_are_whole_and_name_the_same_values() -> None:
    for message in load_catalogue("it"):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not message.fuzzy
        assert len(strings) == len(ids_of(message))
        for text in strings:
            assert text, message.id
            assert set(_names(str(text))) == set(_names(ids_of(message)[-1])), message.id


def _names(text: str) -> list[str]:
    return [piece.split("}")[0] for piece in text.split("{")[1:]]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["week 48", "23\u201329 Nov 2026", "1,234.5", "78 %", "<1 %", "0 %", "100 %", "-", "Mon 14:31",
                "Mon 23 Nov 2026, 14:31 CET", "never"]),
        ("it", ["settimana 48", "23\u201329 nov 2026", "1.234,5", "78 %", "<1 %", "0 %", "100 %", "-", "lun 14:31",
                "lun 23 nov 2026, 14:31 CET", "mai"]),
    ],
)  # fmt: skip
def test_numbers_and_dates_are_those_of_the_language(language: str, told: list[str]) -> None:
    words = words_of(language)

    shares = [words.percent(share) for share in (0.7899, 0.004, 0, 1, None)]
    moments = [words.day_and_time(NOW, "Europe/Rome"), words.moment(NOW, "Europe/Rome"), words.moment(None, "UTC")]
    assert [words.week("2026-W48"), words.week_dates("2026-W48"), words.number(1234.5), *shares, *moments] == told
    assert words.dates(date(2026, 11, 30), date(2026, 12, 6)).endswith("2026")


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [(0.78, 0.74, "▲ 4"), (0.65, 0.76, "▼ 11"), (0.7899, 0.781, "±0"), (0.79, 0.7899, "▲ 1"), (None, 0.5, ""),
     (0.5, None, "")],
)  # fmt: skip
def test_steps_lie_between_the_figures_as_they_are_shown(now: float | None, before: float | None, told: str) -> None:
    assert words_of("en").points(now, before) == told


def test_counts_have_steps_too() -> None:
    assert [words_of("it").step(now, before) for now, before in ((31, 40), (1500, 0), (3, 3), (3, None))] == [
        "▼ 9", "▲ 1.500", "±0", "",
    ]  # fmt: skip


def test_ages_are_told_in_the_largest_unit_that_fits() -> None:
    spans = (timedelta(days=3, hours=5), timedelta(hours=7), timedelta(minutes=2), timedelta(0), timedelta(hours=-1))

    assert [words_of("en").age(NOW - span, NOW) for span in spans] == [
        "3 d ago", "7 h ago", "2 min ago", "just now", "just now",
    ]  # fmt: skip
    assert [words_of("it").age(NOW - span, NOW) for span in spans[:4]] == [
        "3 g fa",
        "7 h fa",
        "2 min fa",
        "proprio ora",
    ]


def test_forms_follow_the_number_and_values_are_never_read_as_messages() -> None:
    words = words_of("it")

    assert [words.plural("{number} unlinked", "{number} unlinked", number) for number in (0, 1, 2)] == [
        "0 non collegate", "1 non collegata", "2 non collegate",
    ]  # fmt: skip
    assert words.text("until {day}", day="{number} {0} %s") == "fino a {number} {0} %s"
    assert words.sentence("until {day}", day="x") == (Piece("fino a ", is_value=False), Piece("x", is_value=True))
    assert words.text("no such message") == "no such message"
    assert LANGUAGES == ("en", "it")


def mass(lens: Lens = Lens.ITEMS, **values: Any) -> Masses:
    told: dict[str, Any] = {"items": 9, "total": 9, "linked": 4, "missed": 2, "exempt": 0, "over": 0, "unknown": 0,
                               "imputed": 0, **values}  # fmt: skip
    return Masses(lens=lens, **told)


@pytest.mark.parametrize(
    ("masses", "told"),
    [
        (mass(items=0), "nessuna attività da considerare"),
        (mass(silent_teams=("Ads", "Pay")), "nessuna attività di Ads, Pay è stata stimata"),
        (mass(Lens.DAYS, total=0), "nessun lavoro era in corso"),
        (mass(Lens.POINTS, total=0), "tutte le attività considerate sono stimate 0 punti"),
        (mass(linked=0, missed=0, exempt=3), "tutto ciò che si poteva valutare è esente"),
        (mass(linked=0, missed=0), "tutte le attività considerate sono nel periodo di tolleranza"),
        (mass(linked=0, missed=0, unknown=1), "l'unica attività non si poteva valutare"),
        (mass(Lens.DAYS, linked=0, missed=0, unknown=2.5), "nessuna parte valutabile su 2.5 giorni-persona"),
        (mass(unknown=2), "2 su 8 attività (25 %) non si potevano valutare, oltre il limite del 5 %"),
        (mass(Lens.POINTS, imputed=6),
         "6 su 9 punti (66 %) sono attribuiti ad attività mai stimate, oltre il limite del 20 %"),
    ],
)  # fmt: skip
def test_why_a_figure_is_withheld_is_told_in_every_language(masses: Masses, told: str) -> None:
    reason = reason_to_withhold(masses, unknown_limit=0.05, imputed_limit=0.2)

    assert retell(reason, words_of("it")) == told
    assert retell(reason, words_of("en")) == reason


def test_no_sentence_of_reports_is_shown_in_english_to_others() -> None:
    """All that they withhold a figure for, in every lens: where a sentence changes, its pattern has to."""
    amounts = (0, 0.5, 1, 9, 40)
    teams: tuple[tuple[str, ...], ...] = ((), ("Pay",))
    told = {
        reason_to_withhold(
            mass(lens, items=items, total=9, linked=linked, missed=missed, exempt=exempt, unknown=unknown,
                 imputed=imputed, silent_teams=silent),
            unknown_limit=0.05, imputed_limit=0.2,
        )
        for lens in Lens
        for items, linked, missed, exempt in product((0, 9), (0, 4), (0, 2), (0, 3))
        for unknown, imputed in product(amounts, amounts)
        for silent in teams
    }  # fmt: skip
    told |= {
        reason_to_withhold(mass(lens, total=0), unknown_limit=0, imputed_limit=0) for lens in (Lens.DAYS, Lens.POINTS)
    }
    kinds = {re.sub(r"[\d.<]+", "0", reason) for reason in told if reason}
    source = inspect.getsource(withholding)
    assert len(kinds) >= source.count('return "') - source.count('return ""') + source.count('return f"')
    assert [reason for reason in told if reason and retell(reason, words_of("it")) == reason] == []
    english = re.compile(r"\b(?:items?|points?|person-days?|could|be|judged|more|than|limit|all|scope|estimated)\b")
    assert [reason for reason in told if english.search(retell(reason, words_of("it")))] == []


def test_a_reason_of_others_stands_as_it_is() -> None:
    assert retell("the moon is full", words_of("it")) == "the moon is full"
    assert retell("all of nothing could not be judged", words_of("it")) == "nessuna parte valutabile su nothing"
