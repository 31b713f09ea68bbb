"""The sentences under the figures, in both languages, also where there is little to say."""

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor import findings
from v6monitor.analysis import breakdowns, shares
from v6monitor.language import Language

EN, NL = Language("en"), Language("nl")
STATES = {"y": "yes", "p": "partly", "n": "no", "?": "unknown", "-": "not_applicable"}


def states(text: str, **columns: str) -> pd.DataFrame:
    """Return a states table of ``y``, ``p``, ``n``, ``?`` and ``-``, a domain each."""
    table = pd.DataFrame({"domain": [f"d{n}" for n in range(len(text))]})
    return table.assign(state=[STATES[letter] for letter in text], **columns).astype("str")


def trend(*texts: str, measure: str = "web") -> pd.DataFrame:
    """Return the trend table of one measure, a text per month from January 2026."""
    months = [
        states(text, period=f"2026-0{n + 1}", measure=measure) for n, text in enumerate(texts)
    ]
    return v6.shares(pd.concat(months), by=["period", "measure"])


@pytest.mark.parametrize(
    ("months", "english", "dutch"),
    [
        (
            ["yynnn"],
            (
                "IPv6 in January 2026: 40.0% of websites."
                " This is the first month: there is nothing to compare with."
            ),
            (
                "IPv6 in januari 2026: 40,0% van de websites."
                " Dit is de eerste maand: er is niets om mee te vergelijken."
            ),
        ),
        (
            ["yynnn", "yynnn"],
            (
                "IPv6 in February 2026: 40.0% of websites."
                " In percentage points since January 2026: Web 0."
            ),
            (
                "IPv6 in februari 2026: 40,0% van de websites."
                " In procentpunten sinds januari 2026: Web 0."
            ),
        ),
        (
            ["yyynn", "yynnn"],
            (
                "IPv6 in February 2026: 40.0% of websites."
                " In percentage points since January 2026: Web −20.00."
            ),
            (
                "IPv6 in februari 2026: 40,0% van de websites."
                " In procentpunten sinds januari 2026: Web −20,00."
            ),
        ),
        (
            ["nnnnn", "nnnnnnnnnn"],
            "IPv6 in February 2026: 0.0% of websites. It cannot be compared with January 2026.",
            (
                "IPv6 in februari 2026: 0,0% van de websites."
                " Een vergelijking met januari 2026 is niet mogelijk."
            ),
        ),
        (
            ["yn"],
            (
                "IPv6 in January 2026: Web 1 of 2."
                " This is the first month: there is nothing to compare with."
            ),
            (
                "IPv6 in januari 2026: Web 1 van de 2."
                " Dit is de eerste maand: er is niets om mee te vergelijken."
            ),
        ),
        (
            ["?????"],
            (
                "IPv6 in January 2026: Web undetermined."
                " This is the first month: there is nothing to compare with."
            ),
            (
                "IPv6 in januari 2026: Web onbekend."
                " Dit is de eerste maand: er is niets om mee te vergelijken."
            ),
        ),
        (
            [""],
            "There is no domain to which this applies.",
            "Er is geen domein waarvoor dit geldt.",
        ),
    ],
)
def test_the_headline_in_words(months: list[str], english: str, dutch: str) -> None:
    """The newest month, and the change since the one before where it can be compared."""
    table = trend(*months)
    assert findings.headline_adoption(table, EN).caption == english
    assert findings.headline_adoption(table, NL).caption == dutch


@pytest.mark.parametrize(
    ("months", "caption"),
    [
        (["nnnnn", "ynnnn", "yyynn"], "In percentage points since January 2026: Web +60.00."),
        (["nnnnn", "nnnnnnnnnn", "yyyyynnnnn"], "It cannot be compared with January 2026."),
        (["?????", "ynnnn"], "It cannot be compared with January 2026."),
        (["ynnnn"], "This is the first month: there is nothing to compare with."),
        ([""], "There is no domain to which this applies."),
    ],
)
def test_the_trend_in_words(months: list[str], caption: str) -> None:
    """How far it came since the first month, unless the series broke since."""
    assert findings.trend(trend(*months), EN).caption == caption


def test_the_trend_names_every_denominator() -> None:
    """The note has numerator, denominator and what could not be told, per measure."""
    both = pd.concat([trend("yynn??"), trend("yyyyy", measure="mail")])
    note = findings.trend(both, EN).note
    assert "Web 50.0% (2 of 4); Mail 100.0% (5 of 5)" in note
    assert "Undetermined: Web 2 of 6." in note
    assert "Onbekende uitslag: Web 2 van de 6." in findings.trend(both, NL).note


def test_the_headline_gives_the_bounds() -> None:
    """What was not told could make it a third or two thirds."""
    told = findings.headline_adoption(trend("yynn??"), EN)
    assert told.note.endswith("turn out to be: Web between 33.3% and 66.7%.")
    certain = findings.headline_adoption(trend("yynnn"), EN)
    assert certain.note.endswith("Every result is known.")


