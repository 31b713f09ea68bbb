"""Who gets a letter about which domains, and on what evidence?

One administrator switches all domains of a tenant, so there is a letter per tenant; per
organisation where no tenant is known, and per domain where that is not known either. There is one
only where something can be done: a domain of which it could not be told, and an address that may be
an error in the data, are the analyst's to look at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from v6monitor.mail.advice import day_of
from v6monitor.mail.lagging import EXCHANGE_GROUPS
from v6monitor.verdicts import evidence as index
from v6monitor.verdicts.evidence import Evidence

if TYPE_CHECKING:
    import pandas as pd

    from v6monitor.dns.observation import Observation

WRITTEN_ABOUT = (*EXCHANGE_GROUPS, "gateway", "no_address", "ownership_proof")
"""The groups of the laggard list whose administrator is told what to do."""

Row = Mapping[Hashable, Any]


class Measured(NamedTuple):
    """What a letter tells of one MX host of a domain; ``host`` is "" for the domain's MX alone."""

    domain: str
    mx: Observation
    host: str
    ipv4: Observation | None
    ipv6: Observation | None


class Letter(NamedTuple):
    """One letter: to whom, about which rows of the laggard list, and what was measured."""

    number: int
    tenant: str
    """The tenant whose administrator it is for; "" where the DKIM records name none."""
    rows: tuple[Row, ...]
    """Rows of the laggard list, in its order."""
    untold: tuple[str, ...]
    """Other domains of the same administrator, of which it could not be told."""
    measured: tuple[Measured, ...]

    @property
    def day(self) -> dt.date | None:
        """The day in the Netherlands of the last of the lookups."""
        return max((day for row in self.rows if (day := day_of(row["asked_at"]))), default=None)

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Whom the questions were put to."""
        asked = (row for one in self.measured for row in (one.mx, one.ipv4, one.ipv6) if row)
        return tuple(sorted({row.resolver for row in asked}))

    def domains(self, *groups: str) -> tuple[str, ...]:
        """Return the domains it is about; of these groups, if any are given."""
        chosen = (row for row in self.rows if not groups or row["group"] in groups)
        return tuple(str(row["domain"]) for row in chosen)

    def values(self, column: str) -> tuple[str, ...]:
        """Return what stands in a column of its rows, each once."""
        return tuple(dict.fromkeys(str(row[column]) for row in self.rows if row[column]))


def letters(
    laggards: pd.DataFrame, observations: pd.DataFrame | Iterable[Observation] | Evidence
) -> list[Letter]:
    """Return the letters that a laggard list asks for, numbered by the list's order.

    ``laggards`` is what ``mail.laggards`` returns, ``observations`` the log it was made from.
    """
    evidence = index.of(observations)
    about: dict[tuple[str, str], list[Row]] = {}
    untold: dict[tuple[str, str], list[str]] = {}
    for row in laggards.to_dict("records"):
        if row["group"] in WRITTEN_ABOUT:
            about.setdefault(_administrator(row), []).append(row)
        elif row["group"] == "unknown":
            untold.setdefault(_administrator(row), []).append(str(row["domain"]))
    return [
        Letter(
            number,
            tenant=str(rows[0]["tenant"]),
            rows=tuple(rows),
            untold=tuple(untold.get(key, ())),
            measured=tuple(one for row in rows for one in _measured(evidence, row)),
        )
        for number, (key, rows) in enumerate(about.items(), start=1)
    ]


def _administrator(row: Row) -> tuple[str, str]:
    kinds = ("tenant", "organisation", "domain")
    return next((kind, str(row[kind])) for kind in kinds if row[kind])


def _measured(evidence: Evidence, row: Row) -> Iterable[Measured]:
    domain = str(row["domain"])
    mx = evidence.question(domain, "MX")
    if mx is None:
        return
    hosts = str(row["failing_hosts"]).split() if row["group"] != "ownership_proof" else [""]
    for host in hosts:
        yield Measured(
            domain, mx, host, evidence.question(host, "A"), evidence.question(host, "AAAA")
        )
