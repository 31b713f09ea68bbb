"""What does a DNS message hold? Questions to bytes, and bytes to what we need of an answer."""

import os
import re
import struct
from functools import cache, lru_cache
from typing import NamedTuple

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from v6monitor.dns.wire import Malformed, know, readable

EDNS_PAYLOAD = 1232
"""Bytes in one UDP answer: fits every path without fragments (DNS flag day 2020)."""

_HEADER = struct.Struct("!HHHHHH")
_RECURSION_DESIRED = 0x0100
_TRUNCATED = 0x02  # in the third byte of a message
_HEADER_SIZE = 12
_OPT = b"\0" + struct.pack("!HHIH", dns.rdatatype.OPT, EDNS_PAYLOAD, dns.flags.DO, 0)
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_LONGEST_NAME = 253
_ASKABLE = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*[0-9]*[a-z_-][a-z0-9_-]{0,40}")
_LENGTH = [bytes([length]) for length in range(64)]
_KNOWN = 1 << 16
"""Names that are remembered as they are written in a message: most are asked for several types."""
_HOST_DATA = frozenset({dns.rdatatype.CNAME, dns.rdatatype.MX, dns.rdatatype.NS})


class Record(NamedTuple):
    """A record of the answer section, names in lower case without final dot."""

    owner: str
    rdtype: str
    ttl: int
    data: str


class Reply(NamedTuple):
    """What one message from a resolver says."""

    message_id: int
    is_answer: bool
    """An answer to an ordinary query (the QR bit; opcode QUERY)."""
    rcode: int
    truncated: bool
    authenticated: bool
    question: tuple[str, str] | None
    records: tuple[Record, ...]
    """Of the type asked for and CNAME only."""
    zone: str | None
    """The owner of the SOA record in the authority section: the zone that says no."""
    referral: bool
    """Name servers instead of an answer: this was not a resolver's work."""
    extended_errors: tuple[tuple[int, str], ...]
    """Code and text (RFC 8914)."""


@lru_cache(_KNOWN)
def unaskable(name: str) -> str:
    """Return why a name cannot be sent as a question; an empty text when it can.

    >>> unaskable("selector1._domainkey.town.example"), unaskable("a b.example")
    ('', "label 'a b' has other characters than letters, digits, - and _")
    """
    if name == "." or _ASKABLE.fullmatch(name):
        return ""
    if len(name) > _LONGEST_NAME:
        return f"{len(name)} characters, more than {_LONGEST_NAME}"
    for label in name.split("."):
        if not label:
            return "an empty label"
        if len(label) > 63:  # noqa: PLR2004 - RFC 1035 §2.3.4
            return f"label {label[:20]!r}… has more than 63 characters"
        if not _LABEL.fullmatch(label):
            return f"label {label!r} has other characters than letters, digits, - and _"
    return "an address, not a name" if label.isdecimal() else ""


def encode(section: bytes, message_id: int, *, edns: bool = True, validated: bool = True) -> bytes:
    """Return the message that asks a resolver a question, given its ``question_section``.

    With EDNS: 1232 bytes, DO set, so that the AD bit and extended errors come back. Not
    ``validated``: the resolver is not to check signatures (CD, RFC 4035 §3.2.2).
    """
    flags = _RECURSION_DESIRED if validated else _RECURSION_DESIRED | dns.flags.CD
    return _HEADER.pack(message_id, flags, 1, 0, 0, edns) + section + (_OPT if edns else b"")


def question_section(name: str, qtype: str) -> bytes:
    """Return the question section about the records of a name; "." is the root."""
    return _labels(name) + _kind(qtype)


def in_mixed_case(section: bytes) -> bytes:
    """Return a question section with each letter of the name in a case that nobody can guess."""
    name, kind = section[:-4], section[-4:]
    bits = int.from_bytes(os.urandom(len(name) // 8 + 1), "big")
    return (
        bytes(
            byte ^ 0x20 if bits >> place & 1 and 0x61 <= byte <= 0x7A else byte  # noqa: PLR2004 - a-z
            for place, byte in enumerate(name)
        )
        + kind
    )


@lru_cache(_KNOWN)
def _labels(name: str) -> bytes:
    label, _, rest = name.partition(".")
    return _LENGTH[len(label)] + label.encode("ascii") + _labels(rest) if label else b""


@cache
def _kind(qtype: str) -> bytes:
    """Return the root, in which every name ends, and a type and class."""
    rdtype = dns.rdatatype.from_text(qtype)
    know(rdtype)
    return struct.pack("!xHH", rdtype, dns.rdataclass.IN)


def decode(wire: bytes) -> Reply:
    """Read a message; ``Malformed`` when it is none, or holds what is not of class IN.

    Only of what ``wire.answers`` says that it answers a query of ours. Of a truncated message
    only the header and the question: the rest may be cut anywhere, and is asked again over TCP.
    """
    cut = len(wire) >= _HEADER_SIZE and bool(wire[2] & _TRUNCATED)
    given = readable(wire, only_question=cut)
    try:
        return _reply(dns.message.from_wire(given, question_only=cut, one_rr_per_rrset=True))
    except (dns.exception.DNSException, ValueError, IndexError, struct.error) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error


def _reply(message: dns.message.Message) -> Reply:
    repeated, asked = None, None
    if len(message.question) == 1 and message.question[0].rdclass == dns.rdataclass.IN:
        asked = message.question[0].rdtype
        repeated = (_text(message.question[0].name), dns.rdatatype.to_text(asked))
    authority = {rrset.rdtype: rrset.name for rrset in message.authority}
    zone = authority.get(dns.rdatatype.SOA)
    return Reply(
        message_id=message.id,
        is_answer=bool(message.flags & dns.flags.QR) and message.opcode() == dns.opcode.QUERY,
        rcode=message.rcode(),
        truncated=bool(message.flags & dns.flags.TC),
        authenticated=bool(message.flags & dns.flags.AD),
        question=repeated,
        records=tuple(_records(message, asked)),
        zone=None if zone is None else _text(zone),
        referral=zone is None and dns.rdatatype.NS in authority,
        extended_errors=tuple(
            (int(option.code), option.text or "")
            for option in message.options
            if isinstance(option, dns.edns.EDEOption)
        ),
    )


def _records(message: dns.message.Message, asked: int | None) -> list[Record]:
    found = []
    for rrset in message.answer:  # one record each
        rdtype = rrset.rdtype
        if rdtype not in {asked, dns.rdatatype.CNAME}:
            continue
        if isinstance(rrset[0], dns.rdata.GenericRdata):
            raise Malformed(f"{dns.rdatatype.to_text(rdtype)} unreadable")
        data = rrset[0].to_text()
        if rdtype in _HOST_DATA:
            at_root = data == "." or data.endswith(" .")
            data = data.lower() if at_root else data.lower().removesuffix(".")
        found.append(Record(_text(rrset.name), dns.rdatatype.to_text(rdtype), rrset.ttl, data))
    return found


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
