"""The database: there, sound, of the right schema, with room to grow, and who works on it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import make_url, text

from align_sync.app import is_dead
from align_sync.errors import AlignSyncError
from align_sync.flows.diagnose.model import Check, Room, say_list
from align_sync.flows.diagnose.standing import Standing, load_standing
from align_sync.flows.diagnose.times import compare_clocks, say_span
from align_sync.seams import Seams, pass_failpoint
from align_sync.settings import Settings
from align_sync.store.backup import find_file
from align_sync.store.engine import Store, open_store
from align_sync.store.migrate import load_schema_state
from align_sync.store.watching import NEEDED_SCHEMA, read_clock_of

ROOM = Room("database")
ALIVE = timedelta(seconds=90)
LEAST_FREE = 100 << 20
LARGEST_READ_WHOLE = 4 << 30
NETWORK_SYSTEMS = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "gfs2", "glusterfs", "lustre", "nfs", "nfs4",
    "ocfs2", "smb3", "smbfs", "virtiofs",
})  # fmt: skip
_WORDS_OF_MOUNT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """`standing` is None where the tables cannot be read."""

    checks: tuple[Check, ...]
    standing: Standing | None


def look(settings: Settings, seams: Seams, *, is_offline: bool) -> Looked:
    """Nothing is made, and nothing is brought up to date."""
    url = settings.database.url.get_secret_value()
    file = find_file(url)
    if file is None and is_offline and not _is_near(url):
        return Looked(checks=(ROOM.fine("reachable", "not asked: --offline"),), standing=None)
    checks = list(_check_place(file)) if file is not None else []
    if file is not None and not file.is_file():
        return Looked(checks=(*checks, ROOM.fine("reachable", f"{file} is made by the first pass")), standing=None)
    try:
        with _opened(settings) as store:
            checks += _check_contents(store, file, seams)
            is_current = load_schema_state(store).is_current
            standing = load_standing(store, seams.now()) if is_current else None
    except AlignSyncError as error:
        advice = "check ALIGN_SYNC_DATABASE__URL, or restore a backup: align-sync restore FILE"
        checks.append(ROOM.error("reachable", error, why="nothing works without it", advice=advice))
        standing = None
    if standing is not None:
        checks += _check_daemons(standing)
        checks.append(_check_leases(standing))
    return Looked(checks=tuple(checks), standing=standing)


def _is_near(url: str) -> bool:
    """A server on a socket of this machine is no network."""
    parsed = make_url(url)
    host = parsed.host or parsed.query.get("host", "")
    return isinstance(host, str) and (not host or host.startswith("/"))


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    store = open_store(
        settings.database.url.get_secret_value(),
        failpoint=pass_failpoint,
        journal_mode=settings.database.journal_mode,
        server_clock=True,
    )
    try:
        yield store
    finally:
        store.close()


def _check_place(file: Path) -> Iterator[Check]:
    folder = file.resolve().parent
    if not folder.is_dir():
        why, advice = "the database cannot be made", f"mkdir -p {folder}"
        yield ROOM.fault("folder", f"the folder {folder} does not exist", why=why, advice=advice)
        return
    yield _check_space(folder, file)
    system = find_file_system(folder, Path("/proc/self/mountinfo"))
    if system in NETWORK_SYSTEMS:
        yield ROOM.fault(
            "file system",
            f"{folder} is on {system}",
            why="locks of network file systems are not kept, and the file is damaged sooner or later",
            advice="put the file on a disk of this machine, or use PostgreSQL",
        )
    else:
        yield ROOM.fine("file system", f"{system or 'a file system'} of this machine")


def _check_space(folder: Path, file: Path) -> Check:
    free = shutil.disk_usage(folder).free
    size = file.stat().st_size if file.is_file() else 0
    says = f"{free >> 20:,} MiB free, the database takes {size >> 20:,}"
    why, advice = "what does not fit is not stored", f"make room on the disk of {folder}, or shorten [keep]"
    if free < LEAST_FREE:
        return ROOM.fault("disk", says, why=why, advice=advice)
    if free < max(2 * size, 5 * LEAST_FREE):
        return ROOM.doubt("disk", says, why=f"{why}; an upgrade keeps a copy of the file", advice=advice)
    return ROOM.fine("disk", says)


def find_file_system(folder: Path, mounts: Path) -> str:
    """The kind of the file system that a folder is on; empty where the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    found: dict[Path, str] = {}
    for line in lines:
        before, _, after = line.partition(" - ")
        words = before.split()
        if len(words) >= _WORDS_OF_MOUNT and after:
            # Blanks in names are written as \040.
            place = unquote(words[4].replace("%", "%25").replace("\\0", "%0").replace("%040", "%20"))
            found[Path(place)] = after.split()[0]
    return next((found[place] for place in (folder, *folder.parents) if place in found), "")


