"""The change of the panel with its interval, where the list is read as a sample."""

import math

import pandas as pd
import pytest

from v6monitor.analysis import changes

NAMES = {"y": "yes", "n": "no", "?": "unknown"}


def states(text: str, sector: str = "rijk", period: str = "2026-01") -> pd.DataFrame:
    """Return a states table, a letter per domain."""
    table = pd.DataFrame({"domain": [f"{sector}{n}" for n in range(len(text))]})
    return table.assign(state=[NAMES[letter] for letter in text], sector=sector, period=period)


def test_the_example_of_newcombe():
    """Of 41: 14 stayed yes, 5 gained, none lost, 22 stayed no: +12.2 points, 1.1 to 22.6."""
    before = states("y" * 14 + "n" * 27)
    after = states("y" * 19 + "n" * 22, period="2026-02")
    row = changes.paired(before, after).set_index("sector").loc["rijk"]
    assert (row["panel"], row["gain"], row["loss"]) == (41, 5, 0)
    assert row["points"] == pytest.approx(100 * 5 / 41)
    assert [round(row["points_low"], 1), round(row["points_high"], 1)] == [1.1, 22.6]


def test_groups_and_a_total():
    """The panel of the total is the sum; an unknown in either month is in none."""
    before = pd.concat([states("yn?"), states("ny", "gemeente")])
    after = pd.concat([states("yyy", period="2026-02"), states("nn", "gemeente", "2026-02")])
    table = changes.paired(before, after).set_index("sector")
    assert table["panel"].to_dict() == {"gemeente": 2, "rijk": 2, "total": 4}
    assert (table.loc["total", "gain"], table.loc["total", "loss"]) == (1, 1)
    assert table.loc["total", "points"] == 0
    assert table["earlier"].unique().tolist() == ["2026-01"]


def test_without_a_panel_there_is_no_change():
    """Everything is possible then."""
    row = changes.paired(states("?"), states("y")).iloc[-1]
    assert math.isnan(row["points"])
    assert [row["points_low"], row["points_high"]] == [-100, 100]
