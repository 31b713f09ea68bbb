"""What is asked: the list of subjects, and the questions about it, which grow with the answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import islice
from random import Random
from typing import Protocol

from v6monitor.dns.observation import (
    LONGEST_CHAIN,
    NEGATIVE,
    NODATA,
    Observation,
    Question,
    invalid_name,
    next_zone,
    text_of,
    within,
)
from v6monitor.dns.seen import Seen
from v6monitor.names import InvalidNameError, normalise, registrable_domain

ADDRESSES = ("A", "AAAA")
HELPERS = ("autodiscover", "selector1._domainkey", "selector2._domainkey")
"""Names below a mail domain whose CNAME is a sign of Exchange Online (EXCHANGE_ONLINE.md §5)."""
_TELLING = re.compile(r"autodiscover\.outlook\.com|.+\.onmicrosoft\.com|.+\.dkim\.mail\.microsoft")
"""Targets of those CNAMEs that say whose they are: there is no need to look behind them."""
_INCLUDE = re.compile(r"[+?~-]?(?:include:|redirect=)([a-z0-9_.-]+?)\.?")
MOST_INCLUDES = 10
"""Names that an SPF record may refer to (RFC 7208 §4.6.4)."""
_AT_ONCE = 100
POOL = 16_384
"""Questions to draw from, as long as the list lasts."""

KnownAnswer = Callable[[Question], Observation | None]
"""Returns the answer that an earlier log has, if any."""

ExtraQuestions = Callable[[str], Iterable[Question]]
"""Returns what else to ask about a mail domain."""


class Work(Protocol):
    """Source of the client's questions; it may grow while answers come in."""

    def pop(self) -> Question | None:
        """Return the next question; None when there is none now."""

    def learn(self, observation: Observation) -> None:
        """Take an answer."""

    def hasten(self, name: str) -> None:
        """Give soon what else there is about a name whose lookup failed: it may fail too."""


