"""The labelled key results of tests/cases/lint, and how often a judge of them is right.

The first set was there while the rule was made; the second one, `labelled_final.yaml`, was written by somebody who had
seen neither, when the rule was done, and taught it nothing.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

CASES = Path(__file__).resolve().parents[1] / "tests" / "cases" / "lint"
LABELLED = CASES / "labelled.yaml"
FRESH = CASES / "labelled_final.yaml"


class Label(StrEnum):
    OUTCOME = "outcome"
    MILESTONE = "milestone"


class Difficulty(StrEnum):
    PLAIN = "plain"
    HARD = "hard"


class Split(StrEnum):
    DEV = "dev"
    HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A title and what it is. `why` says what makes a hard one hard; on a borderline one readers may differ."""

    id: str
    language: str
    label: Label
    difficulty: Difficulty
    split: Split
    text: str
    why: str = ""
    borderline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """`seed` is what the split was made with; 0 where all is held out."""

    seed: int
    key_results: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Judged against labelled. `found` are milestones found, `spared` outcomes let pass; the others are mistakes."""

    found: int
    accused: int
    missed: int
    spared: int

    @property
    def total(self) -> int:
        return self.found + self.accused + self.missed + self.spared

    @property
    def precision(self) -> float:
        """The share of milestones among all that were called one."""
        return _share(self.found, self.found + self.accused)

    @property
    def recall(self) -> float:
        """The share of milestones that were called one."""
        return _share(self.found, self.found + self.missed)

    @property
    def f1(self) -> float:
        return _share(2 * self.found, 2 * self.found + self.accused + self.missed)


def load_labelled(path: Path = LABELLED) -> LabelledSet:
    """Raises `TypeError` or `ValueError` where the file has a field or a word that is not known."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    key_results = (
        Labelled(
            **row | {"label": Label(row["label"]), "difficulty": Difficulty(row["difficulty"]), "split": _split_of(row)}
        )
        for row in document["key_results"]
    )
    return LabelledSet(seed=document.get("seed", 0), key_results=tuple(key_results))


def _split_of(row: dict[str, str]) -> Split:
    return Split(row.get("split", Split.HELD_OUT))


def group(rows: Collection[Labelled]) -> Iterator[tuple[str, tuple[Labelled, ...]]]:
    """All of them; each language, difficulty and split; parts of the held-out half; and those that are clear."""
    held_out = [row for row in rows if row.split is Split.HELD_OUT]
    yield "all", tuple(rows)
    for language in sorted({row.language for row in rows}):
        yield language, tuple(row for row in rows if row.language == language)
    for difficulty in Difficulty:
        yield difficulty, tuple(row for row in rows if row.difficulty is difficulty)
    for split in Split:
        yield split, tuple(row for row in rows if row.split is split)
    for language in sorted({row.language for row in rows}):
        yield f"held-out, {language}", tuple(row for row in held_out if row.language == language)
    yield "held-out, hard", tuple(row for row in held_out if row.difficulty is Difficulty.HARD)
    yield "without borderline", tuple(row for row in rows if not row.borderline)


def confuse(rows: Iterable[Labelled], called: Collection[str]) -> Confusion:
    """`called` are the ids of those that were called milestones."""
    pairs = [(row.label is Label.MILESTONE, row.id in called) for row in rows]
    return Confusion(
        found=pairs.count((True, True)),
        accused=pairs.count((False, True)),
        missed=pairs.count((True, False)),
        spared=pairs.count((False, False)),
    )


def find_mistakes(rows: Iterable[Labelled], called: Collection[str]) -> tuple[Labelled, ...]:
    return tuple(row for row in rows if (row.label is Label.MILESTONE) != (row.id in called))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
