"""Manifests of months, without their reports, for tests of the archive."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor import hashes
from v6monitor.month import WHOLE
from v6monitor.report import archive, archive_pages, transactions

COUNTS = {"source": "measurement", "yes": 6, "no": 2, "unknown": 0, "not_applicable": 0}
MOVED = {"gain": 3, "loss_confirmed": 1, "loss_held": 0, "loss_suspected": 1, "loss_recovered": 0}
MOVED |= {"joined": 4, "left": 5}
CHANGES = {
    "facts_of": "2026-11-02T10:00:00Z",
    "message": [],
    "earlier": "2026-09",
    "previous": "2026-09",
    "measures": [
        {"measure": measure, "earlier": "2026-09", **MOVED} for measure in ("web", "mail", "dns")
    ],
    "lost": [{"domain": "lost.example", "measure": "mail"}],
    "operator_moves": 1,
}
LOOKUPS = {
    "resolvers": ["192.0.2.53"],
    "started": "2026-10-06T10:00:00+00:00",
    "finished": "2026-10-06T10:01:00+00:00",
    "within_days": 45,
    "left_out": 0,
    "questions": 9,
    "attempts": 9,
    "outcomes": {"answer": 9},
    "vantage": {"tested": False, "checks": []},
}
NO_FILES: Mapping[str, str | pd.DataFrame] = {}


def run_id(name: str) -> str:
    """Return the identity of a run with this name."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def report(
    period: str, languages: tuple[str, ...] = ("nl", "en"), *, run: str = "", **changed: Any
) -> dict[str, Any]:
    """Return the manifest of a report."""
    return {
        "period": period,
        "run_id": run_id(run or period),
        "previous": None,
        "status": 0,
        "publishable": True,
        "coverage": 1.0,
        "synthetic": False,
        "scope": WHOLE,
        "sources": [f"measurement {period}-05 Internet.nl"],
        "started": "2026-11-02T10:00:00+00:00",
        "ended": "2026-11-02T10:01:00+00:00",
        "inputs": {},
        "headline": [COUNTS | {"measure": one, "adoption": 0.75} for one in ("web", "mail", "dns")],
        "changes": CHANGES,
        "parameters": {"languages": list(languages), "notebooks": []},
        "lookups": LOOKUPS,
        "code": {"version": "0", "packages": {}, "git_commit": "", "git_dirty": None},
        "notebooks": [],
        "outputs": {},
    } | changed


def add(
    reports: Path, found: dict[str, Any], files: Mapping[str, str | pd.DataFrame] = NO_FILES
) -> None:
    """Put a report with these files in an archive: pages and tables by name."""
    with (
        transactions.writing(reports),
        transactions.scratch(reports, found["period"]) as made,
    ):
        for name, content in files.items():
            (made / name).parent.mkdir(exist_ok=True)
            if isinstance(content, str):
                (made / name).write_text(content)
            else:
                content.to_parquet(made / name)
        outputs = hashes.below(made, map(made.joinpath, files))
        transactions.put(made, found | {"outputs": outputs}, reports, reports)


def set_withdrawn(reports: Path, period: str, act: dict[str, str]) -> None:
    """Let the index and what follows from it say that a report was withdrawn."""
    month = archive.entry(reports, period)
    assert month
    archive_pages.write(reports, archive.with_entry(reports, month | {"withdrawn": act}))
