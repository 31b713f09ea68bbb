"""What does an ordinary answer say? Read by hand, thirty times as fast as by dnspython.

Only what nearly every answer consists of is read here: the question as it was asked, then A, AAAA,
CNAME, MX, NS and TXT records at the end of their CNAMEs, SOA, and the signatures and denials of
DNSSEC beside them, with names of letters, digits, hyphens and underscores. Of anything else
``read`` returns None, and dnspython reads it. The result is the same to the last detail as that of
``codec.decode`` and ``reading.read``; tests compare the two on a great many real and mutated
messages, and ``decoding.Decoder`` goes on comparing in every run.
"""

import socket
import struct

from v6monitor.lookups.observation import NODATA, NXDOMAIN, OK
from v6monitor.lookups.reading import (
    LONGEST_CHAIN,
    LONGEST_RECORD,
    LONGEST_TTL,
    MOST_RECORDS,
    Reading,
    within,
)

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_PLAIN = b"abcdefghijklmnopqrstuvwxyz0123456789-_."
_QUOTABLE = bytes(range(0x20, 0x7F)).replace(b'"', b"").replace(b"\\", b"")
_A, _NS, _CNAME, _SOA, _MX, _TXT, _AAAA, _RRSIG, _NSEC, _NSEC3 = 1, 2, 5, 6, 15, 16, 28, 46, 47, 50
_READ = frozenset({_A, _NS, _CNAME, _MX, _TXT, _AAAA})
_EDNS = b"\x00\x00\x29"  # the root, and type OPT
_QUESTION = 12  # where it stands
_AS_ASKED = b"\xc0\x0c"  # a pointer to there
_SHAPE = 0xFA0F  # of the flags: answer, opcode, truncated, response code
_FINISHED, _NO_SUCH_NAME = 0x8000, 0x8003
_AUTHENTIC = 0x0020
_IPV4, _IPV6, _SOA_NUMBERS, _RRSIG_NUMBERS, _PREFERENCE = 4, 16, 20, 18, 2  # bytes
_LONGEST_WINDOW = 32
_LONGEST_NAME = 253
_POINTER = 192
_LONGEST_LABEL = 63
_LONGEST_TEXT = LONGEST_RECORD // 3  # bytes: an empty string is a byte, and three characters
_OPT_FLAGS = 0xFFFF  # above these stand the version and the rest of the response code


class _Unusual(Exception):  # noqa: N818 - it describes the message, not an error of ours
    """The message is not of the ordinary kind, or is none at all."""


def read(wire: bytes, question: bytes, name: str) -> Reading | None:
    """Return what an ordinary answer says, or None when it is for dnspython to read.

    ``question`` is the question section as it was sent, and ``name`` the name in it.
    """
    try:
        return _read(wire, question, name)
    except (_Unusual, IndexError, struct.error):
        return None


def _read(wire: bytes, question: bytes, name: str) -> Reading:
    _, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(wire)
    asked = question[-4] << 8 | question[-3]
    ordinary = questions == 1 and asked in _READ and answers <= MOST_RECORDS
    if not ordinary or not wire.startswith(question, _QUESTION):
        raise _Unusual
    start = _QUESTION + len(question)
    found, chain, ttl, start = _answers(wire, start, answers, asked, name)
    zone, referral, start = _authority(wire, start, authorities)
    if additionals:
        start = _additional(wire, start, additionals)
    if start != len(wire):
        raise _Unusual
    authentic = flags & _AUTHENTIC != 0
    shape = flags & _SHAPE
    if found and shape == _FINISHED:
        return Reading(OK, found, chain, ttl, authenticated=authentic)
    if not found and shape == _NO_SUCH_NAME:
        return Reading(NXDOMAIN, chain=chain, authenticated=authentic)
    if found or shape != _FINISHED or referral:
        raise _Unusual
    if chain and not (zone and within(chain[-1], _name(wire, zone, len(wire))[0])):
        raise _Unusual  # about its last target nothing is said
    return Reading(NODATA, chain=chain, authenticated=authentic)


def _answers(
    wire: bytes, at: int, count: int, asked: int, name: str
) -> tuple[tuple[str, ...], tuple[str, ...], int, int]:
    """Return the records at the end of the chain, the chain, the lowest TTL, and where it ends."""
    found: list[str] = []
    chain: tuple[str, ...] = ()
    lowest, end = LONGEST_TTL, name
    for _ in range(count):
        owner, rdtype, ttl, start, at = _record(wire, at, name)
        if rdtype in (asked, _CNAME):
            if owner != end:
                raise _Unusual
            lowest = min(lowest, ttl)
        if rdtype == asked:
            found.append(_data(wire, rdtype, start, at))
        elif rdtype == _CNAME:
            end = _whole_name(wire, start, at)
            if found or end == name or end in chain or len(chain) == LONGEST_CHAIN:
                raise _Unusual
            chain = (*chain, end)
        else:
            _check(wire, rdtype, start, at)
    return tuple(found) if len(found) <= 1 else tuple(sorted(set(found))), chain, lowest, at


def _authority(wire: bytes, at: int, count: int) -> tuple[int, bool, int]:
    """Return where SOA stands (0: nowhere), whether it is a referral, and where it ends."""
    zone, delegated = 0, False
    for _ in range(count):
        start = at
        rdtype, at = _pass_record(wire, at)
        if rdtype == _SOA:
            zone = start
        delegated |= rdtype == _NS
    return zone, delegated and not zone, at


