"""Intervals against worked examples in the literature."""

import pytest

from v6monitor.analysis.intervals import newcombe, wilson


def test_wilson_as_in_newcombe_1998() -> None:
    """81 of 263: 0.2553 to 0.3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(("yes", "total", "end"), [(0, 5, 0), (5, 5, 1)])
def test_wilson_reaches_the_end(yes: int, total: int, end: int) -> None:
    """None of five begins at exactly 0, all of five ends at exactly 1."""
    assert end in wilson(yes, total)


def test_wilson_of_nothing_is_everything() -> None:
    """Without a domain any share is possible."""
    assert wilson(0, 0) == (0, 1)


def test_newcombe_contains_the_change_and_turns_with_it() -> None:
    """Gains and losses exchanged give the mirrored interval, around the change."""
    low, high = newcombe(50, gains=12, losses=3, stayed_no=35)
    assert low < 0.09 < high
    assert newcombe(50, gains=3, losses=12, stayed_no=35) == pytest.approx((-high, -low))


@pytest.mark.parametrize("counts", [(5, 0, 0, 0), (0, 0, 0, 5), (0, 5, 0, 0), (0, 0, 0, 0)])
def test_newcombe_of_an_extreme_panel_is_a_number(counts: tuple[int, int, int, int]) -> None:
    """All the same, all moved or nobody: no division by zero, and between −1 and 1."""
    stayed_yes, gains, losses, stayed_no = counts
    low, high = newcombe(stayed_yes, gains, losses, stayed_no)
    assert -1 <= low <= high <= 1
