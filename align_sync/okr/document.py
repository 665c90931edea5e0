"""The OKR file as pydantic models: what may stand in it, and the JSON Schema that editors check it with.

The models check shapes only. What needs the other entries (unique keys, successors, the cascade) is in `book_yaml.py`.
"""

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from align_sync.okr.yaml_nodes import KeyPath, Unquoted
from align_sync.okr.zones import complete_zones

API_VERSION = "align-sync.dev/v1"
KIND = "OKRSet"
SCHEMA_ID = "okrset.v1.json"

KEY_PATTERN = r"^[^\s,;=]+$"
NAME_PATTERN = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
LONGEST_KEY = 100
LONGEST_TITLE = 300
LONGEST_WORD = 255
LONGEST_URL = 1_000

# Control characters, line ends and the marks that turn the direction of writing: they would lie on a terminal.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _check_printable(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError("must be one line without control characters")
    return text


def _check_web(address: str) -> str:
    if not re.match(r"https?://[^\s/]", address, re.IGNORECASE) or re.search(r"\s", address):
        raise ValueError("must be an address that begins with https:// or http://")
    return address


def _check_source(name: str) -> str:
    if "://" in name:
        raise ValueError("must name a metric, such as sql:refund_errors; how it is read stands in align-sync.toml")
    return name


def _read_date(value: object) -> object:
    text = value.text if isinstance(value, Unquoted) else value
    try:
        return date.fromisoformat(text) if isinstance(text, str) else text
    except ValueError:
        raise ValueError("must be a date such as 2026-11-15") from None


_Printable = AfterValidator(_check_printable)
Key = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY, pattern=KEY_PATTERN), _Printable]
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE), _Printable]
Word = Annotated[str, Field(min_length=1, max_length=LONGEST_WORD), _Printable]
Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL), _Printable, AfterValidator(_check_web)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Sentence = Annotated[str, Field(max_length=LONGEST_TITLE), _Printable]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_read_date)]
PacePoint = Annotated[tuple[Day, Share], Strict(strict=False)]
Checkpoint = Annotated[tuple[Number, Share], Strict(strict=False)]
Pace = Annotated[
    Annotated[Literal["linear", "back-loaded"], Tag("word")]
    | Annotated[list[PacePoint], Field(min_length=1), Tag("points")],
    Discriminator(lambda value: "points" if isinstance(value, list) else "word"),
]


class _Entry(BaseModel):
    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        alias_generator=to_camel,
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_nothings(cls, value: object) -> object:
        # `contributesTo:` with nothing behind it says no more than no such line; unknown keys are told all the same.
        if not isinstance(value, dict):
            return value
        return {key: inner for key, inner in value.items() if inner is not None or key not in known_keys(cls)}


class MatchEntry(_Entry):
    """How work names the key result beside its id. The names of Jira and Linear are other words for the plain ones."""

    labels: list[Word] = []
    items: list[Word] = Field(default=[], description="tracker keys such as PAY-301 that stand for the key result")
    containers: list[Word] = Field(default=[], description="names or identifiers of projects and the like")
    urls: list[Url] = []
    keywords: list[Word] = []
    jira_labels: list[Word] = []
    linear_labels: list[Word] = []
    jira_epics: list[Word] = []
    jira_issues: list[Word] = []
    linear_issues: list[Word] = []
    linear_projects: list[Word] = []
    linear_initiatives: list[Word] = []


class ZonesEntry(_Entry):
    """What each zone of an ordinal key result looks like, in words."""

    fail: Sentence = ""
    commit: Sentence = ""
    target: Sentence = ""
    stretch: Sentence = ""


class MetricEntry(_Entry):
    """Of commit, target and stretch any two give the third: commit is 0.3 and target 0.7 of the way to stretch."""

    kind: Literal["metric", "ordinal", "milestone"] = "metric"
    unit: Annotated[str, Field(max_length=LONGEST_WORD), _Printable] = ""
    direction: Literal["increase", "decrease", "hold"] = "increase"
    baseline: Number | None = None
    baseline_on: Day | None = Field(default=None, description="the day of the baseline")
    target: Number | None = None
    commit: Number | None = Field(default=None, description="the least that is promised")
    stretch: Number | None = Field(default=None, description="what would be outstanding")
    low: Number | None = Field(default=None, description="of a metric to hold: the lower end of the band")
    high: Number | None = Field(default=None, description="of a metric to hold: the upper end of the band")
    tolerance: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        default=None, description="how far outside of the band progress is 0"
    )
    checkpoints: list[Checkpoint] = Field(default=[], description="pairs such as [5, 0.5]: a value, and the progress")
    zones: ZonesEntry = ZonesEntry()
    source: Annotated[str, Field(max_length=LONGEST_URL), _Printable, AfterValidator(_check_source)] = Field(
        default="", description="kind and name of the metric in the register, such as sql:refund_errors"
    )
    current: Number | None = Field(default=None, description="the last value that somebody read")
    current_on: Day | None = Field(default=None, description="the day on which it was read")

    @field_validator("baseline_on", "current_on")
    @classmethod
    def _check_dated(cls, day: date | None, earlier: ValidationInfo) -> date | None:
        value = str(earlier.field_name).removesuffix("_on")
        if day is not None and value in earlier.data and earlier.data[value] is None:
            raise ValueError(f"is the day of a value that is missing; write the value as `{value}`")
        return day

    @field_validator("low", "high", "tolerance")
    @classmethod
    def _check_held(cls, value: float | None, earlier: ValidationInfo) -> float | None:
        if value is not None and earlier.data.get("direction", "hold") != "hold":
            raise ValueError("belongs to a metric to hold in a band; write `direction: hold`, or remove it")
        return value

    @field_validator("high")
    @classmethod
    def _check_band(cls, high: float | None, earlier: ValidationInfo) -> float | None:
        low = earlier.data.get("low")
        if high is not None and low is not None and high < low:
            raise ValueError(f"is below `low`, which is {low:g}; swap them")
        return high

    @field_validator("checkpoints")
    @classmethod
    def _check_line(cls, points: list[tuple[float, float]], earlier: ValidationInfo) -> list[tuple[float, float]]:
        if points and earlier.data.get("direction") == "hold":
            raise ValueError("lie between a baseline and a target, and a band to hold has neither; remove them")
        _, target, _ = complete_zones(**{name: earlier.data.get(name) for name in _ON_THE_LINE})
        line = [(earlier.data.get("baseline"), 0.0), *points, (target, 1.0)]
        known = [(value, share) for value, share in line if value is not None]
        is_rising = len(known) > 1 and known[-1][0] > known[0][0]
        for (value, share), (next_value, next_share) in pairwise(known) if points else ():
            if next_value == value or (next_value > value) is not is_rising:
                raise ValueError(f"must lead from baseline to target, but {next_value:g} comes after {value:g}")
            if next_share <= share:
                raise ValueError(f"its shares must rise between 0 and 1, but {next_share:g} comes after {share:g}")
        return points

    @field_validator("zones")
    @classmethod
    def _check_ordinal(cls, zones: ZonesEntry, earlier: ValidationInfo) -> ZonesEntry:
        if zones != ZonesEntry() and earlier.data.get("kind", "ordinal") != "ordinal":
            raise ValueError("describe an ordinal key result in words; write `kind: ordinal`, or remove them")
        return zones


