"""Findings as SARIF 2.1.0, which code hosts show beside the lines of a change.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import orjson

from align_sync.okr.lint.catalog import RULES, manual_of
from align_sync.okr.lint.manual import Manual
from align_sync.okr.lint.model import PlacedFinding, Rule
from align_sync.okr.lint.result import LintResult

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_NUMBERS = {rule.NAME: number for number, rule in enumerate(RULES)}


def render_sarif(result: LintResult, *, version: str) -> str:
    driver = {
        "name": "align-sync okr lint",
        "semanticVersion": version,
        "rules": [_describe(rule) for rule in RULES],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result(one, is_accepted=False) for one in result.findings.new),
            *(_result(one, is_accepted=True) for one in result.findings.accepted),
        ],
    }
    told = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n"


def _describe(rule: Rule) -> dict[str, Any]:
    manual = manual_of(rule)
    examples = _examples(manual)
    return {
        "id": rule.NAME,
        "shortDescription": {"text": manual.summary},
        "fullDescription": {"text": manual.text},
        "help": {"text": f"{manual.text}\n\n{examples}", "markdown": f"{manual.text}\n\n{examples}"},
        "defaultConfiguration": {"level": rule.SEVERITY.value},
    }


def _examples(manual: Manual) -> str:
    parts = [("Fails", example) for example in manual.fails] + [("Passes", example) for example in manual.passes]
    return "\n\n".join(f"{heading}:\n\n```yaml\n{example}\n```" for heading, example in parts)


def _result(one: PlacedFinding, *, is_accepted: bool) -> dict[str, Any]:
    finding = one.finding
    parts = [
        finding.message,
        finding.advice and f"→ {finding.advice}",
        finding.wording and f"better: {finding.wording}",
    ]
    told: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": _NUMBERS[finding.rule],
        "level": finding.severity.value,
        "message": {"text": "\n".join(part for part in parts if part)},
        "locations": [_location(one)],
        "partialFingerprints": {"okrLint/v1": one.fingerprint},
    }
    if is_accepted:
        told["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return told


def _location(one: PlacedFinding) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if one.place is not None:
        found["physicalLocation"] = {
            "artifactLocation": {"uri": _address(one.place.name)},
            "region": {"startLine": one.place.line, "startColumn": one.place.column},
        }
    if one.finding.key:
        found["logicalLocations"] = [{"name": one.finding.key, "kind": "object"}]
    return found


def _address(name: str) -> str:
    path = PurePath(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
