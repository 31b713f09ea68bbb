"""Fast path for ordinary answers, read by hand thirty times as fast as by dnspython.

Nearly every answer consists of the question as it was asked, then A, AAAA, CNAME, MX, NS and TXT
records at the end of their CNAMEs, SOA, and the signatures and denials of DNSSEC beside them, with
names of letters, digits, hyphens and underscores. ``read`` decodes those only; of anything else it
returns None, and dnspython reads it. The result is the same to the last detail as that of
``codec.decode`` and ``codec.read``; tests compare the two on a great many real and mutated
messages, and ``Decoder`` goes on comparing a sample in every run.
"""

import socket
import struct
import warnings

from v6monitor.dns import codec
from v6monitor.dns.codec import LONGEST_RECORD, LONGEST_TTL, MOST_RECORDS, Reading
from v6monitor.dns.observation import (
    LONGEST_CHAIN,
    NODATA,
    NXDOMAIN,
    OK,
    ZONE,
    Question,
    within,
)
from v6monitor.dns.wire import Malformed, read_types

CHECKED = 1000
"""One in so many answers that took the fast path is read by dnspython too."""

A, NS, CNAME, SOA, MX, TXT, AAAA, SRV, OPT = 1, 2, 5, 6, 15, 16, 28, 33, 41
RRSIG, NSEC, NSEC3 = 46, 47, 50
"""Numbers of record types."""

_PLAIN = b"abcdefghijklmnopqrstuvwxyz0123456789-_."
_QUOTABLE = bytes(range(0x20, 0x7F)).replace(b'"', b"").replace(b"\\", b"")
_IPV4, _IPV6, _SOA_NUMBERS, _RRSIG_NUMBERS, _PREFERENCE = 4, 16, 20, 18, 2  # bytes
_LONGEST_WINDOW = 32
_LONGEST_NAME = 253
_POINTER = 192
_LONGEST_LABEL = 63
_LONGEST_TEXT = LONGEST_RECORD // 3  # bytes: an empty string is a byte, and three characters
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_READ = frozenset({A, NS, CNAME, MX, TXT, AAAA, SRV})  # SRV: that there is none
_EDNS = b"\x00\x00\x29"  # the root, and type OPT
_QUESTION = 12  # its offset
_AS_ASKED = b"\xc0\x0c"  # a pointer to that offset
_QUESTION_POINTER = 0xC00C
_SHAPE = 0xFA0F  # of the flags: answer, opcode, truncated, response code
_FINISHED, _NO_SUCH_NAME = 0x8000, 0x8003
_AUTHENTIC = 0x0020
_OPT_FLAGS = 0xFFFF  # above these bits: the version and the rest of the response code


class NotOrdinary(Exception):  # noqa: N818 - it describes the message
    """The message is not of the ordinary kind, or is none at all."""


class Decoder:
    """Decoder of the answers of one run, which compares a sample with dnspython.

    If the two readers ever differ, dnspython's reading counts, the fast path is not used again,
    and a warning says that this is an error of the program, to be reported.
    """

    def __init__(self) -> None:
        self._fast = True
        self._until_check = CHECKED

    def read(self, wire: bytes, asked: bytes, question: Question) -> Reading | None:
        """Return what an ordinary answer to ``asked`` says; None: ``codec.decode`` must read it."""
        if not self._fast:
            return None
        found = read(wire, asked, question.qname)
        if found is not None:
            self._until_check -= 1
            if not self._until_check:
                return self._checked(wire, question, found)
        return found

    def _checked(self, wire: bytes, question: Question, found: Reading) -> Reading | None:
        self._until_check = CHECKED
        try:
            same = codec.read(codec.decode(wire), *question) == found
        except Malformed:
            same = False
        if same:
            return found
        self._fast = False
        warnings.warn(
            f"a DNS message was read in two ways, please report it: {wire.hex()}",
            RuntimeWarning,
            stacklevel=2,
        )
        return None


def read(wire: bytes, question: bytes, name: str) -> Reading | None:
    """Return what an ordinary answer says; None when dnspython has to read it."""
    try:
        return _read(wire, question, name)
    except (NotOrdinary, IndexError, struct.error):
        return None


