"""Index over observations: records, IPv6 and name servers of a name. No pandas, no I/O."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, cast

from v6monitor.dns.ipv6_only import kind_of_control
from v6monitor.dns.observation import (
    DEFINITE,
    IPV6_ONLY,
    NEGATIVE,
    NODATA,
    NXDOMAIN,
    OK,
    Observation,
    denied_by,
    is_readable,
    next_zone,
    normalised,
    over_ipv6_only,
)
from v6monitor.errors import InputError
from v6monitor.names import registrable_domain
from v6monitor.verdicts.logic import (
    NO,
    NOT_APPLICABLE,
    NOT_ASKED,
    UNKNOWN,
    YES,
    Verdict,
    at_least,
)

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

UNUSABLE = tuple(
    (ipaddress.IPv6Network(network), kind)
    for network, kind in (  # the first that contains an address names its kind
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "mapped"),  # RFC 4291; Internet.nl drops these since v1.7.0
        ("::/96", "compatible"),  # RFC 4291, deprecated
        ("64:ff9b::/96", "nat64"),  # RFC 6052
        ("64:ff9b:1::/48", "nat64"),  # RFC 8215
        ("100::/64", "discard"),  # RFC 6666
        ("100:0:0:1::/64", "discard"),  # RFC 9780, dummy prefix
        ("2001::/32", "teredo"),  # RFC 4380
        ("2001:2::/48", "benchmarking"),  # RFC 5180
        ("2001:10::/28", "orchid"),  # RFC 4843
        ("2001:20::/28", "orchid"),  # RFC 7343
        ("2001:db8::/32", "documentation"),  # RFC 3849
        ("3fff::/20", "documentation"),  # RFC 9637
        ("2002::/16", "6to4"),  # RFC 3056
        ("3ffe::/16", "6bone"),  # RFC 3701
        ("5f00::/16", "srv6"),  # RFC 9602
        ("fc00::/7", "unique_local"),  # RFC 4193
        ("fe80::/10", "link_local"),  # RFC 4291
        ("fec0::/10", "site_local"),  # RFC 3879
        ("ff00::/8", "multicast"),  # RFC 4291
    )
)
"""Networks at which nobody on the internet receives mail or shows a website."""


@lru_cache(maxsize=65_536)
def unusable(address: str) -> str | None:
    """Return why an AAAA reaches nobody: a kind, ``not_global``, ``malformed``; None: usable.

    >>> unusable("2a01:111:f400::1") is None
    True
    >>> unusable("::ffff:192.0.2.1")
    'mapped'
    """
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return "malformed"
    for network, kind in UNUSABLE:
        if parsed in network:
            return kind
    return None if parsed in GLOBAL_UNICAST else "not_global"


if TYPE_CHECKING:
    import pandas as pd

    class _Month(Protocol):
        @property
        def observations(self) -> pd.DataFrame: ...

    Observations: TypeAlias = pd.DataFrame | Iterable[Observation] | "Evidence" | _Month

_ALIASED = ("CNAME", "A", "AAAA")
"""Types whose lookups show the aliases of a host."""

ENOUGH_NAME_SERVERS = 2
"""Internet.nl asks for two name servers with IPv6: with one, a single failure cuts IPv6 off."""

_AT_ONCE = 100_000  # rows of a table
_SHOWN = 60  # characters of what could not be read


class NameServers(NamedTuple):
    """The name servers of the zone that holds a name."""

    hosts: tuple[str, ...]
    problem: Verdict | None
    """Why there are none: ``no`` (the walk ended), ``unknown`` or not asked."""
    zone: str = ""
    """The zone; "" when it was not found."""
    note: str = ""
    """Of which names on the way NS could not be looked up."""


class Evidence:
    """One answer per question (name, type), whatever the order of the observations.

    Several observations of one question: a definite answer counts before a failed lookup, and the
    latest above an earlier one. ``ipv6_only`` has the answers of resolvers that may not use IPv4,
    None where none was asked; ``controls`` the rows of their control names.
    """

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._found: dict[tuple[str, str], Observation] = {}
        self.controls: list[Observation] = []
        second: list[Observation] = []
        for row in observations:
            if over_ipv6_only(row):
                (self.controls if kind_of_control(row) else second).append(
                    row._replace(resolver=row.resolver.removeprefix(IPV6_ONLY))
                )
                continue
            self._keep(row)
        self.ipv6_only = Evidence(second) if second or self.controls else None

    def _keep(self, row: Observation) -> None:
        question = (row.qname, row.qtype)
        known = self._found.get(question)
        if known is None or _weight(row) > _weight(known):
            self._found[question] = row

    @classmethod
    def of(cls, source: Observations) -> Evidence:
        """Return the index over observations, a table of them, or a Month's, which keeps it."""
        held = getattr(source, "evidence", None)
        found: Any = held if isinstance(held, cls) else getattr(source, "observations", source)
        return found if isinstance(found, cls) else cls(rows(found))

    def __iter__(self) -> Iterator[Observation]:
        """Yield the observation that counts of each question."""
        return iter(self._found.values())

    def question(self, name: str, qtype: str) -> Observation | None:
        """Return the observation that counts; None when it was not asked."""
        return self._found.get((name, qtype))

    def records(self, name: str, qtype: str) -> tuple[str, ...] | None:
        """Return the records; () when there are definitely none, None when that is unknown."""
        row = self.question(name, qtype)
        if row is None or not is_definite(row):
            return None
        return row.answers if row.outcome == OK else ()

    def aliases(self, name: str) -> tuple[str, ...]:
        """Return the names that a name is an alias of, hop by hop, its end last; () for none."""
        names = [name]
        for hop in names:  # grows
            for row in filter(None, (self.question(hop, qtype) for qtype in _ALIASED)):
                asked = self.records(hop, "CNAME") if row.qtype == "CNAME" else ()
                hops = dict.fromkeys((*row.chain, *(asked or ())))
                names += [target for target in hops if target not in names]
        return tuple(names[1:])

    @cached_property
    def ipv6_only_doubt(self) -> str:
        """Return why the answers of the IPv6-only resolvers cannot be used; "" when they can.

        Names below zones of which no name server has IPv6 must fail there. One that is answered
        may be of a delegation that differs from its zone; when all are, IPv4 was used.
        """
        tried = {row.outcome in DEFINITE for row in self.controls if kind_of_control(row) == "ipv4"}
        if not tried:
            found = (row for row in self.ipv6_only or () if self._is_on_ipv4_only(row.qname))
            tried = {row.outcome in DEFINITE for row in found}
            tried -= {True} if False in tried else set()
        if True in tried:
            return "the IPv6-only resolver uses IPv4"
        return "" if tried else "not shown that the IPv6-only resolver does without IPv4"

    def _is_on_ipv4_only(self, name: str) -> bool:
        states = {self.has_ipv6(host).state for host in self.name_servers(name).hosts}
        return states == {NO}

    def doubt(self, name: str, qtype: str) -> str:
        """Return why the records are unknown: ``mx.example: AAAA not asked``."""
        row = self.question(name, qtype)
        if row and (text := unreadable(row)):
            return f"{name}: {qtype} unreadable: {text[:_SHOWN]}"
        return f"{name}: {row.outcome if row else f'{qtype} not asked'}"

    def has_ipv6(self, host: str) -> Verdict:
        """Return whether a host has at least one usable AAAA (METHOD.md, "A host has IPv6")."""
        addresses = self.records(host, "AAAA")
        if addresses is None:
            return Verdict(UNKNOWN, self.doubt(host, "AAAA"))
        if not addresses:
            return Verdict(NO, self.doubt(host, "AAAA"))
        kinds = [unusable(address) for address in addresses]
        if None in kinds:
            return Verdict(YES, f"{host}: {addresses[kinds.index(None)]}")
        kind = ", ".join(sorted({str(kind) for kind in kinds}))
        return Verdict(NO, f"{host}: only_unusable:{kind}")

    def has_website(self, host: str) -> Verdict:
        """Return whether a website's host has IPv6; not applicable without any address."""
        found, ipv6 = self.has_ipv6(host), self.question(host, "AAAA")
        ipv4 = self.records(host, "A")
        if ipv6 is None or ipv6.outcome not in NEGATIVE:
            return found
        if ipv4 == () or (ipv4 is None and ipv6.outcome == NXDOMAIN):
            return Verdict(NOT_APPLICABLE, f"{host}: no_address")
        if ipv4 is None and self.question(host, "A"):
            return Verdict(UNKNOWN, f"A of {self.doubt(host, 'A')}")
        return found

    def name_servers(self, name: str) -> NameServers:
        """Find the name servers; only a domain that does not exist has none."""
        at, last, failed, notes = name, None, "", list[str]()
        while at:
            row = self.question(at, "NS")
            hosts = self.records(at, "NS")
            if row is None:
                at = at.partition(".")[2] if "." in at.partition(".")[2] else ""
                continue
            if hosts and not row.chain:
                return NameServers(tuple(sorted(set(hosts))), None, at, ", ".join(notes))
            last, at = row, self._zone_above(row)
            if hosts is None:
                notes.append(f"NS of {self.doubt(last.qname, 'NS')}")
                failed = failed or notes[-1]
        if last is None:
            return NameServers((), Verdict(NOT_ASKED, f"NS of {name} not asked"))
        if failed:
            return NameServers((), Verdict(UNKNOWN, failed))
        if last.chain:
            return NameServers((), Verdict(UNKNOWN, f"NS of {last.qname}: an alias"))
        if last.outcome == NXDOMAIN and self._is_absent(last.qname):
            return NameServers((), Verdict(NO, f"no name servers found for {name}"))
        return NameServers((), Verdict(UNKNOWN, f"NS of {last.qname}: {last.outcome}"))

    def _zone_above(self, row: Observation) -> str:
        """Return ``next_zone``; where NS could not be looked up, what denied the addresses."""
        up = next_zone(row)
        if row.outcome in DEFINITE or not up:
            return up
        denials = (self.question(row.qname, qtype) for qtype in ("AAAA", "A"))
        zones = (denied_by(denial) for denial in denials if denial)
        zone = next(filter(None, zones), up)
        return zone if zone != row.qname else ""

    def _is_absent(self, name: str) -> bool:
        """Return whether a name is a registrable domain of which nothing else was found."""
        others = (self.question(name, qtype) for qtype in ("A", "AAAA", "MX", "TXT"))
        found = any(row and row.outcome in {OK, NODATA} for row in others)
        return name == registrable_domain(name) and not found

    def name_servers_have_ipv6(self, name: str) -> Verdict:
        """Return whether at least two name-server hosts have IPv6 (Internet.nl's rule)."""
        servers = self.name_servers(name)
        if servers.problem:
            return servers.problem
        states = [self.has_ipv6(host).state for host in servers.hosts]
        reason = f"{states.count(YES)} of {len(states)} name servers have IPv6"
        if unknown := states.count(UNKNOWN):
            reason += f", {unknown} unknown"
        if servers.note:
            reason += f" (zone {servers.zone}, {servers.note})"
        return Verdict(at_least(ENOUGH_NAME_SERVERS, states), reason)


