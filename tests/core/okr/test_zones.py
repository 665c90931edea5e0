import pytest

from align_sync.okr.zones import complete_zones

NOTHING = {"baseline": None, "commit": None, "target": None, "stretch": None}


@pytest.mark.parametrize(
    ("given", "completed", "reason"),
    [
        ({}, (None, None, None), "nothing gives nothing"),
        ({"baseline": 0}, (None, None, None), "a baseline alone says nothing of where it goes"),
        ({"target": 7}, (None, 7, None), "a target alone has no zones"),
        ({"baseline": 0, "target": 7}, (None, 7, None), "nor with a baseline"),
        ({"commit": 3, "target": 7}, (3, 7, 10), "7 - 3 is 0.4 of the way, so that stretch is 7 + 0.3 * 10"),
        ({"commit": 3, "stretch": 10}, (3, 7, 10), "target is 0.4 / 0.7 of the way from commit to stretch"),
        ({"target": 7, "stretch": 10}, (3, 7, 10), "commit is 0.4 of the way before target"),
        ({"baseline": 0, "stretch": 10}, (3, 7, 10), "0.3 and 0.7 of the way from the baseline"),
        ({"baseline": 0, "commit": 3}, (3, 7, 10), "commit alone is 0.3 of the way"),
        ({"baseline": 10, "stretch": 0}, (7, 3, 0), "the other way round for one that falls"),
        ({"baseline": 2.4, "stretch": 0.4}, (1.8, 1.0, 0.4), "2.4 - 0.6 and 2.4 - 1.4, without dust"),
        ({"commit": 1, "target": 2, "stretch": 9}, (1, 2, 9), "what was written is never changed"),
        ({"baseline": 5, "commit": 3, "target": 7}, (3, 7, 10), "two zones outweigh the baseline"),
        ({"stretch": 10}, (None, None, 10), "without a baseline one zone gives no other"),
    ],
)
def test_two_zones_give_the_third(given: dict[str, float], completed: tuple[float | None, ...], reason: str) -> None:
    assert complete_zones(**{**NOTHING, **given}) == pytest.approx(completed), reason
