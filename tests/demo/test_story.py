"""The sample company: what the whole program says of it over HTTP must be what is written down as true."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from align_sync.app import App, open_app
from align_sync.calendars import build_calendar
from align_sync.demo.fake_jira import Flavour, JiraSite, SprintState
from align_sync.demo.fake_linear import LinearSite
from align_sync.demo.sandbox import Sandbox, open_sandbox
from align_sync.demo.story import (
    MATCHES_NOTHING,
    PROBABLY_MEANT,
    TRUE_BEFORE_PEOPLE,
    TRUE_LINKS,
    Truth,
    decide,
    fill_jira,
    fill_linear,
    find_example_okrs,
    read_weeks,
    sample_settings,
    write_example_okrs,
    write_register,
    write_sample_settings,
)
from align_sync.demo.story.example_okrs import EXAMPLES_TOLD_ON
from align_sync.demo.story.jira_work import TICKETS
from align_sync.demo.story.linear_work import REQUESTS
from align_sync.demo.story.sources import CONNECTION, WAREHOUSE
from align_sync.demo.story.tickets import begin_sprint, written_at
from align_sync.flows.cascade import cascade
from align_sync.flows.okr import apply
from align_sync.flows.report import report
from align_sync.flows.show import show
from align_sync.jobs import sync
from align_sync.linking.evidence import Bucket, Match, Rejected, RejectReason, RuleKind
from align_sync.linking.grace import judge_grace
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.metrics import Measurability, SourceKind
from align_sync.okr.standing import Health
from align_sync.reports.model import Filters, Lens, ReportItem, SignalKind
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.settings_policy import Weekday
from align_sync.store.items import load_ids
from align_sync.store.ledger import load_buckets
from align_sync.store.sprints import load_sprints
from align_sync.work import ItemRef, Sprint, SprintRef
from align_sync.work import SprintState as State

STALE_AFTER = 14
NEXT_SPRINT = frozenset(
    {one.key for one in TICKETS if one.sprints and set(one.sprints) <= {125, 233, 320}}
    | {one.key for one in REQUESTS if one.cycle == 19}
)
NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
EXPLICIT = frozenset({Bucket.DIRECT, Bucket.INHERITED})
"""Where a person or a tracker said it: of a mapping rule nobody said anything of this very item."""


@dataclass(frozen=True, slots=True)
class Told:
    """A company that was pulled and linked once, and then had its say. `before` are the verdicts before that."""

    app: App
    sandbox: Sandbox
    before: Mapping[str, Truth]

    @property
    def now(self) -> Mapping[str, Truth]:
        return judge_all(self.app)


def list_items(app: App) -> dict[str, ReportItem]:
    """Every item of an active or a future sprint, as a report of that sprint shows it, by key."""
    with app.store.read() as connection:
        coming = [one.ref.external_id for one in load_sprints(connection) if one.state is State.FUTURE]
    items = [item for sprint in coming for item in report(app, Filters(sprint=sprint)).items]
    return {item.key: item for item in [*items, *report(app, Filters()).items]}


def judge_all(app: App) -> dict[str, Truth]:
    return {
        key: Truth(item.bucket, tuple(sorted((link.key_result, round(link.share, 6)) for link in item.links)))
        for key, item in list_items(app).items()
    }


@contextmanager
def open_measured(folder: Path, now: datetime) -> Iterator[App]:
    """The book of the sample company, applied, and its metrics read, as on any day; nothing is pulled."""
    okrs = write_example_okrs(folder / "okrs", now.date())
    settings = Settings.model_validate(
        {
            **sample_settings(now.date(), write_register(folder, okrs, now.date())),
            "connections": {CONNECTION: {"url": f"sqlite:///{folder / WAREHOUSE}"}},
            "database": {"url": f"sqlite:///{folder / 'measured.db'}"},
            "okrs": okrs,
        }
    )
    seams = Seams(now=lambda: now, sleep=lambda _seconds: None, uniform=lambda low, _high: low)
    with open_app(settings, seams=seams) as app:
        apply(app, okrs, author="sample company")
        read_weeks(app)
        yield app


@contextmanager
def tell(folder: Path, flavour: Flavour = Flavour.CLOUD, *, behind_gateway: bool = False) -> Iterator[Told]:
    seams = Seams(now=lambda: NOW, sleep=lambda _seconds: None, uniform=lambda low, _high: low)
    with open_sandbox(clock=lambda: NOW, flavour=flavour, behind_gateway=behind_gateway) as sandbox:
        settings = Settings.model_validate(
            {
                **sample_settings(NOW.date()),
                **sandbox.overrides(),
                "database": {"url": f"sqlite:///{folder / 'story.db'}"},
                "okrs": [find_example_okrs()],
            }
        )
        with open_app(settings, seams=seams) as app:
            result = sync(app)
            assert [str(source.failure) for source in result.pulled.sources if source.failure] == []
            before = judge_all(app)
            decide(app)
            yield Told(app, sandbox, before)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with tell(tmp_path_factory.mktemp("story")) as made:
        yield made


@pytest.fixture(params=[(Flavour.DATACENTER, False), (Flavour.CLOUD, True)], ids=["data center", "gateway"])
def told_otherwise(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Told]:
    flavour, behind_gateway = request.param
    with tell(tmp_path, flavour, behind_gateway=behind_gateway) as made:
        yield made


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall of the links that somebody made explicitly, and every verdict that is not the true one."""

    precision: float
    recall: float
    wrong: tuple[str, ...]


