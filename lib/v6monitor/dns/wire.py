"""What do the bytes of a message claim? Read before anything is decoded, with a small own reader.

``answers`` tells whether a message answers a query that was sent: id, flags, question and class.
``readable`` returns what dnspython may be given of it. dnspython keeps tables for the whole process
of how a type of a class is read, and fills them with what it meets; a record of another class than
IN in one message changes how good answers are read from then on. So it is only given records of
class IN, and only of types whose place in its tables is taken when this module is loaded.
"""

# dnspython's tables of types have no types:
# mypy: disable-error-code="no-untyped-call"

import struct
from collections.abc import Iterator

import dns.rdata
import dns.rdataclass
import dns.rdatatype

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_IN = int(dns.rdataclass.IN)
_OPT = int(dns.rdatatype.OPT)
_SHAPE = 0xF800  # of the flags: answer and opcode
_FINISHED_QUERY = 0x8000  # an answer (QR) to an ordinary query (opcode 0)
_READ_FLAGS = 0xFA2F  # QR, opcode, TC, AD and response code
_KIND = 4  # bytes: the type and class of a question
_POINTER = 0xC0
_LONGEST_LABEL = 63
_OPAQUE = 0xFF00
"""A type for private use (RFC 6895 §3.1), as which records are read that say nothing to us."""

_known = {
    int(rdtype)
    for rdtype in (
        dns.rdatatype.A,
        dns.rdatatype.NS,
        dns.rdatatype.CNAME,
        dns.rdatatype.SOA,
        dns.rdatatype.MX,
        dns.rdatatype.TXT,
        dns.rdatatype.AAAA,
        dns.rdatatype.RRSIG,
        dns.rdatatype.NSEC,
        dns.rdatatype.NSEC3,
    )
}
"""Types that dnspython may read: these, and what this program itself asks for (``know``)."""

MAY_LACK_QUESTION = frozenset({0, 1, 2, 4, 5})
"""FORMERR, SERVFAIL, NOTIMP and REFUSED; and 0, for of BADVERS the rest stands in OPT."""


class Malformed(Exception):  # noqa: N818 - it describes the message, not an error of ours
    """The bytes are not a DNS message, or not one of class IN."""


def know(rdtype: int) -> None:
    """Let answers hold records of a type: one that this program asks for."""
    dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.RdataType.make(rdtype))
    _known.add(rdtype)


def answers(message: bytes, message_id: int, question: bytes, *, exact: bool = False) -> bool:
    """Tell whether a message answers the query with this id and question section.

    The case of the name may differ, unless ``exact``. A server that cannot read a question cannot
    repeat it: a header without question or records will do from one that reports such a failure.
    """
    if len(message) < _HEADER.size:
        return False
    sent, flags, questions, records, authorities, _ = _HEADER.unpack_from(message)
    if sent != message_id or flags & _SHAPE != _FINISHED_QUERY:
        return False
    if questions == 0:
        return not (records or authorities) and flags & 0xF in MAY_LACK_QUESTION
    return questions == 1 and asks(message, question, exact=exact)


def asks(message: bytes, question: bytes, *, exact: bool = False) -> bool:
    """Tell whether the question section of a message begins with this one."""
    if message.startswith(question, _HEADER.size):
        return True
    if exact:
        return False
    end = _HEADER.size + len(question)
    repeated = message[_HEADER.size : end]
    return (
        repeated[-_KIND:] == question[-_KIND:]
        and repeated[:-_KIND].lower() == question[:-_KIND].lower()
    )


def records(message: bytes) -> Iterator[tuple[int, int, int]]:
    """Give type and class of each record of all sections, and where its type stands."""
    try:
        _, _, questions, *counts = _HEADER.unpack_from(message)
        at = _HEADER.size
        for _ in range(questions):
            at = _after_name(message, at) + _KIND
        for _ in range(sum(counts)):
            at = _after_name(message, at)
            rdtype, rdclass, _, length = _RECORD.unpack_from(message, at)
            yield rdtype, rdclass, at
            at += _RECORD.size + length
    except (IndexError, struct.error):
        raise Malformed("it ends within a record") from None
    if at != len(message):
        raise Malformed("its records do not end where it ends")


def readable(message: bytes, *, only_question: bool = False) -> bytes:
    """Return a message as dnspython may read it; ``Malformed`` when it may not be read at all.

    Flags that say nothing to us are cleared, for dnspython keeps each combination that it meets.
    """
    if len(message) < _HEADER.size:
        raise Malformed("no whole header")
    given = bytearray(message)
    given[2] &= _READ_FLAGS >> 8
    given[3] &= _READ_FLAGS & 0xFF
    for rdtype, rdclass, at in () if only_question else records(message):
        if rdtype == _OPT:  # its class is the size of a datagram
            continue
        if rdclass != _IN:
            raise Malformed(f"a record of class {rdclass}")
        if rdtype not in _known:
            given[at : at + 2] = _OPAQUE.to_bytes(2, "big")
    return bytes(given)


def has_edns(message: bytes) -> bool:
    """Tell whether a message has an OPT record."""
    return any(rdtype == _OPT for rdtype, _, _ in records(message))


def _after_name(message: bytes, at: int) -> int:
    """Return where a name ends; what a pointer leads to is not looked at."""
    while length := message[at]:
        if length >= _POINTER:
            return at + 2
        if length > _LONGEST_LABEL:
            raise Malformed("a label of no known kind")
        at += 1 + length
    return at + 1


for _rdtype in (*_known, _OPAQUE):
    dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.RdataType.make(_rdtype))
dns.rdata.get_rdata_class(dns.rdataclass.ANY, dns.rdatatype.OPT)
