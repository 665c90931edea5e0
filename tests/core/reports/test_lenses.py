"""What an item weighs in each lens, and what stands in for an estimate that nobody made."""

from math import inf, nan

import pytest

from align_sync.reports.lenses import impute_points, is_imputed, mass_of, say_amount
from align_sync.reports.model import Lens
from align_sync.work import ItemKind
from tests.make import make_report_item


def test_a_missing_estimate_is_the_median_of_the_same_team_and_kind() -> None:
    items = (
        make_report_item("A-1", points=1),
        make_report_item("A-2", points=3),
        make_report_item("A-3", points=8),
        make_report_item("A-4", kind=ItemKind.BUG, points=2),
        make_report_item("A-5", kind=ItemKind.BUG, points=5),
        make_report_item("B-1", team="Search", points=100),
        make_report_item("A-6", points=None),
        make_report_item("A-7", kind=ItemKind.BUG, points=None),
        # No task is estimated: all of the team stands in.
        make_report_item("A-8", kind=ItemKind.TASK, points=None),
        make_report_item("C-1", team="Mobile", points=None),
    )
    imputed = {item.key: item.imputed_points for item in impute_points(items)}
    assert {key: points for key, points in imputed.items() if points is not None} == {"A-6": 3, "A-7": 3.5, "A-8": 3}


@pytest.mark.parametrize(
    ("points", "is_estimate"), [(0.0, True), (0.5, True), (None, False), (-1.0, False), (inf, False), (nan, False)]
)
def test_nought_is_an_estimate_and_less_is_none(points: float | None, is_estimate: bool) -> None:
    item = impute_points([make_report_item("A-1", points=points), make_report_item("A-2", points=4)])[0]
    assert mass_of(item, Lens.POINTS) == (points if is_estimate else 4)
    assert is_imputed(item) is not is_estimate


def test_each_lens_counts_its_own() -> None:
    item = make_report_item(points=5, days=2.5)
    assert [mass_of(item, lens) for lens in Lens] == [1, 5, 2.5]
    assert mass_of(make_report_item(points=None), Lens.POINTS) is None


@pytest.mark.parametrize(
    ("number", "lens", "said"),
    [
        (1, Lens.ITEMS, "1 item"),
        (0, Lens.POINTS, "0 points"),
        (1.0, Lens.DAYS, "1 person-day"),
        (1.5, Lens.DAYS, "1.5 person-days"),
    ],
)
def test_amounts_are_said_in_their_unit(number: float, lens: Lens, said: str) -> None:
    assert say_amount(number, lens) == said
