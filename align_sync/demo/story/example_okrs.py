"""Where the example OKR book is: the book of the story."""

from pathlib import Path

from align_sync.errors import UserError


def find_example_okrs() -> Path:
    """Inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "_examples" / "okrs", package.parent / "config" / "okrs"):
        if (folder / "company.yaml").is_file():
            return folder
    raise UserError(
        "the example OKRs are missing from this installation", where=str(package), advice="install align-sync again"
    )
