"""How long until a domain has IPv6? Intervals, Turnbull by hand, and against another program."""

import math

import numpy as np
import pandas as pd
import pytest

from v6monitor.analysis.adoption_times import adoption_intervals, adoption_times, turnbull

STATES = {"y": "yes", "n": "no", "?": "unknown", "-": "not_applicable"}
INF = math.inf
SURVIVAL = {
    2.6: 0.73663844,
    4: 0.63602154,
    5: 0.53393153,
    6.5: 0.53393153,
    7.5: 0.24359121,
    9: 0.21127526,
    11.7: 0.21127526,
}
"""What lifelines 0.30.3 makes of the simulated domains below, at some moments."""


def states(sector: str = "rijk", start: str = "2026-01", **domains: str) -> pd.DataFrame:
    """Return states by domain, a letter per month; a blank is a month off the list."""
    first = pd.Period(start, "M")
    rows = [
        (name, str(first + month), STATES[letter], sector)
        for name, letters in domains.items()
        for month, letter in enumerate(letters)
        if letter != " "
    ]
    return pd.DataFrame(rows, columns=["domain", "period", "state", "sector"]).astype("str")


@pytest.mark.parametrize(
    ("letters", "interval"),
    [
        ("nny", (1, 2)),
        ("n?y", (0, 2)),
        ("?ny", (0, 1)),
        ("yyy", (-INF, 0)),
        ("??y", (-INF, 0)),
        (" ny", (0, 1)),
        ("nnn", (2, INF)),
        ("nn?", (1, INF)),
        ("nyn", (0, 1)),
        ("-ny", (0, 1)),
    ],
)
def test_the_interval_of_one_domain(letters: str, interval: tuple[float, float]):
    """After the last no before the first yes, counted from when it was first known.

    What is unknown makes it wider, a loss changes nothing.
    """
    table = adoption_intervals(states(a=letters, z="nnn")).set_index("domain")
    assert tuple(table.loc["a"]) == interval


def test_a_domain_of_which_nothing_is_known_is_left_out():
    """It says nothing of any month."""
    assert adoption_intervals(states(a="??", b="ny"))["domain"].to_list() == ["b"]


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        # likelihood p₁² · p₂ · (p₁+p₂), so p₁ = 2/3
        ([(0, 1), (0, 1), (1, 2), (0, 2)], {(0, 1): 2 / 3, (1, 2): 1 / 3}),
        # only (1, 2] and (2, 3] can have weight: likelihood p₁ · (p₁+p₂) · p₂
        ([(0, 2), (1, 3), (2, INF)], {(1, 2): 1 / 2, (2, 3): 1 / 2}),
        # right-censored: one of three is not there yet, as Kaplan-Meier would say
        ([(0, 1), (1, 2), (2, INF)], {(0, 1): 1 / 3, (1, 2): 1 / 3, (2, INF): 1 / 3}),
        # left-censored: two of three were there at the first look
        ([(-INF, 0), (-INF, 0), (0, 1)], {(-INF, 0): 2 / 3, (0, 1): 1 / 3}),
        # p₁ · p₁ · (p₁+p₂) · p₃ · p₂ with p₁+p₂+p₃ = 1: by hand p₃ = 1/5, p₁ = 8/15, p₂ = 4/15
        ([(0, 1), (0, 1), (0, 2), (2, INF), (1, 2)],
         {(0, 1): 8 / 15, (1, 2): 4 / 15, (2, INF): 3 / 15}),
    ],
)  # fmt: skip
def test_turnbull_by_hand(
    observed: list[tuple[float, float]], expected: dict[tuple[float, float], float]
):
    """Cases whose maximum of the likelihood can be worked out on paper."""
    after, until = np.array(observed, dtype=float).T
    table = turnbull(after, until)
    found = {(row.after, row.until): row.mass for row in table.itertuples()}
    assert found == pytest.approx(expected, abs=1e-4)


def test_turnbull_agrees_with_another_program():
    """Sixty simulated domains; survival by lifelines 0.30.3, fit_interval_censoring(tol=1e-11)."""
    random = np.random.default_rng(20261101)
    happened = random.exponential(6.0, 60)
    after, until = np.zeros(60), np.full(60, INF)
    for number, moment in enumerate(happened):
        looks = np.round(np.sort(random.uniform(0, 12, 4)), 4)
        after[number] = looks[looks < moment].max(initial=0.0)
        until[number] = looks[looks >= moment].min(initial=INF)
    table = turnbull(after, until)
    for moment, survival in SURVIVAL.items():
        mass = table.loc[table["until"] <= moment, "mass"].sum()
        assert 1 - mass == pytest.approx(survival, abs=1e-5), moment


def test_times_of_a_group():
    """Of five, one was there first; two of the other four have it after two months."""
    row = adoption_times(states(a="yyy", b="nyy", c="nny", d="nnn", e="nnn")).to_dict("records")[0]
    assert row == {
        "sector": "rijk", "domains": 5, "from_start": 1, "since": 2, "not_yet": 2,
        "months_half": 2.0,
    }  # fmt: skip


def test_half_that_is_not_reached_has_no_median():
    """One of the four without it has it: no half."""
    row = adoption_times(states(a="yyy", b="nyy", c="nnn", d="nnn", e="nnn")).iloc[0]
    assert math.isnan(row["months_half"])


def test_a_group_that_joins_late_and_never_changes_has_no_speed():
    """Six months, and B joins in the fifth with 15 of 20: these took nobody knows how long."""
    early = {f"a{number}": "nnyyyy" if number < 5 else "nnnnnn" for number in range(10)}
    late = {f"b{number}": "yy" if number < 15 else "nn" for number in range(20)}
    world = pd.concat([states("A", **early), states("B", "2026-05", **late)])
    table = adoption_times(world).set_index("sector")
    assert table.loc["B"].drop("months_half").to_list() == [20, 15, 0, 5]
    assert math.isnan(table.loc["B", "months_half"])
    assert table.loc["A"].to_list() == [10, 0, 5, 5, 2]  # five of ten after two months


def test_a_late_group_counts_from_its_own_first_measurement():
    """It joined a month later; half of the four that lacked it then had it a month after that."""
    late = states("gemeente", "2026-02", f="ny", g="ny", h="nn", i="nn", j="yy")
    table = adoption_times(pd.concat([states(a="nny", b="nny"), late])).set_index("sector")
    assert table.loc["gemeente"].to_list() == [5, 1, 2, 2, 1]
    assert table.loc["rijk", "months_half"] == 2.0
    assert adoption_times(states()).empty


def test_where_all_had_it_there_is_no_time():
    """Of nobody is it known how long it took."""
    row = adoption_times(states(a="yy", b=" y")).iloc[0]
    assert (row["from_start"], row["since"], row["not_yet"]) == (2, 0, 0)
    assert math.isnan(row["months_half"])
