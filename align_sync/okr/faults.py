"""What a model says against an entry, in words for the person who wrote the file, with the place to edit."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from rapidfuzz import fuzz, process

from align_sync.okr.document import KEY_PATTERN, NAME_PATTERN, known_keys
from align_sync.okr.yaml_nodes import Document, Fault, KeyPath, Unquoted, Value, say_path, shorten

_Model = TypeVar("_Model", bound=BaseModel)

_LEAST_LIKENESS = 60.0

_LIST_ADVICE = "write it as [a, b], or each entry on its own line after a dash"
_PACE_ADVICE = "write it as [2026-11-15, 0.3]"
_CHECKPOINT_ADVICE = "write it as [5, 0.5]"
_MAPPING_ADVICE = "write `key: value` lines below it"


def check_entry(
    model: type[_Model], value: Value, document: Document, path: KeyPath
) -> tuple[_Model | None, tuple[Fault, ...]]:
    """The entry that stands at `path` of the document, or all its faults."""
    try:
        return model.model_validate(value), ()
    except ValidationError as error:
        told = (_tell(model, entry, document, path) for entry in error.errors(include_url=False))
        return None, tuple(fault for fault in told if fault is not None)


def suggest(word: str, known: tuple[str, ...]) -> str | None:
    """The known word that was probably meant."""
    by_fold = {name.casefold(): name for name in known}
    best = process.extractOne(word.casefold(), by_fold.keys(), scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS)
    return by_fold[best[0]] if best else None


def _tell(model: type[BaseModel], error: Mapping[str, Any], document: Document, start: KeyPath) -> Fault | None:
    path = _follow(error["loc"], document, start)
    if any(path[:length] in document.unread for length in range(len(path) + 1)):
        return None
    if error["type"] == "missing":
        return _tell_missing(path, str(error["loc"][-1]), document)
    if error["type"] == "extra_forbidden":
        return _tell_unknown(model, path, document, start)
    message, advice = _say(error, document.typed.get(path, ""))
    if error["type"] in {"tuple_type", "too_long"} and isinstance(path[-1], int):
        advice = _point_advice(path)
    return Fault(place=document.place_of(path), path=path, message=f"{say_path(path)}{message}", advice=advice)


def _follow(loc: tuple[str | int, ...], document: Document, path: KeyPath) -> KeyPath:
    """The path in the document: without the names of pydantic's own branches, and without what is not there."""
    for part in loc:
        if (*path, part) in document.values_at:
            path = (*path, part)
    return path


def _tell_missing(path: KeyPath, name: str, document: Document) -> Fault:
    if path and path[-1] == name:
        return Fault(place=document.place_of(path), path=path, message=f"{say_path(path)}must not be empty")
    if name.isdigit():
        what = "value" if _is_checkpoint(path) else "date"
        message = f"{say_path(path)}must have two entries, a {what} and a share"
        return Fault(place=document.place_of(path), path=path, message=message, advice=_point_advice(path))
    return Fault(place=document.place_of(path), path=(*path, name), message=f"{say_path(path)}`{name}` is missing")


def _is_checkpoint(path: KeyPath) -> bool:
    return "checkpoints" in path


def _point_advice(path: KeyPath) -> str:
    return _CHECKPOINT_ADVICE if _is_checkpoint(path) else _PACE_ADVICE


def _tell_unknown(model: type[BaseModel], path: KeyPath, document: Document, start: KeyPath) -> Fault:
    known = known_keys(model, path[len(start) : -1])
    name = str(path[-1])
    meant = suggest(name, known)
    advice = f"did you mean `{meant}`?" if meant else f"known keys: {', '.join(known)}"
    message = f"{say_path(path[:-1])}unknown key `{shorten(name)}`"
    return Fault(place=document.keys_at[path], path=path, message=message, advice=advice)


def _say(error: Mapping[str, Any], typed: str) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "string_type":
            return _say_no_text(error["input"], typed)
        case "string_pattern_mismatch":
            return _PATTERNS[context["pattern"]]
        case "literal_error":
            return _say_choice(context["expected"], typed)
        case "value_error":
            return str(context["error"]), ""
    sentence, advice = _SENTENCES.get(kind, (error["msg"], ""))
    return sentence.format(**context), advice


_SENTENCES = {
    "float_type": ("a number is expected", "write it like 0.5 or 120, without quotes, units or separators"),
    "list_type": ("a list is expected", _LIST_ADVICE),
    "tuple_type": ("a list is expected", ""),
    "model_type": ("a mapping is expected", _MAPPING_ADVICE),
    "dict_type": ("a mapping is expected", _MAPPING_ADVICE),
    "date_type": ("must be a date such as 2026-11-15", ""),
    "string_too_short": ("must not be empty", ""),
    "string_too_long": ("must have at most {max_length} characters", ""),
    "string_unicode": ("holds half a character", "an escape such as \\ud83d names none; write the character itself"),
    "greater_than": ("must be above {gt:g}", ""),
    "greater_than_equal": ("must be {ge:g} or more", ""),
    "less_than_equal": ("must be {le:g} or less", ""),
    "finite_number": ("must be a finite number", ""),
    "too_short": ("must not be empty", ""),
    "too_long": ("must have {max_length} entries", ""),
}


def _say_no_text(value: Value, typed: str) -> tuple[str, str]:
    if value is None:
        return "must not be empty", ""
    if isinstance(value, list | dict):
        return f"text is expected, not a {'list' if isinstance(value, list) else 'mapping'}", ""
    kind = value.kind if isinstance(value, Unquoted) else _KINDS[type(value)]
    return f"{shorten(typed)} without quotes is a {kind} to YAML", f'put it in quotes: "{shorten(typed)}"'


_KINDS: dict[type, str] = {bool: "truth value", int: "number", float: "number"}


_PATTERNS = {
    NAME_PATTERN: ("must be lower-case letters, digits, dots and dashes", "write it like payments-2026-q4"),
    KEY_PATTERN: (
        "must hold no white space and none of , ; =",
        "labels cannot carry them; write it like KR-2.3 or ret90",
    ),
}


def _say_choice(expected: str, typed: str) -> tuple[str, str]:
    words = tuple(expected.replace(" or ", ", ").replace("'", "").split(", "))
    meant = suggest(typed, words) if len(words) > 1 else None
    said = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    return f"must be {said}", f"did you mean {meant}?" if meant else ""
