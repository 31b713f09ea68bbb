"""The sentences about the gap, in both languages, also where there is little to say."""

import pandas as pd
import pytest
from needs_tables import needs

from v6monitor import findings
from v6monitor.analysis import adoption, gap
from v6monitor.language import Language

EN, NL = Language("en"), Language("nl")

TYPICAL = needs(a="Xn", b="Xn Yn", c="Yn", d="Yn", e="Zy", f="-?")
ONE = needs(a="Xn")
CLOSED = needs(a="Xy", b="Xy", c="Yy", d="Yy", e="Yy")
UNKNOWN = needs(a="-?", b="X?")
OWN = needs(a="An", b="Bn", c="Cy", d="Dy", e="Ey")
NONE = needs()


@pytest.mark.parametrize(
    ("world", "english", "dutch"),
    [
        (
            TYPICAL,
            "Without IPv6: 4 of 5 mail domains. Most wait for the hosts of Y: 3.",
            ("Zonder IPv6: 4 van de 5 maildomeinen. De meeste wachten op de mailservers van Y: 3."),
        ),
        (ONE, "Without IPv6: 1 of 1 mail domains.", "Zonder IPv6: 1 van de 1 maildomeinen."),
        (
            CLOSED,
            "No mail domain is known to lack IPv6.",
            "Van geen enkel maildomein is vastgesteld dat het geen IPv6 heeft.",
        ),
        (
            UNKNOWN,
            "No mail domain's state is known.",
            "Van geen enkel maildomein was het vast te stellen.",
        ),
        (OWN, "Without IPv6: 2 of 5 mail domains.", "Zonder IPv6: 2 van de 5 maildomeinen."),
        (NONE, "There is no mail domain.", "Er is geen maildomein."),
    ],
)
def test_the_gap_in_words(world: pd.DataFrame, english: str, dutch: str):
    """How large it is, and who has most of it where somebody has more than one domain."""
    table = gap.overview(world)
    assert findings.gap_overview(table, EN).caption == english
    assert findings.gap_overview(table, NL).caption == dutch


def test_the_gap_says_how_concentrated_it_is():
    """One and a half domains and two and a half: as with 1.9 equal parts."""
    assert findings.gap_overview(gap.overview(TYPICAL), EN).note == (
        "2 operators have a part in the gap, which is as concentrated as with 1.9 that have equal"
        " parts. Undetermined: 1 of 6."
    )
    assert findings.gap_overview(gap.overview(ONE), EN).note.startswith(
        "One operator has the whole gap."
    )


@pytest.mark.parametrize(
    ("world", "caption"),
    [
        (TYPICAL, "Most failing mail domains wait for Y: 3 of 4; for 2 it is the only cause."),
        (ONE, "Most failing mail domains wait for X: 1 of 1; for 1 it is the only cause."),
        (
            OWN,
            "No host keeps more than one domain back: the 2 failing domains have their own.",
        ),
        (CLOSED, "No MX host is known to lack IPv6."),
        (UNKNOWN, "No MX host is known to lack IPv6."),
        (NONE, "No MX host is known to lack IPv6."),
    ],
)
def test_the_causes_in_words(world: pd.DataFrame, caption: str):
    """Who has most, out of how many; what is unknown is no good news."""
    assert findings.attribution(gap.attribution(world, top=5), EN).caption == caption


@pytest.mark.parametrize(
    ("world", "english", "dutch"),
    [
        (
            TYPICAL,
            (
                "With IPv6 at every host of Y, mail goes from 20.0% (1 of 5) to 60.0% (3 of 5)."
                " With X too: 100.0% (5 of 5)."
            ),
            (
                "Met IPv6 op elke mailserver van Y gaat mail van 20,0% (1 van de 5) naar 60,0%"
                " (3 van de 5). Met X erbij: 100,0% (5 van de 5)."
            ),
        ),
        (
            ONE,
            "With IPv6 at every host of X, mail goes from 0 of 1 to 1 of 1.",
            "Met IPv6 op elke mailserver van X gaat mail van 0 van de 1 naar 1 van de 1.",
        ),
        (
            CLOSED,
            "Mail is at 100.0% (5 of 5); nobody is left to ask.",
            "Mail staat op 100,0% (5 van de 5); er is niemand meer te benaderen.",
        ),
        (
            OWN,
            (
                "No single step helps more than one domain; all together take mail from 60.0% (3"
                " of 5)"
                " to 100.0% (5 of 5)."
            ),
            (
                "Geen enkele stap helpt meer dan één domein; alles samen brengt mail van 60,0%"
                " (3 van de 5) naar 100,0% (5 van de 5)."
            ),
        ),
        (
            UNKNOWN,
            "No mail domain's state is known.",
            "Van geen enkel maildomein was het vast te stellen.",
        ),
        (NONE, "There is no mail domain.", "Er is geen maildomein."),
    ],
)
def test_the_fix_order_in_words(world: pd.DataFrame, english: str, dutch: str):
    """From where to where the first steps bring mail; no percentage of a few domains."""
    table = gap.fix_order(world, top=5)
    assert findings.fix_order(table, EN).caption == english
    assert findings.fix_order(table, NL).caption == dutch


