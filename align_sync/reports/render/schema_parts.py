"""The JSON Schemas of the parts that reports and explanations are made of.

Objects are left open: a reader that checks against them goes on working when a field comes.
"""

from collections.abc import Iterable
from enum import StrEnum

from align_sync.linking.evidence import Bucket, RuleKind
from align_sync.okr.model import Commitment
from align_sync.okr.standing import Health, HealthPolicy
from align_sync.reports.commands import SIGNAL_NAMES
from align_sync.reports.model import Lens, PolicyRuleKind, SourceState, Standing
from align_sync.work import ItemKind, SprintState, StatusCategory

Schema = dict[str, object]

TEXT: Schema = {"type": "string"}
TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT}
NUMBER_OR_NONE: Schema = {"type": ["number", "null"]}
YES_OR_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
COUNT_OR_NONE: Schema = {"type": ["integer", "null"], "minimum": 0}
MASS: Schema = {"type": "number", "minimum": 0}
NUMBER: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
SHARE_OR_NONE: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
INSTANT: Schema = {"type": "string", "format": "date-time"}
INSTANT_OR_NONE: Schema = {"type": ["string", "null"], "format": "date-time"}
DAY_OR_NONE: Schema = {"type": ["string", "null"], "format": "date"}


def one_of(words: type[StrEnum]) -> Schema:
    return {"type": "string", "enum": [word.value for word in words]}


def one_or_none_of(words: type[StrEnum]) -> Schema:
    return {"type": ["string", "null"], "enum": [*(word.value for word in words), None]}


def one_of_texts(texts: Iterable[str]) -> Schema:
    return {"type": "string", "enum": list(texts)}


def object_of(**members: Schema) -> Schema:
    return {"type": "object", "properties": dict(members), "required": list(members)}


def listed(member: Schema) -> Schema:
    return {"type": "array", "items": member}


def or_none(member: Schema) -> Schema:
    return {**member, "type": [member["type"], "null"]}


