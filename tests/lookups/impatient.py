"""Asking with little patience, as the tests do."""

from collections.abc import Iterable

from v6monitor.lookups.asking import Manners
from v6monitor.lookups.client import Client
from v6monitor.lookups.observation import Observation, Question
from v6monitor.lookups.resolvers import parse

QUICK = Manners(timeout=0.15, attempts=3, pause=0.05, rate=0, concurrency=50)
ASKED = Question("a.example", "AAAA")


class Questions:
    """Work that does not grow."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self.left = list(questions)

    def pop(self) -> Question | None:
        """Return the next question."""
        return self.left.pop() if self.left else None

    def learn(self, observation: Observation) -> None:
        """Nothing follows."""


def ask(
    *specs: str, questions: Iterable[Question] = (ASKED,), manners: Manners = QUICK
) -> list[Observation]:
    """Ask with little patience."""
    with Client(parse(specs), manners) as client:
        return sorted(client.run(Questions(questions)))
