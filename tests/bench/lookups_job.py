"""One run of an engine: what it found, what it took, and whether it is right."""

import os
import re
import resource
import time
from typing import NamedTuple

from lookups_world import Question, World

WINDOW_SETTING = "V6MONITOR_BENCH_WINDOW"
WINDOW = int(os.environ.get(WINDOW_SETTING, "300"))
"""Questions at once."""
TIMEOUT = 1.0
SHORT = 3
ATTEMPTS = 8
"""Of those engines that let one choose: enough for a line that loses one message in ten."""


class Found(NamedTuple):
    """What an engine says of a question; "" is an ``outcome`` that it does not report."""

    outcome: str
    records: tuple[str, ...] = ()


class Result(NamedTuple):
    """What came of a job."""

    found: dict[Question, Found]
    asked: int
    """Questions that the caller put to the engine."""
    sent: int = 0
    """Messages, where the engine reports them."""


class Clock:
    """Seconds and memory between start and stop; memory is the highest of the process."""

    def __init__(self) -> None:
        self.running = False
        self._started = self.seconds = self.mib = 0.0

    def start(self) -> None:
        """Begin."""
        self.running = True
        self._started = time.perf_counter()

    def stop(self) -> None:
        """End; who did all before an engine returns may say so earlier."""
        if self.running:
            self.seconds = time.perf_counter() - self._started
            self.mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.running = False


CLOCK = Clock()


def questions(job: list[str]) -> list[Question]:
    """Return the questions of a job, a name and a type each line."""
    return [(name, qtype) for name, qtype in map(str.split, job)]


def _plain(qtype: str, record: str) -> str:
    """Return a record as all engines agree on it: strings of TXT joined, no final dot."""
    if qtype == "TXT":
        return "".join(re.findall(r'"([^"]*)"', record)) if record.startswith('"') else record
    return record.lower().removesuffix(".")


def wrong(world: World, found: dict[Question, Found]) -> list[Question]:
    """Return the questions whose answer is not the truth."""
    different = []
    for (name, qtype), one in found.items():
        truth = world.truth(name, qtype)
        records = {_plain(qtype, record) for record in one.records}
        same = records == {_plain(qtype, record) for record in truth.records}
        if not same or one.outcome not in {"", truth.outcome}:
            different.append((name, qtype))
    return different
