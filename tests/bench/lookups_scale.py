"""How lookups grow: time, memory and size by number of names, and how soon a run goes on.

NSD on loopback answers every name below one zone, so that the engine is the limit.
"""

# ruff: noqa: T201 - a benchmark prints

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from realservers import nsd

from v6monitor.dns.journal import journal_of

_ZONE = """$TTL 300
@ SOA ns1 host 1 7200 900 604800 60
@ NS ns1
* MX 10 mx1
* A 192.0.2.1
* AAAA 2a01::1
* TXT "v=spf1 -all"
"""
_QUESTIONS = 11  # about each name
_NAP = 0.05  # seconds


def lookup(folder: Path, port: int, *more: str) -> subprocess.Popen[bytes]:
    """Begin to look the names up."""
    asking = ["--resolver", f"127.0.0.1:{port}", "--rate", "0", "--concurrency", "300"]
    command = ["lookup", str(folder / "names.txt"), "--out", str(folder / "obs.parquet"), *asking]
    return subprocess.Popen(
        [sys.executable, "-m", "v6monitor", *command, "--no-vantage", "--quiet", *more]
    )


def measured(folder: Path, port: int) -> str:
    """Return seconds, memory and size of a whole run."""
    begun = time.monotonic()
    _, status, used = os.wait4(lookup(folder, port).pid, 0)
    seconds = time.monotonic() - begun
    size = (folder / "obs.parquet").stat().st_size
    cpu = used.ru_utime + used.ru_stime
    return (
        f"{seconds:8.1f} s {cpu:8.1f} s CPU {used.ru_maxrss / 1024:6.0f} MiB "
        f"{size / 2**20:7.1f} MiB on disk, exit {status}"
    )


def resumed(folder: Path, port: int, rows: int) -> str:
    """Return how soon a run asks that was killed late, and what memory it takes by then."""
    (folder / "obs.parquet").unlink()
    journal = journal_of(folder / "obs.parquet")
    first = lookup(folder, port)
    while not journal.exists() or journal.stat().st_size < 100 * rows * 0.9:
        time.sleep(_NAP)
    first.kill()
    first.wait()
    size, begun = journal.stat().st_size, time.monotonic()
    second = lookup(folder, port, "--resume")
    while journal.stat().st_size < size + 4000:  # more than the note about the run
        time.sleep(_NAP)
    seconds = time.monotonic() - begun
    status = Path(f"/proc/{second.pid}/status").read_text()
    memory = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    second.kill()
    second.wait()
    return f"goes on after {seconds:.1f} s, {memory:.0f} MiB, with {size / 2**20:.0f} MiB of rows"


def main(questions: list[int]) -> None:
    """Print a line for each size."""
    for number in questions:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (zones := folder / "zones").mkdir()
            (zones / "example.zone").write_text(_ZONE)
            names = (f"town-{name:07d}.example\n" for name in range(number // _QUESTIONS))
            (folder / "names.txt").write_text("".join(names))
            with nsd(folder, zones) as port:
                print(f"{number:>11,} questions: {measured(folder, port)}", flush=True)
                print(f"{'':>11} {resumed(folder, port, number)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=lambda text: int(float(text)), nargs="*")
    main(parser.parse_args().questions or [10_000, 100_000, 1_000_000])
