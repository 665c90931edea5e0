"""Recordings of a Jira site, made up small, in the shape of the Agile API of an old server."""

import gzip
from pathlib import Path
from typing import Any

import orjson


def make_issue(number: int, **fields: Any) -> dict[str, Any]:
    stamp = "2015-02-02T13:44:04.000+0000"
    told = {"summary": f"Recorded {number}", "issuetype": {"id": "1", "name": "Bug", "subtask": False}, "labels": []}
    project = {"id": "7", "key": "AC", "name": "Inbox"}
    return {
        "id": str(number),
        "key": f"AC-{number}",
        "fields": {**told, "project": project, "created": stamp, "updated": stamp, **fields},
    }


def write_issues(folder: Path, *issues: dict[str, Any]) -> Path:
    path = folder / "issues.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(orjson.dumps(issue) for issue in issues)))
    return path
