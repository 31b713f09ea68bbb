"""What are the fictional organisations called? Dutch-sounding names from parts that mean little."""

import re
import unicodedata
from collections.abc import Iterator

from v6monitor.example.chance import pick, weighted


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


FIRST = words(
    "Aker Balg Biezer Bolder Brem Dorper Droog Dwars Elzen Fazant Gaffel Gors Grutter Haver "
    "Hazel Kievits Klaver Klinker Kolk Korre Kwartel Lelie Leeuwerik Lijster Lis Mole "
    "Netel Noten Otter Paarden Pluim Populier Reiger Riet Rogge Schelp Schor Slinger Specht "
    "Sprang Sterre Takken Tarwe Tulpen Turf Varen Vlier Vlinder Wakker Weide Wilgen Wolven Zegge"
)
LAST = words(
    "akker beek berg bosch broek brug burg dam dijk donk drecht gouw haven heem horst hout hoven "
    "kamp kerk kreek laar loo meer mond oord polder rade schans sluis stede terp veen veld voort "
    "waard wal weerd wijk zand zijl"
)
WATERS = words("Drasse Gele Kreits Loeve Meerle Oeze Rinne Sloe Taar Welle")
OUTLYING = words("Dúnsrâne Eilânsein Feanhús Gréppelhôf Hûnewâl Skûlenhiem")
"""Names with accents, whose domains are IDNs."""

PROVINCE_NAMES = words(
    "Achterland Duinrand Hogeveld Kustland Laagland Merenland Middelgouw Oosterstreek "
    "Rietstreek Terpenland Veengouw Zandstreek"
)
TOPICS = words(
    "Archieven Afvalstromen Bodemkaarten Bruggenbouw Cultuurschatten Daglicht Dialecten "
    "Dijkbewaking Drinkwaterbronnen Fietspaden Geluidsmeting Getijden Graslanden Havenzaken "
    "Herdenkingen Hoogtekaarten Kansspelregels Kustzaken Landmeetkunde Leermiddelen Luchtruimte "
    "Maatvoering Natuurpaden Ondergrond Oogsttelling Palingtrek Postzegels Proeftuinen "
    "Rivierkunde Scheepsmeting Sterrenkunde Stiltegebieden Tijdmeting Tolheffing Vaarwegen "
    "Veerdiensten Vogeltelling Wegenkaarten Weerkunde Wissellijsten Zeegrenzen Zoutwinning"
)

BODIES = {
    "rijk": (
        "Ministerie van {}|Inspectie {}|Raad voor {}|Autoriteit {}",
        "min{}|inspectie-{}|raadvoor{}|autoriteit{}",
    ),
    "uitvoeringsorganisatie": (
        "Dienst {}|Agentschap {}|Centraal Bureau {}|Kantoor voor {}",
        "dienst{}|agentschap{}|centraal-bureau-{}|kantoor{}",
    ),
    "gemeenschappelijke_regeling": (
        "Omgevingsdienst {}|Veiligheidsregio {}|Regio {}|Sociale Dienst {}",
        "od{}|veiligheidsregio-{}|regio{}|socialedienst-{}",
    ),
    "overig": (
        "Stichting {}|Vereniging {}|Platform {}|Kennisnetwerk {}",
        "stichting{}|vereniging-{}|platform{}|kennisnetwerk{}",
    ),
    "waterschap": ("Waterschap {}|Hoogheemraadschap {}", "ws{}|hoogheemraadschap-{}"),
}
"""Per sector the forms of a name, and in the same order those of its domain."""

_FORMS = (("plain", 0.86), ("side", 0.06), ("water", 0.04), ("double", 0.04))


def towns() -> Iterator[str]:
    """Give names of towns without end, each once."""
    yield from OUTLYING
    seen: set[str] = set()
    number = 0
    while True:
        number += 1
        name = _town(str(number))
        if name not in seen:
            seen.add(name)
            yield name


def bodies(sector: str) -> Iterator[tuple[str, str]]:
    """Give (name, first label of the domain) of a sector's organisations, each once."""
    names, labels = (text.split("|") for text in BODIES[sector])
    subjects = TOPICS if sector in {"rijk", "uitvoeringsorganisatie", "overig"} else _regions()
    for number in range(len(names) * len(subjects)):
        form = number % len(names)
        subject = subjects[(number + number // len(subjects)) % len(subjects)]
        yield names[form].format(subject), labels[form].format(slug(subject))


def slug(name: str) -> str:
    """Return a name as a label, with its accents and a dash between words.

    >>> slug("Oud-Balgdam aan de Oeze")
    'oud-balgdam-aan-de-oeze'
    """
    return re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", name).lower()).strip("-")


def _town(key: str) -> str:
    name = pick(FIRST, "first", key) + pick(LAST, "last", key)
    match weighted(_FORMS, "form", key):
        case "side":
            return f"{pick(('Oud', 'Nieuw', 'West', 'Oost'), 'side', key)}-{name}"
        case "water":
            return f"{name} aan de {pick(WATERS, 'water', key)}"
        case "double":
            return f"{name}-{pick(FIRST, 'second', key)}{pick(LAST, 'second last', key)}"
        case _:
            return name


def _regions() -> list[str]:
    return [f"{water}{last}" for last in ("streek", "vallei", "delta", "land") for water in WATERS]
