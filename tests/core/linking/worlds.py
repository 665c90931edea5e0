"""Small worlds of work at random: items, what stands above them, what people decided, and the rules of the settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from hypothesis import strategies as st

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.conditions import Conditions
from align_sync.linking.decisions import NO_DECISIONS, Decisions, ManualExemption, ManualLink
from align_sync.linking.evidence import Match
from align_sync.linking.index import BookIndex, build_index
from align_sync.linking.matcher import Judge
from align_sync.linking.policy import ExemptionRule, MappingRule, Policy
from align_sync.linking.ruleset import RuleSet, build_ruleset
from align_sync.okr.model import Book, KeyResultState, Objective
from align_sync.work import ItemKind, ItemRef, Parent, ParentKind, Relation, Url, WorkItem
from tests.make import NOW, make_book, make_item, make_kr, make_ref

TODAY = date(2026, 11, 23)
NAMES = ("PAY-1", "PAY-2", "PAY-3", "OPS-4", "OPS-5")
MISSING = "GONE-1"
ADDRESS = "https://wiki.example/okr/nps"


def make_books() -> tuple[Book, ...]:
    """One that names nothing but keys, one that names work too, and one whose second objective is over."""
    plain = make_book("ret90", "nps", make_kr("old", state=KeyResultState.CLOSED, successor="ret90"))
    nps = make_kr("nps", labels=("voice",), items=("PAY-2", "GOAL-1"))
    names = replace(nps.names, containers=("Smart retries", "OPS-5"), urls=(ADDRESS,))
    nps = replace(nps, names=names, formerly=("was",))
    gone = make_kr("gone", state=KeyResultState.ARCHIVED, items=("PAY-3",), labels=("legacy",))
    naming = make_book("ret90", nps, gone)
    over = Objective(key="O-0", title="It is over", team="Payments", period="2026-Q3", key_results=(make_kr("old"),))
    return plain, naming, Book(objectives=(*naming.objectives, over))


INDEXES = tuple(build_index(book, today=TODAY) for book in make_books())
RULESETS = tuple(
    build_ruleset(with_mentions=True, url_patterns=(r"/krs/(?P<kr>[^/\s]+)",), depth=depth) for depth in (10, 3, 1)
)

labels = st.sampled_from(
    (
        *("okr/ret90", "okr/nps=0.7", "KR-ret90=.2", "okr/old", "okr/gone", "okr/ret9", "okr/was"),
        *("voice", "Themes/voice", "legacy", "backend", "ops"),
    )
)
marks = st.tuples(st.just("cf"), st.sampled_from(("ret90", "nps, ret90", "old", "zzz")))
urls = st.sampled_from((ADDRESS, "https://align.example/krs/ret90", "https://align.example/krs/typo"))


T = TypeVar("T")


def _rarely(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    """One of them in every fourth item."""
    return st.builds(
        lambda is_there, value: (value,) if is_there else (), st.sampled_from((False,) * 3 + (True,)), values
    )


def _name_parent(key: str, kind: ParentKind, *, by_key: bool) -> Parent:
    return Parent(ItemRef(source="jira", external_id="", key=key) if by_key else make_ref(key), kind)


parents = st.lists(
    st.builds(
        _name_parent,
        st.sampled_from((*NAMES, *NAMES, MISSING)),
        st.sampled_from(ParentKind),
        by_key=st.sampled_from((False, False, True)),
    ),
    max_size=3,
).map(tuple)

label_sets = st.one_of(st.just(()), st.lists(labels, max_size=3).map(tuple))


@st.composite
def items(draw: st.DrawFn, key: str) -> WorkItem:
    made = make_item(
        key,
        kind=draw(st.sampled_from((ItemKind.STORY, ItemKind.BUG, ItemKind.CONTAINER))),
        title=draw(st.sampled_from(("Retry payments", "Smart retries"))),
        labels=draw(label_sets),
    )
    return replace(
        made,
        parents=draw(parents),
        marks=draw(_rarely(marks)),
        mentions=draw(_rarely(st.sampled_from(("ret90", "nps", "typo")))),
        relations=draw(_rarely(st.just(Relation("blocks", make_ref("GOAL-1"))))),
        urls=draw(_rarely(urls.map(lambda address: Url(address=address, place="remote link")))),
        sprint_ids=draw(st.sampled_from(((), ("1",)))),
    )


manual_links = st.builds(
    lambda key, share: ManualLink(key_result=key, author="Ana", reason="agreed", since_at=NOW, share=share),
    st.sampled_from(("ret90", "nps", "old", "nobody")),
    st.sampled_from((None, 0.5)),
)
EXEMPTION = ManualExemption(category="bug", author="Bo", reason="it is broken", since_at=NOW)
decided = st.builds(
    lambda links, exemption: Decisions(links=tuple(links), exemption=exemption),
    st.lists(manual_links, max_size=2),
    st.sampled_from((None, EXEMPTION)),
)
conditions = st.sampled_from(
    (
        Conditions(labels=("ops",)),
        Conditions(kinds=("bug",)),
        Conditions(teams=("Payments",)),
        Conditions(projects=("OPS",)),
        Conditions(filter='summary ~ "smart" and type != bug'),
        Conditions(sources=("elsewhere",)),
        Conditions(filter="label is empty and team = Payments"),
    )
)
expiries = st.sampled_from((TODAY, date(2026, 11, 22), date(2027, 1, 1)))
mappings = st.builds(
    lambda key, met, expires: MappingRule(
        name=f"{key}: {met}", key_result=key, conditions=met, owner="Ana", expires_on=expires
    ),
    st.sampled_from(("ret90", "nps", "old", "nobody")),
    conditions,
    expiries,
)
exemptions = st.builds(
    lambda met, expires: ExemptionRule(
        name=str(met), category="ktlo", conditions=met, reason="it keeps the lights on", expires_on=expires
    ),
    conditions,
    st.one_of(st.none(), expiries),
)
policies = st.builds(
    lambda maps, exempts: Policy(mappings=tuple(maps), exemptions=tuple(exempts)),
    st.lists(mappings, max_size=2),
    st.lists(exemptions, max_size=2),
)


@dataclass(frozen=True, kw_only=True)
class World:
    """`items` by key; `decisions` by key of the item that they are about; `policy` as of today."""

    items: Mapping[str, WorkItem]
    decisions: Mapping[str, Decisions] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    index: BookIndex = INDEXES[1]
    rules: RuleSet = RULESETS[0]

    @property
    def judge(self) -> Judge:
        return Judge(
            self.index,
            self.rules,
            policy=self.policy,
            decisions=lambda ref: self.decisions.get(ref.key, NO_DECISIONS),
        )

    def find(self, ref: ItemRef) -> WorkItem | None:
        """As the store does: by identifier, by key where there is none."""
        if not ref.external_id:
            return self.items.get(ref.key)
        return next((one for one in self.items.values() if one.ref == ref), None)

    def match(self, key: str, judge: Judge | None = None) -> Match:
        item = self.items[key]
        ancestry = find_ancestry(item, self.find, depth=self.rules.depth)
        return (judge or self.judge).match(item, ancestry, team=team_of(item.sprint_ids))

    def match_all(self) -> dict[str, Match]:
        judge = self.judge
        return {key: self.match(key, judge) for key in self.items}

    def without(self, keys: Sequence[str]) -> "World":
        return replace(self, items={key: item for key, item in self.items.items() if key not in keys})

    def change(self, key: str, change: Callable[[WorkItem], WorkItem]) -> "World":
        return replace(self, items={**self.items, key: change(self.items[key])})

    def decide(self, key: str, decisions: Decisions) -> "World":
        return replace(self, decisions={**self.decisions, key: decisions})


def team_of(sprint_ids: Sequence[str]) -> str:
    return "Payments" if sprint_ids else ""


@st.composite
def worlds(draw: st.DrawFn) -> World:
    keys = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=len(NAMES), unique=True))
    return World(
        items={key: draw(items(key)) for key in keys},
        decisions=draw(st.one_of(st.just({}), st.dictionaries(st.sampled_from(keys), decided, max_size=2))),
        policy=draw(st.one_of(st.just(Policy()), policies)).on(TODAY),
        index=draw(st.sampled_from(INDEXES)),
        rules=draw(st.sampled_from(RULESETS)),
    )
