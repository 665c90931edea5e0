"""The sample company: what the whole program says of it over HTTP must be what is written down as true."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from align_sync.app import App, open_app
from align_sync.demo.fake_jira import Flavour, JiraSite, SprintState
from align_sync.demo.fake_linear import LinearSite
from align_sync.demo.sandbox import Sandbox, open_sandbox
from align_sync.demo.story import PROBABLY_MEANT, TRUE_LINKS, Truth, fill_jira, fill_linear, find_example_okrs
from align_sync.flows.report import report
from align_sync.jobs import sync
from align_sync.linking.evidence import Bucket
from align_sync.reports.model import Filters, ReportItem
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.store.scope import ScopedItem, load_scope
from align_sync.store.sprints import load_sprints

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A company that was pulled and linked once."""

    app: App
    sandbox: Sandbox

    def scope(self) -> dict[str, ScopedItem]:
        """Every item in an open sprint, by key."""
        with self.app.store.read() as connection:
            sprints = [sprint for sprint in load_sprints(connection) if sprint.state.is_open]
            return {one.item.key: one for one in load_scope(connection, sprints)}


@contextmanager
def tell(folder: Path, flavour: Flavour = Flavour.CLOUD, *, behind_gateway: bool = False) -> Iterator[Told]:
    seams = Seams(now=lambda: NOW, sleep=lambda _seconds: None, uniform=lambda low, _high: low)
    with open_sandbox(clock=lambda: NOW, flavour=flavour, behind_gateway=behind_gateway) as sandbox:
        settings = Settings.model_validate(
            {
                **sandbox.overrides(),
                "database": {"url": f"sqlite:///{folder / 'story.db'}"},
                "okrs": [find_example_okrs()],
            }
        )
        with open_app(settings, seams=seams) as app:
            result = sync(app)
            assert [str(source.failure) for source in result.pulled.sources if source.failure] == []
            yield Told(app, sandbox)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with tell(tmp_path_factory.mktemp("story")) as made:
        yield made


def verdict_of(one: ScopedItem) -> Truth:
    assert one.match is not None
    return Truth(one.match.bucket, tuple((link.key_result, round(link.share, 6)) for link in one.match.links))


def test_every_verdict_is_the_one_written_down(told: Told) -> None:
    assert {key: verdict_of(one) for key, one in told.scope().items()} == dict(TRUE_LINKS)


@pytest.mark.parametrize(("flavour", "behind_gateway"), [(Flavour.DATACENTER, False), (Flavour.CLOUD, True)])
def test_the_verdicts_are_the_same_on_other_kinds_of_jira(
    tmp_path: Path, flavour: Flavour, behind_gateway: bool
) -> None:
    with tell(tmp_path, flavour, behind_gateway=behind_gateway) as told:
        assert {key: verdict_of(one) for key, one in told.scope().items()} == dict(TRUE_LINKS)


def test_each_invalid_item_gets_the_right_suggestion(told: Told) -> None:
    suggested = {
        key: one.match.rejected[0].suggestion
        for key, one in told.scope().items()
        if one.match is not None and one.match.bucket is Bucket.INVALID
    }
    assert suggested == dict(PROBABLY_MEANT)


def test_a_second_pass_changes_nothing(told: Told) -> None:
    result = sync(told.app)
    assert [(s.new, s.changed, s.gone, s.entered, s.left) for s in result.pulled.sources] == [(0, 0, 0, 0, 0)] * 2
    assert result.linked.differing == 0


def test_an_item_in_two_active_sprints_is_reported_once(told: Told) -> None:
    built = report(told.app, Filters())
    assert len([item for item in built.items if item.key == "PAY-420"]) == 1
    assert set(told.sandbox.jira_site.issue("PAY-420").sprint_ids) == {124, 319}


def test_the_report_of_the_current_sprints_shows_every_bucket_and_an_idle_key_result(told: Told) -> None:
    built = report(told.app, Filters())
    assert all(built.headline.counts[bucket] for bucket in Bucket)
    assert [line.key for line in built.key_results if line.is_idle] == ["onboarding-days"]
    assert {line.team for line in built.teams} == {
        "Payments", "Search and mobile", "Platform", "Support", "Customer success",
    }  # fmt: skip
    assert built.headline.coverage is not None


def test_hostile_titles_reach_the_report_as_they_were_written(told: Told) -> None:
    def title_of(key: str) -> str:
        found: ReportItem = next(item for item in report(told.app, Filters()).items if item.key == key)
        return found.title

    assert "<!channel>" in title_of("PAY-416")
    assert title_of("PAY-417").startswith("=HYPERLINK(")
    assert "\u202e" in title_of("MOB-77")
    assert len(title_of("MOB-81")) > 300


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
    assert {now - cycle.starts_at < timedelta(days=5, hours=1) for cycle in current} == {True}
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
