"""What a failing database means for the person who runs us, and what mends it."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from align_sync.errors import StoreError

_SAYINGS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    # First, since a server that refuses us says why: a database, a role or a right that is missing.
    (
        (
            "password authentication failed",
            "connection refused",
            "could not translate host",
            "failed to resolve",
            "connection timeout",
            "connection is bad",
            "connection failed",
        ),
        "the database server cannot be reached or refuses the credentials",
        "check ALIGN_SYNC_DATABASE__URL and that the server runs",
    ),
    (
        ("database is locked", "database table is locked", "lock timeout", "canceling statement due to lock"),
        "the database is locked by another program",
        "end the other program or wait for it, then run the command again; nothing was lost",
    ),
    (
        ("readonly database", "read-only transaction", "permission denied", "read-only file system"),
        "the database cannot be written",
        "give this user the right to write the file and its folder (or the tables), then run the command again",
    ),
    (
        ("database or disk is full", "no space left", "could not extend file", "disk full"),
        "the disk is full",
        "free some space, then run the command again; it goes on from the last stored page",
    ),
    (
        ("unable to open database file",),
        "the database file cannot be opened",
        "check the path in ALIGN_SYNC_DATABASE__URL and the rights on its folder",
    ),
    (
        ("file is not a database", "malformed", "file is encrypted"),
        "the file is not a usable SQLite database",
        "check the path in ALIGN_SYNC_DATABASE__URL, or restore the file from a backup",
    ),
    (
        ("no such table", "no such column", "undefinedtable", "undefinedcolumn", "does not exist"),
        "the database has another schema than this version needs",
        "align-sync db upgrade",
    ),
)


def explain_failure(error: DBAPIError | sqlite3.Error, where: str) -> StoreError:
    """The failure in our words; the driver's own words stay in the cause, since they may hold values of rows."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = f"{type(cause).__name__}: {cause}".lower()
    for signs, message, advice in _SAYINGS:
        if any(sign in said for sign in signs):
            return StoreError(message, where=where, advice=advice)
    return StoreError(
        f"the database failed ({type(cause).__name__})",
        where=where,
        advice="run the command again with --debug for the driver's own words",
    )
