"""Speed and correctness of lookups: ``python tests/bench/lookups.py`` prints a table.

Every engine does the same jobs in the same world (README.md), one after the other in each round;
what is compared is the median over the rounds of the ratio within one round. An engine that is not
installed is skipped. It exits 1 when a goal is missed.
"""

# ruff: noqa: T201 - a benchmark prints

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from lookups_job import WINDOW, WINDOW_SETTING
from lookups_world import Servers, World, served

HERE = Path(__file__).parent
OURS = "v6monitor"
LONGEST = 900


class Line(NamedTuple):
    """What is between the engine and the resolver."""

    delay: float = 0.0
    loss: float = 0.0
    rate: float = 0.0
    jitter: float = 0.0


class Setting(NamedTuple):
    """A job for some engines, with warm or cold caches, over a line."""

    name: str
    job: str
    engines: tuple[str, ...]
    cold: bool = False
    line: Line = Line()
    window: int = WINDOW


class Run(NamedTuple):
    """What an engine took for a job."""

    per_second: float
    wrong: int = 0
    mib: float = 0.0
    unique: int = 0
    sent: int = 0


LIBRARIES = ("naive", "pycares", "aiodns", "blastdns", "libunbound")
FAR = Line(delay=0.020, loss=0.01)
WIDE = 1000
"""Questions at once where an answer takes long: of 300, two thirds would wait for lost ones."""
SETTINGS = (
    Setting("full job, warm", "full", (OURS, *LIBRARIES, "dnsperf")),
    Setting("A and AAAA, warm", "flat", (OURS, "pycares", "blastdns", "massdns", "dnsperf")),
    Setting(
        "names in, rows out, warm",
        "names",
        ("v6monitor_names", "v6monitor_unlogged", "naive_names", "naive_names_once"),
    ),
    Setting("full job, cold", "full", (OURS, "dnsperf"), cold=True),
    Setting(
        "names in, rows out, 20 ms, 1 % lost",
        "names",
        ("v6monitor_names", "naive_names"),
        line=FAR,
        window=WIDE,
    ),
    Setting(
        "A and AAAA, 20 ms, 1 % lost",
        "flat",
        (OURS, "pycares", "massdns"),
        line=FAR,
        window=WIDE,
    ),
    Setting("full job, 5 % lost", "full", (OURS, "naive"), line=Line(loss=0.05)),
    Setting("full job, at most 2,000/s", "full", (OURS, "naive"), line=Line(rate=2000.0)),
)
GOALS = (
    ("full job, warm", OURS, "naive", 20.0),
    ("full job, warm", OURS, "pycares", 1.0),
    ("full job, warm", OURS, "blastdns", 1.0),
    ("full job, warm", OURS, "libunbound", 1.0),
    ("A and AAAA, warm", OURS, "massdns", 0.9),
    ("names in, rows out, warm", "v6monitor_names", "naive_names", 30.0),
    ("names in, rows out, warm", "v6monitor_names", "naive_names_once", 20.0),
    ("names in, rows out, warm", "v6monitor_names", "v6monitor_unlogged", 0.75),
    ("full job, cold", OURS, "dnsperf", 0.95),
    ("names in, rows out, 20 ms, 1 % lost", "v6monitor_names", "naive_names", 12.0),
    ("A and AAAA, 20 ms, 1 % lost", OURS, "massdns", 1.0),
)
"""Setting, engine, the engine it is compared with, and the least ratio of their speeds.

The third with names is the share of the speed that writing the log leaves.
"""
FLOORS = (("full job, 5 % lost", 6_000), ("full job, at most 2,000/s", 0.9 * 2_000))
"""Setting and the least of our answers a second: of the window, one in twenty waits a second."""
MOST_MEMORY, MOST_SENT = 160.0, 1.02

Runs = dict[tuple[str, str], list[Run]]


def measured(setting: Setting, engine: str, jobs: Path, port: int, domains: int) -> Run | str:
    """Do a job with an engine; a text says why it could not be done."""
    path = jobs / setting.job
    if engine == "dnsperf":
        return _dnsperf(path, port, setting.window)
    if engine == "massdns":
        return _massdns(path, port, jobs, setting.window)
    command = [sys.executable, HERE / "lookups_engines.py", engine, path, str(port), str(domains)]
    window = {WINDOW_SETTING: str(setting.window)}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
            env=os.environ | window,
        )
    except subprocess.TimeoutExpired:
        return f"not done in {LONGEST} s"
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1]}"
    found = json.loads(done.stdout)
    if "missing" in found:
        return f"skipped: {found['missing']}"
    if found["example"]:
        print(f"    {engine} is wrong about {found['example'][0]}")
    count = len(path.read_text().splitlines()) if setting.job == "names" else found["asked"]
    speed = count / found["seconds"]
    return Run(speed, found["wrong"], found["MiB"], found["unique"], found["sent"])


