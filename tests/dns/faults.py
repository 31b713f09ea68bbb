"""Behaviours for ``FaultServer``: what can go wrong with an answer of any type."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import dns.edns
import dns.message
import dns.rdatatype
from faultserver import Behaviour, Sent, framed, reply, truncated

TIMEOUT = 0.1
"""Seconds that the client waits at first."""

DATA = {
    "A": ("192.0.2.1",),
    "AAAA": ("2a01::1",),
    "MX": ("10 mail.town.example.",),
    "NS": ("ns1.town.example.", "ns2.town.example."),
    "CNAME": ("target.town.example.",),
    "TXT": ('"v=spf1 -all"',),
}
"""What every name has at a server without faults."""
SOA = "gate.example. 300 IN SOA ns.gate.example. host.gate.example. 1 2 3 4 5"
REFERRAL = "example. 300 IN NS ns.example."
ESCAPED = ("a\\.b.town.example.", "caf\\195\\169.town.example.")
"""Hosts that cannot be asked for."""
ADDRESSES = [f"192.0.{number % 2}.{number // 2}" for number in range(500)]


def asked(query: dns.message.Message) -> tuple[str, str]:
    """Return name (with final dot) and type of a question."""
    question = query.question[0]
    return question.name.to_text(), dns.rdatatype.to_text(question.rdtype)


def records(query: dns.message.Message, owner: str = "") -> list[str]:
    """Return the right records, of the name asked or of another."""
    name, qtype = asked(query)
    return [f"{owner or name} 300 IN {qtype} {data}" for data in DATA.get(qtype, [])]


def answer(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer."""
    yield reply(query, *records(query))


def answer_with(*data: str, owner: str = "", rcode: str = "NOERROR") -> Behaviour:
    """Answer with these records, over TCP when they do not fit in a datagram."""

    def behave(query: dns.message.Message, _number: int, tcp: bool) -> Iterator[Sent]:
        name, qtype = asked(query)
        lines = [f"{owner or name} 300 IN {qtype} {one}" for one in data]
        message = reply(query, *lines, rcode=rcode)
        if tcp:
            yield framed(message)
        else:
            yield message if len(message) <= query.payload else truncated(query)

    return behave


def many(count: int, data: str) -> Behaviour:
    """Answer with so many records; ``data`` has a place for the number."""
    return answer_with(*(data.format(number) for number in range(1, count + 1)))


def rcode(name: str, authority: str = "") -> Behaviour:
    """Answer with a response code only."""
    return lambda query, _number, _tcp: [reply(query, rcode=name, authority=authority)]


def extended_error(code: int) -> Behaviour:
    """Answer SERVFAIL with an extended error (RFC 8914)."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        response = dns.message.make_response(query)
        response.set_rcode(2)
        response.use_edns(0, options=[dns.edns.EDEOption(code, "why")])
        yield response.to_wire()

    return behave


def silent(_query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Never answer."""
    yield from ()


def first(times: int, fault: Behaviour) -> Behaviour:
    """Show a fault so many times, and then answer."""
    return lambda query, number, tcp: (fault if number < times else answer)(query, number, tcp)


def formerr_to_edns(query: dns.message.Message, number: int, tcp: bool) -> Iterable[Sent]:
    """Answer only questions without EDNS."""
    return answer(query, number, tcp) if query.edns < 0 else [reply(query, rcode="FORMERR")]


def late(query: dns.message.Message, number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer the first time only, when the second question is there already."""
    if number == 0:
        yield 1.5 * TIMEOUT, reply(query, *records(query))


def too_late(query: dns.message.Message, number: int, _tcp: bool) -> Iterator[Sent]:
    """Say that the name does not exist, when nobody waits any more."""
    if number == 0:
        yield 16 * TIMEOUT, reply(query, rcode="NXDOMAIN")


def thrice(fault: Behaviour) -> Behaviour:
    """Send each message three times."""
    return lambda query, number, tcp: 3 * list(fault(query, number, tcp))


# TC, and then something over TCP


def over_tcp(tail: Behaviour) -> Behaviour:
    """Answer over UDP that it does not fit."""
    return lambda query, number, tcp: tail(query, number, tcp) if tcp else [truncated(query)]


def whole(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer over TCP."""
    yield framed(reply(query, *records(query)))


def dead(_query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Take the question and keep still."""
    yield 8 * TIMEOUT, b""


def short(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Close before the last bytes."""
    yield framed(reply(query, rcode="NXDOMAIN"))[:-3]


def again(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Say over TCP too that it does not fit."""
    yield framed(truncated(query))


def drop_by_drop(seconds: float) -> Behaviour:
    """Send the answer byte by byte, in so many seconds."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        message = framed(reply(query, *records(query)))
        yield from ((seconds / len(message), bytes([byte])) for byte in message)

    return behave


# CNAMEs


def _aliases(query: dns.message.Message, count: int, *last: str) -> list[str]:
    """Return so many CNAMEs that begin at the name; the last points at ``last``, or a link."""
    name = asked(query)[0]
    names = [name, *(_link(query, number) for number in range(1, count)), *last]
    if not last:
        names.append(_link(query, count))
    return [f"{one} 300 IN CNAME {other}" for one, other in pairwise(names)]


def _link(query: dns.message.Message, number: int) -> str:
    return f"link{number}.{asked(query)[0]}"


def chain(length: int) -> Behaviour:
    """Answer with so many CNAMEs, and the records at the end."""
    return lambda query, _number, _tcp: [
        reply(query, *_aliases(query, length), *records(query, _link(query, length)))
    ]


def stray_beside(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer with the right records and with another name's."""
    qtype = asked(query)[1]
    other = {"A": "192.0.2.66", "AAAA": "2a01::66", "TXT": '"stray"', "MX": "5 stray.example."}
    stray = f"stray.example. 300 IN {qtype} {other.get(qtype, 'stray.example.')}"
    yield reply(query, *records(query), stray)


def dangling(rcode: str) -> Behaviour:
    """Answer with a CNAME to a name that does not exist, or has nothing of the type."""
    return lambda query, _number, _tcp: [
        reply(query, *_aliases(query, 1, "gone.gate.example."), rcode=rcode, authority=SOA)
    ]


def alias_loop(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer with two names that point at each other."""
    name = asked(query)[0]
    yield reply(query, *_aliases(query, 1), f"{_link(query, 1)} 300 IN CNAME {name}")


def alias_to_itself(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer with a name that points at itself."""
    name = asked(query)[0]
    yield reply(query, f"{name} 300 IN CNAME {name}")


# Names


def mixed_case(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer in capitals."""
    yield reply(query, *(record.upper() for record in records(query)))


def wildcard(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer as a signed wildcard does: with the proof that the name itself is not there."""
    yield reply(query, *records(query), authority="a.example. 60 IN NSEC z.example. A NSEC")


# Answers that contradict themselves


def nxdomain_with_records(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Say that the name does not exist, and what it has."""
    yield reply(query, *records(query), rcode="NXDOMAIN")


def stray_only(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer with another name's records only."""
    yield reply(query, *records(query, "stray.example."))
