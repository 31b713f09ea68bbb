"""Parts that are rounded so that they add up."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v6monitor.language import rounded_parts


@pytest.mark.parametrize(
    ("parts", "rounded"),
    [
        ([], []),
        ([12.34], [12.3]),
        ([33.333, 33.333, 33.334], [33.3, 33.3, 33.4]),
        ([0.16, 0.16, 0.16], [0.2, 0.2, 0.1]),
        ([-0.11, -1.85, -2.04], [-0.1, -1.9, -2.0]),
        ([0.14, -0.12], [0.1, -0.1]),
        ([0.05, -0.05], [0.1, -0.1]),
        ([0.1, 0.2], [0.1, 0.2]),
    ],
)
def test_the_largest_remainders_take_what_is_missing(parts, rounded):
    """By hand: 0.48 is 0.5, so of three equal parts two go up; -3.999... is -4.0, as are its."""
    assert rounded_parts(parts) == rounded


def test_without_a_value_nothing_is_moved():
    """There is no sum to add up to."""
    first, last = rounded_parts([0.16, math.nan])
    assert first == 0.2
    assert math.isnan(last)


@given(st.lists(st.floats(-100, 100).map(lambda part: round(part, 4)), max_size=12))
def test_they_add_up_and_none_moves_a_whole_digit(parts):
    """For any parts: the sum is the sum rounded, and each is next to its own value."""
    found = rounded_parts(parts)
    assert abs(sum(found) - math.fsum(parts)) <= 0.05 + 1e-6
    for before, after in zip(parts, found, strict=True):
        assert abs(before - after) < 0.1 + 1e-6