class PartialEvidence(Evidence):
    """Evidence about some domains of a log: what they share with others is read when asked for."""

    def __init__(
        self, observations: Iterable[Observation], read: Callable[[str], Iterable[Observation]]
    ) -> None:
        super().__init__(observations)
        self._read, self._were_read = read, set[str]()

    def question(self, name: str, qtype: str) -> Observation | None:
        """Return the observation that counts, also one of a name that others asked about."""
        found = super().question(name, qtype)
        if found or name in self._were_read:
            return found
        self._were_read.add(name)
        for row in self._read(name):
            self._keep(row)
        return super().question(name, qtype)


def rows(observations: pd.DataFrame | Iterable[Observation]) -> Iterator[Observation]:
    """Yield the rows of a table of observations, also of one that pandas read from a CSV file."""
    if not hasattr(observations, "itertuples"):
        yield from observations
        return
    table = cast("pd.DataFrame", observations)
    if missing := [name for name in Observation._fields if name not in table]:
        raise InputError(
            f"observations without column {', '.join(missing)}: expected the table that "
            "v6monitor.lookup or v6monitor.read_log returns"
        )
    for start in range(0, len(table), _AT_ONCE):
        part = table.iloc[start : start + _AT_ONCE]
        columns = (part[name].to_numpy("object") for name in Observation._fields)
        yield from map(_row, *columns)


