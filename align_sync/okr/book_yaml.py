"""The OKR files read into one book: every problem with file, line, column and key path, and no bad entry hides others.

What `entries.py` found sound by itself is compared here with the rest: ids are used once, and what an entry refers to
exists. References into nowhere cost the reference, never the entry.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from align_sync.errors import Problem
from align_sync.okr.entries import KeyResultDraft, ObjectiveDraft, read_set
from align_sync.okr.faults import suggest
from align_sync.okr.model import Book, KeyResult, Objective
from align_sync.okr.yaml_documents import read_documents
from align_sync.okr.yaml_nodes import Document, Fault, Place, Site, say_path, shorten

MOST_TOLD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBook:
    """The book that some files make, all that is wrong with them, and where each of its entries is written.

    `sites` are by the key of the objective or key result in lower case, which is used once in a book.
    """

    book: Book
    problems: tuple[Problem, ...]
    sites: Mapping[str, Site]


def parse_book(texts: Sequence[tuple[str, str]]) -> tuple[Book, tuple[Problem, ...]]:
    """The book that these (name, text) pairs make, and all that is wrong with them, in reading order.

    The book holds every sound entry. An objective whose parent is not in the book keeps the parent's id; a successor
    that is not in the book is left out.
    """
    read = read_book(texts)
    return read.book, read.problems


def read_book(texts: Sequence[tuple[str, str]]) -> ReadBook:
    """As `parse_book`, with the places of all entries."""
    documents: list[Document] = []
    faults: list[Fault] = []
    for number, (name, text) in enumerate(texts):
        found, wrong = read_documents(number, name, text)
        documents += found
        faults += wrong
    return compare_documents(documents, faults)


def compare_documents(documents: Iterable[Document], faults: Iterable[Fault] = ()) -> ReadBook:
    """The book of these documents, wherever they come from; `faults` are those that belong to none of them."""
    drafts: list[ObjectiveDraft] = []
    told = list(faults)
    for document in documents:
        read, found = read_set(document)
        drafts += read
        told += found
    check = _CrossCheck(drafts)
    objectives = tuple(check.build())
    return ReadBook(
        book=Book(objectives=objectives), problems=tuple(_tell(sorted(told + check.faults))), sites=check.sites
    )


def _tell(faults: Sequence[Fault]) -> Iterator[Problem]:
    for fault in faults[:MOST_TOLD]:
        yield Problem(message=fault.message, where=str(fault.place), advice=fault.advice)
    if len(faults) > MOST_TOLD:
        yield Problem(
            message=f"and {len(faults) - MOST_TOLD} more problems", advice="mend the first ones and look again"
        )


@dataclass(frozen=True, slots=True)
class _Use:
    """The first use of an id; `what` it names there."""

    what: str
    key: str
    place: Place


_ARTICLED = {"objective": "an objective", "key result": "a key result"}


class _CrossCheck:
    def __init__(self, drafts: Iterable[ObjectiveDraft]) -> None:
        self.drafts = tuple(drafts)
        self.faults: list[Fault] = []
        self.uses: dict[str, _Use] = {}
        self.repeated: set[Place] = set()
        self.former: dict[str, _Use] = {}
        self.sites: dict[str, Site] = {}
        for draft in self.drafts:
            self._claim("objective", draft)
            for inner in draft.key_results:
                self._claim("key result", inner)

    def _claim(self, what: str, draft: ObjectiveDraft | KeyResultDraft) -> None:
        if not draft.key:
            return
        use = _Use(what, draft.key, draft.key_at)
        first = self.uses.setdefault(draft.key.casefold(), use)
        self.sites.setdefault(draft.key.casefold(), draft.site)
        if first is not use:
            self.repeated.add(draft.key_at)
            same = "" if first.key == draft.key else f" (as {shorten(first.key)}: case does not count)"
            names = f"names {_ARTICLED[first.what]} at {first.place} already{same}"
            message = f"{say_path(draft.path)}the id {shorten(draft.key)} {names}"
            advice = "give one of them another id; this one is left out of the book"
            self.faults.append(Fault(place=draft.key_at, message=message, advice=advice))

    def build(self) -> Iterable[Objective]:
        """The sound objectives with their sound key results; the faults of all references are collected on the way."""
        for draft in self.drafts:
            key_results = tuple(kr for inner in draft.key_results if (kr := self._build_key_result(inner)) is not None)
            if draft.entry is not None and draft.key_at not in self.repeated:
                self._check_parents(draft, draft.entry)
                yield replace(draft.entry, key_results=key_results)

    def _build_key_result(self, draft: KeyResultDraft) -> KeyResult | None:
        entry = draft.entry
        if entry is None or draft.key_at in self.repeated:
            return None
        entry = replace(entry, formerly=tuple(self._keep_former(draft, entry)))
        if entry.successor is None:
            return entry
        if entry.successor.casefold() == entry.key.casefold():
            message, advice = f"{entry.key} is its own successor", "name the key result that takes over the work"
        elif (use := self.uses.get(entry.successor.casefold())) and use.what == "key result":
            return replace(entry, successor=use.key)
        else:
            message = f"the successor {shorten(entry.successor)} is no key result of these files"
            advice = self._advise(entry.successor, entry.key, ("key result",))
        path = say_path((*draft.path, "successor"))
        self.faults.append(Fault(place=draft.successor_at, message=f"{path}{message}", advice=advice))
        return replace(entry, successor=None)

    def _keep_former(self, draft: KeyResultDraft, entry: KeyResult) -> Iterator[str]:
        """The ids of the past that mean nothing else today: two key results cannot both be what a label names."""
        for number, (key, place) in enumerate(zip(entry.formerly, draft.formerly_at, strict=True)):
            use = self.uses.get(key.casefold()) or self.former.get(key.casefold())
            if use is None:
                self.former[key.casefold()] = _Use("key result", entry.key, place)
                yield key
                continue
            path = say_path((*draft.path, "formerly", number))
            message = f"{path}{shorten(key)} names {_ARTICLED[use.what]} at {use.place} already"
            self.faults.append(Fault(place=place, message=message, advice="leave it out: it would be ambiguous"))

    def _check_parents(self, draft: ObjectiveDraft, entry: Objective) -> None:
        for number, (key, place) in enumerate(zip(entry.contributes_to, draft.contributes_at, strict=True)):
            if key.casefold() not in self.uses:
                path = say_path((*draft.path, "contributesTo", number))
                message = (
                    f"{path}{shorten(key)} is no objective or key result of these files; {entry.key} stays without it"
                )
                advice = self._advise(key, entry.key, tuple(_ARTICLED))
                self.faults.append(Fault(place=place, message=message, advice=advice))

    def _advise(self, key: str, own: str, wanted: tuple[str, ...]) -> str:
        meant = suggest(key, tuple(use.key for use in self.uses.values() if use.what in wanted and use.key != own))
        return f"did you mean {meant}?" if meant else "check the id, or add the file that defines it"
