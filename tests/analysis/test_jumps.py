"""Jumps of a series and what they came from."""

from dataclasses import replace

import pandas as pd
import pytest
from measured import month

from v6monitor.analysis.decomposition import jumps

THEN, NOW = "2026-09-05", "2026-10-05"


def jumped(gained, *, sectors=2, size=20):
    """Return the jumps of websites of which these gain IPv6; sectors take turns."""
    before = {f"d{n}": "failed" for n in range(size)}
    after = before | dict.fromkeys((f"d{n}" for n in gained), "passed")
    found = month({"web": {THEN: before, NOW: after}})
    number = found.history["domain"].str.extract(r"(\d+)")[0].astype(int)
    named = number.mod(sectors).map("s{}".format).astype("str")
    return jumps(replace(found, history=found.history.assign(sector=named)))


def test_a_jump_has_the_sector_that_it_came_from():
    """Four of the five are of the sector of the even numbers, which has half of the domains."""
    (row,) = jumped([0, 2, 4, 6, 1]).to_dict("records")
    assert row == {
        "measure": "web", "earlier": "2026-09", "period": "2026-10", "points": 25.0,
        "by": "sector", "name": "s0", "domains": 4, "of": 5,
    }  # fmt: skip


@pytest.mark.parametrize("gained", [(), (0,), (0, 1, 2, 3), (0, 2, 1)])
def test_no_cause_is_made_up(gained):
    """Of nothing, of both alike, or of no more than its size explains."""
    found = jumped(gained) if gained != (0,) else jumped((0,), size=40)
    assert found.empty
    assert isinstance(found, pd.DataFrame)
