"""A query and its retries, without I/O.

A time-out goes to the next resolver, with a longer wait each time; before it, when an answer is
unusually late, the client may repeat the message. SERVFAIL is asked once more,
later and at the next resolver, because resolvers cache failures (RFC 9520). REFUSED and the like
move on at once, to each resolver once. FORMERR to a query with EDNS is asked again without. A
truncated answer is fetched over TCP. Messages that do not answer the query are counted and never
believed.
"""

import datetime as dt
import math
import time
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from v6monitor.dns import observation as outcomes
from v6monitor.dns.codec import (
    LONGEST_TEXT,
    LONGEST_TTL,
    Reading,
    Reply,
    encode,
    in_mixed_case,
    question_section,
    read,
)
from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.transport import UdpSocket

_BY_WEIGHT = (
    outcomes.BOGUS,
    outcomes.SERVFAIL,
    outcomes.REFUSED,
    outcomes.NOTIMP,
    outcomes.FORMERR,
    outcomes.TRUNCATED,
    outcomes.MISMATCH,
    outcomes.UNREACHABLE,
    outcomes.TIMEOUT,
)
"""When several attempts fail in several ways, the first of these is the outcome."""

_RETRIED = outcomes.UNKNOWN - {outcomes.CHAIN}
"""Failures that another attempt may mend; a chain of CNAMEs is as long everywhere."""


class Step(Enum):
    """The client's next action for a query."""

    WAIT = auto()
    SEND = auto()
    """Send ``name`` to ``resolver``, now."""
    PAUSE = auto()
    """The same, after the pause that a cached failure needs."""
    STREAM = auto()
    """Fetch the answer from ``resolver`` over TCP."""
    DONE = auto()


class Policy(NamedTuple):
    """Rate, window, time-outs and retries. The defaults suit a resolver that others use too."""

    timeout: float = 2.0
    """Seconds to wait for the first answer, doubled at the first two time-outs."""
    attempts: int = 5
    """Most messages per name that get no answer: where one in twenty is lost, fewer lose some."""
    pause: float = 5.5
    """Seconds before a query that got SERVFAIL is sent again: failures are cached for five."""
    rate: float = 500.0
    """Most queries per second to one resolver, 0 for no limit; fewer while many time out."""
    concurrency: int = 100
    """Most queries in flight."""
    unvalidated: bool = False
    """Whether to ask once more, without validation, what does not validate; ``detail`` has it."""
    mixed_case: bool = False
    """Whether to ask in letters of random case, which an answer must repeat: harder to forge."""


EMBEDDED = Policy(timeout=0.4, attempts=3, pause=0.0, rate=0.0)
"""For the example's own name server: nobody shares it, and it caches no failures."""


