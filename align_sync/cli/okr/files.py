"""Which OKR files a command is about: those that are named, else those of the settings."""

from collections.abc import Sequence
from pathlib import Path

from align_sync.errors import UserError


def choose_files(named: Sequence[Path], of_settings: Sequence[Path], *, command: str) -> tuple[Path, ...]:
    """Raises `UserError` where there are neither."""
    chosen = tuple(named) or tuple(of_settings)
    if not chosen:
        raise UserError(
            "no file or folder is named",
            where=f"okr {command}",
            advice=f"align-sync okr {command} okrs/, or set okrs in align-sync.toml",
        )
    return chosen
