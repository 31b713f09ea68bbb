"""Checks on a raw message, before anything of it is decoded; nothing here keeps state.

Whoever can send us packets chooses their bytes. A packet that does not answer a query of ours is
dropped on its bytes alone. Of those that do, dnspython gets a copy in which its process-wide
tables cannot be changed: it keeps a table of how a type of a class is read and fills it with what
it meets, so that a record of another class than IN in one message would change how good answers
are read from then on. It is therefore given records of class IN only, and only of types whose
place in its tables is taken when this module is loaded.
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
"""A type for private use (RFC 6895 §3.1), as which records of other types are read."""

read_types = {1, 2, 5, 6, 15, 16, 28, 33, 46, 47, 50}
"""Types that dnspython may read: A, NS, CNAME, SOA, MX, TXT, AAAA, SRV, and those that are asked.

And RRSIG, NSEC and NSEC3: a denial whose proof cannot be read is unknown, never a no. Records of
other types say nothing to us and are opaque to it.
"""

MAY_LACK_QUESTION = frozenset({0, 1, 2, 4, 5})
"""FORMERR, SERVFAIL, NOTIMP and REFUSED; and 0, because the rest of BADVERS is in OPT."""


class Malformed(Exception):  # noqa: N818 - it describes the message, not an error of ours
    """The bytes are not a DNS message, or not one of class IN."""


def register_type(rdtype: int) -> None:
    """Let dnspython read records of a type that this program asks for."""
    dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.RdataType.make(rdtype))
    read_types.add(rdtype)


def is_response(message: bytes, message_id: int, question: bytes, *, exact: bool = False) -> bool:
    """Return whether a message answers the query with this id and question section.

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
    return questions == 1 and repeats_question(message, question, exact=exact)


def repeats_question(message: bytes, question: bytes, *, exact: bool = False) -> bool:
    """Return whether the question section of a message is this one."""
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
    """Yield type and class of each record of all sections, and the offset of its type."""
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


def sanitised(message: bytes, *, only_question: bool = False) -> bytes:
    """Return a copy that dnspython may read; ``Malformed`` when it may not be read at all.

    Flags that mean nothing to us are cleared, because dnspython caches each combination it meets.
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
        if rdtype not in read_types:
            given[at : at + 2] = _OPAQUE.to_bytes(2, "big")
    return bytes(given)


def _after_name(message: bytes, at: int) -> int:
    """Return where a name ends; pointers are not followed."""
    while length := message[at]:
        if length >= _POINTER:
            return at + 2
        if length > _LONGEST_LABEL:
            raise Malformed("a label of no known kind")
        at += 1 + length
    return at + 1


for _rdtype in (*read_types, _OPAQUE):
    dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.RdataType.make(_rdtype))
dns.rdata.get_rdata_class(dns.rdataclass.ANY, dns.rdatatype.OPT)
