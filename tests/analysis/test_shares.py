"""Shares, bounds, ties and what else is counted."""

import itertools
import math

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.analysis import shares
from v6monitor.errors import InputError, UsageError

STATES = {"y": "yes", "n": "no", "?": "unknown", "-": "not_applicable"}


def states(text: str, **columns: str) -> pd.DataFrame:
    """Return a states table of ``y``, ``n``, ``?`` and ``-``, a domain each."""
    table = pd.DataFrame({"domain": [f"d{n}" for n in range(len(text))]})
    return table.assign(state=[STATES[letter] for letter in text], **columns).astype("str")


def months(*texts: str, start: str = "2026-01") -> pd.DataFrame:
    """Return web states, a text per month in a row."""
    first = pd.Period(start, "M")
    return pd.concat(
        states(text, period=str(first + n), measure="web") for n, text in enumerate(texts)
    )


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


def test_a_no_with_some_hosts_is_partly() -> None:
    """Where the other verdict is asked for; a domain without the verdict is left out."""
    verdicts = pd.DataFrame(
        {
            "domain": list("abcdef"),
            "mail_all": ["yes", "no", "no", "no", "unknown", ""],
            "mail_any": ["yes", "yes", "yes", "no", "unknown", ""],
        }
    )
    found = shares.verdict_states(verdicts, "mail_all", some="mail_any")
    assert list(found["state"]) == ["yes", "partly", "partly", "no", "unknown"]
    assert list(shares.verdict_states(verdicts, "mail_all")["state"].unique()) == [
        "yes",
        "no",
        "unknown",
    ]


def test_nothing_is_changed_in_place() -> None:
    """The table that was given is the same after."""
    table = states("yn?-", sector="rijk")
    copy = table.copy()
    shares.ranking(v6.shares(table, by="sector"))
    shares.one_per_domain(pd.concat([table, table]))
    pd.testing.assert_frame_equal(table, copy)


def test_the_trend_counts_every_month_and_measure() -> None:
    """A row per month and measure, months in order."""
    both = pd.concat([months("yn", "yy"), months("nn", "yn").assign(measure="mail")])
    table = v6.shares(both, by=["period", "measure"])
    found = list(zip(table["measure"], table["period"], table["yes"], strict=True))
    assert found == [
        ("mail", "2026-01", 0),
        ("mail", "2026-02", 1),
        ("web", "2026-01", 1),
        ("web", "2026-02", 2),
    ]


def test_a_list_that_is_less_than_four_fifths_the_same_is_a_break() -> None:
    """Five domains of which four stay are one set; eight of which four are new are not."""
    table = v6.shares(months("ynyn", "ynyny", "ynynynyn"), by=["period", "measure"])
    assert list(table["break_reason"]) == ["", "", "domains"]


def test_a_new_version_of_the_tests_is_a_break() -> None:
    """The states say since which version the tests count as they did; none is a version too."""
    table = months("yn", "yn", "yn", "yn")
    versions = {"2026-01": "1.7.0", "2026-02": "1.10.0", "2026-03": "1.10.0", "2026-04": ""}
    found = v6.shares(table.assign(tests=table["period"].map(versions)), by="period")
    assert list(found["break_reason"]) == ["", "tests", "", "tests"]
    assert list(found["comparable_since"]) == ["2026-01", "2026-02", "2026-02", "2026-04"]


def test_a_list_that_changes_little_by_little_is_another_in_the_end() -> None:
    """One of ten is replaced each month: no break, and after three months too little in common."""
    parts = []
    for at in range(4):
        part = states("y" * 10, period=f"2026-0{at + 1}")
        parts.append(part.assign(domain=[f"d{n}" for n in range(at, at + 10)]))
    table = v6.shares(pd.concat(parts), by="period")
    assert list(table["break_reason"]) == [""] * 4
    assert list(table["comparable_since"]) == ["2026-01", "2026-01", "2026-01", "2026-02"]


def test_sectors_compare_with_the_earliest_month_of_the_year_before() -> None:
    """Thirteen months back is too long ago, twelve is not."""
    history = months(*["ynnnn"] * 13, "yyynn").assign(sector="rijk")
    (row,) = shares.with_earlier(v6.shares(history, by=["period", "sector"])).to_dict("records")
    assert (row["earlier"], row["period"]) == ("2026-02", "2027-02")
    assert row["earlier_adoption"] == pytest.approx(0.2)
    assert row["adoption"] == pytest.approx(0.6)