def measure(found: Mapping[str, Truth], true: Mapping[str, Truth]) -> Quality:
    def links(verdicts: Mapping[str, Truth]) -> set[tuple[str, str, float]]:
        return {(key, *link) for key, one in verdicts.items() if one.bucket in EXPLICIT for link in one.key_results}

    said, meant = links(found), links(true)
    right = len(said & meant)
    wrong = tuple(
        f"{key}: {found.get(key)} instead of {true.get(key)}"
        for key in sorted({*found, *true})
        if found.get(key) != true.get(key)
    )
    return Quality(right / len(said) if said else 1.0, right / len(meant) if meant else 1.0, wrong)


PERFECT = Quality(1.0, 1.0, ())


def test_precision_and_recall_of_explicit_evidence_are_1_and_every_verdict_is_the_true_one(told: Told) -> None:
    assert measure(told.now, TRUE_LINKS) == PERFECT


def test_before_people_decide_only_their_items_stand_otherwise(told: Told) -> None:
    assert measure(told.before, TRUE_BEFORE_PEOPLE) == PERFECT
    assert {key for key, truth in TRUE_LINKS.items() if TRUE_BEFORE_PEOPLE[key] != truth} == {
        "PAY-415", "CARE-107", "MOB-81", "PLAT-205", "PLAT-206",
    }  # fmt: skip


def test_the_verdicts_are_the_same_on_other_kinds_of_jira(told_otherwise: Told) -> None:
    assert measure(told_otherwise.before, TRUE_BEFORE_PEOPLE) == PERFECT
    assert measure(told_otherwise.now, TRUE_LINKS) == PERFECT
    assert_the_ledger_agrees(told_otherwise.app)


ONE_WRONG: tuple[tuple[str, Truth, float, float], ...] = (
    ("PAY-401", Truth(Bucket.UNLINKED), 1.0, 0.985),
    ("PAY-412", Truth(Bucket.DIRECT, (("KR-2.1", 1.0),)), 0.985, 1.0),
    ("PAY-409", Truth(Bucket.DIRECT, (("KR-2.1", 0.3), ("KR-2.3", 0.7))), 0.97, 0.97),
    ("MOB-86", Truth(Bucket.UNLINKED), 1.0, 1.0),
    ("PAY-429", Truth(Bucket.UNLINKED), 1.0, 1.0),
)


@pytest.mark.parametrize(("key", "verdict", "precision", "recall"), ONE_WRONG, ids=[row[0] for row in ONE_WRONG])
def test_one_wrong_verdict_is_found_and_named(key: str, verdict: Truth, precision: float, recall: float) -> None:
    quality = measure({**TRUE_LINKS, key: verdict}, TRUE_LINKS)
    assert quality.precision == pytest.approx(precision, abs=6e-3)
    assert quality.recall == pytest.approx(recall, abs=6e-3)
    assert [words.partition(":")[0] for words in quality.wrong] == [key]


def assert_the_ledger_agrees(app: App) -> None:
    """What linking stored, which knows nothing of grace, is what a report judges anew."""
    with app.store.read() as connection:
        stored = {
            item.key: load_buckets(connection, load_ids(connection, item.source, [item.external_id]).values())
            for item in list_items(app).values()
        }
    waiting = {Bucket.UNLINKED, Bucket.INVALID}
    wrong = {
        key: (set(buckets.values()), TRUE_LINKS[key].bucket)
        for key, buckets in stored.items()
        if not set(buckets.values())
        <= (waiting if TRUE_LINKS[key].bucket is Bucket.GRACE else {TRUE_LINKS[key].bucket})
    }
    assert wrong == {}