def _read(wire: bytes, question: bytes, name: str) -> Reading:
    _, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(wire)
    asked = question[-4] << 8 | question[-3]
    ordinary = questions == 1 and asked in _READ and answers <= MOST_RECORDS
    if not ordinary or not wire.startswith(question, _QUESTION):
        raise NotOrdinary
    start = _QUESTION + len(question)
    found, chain, ttl, start = _answers(wire, start, answers, asked, name)
    zone, referral, start = _authority(wire, start, authorities)
    if additionals:
        start = _additional(wire, start, additionals)
    if start != len(wire):
        raise NotOrdinary
    authentic = flags & _AUTHENTIC != 0
    shape = flags & _SHAPE
    if found and shape == _FINISHED:
        return Reading(OK, found, chain, ttl, "", "", authentic)
    denied_by = _denying(wire, zone, name, chain) if zone else ""
    if not found and shape == _NO_SUCH_NAME:
        return Reading(NXDOMAIN, (), chain, None, "", denied_by, authentic)
    if found or shape != _FINISHED or referral:
        raise NotOrdinary
    if chain and not denied_by:
        raise NotOrdinary  # nothing is said about its last target
    return Reading(NODATA, (), chain, None, "", denied_by, authentic)


def _denying(wire: bytes, at: int, name: str, chain: tuple[str, ...]) -> str:
    """Return the owner of the SOA as a detail; "" when the last name is not in that zone."""
    label = (wire[at] << 8 | wire[at + 1]) - _QUESTION_POINTER
    if not chain and 0 < label < len(name) and name[label - 1] == ".":
        return ZONE + name[label:]  # a pointer to a label of the question
    zone = read_name(wire, at, len(wire))[0]
    return ZONE + zone if within(chain[-1] if chain else name, zone) else ""


def _answers(
    wire: bytes, at: int, count: int, asked: int, name: str
) -> tuple[tuple[str, ...], tuple[str, ...], int, int]:
    """Return the records at the end of the chain, the chain, the lowest TTL and where they end."""
    found: list[str] = []
    chain: tuple[str, ...] = ()
    lowest, end = LONGEST_TTL, name
    for _ in range(count):
        owner, rdtype, ttl, start, at = _record(wire, at, name)
        if rdtype in (asked, CNAME):
            if owner != end:
                raise NotOrdinary
            lowest = min(lowest, ttl)
        if rdtype == asked:
            found.append(read_data(wire, rdtype, start, at))
        elif rdtype == CNAME:
            end = whole_name(wire, start, at)
            if found or end == name or end in chain or len(chain) == LONGEST_CHAIN:
                raise NotOrdinary
            chain = (*chain, end)
        else:
            check_data(wire, rdtype, start, at)
    return tuple(found) if len(found) <= 1 else tuple(sorted(set(found))), chain, lowest, at


def _authority(wire: bytes, at: int, count: int) -> tuple[int, bool, int]:
    """Return the offset of SOA (0: none), whether it is a referral, and where the section ends."""
    zone, delegated = 0, False
    for _ in range(count):
        start = at
        rdtype, at = _pass_record(wire, at)
        if rdtype == SOA:
            zone = start
        delegated |= rdtype == NS
    return zone, delegated and not zone, at


def _additional(wire: bytes, at: int, count: int) -> int:
    """Check the additional section, with at most one OPT; return where it ends."""
    with_edns = False
    for _ in range(count):
        if wire[at : at + 3] == _EDNS:
            _, _, ttl, options = _RECORD.unpack_from(wire, at + 1)
            if with_edns or options or ttl > _OPT_FLAGS:
                raise NotOrdinary
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
        raise NotOrdinary
    return owner, rdtype, ttl, start, end


def _pass_record(wire: bytes, at: int) -> tuple[int, int]:
    """Check a record that is not reported; return its type and where it ends."""
    at = at + 2 if wire[at : at + 2] == _AS_ASKED else pass_name(wire, at, len(wire))
    rdtype, group, ttl, length = _RECORD.unpack_from(wire, at)
    start = at + 10
    end = start + length
    if group != 1 or ttl > LONGEST_TTL or end > len(wire):
        raise NotOrdinary
    check_data(wire, rdtype, start, end)
    return rdtype, end


