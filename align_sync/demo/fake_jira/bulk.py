"""Makes many made-up issues of a given size; their texts are shared, so that 200,000 fit into memory."""

import gc
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from align_sync.demo.fake_jira.adf import adf_bytes
from align_sync.demo.fake_jira.directory import FIRST_ID
from align_sync.demo.fake_jira.model import Issue, User
from align_sync.demo.fake_jira.shapes import Dialect, Shapes, select_fields
from align_sync.demo.fake_jira.site import JiraSite

_TEXTS = 256
_PEOPLE = 120
_ISSUES_PER_EPIC = 40
_VOCABULARY = (
    "account invoice refund ledger balance customer checkout gateway retry timeout queue worker schema index cursor "
    "report export import filter sorting layout button dialog warning latency memory thread pool socket header token "
    "login session password audit trail backup restore deploy rollback release branch merge review pipeline metric "
    "dashboard alert threshold sample batch stream partition replica leader follower quorum snapshot journal disk "
    "should must could when after before without during between against across under over into from that this these "
    "fails returns shows keeps loses sends reads writes opens closes starts stops grows shrinks blocks allows"
)
_WORDS = tuple(_VOCABULARY.split())
_STATUSES = ("To Do", "To Do", "In Progress", "In Progress", "In Review", "Done", "Done", "Done")
_TYPES = ("Story", "Story", "Task", "Bug")
_LABELS = ("backend", "frontend", "mobile", "infra", "tech-debt", "customer", "security", "docs")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Makes the issue of a place; the same seed makes the same issues."""

    site: JiraSite
    seed: int
    count: int
    first_id: int
    project_key: str
    sprint_ids: tuple[int, ...]
    labels_of: Callable[[int], tuple[str, ...]] | None
    spread: timedelta
    people: tuple[User, ...]

    def draw(self, what: str, place: int, span: int) -> int:
        return zlib.crc32(f"{self.seed}/{what}/{place}".encode()) % span

    def issue(self, place: int, description: str | None) -> Issue:
        directory = self.site.directory
        is_epic = place % _ISSUES_PER_EPIC == 0
        epic_place = place - place % _ISSUES_PER_EPIC
        updated = self.site.now() - self.spread * ((self.count - place) / self.count)
        created = updated - timedelta(hours=1 + self.draw("age", place, 2000))
        kind = "Epic" if is_epic else _TYPES[self.draw("type", place, len(_TYPES))]
        return Issue(
            id=self.first_id + place,
            key=self.key(place),
            project=directory.project(self.project_key),
            summary=f"{_sentence(self.seed, place, 8)} ({place})",
            issue_type=directory.issue_type(kind),
            status=directory.status(_STATUSES[self.draw("status", place, len(_STATUSES))]),
            created_at=created,
            updated_at=updated,
            category_changed_at=created + (updated - created) / 2,
            labels=self._labels(place),
            sprint_ids=() if is_epic or not self.sprint_ids else (self.sprint_ids[place % len(self.sprint_ids)],),
            parent_key=None if is_epic else self.key(epic_place),
            points=None if is_epic else float((1, 2, 3, 5, 8)[self.draw("points", place, 5)]),
            assignee=self.people[self.draw("person", place, len(self.people))],
            reporter=self.people[self.draw("reporter", place, len(self.people))],
            description=description,
        )

    def key(self, place: int) -> str:
        return f"{self.project_key}-{place + 1}"

    def _labels(self, place: int) -> tuple[str, ...]:
        if self.labels_of is not None:
            return self.labels_of(place)
        return tuple(sorted({_LABELS[self.draw(f"label {n}", place, len(_LABELS))] for n in range(place % 3)}))


def generate(
    site: JiraSite,
    count: int,
    *,
    size: int = 6_000,
    seed: int = 1,
    sprint_ids: Sequence[int] = (),
    project_key: str = "BULK",
    labels_of: Callable[[int], tuple[str, ...]] | None = None,
    spread: timedelta = timedelta(days=180),
) -> tuple[Issue, ...]:
    """Add `count` issues whose full JSON has about `size` bytes; every fortieth is the epic of those after it.

    Issue number i lies in `sprint_ids[i % len]`, epics in none; `labels_of(i)` replaces the made-up labels. `updated`
    is spread evenly over the time before now, the newest last. The project must be new to the site. Everything made
    so far is frozen out of garbage collection, which would else look through 200,000 issues again and again.
    """
    with site.lock, _no_collection():
        people = tuple(
            site.directory.add_user(f"person-{seed}-{number}", f"Person {number}") for number in range(_PEOPLE)
        )
        maker = _Maker(
            site=site,
            seed=seed,
            count=count,
            first_id=max(site.truth, default=FIRST_ID) + 1,
            project_key=project_key,
            sprint_ids=tuple(sprint_ids),
            labels_of=labels_of,
            spread=spread,
            people=people,
        )
        texts = _texts(seed, size - _bare_size(maker), on_cloud=site.is_cloud)
        made = tuple([maker.issue(place, texts[place % len(texts)]) for place in range(count)])
        for issue in made:
            site.put_issue(issue, lag=timedelta(0))
    return made


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _bare_size(maker: _Maker) -> int:
    """What an issue weighs without its description."""
    dialect = Dialect.V3 if maker.site.is_cloud else Dialect.V2
    selection = select_fields(maker.site, ("*all",), dialect)
    return len(Shapes(maker.site).render(maker.issue(1, None), selection, dialect))


def _texts(seed: int, size: int, *, on_cloud: bool) -> tuple[str, ...]:
    """Descriptions that weigh `size` bytes as JSON, give or take a quarter."""
    made: list[str] = []
    for number in range(_TEXTS):
        wanted = max(0, size) * (75 + number % 51) // 100
        text = ""
        paragraph = 0
        while (weight := len(adf_bytes(text)) if on_cloud else len(text)) < wanted:
            text += _paragraph(seed, number * 1000 + paragraph, (wanted - weight) // 2)
            paragraph += 1
        made.append(text)
    return tuple(made)


def _paragraph(seed: int, number: int, room: int) -> str:
    sentences = 1 + min(room, 600) // 80
    body = [f"{_sentence(seed, number * 31 + one, 12)}." for one in range(sentences)]
    match number % 5:
        case 1:
            return "".join(f"* {sentence}\n" for sentence in body) + "\n"
        case 3:
            return f"h2. {body[0]}\n" + " ".join(body[1:]) + f" See [notes|https://wiki.example.com/{number}].\n\n"
        case _:
            return " ".join(body) + "\n\n"


def _sentence(seed: int, number: int, words: int) -> str:
    mix = zlib.crc32(f"{seed}:{number}".encode())
    chosen = []
    for _ in range(words):
        mix = (mix * 1_103_515_245 + 12_345) & 0xFFFFFFFF
        chosen.append(_WORDS[(mix >> 16) % len(_WORDS)])
    return " ".join(chosen).capitalize()
