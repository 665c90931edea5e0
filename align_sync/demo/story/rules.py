"""The settings of the sample company: its teams, its calendar, and its rules for work that names no key result."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import orjson

from align_sync.demo.story.sources import CONNECTION

Rows = tuple[Mapping[str, Any], ...]

MATCHES_NOTHING = "night batches"
"""The rule that has outlived what it was made for, as every company has one."""

CALENDAR: Mapping[str, Any] = {"country": "IT"}
TEAMS: Rows = (
    {"name": "Payments", "jira_board": 1},
    {"name": "Search and mobile", "jira_board": 2, "exempt_budget": 15},
    {"name": "Platform", "jira_board": 3},
    {"name": "Support", "linear_team": "CARE"},
    {"name": "Customer success", "linear_team": "GROW"},
)
EXEMPT: Rows = (
    {
        "name": "bugs on phones",
        "category": "bug",
        "teams": ["Search and mobile"],
        "filter": "type in (Bug, Incident)",
        "reason": "what is broken on a phone is mended before anything new",
    },
    {
        "name": "dependency upgrades",
        "category": "upgrade",
        "labels": ["dependencies"],
        "reason": "standing still gets dearer every month",
    },
    {
        "name": "security",
        "category": "security",
        "filter": 'label = security or summary ~ "CVE-"',
        "reason": "nobody plans a hole, and everybody closes it",
    },
    {
        "name": MATCHES_NOTHING,
        "category": "ktlo",
        "projects": ["HOST"],
        "reason": "the old host has to be fed until it is switched off",
    },
)


def list_mappings(today: date) -> Rows:
    """Both are looked at again soon, as every such rule should be."""
    return (
        {
            "name": "checkout is speed",
            "kr": "KR-5.1",
            "projects": ["PAY"],
            "components": ["Checkout"],
            "owner": "Yusuf Aydin",
            "expires_on": today + timedelta(days=45),
        },
        {
            "name": "calls to customers",
            "kr": "ret90",
            "sources": ["linear"],
            "labels": ["customer-call"],
            "owner": "Chiara Bianchi",
            "expires_on": today + timedelta(days=20),
        },
    )


def sample_settings(today: date, metrics: Rows = ()) -> dict[str, Any]:
    """Of the settings what the story depends on, by their names."""
    return {
        "calendar": CALENDAR,
        "readings": {"sql": True},
        # Where it is stands in the environment, as the address of a database does; whoever only looks needs none.
        "connections": {CONNECTION: {}},
        "teams": TEAMS,
        "map": list_mappings(today),
        "exempt": EXEMPT,
        "metrics": metrics,
    }


def write_sample_settings(today: date, okrs: Iterable[str], *, timezone: str = "UTC", metrics: Rows = ()) -> str:
    """The same as a settings file, with the folders or files of the OKR book."""
    lines = [
        "# The rules of the sample company; the next sample writes this file anew.",
        f"timezone = {_write(timezone)}",
        f"okrs = {_write(list(okrs))}",
    ]
    for name, told in sample_settings(today, metrics).items():
        for row in [told] if isinstance(told, Mapping) else told:
            head = f"[{name}]" if isinstance(told, Mapping) else f"[[{name}]]"
            lines += ["", head, *_write_row(row)]
    return "\n".join([*lines, ""])


def _write_row(row: Mapping[str, Any]) -> Iterator[str]:
    for name, value in row.items():
        yield f"{name} = {value.isoformat() if isinstance(value, date) else _write(value)}"


def _write(value: object) -> str:
    """Texts, numbers and lists of texts are the same in TOML as in JSON."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name} = {_write(inner)}' for name, inner in value.items())}}}"
    return orjson.dumps(value).decode()