def test_sectors_do_not_compare_across_a_break() -> None:
    """With another list in between there is no earlier month of the same set."""
    history = months("yn", "ynynynyn", "ynynynyn").assign(sector="rijk")
    table = v6.shares(history, by=["period", "sector"])
    assert set(shares.with_earlier(table)["earlier"]) == {"2026-02"}
    assert set(shares.with_earlier(table[table["period"] < "2026-03"])["earlier"]) == {""}


def test_the_first_month_has_nothing_to_compare_with() -> None:
    """No earlier month is an empty text and counts of 0, no error."""
    (row,) = shares.with_earlier(
        v6.shares(months("yyynn").assign(sector="rijk"), by=["period", "sector"])
    ).to_dict("records")
    assert (row["earlier"], row["earlier_yes"], row["measure"]) == ("", 0, "web")
    assert pd.isna(row["earlier_adoption"])


def test_two_measures_in_one_figure_are_an_error_in_words() -> None:
    """Web and mail are not added up."""
    both = pd.concat([months("y"), months("y").assign(measure="mail")]).assign(sector="rijk")
    with pytest.raises(InputError, match="mail, web"):
        shares.with_earlier(v6.shares(both, by=["period", "sector"]))


@pytest.mark.parametrize(("replaced", "reason"), [(20, ""), (21, "domains")])
def test_exactly_four_fifths_of_the_list_is_one_set(replaced: int, reason: str) -> None:
    """Of a hundred domains twenty are replaced: one set, in both tables; twenty-one: a break."""
    first = states("y" * 100, period="2026-01", measure="web")
    second = first.assign(period="2026-02")
    new = [f"new{n}" for n in range(replaced)]
    second["domain"] = [*new, *second["domain"][replaced:]]
    table = v6.shares(pd.concat([first, second]), by="period")
    assert list(table["break_reason"]) == ["", reason]
    assert v6.changes(first, after=second)["break_reason"].to_list() == [reason]


def test_a_break_is_of_its_own_series() -> None:
    """One sector has another list in the second month, the other has the same."""
    same = pd.concat([states("yn", period=f"2026-0{n}", sector="rijk") for n in (1, 2)])
    other = pd.concat(
        [
            states("yn", period=f"2026-0{n}", sector="zbo").assign(domain=[f"a{n}", f"b{n}"])
            for n in (1, 2)
        ]
    )
    table = v6.shares(pd.concat([same, other]), by=["period", "sector"])
    assert table[["sector", "period", "break_reason"]].to_numpy().tolist() == [
        ["rijk", "2026-01", ""],
        ["rijk", "2026-02", ""],
        ["zbo", "2026-01", ""],
        ["zbo", "2026-02", "domains"],
    ]
    compared = shares.with_earlier(table).set_index("sector")
    assert compared.loc["rijk", ["earlier", "earlier_yes"]].to_list() == ["2026-01", 1]
    assert compared.loc["zbo", ["earlier", "earlier_yes"]].to_list() == ["2026-01", 0]


def test_of_several_months_the_newest_counts() -> None:
    """It is named; the measure is kept."""
    (row,) = v6.shares(months("nn", "yn")).to_dict("records")
    assert (row["period"], row["measure"], row["yes"]) == ("2026-02", "web", 1)
    assert v6.shares(months("yn").iloc[:0])["period"].to_list() == [""]


def test_a_domain_in_several_lists_counts_once() -> None:
    """In all once, and once in each list."""
    both = pd.concat([states("yn", sector="rijk"), states("y", sector="zbo")])
    assert v6.shares(both)["applicable"].to_list() == [2]
    assert v6.shares(both, by="sector")["applicable"].to_list() == [2, 1]


def test_a_column_that_is_not_there_is_named() -> None:
    """With those that are."""
    with pytest.raises(UsageError, match=r"'sectr'.*domain, state, sector"):
        v6.shares(states("y", sector="rijk"), by="sectr")


def test_a_table_names_only_the_measurements_that_it_is_of() -> None:
    """The newest month of a history is of one day; other sources stay."""
    history = months("yn", "yn").assign(measured_at=lambda t: pd.to_datetime(t["period"] + "-05"))
    days = ["measurement 2026-01-05 Internet.nl", "measurement 2026-02-05 Internet.nl"]
    history.attrs["source"] = [*days, "waivers.csv"]
    assert v6.shares(history).attrs["source"] == [days[1], "waivers.csv"]
    assert v6.shares(history, by="period").attrs["source"] == [*days, "waivers.csv"]
    assert history.attrs["source"] == [*days, "waivers.csv"]
