"""Messages that are no answer: forged, damaged, or about something else.

Each would be a no, or another's yes, were it believed.
"""

import struct
from collections.abc import Callable, Iterator

import dns.message
from faults import answer, asked
from faultserver import Behaviour, FromElsewhere, Sent, reply


def changed(change: Callable[[bytearray], object]) -> Behaviour:
    """Change the bytes of an NXDOMAIN."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        message = bytearray(reply(query, rcode="NXDOMAIN"))
        change(message)
        yield bytes(message)

    return behave


def _wrong_id(message: bytearray) -> None:
    message[1] ^= 1


def _no_answer_bit(message: bytearray) -> None:
    message[2] &= 0x7F


def _cut(message: bytearray) -> None:
    del message[9:]


def _garbage(message: bytearray) -> None:
    message[12:] = b"\xff\x00garbage that is no message"


wrong_id, no_answer_bit = changed(_wrong_id), changed(_no_answer_bit)
cut_header, garbage = changed(_cut), changed(_garbage)


def wrong_question(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer about another name."""
    other = dns.message.make_query("other.example.", asked(query)[1], id=query.id)
    yield reply(other, rcode="NXDOMAIN")


def wrong_type(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer about another type."""
    yield reply(dns.message.make_query(asked(query)[0], "SRV", id=query.id))


def wrong_port(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer from another port that the name does not exist."""
    yield FromElsewhere(reply(query, rcode="NXDOMAIN"))


def before(forged: Behaviour) -> Behaviour:
    """Send a forged message just before the right one."""
    return lambda query, number, tcp: [*forged(query, number, tcp), *answer(query, number, tcp)]


# Damaged: one record, whose bytes come after the question


def damaged(owner: bytes, length: int | None = None) -> Behaviour:
    """Answer with a record whose owner, or length of data, is none."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        message = bytearray(reply(query))[: 12 + _question_size(query)]
        data = b"\x00\x01\xc0\x0c"
        size = len(data) if length is None else length
        here = len(message)
        message[6:12] = b"\x00\x01\x00\x00\x00\x00"
        message += owner.replace(_HERE, struct.pack("!H", 0xC000 | here))
        message += struct.pack("!HHIH", query.question[0].rdtype, 1, 300, size) + data
        yield bytes(message)

    return behave


def _question_size(query: dns.message.Message) -> int:
    return len(query.question[0].name.to_wire()) + 4


_HERE = b"HERE"
loop = damaged(_HERE)
loop_of_two = damaged(b"\x01a" + _HERE)
forward = damaged(b"\xc0\x60" + 80 * b"\x01a" + b"\x00")
past_the_end = damaged(b"\xff\xff")
data_past_the_end = damaged(b"\xc0\x0c", length=4000)
label_of_64 = damaged(b"\x40" + 64 * b"a" + b"\x00")
name_of_260 = damaged(4 * (b"\x3f" + 63 * b"a") + b"\x03abc\x00")
