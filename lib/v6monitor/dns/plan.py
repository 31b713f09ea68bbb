"""What is to be asked? One list of questions that grows with the answers, each question once."""

from collections.abc import Callable, Iterable, Iterator, Sized
from random import Random

from v6monitor.dns.observation import (
    NEGATIVE,
    NODATA,
    OK,
    Observation,
    Question,
    invalid_name,
)
from v6monitor.dns.seen import Seen
from v6monitor.names import InvalidNameError, normalise, registrable_domain

ADDRESSES = ("A", "AAAA")
HELPERS = ("autodiscover", "selector1._domainkey", "selector2._domainkey")
"""Names below a mail domain whose CNAME tells of Exchange Online (EXCHANGE_ONLINE.md §5)."""
RAISING = ("MX", "NS")
"""The types whose answers raise questions."""
POOL = 16_384
"""Questions to draw from, as long as the list lasts."""

Earlier = Callable[[Question], Observation | None]
"""Gives the answer that is known already, if there is one."""

Besides = Callable[[str], Iterable[Question]]
"""Gives what else to ask about a mail domain."""


def walk(
    subjects: Iterable[tuple[str, str]], known: Earlier
) -> Iterator[tuple[Question, Observation | None]]:
    """Give what a plan asks, with what is known of it: a plan over evidence, not over a network."""
    plan = Plan(subjects)
    while question := plan.pop():
        row = known(question)
        if row is not None:
            plan.learn(row)
        yield question, row


def _ignore(_: Observation) -> None:
    """Nobody wants to know."""


class Plan:
    """The questions about a list of subjects: (name, ``web`` or ``mail``) pairs.

    For a mail domain: MX, the addresses of every MX host (of the domain itself when it has no MX),
    the name servers of the domain and of every MX host's zone with their addresses, TXT, and the
    CNAMEs of ``HELPERS``. For a website: its addresses, those with and without ``www.``, and its
    name servers. Name servers are sought label by label upward, to the registrable domain.

    There are no rounds: an answer adds its questions at once. Subjects are taken from the list
    when fewer than ``POOL`` questions wait, and the next question is drawn from all that wait, so
    that no authoritative server gets its questions in one burst, whatever the order of the list.
    The same seed gives the same draws. Memory holds the pool, what the answers to questions under
    way add to it, and ``Seen``: at most 22 bytes per question of the run.

    ``besides`` names further questions to put about a mail domain.

    ``settle`` is told of each row that needs no question: names that are no host names, and
    answers that ``earlier`` knows; ``settled`` counts them.
    """

    def __init__(
        self,
        subjects: Iterable[tuple[str, str]],
        seed: int = 0,
        settle: Callable[[Observation], None] = _ignore,
        earlier: Earlier | None = None,
        besides: Besides | None = None,
    ) -> None:
        self._subjects = iter(subjects)
        self._listed = len(subjects) if isinstance(subjects, Sized) else 0
        self._taken = 0
        self._waiting: list[Question] = []
        self._seen = Seen()
        self._random = Random(seed)  # noqa: S311 - spreads the load, keeps no secret
        self._tell = settle
        self._earlier = earlier
        self._besides = besides
        self.settled = 0

    def __len__(self) -> int:
        """Return how many questions there are so far, asked or not."""
        return len(self._seen)

    @property
    def expected(self) -> int:
        """Return about how many questions it will be: exactly when the list was taken whole."""
        known = len(self)
        return max(known, known * self._listed // self._taken) if self._taken else known

    def recall(self, asked: Iterable[Question], raising: Iterable[Observation]) -> None:
        """Go on where a run ended: these were asked, and these are their answers of ``RAISING``."""
        for question in asked:
            self._seen.add(question)
        for observation in raising:
            self.learn(observation)

    def pop(self) -> Question | None:
        """Draw a question that was not asked yet; None when there is none now."""
        while (question := self._draw()) and self._earlier:
            observation = self._earlier(question)
            if observation is None:
                break
            self._settle(observation)
            self.learn(observation)
        return question

    def learn(self, observation: Observation) -> None:
        """Add the questions that an answer raises."""
        match observation.qtype:
            case "MX" if observation.outcome == OK:
                for record in observation.answers:
                    self._want(record.partition(" ")[2], *ADDRESSES, "NS")
            case "MX" if observation.outcome == NODATA:  # an implicit MX (RFC 5321 §5.1)?
                self._want(observation.qname, *ADDRESSES)
            case "NS":
                self._learn_name_servers(observation)

    def _draw(self) -> Question | None:
        waiting = self._waiting
        while len(waiting) < POOL and (subject := next(self._subjects, None)):
            self._taken += 1
            self._add_subject(*subject)
        if not waiting:
            return None
        drawn = int(self._random.random() * len(waiting))
        waiting[drawn], waiting[-1] = waiting[-1], waiting[drawn]
        return waiting.pop()

    def _learn_name_servers(self, observation: Observation) -> None:
        for host in observation.answers:
            self._want(host, *ADDRESSES)
        # At the end of a CNAME stand another zone's name servers: look on for this one's.
        found_elsewhere = observation.outcome == OK and bool(observation.chain)
        if observation.outcome in NEGATIVE or found_elsewhere:
            name = observation.qname
            if name != registrable_domain(name) and "." in name:
                self._want(name.partition(".")[2], "NS")

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
            for question in self._besides(name) if self._besides else ():
                self._want(*question)
        else:
            bare = name.removeprefix("www.")
            self._want(name, "NS")
            for host in (name, bare, f"www.{bare}"):
                self._want(host, *ADDRESSES)

    def _settle(self, observation: Observation) -> None:
        self.settled += 1
        self._tell(observation)

    def _reject(self, raw: str, kind: str, reason: str) -> None:
        question = Question(raw.strip().lower(), "MX" if kind == "mail" else "AAAA")
        if self._seen.add(question):
            self._settle(invalid_name(question, reason))

    def _want(self, name: str, *types: str) -> None:
        if name == ".":  # "no host", as in a null MX (RFC 7505)
            return
        for qtype in types:
            question = Question(name, qtype)
            if self._seen.add(question):
                self._waiting.append(question)
