"""Who is on the list? The fictional organisations with their websites and mail domains."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import count, islice

from v6monitor.example.chance import chance, happens, pick, weighted
from v6monitor.example.naming import PROVINCE_NAMES, bodies, slug, towns, words
from v6monitor.names import normalise

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
        """Tell whether its domains are on the list in a month."""
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
