"""Pace of one resolver: a token bucket that adapts to what the resolver answers."""

import math
import time

_SHORTEST_INTERVAL = 1.0  # seconds
_SAMPLE = 20  # queries: fewer prove nothing
_MANY_TIMEOUTS = 0.1  # share of the queries: more than a bad line loses
_LEAST = 20.0  # queries a second
_BACK, _FURTHER = 1.5, 1.05  # times the rate: far below the last ceiling, and near it
_BURST = 0.1  # seconds of pace that may be saved up


class Pace:
    """Token bucket of one resolver, which learns its rate.

    A resolver that gets more than it can or will answer drops the rest without a word, and so does
    a network that is too narrow. When many first messages time out, the rate falls to what the
    resolver answered, and then grows slowly. A few lost messages are no sign of excess.

    ``answered`` and ``timed_out`` count the first messages of queries since the last ``adjust``,
    once an ``interval`` of seconds: a time-out is known that much later.
    """

    def __init__(self, most: float, interval: float) -> None:
        self.rate = self._most = self._ceiling = most or math.inf
        self.answered = self.timed_out = 0
        self._interval = max(interval, _SHORTEST_INTERVAL)
        self._at = self._adjusted_at = time.monotonic()
        self._tokens = most * _BURST
        self._settling = False
        self._answers = 0.0  # a second, in the interval before

    def allows(self) -> bool:
        """Return whether a query may go out now."""
        if self.rate == math.inf:
            return True
        now = time.monotonic()
        room = max(1.0, self.rate * _BURST)
        self._tokens = min(room, self._tokens + (now - self._at) * self.rate)
        self._at = now
        return self._tokens >= 1

    def take(self) -> None:
        """Count a query that goes out."""
        self._tokens -= 1

    def adjust(self, now: float) -> None:
        """Set the rate from the answers and time-outs, once an interval."""
        seconds = now - self._adjusted_at
        if seconds < self._interval:
            return
        total = self.answered + self.timed_out
        answers = self.answered / seconds
        if self._settling:  # these answers are to queries at the rate before
            self._settling = False
        elif total >= _SAMPLE and self.timed_out > _MANY_TIMEOUTS * total:
            if self.rate < self._most:
                self._ceiling = self.rate
            self.rate = min(self._most, max(_LEAST, answers, self._answers))
            self._tokens = 0.0
            self._settling = True
        elif self.rate < self._most:
            faster = _BACK if self.rate < self._ceiling / 2 else _FURTHER
            self.rate = min(self._most, self.rate * faster)
        self.answered = self.timed_out = 0
        self._answers = answers
        self._adjusted_at = now
