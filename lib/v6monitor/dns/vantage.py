"""Vantage self-test: checks that the resolvers answer, and that their answers are true.

A resolver that makes up IPv6 addresses, hides them, or answers for names that do not exist gives
wrong verdicts that look right. So each is first asked questions whose answers are known.
"""

import ipaddress
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

import dns.rcode

from v6monitor.dns.client import Client
from v6monitor.dns.codec import decode, encode, question_section
from v6monitor.dns.ipv6_only import control
from v6monitor.dns.observation import (
    BOGUS,
    DEFINITE,
    IPV6_ONLY,
    MISMATCH,
    NODATA,
    NXDOMAIN,
    OK,
    SERVFAIL,
    TIMEOUT,
    UNREACHABLE,
    Observation,
    Question,
)
from v6monitor.dns.plan import Questions
from v6monitor.dns.resolvers import UDP, Resolver
from v6monitor.dns.retry import Policy
from v6monitor.dns.transport import UdpSocket, exchange, random_id
from v6monitor.dns.wire import Malformed, is_response
from v6monitor.errors import VantageError

PASSED, FAILED, NOT_TESTED = "passed", "failed", "not_tested"
ANSWERS, AGREEMENT, IPV4_ONLY = "answers", "agreement", "ipv4_only"
MEANING = {
    ANSWERS: "it does not answer",
    "dns64": "it makes up IPv6 addresses (DNS64)",
    "rewriting": "it answers for names that do not exist",
    "ipv6": "it hides IPv6 addresses",
    "dnssec": "it does not check DNSSEC",
    "udp": "answers of 1,232 bytes over UDP do not come through",
    "tcp": "TCP does not work",
    IPV4_ONLY: "it uses IPv4 after all",
    AGREEMENT: "another resolver says something else",
}
"""What is the matter when a check fails."""

_ROOT = Question(".", "NS")  # every resolver has an answer about the root, if only REFUSED
_GREETING = Policy(timeout=1.0, attempts=2, pause=0.0, rate=0.0)  # over within seven seconds
_POLICY = Policy(timeout=1.0, attempts=3, pause=0.0, rate=0.0)
_SILENT = frozenset({TIMEOUT, UNREACHABLE, MISMATCH})
_SHOWN = 4  # answers
_LARGE_TIMEOUT = 2.0  # seconds
_DATAGRAMS = 3  # one may be lost
_SMALL = 512  # bytes, what goes without EDNS (RFC 1035 §4.2.1)
_LARGEST_DATAGRAM = 65535
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

Finding = tuple[str, bool]
"""What came, and whether it is as expected."""


class Probes(NamedTuple):
    """The names that the self-test asks for; an empty one leaves its check out."""

    dns64: str = "ipv4only.arpa"
    """Has IPv4 addresses only (RFC 7050, for this very check): an AAAA is made up."""
    rewriting: str = "nl"
    """Below it a random name is asked for, which cannot exist."""
    ipv6: str = "k.root-servers.net"
    """Has an AAAA: a root name server, run by RIPE NCC. Where it has none, AAAA are hidden."""
    dnssec: str = "dnssec-failed.org"
    """Its signatures are wrong on purpose (Comcast): who checks them gets no answer."""
    large: str = "./DNSKEY"
    """NAME/TYPE of an answer that needs more than 512 bytes: the keys of the root."""
    ipv4_only: str = ""
    """A zone of which no name server has IPv6: an IPv6-only resolver must fail below it. There is
    no public one that is sure to stay so."""


PUBLIC = Probes()
EXAMPLE = Probes(
    dns64="ipv4.meetpunt.example",
    rewriting="meetpunt.example",
    ipv6="ipv6.meetpunt.example",
    dnssec="dnssec.meetpunt.example",
    large="groot.meetpunt.example/TXT",
    ipv4_only="oudezone.example",
)
"""The same for the embedded name server, which knows nothing else than the example's zones."""


T = TypeVar("T")


class Check(NamedTuple):
    """What one check of the self-test found."""

    resolver: str
    check: str
    """A key of ``MEANING``."""
    question: str
    expected: str
    found: str
    result: str
    """``passed``, ``failed`` or ``not_tested``."""


def answering(resolvers: Sequence[Resolver]) -> list[Resolver]:
    """Return the resolvers that neither are silent nor deny everything; VantageError for none."""
    return _answering(resolvers, _side_by_side(_greet, resolvers))


