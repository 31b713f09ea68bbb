"""Does asking help? Domains that were written to, beside comparable ones."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v6monitor.analysis.effect import effect, followed, times
from v6monitor.errors import InputError

_DAYS = pd.to_datetime(["2026-01-05", "2026-02-05", "2026-03-05", "2026-04-05", "2026-08-05"])


def _states(sector: str = "gemeente", **series: str) -> pd.DataFrame:
    """Return states by domain: a letter per measurement, y, n, u (unknown) or a space (absent)."""
    names = {"y": "yes", "n": "no", "u": "unknown"}
    rows = [
        (domain, day, names[letter])
        for domain, letters in series.items()
        for day, letter in zip(_DAYS, letters, strict=False)
        if letter != " "
    ]
    table = pd.DataFrame(rows, columns=["domain", "measured_at", "state"])
    return table.astype({"measured_at": "datetime64[us]"}).assign(sector=sector)


def _letters(**days: str) -> pd.DataFrame:
    return pd.DataFrame({"domain": list(days), "sent_on": pd.to_datetime(list(days.values()))})


def test_days_count_from_the_letter_to_the_first_measurement_with_ipv6():
    """26, 54 and 207 days after 10 January; a later loss changes nothing."""
    states = _states(a="nynnn", b="nnynn", c="nnnnn", d="nnnny")
    found = followed(states, letters=_letters(a="2026-01-10", c="2026-01-10"))
    assert found.set_index("domain")[["written", "days", "outcome"]].to_dict("index") == {
        "a": {"written": True, "days": 26, "outcome": "fixed"},
        "b": {"written": False, "days": 54, "outcome": "fixed"},
        "c": {"written": True, "days": 207, "outcome": "not_fixed"},
        "d": {"written": False, "days": 207, "outcome": "fixed"},
    }


def test_a_letter_to_who_had_ipv6_or_was_not_measured_says_nothing():
    """The last known state on the day decides; unknown is no state."""
    states = _states(a="yyyyy", b="  nnn", c="nuynn", d="nnnnn")
    letters = _letters(a="2026-02-10", b="2026-02-10", c="2026-02-10", nowhere="2026-02-10")
    found = followed(states, letters=letters)
    assert found.set_index("domain")["written"].to_dict() == {"c": True, "d": False}


def test_who_is_written_to_later_is_an_other_until_then():
    """Followed for 54 days as one of the others, and then as one that was written to."""
    states = _states(a="nnnnn", b="nnnny")
    found = followed(states, letters=_letters(a="2026-01-10", b="2026-03-05"))
    rows = found.set_index(["sent_on", "domain"])
    before, after = rows.loc[("2026-01-10", "b")], rows.loc[("2026-03-05", "b")]
    assert (before["written"], before["days"], before["outcome"]) == (False, 54, "not_fixed")
    assert (after["written"], after["days"], after["outcome"]) == (True, 153, "fixed")


def test_the_first_letter_counts_and_who_leaves_the_list_has_left():
    """Followed until the last measurement; a sector that is measured no longer has not left."""
    states = pd.concat([_states(a="nnn  ", b="nnnnn"), _states("rijk", c="nnn  ")])
    letters = pd.concat([_letters(a="2026-03-01"), _letters(a="2026-01-10", c="2026-01-10")])
    found = followed(states, letters=letters).query("written").set_index("domain")
    assert found["days"].to_dict() == {"a": 54, "c": 54}
    assert found["outcome"].to_dict() == {"a": "left", "c": "not_fixed"}


def test_who_had_left_the_list_before_the_letter_is_not_followed():
    """Neither as written to nor as one of the others; who is back a month later is."""
    states = _states(a="n    ", b="n    ", c="n nnn", d="nnnnn")
    found = followed(states, letters=_letters(a="2026-03-10", d="2026-03-10"))
    assert found.set_index("domain")["written"].to_dict() == {"c": False, "d": True}


def test_a_list_that_is_measured_no_longer_has_not_left():
    """By list where there is one: of a sector with two lists, one may end before the other."""
    states = _states(a="nnn  ", b="nnnnn", c="nnn  ")
    states["list"] = states["domain"].map({"a": "one", "b": "two", "c": "two"})
    found = followed(states, letters=_letters(a="2026-01-10", c="2026-01-10"))
    outcomes = found.set_index("domain")["outcome"].to_dict()
    assert outcomes == {"a": "not_fixed", "b": "not_fixed", "c": "left"}


def test_shares_of_the_others_have_the_mix_of_those_written_to():
    """Two municipalities and one ministry written to: 2/3 of the one share, 1/3 of the other."""
    cities = _states(a="nynnn", b="nnnnn", c="nynnn", d="nnnnn", e="nnnnn", f="nnnnn")
    states = pd.concat(
        [cities, _states("rijk", g="nnnnn", h="nynnn"), _states("waterschap", i="nyy")]
    )
    day = "2026-01-10"
    rows = followed(states, letters=_letters(a=day, b=day, g=day, i=day))
    row = effect(rows, horizons=(30,)).iloc[0]
    assert (row["written"], row["written_fixed"], row["without_equal"]) == (3, 1, 1)
    assert (row["others"], row["others_fixed"]) == (5, 2)
    assert row["written_share"] == pytest.approx(1 / 3)
    assert row["others_share"] == pytest.approx(2 / 3 * 1 / 4 + 1 / 3)
    assert row["points"] == pytest.approx(100 * (1 / 3 - 1 / 2))


def test_who_cannot_be_followed_so_long_is_in_no_share():
    """After a letter of 5 March, 153 days are left: 180 days are nobody's."""
    rows = followed(_states(a="nnnnn", b="nnnnn"), letters=_letters(a="2026-03-05"))
    table = effect(rows).set_index("days")
    assert table["written"].to_dict() == {30: 1, 90: 1, 180: 0}
    assert table["written_share"].isna().to_dict() == {30: False, 90: False, 180: True}


