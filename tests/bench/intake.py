"""How fast are measurements read? ``python tests/bench/intake.py`` prints a table.

A million canonical rows against ``pandas.read_csv(dtype=str, keep_default_na=False)`` on the same
file, one after the other, each in a process of its own; and folders of 25, 50 and 100 dashboard
exports of 2,500 domains, read in one call. It exits 1 when a goal is missed.
"""

# ruff: noqa: T201 - a benchmark prints

import argparse
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 1_000_000
DOMAINS = 2_500
FOLDERS = (25, 50, 100)
RUNS = 5
RATIO, MEMORY = 3.0, 2048


def canonical(path: Path, rows: int) -> None:
    """Write a canonical table: twenty months of as many domains as it takes, half of them mail."""
    from v6monitor.intake import COLUMNS  # noqa: PLC0415 - only the process that writes

    months = [f"{2024 + month // 12}-{month % 12 + 1:02}-05" for month in range(20)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number in range(rows):
            month, place = months[number % 20], number // 20
            kind = ("web", "mail")[place % 2]
            domain = f"www{place}.gemeente-{place % 977}.example"
            tests = ("passed", "failed", "not_tested", "passed", "failed", "warning")
            mail = kind == "mail"
            results = [tests[(place + column) % 6] for column in range(3)]
            web = [""] * 3 if mail else results
            mx = results[:2] if mail else [""] * 2
            owner = [f"Gemeente {place % 977}", f"gm{place % 977:04}", "gemeente", "Utrecht"]
            report = f"https://batch.example/{kind}/{domain}/{number}/"
            told = ["gemeenten", "", "ok", place % 101, report]
            source = ["dashboard-2024-03", f"export-{month}.csv", place + 5, "file name", month]
            status = "has_mx" if mail else ""
            writer.writerow(
                [month, domain, domain, kind, *owner, *told, *results, *web, *mx, status, *source]
            )


def exports(folder: Path, files: int) -> None:
    """Write dashboard exports of the present generation, one a month."""
    header = (
        "List,Url,Subdomain,Domain,Suffix,Tags,InStats,% Score,Report,,Modern address (IPv6),"
        "IPv6 addresses for name servers,IPv6 reachability of name servers,"
        "IPv6 addresses for web server,IPv6 reachability of web server,"
        "Same website on IPv6 and IPv4," + ",".join(f"Other test {number}" for number in range(50))
    )
    above = "," * header.count(",")
    folder.mkdir()
    for number in range(files):
        rows = [
            f"gemeenten,www{place}.a.example,www,a,example,,TRUE,{place % 101},"
            f"https://batch.example/site/{place}/{number}/, ,passed,failed,passed,passed,passed,"
            f"{'passed' if (place + number) % 3 else 'failed'}" + ",passed" * 50
            for place in range(DOMAINS)
        ]
        day = f"{2018 + number // 12}-{number % 12 + 1:02}-05"
        name = f"internet-nl-dashboard-report-{number}-gemeenten-web-{day}.csv"
        (folder / name).write_text("\r\n".join([above, above, above, header, *rows, ""]))


def measured(what: str, path: Path) -> tuple[float, float]:
    """Return the seconds and the peak memory (MiB) of reading a path in a new process."""
    command = [sys.executable, __file__, "--read", what, str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return told["seconds"], told["MiB"]


def read(what: str, path: Path) -> None:
    """Read a path with pandas or with the intake, and print what it took."""
    import pandas as pd  # noqa: PLC0415 - imported before the clock starts

    from v6monitor.intake import intake as measurements  # noqa: PLC0415

    started = time.perf_counter()
    if what == "pandas":
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    else:
        table = measurements.read([path]).table
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "MiB": peak, "rows": len(table)}))


def main(rows: int, runs: int) -> bool:
    """Print the table; tell whether the goals were met."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "canonical.csv"
        canonical(path, rows)
        pairs = [(measured("pandas", path), measured("intake", path)) for _ in range(runs)]
        print(f"{rows:,} canonical rows, {path.stat().st_size >> 20} MiB: {runs} pairs")
        for (pandas, pandas_peak), (intake, peak) in pairs:
            print(
                f"  pandas {pandas:6.2f} s {pandas_peak:6,.0f} MiB   intake {intake:6.2f} s "
                f"{peak:6,.0f} MiB   ratio {intake / pandas:.2f}"
            )
        ratio = statistics.median(intake / pandas for (pandas, _), (intake, _) in pairs)
        highest = max(peak for _, (_, peak) in pairs)
        print(
            f"  median ratio {ratio:.2f} (goal: {RATIO}), peak {highest:,.0f} MiB (goal: {MEMORY})"
        )
        print(f"dashboard exports of {DOMAINS:,} domains in one call")
        for files in FOLDERS:
            folder = Path(scratch) / str(files)
            exports(folder, files)
            seconds, peak = measured("intake", folder)
            print(
                f"  {files:3} files {seconds:6.2f} s {1000 * seconds / files:5.0f} ms a file "
                f"{peak:6,.0f} MiB"
            )
    return ratio <= RATIO and highest < MEMORY


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How fast are measurements read?")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--read", nargs=2, metavar=("WHAT", "PATH"), help="used by itself")
    options = parser.parse_args()
    if options.read:
        read(options.read[0], Path(options.read[1]))
    else:
        sys.exit(0 if main(options.rows, options.runs) else 1)
