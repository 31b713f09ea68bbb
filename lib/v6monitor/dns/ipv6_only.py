"""The second pass of a run: questions that were answered, asked of resolvers that may not use IPv4.

Twice a minute such a resolver also gets a name that exists nowhere, below a zone that is delegated
over IPv6: no cache has it, so an answer shows that the resolver reaches servers over IPv6 at that
moment. The same below a zone with IPv4-only name servers, where one is named, must fail.
"""

import re
import secrets
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from v6monitor.dns.observation import IPV6_ONLY, Observation, Question
from v6monitor.dns.resolvers import Resolver, parse

EVERY = 30.0  # seconds: METHOD.md asks for a control within a minute of each failure
_LABEL = "v6monitor-{kind}-{drawn}.{zone}"
_CONTROL = re.compile(r"v6monitor-(control|ipv4)-[0-9a-f]{16}\..+")


class Controls(NamedTuple):
    """Zones of the control names."""

    ipv6: str
    """Delegated over IPv6: a name below it does not exist, and an answer says so."""
    ipv4: str = ""
    """Delegated over IPv4 only: there must be no answer. Empty: not asked."""


def marked(specs: Iterable[str]) -> list[Resolver]:
    """Return resolvers that may not use IPv4: their rows in the log differ by the label.

    >>> [resolver.label for resolver in marked(["[2001:db8::53]:5353"])]
    ['ipv6-only:[2001:db8::53]:5353']
    """
    listed = list(specs)
    return [one._replace(label=IPV6_ONLY + one.label) for one in parse(listed)] if listed else []


def control(zone: str, kind: str = "control") -> Question:
    """Return a question about a name below a zone that nobody asked before."""
    return Question(_LABEL.format(kind=kind, drawn=secrets.token_hex(8), zone=zone), "AAAA")


def kind_of_control(row: Observation) -> str:
    """Return ``control`` or ``ipv4`` for the row of a control name; "" for another."""
    found = _CONTROL.fullmatch(row.qname)
    return found[1] if found else ""


class Again:
    """Work: these questions, and control names before them, between them and after them."""

    settled = 0

    def __init__(
        self, questions: Iterable[Question], controls: Controls, resolvers: Sequence[Resolver]
    ) -> None:
        self._questions = deque(questions)
        self.expected = len(self._questions)
        self._controls = controls
        self._number = len(resolvers)
        self._waiting: list[Question] = []
        self._next = 0.0
        self._left = self.expected
        self._ended = False

    def pop(self) -> Question | None:
        """Return a control when it is time for one, else the next question."""
        if time.monotonic() >= self._next and not self._ended:
            self._add_controls()
        if self._waiting:
            return self._waiting.pop()
        return self._questions.popleft() if self._questions else None

    def learn(self, observation: Observation) -> None:
        """Count the answers: after the last one come the controls once more."""
        self._left -= not kind_of_control(observation)
        if self._left <= 0 and not self._ended:
            self._ended = True
            self._add_controls()

    def hasten(self, name: str) -> None:
        """Keep the order: the controls are to be spread."""

    def _add_controls(self) -> None:
        self._next = time.monotonic() + EVERY
        for _ in range(self._number):
            self._waiting.append(control(self._controls.ipv6))
            if self._controls.ipv4:
                self._waiting.append(control(self._controls.ipv4, "ipv4"))
