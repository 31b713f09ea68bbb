"""What does an ordinary answer say? Read by hand, thirty times as fast as by dnspython.

Only what nearly every answer consists of is read here: the question as it was asked, then A, AAAA,
CNAME, MX, NS and TXT records at the end of their CNAMEs, SOA, and the signatures and denials of
DNSSEC beside them, with names of letters, digits, hyphens and underscores. Of anything else
``read`` returns None, and dnspython reads it. The result is the same to the last detail as that of
``codec.decode`` and ``reading.read``; tests compare the two on a great many real and mutated
messages, and ``decoding.Decoder`` goes on comparing in every run.
"""

import struct

from v6monitor.dns.observation import NODATA, NXDOMAIN, OK
from v6monitor.dns.plaindata import (
    AAAA,
    CNAME,
    MX,
    NS,
    SOA,
    TXT,
    A,
    Unusual,
    check_data,
    pass_name,
    read_data,
    read_name,
    whole_name,
)
from v6monitor.dns.reading import (
    LONGEST_CHAIN,
    LONGEST_TTL,
    MOST_RECORDS,
    Reading,
    within,
)

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_READ = frozenset({A, NS, CNAME, MX, TXT, AAAA})
_EDNS = b"\x00\x00\x29"  # the root, and type OPT
_QUESTION = 12  # where it stands
_AS_ASKED = b"\xc0\x0c"  # a pointer to there
_SHAPE = 0xFA0F  # of the flags: answer, opcode, truncated, response code
_FINISHED, _NO_SUCH_NAME = 0x8000, 0x8003
_AUTHENTIC = 0x0020
_OPT_FLAGS = 0xFFFF  # above these stand the version and the rest of the response code


def read(wire: bytes, question: bytes, name: str) -> Reading | None:
    """Return what an ordinary answer says, or None when it is for dnspython to read.

    ``question`` is the question section as it was sent, and ``name`` the name in it.
    """
    try:
        return _read(wire, question, name)
    except (Unusual, IndexError, struct.error):
        return None


def _read(wire: bytes, question: bytes, name: str) -> Reading:
    _, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(wire)
    asked = question[-4] << 8 | question[-3]
    ordinary = questions == 1 and asked in _READ and answers <= MOST_RECORDS
    if not ordinary or not wire.startswith(question, _QUESTION):
        raise Unusual
    start = _QUESTION + len(question)
    found, chain, ttl, start = _answers(wire, start, answers, asked, name)
    zone, referral, start = _authority(wire, start, authorities)
    if additionals:
        start = _additional(wire, start, additionals)
    if start != len(wire):
        raise Unusual
    authentic = flags & _AUTHENTIC != 0
    shape = flags & _SHAPE
    if found and shape == _FINISHED:
        return Reading(OK, found, chain, ttl, "", "", authentic)
    if not found and shape == _NO_SUCH_NAME:
        return Reading(NXDOMAIN, (), chain, None, "", "", authentic)
    if found or shape != _FINISHED or referral:
        raise Unusual
    if chain and not (zone and within(chain[-1], read_name(wire, zone, len(wire))[0])):
        raise Unusual  # about its last target nothing is said
    return Reading(NODATA, (), chain, None, "", "", authentic)


def _answers(
    wire: bytes, at: int, count: int, asked: int, name: str
) -> tuple[tuple[str, ...], tuple[str, ...], int, int]:
    """Return the records at the end of the chain, the chain, the lowest TTL, and where it ends."""
    found: list[str] = []
    chain: tuple[str, ...] = ()
    lowest, end = LONGEST_TTL, name
    for _ in range(count):
        owner, rdtype, ttl, start, at = _record(wire, at, name)
        if rdtype in (asked, CNAME):
            if owner != end:
                raise Unusual
            lowest = min(lowest, ttl)
        if rdtype == asked:
            found.append(read_data(wire, rdtype, start, at))
        elif rdtype == CNAME:
            end = whole_name(wire, start, at)
            if found or end == name or end in chain or len(chain) == LONGEST_CHAIN:
                raise Unusual
            chain = (*chain, end)
        else:
            check_data(wire, rdtype, start, at)
    return tuple(found) if len(found) <= 1 else tuple(sorted(set(found))), chain, lowest, at


def _authority(wire: bytes, at: int, count: int) -> tuple[int, bool, int]:
    """Return where SOA stands (0: nowhere), whether it is a referral, and where it ends."""
    zone, delegated = 0, False
    for _ in range(count):
        start = at
        rdtype, at = _pass_record(wire, at)
        if rdtype == SOA:
            zone = start
        delegated |= rdtype == NS
    return zone, delegated and not zone, at


def _additional(wire: bytes, at: int, count: int) -> int:
    """Check the additional section, in which OPT stands once at most; return where it ends."""
    with_edns = False
    for _ in range(count):
        if wire[at : at + 3] == _EDNS:
            _, _, ttl, options = _RECORD.unpack_from(wire, at + 1)
            if with_edns or options or ttl > _OPT_FLAGS:
                raise Unusual
            with_edns = True
            at += 11
        else:
            _, at = _pass_record(wire, at)
    return at


def _record(wire: bytes, at: int, name: str) -> tuple[str, int, int, int, int]:
    """Return owner, type and TTL of a record, and where its data begin and end."""
    if wire[at : at + 2] == _AS_ASKED:
        owner = name
        at += 2
    else:
        owner, at = read_name(wire, at, len(wire))
    rdtype, group, ttl, length = _RECORD.unpack_from(wire, at)
    start = at + 10
    end = start + length
    if group != 1 or ttl > LONGEST_TTL or end > len(wire):
        raise Unusual
    return owner, rdtype, ttl, start, end


def _pass_record(wire: bytes, at: int) -> tuple[int, int]:
    """Check a record of which nothing is told; return its type and where it ends."""
    at = at + 2 if wire[at : at + 2] == _AS_ASKED else pass_name(wire, at, len(wire))
    rdtype, group, ttl, length = _RECORD.unpack_from(wire, at)
    start = at + 10
    end = start + length
    if group != 1 or ttl > LONGEST_TTL or end > len(wire):
        raise Unusual
    check_data(wire, rdtype, start, end)
    return rdtype, end