SIGNAL_NAME = one_of_texts(SIGNAL_NAMES.values())
_TALLY: dict[str, Schema] = {
    "lens": one_of(Lens),
    "counts": object_of(**{bucket.value: MASS for bucket in Bucket}),
    "total": MASS,
    "linked": MASS,
    "actionable": MASS,
    "coverage": SHARE_OR_NONE,
    "exempt_share": SHARE,
    "budget": SHARE,
    "over": MASS,
    "unknown_share": SHARE,
    "imputed_share": SHARE,
    "imputed": COUNT,
    "withheld": TEXT_OR_NONE,
}
TALLY = object_of(**_TALLY)
_JUDGED: dict[str, Schema] = {**_TALLY, "standing": one_of(Standing), "list_command": TEXT}
HEADLINE = object_of(**_JUDGED)
TEAM = object_of(team=TEXT, source=TEXT, sprints=TEXTS, **_JUDGED, lenses=listed(TALLY))
SPRINT = object_of(
    source=TEXT,
    external_id=TEXT,
    name=TEXT,
    state=one_of(SprintState),
    team=TEXT,
    starts_at=INSTANT_OR_NONE,
    ends_at=INSTANT_OR_NONE,
    items=COUNT,
)
KEY_RESULT = object_of(
    key=TEXT,
    title=TEXT,
    objective_key=TEXT,
    objective=TEXT,
    team=TEXT,
    period=TEXT,
    owner=TEXT,
    items=COUNT,
    share_sum=MASS,
    idle=YES_OR_NO,
    weight=MASS,
    weight_share=SHARE,
    effort={"type": "object", "properties": {lens.value: SHARE for lens in Lens}},
    has_open=YES_OR_NO,
    has_recent=YES_OR_NO,
    planned=COUNT_OR_NONE,
    last_work_at=INSTANT_OR_NONE,
    days_behind=NUMBER_OR_NONE,
    commitment=one_of(Commitment),
    unit=TEXT,
    baseline=NUMBER_OR_NONE,
    target=NUMBER_OR_NONE,
    value=NUMBER_OR_NONE,
    value_as_of=INSTANT_OR_NONE,
    progress=NUMBER_OR_NONE,
    expected=NUMBER_OR_NONE,
    health=one_of(Health),
    health_policy=one_of(HealthPolicy),
    health_because=TEXT,
    confidence=SHARE_OR_NONE,
    failure=TEXT_OR_NONE,
    list_command=TEXT,
)
OBJECTIVE = object_of(
    key=TEXT,
    title=TEXT,
    team=TEXT,
    period=TEXT,
    owner=TEXT,
    parent=TEXT_OR_NONE,
    progress=SHARE_OR_NONE,
    known=COUNT,
    counted=COUNT,
    health=one_of(Health),
    health_policy=one_of(HealthPolicy),
    health_because=TEXT,
    weakest=TEXT_OR_NONE,
    items=COUNT,
)
GAP = object_of(lens=one_of(Lens), gap=SHARE_OR_NONE)
SIGNAL = object_of(
    kind=SIGNAL_NAME,
    team=TEXT,
    says=TEXT,
    share=SHARE,
    items=listed(object_of(source=TEXT, external_id=TEXT)),
    list_command=TEXT,
)
RULE = object_of(
    kind=one_of(PolicyRuleKind),
    name=TEXT,
    target=TEXT,
    owner=TEXT_OR_NONE,
    expires_on=DAY_OR_NONE,
    matched=COUNT,
    decided=COUNT,
    warning=TEXT_OR_NONE,
    list_command=TEXT,
)
DISPUTED = object_of(
    decided_by=one_of_texts([*(kind.value for kind in RuleKind), *(bucket.value for bucket in Bucket)]), items=COUNT
)
FIGURE = object_of(name=TEXT, lens=one_of(Lens), value=MASS, command=TEXT)
SOURCE = object_of(
    source=TEXT,
    kind=TEXT,
    state=one_of(SourceState),
    complete_at=INSTANT_OR_NONE,
    attempted_at=INSTANT_OR_NONE,
    items=COUNT,
    failure=TEXT_OR_NONE,
    problems=COUNT,
)
ITEM = object_of(
    source=TEXT,
    external_id=TEXT,
    key=TEXT,
    title=TEXT,
    kind=one_of(ItemKind),
    kind_name=TEXT,
    status=TEXT,
    status_category=one_of(StatusCategory),
    team=TEXT,
    sprint=TEXT,
    sprint_id=TEXT,
    bucket=one_of(Bucket),
    because=TEXT,
    links=listed(object_of(key_result=TEXT, title=TEXT, share=SHARE)),
    evidence=TEXTS,
    rejected=TEXTS,
    suggestion=TEXT_OR_NONE,
    fixes=TEXTS,
    labels=TEXTS,
    parent=TEXT_OR_NONE,
    relations=TEXTS,
    container=TEXT,
    assignee=TEXT_OR_NONE,
    priority=TEXT_OR_NONE,
    points=NUMBER_OR_NONE,
    address=TEXT_OR_NONE,
    updated_at=INSTANT_OR_NONE,
    entered_at=INSTANT_OR_NONE,
    exempted=or_none(
        object_of(
            category=TEXT,
            reason=TEXT,
            rule=TEXT_OR_NONE,
            author=TEXT_OR_NONE,
            expires_on=DAY_OR_NONE,
            says=TEXT,
        )
    ),
    waiting=or_none(object_of(day=COUNT, days=COUNT, since_at=INSTANT_OR_NONE, ends_on=DAY_OR_NONE)),
    dispute=or_none(object_of(author=TEXT, reason=TEXT, since_at=INSTANT)),
    decided_by=one_or_none_of(RuleKind),
    blamed=TEXT_OR_NONE,
    imputed_points=NUMBER_OR_NONE,
    days=MASS,
    linked_at=INSTANT_OR_NONE,
    found=TEXTS,
    components=TEXTS,
)
