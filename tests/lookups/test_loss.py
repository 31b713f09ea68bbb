"""Does every question get its answer where messages are lost?"""

import time
from collections.abc import Iterator
from random import Random

import dns.message
import pytest
from faultserver import FaultServer, Sent, reply
from impatient import ask

from v6monitor.lookups.asking import Manners
from v6monitor.lookups.observation import Question
from v6monitor.lookups.underway import Window

NAMES = [f"d{number}.example" for number in range(1500)]
FAST = Manners(timeout=0.1, pause=0.05, rate=0, concurrency=400)


class Lossy:
    """Answers all but a share of the messages, or so many a second at most."""

    def __init__(self, share: float = 0.0, rate: float = 0.0) -> None:
        self._random = Random(7)  # noqa: S311 - loses messages, keeps no secret
        self._share, self._rate = share, rate
        self._tokens, self._at = 0.0, time.monotonic()

    def __call__(self, query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        """Answer, or not."""
        now = time.monotonic()
        self._tokens = min(20.0, self._tokens + (now - self._at) * self._rate)
        self._at = now
        dropped = self._random.random() < self._share or (self._rate and self._tokens < 1)
        self._tokens -= 1
        if not dropped:
            yield reply(query, f"{query.question[0].name} 300 IN AAAA 2a01::1")
        else:
            self._tokens = max(0.0, self._tokens)


@pytest.mark.parametrize("lossy", [Lossy(share=0.05), Lossy(rate=1000)], ids=["line", "resolver"])
def test_nothing_stays_unknown_that_can_be_known(lossy):
    """On a line that loses one in twenty, and at a resolver that drops what is too much for it."""
    with FaultServer(lossy) as server:
        rows = ask(server.spec, questions=[Question(n, "AAAA") for n in NAMES], manners=FAST)
    assert [row.qname for row in rows] == sorted(NAMES)
    assert {row.outcome for row in rows} == {"ok"}
    assert max(row.attempts for row in rows) > 1


def test_the_window_gets_narrow_when_much_is_lost_and_wide_again_after():
    """A few lost messages change nothing."""
    window = Window(400)
    assert window.size < 100
    for number in range(2000):
        window.count(number % 20 != 0, number % 20 == 0)
    assert window.size == 400
    for number in range(2000):
        window.count(number % 5 != 0, number % 5 == 0)
    narrow = window.size
    assert narrow < 200
    for _ in range(400):
        window.count(1, 0)
    assert narrow < window.size < 400
    for _ in range(20_000):
        window.count(1, 0)
    assert window.size == 400


def test_the_window_never_closes():
    """A resolver that is silent for an hour is asked again."""
    window = Window(400)
    for _ in range(100_000):
        window.count(0, 1)
    assert 0 < window.size < 20
