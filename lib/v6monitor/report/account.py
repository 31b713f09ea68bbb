"""What came of a run? The facts of ``run.json`` that follow from the month and its notebooks."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from v6monitor.analysis.shares import GATE, VERDICT_OF, shares
from v6monitor.report import manifest
from v6monitor.report.execution import Executed
from v6monitor.report.month import Month


def account(
    month: Month, results: Sequence[Executed], failures: Mapping[str, str]
) -> dict[str, Any]:
    """Return the part of ``run.json`` that tells what was asked, found, run and counted.

    ``failures`` says by notebook why there is no page of it.
    """
    coverage = month.coverage
    publishable = coverage >= GATE
    asked = month.observations
    first, last = month.asked
    return {
        "period": month.period,
        "status": 5 if failures else 0 if publishable else 4,
        "publishable": publishable,
        "coverage": None if pd.isna(coverage) else round(coverage, 6),
        "synthetic": month.synthetic,
        "lookups": {
            "resolvers": sorted(asked["resolver"].unique()),
            "started": None if pd.isna(first) else first.isoformat(),
            "finished": None if pd.isna(last) else last.isoformat(),
            "questions": len(asked),
            "attempts": int(asked["attempts"].sum()),
            "outcomes": {str(k): int(v) for k, v in asked["outcome"].value_counts().items()},
            "vantage": month.provenance.get("vantage", {"tested": False, "checks": []}),
        },
        "code": manifest.provenance(),
        "headline": _headline(month),
        "notebooks": [
            {
                "name": one.name,
                "status": "failed" if one.name in failures else "ok",
                "seconds": round(one.seconds, 2),
                "sha256": manifest.sha256(one.source),
                **({"error": failures[one.name]} if one.name in failures else {}),
            }
            for one in results
        ],
    }


def _headline(month: Month) -> list[dict[str, Any]]:
    rows = []
    for source, states in (("measurement", month.measured), ("lookups", month.fresh)):
        for measure in VERDICT_OF:
            counts = shares(states(measure)).iloc[0]
            names = ("yes", "no", "unknown", "not_applicable")
            share = None if pd.isna(counts["adoption"]) else round(float(counts["adoption"]), 6)
            rows.append(
                {"source": source, "measure": measure, "adoption": share}
                | {name: int(counts[name]) for name in names}
            )
    return rows
