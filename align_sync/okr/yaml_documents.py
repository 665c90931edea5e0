"""The documents of one OKR file, as far as it is YAML, whatever its size."""

from align_sync.okr.yaml_events import YamlRefusedError, compose_quickly, compose_slowly
from align_sync.okr.yaml_nodes import Document, Fault, Place

LARGEST_FILE = 1_000_000
TOO_LARGE = f"the file is larger than {LARGEST_FILE // 1_000_000} MB"
SPLIT_IT = "split it into several files"


def read_documents(number: int, name: str, text: str) -> tuple[tuple[Document, ...], tuple[Fault, ...]]:
    """All documents of one file up to the first place where it is no YAML, and the faults that belong to no document.

    Empty documents are left out. `number` is the place of the file among the files.
    """
    start = Place(number, name)
    if len(text.encode(errors="surrogatepass")) > LARGEST_FILE:
        return (), (Fault(place=start, message=TOO_LARGE, advice=SPLIT_IT),)
    text = text.removeprefix("\ufeff")
    documents = compose_quickly(number, name, text)
    if documents is None:
        return _read_slowly(number, name, text, start)
    return documents, () if documents else (_tell_empty(start),)


def _read_slowly(number: int, name: str, text: str, start: Place) -> tuple[tuple[Document, ...], tuple[Fault, ...]]:
    documents: list[Document] = []
    try:
        documents += compose_slowly(number, name, text)
    except YamlRefusedError as refusal:
        place = Place(number, name, refusal.line, refusal.column)
        return tuple(documents), (Fault(place=place, message=refusal.message, advice=refusal.advice),)
    return tuple(documents), () if documents else (_tell_empty(start),)


def _tell_empty(start: Place) -> Fault:
    return Fault(place=start, message="the file is empty", advice="remove it, or describe an OKRSet in it")
