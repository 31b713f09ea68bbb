"""How fast are measurements read? ``python tests/bench/intake.py`` prints a table.

A million canonical rows against ``pandas.read_csv(dtype=str, keep_default_na=False)`` on the same
file, in turns in one process, and the memory of a process that only reads them; and a folder of a
hundred dashboard exports of 2,500 domains: the first time, again, and with two more. Seconds are
of the processor. It exits 1 when a goal is missed.
"""

# ruff: noqa: T201 - a benchmark prints

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from v6monitor.intake import intake as measurements
from v6monitor.intake.columns import COLUMNS

DOMAINS, FILES = 2_500, 100
RATIO, MEMORY, KEPT = 1.5, 1024, 2.0


def canonical(path: Path, rows: int) -> None:
    """Write a canonical table: twenty months of as many domains as it takes, half of them mail."""
    months = [f"{2024 + month // 12}-{month % 12 + 1:02}-05" for month in range(20)]
    tests = ("passed", "failed", "not_tested", "passed", "failed", "warning")
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number in range(rows):
            month, place = months[number % 20], number // 20
            kind = ("web", "mail")[place % 2]
            domain = f"www{place}.gemeente-{place % 977}.example"
            mail = kind == "mail"
            results = [tests[(place + column) % 6] for column in range(3)]
            web = [""] * 3 if mail else results
            mx = results[:2] if mail else [""] * 2
            owner = [f"Gemeente {place % 977}", f"gm{place % 977:04}", "gemeente", "Utrecht"]
            report = f"https://batch.example/{kind}/{domain}/{number}/"
            about = ["gemeenten", "", "ok", place % 101, report]
            source = ["dashboard-2024-03", f"export-{month}.csv", place + 5, "file name", month]
            status = "has_mx" if mail else ""
            writer.writerow(
                [month, domain, domain, kind, *owner, *about, *results, *web, *mx, status, *source]
            )


def export(folder: Path, number: int) -> None:
    """Write a dashboard export of the present generation, of a month of its own."""
    header = (
        "List,Url,Subdomain,Domain,Suffix,Tags,InStats,% Score,Report,,Modern address (IPv6),"
        "IPv6 addresses for name servers,IPv6 reachability of name servers,"
        "IPv6 addresses for web server,IPv6 reachability of web server,"
        "Same website on IPv6 and IPv4," + ",".join(f"Other test {number}" for number in range(50))
    )
    above = "," * header.count(",")
    rows = [
        f"gemeenten,www{place}.a.example,www,a,example,,TRUE,{place % 101},"
        f"https://batch.example/site/{place}/{number}/, ,passed,failed,passed,passed,passed,"
        f"{'passed' if (place + number) % 3 else 'failed'}" + ",passed" * 50
        for place in range(DOMAINS)
    ]
    day = f"{2018 + number // 12}-{number % 12 + 1:02}-05"
    name = f"internet-nl-dashboard-report-{number}-gemeenten-web-{day}.csv"
    (folder / name).write_text("\r\n".join([above, above, above, header, *rows, ""]))


def seconds(read: Callable[[], object]) -> float:
    """Return the processor's seconds of a reading, with those of the processes it started."""
    started = os.times()
    read()
    return sum(os.times()[:4]) - sum(started[:4])


def main(rows: int, rounds: int) -> bool:
    """Print the table; return whether the goals were met."""
    with tempfile.TemporaryDirectory() as scratch:
        path, folder = Path(scratch) / "canonical.csv", Path(scratch) / "data" / "measurements"
        canonical(path, rows)
        alone = [sys.executable, __file__, "--read", str(path)]
        peak = int(subprocess.run(alone, capture_output=True, check=True).stdout)
        ratios = []
        for _ in range(rounds):
            strings = seconds(lambda: pd.read_csv(path, dtype=str, keep_default_na=False))
            ours = seconds(lambda: measurements.read(path))
            ratios.append(ours / strings)
            print(f"  pandas {strings:6.2f} s   intake {ours:6.2f} s   ratio {ratios[-1]:.2f}")
        ratio = statistics.median(ratios)
        print(f"{rows:,} rows: ratio {ratio:.2f} (goal: {RATIO}), {peak:,} MiB (goal: {MEMORY})")
        folder.mkdir(parents=True)
        os.chdir(scratch)  # the workspace, in which what was read is kept
        for number in range(FILES):
            export(folder, number)
        first, again = (seconds(lambda: measurements.read(folder)) for _ in range(2))
        for number in range(FILES, FILES + 2):
            export(folder, number)
        more = seconds(lambda: measurements.read(folder))
        print(f"{FILES} exports of {DOMAINS:,} domains: first {first:.2f} s, again {again:.2f} s,")
        print(f"with two more {more:.2f} s; {first / again:.1f} times (goal: {KEPT})")
    return ratio <= RATIO and peak < MEMORY and first / again >= KEPT


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How fast are measurements read?")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--read", type=Path, help="used by itself")
    options = parser.parse_args()
    if options.read:
        measurements.read(options.read)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
    else:
        sys.exit(0 if main(options.rows, options.rounds) else 1)
