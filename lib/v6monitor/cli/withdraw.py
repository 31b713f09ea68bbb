"""``v6monitor withdraw``: take a report back, and tell its readers why."""

import argparse
from pathlib import Path

from v6monitor import workspace
from v6monitor.report import withdrawal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which month, why, and of which archive."""
    parser.add_argument("period", metavar="YYYY-MM", help="the month of the report")
    parser.add_argument(
        "--reason", metavar="TEXT", required=True, help="why; readers get to see these words"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=workspace.reports(), help="the archive"
    )


def run(options: argparse.Namespace) -> int:
    """Withdraw the report; print where it is kept and what still compares with it."""
    out = options.out.expanduser().absolute()
    kept, followers = withdrawal.withdraw(out, options.period, options.reason)
    print(f"the report of {options.period} is withdrawn; it is kept as it was in {kept}")
    for period in followers:
        print(f"the report of {period} compares with it: make that again")
    return 0
