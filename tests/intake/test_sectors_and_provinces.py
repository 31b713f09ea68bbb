"""One word for every spelling of a sector or a province."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v6monitor.intake.sectors import PROVINCES, SECTORS, province_in, sector_in


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Gemeente", "gemeente"),
        ("mailtest_gemeenten", "gemeente"),
        ("Uitvoerders", "uitvoeringsorganisatie"),
        ("Manifestgroep 2026", "uitvoeringsorganisatie"),
        ("ZBO's", "uitvoeringsorganisatie"),
        ("Zelfstandig bestuursorgaan", "uitvoeringsorganisatie"),
        ("Agentschap", "uitvoeringsorganisatie"),
        ("Rijk", "rijk"),
        ("RIJKSOVERHEID", "rijk"),
        ("Ministerie van Financiën", "rijk"),
        ("Financiën", "rijk"),
        ("Binnenlandse Zaken en Koninkrijksrelaties", "rijk"),
        ("VWS", "rijk"),
        ("hoogheemraadschappen", "waterschap"),
        ("Wetterskip Fryslân", "waterschap"),
        ("gemeenschappelijke-regelingen", "gemeenschappelijke_regeling"),
        ("Veiligheidsregio's", "gemeenschappelijke_regeling"),
        ("gemeenten, waterschappen", ""),
        ("overheid", ""),
        ("gemeentenlijst", ""),
        ("", ""),
    ],
)
def test_sector_in_a_name(text: str, sector: str) -> None:
    """A name speaks of a sector when exactly one is in it, as a word."""
    assert sector_in(text) == sector


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("Friesland", "Fryslân"),
        ("FRYSLAN", "Fryslân"),
        ("Provincie Fryslân", "Fryslân"),
        ("Brabant", "Noord-Brabant"),
        ("Noord Brabant", "Noord-Brabant"),
        ("n-brabant", "Noord-Brabant"),
        ("NB", "Noord-Brabant"),
        ("noordholland", "Noord-Holland"),
        ("Z.-Holland", "Zuid-Holland"),
        ("Holland", ""),
        ("Brussel", ""),
        ("", ""),
    ],
)
def test_province_in_a_name(text: str, province: str) -> None:
    """Every spelling gives the official name; what is no province gives nothing."""
    assert province_in(text) == province


def test_there_are_twelve_provinces_and_each_is_its_own_name() -> None:
    """The names that a table holds are read again as they are."""
    assert len(PROVINCES) == 12
    assert [province_in(name) for name in PROVINCES] == list(PROVINCES)
    assert [sector_in(code) for code in SECTORS] == list(SECTORS)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_gives_a_known_word_or_nothing(text: str) -> None:
    """Whatever a cell holds, no other word comes out, and it is stable."""
    assert sector_in(text) in {"", *SECTORS}
    assert province_in(text) in {"", *PROVINCES}
