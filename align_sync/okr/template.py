"""A commented file to begin with, in English or Italian: sound as it stands, with every kind of key result."""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from align_sync.okr.model import Level
from align_sync.okr.period import Span
from align_sync.okr.template_words import ENGLISH, ITALIAN

SCHEMA_LINE = "# yaml-language-server: $schema={schema}"
LONGEST_PREFIX = 8


class Language(StrEnum):
    ENGLISH = "en"
    ITALIAN = "it"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateWish:
    """For whom the file is. `span` are the days of the period; `schema` is where editors find the JSON Schema."""

    team: str
    period: str
    span: Span
    owner: str
    level: Level = Level.TEAM
    language: Language = Language.ENGLISH
    schema: str = "../schema/okrset.v1.json"


def write_template(wish: TemplateWish) -> str:
    """The text of the file, which ends with a line end."""
    text = ITALIAN if wish.language is Language.ITALIAN else ENGLISH
    middle = date.fromordinal((wish.span.start.toordinal() + wish.span.end.toordinal()) // 2)
    values = {
        "schema_line": SCHEMA_LINE.format(schema=wish.schema),
        "name": _make_name(wish.team, wish.period),
        "team": _quote(wish.team),
        "period": _quote(wish.period),
        "level": wish.level.value,
        "owner": _quote(wish.owner),
        "prefix": _make_prefix(wish.team),
        "start": wish.span.start.isoformat(),
        "middle": max(middle, wish.span.start).isoformat(),
        "end": wish.span.end.isoformat(),
    }
    filled = re.sub(r"<(\w+)>", lambda found: values[found[1]], text)
    top = wish.level is Level.COMPANY  # nothing stands above a company
    return "".join(line for line in filled.splitlines(keepends=True) if not (top and "contributesTo" in line))


def name_quarter(day: date) -> str:
    """`2026-Q4`."""
    return f"{day.year:04}-Q{(day.month + 2) // 3}"


def _quote(text: str) -> str:
    """As YAML reads it back, whatever stands in it; JSON's quotes are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _make_name(team: str, period: str) -> str:
    """`payments-2026-q4`: letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", _plain(f"{team} {period}").lower()).strip("-") or "okrs"


def _make_prefix(team: str) -> str:
    """`PAY` of `Payments`, `CS` of `Customer success`: what the ids begin with."""
    words = re.findall(r"[A-Z0-9]+", _plain(team).upper())
    if len(words) > 1:
        return "".join(word[0] for word in words)[:LONGEST_PREFIX]
    return words[0][:3] if words else "OKR"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
