"""Do large answers come through? One question over UDP, and the same over TCP."""

import time
from collections.abc import Callable

import dns.rcode

from v6monitor.dns.codec import decode, encode, question_section
from v6monitor.dns.observation import Question
from v6monitor.dns.resolvers import UDP, Resolver
from v6monitor.dns.streams import exchange
from v6monitor.dns.underway import open_line, random_id
from v6monitor.dns.wire import Malformed, answers, has_edns

_TIMEOUT = 2.0  # seconds
_DATAGRAMS = 3  # one may be lost
_SMALL = 512  # bytes, what goes without EDNS (RFC 1035 §4.2.1)
_LARGEST_DATAGRAM = 65535

Told = tuple[str, bool] | None
"""What came, and whether that is as it should be; None where there is nothing to test."""


def over_udp(resolver: Resolver, question: Question) -> Told:
    """Ask with room for 1,232 bytes; a large answer is one that came, or came truncated."""
    if resolver.transport != UDP:
        return None
    return _told(
        lambda query, section: _by_datagram(resolver, query, section), question, _DATAGRAMS
    )


def over_tcp(resolver: Resolver, question: Question) -> Told:
    """Ask over TCP, where an answer comes whole."""
    if resolver.transport != UDP:
        return None

    def fetch(query: bytes, _section: bytes) -> bytes:
        return exchange(resolver, query, _TIMEOUT)

    return _told(fetch, question, 1)


def _by_datagram(resolver: Resolver, query: bytes, section: bytes) -> bytes:
    """Return the answer to a query; what is no answer to it is passed over unread."""
    line = open_line(resolver, 0)
    with line.socket as connected:
        line.send(query)
        deadline = time.monotonic() + _TIMEOUT
        while (left := deadline - time.monotonic()) > 0:
            connected.settimeout(left)
            message = connected.recv(_LARGEST_DATAGRAM)
            if answers(message, int.from_bytes(query[:2], "big"), section):
                return message
    raise TimeoutError("timed out")


def _told(
    fetch: Callable[[bytes, bytes], bytes], question: Question, attempts: int
) -> tuple[str, bool]:
    section = question_section(*question)
    failure = ""
    for _ in range(attempts):
        try:
            message = _answer(fetch, section)
            reply = decode(message)
            edns = has_edns(message)
        except (Malformed, OSError) as error:
            failure = (str(error) or type(error).__name__).splitlines()[0]
            continue
        if reply.rcode != dns.rcode.NOERROR:
            return dns.rcode.to_text(dns.rcode.Rcode.make(reply.rcode)), False
        found = "truncated" if reply.truncated else f"{len(message):,} bytes"
        return found, edns and (reply.truncated or len(message) > _SMALL)
    return failure, False


def _answer(fetch: Callable[[bytes, bytes], bytes], section: bytes) -> bytes:
    message_id = random_id()
    message = fetch(encode(section, message_id), section)
    if not answers(message, message_id, section):
        raise Malformed("no answer to the question")
    return message
