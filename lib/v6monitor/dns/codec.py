"""Messages by way of dnspython: queries to bytes, bytes to a reply, and a reply to an outcome."""

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
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from v6monitor.dns import observation as outcomes
from v6monitor.dns.observation import LONGEST_CHAIN, record_data, within
from v6monitor.dns.wire import Malformed, register_type, sanitised

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
_KNOWN = 1 << 15
"""Encoded names that are cached: most are asked for several types."""

LONGEST_TTL = 0x7FFFFFFF
"""Seconds (RFC 2181 §8)."""

_BOGUS = range(6, 13)
"""Extended errors that mean failed DNSSEC validation (RFC 8914 §4.7-4.13)."""

_FAILURES = {
    dns.rcode.FORMERR: outcomes.FORMERR,
    dns.rcode.SERVFAIL: outcomes.SERVFAIL,
    dns.rcode.NOTIMP: outcomes.NOTIMP,
    dns.rcode.REFUSED: outcomes.REFUSED,
    dns.rcode.BADVERS: outcomes.FORMERR,  # it does not speak EDNS 0: ask without
}
_FINISHED = frozenset({int(dns.rcode.NOERROR), int(dns.rcode.NXDOMAIN)})

LONGEST_TEXT = 200
"""Characters kept in a detail of a text that anybody can write."""

MOST_RECORDS = 1000
LONGEST_RECORD = 4096
"""Of a longer answer, or longer record, this much is kept; the detail says so."""


class Record(NamedTuple):
    """A record of the answer section, names in lower case without final dot."""

    owner: str
    rdtype: str
    ttl: int
    data: str


class Reply(NamedTuple):
    """A decoded message from a resolver."""

    rcode: int
    truncated: bool
    authenticated: bool
    records: tuple[Record, ...]
    """Of the type asked for and CNAME only."""
    zone: str | None
    """The owner of the SOA record in the authority section: the zone that denies."""
    referral: bool
    """Name servers instead of an answer: it does not come from a resolver."""
    extended_errors: tuple[tuple[int, str], ...]
    """Code and text (RFC 8914)."""
    edns: bool


class Reading(NamedTuple):
    """The meaning of a reply: an outcome, or the name to ask next."""

    outcome: str
    answers: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int | None = None
    ask: str = ""
    """The target of a CNAME about which the reply says nothing; ``outcome`` is then empty."""
    detail: str = ""
    authenticated: bool = False
    """The AD bit."""


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
    """Return the query, with EDNS 1232 bytes and DO; not ``validated``: CD (RFC 4035 §3.2.2)."""
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
    register_type(rdtype)
    return struct.pack("!xHH", rdtype, dns.rdataclass.IN)


def decode(wire: bytes) -> Reply:
    """Return what a message says; ``Malformed`` for none. Of a truncated one the header only."""
    cut = len(wire) >= _HEADER_SIZE and bool(wire[2] & _TRUNCATED)
    given = sanitised(wire, only_question=cut)
    try:
        return _reply(dns.message.from_wire(given, question_only=cut, one_rr_per_rrset=True))
    except (dns.exception.DNSException, ValueError, IndexError, struct.error) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error


def _reply(message: dns.message.Message) -> Reply:
    asked = message.question[0].rdtype if message.question else None
    if asked is None and message.rcode() not in _FAILURES:
        raise Malformed("an answer without the question")
    authority = {rrset.rdtype: rrset.name for rrset in message.authority}
    zone = authority.get(dns.rdatatype.SOA)
    return Reply(
        rcode=message.rcode(),
        truncated=bool(message.flags & dns.flags.TC),
        authenticated=bool(message.flags & dns.flags.AD),
        records=tuple(_records(message, asked)),
        zone=None if zone is None else _text(zone),
        referral=zone is None and dns.rdatatype.NS in authority,
        extended_errors=tuple(
            (int(option.code), option.text or "")
            for option in message.options
            if isinstance(option, dns.edns.EDEOption)
        ),
        edns=message.edns >= 0,
    )


def _records(message: dns.message.Message, asked: int | None) -> list[Record]:
    found = []
    for rrset in message.answer:  # one record each
        rdtype = rrset.rdtype
        if rdtype not in {asked, dns.rdatatype.CNAME}:
            continue
        if isinstance(rrset[0], dns.rdata.GenericRdata):
            raise Malformed(f"{dns.rdatatype.to_text(rdtype)} unreadable")
        qtype = dns.rdatatype.to_text(rdtype)
        data = record_data(qtype, rrset[0].to_text())
        found.append(Record(_text(rrset.name), qtype, rrset.ttl, data))
    return found


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def read(reply: Reply, qname: str, qtype: str, chain: tuple[str, ...] = ()) -> Reading:
    """Return what a reply says about a question; ``chain`` are the CNAME targets followed before.

    CNAMEs are followed within the reply (not when CNAME itself was asked), records beside
    the chain are left out. "No such record" is believed only of a resolver's finished
    answer: a referral, other names' records instead of this one's, or a CNAME whose target the
    reply is silent about, is not a no (RFC 2308).
    """
    reading = _read(reply, qname, qtype, chain)
    return reading._replace(authenticated=reply.authenticated)


