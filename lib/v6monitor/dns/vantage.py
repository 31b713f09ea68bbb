"""Can be measured from here? The self-test: do the resolvers answer, and do they tell the truth?

A resolver that makes up IPv6 addresses, hides them, or answers for names that do not exist gives
wrong verdicts with every appearance of right ones. So each is asked first what is known already.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

from v6monitor.dns.asking import Manners
from v6monitor.dns.client import Client
from v6monitor.dns.observation import (
    BOGUS,
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
from v6monitor.dns.probes import EXAMPLE, PUBLIC, Probes
from v6monitor.dns.resolvers import Resolver
from v6monitor.dns.transports import over_tcp, over_udp
from v6monitor.dns.work import Questions
from v6monitor.errors import VantageError
from v6monitor.verdicts.addresses import unusable

PASSED, FAILED, NOT_TESTED = "passed", "failed", "not_tested"
ANSWERS, AGREEMENT = "answers", "agreement"
MEANING = {
    ANSWERS: "it does not answer",
    "dns64": "it makes up IPv6 addresses (DNS64)",
    "rewriting": "it answers for names that do not exist",
    "ipv6": "it hides IPv6 addresses",
    "dnssec": "it does not check DNSSEC",
    "udp": "answers of 1,232 bytes over UDP do not come through",
    "tcp": "TCP does not work",
    AGREEMENT: "another resolver says something else",
}
"""What is the matter when a check fails."""

_ROOT = Question(".", "NS")  # every resolver has something to say about the root, if only no
_GREETING = Manners(timeout=1.0, attempts=2, pause=0.0, rate=0.0)  # over within seven seconds
_MANNERS = Manners(timeout=1.0, attempts=3, pause=0.0, rate=0.0)
_SILENT = frozenset({TIMEOUT, UNREACHABLE, MISMATCH})
_SHOWN = 4  # answers

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
    """Return the resolvers that can be used; VantageError when there is none, within 10 s.

    One that is silent cannot, nor one that denies everything: a network that is closed off often
    has such a resolver, and every "no" of it would be a lie.
    """
    return _answering(resolvers, _side_by_side(_greet, resolvers))


def examine(resolvers: Sequence[Resolver], probes: Probes | None = None) -> list[Check]:
    """Test resolvers side by side; by default with ``PUBLIC``, or ``EXAMPLE`` where it is that.

    A resolver that cannot be used at all is asked nothing more. Returns the checks of each.
    """
    answers: dict[str, Observation] = {}
    checks = _side_by_side(lambda one: list(_examined(one, probes, answers)), resolvers)
    found = [check for of_one in checks for check in of_one]
    asked = [resolver.label for resolver in resolvers if resolver.label in answers]
    return found + list(_agreement({label: answers[label] for label in asked}))


def trusted(resolvers: Sequence[Resolver], checks: Sequence[Check]) -> list[Resolver]:
    """Return the resolvers that answer, if none of them failed a check.

    Raises VantageError when one did, or none answers; it says what to do.
    """
    greetings = [check for check in checks if check.check == ANSWERS]
    usable = _answering(resolvers, greetings)
    labels = {resolver.label for resolver in usable}
    failed = [check for check in checks if check.result == FAILED and check.resolver in labels]
    if failed:
        told = "; ".join(
            f"{check.resolver}: {MEANING[check.check]} ({check.question} gave {check.found}, "
            f"expected {check.expected})"
            for check in failed
        )
        raise VantageError(
            f"{told}: name another resolver with --resolver (or with --no-vantage take the "
            "answers as they are, which the report then says)"
        )
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
    """See whether a resolver can be used at all."""
    found, works = "", False
    try:
        row = _ask(resolver, [_ROOT], _GREETING)[_ROOT]
    except OSError as error:
        found = error.strerror or str(error)
    else:
        works = row.outcome not in _SILENT | {NXDOMAIN}
        found = row.outcome if works else row.detail.removeprefix(f"{resolver.label}: ")
        if row.outcome == NXDOMAIN:
            found = "denies the root of DNS, so its denials mean nothing"
    return _check(resolver, ANSWERS, _ROOT, "an answer", (found, works))


def _examined(
    resolver: Resolver, probes: Probes | None, answers: dict[str, Observation]
) -> Iterator[Check]:
    greeting = _greet(resolver)
    yield greeting
    if greeting.result == FAILED:
        return
    names = probes or (EXAMPLE if resolver.embedded else PUBLIC)
    made_up = f"{secrets.token_hex(10)}.{names.rewriting}" if names.rewriting else ""
    expectations: list[tuple[str, Question, str, Callable[[Observation], bool]]] = [
        ("dns64", Question(names.dns64, "AAAA"), NODATA, lambda row: row.outcome == NODATA),
        ("rewriting", Question(made_up, "A"), NXDOMAIN, lambda row: row.outcome == NXDOMAIN),
        ("ipv6", Question(names.ipv6, "AAAA"), "an IPv6 address", _has_ipv6),
        ("dnssec", Question(names.dnssec, "A"), SERVFAIL, lambda r: r.outcome in {SERVFAIL, BOGUS}),
    ]
    asked = [question for _, question, _, _ in expectations if question.qname]
    rows = _ask(resolver, asked, _MANNERS)
    for name, question, expected, holds in expectations:
        if question.qname:
            row = rows[question]
            yield _check(resolver, name, question, expected, (_found(row), holds(row)))
    if names.ipv6:
        answers[resolver.label] = rows[Question(names.ipv6, "AAAA")]
    yield from _transports(resolver, names.large)


def _transports(resolver: Resolver, large: str) -> Iterator[Check]:
    name, _, qtype = large.rpartition("/")
    for check, exchange in (("udp", over_udp), ("tcp", over_tcp)):
        if name:
            question = Question(name, qtype)
            told = exchange(resolver, question)
            if told is not None:
                yield _check(resolver, check, question, "a large answer", told)


def _agreement(answers: dict[str, Observation]) -> Iterator[Check]:
    """Compare what the resolvers say of one name; with one resolver there is nothing to compare."""
    for label, row in answers.items():
        others = [other for other in answers.values() if other is not row]
        question = f"{row.qname} {row.qtype}"
        expected = _found(others[0]) if others else "the same from another resolver"
        differs = any(other.answers != row.answers for other in others)
        result = (FAILED if differs else PASSED) if others else NOT_TESTED
        yield Check(label, AGREEMENT, question, expected, _found(row), result)


def _check(
    resolver: Resolver, check: str, question: Question, expected: str, told: tuple[str, bool]
) -> Check:
    found, works = told
    result = PASSED if works else FAILED
    return Check(resolver.label, check, " ".join(question), expected, found, result)


def _has_ipv6(row: Observation) -> bool:
    return row.outcome == OK and not all(map(unusable, row.answers))


def _found(row: Observation) -> str:
    return f"{row.outcome} {', '.join(row.answers[:_SHOWN])}".strip()


def _ask(
    resolver: Resolver, questions: Sequence[Question], manners: Manners
) -> dict[Question, Observation]:
    with Client([resolver], manners) as client:
        return {Question(row.qname, row.qtype): row for row in client.run(Questions(questions))}


def _side_by_side(function: Callable[[Resolver], T], resolvers: Sequence[Resolver]) -> list[T]:
    """Do it for all at once, in threads that Ctrl-C need not wait for."""
    futures = [Future[T]() for _ in resolvers]

    def work(future: Future[T], resolver: Resolver) -> None:
        try:
            future.set_result(function(resolver))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is wanted
            future.set_exception(error)

    for pair in zip(futures, resolvers, strict=True):
        threading.Thread(target=work, args=pair, daemon=True).start()
    return [future.result() for future in futures]
