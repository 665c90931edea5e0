"""The cascade of the book in force, with everything that is known of it today, or of a book that was just read."""

from datetime import datetime, timedelta

from align_sync.app import App
from align_sync.moment import load_moment
from align_sync.okr.model import Book, KeyResultState
from align_sync.reports.cascade import Cascade, build_cascade
from align_sync.reports.words import day
from align_sync.standings import load_standings
from align_sync.store.key_result_work import load_key_result_work
from align_sync.store.publications import Publication, load_newest_book_id, load_publication
from align_sync.store.sources import has_samples


def cascade(app: App, at: datetime | None = None) -> Cascade | None:
    """None before the first book is applied."""
    with app.store.read() as connection:
        moment = load_moment(app, connection, at)
        if moment.applied is None:
            return None
        book = moment.book
        work = load_key_result_work(
            connection,
            [kr.key for kr in book.key_results],
            recent_since=moment.at - timedelta(days=app.settings.policy.recent_days),
            coming=(),
            at=at,
        )
        return build_cascade(
            book,
            on=moment.today,
            standings=load_standings(app, connection, book, today=moment.today, at=at),
            idle=find_idle(book, {done.key_result for done in work if done.has_open or done.has_recent}),
            published=say_publication(
                load_publication(connection, at=at),
                app.settings.timezone,
                newest=load_newest_book_id(connection) if at is None else None,
            ),
            is_sample=app.is_sample or has_samples(connection),
        )


def find_idle(book: Book, worked_on: set[str]) -> frozenset[str]:
    """Active key results that no open or recent work serves."""
    return frozenset(kr.key for kr in book.key_results if kr.state is KeyResultState.ACTIVE and kr.key not in worked_on)


def say_publication(publication: Publication | None, timezone: str, *, newest: int | None = None) -> str:
    """When and by whom, and whether the book in force, whose number is `newest`, is another one by now."""
    if publication is None:
        return "never published: align-sync okr publish checks whether it can be measured"
    why = f": {publication.reason}" if publication.reason else ""
    since = "; the book was changed since" if newest not in {None, publication.book_id} else ""
    return f"published on {day(publication.published_at, timezone)} by {publication.published_by}{why}{since}"
