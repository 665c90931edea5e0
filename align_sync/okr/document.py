"""The OKR file as pydantic models: what may stand in it, and the JSON Schema that editors check it with.

The models check shapes only. What needs the other entries (unique keys, successors, the cascade) is in `book_yaml.py`.
"""

import re
from datetime import date
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
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_read_date)]
PacePoint = Annotated[tuple[Day, Share], Strict(strict=False)]
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


class MetricEntry(_Entry):
    unit: Annotated[str, Field(max_length=LONGEST_WORD), _Printable] = ""
    direction: Literal["increase", "decrease", "hold"] = "increase"
    baseline: Number | None = None
    target: Number
    source: Annotated[str, Field(max_length=LONGEST_URL), _Printable] = ""
    current: Number | None = Field(default=None, description="the last value that somebody read")
    current_on: Day | None = Field(default=None, description="the day on which it was read")

    @field_validator("current_on")
    @classmethod
    def _check_dated(cls, day: date | None, earlier: ValidationInfo) -> date | None:
        if day is not None and "current" in earlier.data and earlier.data["current"] is None:
            raise ValueError("is the day of a value that is missing; write the value as `current`")
        return day


class KeyResultEntry(_Entry):
    """`pace` is checked for its shape and used by no rule yet."""

    id: Key = Field(description="what people type in labels")
    title: Title
    owner: Word | None = None
    type: Literal["committed", "aspirational", "learning"] = "committed"
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    state: Literal["active", "closed", "archived"] = "active"
    successor: Key | None = Field(default=None, description="the key result that takes over the work")
    formerly: list[Key] = Field(default=[], description="ids that it had before; work that names one still counts")
    closed_on: Day | None = Field(default=None, description="the day on which it was closed or archived")
    metric: MetricEntry | None = None
    pace: Pace = "linear"
    match: MatchEntry = MatchEntry()

    @field_validator("closed_on")
    @classmethod
    def _check_closed(cls, day: date | None, earlier: ValidationInfo) -> date | None:
        if day is not None and earlier.data.get("state") == "active":
            raise ValueError("belongs to a key result that is closed or archived; write that as `state`, or remove it")
        return day


class ObjectiveEntry(_Entry):
    id: Key
    title: Title
    owner: Word | None = None
    contributes_to: list[Key] = Field(default=[], description="ids of objectives or key results above it")
    key_results: list[KeyResultEntry] = []


class SpecEntry(_Entry):
    team: Word
    period: Word = Field(description="such as 2026-Q4")
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
        model = _MODELS[str(part)]
    return tuple(field.alias or name for name, field in model.model_fields.items())


_MODELS: dict[str, type[BaseModel]] = {
    "metadata": MetadataEntry,
    "spec": SpecEntry,
    "metric": MetricEntry,
    "match": MatchEntry,
}
