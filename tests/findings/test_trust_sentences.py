"""The sentences about vantage checks, samples, sectors and losses, with little to say too."""

import pandas as pd
import pytest

from v6monitor import findings
from v6monitor.analysis import breakdowns
from v6monitor.language import Language

EN, NL = Language("en"), Language("nl")
NAMES = {"y": "yes", "n": "no", "?": "unknown"}


def states(text: str, sector: str = "rijk", period: str = "2026-01") -> pd.DataFrame:
    """Return a states table, a letter per domain."""
    table = pd.DataFrame({"domain": [f"{sector}{n}" for n in range(len(text))]})
    state = [NAMES[letter] for letter in text]
    return table.assign(state=state, sector=sector, period=period, measure="mail").astype("str")


def checks(results: str) -> pd.DataFrame:
    """Return vantage checks, a letter each: passed, failed or not tested."""
    names = {"p": "passed", "f": "failed", "-": "not_tested"}
    codes = ["answers", "dns64", "ipv6", "dnssec"]
    rows = [
        {"check": code, "resolver": "192.0.2.53", "expected": "", "found": "", "result": names[one]}
        for code, one in zip(codes, results, strict=False)
    ]
    return breakdowns.vantage({"vantage": {"checks": rows}})


@pytest.mark.parametrize(
    ("results", "english", "dutch"),
    [
        (
            "pppp",
            "All 4 checks of the resolvers were passed.",
            "Alle 4 controles van de resolvers zijn doorstaan.",
        ),
        (
            "p",
            "The one check of the resolvers was passed.",
            "De ene controle van de resolvers is doorstaan.",
        ),
        (
            "pff-",
            (
                "Failed: 2 of 3 checks of the resolvers (makes up no IPv6 (DNS64) and does not hide"
                " IPv6)."
            ),
            (
                "Niet doorstaan: 2 van de 3 controles van de resolvers (verzint geen IPv6 (DNS64)"
                " en verbergt geen IPv6)."
            ),
        ),
        (
            "--",
            "No check of the resolvers could be done.",
            "Geen enkele controle van de resolvers kon worden gedaan.",
        ),
        ("", "The resolvers were not tested.", "De resolvers zijn niet getest."),
    ],
)
def test_vantage_in_words(results: str, english: str, dutch: str):
    """What failed is named; what was not done is said."""
    assert findings.vantage(checks(results), EN).caption == english
    assert findings.vantage(checks(results), NL).caption == dutch


def test_checks_that_were_not_done_are_counted():
    """In the note."""
    assert findings.vantage(checks("pp-"), EN).note.endswith("1 check was not done.")


@pytest.mark.parametrize(
    ("groups", "caption"),
    [
        (
            {"Limburg": "yyyyy", "Zeeland": "nnnnn"},
            "Lowest: Zeeland 0.0% (0 of 5); highest: Limburg 100.0% (5 of 5).",
        ),
        ({"Limburg": "yyyyn"}, "Limburg 80.0% (4 of 5)."),
        (
            {"Limburg": "y"},
            "No group has five domains whose state is known: counts only.",
        ),
        (
            {"Limburg": "?????"},
            "No group has five domains whose state is known: counts only.",
        ),
        ({"": "yyyyy"}, "Of no domain is it known in which province it is."),
        ({}, "Of no domain is it known in which province it is."),
    ],
)
def test_provinces_in_words(groups: dict[str, str], caption: str):
    """Lowest and highest, as for sectors."""
    parts = [
        states(text, name or "none").assign(province=name) for name, text in groups.items()
    ] or [states("").assign(province="")]
    table = breakdowns.provinces(pd.concat(parts))
    assert findings.provinces(table, EN).caption == caption
