"""Lost messages: every question gets its answer, at the pace of the resolver."""

import math
import time
from collections.abc import Iterator
from random import Random

import dns.message
import pytest
from faultserver import FaultServer, Sent, reply
from impatient import ask

from v6monitor.dns.observation import Question
from v6monitor.dns.retry import Policy
from v6monitor.dns.transport import Lateness, Pace

NAMES = [f"d{number}.example" for number in range(800)]
FAST = Policy(timeout=0.5, pause=0.05, rate=0, concurrency=100)
"""So few at once that a busy machine answers them in time, and what is missing was dropped."""


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


@pytest.mark.parametrize("lossy", [Lossy(share=0.05), Lossy(rate=200)], ids=["line", "resolver"])
def test_nothing_stays_unknown_that_can_be_known(lossy):
    """On a line that loses one in twenty, and at a resolver that drops what is too much for it."""
    with FaultServer(lossy) as server:
        rows = ask(server.spec, questions=[Question(n, "AAAA") for n in NAMES], policy=FAST)
    assert [row.qname for row in rows] == sorted(NAMES)
    assert {row.outcome for row in rows} == {"ok"}
    assert max(row.attempts for row in rows) > 1


def paced(pace: Pace, answered: int, timed_out: int, seconds: int = 1) -> float:
    """Give a pace so many answers and time-outs a second; return its rate after some seconds."""
    for _ in range(seconds):
        pace.answered, pace.timed_out = answered, timed_out
        pace.adjust(time.monotonic() + 1.01)
        pace._adjusted_at = time.monotonic()  # and a second has passed
    return pace.rate


def test_a_few_lost_messages_slow_nothing_down():
    """Five in a hundred are lost on a bad line; of a handful nothing is concluded."""
    assert paced(Pace(0, 1.0), 950, 50, seconds=60) == math.inf
    assert paced(Pace(400, 1.0), 380, 20, seconds=60) == 400
    assert paced(Pace(0, 1.0), 9, 9, seconds=60) == math.inf


def test_what_drops_the_rest_is_asked_what_it_answers():
    """Then more again, fast from far below and slowly near what was too much."""
    pace = Pace(0, 1.0)
    first = paced(pace, 800, 1200)
    assert first == pytest.approx(800, rel=0.05)
    assert paced(pace, 800, 400) == first  # asked before that
    faster = paced(pace, 800, 0)
    assert faster == pytest.approx(2 * first)
    assert paced(pace, 800, 0) == faster  # what is not used up or not answered is not raised
    too_much = paced(pace, 1600, 0)
    assert paced(pace, 2000, 500) == pytest.approx(2000, rel=0.05)
    paced(pace, 2000, 0)
    assert 2000 < paced(pace, 2000, 0) < too_much


def test_the_pace_never_stops_and_never_exceeds_what_was_asked_for():
    """A resolver that was silent for an hour is asked again, and in the end as before."""
    pace = Pace(500, 1.0)
    assert 0 < paced(pace, 0, 500, seconds=3600) < 50
    assert paced(pace, 500, 0, seconds=3600) == 500


def test_a_window_that_was_lost_is_compared_with_the_answers_of_its_time():
    """One in twenty is lost, all 300 that waited time out at once: the line, not the resolver."""
    pace = Pace(0, 1.0)
    paced(pace, 6000, 0)
    pace.timed_out, pace.answered = 300, 20
    pace.adjust(time.monotonic() + 0.1)
    assert pace.rate == math.inf
    assert paced(pace, 20, 300, seconds=2) < math.inf  # nothing came since


def test_an_answer_is_late_when_most_come_sooner():
    """By the answers so far, but not before a quarter of the time-out, and for one in ten only."""
    lateness = Lateness(2.0)
    assert lateness.usual == 2.0
    for _ in range(99):
        lateness.note(0.01)
    assert lateness.usual == 0.5
    assert not lateness.may_repeat()  # too few answers
    for _ in range(22):
        lateness.note(0.4)
    assert 0.5 < lateness.usual < 1.2
    assert [lateness.may_repeat() for _ in range(3)] == [True, True, False]


def test_lost_messages_do_not_wait_for_their_time_out():
    """Nine in ten of what is lost is had long before it."""
    with FaultServer(Lossy(share=0.05)) as server:
        policy = FAST._replace(timeout=4.0)
        begun = time.monotonic()
        rows = ask(server.spec, questions=[Question(n, "AAAA") for n in NAMES], policy=policy)
    assert {row.outcome for row in rows} == {"ok"}
    lost = [row for row in rows if row.attempts > 1]
    assert len(lost) > 20
    assert sum(row.duration_ms < 3500 for row in lost) > 0.8 * len(lost)
    assert time.monotonic() - begun < 60
