"""What may a client be given to do? A list of questions, the simplest work."""

from collections.abc import Iterable

from v6monitor.lookups.observation import Observation, Question


class Questions:
    """Work that does not grow: these questions, in their order."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._questions = iter(questions)

    def pop(self) -> Question | None:
        """Return the next question; None when there is none left."""
        return next(self._questions, None)

    def learn(self, observation: Observation) -> None:
        """Nothing follows from an answer."""
