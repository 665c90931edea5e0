"""Every field of the model as a file writes it, and what objectives say of levels, teams and weights."""

from datetime import date

from align_sync.okr.book_yaml import read_book
from align_sync.okr.model import Direction, Driver, Level, Metric, MetricKind, Pace, TeamShare, Zones
from tests.core.okr.test_book_yaml import HEAD, read, told

FULL = """
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: all-fields, labels: {level: company}}
spec:
  team: payments
  period: 2026-Q4
  level: department
  objectives:
    - id: O-1
      title: Keep them
      level: team
      weight: 0
      progressFrom: both
      sharedWith: [{team: support, weight: 0.5}, {team: Search}]
      keyResults:
        - id: falls
          title: Falls
          metric:
            direction: decrease
            baseline: 10
            baselineOn: 2026-10-01
            commit: 7
            stretch: 0
            checkpoints: [[8, 0.1], [5, .5]]
          pace: back-loaded
        - {id: band, title: Band, metric: {direction: hold, low: 2, high: 2, tolerance: 0.5}}
        - id: zones
          title: Zones
          weight: 0
          metric: {kind: ordinal, zones: {fail: "no", commit: some, target: all, stretch: more}}
        - {id: done, title: Done, metric: {kind: milestone}, state: archived, due: 2026-09-01}
    - {id: O-2, title: Below}
"""


def test_all_fields_of_the_model_can_be_written() -> None:
    book, problems = read(FULL)

    assert problems == ()
    first, second = book.objectives
    assert (first.level, second.level) == (Level.TEAM, Level.DEPARTMENT)
    assert (first.weight, first.driver) == (0, Driver.BOTH)
    assert first.shares == (TeamShare("support", 0.5), TeamShare("Search", 1.0))
    falls, band, zones, done = first.key_results
    assert falls.pace is Pace.BACK_LOADED
    assert falls.metric == Metric(
        direction=Direction.DECREASE,
        baseline=10,
        baseline_on=date(2026, 10, 1),
        commit=7,
        target=3,
        stretch=0,
        checkpoints=((8, 0.1), (5, 0.5)),
    )
    assert band.metric == Metric(direction=Direction.HOLD, low=2, high=2, tolerance=0.5)
    words = Zones(fail="no", commit="some", target="all", stretch="more")
    assert (zones.weight, zones.metric) == (0, Metric(kind=MetricKind.ORDINAL, zones=words))
    assert (done.metric.kind, done.due) == (MetricKind.MILESTONE, date(2026, 9, 1))


def test_the_level_of_older_files_is_a_label() -> None:
    book, problems = read(FULL.replace("  level: department\n", "").replace("      level: team\n", ""))

    assert problems == ()
    assert [objective.level for objective in book] == [Level.COMPANY] * 2
    book, problems = read(FULL.replace("level: company", "level: galaxy").replace("  level: department\n", ""))
    assert (problems, book.objectives[1].level) == ((), None)


def test_a_team_shares_an_objective_once_and_not_with_itself() -> None:
    text = (
        HEAD + "    - {id: O-1, title: x, sharedWith: [{team: search}, {team: Payments}, {team: SEARCH, weight: 2}]}\n"
    )

    book, problems = read(text)

    advice = "name the further teams only, each once"
    place = "spec.objectives[0].sharedWith"
    assert told(problems) == [
        f"okrs/a.yaml:8:63: {place}[1].team: Payments is the team of the set itself; {advice}",
        f"okrs/a.yaml:8:81: {place}[2].team: SEARCH stands here twice; {advice}",
    ]
    assert [objective.teams for objective in book] == [("payments", "search")]


def test_what_is_wrong_with_an_objective_costs_its_key_results_and_no_other_objective() -> None:
    entries = [
        "{id: O-1, title: x, level: squad, progressFrom: all, weight: -1, sharedWith: [{weight: 1}], keyResults: [1]}",
        "{id: O-2, title: y}",
    ]

    book, problems = read(HEAD + "".join(f"    - {entry}\n" for entry in entries))

    place = "spec.objectives[0]"
    assert [problem.message for problem in problems] == [
        f"{place}.level: must be company, department or team",
        f"{place}.progressFrom: must be keyResults, aligned or both",
        f"{place}.weight: must be 0 or more",
        f"{place}.sharedWith[0]: `team` is missing",
        f"{place}.keyResults[0]: a mapping is expected",
    ]
    assert [objective.key for objective in book] == ["O-2"]


def test_every_entry_knows_where_its_fields_stand() -> None:
    site = read_book([("a.yaml", FULL)]).sites["falls"]

    assert (site.has("metric", "commit"), site.has("metric", "target")) == (True, False)
    assert (str(site.place_of("metric", "commit")), str(site.place_of("due"))) == ("a.yaml:23:21", "a.yaml:17:11")


def test_a_source_is_a_name_and_no_address_which_may_hold_a_secret() -> None:
    text = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: a}
spec:
  team: a
  period: 2026-Q4
  objectives:
    - {id: O-1, title: x, keyResults: [{id: a, title: y, metric: {source: "http://me:canary@host/x"}}]}
"""
    _, (problem,) = read(text)
    assert "must name a metric" in problem.message
    assert "canary" not in str(problem)