def _read(reply: Reply, qname: str, qtype: str, chain: tuple[str, ...]) -> Reading:
    if reply.rcode not in _FINISHED:
        return _failure(reply)
    path = _follow(reply, chain[-1] if chain else qname, qtype, (qname, *chain))
    followed, name = path.names[1:], path.names[-1]
    if path.trouble:
        return Reading(outcomes.CHAIN, chain=followed, detail=path.trouble)
    found = [r for r in reply.records if r.rdtype == qtype and r.owner == name]
    if not found:
        return _without_records(reply, path)
    if reply.rcode == dns.rcode.NXDOMAIN:
        return Reading(outcomes.SERVFAIL, chain=followed, detail="NXDOMAIN with records")
    ttl = min([*path.ttls, *(record.ttl for record in found)])
    answers, cut = _kept(sorted({record.data for record in found}))
    return Reading(outcomes.OK, answers, followed, ttl, detail=cut)


def _kept(answers: list[str]) -> tuple[tuple[str, ...], str]:
    """Return the part of an answer that is kept, and a note about the rest."""
    cut = []
    if len(answers) > MOST_RECORDS:
        cut.append(f"{len(answers)} records, {MOST_RECORDS} kept")
        answers = answers[:MOST_RECORDS]
    if any(len(answer) > LONGEST_RECORD for answer in answers):
        longest = max(map(len, answers))
        cut.append(f"a record of {longest} characters, {LONGEST_RECORD} kept")
        answers = [answer[:LONGEST_RECORD] for answer in answers]
    return tuple(answers), "; ".join(cut)


def describe_errors(reply: Reply) -> str:
    """Return the response code and the extended errors of a reply: ``SERVFAIL, 22 …: text``."""
    parts = [dns.rcode.to_text(dns.rcode.Rcode.make(reply.rcode))]
    for code, text in reply.extended_errors:
        meaning = dns.edns.EDECode(code).name if code in set(dns.edns.EDECode) else ""
        printable = "".join(character if character.isprintable() else " " for character in text)
        parts.append(f"EDE {code} {meaning} {printable[:LONGEST_TEXT]}".strip())
    return ", ".join(parts)


def _failure(reply: Reply) -> Reading:
    outcome = _FAILURES.get(dns.rcode.Rcode.make(reply.rcode), outcomes.SERVFAIL)
    if outcome == outcomes.SERVFAIL and any(code in _BOGUS for code, _ in reply.extended_errors):
        outcome = outcomes.BOGUS
    return Reading(outcome, detail=describe_errors(reply))


class _Path(NamedTuple):
    names: tuple[str, ...]
    ttls: list[int]
    trouble: str = ""


def _without_records(reply: Reply, path: _Path) -> Reading:
    followed, name = path.names[1:], path.names[-1]
    denied = within(name, reply.zone)
    zone = f"{outcomes.ZONE}{reply.zone}" if denied else ""
    if reply.rcode == dns.rcode.NXDOMAIN:
        return Reading(outcomes.NXDOMAIN, chain=followed, detail=zone)
    if path.ttls and not denied:
        return Reading("", chain=followed, ttl=min(path.ttls), ask=name)
    if reply.referral:
        return Reading(outcomes.SERVFAIL, chain=followed, detail="a referral, not an answer")
    if reply.records and not path.ttls and reply.zone is None:
        return Reading(outcomes.SERVFAIL, chain=followed, detail="only records of other names")
    return Reading(outcomes.NODATA, chain=followed, detail=zone)


def _follow(reply: Reply, name: str, qtype: str, names: tuple[str, ...]) -> _Path:
    """Walk from a name along the CNAMEs of a reply; ``names`` are those passed, this one last."""
    ttls: list[int] = []
    if qtype == "CNAME":
        return _Path(names, ttls)
    aliases = {record.owner: record for record in reply.records if record.rdtype == "CNAME"}
    while name in aliases:
        ttls.append(aliases[name].ttl)
        name = aliases[name].data
        looped = name in names
        names = (*names, name)
        if looped:
            return _Path(names, ttls, f"a CNAME loop at {name}")
        if len(names) > LONGEST_CHAIN + 1:
            return _Path(names, ttls, f"more than {LONGEST_CHAIN} CNAMEs")
    return _Path(names, ttls)
