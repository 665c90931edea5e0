"""Snapshots: reports kept as they were made, and found again."""

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.reports.document import name_filters, read_report, with_identity, write_report
from align_sync.reports.model import AlignmentReport
from align_sync.store.snapshots import StoredSnapshot, load_snapshot, load_snapshots, save_snapshot


def keep(app: App, report: AlignmentReport) -> AlignmentReport:
    """The same report with the name under which it is kept from now on. Raises `StoreError`."""
    named = with_identity(report)
    with app.store.write() as connection:
        save_snapshot(
            connection,
            StoredSnapshot(
                name=named.snapshot,
                made_at=named.generated_at,
                as_of_at=named.filters.as_of_at or named.generated_at,
                filters=name_filters(named.filters),
                content_hash=named.content_hash,
                document=write_report(named),
            ),
        )
    return named


def find(app: App, name: str, *, option: str = "--snapshot") -> AlignmentReport:
    """A report exactly as it was made. Raises `UserError` where there is none of this name."""
    with app.store.read() as connection:
        found = load_snapshot(connection, name)
        newest = load_snapshots(connection, newest=5) if found is None else ()
    if found is None:
        known = ", ".join(one.name for one in newest)
        raise UserError(
            f"no report was kept as {name!r}",
            where=option,
            advice=f"the newest are {known}; align-sync snapshots lists more" if known else "none was kept yet",
        )
    return read_report(found.document)


def list_newest(app: App, number: int) -> tuple[StoredSnapshot, ...]:
    with app.store.read() as connection:
        return load_snapshots(connection, newest=number)
