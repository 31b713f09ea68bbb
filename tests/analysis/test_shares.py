"""Shares, bounds, ties and what else is counted."""

import itertools
import math

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.analysis import shares
from v6monitor.errors import InputError

STATES = {"y": "yes", "n": "no", "?": "unknown", "-": "not_applicable"}


def states(text: str, **columns: str) -> pd.DataFrame:
    """Return a states table of ``y``, ``n``, ``?`` and ``-``, a domain each."""
    table = pd.DataFrame({"domain": [f"d{n}" for n in range(len(text))]})
    return table.assign(state=[STATES[letter] for letter in text], **columns).astype("str")


def test_shares_have_their_denominators() -> None:
    """Unknown is in the bounds and the coverage, not applicable in neither."""
    (row,) = v6.shares(states("yyyn??--")).to_dict("records")
    assert row == {
        "yes": 3,
        "no": 1,
        "unknown": 2,
        "not_applicable": 2,
        "applicable": 6,
        "adoption": 0.75,
        "lower": 0.5,
        "upper": pytest.approx(5 / 6),
        "coverage": pytest.approx(4 / 6),
    }


@pytest.mark.parametrize(
    ("text", "adoption_", "lower", "upper"),
    [
        ("yyyy", math.nan, 1, 1),
        ("yyyyy", 1, 1, 1),
        ("nnnnn", 0, 0, 0),
        ("?????", math.nan, 0, 1),
        ("-----", math.nan, math.nan, math.nan),
        ("", math.nan, math.nan, math.nan),
        ("yyyn?", 0.75, 0.6, 0.8),
    ],
)
def test_no_percentage_below_five_or_of_nothing(
    text: str, adoption_: float, lower: float, upper: float
) -> None:
    """Five applicable domains are needed, and one that is known; counts are always there."""
    row = v6.shares(states(text)).iloc[0]
    assert row["adoption"] == pytest.approx(adoption_, nan_ok=True)
    assert row["lower"] == pytest.approx(lower, nan_ok=True)
    assert row["upper"] == pytest.approx(upper, nan_ok=True)


@pytest.mark.parametrize("size", range(1, 7))
def test_bounds_hold_every_completion_of_the_unknowns(size: int) -> None:
    """However the unknown ones turn out, the share is within the bounds, which are both reached."""
    for text in itertools.combinations_with_replacement("yn?", size):
        row = v6.shares(states("".join(text))).iloc[0]
        unknown = text.count("?")
        completed = [
            (text.count("y") + sum(answers)) / size
            for answers in itertools.product([0, 1], repeat=unknown)
        ]
        assert min(completed) == pytest.approx(row["lower"])
        assert max(completed) == pytest.approx(row["upper"])


def test_groups_without_a_name_are_kept() -> None:
    """A domain without a sector is counted under the empty name, and a missing one too."""
    table = pd.concat([states("yn", sector=""), states("y").assign(sector=None)])
    assert v6.shares(table, by="sector")["applicable"].sum() == 3


def test_several_measures_in_one_group_are_an_error_in_words() -> None:
    """Web and mail rows of one domain make no share together."""
    both = pd.concat([states("y", measure="web"), states("n", measure="mail")])
    with pytest.raises(InputError, match="mail, web"):
        v6.shares(both)
    assert len(v6.shares(both, by="measure")) == 2


def test_a_state_that_does_not_exist_is_an_error_in_words() -> None:
    """A misspelt state is not silently left out of the count."""
    with pytest.raises(InputError, match="'maybe' does not exist"):
        v6.shares(pd.DataFrame({"domain": ["a"], "state": ["maybe"]}))


def test_compat_counts_as_internet_nl_does() -> None:
    """Unknown is failed and not applicable is passed, of the whole list."""
    (row,) = shares.compat(states("yn?--")).to_dict("records")
    assert row == {"passed": 3, "total": 5, "share": 0.6}


def test_a_league_table_says_which_places_are_tied() -> None:
    """Overlapping bounds share their places; a group without a percentage has none."""
    table = pd.concat(
        [
            states("yyyyyyyyyy", sector="first"),
            states("yyyyynnn??", sector="second"),
            states("yyyyyynnnn", sector="also"),
            states("nnnnnnnnny", sector="last"),
            states("yy", sector="small"),
        ]
    )
    league = shares.ranking(v6.shares(table, by="sector"))
    places = league.set_index("sector")[["rank", "rank_to", "tied"]]
    assert list(places.index) == ["first", "second", "also", "last", "small"]
    assert list(places.loc["first"]) == [1, 1, False]
    assert list(places.loc["second"]) == [2, 3, True]
    assert list(places.loc["also"]) == [2, 3, True]
    assert list(places.loc["last"]) == [4, 4, False]
    assert places.loc["small", "rank"] is pd.NA


def test_one_row_per_domain_the_newest_measurement_holds() -> None:
    """Of two days in a month the later one counts, whatever it says."""
    twice = pd.concat(
        [states("yn", measured_at="2026-01-05"), states("?y", measured_at="2026-01-20")]
    )
    single = shares.one_per_domain(twice)
    assert list(single.sort_values("domain")["state"]) == ["unknown", "yes"]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("y", "y", "yes"),
        ("y", "?", "yes"),
        ("n", "?", "no"),
        ("y", "n", "unknown"),
        ("?", "-", "unknown"),
        ("y", "-", "yes"),
        ("-", "-", "not_applicable"),
    ],
)
def test_one_row_per_domain_of_the_same_day(one: str, other: str, together: str) -> None:
    """Known goes before unknown, and a contradiction is unknown."""
    for first, second in ((one, other), (other, one)):
        single = shares.one_per_domain(pd.concat([states(first), states(second)]))
        assert list(single["state"]) == [together]


def test_definitions_are_compared_with_the_headline() -> None:
    """Any is further than all, by the difference of the shares; what was not asked is left out."""
    verdicts = pd.DataFrame(
        {
            "domain": list("abcdef"),
            "mail_all": ["yes", "no", "no", "no", "no", ""],
            "mail_any": ["yes", "yes", "yes", "no", "no", ""],
            "mail_primary": ["yes", "yes", "no", "no", "unknown", ""],
        }
    )
    table = shares.definitions(verdicts).set_index("measure")
    assert table.loc["mail_any", "difference"] == pytest.approx(0.4)
    assert table.loc["mail_primary", "difference"] == pytest.approx(0.3)
    assert list(shares.verdict_states(verdicts, "mail_all", some="mail_any")["state"]) == [
        "yes",
        "partly",
        "partly",
        "no",
        "no",
    ]


def test_nothing_is_changed_in_place() -> None:
    """The table that was given is the same after."""
    table = states("yn?-", sector="rijk")
    copy = table.copy()
    shares.ranking(v6.shares(table, by="sector"))
    shares.one_per_domain(pd.concat([table, table]))
    pd.testing.assert_frame_equal(table, copy)