def _dnsperf(path: Path, port: int, window: int) -> Run | str:
    if shutil.which("dnsperf") is None:
        return "skipped: dnsperf is not installed"
    command = ["dnsperf", "-p", str(port), "-d", path, "-n", "1", "-c", "8", "-q", str(window)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    speed = re.search(r"Queries per second:\s+([\d.]+)", found)
    return Run(float(speed[1])) if speed else "failed: dnsperf printed no speed"


def _massdns(path: Path, port: int, folder: Path, window: int) -> Run | str:
    if shutil.which("massdns") is None:
        return "skipped: massdns is not installed"
    (folder / "resolvers").write_text(f"127.0.0.1:{port}\n")
    questions = path.read_text().splitlines()
    (folder / "massdns").write_text("\n".join(line.split()[0] for line in questions[::2]))
    seconds = 0.0
    for qtype in ("A", "AAAA"):
        command = [
            "massdns", "-q", "-r", folder / "resolvers", "-s", str(window), "-t", qtype,
            "-o", "S", "-w", folder / "massdns.out", folder / "massdns",
        ]  # fmt: skip
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds += time.perf_counter() - started
    return Run(len(questions) / seconds)


@contextmanager
def over(line: Line, resolver: int) -> Iterator[int]:
    """Give the port at which the resolver is reached over a line."""
    if line == Line():
        yield resolver
        return
    command = [sys.executable, HERE / "lookups_line.py", str(resolver), *map(str, line)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


def one_round(servers: Servers, jobs: Path, world: World, runs: Runs, skipped: set[str]) -> None:
    """Let every engine do every job once."""
    for setting in SETTINGS:
        print(f"  {setting.name}")
        with over(setting.line, servers.port) as port:
            for engine in setting.engines:
                if engine in skipped:
                    continue
                if setting.cold:
                    servers.forget()
                run = measured(setting, engine, jobs, port, len(world.domains))
                if isinstance(run, Run):
                    runs[setting.name, engine].append(run)
                    print(f"    {engine:20} {run.per_second:10,.0f}/s {run.wrong:5} wrong")
                else:
                    skipped.add(engine)
                    print(f"    {engine:20} {run}")
        if setting.cold:
            warm(jobs, servers.port, world)


def warm(jobs: Path, port: int, world: World) -> None:
    """Ask everything once, so that the resolver knows it."""
    for setting in SETTINGS[:3]:
        measured(setting, setting.engines[0], jobs, port, len(world.domains))


def table(runs: Runs) -> None:
    """Print every engine in every setting."""
    print("\n| setting | engine | per second | × ours | MiB | wrong |\n|---|---|---|---|---|---|")
    for setting in SETTINGS:
        ours = runs[setting.name, setting.engines[0]]
        unit = "domains" if setting.job == "names" else "questions"
        for engine in setting.engines:
            mine = runs.get((setting.name, engine), [])
            if not mine:
                continue
            speed = statistics.median(run.per_second for run in mine)
            share = _ratio(mine, ours)
            mib = max(run.mib for run in mine)
            wrong = max(run.wrong for run in mine) if mib else "not checked"
            print(
                f"| {setting.name} | {engine} | {speed:,.0f} {unit} | {share:.2f} | "
                f"{f'{mib:.0f}' if mib else ''} | {wrong} |"
            )


def goals(runs: Runs, domains: int) -> bool:
    """Print each goal and what was measured; return whether all that could be measured are met."""
    met = []
    print("\n| goal | least | measured | |\n|---|---|---|---|")

    def show(what: str, goal: str, value: str, *, good: bool | None) -> None:
        word = "not measured" if good is None else "met" if good else "MISSED"
        met.append(good is not False)
        print(f"| {what} | {goal} | {value} | {word} |")

    for setting, engine, other, least in GOALS:
        pair = runs.get((setting, engine), []), runs.get((setting, other), [])
        what = f"{setting}: {engine} ÷ {other}"
        if all(pair):
            ratio = _ratio(*pair)
            show(what, f"≥ {least:g}", f"{ratio:.2f}", good=ratio >= least)
        else:
            show(what, f"≥ {least:g}", "", good=None)
    for setting, floor in FLOORS:
        speed = statistics.median(run.per_second for run in runs[setting, OURS])
        show(setting, f"≥ {floor:,.0f}/s", f"{speed:,.0f}/s", good=speed >= floor)
    logged = runs["names in, rows out, warm", "v6monitor_names"]
    peak = max(run.mib for run in logged)
    what = f"peak memory, {domains:,} domains with a log"
    show(what, f"≤ {MOST_MEMORY:g} MiB", f"{peak:.0f}", good=peak <= MOST_MEMORY)
    sent = max(run.sent / run.unique for run in logged)
    show(
        "messages per name and type, warm", f"≤ {MOST_SENT}", f"{sent:.3f}", good=sent <= MOST_SENT
    )
    for setting in SETTINGS:
        wrong = max(run.wrong for run in runs[setting.name, setting.engines[0]])
        show(f"{setting.name}: wrong or missing answers", "0", f"{wrong}", good=wrong == 0)
    return all(met)


def _ratio(mine: list[Run], others: list[Run]) -> float:
    pairs = zip(mine, others, strict=True)
    return statistics.median(one.per_second / other.per_second for one, other in pairs)


def main(domains: int, rounds: int) -> bool:
    """Print the tables; return whether the goals were met."""
    world = World(domains)
    full, flat = world.full(), world.flat()
    print(f"{domains:,} domains, full job {len(full):,} questions, A and AAAA {len(flat):,}")
    runs: Runs = defaultdict(list)
    skipped: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch:
        jobs = Path(scratch)
        for name, job in (("full", full), ("flat", flat)):
            (jobs / name).write_text("".join(f"{host} {qtype}\n" for host, qtype in job))
        (jobs / "names").write_text("".join(f"{domain}\n" for domain in world.domains))
        with served(world, jobs) as servers:
            warm(jobs, servers.port, world)
            for number in range(1, rounds + 1):
                print(f"round {number}", flush=True)
                one_round(servers, jobs, world, runs, skipped)
    table(runs)
    return goals(runs, domains)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How fast are lookups, and are they right?")
    parser.add_argument("--domains", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sys.exit(0 if main(options.domains, options.rounds) else 1)
