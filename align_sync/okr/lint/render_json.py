"""Findings for programs: an envelope with the version of its shape, and one record a finding."""

from typing import Any

import orjson

from align_sync.okr.lint.model import PlacedFinding
from align_sync.okr.lint.result import LintResult

SCHEMA_VERSION = 1


def render_json(result: LintResult) -> str:
    told = {
        "schema_version": SCHEMA_VERSION,
        "generated_at": result.generated_at,
        "checked": {
            "files": result.files,
            "objectives": result.objectives,
            "key_results": result.key_results,
            "register": result.has_register,
        },
        "counts": {
            **{severity.value: count for severity, count in result.counts.items()},
            "accepted": len(result.findings.accepted),
        },
        "items": [
            *(_record(one, is_accepted=False) for one in result.findings.new),
            *(_record(one, is_accepted=True) for one in result.findings.accepted),
        ],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n"


def _record(one: PlacedFinding, *, is_accepted: bool) -> dict[str, Any]:
    finding, place = one.finding, one.place
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "key": finding.key or None,
        "field": list(finding.field),
        "file": place.name if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": finding.message,
        "advice": finding.advice or None,
        "wording": finding.wording or None,
        "fingerprint": one.fingerprint,
        "accepted": is_accepted,
    }
