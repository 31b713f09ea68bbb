"""Charts of the quality of a month: coverage, reasons, and the tests of the resolvers."""

import pandas as pd
import pytest
from chart_rules import words

import v6monitor as v6

STATES = {"y": "yes", "n": "no", "?": "unknown", "-": "not_applicable"}
CODES = ["answers", "dns64", "rewriting", "ipv6", "dnssec", "udp", "tcp", "agreement"]
RESULTS = {"p": "passed", "f": "failed", "-": "not_tested"}


def states(text: str) -> pd.DataFrame:
    """Return a states table of mail, a letter per domain."""
    table = pd.DataFrame({"domain": [f"d{n}" for n in range(len(text))]})
    return table.assign(state=[STATES[letter] for letter in text], measure="mail").astype("str")


def provenance(results: str, resolvers: int = 1) -> dict[str, object]:
    """Return the provenance of a log with a check per letter, of so many resolvers."""
    checks = [
        {"check": code, "resolver": f"192.0.2.{n}", "found": f"ok {n}", "result": RESULTS[one]}
        for code, one in zip(CODES, results, strict=False)
        for n in range(resolvers)
    ]
    return {"vantage": {"checks": checks}}


def test_quality_shows_list_and_coverage():
    """The bar is the list; the coverage at its end is of what applies."""
    figure = v6.chart.quality(states("yyyynnn?--")).figure()
    assert [round(bar.get_width(), 3) for bar in figure.axes[0].patches] == [0.7, 0.2, 0.1]
    assert {"87.5%", "10 domains"} <= set(words(figure))


@pytest.mark.parametrize(
    ("text", "coverage", "enough"),
    [
        ("y" * 49 + "?", "98.0%", True),
        ("y" * 48 + "??", "96.0%", False),
        ("??", "0.0%", False),
        ("y" * 49 + "?" + "-" * 9, "98.0%", True),
    ],
)
def test_the_gate_is_of_what_applies(text, coverage, enough):
    """Below 98 % a month is not published."""
    caption = v6.chart.quality(states(text)).caption()
    assert f"e-mail domains {coverage}" in caption
    assert ("That meets the 98%" in caption) == enough
    assert ("Below the 98% needed to publish: e-mail domains." in caption) == (not enough)


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("", "This is not in the source of this month."),
        ("--", "There is no domain to which this applies."),
    ],
)
def test_no_coverage_of_what_was_not_measured(text, caption):
    """A source without results is no month of which nothing is known."""
    assert v6.chart.quality(states(text)).caption() == caption


def test_reasons_are_counted_per_subject():
    """Two domains and three questions are no five of anything."""
    log = pd.DataFrame({"outcome": ["ok"] * 7 + ["timeout"] * 3, "resolver": "192.0.2.1"})
    measured = states("yyy??").assign(reason=["", "", "", "timeout", "timeout"])
    note = v6.chart.quality(measured, observations=log).note()
    assert "e-mail domains: no answer in time 2; DNS lookups: no answer in time 3." in note


def test_lookups_have_no_gate():
    """A failed lookup is named with its reason; alone it does not stop a month."""
    log = pd.DataFrame({"outcome": ["ok"] * 8 + ["servfail", "timeout"], "resolver": "192.0.2.1"})
    chart = v6.chart.quality(states("")[:0], observations=log)
    assert "publish" not in chart.caption()
    assert "server failure (SERVFAIL) 1, no answer in time 1" in chart.note()
    assert "10 questions" in words(chart.figure())


@pytest.mark.parametrize(
    ("results", "english", "dutch"),
    [
        ("pppp", "All 4 checks", "Alle 4 controles van de resolvers zijn geslaagd."),
        ("p", "The one check", "De ene controle"),
        ("ppp-", "3 of 4 checks", "3 van de 4 controles"),
        ("pff-", "Failed: 2 of 3 checks", "Niet doorstaan: 2 van de 3"),
        ("--", "No check of the resolvers could be done.", "Geen enkele controle"),
        ("", "There are no lookups of this month.", "Er is geen eigen DNS-meting"),
    ],
)
def test_the_tests_of_the_resolvers(results, english, dutch):
    """What failed is counted of what was done; what was not done is said."""
    chart = v6.chart.vantage(provenance(results))
    assert chart.caption().startswith(english)
    assert chart.caption("nl").startswith(dutch)
    assert v6.chart.vantage(provenance(results), listed=False).kind == "answer"


def test_a_failing_check_says_what_was_found():
    """In the row of its resolver."""
    page = v6.chart.vantage(provenance("pf", 2)).html()
    assert "192.0.2.1" in page
    assert "answered 1" in page
