"""How much does a whole report cost, and how does that grow with domains and months?

``python tests/bench/report.py [DOMAINSxMONTHS…]`` makes archives of such sizes from the example,
runs ``v6monitor report`` on each with its lookups replayed, and prints processor seconds of all
processes, wall clock, the memory of the largest process, and the exponent of growth from one size
to the next. ``--against CHECKOUT`` does the same by turns with another checkout and its ``.venv``;
``--each`` adds every notebook alone, ``--steps`` how long each step took, and ``--loop`` what
papermill's and nbconvert's commands take on each notebook, and papermill on as many empty ones.
"""

# ruff: noqa: T201 - a benchmark prints

import argparse
import contextlib
import ctypes
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import pandas as pd

from v6monitor.dns import log
from v6monitor.intake import intake
from v6monitor.month.loading import load
from v6monitor.workspace import root

BIN = Path(sys.executable).parent
GOAL = 0.2  # of the loop
SIZES = ("600x10", "2654x10", "2654x120")
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
STEPS = """
import sys, time
import v6monitor as v6
last = [time.perf_counter(), "start"]
def note(what, *_):
    if what != last[1]:
        print(f"{time.perf_counter() - last[0]:9.2f} s  {last[1]}", file=sys.stderr)
        last[:] = time.perf_counter(), what
v6.report(sys.argv[1], replay=sys.argv[2], out=sys.argv[3], force=True, progress=note)
note("")
"""
EMPTY = """
import sys, tempfile
import nbformat, papermill
with tempfile.TemporaryDirectory() as folder:
    nbformat.write(nbformat.v4.new_notebook(), f"{folder}/empty.ipynb")
    for _ in range(int(sys.argv[1])):
        papermill.execute_notebook(
            f"{folder}/empty.ipynb", f"{folder}/out.ipynb", kernel_name="python3",
            progress_bar=False,
        )
"""


@dataclass
class Cost:
    """What a command cost: processor seconds of all its processes, seconds, MiB of the largest."""

    cpu: float
    wall: float
    peak: float

    def __str__(self) -> str:
        """Return the figures as columns."""
        return f"{self.cpu:>9.1f}{self.wall:>9.1f}{self.peak:>9.0f}"


def cost(*command: str | Path, folder: Path | None = None) -> Cost:
    """Return what a command cost, also of processes that outlive the one that started them."""
    receiving, sending = os.pipe()
    if not (child := os.fork()):
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
        start = time.perf_counter()
        done = subprocess.run(command, check=False, cwd=folder or root(), stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        with contextlib.suppress(ChildProcessError):
            while os.wait():
                pass
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = (used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)
        os.write(sending, json.dumps(found).encode())
        os._exit(done.returncode)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, command))}: failed")
    return Cost(*json.loads(os.read(receiving, 1000)))


def make(folder: Path, domains: int, months: int) -> tuple[Path, Path]:
    """Write measurements, a file a month, and a log of so many domains; return where they are.

    Domains beyond those of the example are copies of its own, with organisations of their own and
    the same providers; so are months before its first, with the measurements of its ten by turns.
    """
    month = load()
    table, observations = month.history, month.observations
    names = sorted(table["domain"].unique())
    own = _owner(observations["qname"], names)
    rows, asked = [table], [observations]
    for copy in range(1, math.ceil(domains / len(names))):
        mark, chosen = f"c{copy}-", names[: domains - copy * len(names)]
        part = table[table["domain"].isin(chosen)]
        whose = part["organisation"].mask(
            part["organisation"] != "", part["organisation"] + f" {copy}"
        )
        rows.append(part.assign(domain=mark + part["domain"], organisation=whose))
        of = observations[own.isin(chosen)]
        pairs = zip(of["qname"], own[of.index], strict=True)
        asked.append(of.assign(qname=[name.removesuffix(end) + mark + end for name, end in pairs]))
    every = pd.concat(rows, ignore_index=True)
    periods = every["measured_at"].dt.to_period("M")
    held = sorted(periods.unique())
    measurements, kept = folder / "measurements", folder / "observations.parquet"
    for turn, at in (divmod(back, len(held)) for back in range(months)):
        of = every[periods == held[-1 - at]]
        day = of["measured_at"] - pd.DateOffset(months=turn * len(held))
        part = of.assign(measured_at=day)
        intake.write(part, measurements / f"{part['measured_at'].max():%Y-%m}.csv")
    log.write(pd.concat(asked, ignore_index=True), kept, month.provenance)
    return measurements, kept


def _owner(hosts: "pd.Series[str]", names: list[str]) -> "pd.Series[str]":
    """Return the measured domain that each host is or is below; empty for shared ones."""
    known = set(names)

    def owner(host: str) -> str:
        while host and host not in known:
            host = host.partition(".")[2]
        return host

    return hosts.map(owner)


