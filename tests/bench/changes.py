"""How long do decomposition, pairs and rankings take, next to reading the file?

Run it with ``python tests/bench/changes.py``. It reads the real monthly panel with pandas, as an
analyst does, and then makes the tables of every pair of months, five times by turns in one run; it
prints medians and their ratio, and exits 1 when that is above the goal.
"""

# ruff: noqa: T201 - a benchmark prints

import os
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median

import pandas as pd

import v6monitor as v6
from v6monitor.analysis import shares

DATA = Path(os.environ.get("V6MONITOR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
PANEL = DATA / "panel" / "us_federal_sites_monthly.csv.gz"
GOAL, ROUNDS = 5.0, 5


def states_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the states table of the panel; the first known row of a site in a snapshot counts."""
    table = pd.DataFrame(
        {
            "domain": rows["target_url"],
            "period": rows["snapshot"],
            "sector": rows["target_url_branch"],
            "state": rows["ipv6"].astype("str").str.lower().map({"true": "yes", "false": "no"}),
        }
    )
    return table.dropna().drop_duplicates(["period", "domain"], ignore_index=True)


def decompositions(months: list[pd.DataFrame]) -> int:
    """Decompose the change of every pair of months."""
    return sum(len(v6.changes.decompose(one, other)) for one, other in pairwise(months))


def matrices(months: list[pd.DataFrame]) -> int:
    """Join every pair of months."""
    return sum(len(v6.changes.pair(one, other)) for one, other in pairwise(months))


def rankings(months: list[pd.DataFrame]) -> int:
    """Rank the sectors of every month."""
    return sum(len(shares.ranking(v6.shares(month, by="sector"))) for month in months)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    """Print the table; return the exit code."""
    if not PANEL.exists():
        print(f"{PANEL} is absent: set V6MONITOR_REAL_DATA to the folder with the real data")
        return 0
    rows = pd.read_csv(PANEL)
    months = [month for _, month in states_of(rows).groupby("period")]
    work = {
        "decomposition": lambda: decompositions(months),
        "transition matrix": lambda: matrices(months),
        "rankings": lambda: rankings(months),
    }
    reading, spent = [], {name: list[float]() for name in work}
    for _ in range(ROUNDS):
        reading.append(timed(lambda: pd.read_csv(PANEL)))
        for name, call in work.items():
            spent[name].append(timed(call))
    base = median(reading)
    print(f"{len(rows):,} rows, {len(months)} months, medians of {ROUNDS}")
    print(f"{'reading the file with pandas':<30}{base:>8.2f} s")
    for name, seconds in spent.items():
        print(f"{name:<30}{median(seconds):>8.2f} s{median(seconds) / base:>8.2f} ×")
    total = sum(median(seconds) for seconds in spent.values())
    print(f"{'together':<30}{total:>8.2f} s{total / base:>8.2f} ×  (goal: {GOAL:g} ×)")
    return int(total > GOAL * base)


if __name__ == "__main__":
    sys.exit(main())