def test_what_is_stored_is_what_a_report_judges_anew(told: Told) -> None:
    assert_the_ledger_agrees(told.app)


def test_each_invalid_item_gets_the_right_suggestion(told: Told) -> None:
    suggested = {key: item.suggestion for key, item in list_items(told.app).items() if item.bucket is Bucket.INVALID}
    assert suggested == dict(PROBABLY_MEANT)


def test_a_second_pass_changes_nothing(told: Told) -> None:
    result = sync(told.app)
    assert [(s.new, s.changed, s.gone, s.entered, s.left) for s in result.pulled.sources] == [(0, 0, 0, 0, 0)] * 2
    assert result.linked.differing == 0


def test_an_item_in_two_active_sprints_is_reported_once(told: Told) -> None:
    built = report(told.app, Filters())
    assert len([item for item in built.items if item.key == "PAY-420"]) == 1
    assert set(told.sandbox.jira_site.issue("PAY-420").sprint_ids) == {124, 319}


def test_the_report_of_the_current_sprints_shows_every_bucket(told: Told) -> None:
    built = report(told.app, Filters())
    assert all(built.headline.counts[bucket] for bucket in Bucket)
    assert {line.team for line in built.teams} == {team["name"] for team in sample_settings(NOW.date())["teams"]}
    assert built.headline.coverage == pytest.approx(56 / (56 + 23 + 1.6))
    assert built.disputed == {RuleKind.MAPPING: 1}


def test_each_way_to_be_set_aside_is_told_with_its_reason(told: Told) -> None:
    because = {key: item.because for key, item in list_items(told.app).items()}
    assert "inherited from MOB-86: exempt as bug, by rule bugs on phones" in because["MOB-87"]
    assert "inherited from PLAT-90: exempt as upgrade, by Nadia Haas" in because["PLAT-205"]
    assert "until Wed 25 Nov 2026: label okr/KR-2.4 names KR-2.4, a closed key result" in because["PAY-428"]
    assert "3 working days of grace, until Thu 26 Nov 2026" in because["PAY-429"]
    assert because["GROW-50"].startswith("its sprint has not begun: ")


def test_one_key_result_is_idle_and_one_more_has_no_planned_work(told: Told, told_otherwise: Told) -> None:
    for app in (told.app, told_otherwise.app):
        lines = report(app, Filters()).key_results
        assert [line.key for line in lines if line.is_idle] == ["onboarding-days"]
        assert [line.key for line in lines if not line.planned] == ["onboarding-days", "ledger-pilot"]


def test_one_team_is_over_its_budget_and_others_are_within(told: Told) -> None:
    tallies = {line.team: line.tally for line in report(told.app, Filters()).teams}
    assert {team for team, tally in tallies.items() if tally.over} == {"Search and mobile"}
    assert {team for team, tally in tallies.items() if tally.counts[Bucket.EXEMPT]} == {
        "Search and mobile", "Platform", "Payments",
    }  # fmt: skip


def test_points_are_refused_for_the_team_that_estimates_too_little(told: Told) -> None:
    built = report(told.app, Filters())
    of_team = {line.team: next(one for one in line.lenses if one.lens is Lens.POINTS) for line in built.teams}
    refused = {team: one.withheld for team, one in of_team.items() if one.coverage is None}
    assert list(refused) == ["Customer success"]
    assert refused["Customer success"].startswith("8 of 33 points")
    whole = next(one for one in built.lenses if one.lens is Lens.POINTS)
    assert 0 < whole.imputed_share < 0.2
    assert whole.coverage is not None


def test_one_team_crowds_on_one_key_result(told: Told) -> None:
    signals = report(told.app, Filters()).signals
    assert [(signal.kind, signal.team) for signal in signals] == [(SignalKind.CROWDED, "Search and mobile")]


