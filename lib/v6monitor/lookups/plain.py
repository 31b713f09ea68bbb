"""What does an ordinary DNS message hold? Read by hand, twenty times as fast as by dnspython.

Only what nearly every message consists of is read here: A, AAAA, CNAME, MX, NS and TXT records,
SOA, and the signatures and denials of DNSSEC beside them, with names of letters, digits, hyphens
and underscores. Of anything else ``decode`` returns None, and dnspython reads it. The result is
the same to the last detail; tests compare the two on a great many real and mutated messages, and
``decoding.Decoder`` goes on comparing in every run.
"""

import socket
import struct

from v6monitor.lookups.codec import Record, Reply

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_PLAIN = b"abcdefghijklmnopqrstuvwxyz0123456789-_."
_QUOTABLE = bytes(range(0x20, 0x7F)).replace(b'"', b"").replace(b"\\", b"")
_A, _NS, _CNAME, _SOA, _MX, _TXT, _AAAA, _RRSIG, _NSEC, _NSEC3 = 1, 2, 5, 6, 15, 16, 28, 46, 47, 50
_TYPES = {_A: "A", _NS: "NS", _CNAME: "CNAME", _MX: "MX", _TXT: "TXT", _AAAA: "AAAA"}
_INTERNET = b"\x00\x01"
_EDNS = b"\x00\x00\x29"  # the root, and type OPT
_QUESTION = 12  # where its name stands
_AS_ASKED = b"\xc0\x0c"  # a pointer to there
_SHAPE, _SHAPE_OF_ANSWER = 0xFA00, 0x8000  # an answer to a query, and not truncated
_AUTHENTIC = 0x0020
_LONGEST_TTL = 0x7FFFFFFF
_IPV4, _IPV6, _SOA_NUMBERS, _RRSIG_NUMBERS = 4, 16, 20, 18  # bytes
_PREFERENCE = 2
_LONGEST_WINDOW = 32
_LONGEST_NAME = 253
_POINTER = 192
_LONGEST_LABEL = 63
_OPT_FLAGS = 0xFFFF  # above these stand the version and the rest of the response code


class _Unusual(Exception):  # noqa: N818 - it describes the message, not an error of ours
    """The message is not of the ordinary kind, or is none at all."""


def decode(wire: bytes) -> Reply | None:
    """Return what an ordinary message says, or None when it is for dnspython to read."""
    try:
        return _decode(wire)
    except (_Unusual, IndexError, struct.error):
        return None


def _decode(wire: bytes) -> Reply:
    message_id, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(wire)
    rcode = flags & 15
    if flags & _SHAPE != _SHAPE_OF_ANSWER or rcode not in (0, 3) or questions != 1:
        raise _Unusual
    names: dict[int, str] = {}
    asked, at = _name(wire, _QUESTION, len(wire), names)
    kind = wire[at] << 8 | wire[at + 1]
    if kind not in _TYPES or wire[at + 2 : at + 4] != _INTERNET:
        raise _Unusual
    at += 4
    records = []
    for _ in range(answers):
        owner, rdtype, ttl, start, at = _record(wire, at, names)
        if rdtype in (kind, _CNAME):
            data = _data(wire, rdtype, start, at, names)
            records.append(Record(owner, _TYPES[rdtype], ttl, data))
        else:
            _check(wire, rdtype, start, at, names)
    zone, delegated = None, False
    for _ in range(authorities):
        owner, rdtype, _, start, at = _record(wire, at, names)
        _check(wire, rdtype, start, at, names)
        if rdtype == _SOA:
            zone = owner
        delegated |= rdtype == _NS
    if additionals:
        at = _additional(wire, at, additionals, names)
    if at != len(wire):
        raise _Unusual
    return Reply(
        message_id, True, rcode, False, flags & _AUTHENTIC != 0, (asked, _TYPES[kind]),
        tuple(records), zone, zone is None and delegated, (),
    )  # fmt: skip


def _additional(wire: bytes, at: int, count: int, names: dict[int, str]) -> int:
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
            _, rdtype, _, start, at = _record(wire, at, names)
            _check(wire, rdtype, start, at, names)
    return at


