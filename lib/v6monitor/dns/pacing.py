"""How fast may a resolver be asked? As the user says, and no faster than it answers."""

import math
import time

_SHORTEST_INTERVAL = 1.0  # seconds
_SAMPLE = 20  # questions: of fewer nothing is concluded
_MUCH_SILENCE = 0.1  # of the questions: more than a bad line loses
_LEAST = 20.0  # questions a second
_BACK, _FURTHER = 1.5, 1.05  # times the rate, each interval: far below what was too much, and near
_BURST = 0.1  # seconds of pace that may be saved up


class Pace:
    """How many questions a resolver may be asked now: a token bucket that learns its rate.

    A resolver that gets more than it can or will answer drops the rest in silence, and so does a
    network that is too narrow. When much of what was asked once gets no answer, it is asked as
    much as it answered; then slowly more again. A few lost messages are nobody's excess.

    ``answered`` and ``silent`` count what came of the first messages about questions, since it was
    ``weighed``, once an ``interval`` of seconds: that is how late silence is heard.
    """

    __slots__ = (
        "_answers", "_at", "_ceiling", "_interval", "_most", "_settling", "_tokens", "_weighed_at",
        "answered", "rate", "silent",
    )  # fmt: skip

    def __init__(self, most: float, interval: float) -> None:
        self.rate = self._most = self._ceiling = most or math.inf
        self.answered = self.silent = 0
        self._interval = max(interval, _SHORTEST_INTERVAL)
        self._at = self._weighed_at = time.monotonic()
        self._tokens = most * _BURST
        self._settling = False
        self._answers = 0.0  # a second, in the interval before

    def allows(self) -> bool:
        """Tell whether a question may go out now."""
        if self.rate == math.inf:
            return True
        now = time.monotonic()
        room = max(1.0, self.rate * _BURST)
        self._tokens = min(room, self._tokens + (now - self._at) * self.rate)
        self._at = now
        return self._tokens >= 1

    def take(self) -> None:
        """Count a question that goes out."""
        self._tokens -= 1

    def weigh(self, now: float) -> None:
        """Set the rate by what came of the questions, when it is time to."""
        seconds = now - self._weighed_at
        if seconds < self._interval:
            return
        total = self.answered + self.silent
        answers = self.answered / seconds
        if self._settling:  # what is heard now was asked at the rate before
            self._settling = False
        elif total >= _SAMPLE and self.silent > _MUCH_SILENCE * total:
            if self.rate < self._most:
                self._ceiling = self.rate
            self.rate = min(self._most, max(_LEAST, answers, self._answers))
            self._tokens = 0.0
            self._settling = True
        elif self.rate < self._most:
            faster = _BACK if self.rate < self._ceiling / 2 else _FURTHER
            self.rate = min(self._most, self.rate * faster)
        self.answered = self.silent = 0
        self._answers = answers
        self._weighed_at = now