def test_each_rule_catches_what_it_is_for_and_one_catches_nothing(told: Told) -> None:
    built = report(told.app, Filters())
    assert {line.name: (line.matched, line.decided) for line in built.rules} == {
        "checkout is speed": (2, 3),
        "calls to customers": (1, 1),
        "bugs on phones": (3, 3),
        "dependency upgrades": (1, 1),
        "security": (1, 1),
        MATCHES_NOTHING: (0, 0),
    }
    assert [line.name for line in built.rules if line.warning] == [MATCHES_NOTHING]


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2028, 2, 29), date(2031, 12, 31)])
def test_the_settings_file_of_the_story_says_what_the_story_needs(today: date) -> None:
    written = tomllib.loads(write_sample_settings(today, ['/a "b"/okrs'], timezone="Europe/Rome"))
    assert (written.pop("okrs"), written.pop("timezone")) == (['/a "b"/okrs'], "Europe/Rome")
    told = Settings.model_validate(written)
    assert told == Settings.model_validate(sample_settings(today))
    assert told.calendar_of("Payments").weekend == (Weekday.SATURDAY, Weekday.SUNDAY)
    assert all(rule.expires_on > today for rule in told.map)


def test_the_register_is_written_as_settings_and_names_no_address(tmp_path: Path) -> None:
    today = NOW.date()
    metrics = write_register(tmp_path, write_example_okrs(tmp_path / "okrs", today), today)
    text = write_sample_settings(today, [], metrics=metrics)
    told = Settings.model_validate(tomllib.loads(text))
    assert told == Settings.model_validate(sample_settings(today, metrics) | {"okrs": []})
    assert {metric.kind.value for metric in told.metrics} == {"sql", "csv", "manual"}
    assert "sqlite:" not in text


DAYS = (
    datetime(2026, 10, 1, 0, 30, tzinfo=UTC),
    datetime(2027, 1, 1, 23, 59, tzinfo=UTC),
    datetime(2028, 2, 29, 13, 30, tzinfo=UTC),
    datetime(2028, 12, 31, 6, tzinfo=UTC),
    NOW,
)


@pytest.mark.parametrize("now", DAYS, ids=lambda now: now.date().isoformat())
def test_on_every_day_of_a_quarter_the_company_has_values(tmp_path: Path, now: datetime) -> None:
    with open_measured(tmp_path, now) as app:
        page = show(app, "KR-2.3")
        found = cascade(app)
    assert found is not None
    assert found.standings is not None
    standings = found.standings.key_results
    first = page.plan[0].on
    is_first = now.date() == first
    # What somebody wrote into the book a few days ago may lie before the quarter.
    read = [one for one in page.readings if one.source is SourceKind.SQL]
    assert (read[0].as_of_at.date(), read[0].value) == (first, 2.4)
    assert read[-1].value == (2.4 if is_first else 1.3)
    days = [one.as_of_at.date() for one in read]
    assert days[-1] == now.date()
    assert is_first or len(days) == len(set(days))
    # One value a week, the baseline, and those of today.
    assert len(set(days)) == (now.date() - first).days // 7 + (1 if (now.date() - first).days % 7 == 0 else 2)
    assert page.measurability is Measurability.VERIFIED_LIVE
    failed = standings["CO-1.2"]
    assert (failed.progress, failed.verdict.health) == (None, Health.UNKNOWN)
    assert "sample-nps.csv" in failed.verdict.because
    assert standings["success-plans"].last is None
    is_stale = (now.date() - first).days > STALE_AFTER
    assert (standings["first-reply"].verdict.health is Health.STALE) == is_stale
    measured = {key for key, one in standings.items() if one.progress is not None}
    assert measured == {
        "CO-1.1", "ret90", "onboarding-days", "KR-2.1", "KR-2.3", "KR-2.4", "act7", "KR-5.1", "KR-5.2", "fcr",
        "first-reply",
    }  # fmt: skip


def test_its_people_say_how_sure_they_are(told: Told) -> None:
    stated = {line.key: line.standing.confidence for line in report(told.app, Filters()).key_results if line.standing}
    assert {key: one.share for key, one in stated.items() if one} == {"KR-2.1": 0.4, "fcr": 0.8}


def test_hostile_titles_reach_the_report_as_they_were_written(told: Told) -> None:
    def title_of(key: str) -> str:
        found: ReportItem = next(item for item in report(told.app, Filters()).items if item.key == key)
        return found.title

    assert "<!channel>" in title_of("PAY-416")
    assert title_of("PAY-417").startswith("=HYPERLINK(")
    assert "\u202e" in title_of("MOB-77")
    assert len(title_of("MOB-81")) > 300


ZONES = ("UTC", "Europe/Rome", "Pacific/Kiritimati", "Etc/GMT+12")
MINUTES = (0, 630, 1439)
CLOSED = {"PAY-428": "KR-2.4", "PAY-411": "KR-2.2", "GROW-40": "chat-csat"}