def _record(wire: bytes, at: int, names: dict[int, str]) -> tuple[str, int, int, int, int]:
    """Return owner, type and TTL of a record, and where its data begin and end."""
    if wire[at : at + 2] == _AS_ASKED:
        owner = names[_QUESTION]
        at += 2
    else:
        owner, at = _name(wire, at, len(wire), names)
    rdtype, group, ttl, length = _RECORD.unpack_from(wire, at)
    start = at + 10
    end = start + length
    if group != 1 or ttl > _LONGEST_TTL or end > len(wire):
        raise _Unusual
    return owner, rdtype, ttl, start, end


def _data(wire: bytes, rdtype: int, start: int, end: int, names: dict[int, str]) -> str:
    """Return record data in presentation form."""
    size = end - start
    if rdtype == _AAAA and size == _IPV6 and wire[start] >> 4 in (2, 3):  # all digits of one kind
        return socket.inet_ntop(socket.AF_INET6, wire[start:end])
    if rdtype == _A and size == _IPV4:
        return socket.inet_ntoa(wire[start:end])
    if rdtype in (_CNAME, _NS):
        return _whole_name(wire, start, end, names)
    if rdtype == _MX and size > _PREFERENCE:
        host = _whole_name(wire, start + _PREFERENCE, end, names)
        return f"{wire[start] << 8 | wire[start + 1]} {host}"
    if rdtype == _TXT and size:
        return _text(wire, start, end)
    raise _Unusual


def _check(wire: bytes, rdtype: int, start: int, end: int, names: dict[int, str]) -> None:
    """Make sure that data of which nothing is told are well-formed."""
    if rdtype == _SOA:
        _, at = _name(wire, start, end, names)
        _, at = _name(wire, at, end, names)
        if end - at != _SOA_NUMBERS:
            raise _Unusual
    elif rdtype == _RRSIG:
        _pass_name(wire, start + _RRSIG_NUMBERS, end)
    elif rdtype == _NSEC:
        _types_present(wire, _pass_name(wire, start, end), end)
    elif rdtype == _NSEC3:
        at = start + 4
        for _ in ("salt", "next owner"):
            at += 1 + wire[at]
        _types_present(wire, at, end)
    elif rdtype == _AAAA:
        if end - start != _IPV6:
            raise _Unusual
    else:
        _data(wire, rdtype, start, end, names)


def _types_present(wire: bytes, at: int, end: int) -> None:
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
    if at != end:
        raise _Unusual


def _pass_name(wire: bytes, start: int, end: int) -> int:
    """Return where a name ends that must not be compressed (RFC 4034 §3.1.7 and §4.1.1)."""
    at = start
    while length := wire[at]:
        at += 1 + length
        if length > _LONGEST_LABEL or at >= end:
            raise _Unusual
    if at >= end or at - start > _LONGEST_NAME + 1:
        raise _Unusual
    return at + 1


def _whole_name(wire: bytes, start: int, end: int, names: dict[int, str]) -> str:
    name, at = _name(wire, start, end, names)
    if at != end:
        raise _Unusual
    return name


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


def _name(wire: bytes, at: int, end: int, names: dict[int, str]) -> tuple[str, int]:
    """Return the name that stands at a place, and where it ends; ``names`` are those met before.

    Every pointer leads to before the one that led to it (RFC 1035 §4.1.4), so none is endless.
    """
    start = least = at
    labels: list[bytes] = []
    after, tail = 0, ""
    while length := wire[at]:
        if length <= _LONGEST_LABEL:
            at += 1 + length
            if at >= end:
                raise _Unusual
            labels.append(wire[at - length : at])
            continue
        target = (length & _LONGEST_LABEL) << 8 | wire[at + 1]
        if length < _POINTER or target >= least:
            raise _Unusual
        after = after or at + 2
        if target in names:
            tail = names[target]
            break
        least = at = target
    else:
        at += 1
    if (after or at) > end:
        raise _Unusual
    name = tail
    if labels:
        name = _spelled(labels) + (f".{tail}" if tail not in {"", "."} else "")
    if len(name) > _LONGEST_NAME:
        raise _Unusual
    names[start] = name = name or "."
    return name, after or at


def _spelled(labels: list[bytes]) -> str:
    """Return labels as text in lower case; none may hold a dot, or what would be escaped."""
    text = b".".join(labels).lower()
    if text.translate(None, _PLAIN) or text.count(b".") >= len(labels):
        raise _Unusual
    return text.decode("ascii")
