"""The settings in force, and who else on this machine can read what is secret."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from align_sync.errors import Problem, UserError
from align_sync.flows.diagnose.model import Check, Room
from align_sync.settings import Settings
from align_sync.settings_sources import DEFAULT_SECRETS, SECRETS_VARIABLE, LoadedSettings
from align_sync.store.backup import SIDE_FILES, find_file

ROOM = Room("settings")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def explain_refusal(error: UserError) -> Iterator[Check]:
    """The settings that cannot be used: one line for each thing that is wrong with them."""
    for problem in error.problems or (error.problem,):
        yield ROOM.fault(
            "valid",
            _say(problem),
            why="no command works until they are right",
            advice=problem.advice or "align-sync config show",
        )


def check_settings(loaded: LoadedSettings) -> Iterator[Check]:
    yield ROOM.fine("file", str(loaded.file) if loaded.file else "no file; environment and defaults alone")
    for problem in loaded.warnings:
        yield ROOM.doubt("doubt", _say(problem), why="it does not do what it seems to", advice=problem.advice)
    yield from _check_modes(loaded.settings)


def _say(problem: Problem) -> str:
    return f"{problem.where}: {problem.message}" if problem.where else problem.message


def _check_modes(settings: Settings) -> Iterator[Check]:
    secret = [path for path in _list_secret_files(settings) if path.is_file()]
    open_to_others = [path for path in secret if path.stat().st_mode & _OTHERS]
    for path in open_to_others:
        yield ROOM.doubt(
            "modes",
            f"{path}: other users of this machine can read it",
            why="it holds secrets, or the titles of your items",
            advice=f"chmod 600 {path}",
        )
    if not open_to_others:
        yield ROOM.fine("modes", "nobody else can read the database and the files with secrets")


def _list_secret_files(settings: Settings) -> Iterator[Path]:
    """A folder that a container mounts for its only user is as it must be: only one of your own is looked into."""
    named = os.environ.get(SECRETS_VARIABLE)
    if named and Path(named) != DEFAULT_SECRETS and Path(named).is_dir():
        yield from sorted(Path(named).iterdir())
    if settings.jira.oauth_file is not None:
        yield settings.jira.oauth_file
    database = find_file(settings.database.url.get_secret_value())
    if database is not None:
        yield database
        yield from (database.with_name(database.name + ending) for ending in SIDE_FILES)