@pytest.mark.parametrize(
    ("groups", "caption"),
    [
        (
            {"rijk": "yyyyn", "gemeente": "ynnnn", "provincie": "yyynn"},
            "Lowest: Municipalities 20.0% (1 of 5); highest: Central government 80.0% (4 of 5).",
        ),
        (
            {"rijk": "yyyyn", "gemeente": "ynnnn", "provincie": "y????"},
            (
                "Lowest: Provinces 100.0% (1 of 1) and Municipalities 20.0% (1 of 5);"
                " highest: Provinces 100.0% (1 of 1) and Central government 80.0% (4 of 5)."
            ),
        ),
        (
            {"rijk": "yyynn", "gemeente": "yyynn"},
            (
                "No difference can be told: Municipalities 60.0% (3 of 5)"
                " and Central government 60.0% (3 of 5)."
            ),
        ),
        ({"rijk": "yyynn"}, "Central government 60.0% (3 of 5)."),
        (
            {"rijk": "yn"},
            "No group has five domains whose state is known: counts only.",
        ),
    ],
)
def test_sectors_in_words(groups: dict[str, str], caption: str) -> None:
    """Lowest and highest with all that are tied with them; no percentage of a small group."""
    parts = [
        states(text, sector=name, period="2026-01").assign(
            domain=lambda t, name=name: name + t.domain
        )
        for name, text in groups.items()
    ]
    told = findings.sectors(
        shares.with_earlier(v6.shares(pd.concat(parts), by=["period", "sector"])), EN
    )
    assert told.caption == f"{caption} There is no comparable earlier month."


def test_sectors_say_who_gained_most() -> None:
    """Since the earlier month, in percentage points."""
    months = pd.concat(
        [
            states("ynnnn", sector="rijk", period="2026-01", measure="mail"),
            states("yynnn", sector="rijk", period="2026-02", measure="mail"),
        ]
    )
    table = shares.with_earlier(v6.shares(months, by=["period", "sector"]))
    assert findings.sectors(table, EN).caption.endswith(
        "Largest gain since January 2026: Central government, +20.00 percentage points."
    )
    assert findings.sectors(table, NL).caption.endswith(
        "Meest vooruitgegaan sinds januari 2026: Rijk, +20,00 procentpunt."
    )
    assert findings.sectors(table, NL).note.startswith("E-mail: alle mailservers hebben IPv6.")


@pytest.mark.parametrize(
    ("text", "english", "dutch"),
    [
        (
            "yyppn?-",
            "IPv6 at 6 domains: 2 yes, 2 partly, 1 no, 1 undetermined.",
            "IPv6 bij 6 domeinen: 2 ja, 2 deels, 1 nee, 1 onbekend.",
        ),
        ("y", "IPv6 at 1 domain: 1 yes.", "IPv6 bij 1 domein: 1 ja."),
        ("n", "IPv6 at 1 domain: 0 yes, 1 no.", "IPv6 bij 1 domein: 0 ja, 1 nee."),
        (
            "??",
            "The state of none of the 2 domains is known.",
            "Van geen van de 2 domeinen was het vast te stellen.",
        ),
        (
            "?",
            "The state of the one domain is not known.",
            "Van het ene domein was het niet vast te stellen.",
        ),
        (
            "--",
            "There is no domain to which this applies.",
            "Er is geen domein waarvoor dit geldt.",
        ),
    ],
)
def test_states_in_words(text: str, english: str, dutch: str) -> None:
    """Counts add up to the domains to which it applies."""
    table = breakdowns.state_counts(states(text, sector="rijk"))
    assert findings.states(table, EN).caption == english
    assert findings.states(table, NL).caption == dutch


def test_sub_tests_in_words() -> None:
    """The test with the largest failing part is named; no failure is said too."""
    web = pd.DataFrame({"type": "web", "ns_address": ["passed"] * 3})
    web = web.assign(ns_reach="passed", ws_address=["failed", "passed", "passed"])
    web = web.assign(ws_reach="passed", ws_similar="passed", mx_address="", mx_reach="")
    mail = web.assign(type="mail", mx_address="passed", mx_reach="passed")
    told = findings.sub_tests(breakdowns.sub_tests(pd.concat([web, mail])), EN)
    assert told.caption == (
        "Web fails most often at “IPv6 addresses for web server”: 1 of 3 domains."
        " Mail fails at no sub-test."
    )


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("y" * 49 + "?", "Known: Mail 98.0%. That is enough to publish."),
        ("y" * 48 + "??", "Known: Mail 96.0%. Below the 98% needed to publish: Mail."),
        ("??", "Known: Mail 0.0%. Below the 98% needed to publish: Mail."),
        ("--", "Nothing was measured, so nothing can be told."),
        ("", "Nothing was measured, so nothing can be told."),
    ],
)
def test_quality_in_words(text: str, caption: str) -> None:
    """The gate of 98 % is of what applies."""
    table = breakdowns.quality(states(text, measure="mail"))
    assert findings.quality(table, EN).caption == caption


def test_the_alternative_text_is_at_most_two_sentences() -> None:
    """A screen reader hears chart type, what data and why it is here."""
    two = trend("yn", "yy")
    month = states("yn", sector="rijk", period="2026-01")
    for told in (
        findings.trend(two, EN),
        findings.sectors(shares.with_earlier(v6.shares(month, by=["period", "sector"])), EN),
        findings.states(breakdowns.state_counts(month), EN),
        findings.quality(breakdowns.quality(month), EN),
    ):
        assert told.alt.count(". ") == 1
        assert told.alt.endswith(".")
        assert "chart" in told.alt.split(".")[0]
