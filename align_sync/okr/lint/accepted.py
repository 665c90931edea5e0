"""The file of accepted findings: what is there already does not stop anybody, what is new does."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from align_sync.okr.lint.model import PlacedFinding
from align_sync.okr.lint.rules import unsound_entry

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Findings that are new, those that were accepted, and how many accepted ones are gone."""

    new: tuple[PlacedFinding, ...]
    accepted: tuple[PlacedFinding, ...]
    gone: int


def sort_findings(findings: Iterable[PlacedFinding], accepted: frozenset[str]) -> Sorted:
    found = tuple(findings)
    known = {one.fingerprint for one in found}
    return Sorted(
        new=tuple(one for one in found if one.fingerprint not in accepted),
        accepted=tuple(one for one in found if one.fingerprint in accepted),
        gone=len(accepted - known),
    )


def write_accepted(findings: Iterable[PlacedFinding]) -> str:
    """The file that accepts all of these; sorted, so that two of them can be compared line by line.

    What cannot be read is never accepted: nobody knows what it says.
    """
    entries = sorted(
        (one.finding.key, one.finding.rule, one.fingerprint, one.finding.message)
        for one in findings
        if one.finding.rule != unsound_entry.NAME
    )
    told = [{"key": key, "rule": rule, "fingerprint": mark, "message": said} for key, rule, mark, said in entries]
    return (
        orjson.dumps({"schema_version": SCHEMA_VERSION, "accepted": told}, option=orjson.OPT_INDENT_2).decode() + "\n"
    )


def read_accepted(text: str) -> frozenset[str]:
    """The fingerprints of such a file. Raises `ValueError` where it is none."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error}") from None
    if not isinstance(told, dict) or told.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"it is no file of accepted findings of version {SCHEMA_VERSION}")
    entries = told.get("accepted")
    if not isinstance(entries, list) or not all(isinstance(one, dict) and "fingerprint" in one for one in entries):
        raise ValueError("`accepted` must be a list of findings, each with its `fingerprint`")
    return frozenset(str(one["fingerprint"]) for one in entries)
