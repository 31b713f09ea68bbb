"""Writes docs/security.md from the counts of the attacks: ``make attacks``."""

import json
import sys
from pathlib import Path

FRONTS = {
    "test_stray_datagrams": "Packets nobody asked for",
    "test_secure_resolvers": "Resolvers over TLS and HTTPS that misbehave",
    "test_slow_resolver": "A long list at a slow resolver",
    "test_hostile_cells": "Cells that look like a fault of a page",
    "test_payloads": "Payloads in every cell, name, answer and parameter",
    "test_commands": "Commands that a reader pastes",
    "test_files": "Files that hang, eat or mislead",
    "test_archive": "Runs that are ended, crowded or without room",
    "test_logs": "Logs that are damaged, or in the way",
    "test_children": "Processes that tests start",
    "test_supply": "What is installed, and what goes out",
}
HEAD = """# What was tried, and what was survived

`make attacks` runs all attacks of `tests/attacks` with large numbers and writes this table; `make
test` and CI run the same with smaller ones. Survived means: no wrong verdict, nothing executed, no
report lost or mixed, no traceback, no hang of more than two seconds beyond a wait for the network.
What is no weakness and what is, and how to report one, is in [SECURITY.md](../SECURITY.md).

"""


def main(counts: Path, page: Path) -> None:
    """Write the page: the sum of each kind, and a row per test."""
    found = json.loads(counts.read_text(encoding="utf-8"))
    totals: dict[str, int] = {}
    rows = ["| Front | Tried | Number | Survived |", "|---|---|---:|---:|"]
    for module, front in FRONTS.items():
        for claim, numbers in found.pop(module, {}).items():
            units = [unit for unit in numbers if not unit.endswith(" survived")]
            tried = ", ".join(
                f"{numbers[unit]:,} {unit if numbers[unit] > 1 else unit[:-1]}" for unit in units
            )
            survived = ", ".join(f"{numbers[f'{unit} survived']:,}" for unit in units)
            rows.append(f"| {front} | {claim} | {tried} | {survived} |")
            for name, number in numbers.items():
                totals[name] = totals.get(name, 0) + number
    if found:
        raise SystemExit(f"no name for {', '.join(found)}: add it to FRONTS")
    sums = [
        f"**{totals[unit]:,} {unit}**, {totals[f'{unit} survived']:,} survived"
        for unit in totals
        if not unit.endswith(" survived")
    ]
    page.write_text(HEAD + "; ".join(sums) + ".\n\n" + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_name("security.md"))
