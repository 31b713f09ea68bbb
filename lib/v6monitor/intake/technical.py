"""Addresses of servers and whether they answered: ``results_technical`` of Internet.nl's API 2.

They are kept beside the measurement, and fill in only what it does not say of reachability.
"""

import ipaddress
from collections.abc import Iterator
from typing import Any

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.assembly import Context
from v6monitor.intake.cleaning import CHANGED, DROPPED, KEY, Faults, Reason, normalised
from v6monitor.intake.columns import RESULTS
from v6monitor.intake.dates import date_in
from v6monitor.intake.tables import Content

ADDRESSES = (*KEY, "server", "host", "address", "reachable", "source_file")
"""``server`` is ns, ws (website) or mx; ``reachable`` yes, no, or "" where it was not tested."""

_SERVERS = {"nameservers": "ns", "webservers": "ws", "receiving_mailservers": "mx"}
_TYPES = {"webservers": "web", "receiving_mailservers": "mail"}


def addresses(content: Content, context: Context, faults: Faults) -> pd.DataFrame | None:
    """Return the addresses of every server in a file, columns ``ADDRESSES``; None for another."""
    envelope = _object(content.value)
    domains = _object(envelope.get("domains", envelope))
    if not any(_SERVERS.keys() & _object(domain).keys() for domain in domains.values()):
        return None
    finished = str(_object(envelope.get("request")).get("finished_date", ""))
    day = date_in(finished) or date_in(context.file) or context.measured_at
    if not day:
        raise InputError(f"{content.name}: nothing says when it was measured; put it in its name")
    rows = [
        (number, str(name), kind, *server)
        for number, (name, domain) in enumerate(domains.items(), start=1)
        for kind in [next((_TYPES[key] for key in _object(domain) if key in _TYPES), "")]
        for server in _servers(_object(domain))
    ]
    table = pd.DataFrame(rows, columns=["row", *ADDRESSES[1:-1]]).set_index("row")
    names = normalised(table["domain"].astype("str"))
    wrong = names["reason"].ne("").to_numpy()
    faults.add(table["domain"][wrong], names["reason"][wrong], DROPPED)
    table = table.assign(domain=names["domain"].to_numpy(), measured_at=pd.Timestamp(day))
    odd = table["address"].map(_family).eq(0) & ~wrong
    faults.add(table["address"][odd], Reason.NOT_AN_ADDRESS, DROPPED)
    return table.assign(source_file=content.name).loc[~wrong & ~odd, list(ADDRESSES)]


def with_reach(table: pd.DataFrame, found: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return a canonical table with the reachability it lacks, and the faults that say so."""
    six = found["address"].str.contains(":", regex=False)
    each = found.assign(
        any=six, no=six & found["reachable"].eq("no"), open=six & found["reachable"].eq("")
    )
    filled, booked = table.copy(), []
    for server, rows in each.groupby("server"):
        field = f"{server}_reach"
        seen = rows.groupby(KEY)[["any", "no", "open"]].any()
        word = pd.Series("passed", seen.index, dtype="str").mask(seen["open"], "unknown")
        word = word.mask(seen["no"], "failed").mask(~seen["any"], "not_tested")
        keys = pd.MultiIndex.from_frame(table[KEY])
        words = word.reindex(keys).fillna("unknown").set_axis(table.index)
        applies = table["type"].map({kind: field in fields for kind, fields in RESULTS.items()})
        open_yet = table[field].isin(["", "unknown"]) & applies & words.ne("unknown")
        filled[field] = table[field].mask(open_yet, words)
        for file, cells in table[open_yet].groupby("source_file"):
            faults = Faults(str(file))
            values = cells.set_index("source_row")[field]
            faults.add(values, Reason.REACH, CHANGED)
            booked.append(faults.table())
    return filled, booked


def _servers(domain: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield server, host ("" of a website), address and reachable of a domain."""
    for key, server in _SERVERS.items():
        found = _object(domain.get(key))
        hosts = {"": found} if {"ipv4", "ipv6"} & found.keys() else found
        for host, about in hosts.items():
            families = _object(_object(about).get("addresses", about))
            for family in ("ipv4", "ipv6"):
                listed = families.get(family)
                listed = _object(listed).get("addresses", listed)
                for one in listed if isinstance(listed, list) else filter(None, [listed]):
                    reachable = _object(one).get("reachable")  # absent: only its route is known
                    answer = "yes" if reachable is True else "no" if reachable is False else ""
                    address = str(_object(one).get("address", one))
                    yield server, str(host).rstrip(".").lower(), address, answer


def _family(address: str) -> int:
    """Return 4 or 6, or 0 for what is no address."""
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return 0


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
