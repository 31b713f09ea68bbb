"""What is to be asked? One list of questions that grows with the answers, each question once."""

from collections.abc import Iterable
from random import Random

from v6monitor.lookups.observation import (
    NEGATIVE,
    NODATA,
    OK,
    Observation,
    Question,
    invalid_name,
)
from v6monitor.names import InvalidNameError, normalise, registrable_domain

ADDRESSES = ("A", "AAAA")
HELPERS = ("autodiscover", "selector1._domainkey", "selector2._domainkey")
"""Names below a mail domain whose CNAME tells of Exchange Online (EXCHANGE_ONLINE.md §5)."""


class Plan:
    """The questions about a list of subjects: (name, ``web`` or ``mail``) pairs.

    For a mail domain: MX, the addresses of every MX host (of the domain itself when it has no MX),
    the name servers of the domain and of every MX host's zone with their addresses, TXT, and the
    CNAMEs of ``HELPERS``. For a website: its addresses, those with and without ``www.``, and its
    name servers. Name servers are sought label by label upward, to the registrable domain.

    There are no rounds: an answer adds its questions at once, and the next one is drawn from all
    that are waiting, so that no authoritative server gets its questions in one burst. The same
    seed gives the same draws. A name that is no host name is in ``rejected`` and is not asked.
    """

    def __init__(self, subjects: Iterable[tuple[str, str]], seed: int = 0) -> None:
        self.rejected: list[Observation] = []
        self._waiting: list[Question] = []
        self._seen: set[Question] = set()
        self._random = Random(seed)  # noqa: S311 - spreads the load, keeps no secret
        for name, kind in subjects:
            self._add_subject(name, kind)

    def __len__(self) -> int:
        """Return how many questions there are so far, asked or not."""
        return len(self._seen)

    def pop(self) -> Question | None:
        """Draw a question that was not asked yet; None when there is none now."""
        waiting = self._waiting
        if not waiting:
            return None
        drawn = int(self._random.random() * len(waiting))
        waiting[drawn], waiting[-1] = waiting[-1], waiting[drawn]
        return waiting.pop()

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
        else:
            bare = name.removeprefix("www.")
            self._want(name, "NS")
            for host in (name, bare, f"www.{bare}"):
                self._want(host, *ADDRESSES)

    def _reject(self, raw: str, kind: str, reason: str) -> None:
        question = Question(raw.strip().lower(), "MX" if kind == "mail" else "AAAA")
        if question not in self._seen:
            self._seen.add(question)
            self.rejected.append(invalid_name(question, reason))

    def _want(self, name: str, *types: str) -> None:
        if name == ".":  # "no host", as in a null MX (RFC 7505)
            return
        for qtype in types:
            question = Question(name, qtype)
            if question not in self._seen:
                self._seen.add(question)
                self._waiting.append(question)
