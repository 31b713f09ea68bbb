"""How long does the example's monthly batch take, next to the shell loop a user would write?

Run it with ``python tests/bench/batch.py``. The loop runs ``papermill`` and ``jupyter nbconvert``
on each of the same notebooks, with the same parameters, one after the other; the batch also makes
the pages of both languages, the exports, the letters and the index. By turns in one run, three
rounds or ``--rounds``; beside them what an empty kernel takes. It prints the ratio of every round
and medians, and exits 1 when the median ratio is above the goal.
"""

# ruff: noqa: T201 - a benchmark prints

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from v6monitor.workspace import root

BIN = Path(sys.executable).parent
GOAL, ROUNDS = 0.4, 3
KERNEL = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel()
client.stop_channels()
manager.shutdown_kernel(now=True)
"""
PART = "-"  # between a notebook's name and the sector that it was run for


def run(*command: str | Path) -> float:
    """Return how many seconds a command takes."""
    start = time.perf_counter()
    subprocess.run([BIN / command[0], *command[1:]], cwd=root(), check=True, capture_output=True)
    return time.perf_counter() - start


def batch(archive: Path, *more: str) -> float:
    """Return how many seconds a report takes."""
    return run("v6monitor", "report", "--force", "--out", archive, *more)


def loop(archive: Path, folder: Path) -> float:
    """Return how many seconds the notebooks of a report take, each by papermill and nbconvert."""
    month = max(path for path in archive.iterdir() if (path / "run.json").exists())
    executed = json.loads((month / "run.json").read_text(encoding="utf-8"))["notebooks"]
    names = sorted((one["name"] for one in executed), key=lambda name: name != "20_lookups")
    return sum(notebook(name, month.name, folder) for name in names)


def notebook(name: str, period: str, folder: Path) -> float:
    """Return how many seconds one notebook takes."""
    source, _, sector = name.partition(PART)
    log = folder / "observations.parquet"
    given = ["-p", "period", period]
    if source == "20_lookups":
        given += ["-p", "save_to", str(log)]
    elif source != "10_measurements":
        given += ["-p", "observations", str(log)]
    if sector:
        given += ["-y", f"sectors: [{sector}]"]
    output = folder / f"{name}.ipynb"
    seconds = run("papermill", f"notebooks/{source}.ipynb", output, *given)
    return seconds + run("jupyter", "nbconvert", "--to", "html", output)


def main(rounds: int) -> int:
    """Print the table; return the exit code."""
    names = ("batch", "batch, Dutch only", "loop", "an empty kernel")
    spent, ratios = {name: list[float]() for name in names}, list[float]()
    with tempfile.TemporaryDirectory() as scratch:
        archive, folder = Path(scratch, "reports"), Path(scratch, "loop")
        folder.mkdir()
        batch(archive)  # makes the example, and fills caches
        for number in range(1, rounds + 1):
            spent["batch"].append(batch(archive))
            spent["batch, Dutch only"].append(batch(archive, "--lang", "nl"))
            spent["loop"].append(loop(archive, folder))
            spent["an empty kernel"].append(run("python", "-c", KERNEL))
            ratios.append(spent["batch"][-1] / spent["loop"][-1])
            told = ", ".join(f"{name} {seconds[-1]:.1f} s" for name, seconds in spent.items())
            print(f"round {number}: {told}, batch ÷ loop {ratios[-1]:.2f}", flush=True)
    for name, seconds in spent.items():
        print(f"{name:<20}{median(seconds):>8.1f} s")
    print(f"{'batch ÷ loop':<20}{median(ratios):>8.2f}    (goal: at most {GOAL:g})")
    return int(median(ratios) > GOAL)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How long does a monthly batch take?")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    sys.exit(main(parser.parse_args().rounds))