def probes_of(resolver: Resolver, probes: Probes | None) -> Probes:
    """Return the names to test a resolver with: as given, else those that it can know."""
    return probes or (EXAMPLE if resolver.embedded else PUBLIC)


def examine(resolvers: Sequence[Resolver], probes: Probes | None = None) -> list[Check]:
    """Test resolvers side by side, by default with ``PUBLIC`` or ``EXAMPLE``; return all checks."""
    answers: dict[str, Observation] = {}
    checks = _side_by_side(lambda one: list(_examined(one, probes, answers)), resolvers)
    found = [check for of_one in checks for check in of_one]
    asked = [resolver.label for resolver in resolvers if resolver.label in answers]
    return found + list(_agreement({label: answers[label] for label in asked}))


def trusted(resolvers: Sequence[Resolver], checks: Sequence[Check]) -> list[Resolver]:
    """Return the resolvers that answer; VantageError when one failed a check, or none answers."""
    greetings = [check for check in checks if check.check == ANSWERS]
    usable = _answering(resolvers, greetings)
    labels = {resolver.label for resolver in usable}
    failed = [check for check in checks if check.result == FAILED and check.resolver in labels]
    if failed:
        found = "; ".join(
            f"{check.resolver}: {MEANING[check.check]} ({check.question} gave {check.found}, "
            f"expected {check.expected})"
            for check in failed
        )
        advice = (
            "name another resolver with --resolver (or with --no-vantage take the answers as they "
            "are, which the report then says)"
        )
        if all(check.resolver.startswith(IPV6_ONLY) for check in failed):
            advice = "docs/resolvers.md has one for --ipv6-only-resolver that starts in a minute"
        raise VantageError(f"{found}: {advice}")
    return usable


def _answering(resolvers: Sequence[Resolver], greetings: Sequence[Check]) -> list[Resolver]:
    silent = {check.resolver: check.found for check in greetings if check.result == FAILED}
    found = [resolver for resolver in resolvers if resolver.label not in silent]
    if not found:
        tried = "; ".join(f"{label}: {what}" for label, what in silent.items())
        raise VantageError(
            f"no resolver answers ({tried}): check the network, or name another with --resolver"
        )
    return found


def _greet(resolver: Resolver) -> Check:
    """Check whether a resolver can be used at all."""
    found, works = "", False
    try:
        row = _ask(resolver, [_ROOT], _GREETING)[_ROOT]
    except OSError as error:
        found = error.strerror or str(error)
    else:
        works = row.outcome not in _SILENT | {NXDOMAIN}
        found = row.outcome if works else row.detail.removeprefix(f"{resolver.label}: ")
        if row.outcome == NXDOMAIN:
            found = "says the DNS root does not exist, so its 'no' answers are meaningless"
    return _check(resolver, ANSWERS, _ROOT, "an answer", (found, works))


def _examined(
    resolver: Resolver, probes: Probes | None, answers: dict[str, Observation]
) -> Iterator[Check]:
    greeting = _greet(resolver)
    yield greeting
    if greeting.result == FAILED:
        return
    names = probes_of(resolver, probes)
    made_up = f"{secrets.token_hex(10)}.{names.rewriting}" if names.rewriting else ""
    expectations: list[tuple[str, Question, str, Callable[[Observation], bool]]] = [
        ("dns64", Question(names.dns64, "AAAA"), NODATA, lambda row: row.outcome == NODATA),
        ("rewriting", Question(made_up, "A"), NXDOMAIN, lambda row: row.outcome == NXDOMAIN),
        ("ipv6", Question(names.ipv6, "AAAA"), "an IPv6 address", _has_ipv6),
        ("dnssec", Question(names.dnssec, "A"), SERVFAIL, lambda r: r.outcome in {SERVFAIL, BOGUS}),
    ]
    asked = [question for _, question, _, _ in expectations if question.qname]
    rows = _ask(resolver, asked, _POLICY)
    for name, question, expected, holds in expectations:
        if question.qname:
            row = rows[question]
            yield _check(resolver, name, question, expected, (_found(row), holds(row)))
    if resolver.label.startswith(IPV6_ONLY):
        yield _without_ipv4(resolver, names.ipv4_only)
    if names.ipv6:
        answers[resolver.label] = rows[Question(names.ipv6, "AAAA")]
    yield from _transports(resolver, names.large)


