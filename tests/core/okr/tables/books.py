"""Books as hypothesis makes them: every field, and texts that spreadsheets and YAML readers like to change."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from align_sync.okr.model import (
    Book,
    Commitment,
    Direction,
    Driver,
    Indicator,
    KeyResult,
    KeyResultState,
    Level,
    Metric,
    MetricKind,
    Names,
    Objective,
    Pace,
    TeamShare,
    Zones,
)  # fmt: skip
from align_sync.okr.zones import complete_zones
from align_sync.work import unique

_MEAN = (
    "=1+1", "'=x", "''-x", "'quoted'", "-5", "+1", "@you", "no", "Null", "2.10", "1e3", "0o17", "2026-11-15", "a; b",
    'a "b"', '"b"; c', "a: b", "a #b", "#b", "- a", "[a]", "{a}", "*a", "&a", "!a", "%a", "a:", "~", "\uff1dx",
    "perché l'80 % sì", "日本", "a=b", "a=1", "x\u00a0y", "\U0001f600", "a,b", "back\\slash", "_x000D_", "1.234", "?",
)  # fmt: skip
_free = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"),
        exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    min_size=1,
    max_size=12,
).map(str.strip)
texts = st.one_of(st.sampled_from(_MEAN), _free.filter(bool))
numbers = st.one_of(
    st.integers(-(10**17), 10**17).map(float),
    st.floats(-1e200, 1e200),
    st.sampled_from((1.234, -12.345, 0.1 + 0.2, 1e22, 5e-324, 100.125)),
).map(lambda value: value + 0.0)
weights = st.sampled_from((0.0, 0.5, 1.0, 2.0, 1.234))
shares = st.sampled_from((0.0, 0.25, 0.5, 1.0))
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
words = st.just("") | texts
lists = st.lists(texts, max_size=3, unique_by=str.casefold).map(unique)


keys = st.sampled_from(
    ("a", "no", "2.10", "1e3", "@k", "-1", "'k", "KR-1", "perché", "a:b", "0o7", "7", "#1", "x" * 100)
)
DAY = timedelta(days=1)


def _checkpoints(baseline: float | None, target: float | None) -> st.SearchStrategy[tuple[tuple[float, float], ...]]:
    """None, or one half of the way."""
    middle = (baseline or 0.0) / 2 + (target or 0.0) / 2
    if baseline is None or target is None or not min(baseline, target) < middle < max(baseline, target):
        return st.just(())
    return st.sampled_from(((), ((middle, 0.25),), ((middle, 0.5),)))


@st.composite
def metrics(draw: st.DrawFn) -> Metric:
    maybe = st.none() | numbers
    kind, direction = draw(st.sampled_from(MetricKind)), draw(st.sampled_from(Direction))
    is_held = direction is Direction.HOLD
    band = sorted(draw(st.lists(numbers, min_size=2, max_size=2))) if is_held else (None, None)
    baseline, current = draw(maybe), draw(maybe)
    commit, target, stretch = complete_zones(
        baseline=baseline, commit=draw(st.none() | numbers), target=draw(maybe), stretch=draw(st.none() | numbers)
    )
    return Metric(
        kind=kind,
        unit=draw(st.just("") | texts),
        direction=direction,
        baseline=baseline,
        baseline_on=draw(st.none() | days) if baseline is not None else None,
        target=target,
        commit=commit,
        stretch=stretch,
        low=band[0],
        high=band[1],
        tolerance=draw(st.none() | st.sampled_from((0.5, 1.234, 1000.0))) if is_held else None,
        checkpoints=() if is_held else draw(_checkpoints(baseline, target)),
        zones=Zones(fail=draw(words), stretch=draw(words)) if kind is MetricKind.ORDINAL else Zones(),
        source=draw(st.just("") | texts),
        current=current,
        current_on=draw(st.none() | days) if current is not None else None,
    )


@st.composite
def key_results(draw: st.DrawFn, key: str, formerly: Sequence[str], successors: Sequence[str]) -> KeyResult:
    state = draw(st.sampled_from(KeyResultState))
    pace = draw(st.sampled_from(Pace))
    start = draw(days)
    rising = sorted(draw(st.lists(shares, min_size=1, max_size=3)))
    others = [other for other in successors if other != key]
    return KeyResult(
        key=key,
        title=draw(texts),
        owner=draw(st.just("") | texts),
        commitment=draw(st.sampled_from(Commitment)),
        indicator=draw(st.none() | st.sampled_from(Indicator)),
        weight=draw(weights),
        due=draw(st.none() | days),
        metric=draw(st.just(Metric()) | metrics()),
        pace=pace,
        phases=tuple((start + number * DAY, share) for number, share in enumerate(rising))
        if pace is Pace.PHASED
        else (),
        names=Names(
            labels=draw(lists),
            items=draw(lists),
            epics=draw(lists),
            containers=draw(lists),
            urls=draw(st.just(()) | st.just(("https://wiki.example/a;b", "http://x.example/?q=1"))),
            keywords=draw(lists),
        ),
        state=state,
        successor=draw(st.sampled_from((None, *others))),
        closed_on=draw(st.none() | days) if state is not KeyResultState.ACTIVE else None,
        formerly=tuple(formerly),
    )


def _share(teams: Sequence[str], weight: float, but: str) -> tuple[TeamShare, ...]:
    return tuple(TeamShare(team, weight) for team in teams if team.casefold() != but.casefold())


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Sets of objectives stand together, as they do in files: their order is no content."""
    chosen = draw(st.lists(keys, min_size=1, max_size=6, unique=True))
    cut = draw(st.integers(1, len(chosen)))
    own, rest = chosen[:cut], chosen[cut:]
    teams = draw(st.lists(st.tuples(texts, texts), min_size=1, max_size=2, unique=True))
    homes = sorted(draw(st.sampled_from(range(len(teams)))) for _ in own)
    at = [draw(st.sampled_from(range(len(own)))) for _ in rest]
    former = draw(st.sampled_from(((), ("was-1",), ("@was", "was-2"))))
    made = [
        (place, draw(key_results(key, former if not number else (), rest)))
        for number, (place, key) in enumerate(zip(at, rest, strict=True))
    ]
    return Book(
        objectives=tuple(
            Objective(
                key=key,
                title=draw(texts),
                team=teams[homes[number]][0],
                period=teams[homes[number]][1],
                owner=draw(st.just("") | texts),
                level=draw(st.none() | st.sampled_from(Level)),
                weight=draw(weights),
                driver=draw(st.sampled_from(Driver)),
                shares=tuple(
                    TeamShare(team, draw(weights))
                    for team in draw(lists)
                    if team.casefold() != teams[homes[number]][0].casefold()
                ),
                contributes_to=tuple(draw(st.lists(st.sampled_from(chosen), max_size=2))),
                key_results=tuple(kr for place, kr in made if place == number),
            )
            for number, key in enumerate(own)
        )
    )
