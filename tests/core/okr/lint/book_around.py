"""The rest of a book around an example: one key result, one objective, the objectives of a set, or several sets."""

from datetime import date
from typing import Any

import yaml

from align_sync.okr.book_yaml import ReadBook, read_book
from align_sync.okr.lint.model import Evidence, Finding, Severity, Subject
from align_sync.okr.lint.run import build_subject, run_lint
from align_sync.okr.metrics import Measurability, MetricDefinition, SourceKind

TODAY = QUARTER = date(2026, 10, 1)
NAME = "okrs/example.yaml"

_Example = dict[str, Any]


def read_example(text: str) -> tuple[ReadBook, Subject]:
    """The book that the example makes, and the subject that the linter gets; `register` and `confidences` are its."""
    example: _Example = yaml.safe_load(text)
    register, confidences = example.pop("register", None), example.pop("confidences", {})
    read = read_book([(NAME, _write(example))])
    metrics = None if register is None else {name: _evidence(name, told) for name, told in register.items()}
    return read, build_subject(read.book, today=TODAY, metrics=metrics, confidences=confidences, problems=read.problems)


def lint_example(text: str, levels: dict[str, Severity] | None = None) -> tuple[Finding, ...]:
    return run_lint(read_example(text)[1], levels)


def rules_of(text: str) -> list[str]:
    return [finding.rule for finding in lint_example(text)]


def _evidence(name: str, told: _Example) -> Evidence:
    return Evidence(
        definition=MetricDefinition(
            name=name, kind=SourceKind(told["kind"]), title=told.get("title", ""), tolerance=told.get("tolerance")
        ),
        measurability=Measurability(told.get("measurability", "verified-live")),
        noise=told.get("noise"),
        baselines={QUARTER: told["readBaseline"]} if "readBaseline" in told else {},
    )


def _write(example: _Example) -> str:
    sets = (
        example["sets"]
        if "sets" in example
        else [example if "objectives" in example else {"objectives": [_wrap(example)]}]
    )
    return "---\n".join(
        yaml.safe_dump(_set(number, one), allow_unicode=True) for number, one in enumerate(sets, start=1)
    )


def _wrap(example: _Example) -> _Example:
    if "keyResults" in example:
        return example
    objective = {"title": "Customers stay because the product helps them", "owner": "ana@acme.example"}
    return {**objective, "keyResults": [example]}


def _set(number: int, one: _Example) -> _Example:
    objectives = [_name(objective, f"O-{number}.{n}") for n, objective in enumerate(one["objectives"], start=1)]
    spec = {"team": "payments", "period": "2026-Q4", **one, "objectives": objectives}
    return {"apiVersion": "align-sync.dev/v1", "kind": "OKRSet", "metadata": {"name": f"set-{number}"}, "spec": spec}


def _name(objective: _Example, key: str) -> _Example:
    results = [{"id": f"{key}.{n}", **kr} for n, kr in enumerate(objective.get("keyResults", ()), start=1)]
    return {"id": key, **objective, "keyResults": results}
