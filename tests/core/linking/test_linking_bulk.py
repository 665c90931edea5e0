"""The bench judges many items at once, and each of them as the matcher does that looks at it alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.linking.bulk import Bench, StoredItem
from align_sync.linking.deciding import Outcome
from align_sync.linking.decisions import Decisions
from align_sync.linking.evidence import Bucket, Evidence, Match
from align_sync.linking.told import write_above, write_words
from align_sync.work import (
    ItemKind,
    ItemRef,
    Parent,
    ParentKind,
    WorkItem,
    hash_document,
    read_document,
    to_document,
)
from tests.core.linking.worlds import EXEMPTION, INDEXES, NAMES, World, items, team_of, worlds
from tests.make import make_item, make_ref

Said = tuple[Bucket, tuple[Evidence, ...], object]


def store_row(item: WorkItem) -> StoredItem:
    document = to_document(item)
    return StoredItem(
        item_id=int(item.key.rpartition("-")[2]),
        source=item.ref.source,
        external_id=item.ref.external_id,
        key=item.key,
        kind=item.kind.value,
        content_hash=hash_document(document),
        words=write_words(item),
        above=write_above(item),
        document=document.decode(),
    )


def _find_team(row: StoredItem) -> str:
    return team_of(read_document(row.document).sprint_ids)


@dataclass
class Linking:
    """A run of linking over one world, which may change under its hands."""

    world: World
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    outdated: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        decided = [self.world.items[key].ref for key in self.world.decisions if key in self.world.items]
        self.bench = Bench(
            self.world.judge,
            depth=self.world.rules.depth,
            decided=[(ref.source, ref.external_id) for ref in decided],
            team_of=_find_team if self.world.policy.asks_for_teams else None,
        )

    def judge(self, keys: Iterable[str]) -> None:
        """One portion, and what is above it learnt step by step."""
        rows = [store_row(self.world.items[key]) for key in keys]
        changed = [row for row in rows if self.bench.is_outdated(row)]
        if changed:
            self.outdated |= {row.key for row in changed}
            self.bench.forget(changed)
        wanted = list(self.bench.find_wanted(rows))
        asked: set[tuple[str, str, str]] = set()
        while wanted:
            asked |= {_identity(ref) for ref in wanted}
            above = self.bench.learn(self._load(wanted))
            wanted = [ref for ref in above if _identity(ref) not in asked]
        self.outcomes |= {row.key: self.bench.judge(row) for row in rows}

    def judge_all(self, portions: Sequence[Sequence[str]]) -> None:
        """All portions, then again what hangs on anything that had changed."""
        for portion in portions:
            self.judge(portion)
        while self.outdated:
            below = self._find_below(self.outdated)
            self.outdated = set()
            self.judge(below)

    def _load(self, wanted: Iterable[ItemRef]) -> Iterator[StoredItem]:
        for ref in wanted:
            item = self.world.find(ref)
            if item is not None:
                yield store_row(item)

    def _find_below(self, keys: Iterable[str]) -> list[str]:
        found = set(keys)
        while True:
            more = {
                item.key
                for item in self.world.items.values()
                for parent in item.parents
                if (above := self.world.find(parent.ref)) and above.key in found
            } - found
            if not more:
                return [key for key in _list_work(self.world) if key in found]
            found |= more


def _identity(ref: ItemRef) -> tuple[str, str, str]:
    return (ref.source, ref.external_id, ref.key)


def _list_work(world: World) -> list[str]:
    """Nobody works on a container: it stands above others and is never judged itself."""
    return [key for key, item in world.items.items() if item.kind is not ItemKind.CONTAINER]


def say_match(match: Match) -> Said:
    return match.bucket, match.evidence, match.exempted


def say_outcome(outcome: Outcome, ref: ItemRef) -> Said:
    evidence = tuple(
        Evidence(
            key_result=ground.key,
            rule=ground.rule,
            field=ground.field,
            found=ground.found,
            via=ref if node is None else node.ref,
            distance=outcome.distance,
            weight=ground.weight,
            author=ground.author,
        )
        for node, ground in outcome.won
    )
    return outcome.bucket, evidence, outcome.exempted


def assert_same(run: Linking) -> None:
    said = {key: say_outcome(run.outcomes[key], run.world.items[key].ref) for key in _list_work(run.world)}
    assert said == {key: say_match(run.world.match(key)) for key in said}


@st.composite
def portions_of(draw: st.DrawFn, world: World) -> list[list[str]]:
    keys = draw(st.permutations(_list_work(world)))
    cut = draw(st.integers(0, len(keys)))
    return [keys[:cut], keys[cut:]]


@settings(deadline=None, max_examples=150)
@given(worlds(), st.data())
def test_the_bench_says_of_every_item_what_the_matcher_says(world: World, data: st.DataObject) -> None:
    run = Linking(world)
    run.judge_all(data.draw(portions_of(world)))

    assert_same(run)


@settings(deadline=None, max_examples=70)
@given(worlds(), st.data())
def test_what_changes_while_linking_runs_is_seen_by_all_that_hang_on_it(world: World, data: st.DataObject) -> None:
    """Only what is judged itself tells the bench of its change; a container that changes waits for the next run."""
    run = Linking(world)
    run.judge_all(data.draw(portions_of(world)))
    for key in _list_work(world):
        if data.draw(st.booleans()):
            changed = replace(data.draw(items(key)), kind=world.items[key].kind)
            run.world = replace(run.world, items={**run.world.items, key: changed})
    run.judge_all(data.draw(portions_of(world)))

    assert_same(run)


def make_world(*made: WorkItem) -> World:
    return World(items={item.key: item for item in made}, index=INDEXES[0])


def hang(item: WorkItem, *parents: Parent) -> WorkItem:
    return replace(item, parents=parents)


def by_key(key: str) -> Parent:
    return Parent(ItemRef(source="jira", external_id="", key=key))


def test_two_epics_that_are_named_by_their_keys_alone_are_two_questions() -> None:
    """An epic link of Jira Data Center names no identifier; references without one are all equal."""
    first, second = make_item("OPS-4", labels=("okr/ret90",)), make_item("OPS-5", labels=("okr/ret90",))
    stories = hang(make_item("PAY-1"), by_key("OPS-4")), hang(make_item("PAY-2"), by_key("OPS-5"))
    bench = Linking(make_world(first, second, *stories)).bench

    wanted = bench.find_wanted(map(store_row, stories))

    assert sorted(ref.key for ref in wanted) == ["OPS-4", "OPS-5"]
    assert sorted(ref.key for ref in bench.learn(map(store_row, stories))) == ["OPS-4", "OPS-5"]


def test_what_was_forgotten_is_asked_for_again_from_beyond_what_is_known() -> None:
    epic = hang(make_item("PAY-3", labels=("okr/ret90",)))
    world = make_world(
        hang(make_item("PAY-1"), Parent(make_ref("PAY-2"))), hang(make_item("PAY-2"), Parent(make_ref("PAY-3"))), epic
    )
    run = Linking(world)
    run.judge(["PAY-1", "PAY-2", "PAY-3"])
    run.world = world.change("PAY-3", lambda item: replace(item, labels=("okr/ret90", "okr/gone")))

    run.judge(["PAY-3"])
    run.judge(["PAY-1"])

    assert run.outcomes["PAY-1"].bucket is Bucket.INHERITED
    assert run.outdated == {"PAY-3"}


def test_no_verdict_outlives_the_line_that_it_was_made_from() -> None:
    """Verdicts are kept by the identity of a line, and the next line may well get that of one that is gone."""
    story = hang(make_item("PAY-1"), Parent(make_ref("OPS-4")))
    run = Linking(make_world(make_item("OPS-4"), story))
    for label in ("okr/ret90", "okr/nps") * 20:
        run.world = make_world(make_item("OPS-4", labels=(label,)), story)
        run.judge(["OPS-4", "PAY-1"])
        assert [ground.found for _, ground in run.outcomes["PAY-1"].won] == [label]


def test_an_item_that_got_another_key_is_not_found_by_the_old_one() -> None:
    epic = make_item("OPS-4", labels=("okr/ret90",))
    world = make_world(epic, hang(make_item("PAY-1"), by_key("OPS-4")))
    run = Linking(world)
    run.judge(["PAY-1", "OPS-4"])
    moved = replace(epic, ref=replace(epic.ref, key="SHOP-4"))
    run.world = make_world(moved, world.items["PAY-1"])

    run.judge(["SHOP-4"])
    run.judge(["PAY-1"])

    assert run.outcomes["PAY-1"].bucket is Bucket.UNKNOWN


def test_an_item_that_stands_above_itself_is_left_out_of_its_own_way_up_only() -> None:
    """Its project is as near as that of an item in no loop, and is not pushed beyond the depth limit."""
    project = make_item("OPS-5", kind=ItemKind.CONTAINER, labels=("okr/ret90",))
    inside = Parent(make_ref("OPS-5"), ParentKind.CONTAINER)
    loop = (
        hang(make_item("PAY-1"), Parent(make_ref("PAY-2")), inside),
        hang(make_item("PAY-2"), Parent(make_ref("PAY-1"))),
        hang(make_item("PAY-3"), Parent(make_ref("PAY-2")), inside),
    )
    run = Linking(make_world(project, *loop))
    run.judge_all([["PAY-1", "PAY-2", "PAY-3"], ["PAY-3", "PAY-1"]])

    assert {key: outcome.distance for key, outcome in run.outcomes.items()} == {"PAY-1": 2, "PAY-2": 2, "PAY-3": 3}
    assert_same(run)


def test_an_unchanged_item_is_never_outdated_and_a_stranger_neither() -> None:
    item = make_item("PAY-1", labels=("okr/ret90",))
    bench = Linking(make_world(item)).bench
    row = store_row(item)
    assert not bench.is_outdated(row)

    bench.learn([row])

    assert not bench.is_outdated(row)
    assert bench.is_outdated(store_row(replace(item, labels=())))


def test_nobody_looks_at_ancestors_as_a_whole_without_a_policy() -> None:
    world = make_world(make_item("PAY-2"), hang(make_item("PAY-1"), Parent(make_ref("PAY-2"))))
    run = Linking(world.decide("PAY-2", Decisions(exemption=EXEMPTION)))
    run.judge_all([["PAY-1", "PAY-2"]])

    assert {key: outcome.bucket for key, outcome in run.outcomes.items()} == dict.fromkeys(NAMES[:2], Bucket.EXEMPT)