def test_the_same_class_is_compared():
    """Another class makes no other, so nothing is comparable."""
    states, letters = _states(a="nnnnn", b="nnnnn"), _letters(a="2026-01-10")
    classes = pd.DataFrame({"domain": ["a", "b"], "class": ["exo_direct", "own_or_unknown"]})
    row = effect(followed(states, letters=letters, classes=classes)).iloc[0]
    assert (row["written"], row["without_equal"]) == (0, 1)


def test_the_product_limit_table_by_hand():
    """Four followed: fixed on day 26, gone on day 54, fixed on day 85: 3/4, then 3/4 x 1/2."""
    states = _states(a="nynnn", b="nnn  ", c="nnnyn", d="nnnnn", x="nnnnn")
    day = "2026-01-10"
    rows = followed(states, letters=_letters(a=day, b=day, c=day, d=day))
    table = times(rows).query("written").set_index("days")
    assert table["at_risk"].to_dict() == {30: 4, 60: 3, 90: 2, 210: 1}
    assert table["fixed"].to_dict() == {30: 1, 60: 0, 90: 1, 210: 0}
    assert table["no_longer_followed"].to_dict() == {30: 0, 60: 1, 90: 0, 210: 1}
    assert table["still_without"].tolist() == pytest.approx([0.75, 0.75, 0.375, 0.375])


def test_without_letters_there_are_no_rows():
    """No table fails on it."""
    rows = followed(_states(a="nn"), letters=_letters())
    assert rows.empty
    assert times(rows).empty
    assert effect(rows)["written"].eq(0).all()


def test_a_letter_without_a_day_is_an_error():
    """It says what to fill in."""
    with pytest.raises(InputError, match="sent_on"):
        followed(_states(a="nn"), letters=_letters(a="2026-01-10").assign(sent_on=pd.NaT))


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.text("ynu ", min_size=5, max_size=5)),
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["2026-01-20", "2026-03-05"])),
)
def test_fixed_not_fixed_and_left_are_all(series, sent):
    """Every domain without IPv6 on a day of sending has one outcome, and the counts add up."""
    states, letters = _states(**series), _letters(**sent)
    rows = followed(states, letters=letters)
    assert rows["outcome"].isin(["fixed", "not_fixed", "left"]).all()
    assert not rows.duplicated(["sent_on", "domain"]).any()
    assert rows["days"].ge(0).all()
    table = times(rows)
    for written, part in table.groupby("written"):
        group = rows[rows["written"] == written]
        both = rows.groupby("sent_on")["written"].transform("nunique").loc[group.index] > 1
        assert part["fixed"].sum() == group.loc[both, "outcome"].eq("fixed").sum()
        assert part[["fixed", "no_longer_followed"]].to_numpy().sum() == both.sum()
    shares = effect(rows)
    assert (shares["written_fixed"] <= shares["written"]).all()
    assert (shares["others_fixed"] <= shares["others"]).all()


def test_a_renamed_domain_is_one_domain_under_its_newest_name():
    """Twice renamed; of two that merged the first; a name that lives on beside the new one is two.

    26 days for the renamed ones, by letters to their old names; b and d left the list.
    """
    one = _states(old="n    ", newer=" y   ", newest="  yyy", c="nnnnn", cc="  yyy", d="nn   ")
    states = pd.concat([one, _states(a="nn   ", b="nn   ", ab="  nnn")])
    renames = {"old": "newer", "newer": "newest", "a": "ab", "b": "ab", "c": "cc", "d": "nowhere"}
    letters = _letters(**dict.fromkeys(["old", "a", "b", "c", "d"], "2026-01-10"))
    found = followed(states, letters=letters, renames=renames)
    rows = found.set_index("domain")[["written", "days", "outcome"]].T.to_dict("list")
    assert rows == {
        "newest": [True, 26, "fixed"],
        "ab": [True, 207, "not_fixed"],
        "b": [True, 26, "left"],
        "c": [True, 207, "not_fixed"],
        "d": [True, 26, "left"],
    }
