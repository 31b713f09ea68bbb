"""The parts of a change sum to the whole, also after renames."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import v6monitor as v6

NAMES = [f"d{n}.example" for n in range(12)]
STATES = st.sampled_from(["yes", "no", "unknown", "not_applicable"])
SECTORS = st.sampled_from(["gemeente", "rijk", ""])


def table(states: dict[str, str], period: str = "") -> pd.DataFrame:
    """Return a states table of domain: state."""
    made = pd.DataFrame({"domain": list(states), "state": list(states.values())}, dtype="str")
    return made.assign(period=period) if period else made


MONTHS = st.dictionaries(st.sampled_from(NAMES), STATES).map(table)
RENAMES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES))


def share(states: pd.DataFrame) -> float:
    """Return the all-list share of the known domains."""
    known = states[states["state"].isin(["yes", "no"])]
    return float((known["state"] == "yes").mean())


@settings(deadline=None, derandomize=True)
@given(MONTHS, MONTHS, RENAMES)
def test_the_parts_sum_to_the_change(
    before: pd.DataFrame, after: pd.DataFrame, renames: dict[str, str]
) -> None:
    """Within, entrants and leavers add up to the change of the published shares, to 1e-9."""
    split = v6.changes.decompose(before, after, renames)
    whole = 100 * (share(after) - share(before))
    if math.isnan(whole):
        assert all(math.isnan(split[part]) for part in ("within", "entrants", "leavers", "total"))
    else:
        assert split["total"] == pytest.approx(whole, abs=1e-9)
        parts = split["within"] + split["entrants"] + split["leavers"]
        assert parts == pytest.approx(whole, abs=1e-9)
    assert split["n_before"] == split["n_stayers"] + split["n_leavers"]
    assert split["n_after"] == split["n_stayers"] + split["n_entrants"]


@settings(deadline=None, derandomize=True)
@given(MONTHS, MONTHS, st.lists(SECTORS, min_size=12, max_size=12))
def test_own_change_and_mix_sum_to_the_change(
    before: pd.DataFrame, after: pd.DataFrame, sectors: list[str]
) -> None:
    """Kitagawa's parts over all groups add up to the change of the all-list share."""
    of = dict(zip(NAMES, sectors, strict=True))
    months = [month.assign(sector=month["domain"].map(of)) for month in (before, after)]
    whole = 100 * (share(after) - share(before))
    split = v6.changes.kitagawa(*months)
    if not math.isnan(whole):
        assert split[["own_change", "mix"]].to_numpy().sum() == pytest.approx(whole, abs=1e-9)


@settings(deadline=None, derandomize=True)
@given(MONTHS, MONTHS)
def test_the_table_of_parts_says_the_same(before: pd.DataFrame, after: pd.DataFrame) -> None:
    """Rows of the exhibit are the numbers of the decomposition."""
    split, rows = v6.changes.decompose(before, after), v6.changes.parts(before, after)
    points = dict(zip(rows["part"], rows["points"], strict=True))
    for part in ("within", "entrants", "leavers", "total"):
        assert points[part] == pytest.approx(split[part], nan_ok=True)
    total = rows.set_index("part").loc["total"]
    assert total["domains_after"] == split["n_after"]
    assert total["share_before"] == pytest.approx(split["share_before"], nan_ok=True)


def test_a_worked_example() -> None:
    """Two of four, then two of four: the stayers gain what the list loses."""
    before = table({"a": "yes", "b": "no", "c": "no", "left": "yes"})
    after = table({"a": "yes", "b": "yes", "c": "no", "new": "no"})
    split = v6.changes.decompose(before, after)
    assert split["within"] == pytest.approx(100 / 3)
    assert split["entrants"] == pytest.approx(-100 / 6)
    assert split["leavers"] == pytest.approx(-100 / 6)
    assert split["total"] == pytest.approx(0)


def test_a_domain_that_could_not_be_told_leaves_and_is_counted_apart() -> None:
    """Turning unknown is not a loss: it leaves the known domains, and stays on the list."""
    split = v6.changes.decompose(
        table({"a": "yes", "b": "yes"}), table({"a": "yes", "b": "unknown"})
    )
    assert split["within"] == 0
    assert (split["n_leavers"], split["n_became_unknown"]) == (1, 1)


def test_a_renamed_domain_stays() -> None:
    """After a merger the new name continues the old one."""
    before, after = table({"old": "no"}), table({"new": "yes"})
    assert v6.changes.decompose(before, after)["n_stayers"] == 0
    split = v6.changes.decompose(before, after, {"old": "new"})
    assert (split["n_stayers"], split["within"]) == (1, 100)


def test_a_chain_of_renames_is_followed() -> None:
    """A body that was renamed twice is still the same body; a loop of renames ends."""
    before, after = table({"a": "no"}), table({"c": "yes"})
    assert v6.changes.decompose(before, after, {"a": "b", "b": "c"})["n_stayers"] == 1
    assert v6.changes.decompose(before, after, {"a": "b", "b": "a"})["n_stayers"] == 0


@pytest.mark.parametrize(
    ("before", "after", "stayers", "leavers"),
    [
        ({"a": "yes", "b": "no"}, {"m": "yes"}, 1, 1),
        ({"a": "yes", "m": "no"}, {"m": "yes"}, 1, 1),
        ({"a": "yes"}, {"a": "yes", "m": "yes"}, 1, 0),
    ],
)
def test_of_merged_names_one_stays(
    before: dict[str, str], after: dict[str, str], stayers: int, leavers: int
) -> None:
    """The first is continued by the new name, unless it was there, or the old one still is."""
    split = v6.changes.decompose(table(before), table(after), {"a": "m", "b": "m"})
    assert (split["n_stayers"], split["n_leavers"]) == (stayers, leavers)


def test_a_domain_twice_in_a_month_counts_once() -> None:
    """One that contradicts itself is unknown, as in every comparison."""
    twice = pd.concat([table({"a": "yes", "b": "no"}), table({"a": "no"})])
    split = v6.changes.decompose(twice, table({"a": "yes", "b": "no"}))
    assert (split["n_before"], split["n_stayers"], split["n_became_known"]) == (1, 1, 1)