def _additional(wire: bytes, at: int, count: int) -> int:
    """Check the additional section, in which OPT stands once at most; return where it ends."""
    with_edns = False
    for _ in range(count):
        if wire[at : at + 3] == _EDNS:
            _, _, ttl, options = _RECORD.unpack_from(wire, at + 1)
            if with_edns or options or ttl > _OPT_FLAGS:
                raise _Unusual
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
        owner, at = _name(wire, at, len(wire))
    rdtype, group, ttl, length = _RECORD.unpack_from(wire, at)
    start = at + 10
    end = start + length
    if group != 1 or ttl > LONGEST_TTL or end > len(wire):
        raise _Unusual
    return owner, rdtype, ttl, start, end


def _pass_record(wire: bytes, at: int) -> tuple[int, int]:
    """Check a record of which nothing is told; return its type and where it ends."""
    at = at + 2 if wire[at : at + 2] == _AS_ASKED else _pass_name(wire, at, len(wire))
    rdtype, group, ttl, length = _RECORD.unpack_from(wire, at)
    start = at + 10
    end = start + length
    if group != 1 or ttl > LONGEST_TTL or end > len(wire):
        raise _Unusual
    _check(wire, rdtype, start, end)
    return rdtype, end


def _data(wire: bytes, rdtype: int, start: int, end: int) -> str:
    """Return record data in presentation form."""
    size = end - start
    if rdtype == _AAAA and size == _IPV6 and wire[start] >> 4 in (2, 3):  # all digits of one kind
        return socket.inet_ntop(socket.AF_INET6, wire[start:end])
    if rdtype == _A and size == _IPV4:
        return socket.inet_ntoa(wire[start:end])
    if rdtype in (_CNAME, _NS):
        return _whole_name(wire, start, end)
    if rdtype == _MX and size > _PREFERENCE:
        host = _whole_name(wire, start + _PREFERENCE, end)
        return f"{wire[start] << 8 | wire[start + 1]} {host}"
    if rdtype == _TXT and 0 < size <= _LONGEST_TEXT:
        return _text(wire, start, end)
    raise _Unusual


def _check(wire: bytes, rdtype: int, start: int, end: int) -> None:
    """Make sure that data of which nothing is told are well-formed."""
    if rdtype == _SOA:
        at = _pass_name(wire, _pass_name(wire, start, end), end) + _SOA_NUMBERS
    elif rdtype == _RRSIG:
        _pass_name(wire, start + _RRSIG_NUMBERS, end)
        return
    elif rdtype == _NSEC:
        at = _pass_types(wire, _pass_name(wire, start, end), end)
    elif rdtype == _NSEC3:
        at = start + 4
        for _ in ("salt", "next owner"):
            at += 1 + wire[at]
        at = _pass_types(wire, at, end)
    elif rdtype in (_NS, _CNAME):
        at = _pass_name(wire, start, end)
    elif rdtype == _AAAA:
        at = start + _IPV6
    elif rdtype == _A:
        at = start + _IPV4
    else:
        raise _Unusual
    if at != end:
        raise _Unusual


def _pass_types(wire: bytes, at: int, end: int) -> int:
    """Check the bitmap of NSEC and NSEC3 (RFC 4034 §4.1.2): windows in order, 1 to 32 bytes.

    None ends in a byte of zero.
    """
    before = -1
    while at < end:
        window, length = wire[at], wire[at + 1]
        if window <= before or not 1 <= length <= _LONGEST_WINDOW:
            raise _Unusual
        before = window
        at += 2 + length
        if at > end or wire[at - 1] == 0:
            raise _Unusual
    return at


def _text(wire: bytes, start: int, end: int) -> str:
    """Return the strings of a TXT record, each in quotes."""
    strings = []
    while start < end:
        stop = start + 1 + wire[start]
        content = wire[start + 1 : stop]
        if stop > end or content.translate(None, _QUOTABLE):
            raise _Unusual
        strings.append(f'"{content.decode("ascii")}"')
        start = stop
    return " ".join(strings)


def _whole_name(wire: bytes, start: int, end: int) -> str:
    name, at = _name(wire, start, end)
    if at != end:
        raise _Unusual
    return name


def _name(wire: bytes, at: int, end: int) -> tuple[str, int]:
    """Return the name that stands at a place, and where it ends; without what would be escaped."""
    labels: list[bytes] = []
    at = _pass_name(wire, at, end, labels)
    if not labels:
        return ".", at
    text = b".".join(labels).lower()
    if text.translate(None, _PLAIN) or text.count(b".") >= len(labels):
        raise _Unusual
    return text.decode("ascii"), at


def _pass_name(wire: bytes, at: int, end: int, labels: list[bytes] | None = None) -> int:
    """Return where the name ends that stands at a place; its labels are added to ``labels``.

    Every pointer leads to before the one that led to it (RFC 1035 §4.1.4), so none is endless, and
    what it leads to ends before the name began.
    """
    least = at
    size = after = 0
    while length := wire[at]:
        if length <= _LONGEST_LABEL:
            start = at + 1
            at = start + length
            size += 1 + length
            if labels is not None:
                labels.append(wire[start:at])
        else:
            target = (length & _LONGEST_LABEL) << 8 | wire[at + 1]
            if length < _POINTER or target >= least:
                raise _Unusual
            if not after:
                after, end = at + 2, min(at + 2, end)
            at = least = target
        if at >= end:
            raise _Unusual
    after = after or at + 1
    if size > _LONGEST_NAME + 1 or after > end:
        raise _Unusual
    return after
