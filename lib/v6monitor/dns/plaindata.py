"""What stands in ordinary record data? Names, addresses and texts, straight from the bytes.

What is not ordinary, or not well-formed, raises ``Unusual``, or IndexError where it is cut off.
"""

import socket

from v6monitor.dns.reading import LONGEST_RECORD

A, NS, CNAME, SOA, MX, TXT, AAAA, RRSIG, NSEC, NSEC3 = 1, 2, 5, 6, 15, 16, 28, 46, 47, 50
"""Numbers of record types."""

_PLAIN = b"abcdefghijklmnopqrstuvwxyz0123456789-_."
_QUOTABLE = bytes(range(0x20, 0x7F)).replace(b'"', b"").replace(b"\\", b"")
_IPV4, _IPV6, _SOA_NUMBERS, _RRSIG_NUMBERS, _PREFERENCE = 4, 16, 20, 18, 2  # bytes
_LONGEST_WINDOW = 32
_LONGEST_NAME = 253
_POINTER = 192
_LONGEST_LABEL = 63
_LONGEST_TEXT = LONGEST_RECORD // 3  # bytes: an empty string is a byte, and three characters


class Unusual(Exception):  # noqa: N818 - it describes the message, not an error of ours
    """The message is not of the ordinary kind, or is none at all."""


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
    raise Unusual


def check_data(wire: bytes, rdtype: int, start: int, end: int) -> None:
    """Make sure that data of which nothing is told are well-formed."""
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
    elif rdtype == AAAA:
        at = start + _IPV6
    elif rdtype == A:
        at = start + _IPV4
    else:
        raise Unusual
    if at != end:
        raise Unusual


def _pass_types(wire: bytes, at: int, end: int) -> int:
    """Check the bitmap of NSEC and NSEC3 (RFC 4034 §4.1.2): windows in order, 1 to 32 bytes.

    None ends in a byte of zero.
    """
    before = -1
    while at < end:
        window, length = wire[at], wire[at + 1]
        if window <= before or not 1 <= length <= _LONGEST_WINDOW:
            raise Unusual
        before = window
        at += 2 + length
        if at > end or wire[at - 1] == 0:
            raise Unusual
    return at


def _text(wire: bytes, start: int, end: int) -> str:
    """Return the strings of a TXT record, each in quotes."""
    strings = []
    while start < end:
        stop = start + 1 + wire[start]
        content = wire[start + 1 : stop]
        if stop > end or content.translate(None, _QUOTABLE):
            raise Unusual
        strings.append(f'"{content.decode("ascii")}"')
        start = stop
    return " ".join(strings)


def whole_name(wire: bytes, start: int, end: int) -> str:
    """Return the name that stands there, from start to end."""
    name, at = read_name(wire, start, end)
    if at != end:
        raise Unusual
    return name


def read_name(wire: bytes, at: int, end: int) -> tuple[str, int]:
    """Return the name that stands at a place, and where it ends; without what would be escaped."""
    labels: list[bytes] = []
    at = pass_name(wire, at, end, labels)
    if not labels:
        return ".", at
    text = b".".join(labels).lower()
    if text.translate(None, _PLAIN) or text.count(b".") >= len(labels):
        raise Unusual
    return text.decode("ascii"), at


def pass_name(wire: bytes, at: int, end: int, labels: list[bytes] | None = None) -> int:
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
                raise Unusual
            if not after:
                after, end = at + 2, min(at + 2, end)
            at = least = target
        if at >= end:
            raise Unusual
    after = after or at + 1
    if size > _LONGEST_NAME + 1 or after > end:
        raise Unusual
    return after


def _pass_uncompressed(wire: bytes, start: int, end: int) -> int:
    """Return where a name ends that may hold no pointer (RFC 4034 §3.1.7 and §4.1.1)."""
    at = start
    while length := wire[at]:
        at += 1 + length
        if length > _LONGEST_LABEL or at >= end:
            raise Unusual
    if at >= end or at - start > _LONGEST_NAME + 1:
        raise Unusual
    return at + 1