def find_unserved(now: datetime) -> Iterator[tuple[str, datetime, Match]]:
    """What serves nothing in a running sprint: when the first pull takes it to have come in, and what linking says."""
    # Jira does not say when an item came into its sprint, so that its last touch counts; Linear does.
    entered = {one.key: written_at(now, place, is_new=one.new)[1] for place, one in enumerate(TICKETS)}
    entered |= {one.key: written_at(now, place, is_new=one.new)[0] for place, one in enumerate(REQUESTS)}
    for key, truth in TRUE_LINKS.items():
        if truth.bucket in {Bucket.GRACE, Bucket.INVALID, Bucket.UNLINKED} and key not in NEXT_SPRINT:
            ref = ItemRef(source="any", external_id=key, key=key)
            is_named = truth.bucket is Bucket.INVALID or key in CLOSED
            refused = Rejected(
                reason=RejectReason.UNKNOWN_KEY, key="", rule=RuleKind.LABEL, field="", found="", via=ref
            )
            rejected = (refused,) if is_named else ()
            bucket = Bucket.INVALID if is_named else Bucket.UNLINKED
            yield key, entered[key], Match(ref=ref, bucket=bucket, because="", rejected=rejected)


def close(match: Match, on: date) -> Match:
    ended = tuple(replace(one, reason=RejectReason.CLOSED, since_on=on) for one in match.rejected)
    return replace(match, rejected=ended)


@pytest.mark.parametrize("year", range(2026, 2032))
def test_on_every_day_the_same_items_are_in_grace(year: int) -> None:
    book, _ = parse_book([(path.name, path.read_text()) for path in find_example_okrs().glob("*.yaml")])
    closed_on = {kr.key: kr.closed_on for kr in book.key_results}
    calendars = [
        build_calendar(
            country="IT",
            subdivision="",
            weekend=frozenset({5, 6}),
            days_off=frozenset(),
            zone=zone,
            today=date(year, 7, 1),
        )
        for zone in ZONES
    ]
    wrong = []
    for day in range(366):
        calendar = calendars[day % len(ZONES)]
        now = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=MINUTES[day // 4 % 3])
        sprint = Sprint(
            ref=SprintRef(source="any", external_id="1"), name="", state=State.ACTIVE, starts_at=begin_sprint(now)
        )
        for key, entered_at, told in find_unserved(now):
            match = told
            if key in CLOSED:
                closed = closed_on[CLOSED[key]]
                assert closed is not None
                match = close(told, calendar.day_of(now) - (EXAMPLES_TOLD_ON - closed))
            judged = judge_grace(match, entered_at=entered_at, sprint=sprint, calendar=calendar, days=3, now=now)
            if judged.bucket is not TRUE_LINKS[key].bucket:
                wrong.append(f"{now} {calendar.zone}: {key} {judged.bucket} {judged.because}")
    assert wrong == []


@pytest.mark.parametrize("now", [NOW, datetime(2031, 2, 28, 23, 59, 59, tzinfo=UTC)])
def test_all_dates_follow_the_clock(now: datetime) -> None:
    jira, linear = JiraSite(clock=lambda: now), LinearSite(lambda: now)
    fill_jira(jira)
    fill_linear(linear)
    states = [sprint.state for sprint in jira.sprints.values()]
    assert {state: states.count(state) for state in SprintState} == dict.fromkeys(SprintState, 3)
    for sprint in jira.sprints.values():
        assert sprint.started_at is not None
        assert sprint.ends_at is not None
        assert (sprint.started_at <= now < sprint.ends_at) == (sprint.state is SprintState.ACTIVE)
    stamps = [(issue.created_at, issue.updated_at) for issue in jira.truth.values()]
    stamps += [(issue.created_at, issue.updated_at) for issue in linear.issues.values()]
    assert all(created_at < updated_at < now for created_at, updated_at in stamps)
    current = [cycle for cycle in linear.cycles.values() if cycle.starts_at <= now < cycle.ends_at]
    assert {now - cycle.starts_at < timedelta(days=10, hours=1) for cycle in current} == {True}
    assert len(current) == 2


def test_telling_it_twice_gives_the_same() -> None:
    first, second = JiraSite(clock=lambda: NOW), JiraSite(clock=lambda: NOW)
    fill_jira(first)
    fill_jira(second)
    assert first.truth == second.truth
    one, other = LinearSite(lambda: NOW), LinearSite(lambda: NOW)
    fill_linear(one)
    fill_linear(other)
    assert [(i.id, i.title, i.updated_at) for i in one.issues.values()] == [
        (i.id, i.title, i.updated_at) for i in other.issues.values()
    ]
