"""What may a client be given to do? Work that may grow, and the simplest: a list of questions."""

from collections.abc import Iterable
from typing import Protocol

from v6monitor.dns.observation import Observation, Question


class Work(Protocol):
    """Where the client gets its questions; it may grow while answers come in."""

    def pop(self) -> Question | None:
        """Return the next question; None when there is none now."""

    def learn(self, observation: Observation) -> None:
        """Take an answer."""


class Questions:
    """Work that does not grow: these questions, in their order."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._questions = iter(questions)

    def pop(self) -> Question | None:
        """Return the next question; None when there is none left."""
        return next(self._questions, None)

    def learn(self, observation: Observation) -> None:
        """Nothing follows from an answer."""
