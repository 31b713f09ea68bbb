"""The fictional organisations: their names, sectors, websites and mail domains, month by month.

Every choice hangs on a key instead of on its order: a number stays the same when another part of
the example grows, and on every platform and Python version; ``random.choice`` and ``hash`` promise
neither.

>>> chance("web", "town.example") == chance("web", "town.example")
True
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from itertools import count, islice
from typing import TypeVar

from v6monitor.names import normalise

SEED = "v6monitor example 1"
T = TypeVar("T")


def chance(*key: str) -> float:
    """Return a number in [0, 1) that belongs to the key."""
    digest = blake2b("\0".join((SEED, *key)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def happens(probability: float, *key: str) -> bool:
    """Return whether something with this probability happens."""
    return chance(*key) < probability


def pick(options: Sequence[T], *key: str) -> T:
    """Return one of the options, each as likely."""
    return options[int(chance(*key) * len(options))]


def weighted(options: Sequence[tuple[T, float]], *key: str) -> T:
    """Return one of the (option, weight) pairs' options, by weight."""
    left = chance(*key) * sum(weight for _, weight in options)
    for option, weight in options:
        left -= weight
        if left < 0:
            return option
    return options[-1][0]


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


MONTHS = tuple(f"2026-{month:02}" for month in range(1, 11))
NOW = len(MONTHS)
"""The index of the moment after the last measurement, of which the zones speak."""
MERGER = 4
"""The index of the month from which two municipalities are one."""

SIZES = {
    "gemeente": 342,
    "waterschap": 21,
    "provincie": 12,
    "rijk": 64,
    "uitvoeringsorganisatie": 70,
    "gemeenschappelijke_regeling": 72,
    "overig": 22,
}
PROVINCES = words(
    "Drenthe Flevoland Fryslân Gelderland Groningen Limburg Noord-Brabant Noord-Holland "
    "Overijssel Utrecht Zeeland Zuid-Holland"
)
"""Real provinces, so that a grouping by province looks as it will; the organisations are not."""


@dataclass(frozen=True)
class Organisation:
    """A fictional organisation; ``first`` and ``last`` index the months it is on the list."""

    name: str
    org_id: str
    sector: str
    province: str
    domain: str
    number: int
    """Its place in the sector."""
    sites: tuple[str, ...]
    has_mail: bool
    first: int = 0
    last: int = NOW

    def listed(self, month: int) -> bool:
        """Return whether its domains are on the list in a month."""
        return self.first <= month <= self.last


@cache
def organisations() -> tuple[Organisation, ...]:
    """Return all organisations that were ever on the list, the sectors in their order.

    There are ``SIZES`` of them today; besides come those that left, and the two municipalities
    that merged into the first one.
    """
    return tuple(found for sector, size in SIZES.items() for found in _of_sector(sector, size))


def merged() -> tuple[Organisation, Organisation, Organisation]:
    """Return the two municipalities that merged and the one they became."""
    municipalities = [body for body in organisations() if body.sector == "gemeente"]
    new = next(body for body in municipalities if body.first == MERGER)
    one, other = (body for body in municipalities if body.last < MERGER)
    return one, other, new


def _of_sector(sector: str, size: int) -> Iterator[Organisation]:
    here = 0
    for number, (name, label) in zip(count(1), _named(sector), strict=False):
        body = _organisation(sector, number, name, label)
        first, last = _presence(sector, number, size)
        body = replace(body, first=first, last=last)
        yield body
        here += body.last == NOW
        if here == size:
            return


def _presence(sector: str, number: int, size: int) -> tuple[int, int]:
    if sector == "gemeente":  # the last is what the two before it became
        if number > size + 1:
            return MERGER, NOW
        return 0, MERGER - 1 if number >= size else NOW
    if sector in {"waterschap", "provincie"}:
        return 0, NOW
    month = 1 + int(chance("month of presence", sector, str(number)) * (NOW - 2))
    presence = (((0, NOW), 0.95), ((month, NOW), 0.03), ((0, month), 0.02))
    return weighted(presence, "presence", sector, str(number))


def _named(sector: str) -> Iterator[tuple[str, str]]:
    match sector:
        case "gemeente":
            for town in islice(towns(), SIZES[sector] + 2):
                prefix = "gemeente-" if happens(0.06, "prefix", town) else ""
                yield f"Gemeente {town}", prefix + slug(town)
        case "provincie":
            for name in PROVINCE_NAMES:
                yield f"Provincie {name}", f"provincie{slug(name)}"
        case _:
            yield from bodies(sector)


def _organisation(sector: str, number: int, name: str, label: str) -> Organisation:
    domain = normalise(f"{label}.example").domain
    short = {"gemeenschappelijke_regeling": "gr", "uitvoeringsorganisatie": "uo"}
    return Organisation(
        name,
        f"example:{short.get(sector, sector[:2])}{number:04}",
        sector,
        _province(sector, number),
        domain,
        number,
        tuple(_sites(sector, domain)),
        sector == "gemeente" or happens(0.98, "has mail", domain),
    )


def _province(sector: str, number: int) -> str:
    if sector == "provincie":
        return PROVINCES[number - 1]
    if sector in {"gemeente", "waterschap", "gemeenschappelijke_regeling"}:
        merging = sector == "gemeente" and number >= SIZES[sector]
        return pick(PROVINCES, "province", sector, "merging" if merging else str(number))
    return ""


def _sites(sector: str, domain: str) -> Iterator[str]:
    yield domain if happens(0.12, "bare", domain) else f"www.{domain}"
    central = sector in {"rijk", "uitvoeringsorganisatie"}
    if happens(0.12 if central else 0.01, "second site", domain):
        yield f"{pick(('loket', 'data', 'werkenbij', 'kaart', 'mijn'), 'site', domain)}.{domain}"
    if central and happens(0.04, "third site", domain):
        yield f"formulieren.{domain}"
