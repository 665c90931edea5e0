"""Coverage, budgets, when a figure is withheld, standing and the shares of a bar."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.linking.evidence import Bucket
from align_sync.reports.lenses import impute_points, mass_of
from align_sync.reports.measures import Limits, standing, tally, whole_percents
from align_sync.reports.model import Lens, ReportItem, Standing
from align_sync.reports.words import percent
from tests.core.reports.built import ITEMS
from tests.make import make_report_item

D, H, R, V, U, X = (
    Bucket.DIRECT,
    Bucket.INHERITED,
    Bucket.RULE,
    Bucket.INVALID,
    Bucket.UNLINKED,
    Bucket.UNKNOWN,
)
E, G = Bucket.EXEMPT, Bucket.GRACE
ANYTHING = Limits(unknown=1.0, imputed=1.0)


def items_of(*buckets: Bucket, team: str = "Payments") -> list[ReportItem]:
    return [make_report_item(f"{team}-{number}", bucket, team=team) for number, bucket in enumerate(buckets)]


@pytest.mark.parametrize(
    ("buckets", "limit", "coverage", "withheld"),
    [
        ([D, H, V, U], 0.05, 0.5, ""),
        ([D, R, U, U], 0.05, 0.5, ""),
        ([D], 0.05, 1.0, ""),
        ([U], 0.05, 0.0, ""),
        # An unknown item counts neither for nor against, and nor does one in grace.
        ([D, U, X], 0.5, 0.5, ""),
        ([D, U, G, G], 0.05, 0.5, ""),
        # Exactly at the limit is still good enough.
        ([D, D, D, X], 0.25, 1.0, ""),
        ([D, D, X], 0.25, None, "1 of 3 items (33 %) could not be judged, more than the limit of 25 %"),
        # What is in grace makes the unknown no smaller.
        ([D, D, X, G, G, G], 0.25, None, "1 of 3 items (33 %) could not be judged, more than the limit of 25 %"),
        ([], 0.05, None, "no item is in scope"),
        ([X], 1.0, None, "the one item could not be judged"),
        ([X, X], 1.0, None, "all of 2 items could not be judged"),
        ([G, G], 1.0, None, "all that is in scope is in grace"),
        # All is exempt, and 30 % of that may be: the rest is missing.
        ([E, E], 1.0, 0.0, ""),
    ],
)
def test_coverage_is_linked_of_judged_or_withheld_with_a_reason(
    buckets: list[Bucket], limit: float, coverage: float | None, withheld: str
) -> None:
    figures = tally(items_of(*buckets), Limits(unknown=limit))
    assert (figures.coverage, figures.withheld.replace("\u00a0", " ")) == (coverage, withheld)


HUNDRED = items_of(*[D] * 50, *[U] * 20, *[E] * 30)


@pytest.mark.parametrize(("budget", "coverage", "over"), [(0.2, 0.625, 10), (0.0, 0.5, 30), (1.0, 50 / 70, 0)])
def test_what_is_exempt_beyond_the_budget_counts_as_missing(budget: float, coverage: float, over: float) -> None:
    figures = tally(HUNDRED, Limits(unknown=0.05, budget=budget))
    assert figures.coverage == pytest.approx(coverage)
    assert figures.over == pytest.approx(over)
    assert (figures.exempt_share, figures.budget) == pytest.approx((0.3, budget))


def test_each_team_has_its_own_budget_and_lends_none_of_it() -> None:
    limits = Limits(unknown=0.05, budget=0.5, budgets={"Payments": 0.2})
    others = items_of(*[D] * 10, team="Search")
    figures = tally([*HUNDRED, *others], limits)
    assert figures.over == pytest.approx(10)
    assert figures.coverage == pytest.approx(60 / 90)
    assert figures.budget == pytest.approx((20 + 5) / 110)


def test_all_within_the_budget_is_no_coverage_at_all() -> None:
    figures = tally(items_of(E, E), Limits(unknown=0.05, budget=1.0))
    assert (figures.coverage, figures.withheld) == (None, "all that could be judged is exempt")


def test_a_budget_that_is_just_spent_is_not_overdrawn() -> None:
    # 0.29 * 100 is 28.999999999999996
    figures = tally(items_of(*[D] * 71, *[E] * 29), Limits(unknown=0.05, budget=0.29))
    assert (figures.over, figures.coverage) == (0, 1.0)


def test_a_team_has_its_budget_without_any_item() -> None:
    limits = Limits(unknown=0.05, budgets={"Payments": 0.1})
    assert tally([], limits.for_team("Payments")).budget == 0.1
    assert tally([], limits.for_team("Search")).budget == 0.3


def test_the_share_of_the_unknown_is_of_all_but_what_is_in_grace() -> None:
    figures = tally(items_of(D, U, E, X, G), Limits(unknown=0.5))
    assert (figures.unknown_share, figures.exempt_share) == pytest.approx((0.25, 1 / 3))


def test_points_weigh_as_they_were_estimated() -> None:
    items = [make_report_item("A-1", D, points=8), make_report_item("A-2", points=2)]
    assert tally(items, Limits(unknown=0.05), Lens.POINTS).coverage == 0.8


def estimated(*points: float | None, bucket: Bucket = D) -> tuple[ReportItem, ...]:
    return impute_points(make_report_item(f"A-{n}", bucket, points=p) for n, p in enumerate(points))


def test_points_are_refused_where_too_many_are_imputed() -> None:
    limits = Limits(unknown=0.05, imputed=0.2)
    at_limit = tally(estimated(2, 2, 2, 2, None), limits, Lens.POINTS)
    assert (at_limit.coverage, at_limit.imputed) == (1.0, 1)
    assert at_limit.imputed_share == pytest.approx(0.2)
    above = tally(estimated(2, 2, 2, None), limits, Lens.POINTS)
    assert (above.coverage, above.imputed_share, above.counts[D]) == (None, 0.25, 8)
    assert above.withheld.replace("\u00a0", " ") == (
        "2 of 8 points (25 %) are imputed to items that nobody estimated, more than the limit of 20 %"
    )


def test_only_points_are_imputed() -> None:
    figures = tally(estimated(2, None), Limits(unknown=0.05))
    assert (figures.imputed, figures.imputed_share, figures.coverage) == (0, 0.0, 1.0)


def test_points_say_nothing_of_a_team_that_estimates_nothing() -> None:
    items = (*estimated(2, 2), make_report_item("B-1", team="", points=None))
    figures = tally(items, ANYTHING, Lens.POINTS)
    assert (figures.coverage, figures.withheld) == (None, "nobody estimated any item of (no team)")


@pytest.mark.parametrize(
    ("items", "lens", "withheld"),
    [
        (items_of(D, U), Lens.DAYS, "no work was in progress"),
        (estimated(0, 0), Lens.POINTS, "all that is in scope is estimated at 0 points"),
        ([make_report_item(bucket=X, points=1)], Lens.POINTS, "all of 1 point could not be judged"),
        ([make_report_item(bucket=X, days=2.5)], Lens.DAYS, "all of 2.5 person-days could not be judged"),
        (
            [make_report_item("A-1", X, days=0.5), make_report_item("A-2", days=1.5)],
            Lens.DAYS,
            "0.5 of 2 person-days (25 %) could not be judged, more than the limit of 5 %",
        ),
    ],
)
def test_a_lens_without_a_figure_says_why(items: list[ReportItem], lens: Lens, withheld: str) -> None:
    figures = tally(items, Limits(unknown=0.05), lens)
    assert (figures.coverage, figures.withheld.replace("\u00a0", " ")) == (None, withheld)


def test_a_share_just_above_its_limit_shows_the_decimal() -> None:
    figures = tally(items_of(*[D] * 187, *[X] * 10), Limits(unknown=0.05))
    assert "(5.1 %)" in figures.withheld.replace("\u00a0", " ")


@given(items=ITEMS, lens=st.sampled_from(Lens), budget=st.floats(0, 1))
def test_coverage_lies_between_the_strict_and_the_naive_share(
    items: list[ReportItem], lens: Lens, budget: float
) -> None:
    imputed = impute_points(items)
    figures, strict, naive = (
        tally(imputed, replace(ANYTHING, budget=share), lens).coverage for share in (budget, 0.0, 1.0)
    )
    if figures is None or strict is None or naive is None:
        return
    assert 0 <= strict <= figures + 1e-9
    assert figures <= naive + 1e-9
    assert naive <= 1
    linked, missed, exempt = (
        sum(mass_of(item, lens) or 0 for item in imputed if wanted(item.bucket))
        for wanted in (lambda b: b.is_linked, lambda b: b.is_actionable, lambda b: b is Bucket.EXEMPT)
    )
    assert strict == pytest.approx(linked / (linked + missed + exempt))
    assert naive == pytest.approx(linked / (linked + missed))


@given(items=ITEMS, budget=st.floats(0, 1), chosen=st.sets(st.integers(0, 13)))
def test_declaring_work_exempt_never_pays_more_than_leaving_it_out(
    items: list[ReportItem], budget: float, chosen: set[int]
) -> None:
    declared = [
        replace(item, bucket=Bucket.EXEMPT) if number in chosen and item.bucket.is_actionable else item
        for number, item in enumerate(items)
    ]
    coverage = tally(declared, replace(ANYTHING, budget=budget)).coverage
    linked = sum(item.bucket.is_linked for item in declared)
    missed = sum(item.bucket.is_actionable for item in declared)
    assert coverage is None or coverage <= (linked / (linked + missed) if linked + missed else 0.0) + 1e-9


@given(st.lists(st.sampled_from(Bucket)), st.sampled_from(Lens))
def test_every_item_falls_into_exactly_one_bucket(buckets: list[Bucket], lens: Lens) -> None:
    items = [replace(item, days=0.5) for item in items_of(*buckets)]
    figures = tally(items, ANYTHING, lens)
    assert set(figures.counts) == set(Bucket)
    assert figures.total == sum(mass_of(item, lens) or 0 for item in items)
    apart = sum(figures.counts[bucket] for bucket in (E, G, X))
    assert figures.total == figures.linked + figures.actionable + apart


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        (0.8, Standing.ON_TRACK),
        (0.799, Standing.AT_RISK),
        (0.7, Standing.AT_RISK),
        (0.699, Standing.OFF_TRACK),
        (0.0, Standing.OFF_TRACK),
        (None, Standing.UNKNOWN),
    ],
)
def test_standing_is_half_open_at_the_goal_and_at_the_warning(coverage: float | None, expected: Standing) -> None:
    assert standing(coverage, 0.8, 0.7) is expected


@given(st.lists(st.integers(0, 50) | st.floats(0, 50), min_size=len(Bucket), max_size=len(Bucket)))
def test_the_parts_of_a_bar_sum_to_a_hundred(numbers: list[float]) -> None:
    percents = whole_percents(dict(zip(Bucket, numbers, strict=True)))
    assert sum(percents.values()) == (100 if sum(numbers) else 0)
    assert all(value >= 0 for value in percents.values())


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.004, "<1 %"),
        (0.29, "29 %"),  # 0.29 * 100 is 28.999999999999996
        (0.799, "79 %"),  # never rounded up to the goal
        (0.999, "99 %"),
        (1.0, "100 %"),
    ],
)
def test_percentages_are_rounded_down(share: float, text: str) -> None:
    assert percent(share).replace("\u00a0", " ") == text