_ON_THE_LINE = ("baseline", "commit", "target", "stretch")


class KeyResultEntry(_Entry):
    id: Key = Field(description="what people type in labels")
    title: Title
    owner: Word | None = None
    type: Literal["committed", "aspirational", "learning"] = "committed"
    indicator: Literal["lead", "lag"] | None = Field(default=None, description="does it move early, or tell afterwards")
    weight: Weight = 1.0
    due: Day | None = Field(default=None, description="the last day of the period where it is missing")
    state: Literal["active", "closed", "archived"] = "active"
    successor: Key | None = Field(default=None, description="the key result that takes over the work")
    formerly: list[Key] = Field(default=[], description="ids that it had before; work that names one still counts")
    closed_on: Day | None = Field(default=None, description="the day on which it was closed or archived")
    metric: MetricEntry | None = None
    pace: Pace = Field(default="linear", description="the plan: a word, or points such as [2026-11-15, 0.3]")
    match: MatchEntry = MatchEntry()

    @field_validator("closed_on")
    @classmethod
    def _check_closed(cls, day: date | None, earlier: ValidationInfo) -> date | None:
        if day is not None and earlier.data.get("state") == "active":
            raise ValueError("belongs to a key result that is closed or archived; write that as `state`, or remove it")
        return day

    @field_validator("pace")
    @classmethod
    def _check_phases(cls, pace: str | list[tuple[date, float]]) -> str | list[tuple[date, float]]:
        points = [] if isinstance(pace, str) else pace
        for (day, share), (next_day, next_share) in pairwise(points):
            if next_day <= day:
                raise ValueError(f"its days must rise, but {next_day} comes after {day}")
            if next_share < share:
                raise ValueError(f"its shares must not fall, but {next_share:g} comes after {share:g}")
        return pace


class ShareEntry(_Entry):
    """A further team that the objective belongs to, with the weight it has for that team."""

    team: Word
    weight: Weight = 1.0


class ObjectiveEntry(_Entry):
    id: Key
    title: Title
    owner: Word | None = None
    level: Literal["company", "department", "team"] | None = Field(default=None, description="that of the set, if any")
    contributes_to: list[Key] = Field(default=[], description="the id of the objective or key result above it")
    weight: Weight = Field(default=1.0, description="its weight for what it contributes to")
    progress_from: Literal["keyResults", "aligned", "both"] = Field(
        default="keyResults", description="its key results, the objectives that contribute to it, or both"
    )
    shared_with: list[ShareEntry] = Field(default=[], description="further teams it belongs to")
    key_results: list[KeyResultEntry] = []


class SpecEntry(_Entry):
    team: Word
    period: Word = Field(description="such as 2026-Q4")
    level: Literal["company", "department", "team"] | None = Field(default=None, description="of all its objectives")
    objectives: list[ObjectiveEntry]


class MetadataEntry(_Entry):
    name: Annotated[str, Field(min_length=1, max_length=253, pattern=NAME_PATTERN)]
    labels: dict[str, Word] = {}


class OkrSet(_Entry):
    """A set of objectives with their key results: one team, one period."""

    api_version: Literal["align-sync.dev/v1"]
    kind: Literal["OKRSet"]
    metadata: MetadataEntry
    spec: SpecEntry


def json_schema() -> dict[str, Any]:
    """The JSON Schema of one document, as `config/schema/okrset.v1.json` holds it."""
    schema = OkrSet.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **schema}


def known_keys(model: type[BaseModel], path: KeyPath = ()) -> tuple[str, ...]:
    """The keys that the mapping at this path of the model may have."""
    for part in path:
        model = model if isinstance(part, int) else _MODELS[part]
    return tuple(field.alias or name for name, field in model.model_fields.items())


_MODELS: dict[str, type[BaseModel]] = {
    "metadata": MetadataEntry,
    "spec": SpecEntry,
    "metric": MetricEntry,
    "match": MatchEntry,
    "zones": ZonesEntry,
    "sharedWith": ShareEntry,
}