def _check_contents(store: Store, file: Path | None, seams: Seams) -> Iterator[Check]:
    asked_at = seams.now()
    with store.read() as connection:
        if file is None:
            version = connection.execute(text("SHOW server_version")).scalar_one()
            theirs = read_clock_of(store, connection, asked_at)
            yield ROOM.fine("reachable", f"{store.where}: PostgreSQL {version}")
            yield compare_clocks(ROOM, "clock", theirs, asked_at, seams.now())
        else:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            yield ROOM.fine("reachable", f"{file}: journal mode {mode}")
            yield _check_soundness(store, file)
    yield _check_schema(store)


def _check_soundness(store: Store, file: Path) -> Check:
    if file.stat().st_size > LARGEST_READ_WHOLE:
        return ROOM.fine("soundness", "too large to be read as a whole here; align-sync backup checks its copy")
    with store.read() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found == "ok":
        return ROOM.fine("soundness", "the file is sound")
    advice = "stop the service, then: align-sync restore FILE"
    return ROOM.fault("soundness", f"the file is damaged: {found}", why="what is read may be wrong", advice=advice)


def _check_schema(store: Store) -> Check:
    revision = load_schema_state(store).revision
    if revision == NEEDED_SCHEMA:
        return ROOM.fine("schema", f"{revision}, as this version needs")
    if revision is None:
        return ROOM.fine("schema", "none yet; it is made by the first pass")
    says = f"{revision}, and this version needs {NEEDED_SCHEMA}"
    if store.dialect == "sqlite" and revision < NEEDED_SCHEMA:
        return ROOM.doubt(
            "schema", says, why="the next command upgrades it, after a copy", advice="align-sync db upgrade"
        )
    return ROOM.fault("schema", says, why="no command works with another one", advice="align-sync db upgrade")


def _check_daemons(standing: Standing) -> Iterator[Check]:
    living = [one for one in standing.daemons if one.seen_at > standing.at - ALIVE]
    silent = [one for one in standing.daemons if one not in living]
    told = say_list(f"{one.owner} ({one.engine}, {one.version})" for one in living)
    yield ROOM.fine("daemons", told or "no daemon works on it")
    if len({one.version for one in living}) > 1:
        why = "fine while they are replaced one by one, and not for long"
        yield ROOM.doubt("versions", f"several at once: {told}", why=why, advice="bring all to the same version")
    for one in silent:
        why = "it ended without saying so, or hangs"
        says = f"{one.owner} was last seen {say_span(standing.at - one.seen_at)} ago"
        yield ROOM.doubt("silence", says, why=why, advice="systemctl restart align-sync, or docker restart")


def _check_leases(standing: Standing) -> Check:
    dead = [one for one in standing.leases if is_dead(one.owner)]
    if dead:
        told = say_list(f"{one.name} by {one.owner}" for one in dead)
        why = "its process is gone; others take over once it runs out"
        return ROOM.doubt("leases", f"held by the dead: {told}", why=why, advice="nothing is to be done")
    return ROOM.fine("leases", say_list(f"{one.name} by {one.owner}" for one in standing.leases) or "none is held")
