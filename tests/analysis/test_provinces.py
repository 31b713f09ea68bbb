"""The twelve provinces, and the rest."""

import pandas as pd

from v6monitor.analysis import breakdowns
from v6monitor.charts.provinces import MAP


def test_every_province_has_a_row_and_the_rest_one():
    """A province without domains counts 0; an empty name and another spelling are elsewhere."""
    states = pd.DataFrame(
        {
            "domain": list("abcdefg"),
            "state": ["yes", "yes", "no", "yes", "unknown", "yes", "no"],
            "province": ["Limburg"] * 5 + ["", "Holland"],
            "measure": "mail",
        }
    )
    table = breakdowns.provinces(states).set_index("province")
    assert len(table) == 13
    assert table.loc["Limburg", ["yes", "no", "unknown", "adoption"]].to_list() == [3, 1, 1, 0.75]
    assert table.loc["elsewhere", "applicable"] == 2
    assert table.loc["Zeeland", "applicable"] == 0
    assert table["applicable"].sum() == 7


def test_the_map_has_a_place_for_each():
    """Each of the twelve once."""
    drawn = sorted(name for line in MAP for name in line if name)
    none = pd.DataFrame({"domain": [], "state": [], "province": []}, dtype="str")
    assert drawn == sorted(set(breakdowns.provinces(none)["province"]) - {"elsewhere"})