class Query:
    """A query, with a method for each thing that can happen to it.

    ``name`` is what to ask ``resolver`` (by number) now: the question's name or the last of the
    CNAME targets in ``chain``; ``section`` is the question section about it, in letters of random
    case when ``mixed_case``; ``edns`` whether to ask with EDNS, ``validated`` whether the resolver
    is to check signatures; ``timeouts`` how often nobody answered. ``resolvers`` are their names
    in the log. Of the client are ``deadline`` (when something is to be done: at ``time_out``, or
    before it, when the answer is unusually late), ``done``, ``sent`` (messages, the last about
    ``sent_name``), ``sent_on`` (where answers may come in) and ``latest`` (that to the last one).
    """

    __slots__ = (
        "_asked_at", "_authenticated", "_excluded", "_failures", "_mismatches", "_policy",
        "_resolvers", "_result", "_servfails", "_ttl", "_unreachable", "_unreadable", "chain",
        "deadline", "done", "edns", "latest", "mixed_case", "name", "question", "resolver",
        "section", "sent", "sent_name", "sent_on", "started", "time_out", "timeouts", "validated",
    )  # fmt: skip
    _unreachable: int
    """Bit n: resolver n cannot be reached now."""
    _excluded: int
    """Bit n: resolver n will not answer this."""
    _mismatches: int
    _unreadable: str
    """Why one of those messages cannot be read."""

    def __init__(
        self,
        question: Question,
        resolver: int,
        resolvers: Sequence[str],
        policy: Policy,
        asked_at: dt.datetime,
    ) -> None:
        self.question = question
        self.validated = True
        self.deadline = self.time_out = math.inf
        self.done = False
        self.sent = 0
        self.sent_name = question.qname
        self.sent_on: list[tuple[UdpSocket, int]] = []
        self.latest: tuple[UdpSocket, int] | None = None
        self.mixed_case = policy.mixed_case
        self.chain: tuple[str, ...] = ()
        self._asked_at = asked_at
        self.started = time.monotonic()
        self._resolvers = resolvers
        self._policy = policy
        self._failures: list[tuple[str, str]] = []
        self._ttl = LONGEST_TTL
        self._authenticated = True
        self._result: Reading | None = None
        self._ask(question.qname, resolver)

    def forget(self) -> None:
        """Expect no more answers to the messages sent."""
        for udp, message_id in self.sent_on:
            del udp.in_flight[message_id]
        self.sent_on.clear()

    def message(self, message_id: int) -> bytes:
        """Return the message to send now."""
        return encode(self.section, message_id, edns=self.edns, validated=self.validated)

    def on_reply(self, reply: Reply, resolver: int, *, current: bool, streamed: bool) -> Step:
        """Take a message that answers this query; not ``current``: a newer attempt is in flight."""
        if reply.truncated and not streamed:
            self.resolver = resolver
            return Step.STREAM
        if reply.truncated:
            reading = Reading(outcomes.TRUNCATED, detail="truncated, over TCP too")
        else:
            reading = read(reply, *self.question, self.chain)
        return self.on_reading(reading, resolver, current=current)

    def on_reading(self, reading: Reading, resolver: int, *, current: bool) -> Step:
        """Take what an answer to this query says."""
        if not self.validated:
            return self._on_unvalidated(reading)
        if reading.outcome in _RETRIED:
            self._note(reading.outcome, resolver, reading.detail)
            return self._on_failure(reading.outcome) if current else Step.WAIT
        self.resolver = resolver
        self._authenticated &= reading.authenticated
        if reading.ttl is not None:
            self._ttl = min(self._ttl, reading.ttl)
        self.chain = reading.chain
        if reading.ask:
            self._ask(reading.ask, resolver)
            return Step.SEND
        self._result = reading
        return Step.DONE

    def on_mismatch(self, why: str) -> Step:
        """Count a message that does not answer this query, or cannot be read (``why``)."""
        self._mismatches += 1
        self._unreadable = why or self._unreadable
        return Step.WAIT

    def on_unreachable(self, why: str) -> Step:
        """Take the network's message that the resolver cannot be reached: try each other one."""
        if not self._unreachable >> self.resolver & 1:
            self._note(outcomes.UNREACHABLE, self.resolver, why)
            self._unreachable |= 1 << self.resolver
        return Step.SEND if self._move(self._excluded | self._unreachable) else Step.WAIT

    def on_timeout(self, waited: float) -> Step:
        """Give up waiting for the answer to the latest attempt."""
        if self._mismatches:
            detail = f"{self._mismatches} messages that do not answer the question"
            detail += f" ({self._unreadable[:LONGEST_TEXT]})" if self._unreadable else ""
            self._note(outcomes.MISMATCH, self.resolver, detail)
            self._mismatches, self._unreadable = 0, ""
        elif not self._unreachable >> self.resolver & 1:
            self._note(outcomes.TIMEOUT, self.resolver, f"no answer in {waited:.1f} s")
        self._unreachable = 0  # it may be back
        self.timeouts += 1
        if self.timeouts >= self._policy.attempts or not self.validated:
            return Step.DONE
        self._move(self._excluded)
        return Step.SEND

    def on_broken_stream(self, outcome: str, why: str) -> Step:
        """Take the failure of a TCP, TLS or HTTPS exchange; its time-out is over already."""
        self._note(outcome, self.resolver, why)
        if outcome == outcomes.TRUNCATED:
            return self._on_failure(outcome)
        self.timeouts += 1
        if self.timeouts >= self._policy.attempts or not self.validated:
            return Step.DONE
        return Step.SEND if self._move(self._excluded) else Step.PAUSE

    def observation(self) -> Observation:
        """Return the row of a query that is done."""
        result = self._result
        if result is None:
            failed = {outcome for outcome, _ in self._failures}
            result = Reading(next(one for one in _BY_WEIGHT if one in failed))
        detail = result.detail
        if self._failures:  # what went wrong on the way, each thing once
            details = dict.fromkeys([*(why for _, why in self._failures), detail])
            detail = "; ".join(filter(None, details))
        microseconds = int(1e6 * (time.monotonic() - self.started))
        return Observation(
            *self.question,
            result.outcome,
            result.answers,
            self.chain,
            self._ttl if result.answers else None,
            self._authenticated and result.outcome in outcomes.DEFINITE,
            self._resolvers[self.resolver],
            self._asked_at,
            microseconds / 1000,
            self.sent,
            detail,
        )

    def _ask(self, name: str, resolver: int) -> None:
        """Begin with a name: the question's own, or the target of a CNAME."""
        self.name = name
        section = question_section(name, self.question.qtype)
        self.section = in_mixed_case(section) if self.mixed_case else section
        self._unreadable = ""
        self.resolver = resolver
        self.edns = True
        self.timeouts = 0
        self._mismatches = self._servfails = self._excluded = self._unreachable = 0

    def _on_unvalidated(self, reading: Reading) -> Step:
        """Keep the answer without validation; that it does not validate remains the outcome."""
        answer = " ".join([reading.outcome, *reading.answers])[:LONGEST_TEXT]
        self._note(outcomes.BOGUS, self.resolver, f"without validation: {answer}")
        return Step.DONE

    def _on_failure(self, outcome: str) -> Step:
        if outcome == outcomes.FORMERR and self.edns:
            self.edns = False
            return Step.SEND
        if outcome in {outcomes.SERVFAIL, outcomes.BOGUS}:
            self._servfails += 1
            if self._servfails > 1:
                self.validated = outcome != outcomes.BOGUS or not self._policy.unvalidated
                return Step.DONE if self.validated else Step.SEND
            self._move(self._excluded)
            return Step.PAUSE
        self._excluded |= 1 << self.resolver
        return Step.SEND if self._move(self._excluded) else Step.DONE

    def _move(self, avoid: int) -> bool:
        """Turn to the next resolver that is not to be avoided; False when there is no other."""
        count = len(self._resolvers)
        for step in range(1, count):
            candidate = (self.resolver + step) % count
            if not avoid >> candidate & 1:
                self.resolver = candidate
                self.edns = True
                return True
        return False

    def _note(self, outcome: str, resolver: int, detail: str) -> None:
        self._failures.append((outcome, f"{self._resolvers[resolver]}: {detail}"))
