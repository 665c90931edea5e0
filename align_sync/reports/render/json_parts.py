"""The pieces of JSON that reports and explanations share, written so that a terminal that shows them stays safe."""

import json
import re
from datetime import date

from align_sync.linking.evidence import Waiting
from align_sync.reports.model import DisputeLine, ExemptionLine, ReportItem, SourceLine
from align_sync.reports.words import stamp

Json = dict[str, object]

# JSON allows these raw, but a terminal that shows the output would obey them; escaped they say the same.
_ESCAPED = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")


def dump(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def even_out(value: object) -> object:
    """Whole numbers as such, so that a report which was kept and read back is written the same: 8 and not 8.0."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: even_out(member) for name, member in value.items()}
        case list():
            return [even_out(member) for member in value]
        case _:
            return value


def describe_source(line: SourceLine) -> Json:
    return {
        "source": line.source,
        "kind": line.kind,
        "state": line.state.value,
        "complete_at": stamp(line.complete_at),
        "attempted_at": stamp(line.attempted_at),
        "items": line.items,
        "failure": line.failure or None,
        "problems": line.problems,
    }


def describe_report_item(item: ReportItem) -> Json:
    return {
        "source": item.source,
        "external_id": item.external_id,
        "key": item.key,
        "title": item.title,
        "kind": item.kind.value,
        "kind_name": item.kind_name,
        "status": item.status,
        "status_category": item.status_category.value,
        "team": item.team,
        "sprint": item.sprint,
        "sprint_id": item.sprint_id,
        "bucket": item.bucket.value,
        "because": item.because,
        "links": [{"key_result": link.key_result, "title": link.title, "share": link.share} for link in item.links],
        "evidence": list(item.evidence),
        "rejected": list(item.rejected),
        "suggestion": item.suggestion,
        "fixes": list(item.fixes),
        "labels": list(item.labels),
        "parent": item.parent,
        "relations": list(item.relations),
        "container": item.container,
        "assignee": item.assignee,
        "priority": item.priority,
        "points": item.points,
        "address": item.address or None,
        "updated_at": stamp(item.updated_at),
        "entered_at": stamp(item.entered_at),
        "exempted": None if item.exempted is None else _describe_exemption(item.exempted),
        "waiting": None if item.waiting is None else _describe_waiting(item.waiting),
        "dispute": None if item.dispute is None else _describe_dispute(item.dispute),
        "decided_by": item.decided_by.value if item.decided_by else None,
        "blamed": item.blamed,
        "imputed_points": item.imputed_points,
        "days": item.days,
        "linked_at": stamp(item.linked_at),
        "found": list(item.found),
        "components": list(item.components),
    }


def describe_day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _describe_exemption(line: ExemptionLine) -> Json:
    return {
        "category": line.category,
        "reason": line.reason,
        "rule": line.rule or None,
        "author": line.author or None,
        "expires_on": describe_day(line.expires_on),
        "says": line.says,
    }


def _describe_waiting(waiting: Waiting) -> Json:
    return {
        "day": waiting.day,
        "days": waiting.days,
        "since_at": stamp(waiting.since_at),
        "ends_on": describe_day(waiting.ends_on),
    }


def _describe_dispute(line: DisputeLine) -> Json:
    return {"author": line.author, "reason": line.reason, "since_at": stamp(line.since_at)}
