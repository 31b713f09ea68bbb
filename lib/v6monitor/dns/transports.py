"""Do large answers come through? One question over UDP, and the same over TCP."""

from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from v6monitor.dns.codec import EDNS_PAYLOAD
from v6monitor.dns.observation import Question
from v6monitor.dns.resolvers import UDP, Resolver

_TIMEOUT = 2.0  # seconds
_DATAGRAMS = 3  # one may be lost
_SMALL = 512  # bytes, what goes without EDNS (RFC 1035 §4.2.1)

Told = tuple[str, bool] | None
"""What came, and whether that is as it should be; None where there is nothing to test."""


def over_udp(resolver: Resolver, question: Question) -> Told:
    """Ask with room for 1,232 bytes; a large answer is one that came, or came truncated."""
    if resolver.transport != UDP:
        return None

    def exchange(query: dns.message.Message) -> dns.message.Message:
        return dns.query.udp(query, resolver.host, _TIMEOUT, resolver.port, ignore_unexpected=True)

    return _told(exchange, question, _DATAGRAMS)


def over_tcp(resolver: Resolver, question: Question) -> Told:
    """Ask over TCP, where an answer comes whole."""
    if resolver.transport != UDP:
        return None
    return _told(
        lambda query: dns.query.tcp(query, resolver.host, _TIMEOUT, resolver.port), question, 1
    )


def _told(
    exchange: Callable[[dns.message.Message], dns.message.Message],
    question: Question,
    attempts: int,
) -> tuple[str, bool]:
    query = dns.message.make_query(
        question.qname, question.qtype, use_edns=0, payload=EDNS_PAYLOAD, want_dnssec=True
    )
    failure = ""
    for _ in range(attempts):
        try:
            answer = exchange(query)
        except (dns.exception.DNSException, OSError, EOFError) as error:
            failure = str(error).splitlines()[0] if str(error) else type(error).__name__
            continue
        size = len(answer.to_wire(max_size=65535))
        truncated = bool(answer.flags & dns.flags.TC)
        if answer.rcode() != dns.rcode.NOERROR:
            return dns.rcode.to_text(answer.rcode()), False
        found = "truncated" if truncated else f"{size:,} bytes"
        return found, answer.edns >= 0 and (truncated or size > _SMALL)
    return failure, False