def source_of(observations: Any) -> list[str]:
    """Return what a table of observations says it is from, else when its lookups began."""
    table = getattr(observations, "observations", observations)
    if source := getattr(table, "attrs", {}).get("source"):
        return list(source)
    if not hasattr(table, "attrs") or table.empty:
        return []
    first = table["asked_at"].min()
    moment = dt.datetime.fromisoformat(first) if isinstance(first, str) else first
    return [f"lookups {moment.isoformat(timespec='seconds')}"]


def is_definite(row: Observation) -> bool:
    """Return whether an observation says something about the name."""
    if row.outcome != OK:
        return row.outcome in DEFINITE
    return bool(row.answers) and not unreadable(row)


def unreadable(row: Observation) -> str:
    """Return the record data that leave open what an ``ok`` says; "" when there are none."""
    if row.outcome != OK:
        return ""
    found = [text for text in row.answers if not is_readable(row.qtype, text)]
    if not found:
        return ""
    if row.qtype == "AAAA" and any(unusable(text) is None for text in row.answers):
        return ""
    if row.qtype == "A" and len(found) < len(row.answers):
        return ""
    return found[0] or "an empty text"


def _weight(row: Observation) -> tuple[bool, dt.datetime, str, str, tuple[str, ...]]:
    return is_definite(row), row.asked_at, row.resolver, row.outcome, row.answers


def _row(*cells: Any) -> Observation:
    """Return a row of a table; from CSV its lists are JSON and its moment is a text."""
    qname, qtype, outcome, answers, chain, *how, asked_at, duration, attempts, detail = cells
    moment = dt.datetime.fromisoformat(asked_at) if isinstance(asked_at, str) else asked_at
    said = detail if isinstance(detail, str) else ""
    more = (*how, moment, duration, attempts, said)
    return normalised(Observation(qname, qtype, outcome, _list(answers), _list(chain), *more))


def _list(cell: Iterable[str]) -> tuple[str, ...]:
    return tuple(json.loads(cell) if isinstance(cell, str) else cell)
