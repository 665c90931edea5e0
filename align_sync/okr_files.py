"""The OKR files of a deployment, as texts with their names; what they say is read in `okr/book_yaml.py`."""

from collections.abc import Iterable
from pathlib import Path

from align_sync.errors import Problem, UserError

ENDINGS = frozenset({".yaml", ".yml"})


def read_texts(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Name and text of every file; of folders, all YAML files below them in the order of their names."""
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            files += sorted(p for p in path.rglob("*") if p.suffix in ENDINGS and p.is_file())
        elif path.is_file():
            files.append(path)
        else:
            problems.append(Problem(message="no such file or folder", where=str(path)))
    texts: list[tuple[str, str]] = []
    for file in files:
        try:
            texts.append((str(file), file.read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError) as error:
            reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
            problems.append(Problem(message=f"the file cannot be read: {reason}", where=str(file)))
    if not texts and not problems:
        problems.append(Problem(message="no YAML file was found", advice="name a file or folder with OKRs"))
    if problems:
        raise UserError("the OKR files cannot be read", problems=tuple(problems))
    return texts
