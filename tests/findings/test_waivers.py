"""Comply or explain, in words: beside every count, right for none, one and many, never hidden."""

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor import findings
from v6monitor.analysis import breakdowns, shares
from v6monitor.charts.chart import Words
from v6monitor.language import Language

EN, NL = Language("en"), Language("nl")


def _states(explained: int, measure: str = "mail") -> pd.DataFrame:
    """Return ten domains in one month: six without IPv6, so many of which are explained."""
    return pd.DataFrame(
        {
            "domain": [f"{letter}.example" for letter in "abcdefghij"],
            "state": ["no"] * 6 + ["yes"] * 3 + ["unknown"],
            "explained": [number < explained for number in range(10)],
            "period": "2026-10",
            "measure": measure,
            "sector": "gemeente",
            "province": "Utrecht",
        }
    )


def _tellings(states: pd.DataFrame) -> dict[str, Words]:
    return {
        "trend": findings.trend(v6.shares(states, by=["period", "measure"]), EN),
        "sectors": findings.sectors(
            shares.with_earlier(v6.shares(states, by=["period", "sector"])), EN
        ),
        "states": findings.states(breakdowns.state_counts(states), EN),
        "provinces": findings.provinces(breakdowns.provinces(states), EN),
    }


def test_every_figure_says_how_many_are_explained():
    """The count stands against those without IPv6, and the finding itself is the same."""
    told, plain = _tellings(_states(2)), _tellings(_states(0))
    for name in told:
        assert "Of those without IPv6, explained (comply or explain): " in told[name].note, name
        assert "2 of 6" in told[name].note, name
        assert "xplain" not in plain[name].note, name
        assert told[name].caption == plain[name].caption, name


def test_the_trend_tells_each_measure_apart():
    """Two measures have their own explanations."""
    both = pd.concat([_states(2), _states(1, "web")])
    note = findings.trend(v6.shares(both, by=["period", "measure"]), NL).note
    assert note.endswith("Web 1 van de 6; Mail 2 van de 6.")


@pytest.mark.parametrize(
    ("states", "caption", "note"),
    [
        ([], "No waiver is valid.", "changes no number."),
        (["no"], "1 waiver is valid.", "changes no number."),
        (
            ["yes", "no", "absent"],
            "3 waivers are valid.",
            "2 are of domains that have IPv6, have nothing to test or are not on the list.",
        ),
    ],
)
def test_valid_waivers(states, caption, note):
    """How many, and of which the explanation serves no purpose."""
    told = findings.waivers(pd.DataFrame({"state": states}), EN)
    assert told.caption == caption
    assert told.note.endswith(note)


@pytest.mark.parametrize(
    ("states", "caption", "note"),
    [
        ([], "No waiver has expired.", ""),
        (["no"], "1 waiver has expired.", "1 of these domains is still without IPv6"),
        (["no", "no", "yes"], "3 waivers have expired.", "2 of these domains are still"),
    ],
)
def test_expired_waivers(states, caption, note):
    """They are reported, with how many count as not explained."""
    told = findings.waivers_expired(pd.DataFrame({"state": states}), EN)
    assert told.caption == caption
    assert told.note.startswith(note)