def report(checkout: Path, files: tuple[Path, Path], out: Path, *more: str) -> Cost:
    """Return what a report by a checkout costs."""
    command = (
        checkout / ".venv" / "bin" / "v6monitor",
        "report",
        "--measurements",
        files[0],
        "--replay",
        files[1],
    )
    return cost(*command, "--force", "--quiet", "--out", out, *more, folder=checkout)


def executed(out: Path) -> list[str]:
    """Return the names of the notebooks that a report was made from."""
    (manifest,) = out.glob("*-*/run.json")
    return [one["name"] for one in json.loads(manifest.read_text(encoding="utf-8"))["notebooks"]]


def loop(files: tuple[Path, Path], names: list[str], folder: Path) -> float:
    """Return the seconds of papermill's and nbconvert's commands on each of these notebooks."""
    seconds = 0.0
    for name in names:
        source, _, sector = name.partition("-")
        given = ["-p", "measurements", files[0], "-p", "observations", files[1]]
        given += ["-y", f"sectors: [{sector}]"] if sector else []
        made = folder / f"{name}.ipynb"
        seconds += cost(BIN / "papermill", f"notebooks/{source}.ipynb", made, *given).wall
        seconds += cost(BIN / "jupyter", "nbconvert", "--to", "html", made).wall
    return seconds


def floor(count: int) -> Cost:
    """Return what as many empty notebooks cost papermill in one process."""
    return cost(BIN / "python", "-W", "ignore", "-c", EMPTY, str(count))


def rounds(given: argparse.Namespace, files: tuple[Path, Path], out: Path) -> Cost:
    """Print what the report costs with each checkout, by turns; return the median of this one."""
    checkouts = {"this": root()} | ({"other": given.against} if given.against else {})
    spent: dict[str, list[Cost]] = {name: [] for name in checkouts}
    for _ in range(given.rounds):
        for name, checkout in checkouts.items():
            spent[name].append(report(checkout, files, out / name))
            print(f"  {name:<22}{spent[name][-1]}", flush=True)
    for of in ("cpu", "wall", "peak") if given.against else ():
        pairs = zip(spent["this"], spent["other"], strict=True)
        found = median(getattr(one, of) / getattr(other, of) for one, other in pairs)
        print(f"  {of}: this \N{DIVISION SIGN} other {found:.2f}")
    return Cost(*(median(getattr(one, of) for one in spent["this"]) for of in vars(Cost(0, 0, 0))))


def details(given: argparse.Namespace, files: tuple[Path, Path], out: Path) -> float:
    """Print what was asked for beside; return the ratio of the report and the loop, if it was."""
    names = executed(out / "this")
    for name in dict.fromkeys(one.partition("-")[0] for one in names if given.each):
        print(f"  {name:<22}{report(root(), files, out / name, '--notebook', name)}", flush=True)
    if given.steps:
        cost(BIN / "python", "-c", STEPS, *files, out / "steps")
    if not given.loop:
        return 0.0
    print(f"  {f'{len(names)} empty notebooks':<22}{floor(len(names))}")
    (folder := out / "loop").mkdir(exist_ok=True)
    ratio = report(root(), files, out / "this").wall / loop(files, names, folder)
    print(f"  report \N{DIVISION SIGN} loop {ratio:.2f} (goal: at most {GOAL:g})")
    return ratio


def main(given: argparse.Namespace) -> int:
    """Print the tables; return the exit code."""
    points, ratios = [], []
    print(f"{'':<24}{'CPU s':>9}{'wall s':>9}{'MiB':>9}")
    with tempfile.TemporaryDirectory() as scratch:
        for size in given.sizes:
            domains, months = map(int, size.split("x"))
            files, out = make(Path(scratch, size), domains, months), Path(scratch, "reports", size)
            found = rounds(given, files, out)
            each = found.cpu / domains / months * 1000
            print(f"{size:<24}{found}  {each:.2f} ms per domain and month", flush=True)
            points.append((size, domains * months, found.cpu))
            ratios.append(details(given, files, out))
    for (less, small, low), (more, large, high) in pairwise(points):
        print(f"{less} to {more}: exponent {math.log(high / low) / math.log(large / small):.2f}")
    return int(any(ratio > GOAL for ratio in ratios))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How much does a report cost?")
    parser.add_argument("sizes", nargs="*", default=SIZES, metavar="DOMAINSxMONTHS")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--against", type=Path)
    for option in ("each", "steps", "loop"):
        parser.add_argument(f"--{option}", action="store_true")
    sys.exit(main(parser.parse_args()))
