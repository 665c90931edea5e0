"""How well the linter tells milestones from outcomes, on the labelled key results of tests/cases/lint/labelled.yaml.

`python -m benchmarks.milestones` prints a table in Markdown: for all of them and for each language, difficulty and
split the confusion table, precision, recall and F1 of the linter, beside two simple judges. Only the text decides: each
is the title of a key result without any field. Who works on the rule looks at `--errors`, never at the held-out ones.
"""

import argparse
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from align_sync.okr.lint.rules.milestone_not_kr import NAME
from align_sync.okr.lint.run import build_subject, run_lint
from align_sync.okr.model import Book, KeyResult, Objective
from benchmarks.labelled import FRESH, LABELLED, Labelled, Split, confuse, find_mistakes, group, load_labelled

TODAY = date(2026, 10, 1)
HEAD = (
    "key results", "judge", "texts", "milestones found", "outcomes called milestone", "milestones missed",
    "outcomes let pass", "precision", "recall", "F1",
)  # fmt: skip
OUTPUT_VERBS = {
    "en": """launch complete publish deliver release build create implement run write
        design develop ship conduct define organise hire prepare introduce migrate""",
    "it": """lanciare completare pubblicare consegnare rilasciare realizzare creare implementare condurre scrivere
        progettare sviluppare organizzare definire assumere preparare attivare introdurre migrare formare""",
}
"""Twenty of each language, chosen by somebody who knew the texts: a judge that has it easy."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+")


def main() -> None:
    options = _parse()
    for name, path in (("The set that the rule was made with", LABELLED), ("Fresh texts, written afterwards", FRESH)):
        print(f"## {name}\n")
        _print_set(path, options)


def _print_set(path: Path, options: argparse.Namespace) -> None:
    rows = load_labelled(path).key_results
    linted = call_by_lint(rows)
    print(
        draw_judges(
            rows, {"linter": linted, "output verb first": call_by_verb(rows), "< 2 numbers": call_by_numbers(rows)}
        )
    )
    for split, is_asked in ((Split.DEV, options.errors), (Split.HELD_OUT, options.held_out_errors)):
        if is_asked:
            print(list_mistakes([row for row in rows if row.split is split], linted))


def call_by_lint(rows: Iterable[Labelled]) -> frozenset[str]:
    """The ids of those that the linter calls milestones."""
    objectives = tuple(
        Objective(
            key=f"of-{row.id}",
            title="One key result under the linter",
            team="linted",
            period="2026-Q4",
            key_results=(KeyResult(key=row.id, title=row.text),),
        )
        for row in rows
    )
    findings = run_lint(build_subject(Book(objectives=objectives), today=TODAY))
    return frozenset(finding.key for finding in findings if finding.rule == NAME)


def call_by_verb(rows: Iterable[Labelled]) -> frozenset[str]:
    verbs = {language: frozenset(words.split()) for language, words in OUTPUT_VERBS.items()}
    return frozenset(
        row.id for row in rows if (word := _WORD.search(row.text.casefold())) and word[0] in verbs[row.language]
    )


def call_by_numbers(rows: Iterable[Labelled]) -> frozenset[str]:
    return frozenset(row.id for row in rows if len(_NUMBER.findall(row.text)) < 2)


def draw_judges(rows: Sequence[Labelled], judges: dict[str, frozenset[str]]) -> str:
    table = [HEAD, tuple("---" for _ in HEAD)]
    for name, members in group(rows):
        for judge, called in judges.items():
            it = confuse(members, called)
            counts = (it.total, it.found, it.accused, it.missed, it.spared)
            shares = (it.precision, it.recall, it.f1)
            table.append((name, judge, *map(str, counts), *(f"{share:.3f}" for share in shares)))
    return "\n".join(f"| {' | '.join(line)} |" for line in table) + "\n"


def list_mistakes(rows: Iterable[Labelled], called: frozenset[str]) -> str:
    return "\n".join(
        f"{row.id} {row.split}, {row.difficulty}{', borderline' if row.borderline else ''}: labelled {row.label}, "
        f"linted {'milestone' if row.id in called else 'outcome'}: {row.text}{f' ({row.why})' if row.why else ''}"
        for row in find_mistakes(rows, called)
    )


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.milestones", description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list what the linter misjudges in the dev half")
    parser.add_argument("--held-out-errors", action="store_true", help="list what it misjudges in the held-out half")
    return parser.parse_args()


if __name__ == "__main__":
    main()