def _without_ipv4(resolver: Resolver, zone: str) -> Check:
    """Check that a resolver fails where no name server has IPv6; without a zone: not tested."""
    if not zone:
        expected = "no answer: name a zone with IPv4-only name servers, --probe ipv4_only=ZONE"
        return Check(resolver.label, IPV4_ONLY, "", expected, "", NOT_TESTED)
    question = control(zone, "ipv4")
    row = _ask(resolver, [question], _POLICY)[question]
    finding = (_found(row), row.outcome not in DEFINITE)
    return _check(resolver, IPV4_ONLY, question, "no answer", finding)


def _transports(resolver: Resolver, large: str) -> Iterator[Check]:
    """Check that a large answer comes over UDP, or comes truncated, and whole over TCP."""
    name, _, qtype = large.rpartition("/")
    question = Question(name, qtype)
    for check in ("udp", "tcp") if name and resolver.transport == UDP else ():
        finding = large_answer(resolver, question, check)
        yield _check(resolver, check, question, "a large answer", finding)


def _agreement(answers: dict[str, Observation]) -> Iterator[Check]:
    """Compare the answers of the resolvers about one name; one resolver alone is not tested."""
    for label, row in answers.items():
        others = [other for other in answers.values() if other is not row]
        question = f"{row.qname} {row.qtype}"
        expected = _found(others[0]) if others else "the same from another resolver"
        differs = any(other.answers != row.answers for other in others)
        result = (FAILED if differs else PASSED) if others else NOT_TESTED
        yield Check(label, AGREEMENT, question, expected, _found(row), result)


def _check(
    resolver: Resolver, check: str, question: Question, expected: str, finding: Finding
) -> Check:
    found, works = finding
    result = PASSED if works else FAILED
    return Check(resolver.label, check, " ".join(question), expected, found, result)


def _has_ipv6(row: Observation) -> bool:
    return row.outcome == OK and any(
        ipaddress.IPv6Address(address) in _GLOBAL_UNICAST for address in row.answers
    )


def _found(row: Observation) -> str:
    return f"{row.outcome} {', '.join(row.answers[:_SHOWN])}".strip()


def _ask(
    resolver: Resolver, questions: Sequence[Question], policy: Policy
) -> dict[Question, Observation]:
    with Client([resolver], policy) as client:
        return {Question(row.qname, row.qtype): row for row in client.run(Questions(questions))}


def _side_by_side(function: Callable[[Resolver], T], resolvers: Sequence[Resolver]) -> list[T]:
    """Apply a function to all at once, in threads that Ctrl-C does not wait for."""
    futures = [Future[T]() for _ in resolvers]

    def work(future: Future[T], resolver: Resolver) -> None:
        try:
            future.set_result(function(resolver))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is wanted
            future.set_exception(error)

    for pair in zip(futures, resolvers, strict=True):
        threading.Thread(target=work, args=pair, daemon=True).start()
    return [future.result() for future in futures]


def _by_stream(resolver: Resolver, query: bytes, _: bytes) -> bytes:
    return exchange(resolver, query, _LARGE_TIMEOUT)


def _by_datagram(resolver: Resolver, query: bytes, section: bytes) -> bytes:
    """Return the answer to a query; what is no answer to it is passed over unread."""
    udp = UdpSocket.connect(resolver, 0)
    with udp.socket as connected:
        udp.send(query)
        deadline = time.monotonic() + _LARGE_TIMEOUT
        while (left := deadline - time.monotonic()) > 0:
            connected.settimeout(left)
            message = connected.recv(_LARGEST_DATAGRAM)
            if is_response(message, int.from_bytes(query[:2], "big"), section):
                return message
    raise TimeoutError("timed out")


def large_answer(resolver: Resolver, question: Question, way: str) -> Finding:
    """Ask over ``udp``, where the answer may come truncated, or over ``tcp``."""
    fetch, attempts = (_by_datagram, _DATAGRAMS) if way == "udp" else (_by_stream, 1)
    section, failure = question_section(*question), ""
    for _ in range(attempts):
        message_id = random_id()
        try:
            message = fetch(resolver, encode(section, message_id), section)
            if not is_response(message, message_id, section):
                raise Malformed("no answer to the question")  # noqa: TRY301 - as of decode
            reply = decode(message)
        except (Malformed, OSError) as error:
            failure = (str(error) or type(error).__name__).splitlines()[0]
            continue
        if reply.rcode != dns.rcode.NOERROR:
            return dns.rcode.to_text(dns.rcode.Rcode.make(reply.rcode)), False
        found = "truncated" if reply.truncated else f"{len(message):,} bytes"
        return found, reply.edns and (reply.truncated or len(message) > _SMALL)
    return failure, False