def read_data(wire: bytes, rdtype: int, start: int, end: int) -> str:
    """Return record data in presentation form."""
    size = end - start
    if rdtype == AAAA and size == _IPV6 and wire[start] >> 4 in (2, 3):  # all digits of one kind
        return socket.inet_ntop(socket.AF_INET6, wire[start:end])
    if rdtype == A and size == _IPV4:
        return socket.inet_ntoa(wire[start:end])
    if rdtype in (CNAME, NS):
        return whole_name(wire, start, end)
    if rdtype == MX and size > _PREFERENCE:
        host = whole_name(wire, start + _PREFERENCE, end)
        return f"{wire[start] << 8 | wire[start + 1]} {host}"
    if rdtype == TXT and 0 < size <= _LONGEST_TEXT:
        return _text(wire, start, end)
    raise NotOrdinary


def check_data(wire: bytes, rdtype: int, start: int, end: int) -> None:
    """Check that data which are not reported are well-formed, as far as dnspython reads them."""
    if rdtype == SOA:
        at = pass_name(wire, pass_name(wire, start, end), end) + _SOA_NUMBERS
    elif rdtype == RRSIG:
        _pass_uncompressed(wire, start + _RRSIG_NUMBERS, end)
        return
    elif rdtype == NSEC:
        at = _pass_types(wire, _pass_uncompressed(wire, start, end), end)
    elif rdtype == NSEC3:
        at = start + 4
        for _ in ("salt", "next owner"):
            at += 1 + wire[at]
        at = _pass_types(wire, at, end)
    elif rdtype in (NS, CNAME):
        at = pass_name(wire, start, end)
    elif rdtype in (A, AAAA):
        at = start + (_IPV4 if rdtype == A else _IPV6)
    elif rdtype == OPT or rdtype in read_types:
        raise NotOrdinary
    else:
        return
    if at != end:
        raise NotOrdinary


def _pass_types(wire: bytes, at: int, end: int) -> int:
    """Check the bitmap of NSEC and NSEC3 (RFC 4034 §4.1.2): windows in order, 1 to 32 bytes."""
    before = -1
    while at < end:
        window, length = wire[at], wire[at + 1]
        if window <= before or not 1 <= length <= _LONGEST_WINDOW:
            raise NotOrdinary
        before = window
        at += 2 + length
        if at > end or wire[at - 1] == 0:
            raise NotOrdinary
    return at


def _text(wire: bytes, start: int, end: int) -> str:
    """Return the strings of a TXT record, each in quotes."""
    strings = []
    while start < end:
        stop = start + 1 + wire[start]
        content = wire[start + 1 : stop]
        if stop > end or content.translate(None, _QUOTABLE):
            raise NotOrdinary
        strings.append(f'"{content.decode("ascii")}"')
        start = stop
    return " ".join(strings)


def whole_name(wire: bytes, start: int, end: int) -> str:
    """Return the name that takes up all bytes from start to end."""
    name, at = read_name(wire, start, end)
    if at != end:
        raise NotOrdinary
    return name


def read_name(wire: bytes, at: int, end: int) -> tuple[str, int]:
    """Return the name at an offset and where it ends; not one that needs escapes."""
    labels: list[bytes] = []
    at = pass_name(wire, at, end, labels)
    if not labels:
        return ".", at
    text = b".".join(labels).lower()
    if text.translate(None, _PLAIN) or text.count(b".") >= len(labels):
        raise NotOrdinary
    return text.decode("ascii"), at


def pass_name(wire: bytes, at: int, end: int, labels: list[bytes] | None = None) -> int:
    """Return where the name at an offset ends; its labels are added to ``labels``.

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
                raise NotOrdinary
            if not after:
                after, end = at + 2, min(at + 2, end)
            at = least = target
        if at >= end:
            raise NotOrdinary
    after = after or at + 1
    if size > _LONGEST_NAME + 1 or after > end:
        raise NotOrdinary
    return after


def _pass_uncompressed(wire: bytes, start: int, end: int) -> int:
    """Return where a name ends that may hold no pointer (RFC 4034 §3.1.7 and §4.1.1)."""
    at = start
    while length := wire[at]:
        at += 1 + length
        if length > _LONGEST_LABEL or at >= end:
            raise NotOrdinary
    if at >= end or at - start > _LONGEST_NAME + 1:
        raise NotOrdinary
    return at + 1
