"""What stands in a query, and how is its answer written? The embedded server's side of the wire."""

import struct
from typing import NamedTuple

import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from v6monitor.dns.codec import EDNS_PAYLOAD
from v6monitor.dns.zones import Answer, Labels

LARGEST_MESSAGE = 65535

_HEADER = struct.Struct("!HHHHHH")
_OPT_FIXED = struct.Struct("!HHBBHH")  # type, payload size, rcode, version, flags, length
_SMALLEST_PAYLOAD = 512  # bytes, without EDNS (RFC 1035 §4.2.1)
_ANSWER_BITS = 0x8480  # an answer, authoritative, recursion available
_KEPT_BITS = 0x0110  # recursion desired, checking disabled
_TRUNCATED = 0x0200
_META_TYPES = range(128, 256)  # transfers and ANY
_AT_QUESTION = b"\xc0\x0c"  # a pointer to the question's name


class Query(NamedTuple):
    """What a client asks."""

    message_id: int
    flags: int
    question: bytes
    name: Labels = ()
    qtype: int = 0
    payload: int | None = None
    """What the client takes; None without EDNS."""
    rcode: int | None = None
    """Why it cannot be answered."""


def parse(message: bytes) -> Query | None:
    """Read a query; None for what is none."""
    if len(message) < _HEADER.size or message[2] & 0x80:
        return None
    message_id, flags, questions, answers, authority, _ = _HEADER.unpack_from(message)
    bare = Query(message_id, flags, b"")
    if (flags >> 11) & 15 != dns.opcode.QUERY:
        return bare._replace(rcode=dns.rcode.NOTIMP)
    if (questions, answers, authority) != (1, 0, 0):
        return bare._replace(rcode=dns.rcode.FORMERR)
    try:
        name, end = _parse_name(message)
        qtype, qclass = struct.unpack_from("!HH", message, end)
        payload, version = _parse_opt(message, end + 4)
    except (ValueError, IndexError, struct.error):
        return bare._replace(rcode=dns.rcode.FORMERR)
    rcode = None
    if version:
        rcode = int(dns.rcode.BADVERS)
    elif qclass != dns.rdataclass.IN or qtype in _META_TYPES:
        rcode = int(dns.rcode.REFUSED)
    question = message[_HEADER.size : end + 4]
    return Query(message_id, flags, question, name, qtype, payload, rcode)


def _parse_name(message: bytes) -> tuple[Labels, int]:
    at = _HEADER.size
    name = []
    while length := message[at]:
        if length > 63:  # noqa: PLR2004 - RFC 1035 §2.3.4; a pointer has nothing to point at
            raise ValueError("not a label")
        name.append(message[at + 1 : at + 1 + length].lower())
        at += 1 + length
    return tuple(name), at + 1


def _parse_opt(message: bytes, at: int) -> tuple[int | None, int]:
    """Return what the client takes and its EDNS version; (None, 0) without EDNS."""
    if len(message) < at + 1 + _OPT_FIXED.size or message[at]:
        return None, 0
    rdtype, payload, _, version, _, _ = _OPT_FIXED.unpack_from(message, at + 1)
    if rdtype != dns.rdatatype.OPT:
        return None, 0
    return max(_SMALLEST_PAYLOAD, payload), version


def render(query: Query, answer: Answer, largest: int) -> bytes:
    """Write an answer; truncated above ``largest`` bytes, or over UDP what the client takes."""
    records = [
        (_AT_QUESTION if record.owner == query.name else _wire(record.owner)) + record.data
        for record in answer.records + answer.authority
    ]
    opt = b""
    if query.payload is not None:
        fields = (dns.rdatatype.OPT, EDNS_PAYLOAD, answer.rcode >> 4, 0, 0, 0)
        opt = b"\0" + _OPT_FIXED.pack(*fields)
    flags = _ANSWER_BITS | query.flags & _KEPT_BITS | answer.rcode & 15
    counts = len(answer.records), len(answer.authority)
    size = _HEADER.size + len(query.question) + sum(map(len, records)) + len(opt)
    if largest != LARGEST_MESSAGE:
        largest = min(largest, query.payload or _SMALLEST_PAYLOAD)
    if size > largest:
        flags, counts, records = flags | _TRUNCATED, (0, 0), []
    header = _HEADER.pack(query.message_id, flags, bool(query.question), *counts, bool(opt))
    return b"".join([header, query.question, *records, opt])


def _wire(name: Labels) -> bytes:
    return b"".join(bytes((len(label),)) + label for label in name) + b"\0"