def test_the_fix_order_of_tenants_names_tenants():
    """One administrator each."""
    world = needs(a="Mnt", b="Mnt", c="Mnu", d="Mnv", e="My")
    assert findings.fix_order_tenants(gap.fix_order(world, "tenant", top=5), EN).caption == (
        "With IPv6 at every host of tenant t, mail goes from 20.0% (1 of 5) to 60.0% (3 of 5)."
    )


def test_a_scenario_gives_bounds_where_something_is_unknown():
    """And none where everything is known, nor for a few domains."""
    told = findings.scenarios(gap.scenarios(TYPICAL), EN)
    assert told.caption == (
        "With IPv6 at every host of Y: 60.0% (3 of 5). At least 50.0% and at most 66.7%, whatever"
        " the unknown domains turn out to be."
    )
    two = findings.scenarios(gap.scenarios(needs(a="Xn", b="Xn")), EN)
    assert two.caption == "With IPv6 at every host of X: 2 of 2."
    for world in (ONE, OWN, CLOSED, UNKNOWN, NONE):
        told = findings.scenarios(gap.scenarios(world), EN)
        assert told.caption == "No operator is known to keep more than one domain from IPv6."


def verdicts(every: str, whole: str) -> pd.DataFrame:
    """Return verdicts, a letter per domain."""
    names = {"y": "yes", "n": "no", "?": "unknown"}
    table = pd.DataFrame({"domain": [f"d{n}" for n in range(len(every))]})
    return table.assign(
        mail_all=[names[letter] for letter in every],
        mail_end_to_end=[names[letter] for letter in whole],
    ).astype("str")


@pytest.mark.parametrize(
    ("every", "whole", "english", "dutch"),
    [
        (
            "yyyyn",
            "yynnn",
            (
                "Of 4 mail domains with IPv6, 2 have it end to end: 2 fewer."
                " The share changes by −40.00 percentage points."
            ),
            (
                "Van de 4 maildomeinen met IPv6 hebben 2 het van begin tot eind: 2 minder."
                " Het aandeel verandert met −40,00 procentpunt."
            ),
        ),
        (
            "yyynn",
            "yyynn",
            (
                "All 3 mail domains with IPv6 keep it end to end."
                " The share changes by 0 percentage points."
            ),
            (
                "Alle 3 maildomeinen met IPv6 houden dat van begin tot eind."
                " Het aandeel verandert met 0 procentpunt."
            ),
        ),
        (
            "y",
            "n",
            "Of the one mail domain with IPv6, nothing is left end to end.",
            "Van het ene maildomein met IPv6 blijft van begin tot eind niets over.",
        ),
        (
            "nn?",
            "nn?",
            "No mail domain is known to have IPv6.",
            "Van geen enkel maildomein is vastgesteld dat het IPv6 heeft.",
        ),
        (
            "",
            "",
            "No mail domain is known to have IPv6.",
            "Van geen enkel maildomein is vastgesteld dat het IPv6 heeft.",
        ),
    ],
)
def test_end_to_end_in_words(every: str, whole: str, english: str, dutch: str):
    """How much of the headline is left."""
    table = adoption.definitions(verdicts(every, whole), ("mail_all", "mail_end_to_end"))
    assert findings.end_to_end(table, EN).caption == english
    assert findings.end_to_end(table, NL).caption == dutch


@pytest.mark.parametrize(
    ("world", "caption"),
    [
        (needs(a="Xn", b="Xn", c="Yn"), "Most paths break at the zones of X: 2 of 3."),
        (
            needs(a="Xn", b="Xn").assign(operator="own_zone"),
            "Most paths break at the name servers of the domain itself: 2 of 2.",
        ),
        (
            needs(a="Xn", b="Yn"),
            "No zone breaks the way of more than one domain; the paths to 2 are broken.",
        ),
        (needs(a="Xy"), "No zone is known to break the path to a mail domain with IPv6."),
    ],
)
def test_the_zones_in_words(world: pd.DataFrame, caption: str):
    """Whose name servers break the way."""
    assert findings.zones(gap.attribution(world, top=5), EN).caption == caption


def test_the_alternative_text_is_at_most_two_sentences():
    """A screen reader hears chart type, what data and why it is here."""
    for told in (
        findings.attribution(gap.attribution(TYPICAL), EN),
        findings.fix_order(gap.fix_order(TYPICAL), EN),
        findings.zones(gap.attribution(TYPICAL), EN),
    ):
        assert told.alt.count(". ") == 1
        assert "chart" in told.alt.split(".")[0]
