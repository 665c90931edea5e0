"""The pieces of JSON that reports and explanations share, written so that a terminal that shows them stays safe."""

import json
import re

from align_sync.reports.model import ReportItem, SourceLine
from align_sync.reports.words import stamp

Json = dict[str, object]

# JSON allows these raw, but a terminal that shows the output would obey them; escaped they say the same.
_ESCAPED = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")


def dump(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


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
    }
