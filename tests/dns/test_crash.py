"""Runs that the system kills at fifty moments: nothing is lost, nothing is asked twice."""

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from random import Random

import pandas as pd
import pytest
from crashing import RATE, SUBJECTS, Remembering, Runner, write_zones

from v6monitor.dns import log
from v6monitor.dns.journal import journal_of
from v6monitor.dns.recording import Task, record
from v6monitor.errors import UsageError

MOMENTS = 50
AT_ONCE = 6
MAY_BE_LOST = int(RATE)  # questions: those of a second


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the zones."""
    folder = tmp_path_factory.mktemp("zones")
    write_zones(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(zones: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return what a run finds that nobody kills."""
    out = tmp_path_factory.mktemp("undisturbed") / "obs.parquet"
    with Remembering(zones) as server:
        record(SUBJECTS, [f"127.0.0.1:{server.port}"], out, Task(test=False), rate=0)
        assert max(Counter(question for _, question in server.asked).values()) == 1
    return rows_of(out)


def rows_of(path: Path) -> pd.DataFrame:
    """Return what a log says, without times and places."""
    rows = log.read_log(path)[["qname", "qtype", "outcome", "answers", "chain", "detail"]]
    rows = rows.assign(answers=rows["answers"].map(str), chain=rows["chain"].map(str))
    return rows.sort_values(["qname", "qtype"], ignore_index=True)


def killed_and_resumed(
    zones: Path, runners: SimpleQueue[Runner], out: Path, moment: float
) -> tuple[Remembering, float]:
    """Kill a run at a moment and go on with it; return the server, and when it was killed."""
    runner = runners.get()
    with Remembering(zones) as server:
        process = runner.start(server.port, out, resume=False)
        waited_until = time.monotonic() + 60
        while not server.asked:
            assert time.monotonic() < waited_until, "the run does not begin"
            time.sleep(0.001)
        time.sleep(moment)
        killed = time.monotonic()
        with contextlib.suppress(ProcessLookupError):  # it came to its end
            os.kill(process, signal.SIGKILL)
        if runner.status():
            runner.start(server.port, out, resume=True)
            assert runner.status() == 0
    runners.put(runner)
    return server, killed


@pytest.fixture
def runners() -> Iterator[SimpleQueue[Runner]]:
    """Give some processes that run look-ups."""
    made = [Runner() for _ in range(AT_ONCE)]
    queue: SimpleQueue[Runner] = SimpleQueue()
    for runner in made:
        queue.put(runner)
    yield queue
    for runner in made:
        runner.close()


@pytest.mark.slow
def test_killed_at_any_moment_a_run_goes_on(
    zones: Path, undisturbed: pd.DataFrame, runners: SimpleQueue[Runner], tmp_path: Path
) -> None:
    """The same rows as undisturbed, and no question twice but those of the last second."""
    random = Random(4)  # noqa: S311
    longest = 1.1 * len(undisturbed) / RATE
    moments = [random.uniform(0, longest) for _ in range(MOMENTS)]
    outs = [tmp_path / f"{number}.parquet" for number in range(MOMENTS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(partial(killed_and_resumed, zones, runners), outs, moments))
    resumed = 0
    for out, (server, killed) in zip(outs, ends, strict=True):
        pd.testing.assert_frame_equal(rows_of(out), undisturbed)
        assert not journal_of(out).exists()
        resumed += log.provenance(out)["sessions"] > 1
        times = Counter(question for _, question in server.asked)
        before = {question for at, question in server.asked if at < killed}
        again = [question for question in before if times[question] > 1]
        assert len(again) <= MAY_BE_LOST
    assert resumed > MOMENTS / 2


def test_killed_between_log_and_journal_nothing_is_asked(
    zones: Path, undisturbed: pd.DataFrame, tmp_path: Path
) -> None:
    """Whether the log is beside the journal already, or not yet."""
    out = tmp_path / "obs.parquet"
    with Remembering(zones) as server:
        resolver = [f"127.0.0.1:{server.port}"]
        kept = tmp_path / "kept"
        with pytest.raises(RuntimeError, match="cut off"):
            record(SUBJECTS, resolver, out, Task(test=False), rate=0, progress=_stop_at_the_end)
        kept.write_bytes(journal_of(out).read_bytes())
        for _ in range(2):
            asked = len(server.asked)
            record(SUBJECTS, resolver, out, Task(resume=True, test=False))
            assert len(server.asked) == asked
            pd.testing.assert_frame_equal(rows_of(out), undisturbed)
            journal_of(out).write_bytes(kept.read_bytes())


def test_a_run_that_was_cut_off_is_not_written_over(zones: Path, tmp_path: Path) -> None:
    """Without --resume: what to do is said, and nothing is asked."""
    out = tmp_path / "obs.parquet"
    journal_of(out).write_bytes(b"")
    with pytest.raises(UsageError, match="resume it with --resume, or remove the file"):
        record(SUBJECTS, ["127.0.0.1:9"], out)
    assert journal_of(out).read_bytes() == b""


def _stop_at_the_end(done: int, expected: int) -> None:
    if done == expected:
        raise RuntimeError("cut off")
