"""Zone files in memory, and the answer to a question as an authoritative server gives it.

CNAMEs are chased through all the zones, because the embedded server takes the place of a resolver.
Wildcards are those of RFC 4592; a name that only has names below it exists, without records
(RFC 8020); a name that is delegated to servers elsewhere fails, as it would at a resolver.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import dns.exception
import dns.name
import dns.rcode
import dns.rdataset
import dns.rdatatype
import dns.rdtypes.ANY.SOA
import dns.zone

from v6monitor.errors import InputError

Labels = tuple[bytes, ...]
"""A name in lower case, the host's label first, without the root."""

CNAME = int(dns.rdatatype.CNAME)

_SOA_OF_NO = -1  # where an apex keeps the SOA that goes with "no": its time to live differs
_LONGEST_CHASE = 20  # CNAMEs: more than any client follows


class Record(NamedTuple):
    """A record, ready to be sent but for its owner's bytes."""

    owner: Labels
    data: bytes
    """Type, class, time to live, length and record data."""
    target: Labels = ()
    """Of a CNAME."""


class Answer(NamedTuple):
    """Response code and records of an answer."""

    rcode: int
    records: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()


_Node = dict[int, list[Record]]
_Zone = dict[Labels, _Node]


class Zones:
    """All zones of a folder: ``<origin>.zone`` each.

    Raises InputError when there are none, or one cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._zones: dict[Labels, _Zone] = {}
        for path in sorted(folder.glob("*.zone")):
            origin, zone = _read(path)
            self._zones[origin] = zone
        if not self._zones:
            raise InputError(f"{folder}: no zone files (*.zone) to answer from")

    def answer(self, name: Labels, qtype: int) -> tuple[Answer, list[Labels]]:
        """Return the answer, and its names: the one asked and those of the CNAME chain."""
        found: list[Record] = []
        names = [name]
        while True:
            part = self._look_up(names[-1], qtype)
            found += part.records
            target = part.records[0].target if part.records and qtype != CNAME else ()
            if not target or len(names) > _LONGEST_CHASE or target in names:
                outside = part.rcode == dns.rcode.REFUSED and len(names) > 1
                rcode = dns.rcode.NOERROR if outside else part.rcode
                return Answer(rcode, tuple(found), part.authority), names
            names.append(target)

    def _look_up(self, name: Labels, qtype: int) -> Answer:
        origin = next((apex for apex in upward(name) if apex in self._zones), None)
        if origin is None:
            return Answer(dns.rcode.REFUSED)
        zone = self._zones[origin]
        if _is_delegated(zone, name, origin):
            return Answer(dns.rcode.SERVFAIL)
        node = zone.get(name)
        if node is None:
            encloser = next(parent for parent in upward(name) if parent in zone)
            node = zone.get((b"*", *encloser))
        no = (zone[origin][_SOA_OF_NO][0],)
        if node is None:
            return Answer(dns.rcode.NXDOMAIN, authority=no)
        records = node.get(qtype) or node.get(CNAME)
        if not records:
            return Answer(dns.rcode.NOERROR, authority=no)
        return Answer(dns.rcode.NOERROR, tuple(record._replace(owner=name) for record in records))


def labels(name: str) -> Labels:
    """Return a name in the form that ``Zones`` uses."""
    return tuple(label.encode().lower() for label in name.rstrip(".").split(".") if label)


def upward(name: Labels) -> Iterator[Labels]:
    """Give a name and every name above it, the root last."""
    for start in range(len(name) + 1):
        yield name[start:]


def _read(path: Path) -> tuple[Labels, _Zone]:
    try:
        parsed = dns.zone.from_file(str(path), origin=path.stem, relativize=False)
    except (dns.exception.DNSException, ValueError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise InputError(f"{path}: expected a zone file of {path.stem}: {reason}") from error
    origin = labels(path.stem)
    zone: _Zone = {}
    for name, rdataset in parsed.iterate_rdatasets():
        owner = _labels(name)
        for parent in upward(owner[: len(owner) - len(origin)]):
            zone.setdefault((*parent, *origin), {})
        zone[owner][int(rdataset.rdtype)] = _records(owner, rdataset)
    soa = parsed.find_rdataset(path.stem + ".", dns.rdatatype.SOA)
    ttl = min(soa.ttl, soa[0].minimum)  # RFC 2308 §3
    zone[origin][_SOA_OF_NO] = _records(origin, soa, ttl)
    return origin, zone


def _records(
    owner: Labels, rdataset: dns.rdataset.Rdataset, ttl: int | None = None
) -> list[Record]:
    header = int(rdataset.rdtype).to_bytes(2, "big") + b"\0\x01"
    header += (rdataset.ttl if ttl is None else ttl).to_bytes(4, "big")
    records = []
    for rdata in rdataset:
        data = rdata.to_wire()
        target = _labels(rdata.target) if rdataset.rdtype == CNAME else ()
        records.append(Record(owner, header + len(data).to_bytes(2, "big") + data, target))
    return records


def _is_delegated(zone: _Zone, name: Labels, origin: Labels) -> bool:
    below = upward(name[: len(name) - len(origin)])
    cuts = ((*part, *origin) for part in below if part)
    return any(dns.rdatatype.NS in zone.get(cut, ()) for cut in cuts)


def _labels(name: dns.name.Name) -> Labels:
    return tuple(label.lower() for label in name.labels if label)
