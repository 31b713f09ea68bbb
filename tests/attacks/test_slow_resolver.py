"""A long list at a resolver that takes three seconds: flat memory, a quick end, an exact resume."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from strays import question_of

from v6monitor.dns.journal import Journal, journal_of
from v6monitor.dns.name_list import digest, read_names

NAMES = 200_000
WINDOW = 2_000
ROUNDS = 2
"""Windows that are answered before the memory is compared, and after."""
MOST_GROWTH = 24.0  # MiB
SLOW = 3.0


class Slow:
    """A name server on loopback that denies every name, so many seconds after it was asked."""

    def __init__(self) -> None:
        self.delay = SLOW
        self.asked: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._late: list[tuple[float, bytes, tuple[str, int]]] = []

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer in threads."""
        for work in (self._take, self._answer):
            threading.Thread(target=work, daemon=True).start()
        yield
        self._socket.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                query, client = self._socket.recvfrom(512)
                question = question_of(query)
                reply = query[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question
                if question[:1] != b"\0":  # the root is asked to see whether anybody answers
                    self.asked.append(question)
                    self._late.append((time.monotonic() + self.delay, reply, client))
                else:
                    self._socket.sendto(reply[:3] + b"\x80" + reply[4:], client)

    def _answer(self) -> None:
        done = 0
        with suppress(OSError):
            while True:
                while done < len(self._late) and self._late[done][0] <= time.monotonic():
                    self._socket.sendto(*self._late[done][1:])
                    done += 1
                time.sleep(0.01)


def memory(process: int) -> float:
    """Return the MiB that a process has in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def begin(names: Path, out: Path, port: int, *more: str) -> subprocess.Popen[str]:
    """Start a run."""
    return subprocess.Popen(
        [
            sys.executable, "-m", "v6monitor", "lookup", str(names), "--out", str(out),
            "--resolver", f"127.0.0.1:{port}", "--no-vantage", "--rate", "0", "--timeout", "30",
            "--concurrency", str(WINDOW), *more,
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def until(process: subprocess.Popen[str], server: Slow, number: int) -> None:
    """Wait until so many questions were asked."""
    deadline = time.monotonic() + 120
    while len(server.asked) < number and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def used(process: int) -> float:
    """Return the processor seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ended() -> float:
    """Return the processor seconds of the processes that have ended."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def stop(process: subprocess.Popen[str]) -> tuple[float, str]:
    """Press Ctrl-C; return the processor seconds until it ends, and what it says."""
    others, before = ended(), used(process.pid)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    return ended() - others - before, said


def kept(out: Path, names: Path) -> Counter[tuple[str, str]]:
    """Return the questions that a journal has an answer to."""
    with Journal(journal_of(out), digest(read_names(str(names)))) as journal:
        return Counter(
            pair
            for rows in journal.batches()
            for pair in zip(rows["qname"].to_pylist(), rows["qtype"].to_pylist(), strict=True)
        )


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
def test_a_long_list_at_a_slow_resolver(tmp_path: Path) -> None:
    """After a resume nothing is asked again that was answered, and nothing is kept twice."""
    names, out = tmp_path / "names.txt", tmp_path / "o.parquet"
    names.write_text("".join(f"town{number}.example,web\n" for number in range(NAMES)))
    server = Slow()
    with server.answering():
        run = begin(names, out, server.port)
        until(run, server, ROUNDS * WINDOW)
        before = memory(run.pid)
        until(run, server, 2 * ROUNDS * WINDOW)
        grown = memory(run.pid) - before
        took, said = stop(run)
        assert (run.returncode, "--resume" in said) == (130, True), said
        first = kept(out, names)
        server.asked.clear()
        server.delay = 0.0
        run = begin(names, out, server.port, "--resume")
        until(run, server, 2 * WINDOW)
        again, _ = stop(run)
        asked = Counter(server.asked)
        both = kept(out, names)
    assert grown < MOST_GROWTH
    assert max(took, again) < 0.6  # of a processor: the machine may be busy
    assert first.total() >= ROUNDS * WINDOW
    assert set(first.values()) == set(both.values()) == {1}
    answered = {name.encode().split(b".")[0] + kind.encode() for name, kind in first}
    kinds = {1: b"A", 28: b"AAAA", 2: b"NS"}
    labels = ((one[1 : 1 + one[0]], kinds[int.from_bytes(one[-4:-2], "big")], one) for one in asked)
    repeated = [one for label, kind, one in labels if label != b"www" and label + kind in answered]
    assert not repeated
    assert len(both) > len(first)
