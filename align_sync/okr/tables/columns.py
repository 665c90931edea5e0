"""The columns of a table of OKRs: their names, what else people call them, and where in an OKR file they belong."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from align_sync.okr.model import (
    Commitment,
    Direction,
    Driver,
    Indicator,
    KeyResultState,
    Level,
    MetricKind,
)


class Part(StrEnum):
    """What a column speaks of. `NOTE` is a column that we write ourselves and never read."""

    SET = "set"
    OBJECTIVE = "objective"
    KEY_RESULT = "key result"
    NOTE = "note"


class Form(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    KEY = "an id"
    NUMBER = "number"
    WEIGHT = "weight"
    DAY = "date"
    WORD = "one of"
    KEYS = "ids, with ; between them"
    TEXTS = "texts, with ; between them"
    TEAMS = "team=weight, with ; between them"
    POINTS = "value=share, with ; between them"
    PACE = "linear, back-loaded, or date=share with ; between them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`path` leads from the entry to the value; `others` are further headings; `words` what a cell of it may say."""

    name: str
    part: Part
    path: tuple[str, ...]
    form: Form = Form.TEXT
    meaning: str
    example: str | float = ""
    others: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_objective(self) -> bool:
        return self.part in {Part.SET, Part.OBJECTIVE}


def fold_heading(text: str) -> str:
    """Two headings that differ in case, spaces, accents or brackets only are the same: `Key Result ID (*)`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def _words(kind: type[StrEnum], **others: str) -> dict[str, str]:
    """The words of the model, and those that people use for them, by what `fold_heading` makes of them."""
    return {fold_heading(member.value): member.value for member in kind} | {
        word: value for value, listed in others.items() for word in listed.split()
    }


_LEVELS = _words(
    Level, company="azienda aziendale organization", department="dipartimento reparto", team="squadra gruppo"
)
_DRIVERS = _words(Driver, keyResults="krs risultatichiave", aligned="allineati", both="entrambi")
_STATES = _words(
    KeyResultState, active="attivo open aperto", closed="chiuso done completed", archived="archiviato cancelled"
)
_DIRECTIONS = _words(
    Direction,
    increase="up aumentare aumento crescere",
    decrease="down diminuire diminuzione ridurre",
    hold="mantenere stabile maintain",
)
_KINDS = _words(MetricKind, metric="metrica numero number", ordinal="ordinale", milestone="traguardo")
_TYPES = _words(Commitment, committed="impegno", aspirational="aspirazionale ambizioso", learning="apprendimento")
_INDICATORS = _words(Indicator, lead="leading anticipatore", lag="lagging ritardato")


def _column(
    part: Part,
    name: str,
    path: str,
    meaning: str,
    *,
    form: Form = Form.TEXT,
    example: str | float = "",
    others: str = "",
    words: Mapping[str, str] | None = None,
) -> Column:
    return Column(
        name=name,
        part=part,
        path=tuple(path.split(".")),
        form=form,
        meaning=meaning,
        example=example,
        others=tuple(others.split(" | ")) if others else (),
        words=words or {},
    )


_S, _O, _K = Part.SET, Part.OBJECTIVE, Part.KEY_RESULT

OBJECTIVE_ID = _column(
    _O, "Objective id", "id", "the id of the objective; repeat it in each row of a key result of it",
    form=Form.KEY, example="O-2", others="O id | Objective key | ID obiettivo | Obiettivo ID | Codice obiettivo",
)  # fmt: skip
KEY_RESULT_ID = _column(
    _K, "Key result id", "id", "the id of the key result; empty where the row is of an objective alone",
    form=Form.KEY, example="KR-2.3", others="KR id | KR | KR key | ID | ID risultato chiave | Risultato chiave ID",
)  # fmt: skip
TEAM = _column(
    _S, "Team", "team", "the team of the objective; or give it for all rows with --team",
    example="payments", others="Squadra | Gruppo",
)  # fmt: skip
PERIOD = _column(
    _S, "Period", "period", "the period of the objective; or give it for all rows with --period",
    example="2026-Q4", others="Periodo | Quarter | Trimestre | Cycle | Ciclo",
)  # fmt: skip
UNIT = _column(_K, "Unit", "metric.unit", "the unit of the values", example="percent", others="Unità | Unità di misura")
PROBLEM = _column(Part.NOTE, "Import problem", "problem", "why a row was rejected; never read")

COLUMNS: tuple[Column, ...] = (
    TEAM,
    PERIOD,
    OBJECTIVE_ID,
    _column(
        _O, "Objective", "title", "what the objective says",
        example="Payments nobody has to think about", others="Objective title | Goal | Obiettivo | Titolo obiettivo",
    ),
    _column(
        _O, "Objective owner", "owner", "who answers for the objective",
        example="giulia@acme.example", others="Owner of objective | Responsabile obiettivo",
    ),
    _column(
        _O, "Level", "level", "company, department or team", form=Form.WORD, example="team", others="Livello",
        words=_LEVELS,
    ),
    _column(
        _O, "Contributes to", "contributesTo", "ids of the objective or key result above it", form=Form.KEYS,
        others="Parent | Parent id | Aligned to | Contribuisce a | Obiettivo superiore",
    ),
    _column(
        _O, "Objective weight", "weight", "its weight for what it contributes to", form=Form.WEIGHT,
        others="Weight of objective | Peso obiettivo",
    ),
    _column(
        _O, "Progress from", "progressFrom", "keyResults, aligned or both", form=Form.WORD,
        others="Progresso da", words=_DRIVERS,
    ),
    _column(
        _O, "Shared with", "sharedWith", "further teams, with their weights", form=Form.TEAMS,
        others="Teams | Condiviso con",
    ),
    KEY_RESULT_ID,
    _column(
        _K, "Key result", "title", "what the key result says",
        example="Refund error rate falls from 2.4 % to 0.5 %",
        others="Key result title | KR title | Title | Risultato chiave | Titolo",
    ),
    _column(
        _K, "Owner", "owner", "who answers for the key result", example="luca@acme.example",
        others="Key result owner | KR owner | Responsabile | Assignee",
    ),
    _column(
        _K, "Type", "type", "committed, aspirational or learning", form=Form.WORD, example="committed",
        others="Commitment | Tipo | Impegno", words=_TYPES,
    ),
    _column(
        _K, "Indicator", "indicator", "lead (moves early) or lag (tells afterwards)", form=Form.WORD,
        others="Indicatore", words=_INDICATORS,
    ),
    _column(
        _K, "Weight", "weight", "its weight in the objective; 1 where it is empty", form=Form.WEIGHT, example=1,
        others="Key result weight | KR weight | Peso",
    ),
    _column(
        _K, "Due", "due", "its last day; that of the period where it is empty", form=Form.DAY, example="2026-12-31",
        others="Due date | Deadline | End date | Scadenza | Data di scadenza",
    ),
    _column(
        _K, "State", "state", "active, closed or archived", form=Form.WORD, others="Status | Stato", words=_STATES,
    ),
    _column(
        _K, "Successor", "successor", "the id of the key result that takes over its work", form=Form.KEY,
        others="Successore",
    ),
    _column(_K, "Formerly", "formerly", "ids that it had before", form=Form.KEYS, others="Former ids | In precedenza"),
    _column(
        _K, "Closed on", "closedOn", "the day on which it was closed or archived", form=Form.DAY,
        others="Close date | Data di chiusura",
    ),
    _column(
        _K, "Kind", "metric.kind", "metric, ordinal or milestone", form=Form.WORD, others="Metric kind | Tipo metrica",
        words=_KINDS,
    ),
    UNIT,
    _column(
        _K, "Direction", "metric.direction", "increase, decrease or hold", form=Form.WORD, example="decrease",
        others="Direzione", words=_DIRECTIONS,
    ),
    _column(
        _K, "Baseline", "metric.baseline", "the value it starts from", form=Form.NUMBER, example=2.4,
        others="Start | Start value | Initial value | Valore iniziale | Valore di partenza",
    ),
    _column(
        _K, "Baseline on", "metric.baselineOn", "the day of the baseline", form=Form.DAY, example="2026-09-30",
        others="Baseline date | Data valore iniziale",
    ),
    _column(
        _K, "Target", "metric.target", "the value to reach", form=Form.NUMBER, example=0.5,
        others="Target value | Goal value | Valore obiettivo | Valore target",
    ),
    _column(_K, "Commit", "metric.commit", "the least that is promised", form=Form.NUMBER, others="Valore minimo"),
    _column(
        _K, "Stretch", "metric.stretch", "what would be outstanding", form=Form.NUMBER, others="Valore eccezionale",
    ),
    _column(_K, "Low", "metric.low", "of a metric to hold: the lower end", form=Form.NUMBER, others="Limite inferiore"),
    _column(
        _K, "High", "metric.high", "of a metric to hold: the upper end", form=Form.NUMBER, others="Limite superiore",
    ),
    _column(
        _K, "Tolerance", "metric.tolerance", "how far outside of the band progress is 0", form=Form.NUMBER,
        others="Tolleranza",
    ),
    _column(
        _K, "Checkpoints", "metric.checkpoints", "values on the way, each with the progress it means",
        form=Form.POINTS, others="Punti di controllo",
    ),
    *(
        _column(_K, f"Zone {zone}", f"metric.zones.{zone}", f"of an ordinal one: what {zone} looks like")
        for zone in ("fail", "commit", "target", "stretch")
    ),
    _column(
        _K, "Source", "metric.source", "kind and name of the metric in the register", example="sql:refund_errors",
        others="Metric | Fonte | Sorgente",
    ),
    _column(
        _K, "Current", "metric.current", "the last value that somebody read", form=Form.NUMBER,
        others="Current value | Actual | Valore attuale",
    ),
    _column(
        _K, "Current on", "metric.currentOn", "the day on which it was read", form=Form.DAY,
        others="Current date | Data valore attuale",
    ),
    _column(_K, "Pace", "pace", "the plan: a word, or days with the share to be reached", form=Form.PACE,
            others="Ritmo"),
    _column(
        _K, "Labels", "match.labels", "labels that name it in the tracker", form=Form.TEXTS, example="okr-refunds",
        others="Label | Etichette",
    ),
    _column(_K, "Items", "match.items", "tracker keys that stand for it", form=Form.TEXTS, others="Issues | Elementi"),
    _column(
        _K, "Epics", "match.jiraEpics", "epics whose work serves it", form=Form.TEXTS, example="PAY-301; PAY-317",
        others="Epic | Jira epics",
    ),
    _column(
        _K, "Containers", "match.containers", "projects and the like whose work serves it", form=Form.TEXTS,
        others="Projects | Progetti",
    ),
    _column(_K, "Urls", "match.urls", "addresses that name it", form=Form.TEXTS, others="Links | URL | Collegamenti"),
    _column(
        _K, "Keywords", "match.keywords", "words that hint at it", form=Form.TEXTS, example="refund; chargeback",
        others="Parole chiave",
    ),
)  # fmt: skip

BY_NAME: dict[str, Column] = {column.name: column for column in (*COLUMNS, PROBLEM)}
BY_HEADING: dict[str, Column] = {
    fold_heading(name): column for column in BY_NAME.values() for name in (column.name, *column.others)
}
HEADINGS: tuple[str, ...] = tuple(name for column in COLUMNS for name in (column.name, *column.others))
