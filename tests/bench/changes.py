"""How long do decomposition, pairs and rankings take, next to DuckDB for the same numbers?

Run it with ``python tests/bench/changes.py``. It reads the real monthly panel, and makes the tables
of all pairs of months, five times by turns in one run, with the states in memory for both. It
checks that both have the same numbers, prints medians of the processor time and of the ratio in a
round, and exits 1 when a ratio is above the goal.
"""

# ruff: noqa: S608, T201 - a benchmark prints, and its queries are its own

import os
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median

import duckdb
import pandas as pd

import v6monitor as v6
from v6monitor.analysis import shares

DATA = Path(os.environ.get("V6MONITOR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
PANEL = DATA / "panel" / "us_federal_sites_monthly.csv.gz"
GOAL, ROUNDS = 1.5, 5

_PAIRS = """
WITH months AS (
    SELECT lag(period) OVER (ORDER BY period) AS earlier, period
    FROM (SELECT DISTINCT period FROM states)
), old AS (
    SELECT months.period AS later, states.* FROM states JOIN months ON states.period = earlier
), new AS (
    SELECT states.*, earlier FROM states JOIN months USING (period) WHERE earlier IS NOT NULL
), pairs AS (
    SELECT coalesce(new.domain, old.domain) AS domain,
        coalesce(old.state, 'absent') AS before, coalesce(new.state, 'absent') AS after,
        coalesce(new.period, later) AS period, coalesce(new.sector, old.sector) AS sector,
        coalesce(earlier, old.period) AS earlier
    FROM new FULL JOIN old ON new.domain = old.domain AND new.period = later
)
"""
DECOMPOSITION = f"""{_PAIRS}, counted AS (
    SELECT period,
        count(*) FILTER (before IN ('yes', 'no')) AS n_before,
        count(*) FILTER (after IN ('yes', 'no')) AS n_after,
        count(*) FILTER (before IN ('yes', 'no') AND after IN ('yes', 'no')) AS n_stayers,
        count(*) FILTER (before = 'yes') AS yes_before,
        count(*) FILTER (after = 'yes') AS yes_after,
        count(*) FILTER (before = 'yes' AND after IN ('yes', 'no')) AS stayed_before,
        count(*) FILTER (after = 'yes' AND before IN ('yes', 'no')) AS stayed_after
    FROM pairs GROUP BY period
)
SELECT n_before, n_after, n_stayers,
    100 * (stayed_after - stayed_before) / n_stayers AS within,
    100 * (yes_after / n_after - yes_before / n_before) AS total
FROM counted ORDER BY period"""
PAIRS = f"{_PAIRS} SELECT * FROM pairs ORDER BY period, domain"
RANKING = """
WITH counted AS (
    SELECT period, sector, count(DISTINCT domain) FILTER (state = 'yes') AS yes,
        count(DISTINCT domain) FILTER (state = 'no') AS no,
        count(DISTINCT domain) FILTER (state = 'unknown') AS unknown,
        yes + no + unknown AS applicable,
        CASE WHEN applicable >= 5 THEN yes / nullif(yes + no, 0) END AS adoption,
        yes / applicable AS lower, (yes + unknown) / applicable AS upper
    FROM states GROUP BY period, sector
)
SELECT *, CASE WHEN adoption IS NOT NULL THEN 1 + (
    SELECT count(*) FROM counted AS other WHERE other.period = counted.period
    AND other.adoption IS NOT NULL AND other.lower > counted.upper) END AS rank
FROM counted ORDER BY period, adoption DESC NULLS LAST, applicable DESC, sector"""


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


def decompositions(months: list[pd.DataFrame]) -> pd.DataFrame:
    """Decompose the change of every pair of months."""
    return pd.DataFrame([v6.changes.decompose(one, other) for one, other in pairwise(months)])


def matrices(months: list[pd.DataFrame]) -> pd.DataFrame:
    """Join every pair of months."""
    found = [v6.changes.pair(one, other) for one, other in pairwise(months)]
    return pd.concat(found, ignore_index=True)


def rankings(months: list[pd.DataFrame]) -> pd.DataFrame:
    """Rank the sectors of every month."""
    ranked = [shares.ranking(v6.shares(month, by="sector")) for month in months]
    return pd.concat(ranked, ignore_index=True)


def timed(work: Callable[..., object], *given: object) -> float:
    """Return how many seconds of processor time a call takes, of all threads."""
    start = time.process_time()
    work(*given)
    return time.process_time() - start


def main() -> int:
    """Print the table; return the exit code."""
    if not PANEL.exists():
        print(f"{PANEL} is absent: set V6MONITOR_REAL_DATA to the folder with the real data")
        return 0
    rows = pd.read_csv(PANEL)
    states = states_of(rows)
    months = [month for _, month in states.groupby("period")]
    base = duckdb.connect()
    base.register("given", states)
    base.execute("CREATE TABLE states AS SELECT * FROM given")
    work = {
        "decomposition": (decompositions, DECOMPOSITION),
        "pairs": (matrices, PAIRS),
        "ranking": (rankings, RANKING),
    }
    print(f"{len(rows):,} rows, {len(states):,} states, {len(months)} months")
    missed = False

    def answer(query: str) -> pd.DataFrame:
        return base.sql(query).df()

    for name, (ours, query) in work.items():
        theirs = answer(query)
        made = ours(months)[theirs.columns].astype(theirs.dtypes)
        pd.testing.assert_frame_equal(made, theirs, check_dtype=False, rtol=1e-12, atol=1e-9)
        spent = [(timed(ours, months), timed(answer, query)) for _ in range(ROUNDS)]
        one, other, ratio = (
            median(values) for values in (*zip(*spent, strict=True), [a / b for a, b in spent])
        )
        print(f"{name:<16}{one:>8.3f} s{other:>8.3f} s{ratio:>8.2f} ×  (goal: {GOAL:g} ×)")
        missed |= ratio > GOAL
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