class Questions:
    """Work that does not grow: these questions, in their order."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._questions = iter(questions)

    def pop(self) -> Question | None:
        """Return the next question; None when there is none left."""
        return next(self._questions, None)

    def learn(self, observation: Observation) -> None:
        """Nothing follows from an answer."""

    def hasten(self, name: str) -> None:
        """Keep the order."""


def _ignore(_: Observation) -> None:
    """Do nothing."""


class Plan:
    """Work about a list of subjects: (name, ``web`` or ``mail``) pairs; each question once.

    For a mail domain: MX, the addresses of every MX host (of the domain itself when it has no MX),
    the name servers of the domain and of every MX host's zone with their addresses, TXT, the SPF
    records under the domain's own name that its SPF record refers to, and the CNAMEs of ``HELPERS``
    to their end (SRV where autodiscover has none). For a website: its addresses, those with and
    without ``www.``, and its name servers. Name servers are sought upward, in the zone that denies
    having them or label by label to the registrable domain, also those of every CNAME target of an
    MX host and of a website.

    There are no rounds: an answer adds its questions at once. Subjects are taken from the list
    when fewer than ``POOL`` questions wait, and the next question is drawn from all that wait, so
    that no authoritative server gets its questions in one burst, whatever the order of the list;
    but when the list ends, what is left about a domain that failed is next: failures are asked
    again after a pause, which is over then before the rest is asked.
    The same seed gives the same draws. Memory holds the pool, what the answers to queries in
    flight add to it; that of every question of the run is on disk.

    ``extra`` gives further questions about a mail domain; of names that ``owns`` says are another
    run's nothing is asked. ``settle`` is called with each row that
    needs no question: names that are no host names, and answers that ``known`` has; ``settled``
    counts them.
    """

    def __init__(  # noqa: PLR0913 - each is a setting with a good default
        self,
        subjects: Iterable[tuple[str, str]],
        seed: int = 0,
        *,
        settle: Callable[[Observation], None] = _ignore,
        known: KnownAnswer | None = None,
        extra: ExtraQuestions | None = None,
        owns: Callable[[str], bool] | None = None,
    ) -> None:
        self._subjects = iter(subjects)
        self._listed = len(subjects) if isinstance(subjects, Sized) else 0
        self._taken = 0
        self._waiting: list[Question] = []
        self._ended = False  # the list
        self._hastened: set[str] = set()
        self._next: list[Question] = []
        self._seen = Seen()
        self._number = 0
        # Names whose aliases are followed, chains of what may be such a name, and how far from a
        # listed name an alias is: so that nobody's aliases lead on for ever.
        self._heads = Seen()
        self._chains: dict[int, tuple[str, ...]] = {}
        self._hops: dict[int, int] = {}
        self._random = Random(seed)  # noqa: S311 - spreads the load, keeps no secret
        self._on_settled = settle
        self._known = known
        self._extra = extra
        self._owns = owns
        self.settled = 0

    def __len__(self) -> int:
        """Return how many questions there are so far, asked or not."""
        return self._number

    @property
    def expected(self) -> int:
        """Return about how many questions it will be: exactly when the list was taken whole."""
        number = len(self)
        return max(number, number * self._listed // self._taken) if self._taken else number

    def recall(self, asked: Iterable[Question], answers: Iterable[Observation]) -> None:
        """Go on where a run ended: these were asked, and these are their answers."""
        self._number += self._seen.update(asked)
        for observation in answers:
            self.learn(observation)

    def pop(self) -> Question | None:
        """Draw a question that was not asked yet; None when there is none now."""
        while (question := self._draw()) and self._known:
            observation = self._known(question)
            if observation is None:
                break
            self._settle(observation)
            self.learn(observation)
        return question

    def learn(self, observation: Observation) -> None:
        """Add the questions that an answer raises."""
        name = observation.qname
        match observation.qtype:
            case "A" | "AAAA" if observation.chain:
                self._chains[hash(name)] = observation.chain
                if name in self._heads:
                    self._add_head(name)
            case "MX":
                self._learn_mail_hosts(observation)
            case "NS":
                for host in observation.answers:
                    self._want(host, *ADDRESSES)
                self._want(next_zone(observation), "NS")
            case "CNAME" | "TXT":
                self._follow(observation)

    def hasten(self, name: str) -> None:
        """Ask next what waits about the registrable domain of a name, once the list has ended."""
        domain = registrable_domain(name)
        if self._ended and domain not in self._hastened:
            self._hastened.add(domain)
            about = {question for question in self._waiting if within(question.qname, domain)}
            self._next += sorted(about)
            self._waiting = [question for question in self._waiting if question not in about]

    def _learn_mail_hosts(self, observation: Observation) -> None:
        if observation.outcome == NODATA:  # an implicit MX (RFC 5321 §5.1)?
            self._want(observation.qname, *ADDRESSES)
        for record in observation.answers:
            host = record.partition(" ")[2]
            self._add_head(host)
            self._want(host, *ADDRESSES, "NS")

    def _add_head(self, name: str) -> None:
        """Ask for the name servers of all that a name is an alias of, now or when that is known."""
        self._heads.add(name)
        for target in self._chains.pop(hash(name), ()):
            self._want(target, "NS")

    def _follow(self, observation: Observation) -> None:
        """Ask about the targets of a helper, as many as a lookup follows, and of an SPF record."""
        name, qtype = observation.qname, observation.qtype
        hops = self._hops.get(hash(name), 0) + 1
        targets: Iterable[str] = ()
        if qtype == "TXT" and hops == 1:
            targets = own_spf_names(name, observation.answers)
        elif qtype == "CNAME" and hops < LONGEST_CHAIN:
            targets = (one for one in observation.answers if not _TELLING.fullmatch(one))
            if observation.outcome in NEGATIVE and name.startswith("autodiscover."):
                self._want(f"_autodiscover._tcp.{name.partition('.')[2]}", "SRV")
        for target in targets:
            self._hops.setdefault(hash(target), hops)
            self._want(target, qtype)

    def _draw(self) -> Question | None:
        waiting = self._waiting
        taken = 0  # some at a time: of a run that goes on most are asked already
        while len(waiting) < POOL and not self._ended and (not waiting or taken < _AT_ONCE):
            taken += 1
            subject = next(self._subjects, None)
            self._ended = subject is None
            if subject:
                self._taken += 1
                self._add_subject(*subject)
        if self._next:
            return self._next.pop()
        if not waiting:
            return None
        drawn = int(self._random.random() * len(waiting))
        waiting[drawn], waiting[-1] = waiting[-1], waiting[drawn]
        return waiting.pop()

    def _add_subject(self, raw: str, kind: str) -> None:
        try:
            name = normalise(raw).domain
        except InvalidNameError as reason:
            self._reject(raw, kind, str(reason))
            return
        if kind == "mail":
            self._want(name, "MX", "NS", "TXT")
            for helper in HELPERS:
                self._want(f"{helper}.{name}", "CNAME")
            for question in self._extra(name) if self._extra else ():
                self._want(*question)
        else:
            bare = name.removeprefix("www.")
            self._want(name, "NS")
            for host in dict.fromkeys((name, bare, f"www.{bare}")):
                self._add_head(host)
                self._want(host, *ADDRESSES)

    def _settle(self, observation: Observation) -> None:
        self.settled += 1
        self._on_settled(observation)

    def _reject(self, raw: str, kind: str, reason: str) -> None:
        question = Question(raw.strip().lower(), "MX" if kind == "mail" else "AAAA")
        if self._is_new(question):
            self._settle(invalid_name(question, reason))

    def _is_new(self, question: Question) -> bool:
        new = self._seen.add(question)
        self._number += new
        return new

    def _want(self, name: str, *types: str) -> None:
        if name in {"", "."} or (self._owns and not self._owns(name)):  # a null MX's (RFC 7505)
            return
        for qtype in types:
            question = Question(name, qtype)
            if self._is_new(question):
                self._waiting.append(question)


def own_spf_names(domain: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield the names below a domain that its SPF record includes; other records have none.

    >>> list(own_spf_names("town.example", ['"v=spf1 include:_spf.town.example ip4:192.0.2.1"']))
    ['_spf.town.example']
    """
    for record in texts:
        if domain not in record.replace('" "', "").lower():
            continue  # most do not: it is parsed only where it may matter
        version, *terms = text_of(record).lower().split() or [""]
        includes = map(_INCLUDE.fullmatch, terms if version == "v=spf1" else ())
        names = (include[1] for include in includes if include)
        yield from islice((name for name in names if name.endswith(f".{domain}")), MOST_INCLUDES)


def walk(
    subjects: Iterable[tuple[str, str]], known: KnownAnswer
) -> Iterator[tuple[Question, Observation | None]]:
    """Yield what a plan asks, with the answer to it: a plan over evidence, not over a network."""
    plan = Plan(subjects)
    while question := plan.pop():
        row = known(question)
        if row is not None:
            plan.learn(row)
        yield question, row
