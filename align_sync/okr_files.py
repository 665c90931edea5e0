"""The OKR files of a deployment, as texts with their names; what they say is read in `okr/book_yaml.py`."""

from codecs import BOM_UTF8
from collections.abc import Iterable
from pathlib import Path

from align_sync.errors import Problem, UserError
from align_sync.okr.yaml_documents import LARGEST_FILE, SPLIT_IT, TOO_LARGE

ENDINGS = frozenset({".yaml", ".yml"})


def read_texts(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Name and text of every file; of folders, all YAML files below them in the order of their names.

    Raises `UserError` with all that cannot be read.
    """
    texts, problems = find_texts(paths)
    if problems:
        raise UserError("the OKR files cannot be read", problems=problems)
    return texts


def find_texts(paths: Iterable[Path]) -> tuple[list[tuple[str, str]], tuple[Problem, ...]]:
    """As `read_texts`, but what can be read beside the problems of the rest."""
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            below = (p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
            files += sorted(p for p in below if not _is_hidden(p, path))
        elif path.is_file():
            files.append(path)
        else:
            problems.append(Problem(message="no such file or folder", where=str(path)))
    texts: list[tuple[str, str]] = []
    for file in dict.fromkeys(files):  # a file that is named beside its folder is one file
        try:
            text = _read(file)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(message=f"the file cannot be read: {_say(error)}", where=str(file)))
            continue
        if text is None:
            problems.append(Problem(message=TOO_LARGE, where=f"{file}:1:1", advice=SPLIT_IT))
        else:
            texts.append((str(file), text))
    if not texts and not problems:
        problems.append(Problem(message="no YAML file was found", advice="name a file or folder with OKRs"))
    return texts, tuple(problems)


def _is_hidden(file: Path, folder: Path) -> bool:
    """Below a folder like `.git` or `.github`, whose YAML is about other things."""
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _read(file: Path) -> str | None:
    """Its text; None where it is too large, of which no more is read than is needed to know that."""
    with file.open("rb") as opened:
        content = opened.read(LARGEST_FILE + len(BOM_UTF8) + 1)
    content = content.removeprefix(BOM_UTF8)
    return None if len(content) > LARGEST_FILE else content.decode("utf-8")


def _say(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    before = error.object[: error.start]
    return f"it is not UTF-8 text; the first such sign stands in line {before.count(10) + 1}"
