"""`align-sync version`: what to name when something is reported."""

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version

import orjson
import rich_click

from align_sync import __version__
from align_sync.cli.output import emit

PACKAGES = ("sqlalchemy", "alembic", "httpx", "jira", "apscheduler", "pydantic", "psycopg")


@rich_click.command("version")
@rich_click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(*, as_json: bool) -> None:
    """The version of align-sync and of what it runs on."""
    told = {"align-sync": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    told |= {name: _version(name) for name in PACKAGES}
    if as_json:
        emit(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        emit("\n".join(f"{name.ljust(11)} {number}" for name, number in told.items()))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
