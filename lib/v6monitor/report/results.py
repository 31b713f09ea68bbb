"""Facts of a month for programs: its headline figures (``results.json``) and those of its run."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from v6monitor import hashes
from v6monitor.analysis.changes import COUNTS, changes
from v6monitor.analysis.decomposition import parts
from v6monitor.analysis.shares import shares
from v6monitor.dns.observation import IPV6_ONLY
from v6monitor.mail.laggards import GROUPS
from v6monitor.month import WHOLE, Scope
from v6monitor.month.month import Month
from v6monitor.report import manifest
from v6monitor.report.execution import Executed
from v6monitor.verdicts.evidence import Evidence

_HEADLINE = ["source", "measure", "adoption", "yes", "no", "unknown", "not_applicable"]


def results(month: Month, scope: Scope = WHOLE) -> dict[str, Any]:
    """Return the figures that the pages of a month show, as ``stored`` writes them.

    ``scope`` says what they are narrowed to.
    ``shares`` and ``shares_by_sector``: counts and shares (of 1; None where there is none) per
    source, measure and sector, as METHOD.md §5 defines them. ``changes``: per measure the moves
    since the month measured before, and the parts of the change in percentage points.
    ``laggards``: how many domains, by group.
    """
    return {
        "period": month.period,
        "earlier": month.earlier or None,
        "synthetic": month.synthetic,
        "scope": scope,
        "sources": month.current.attrs["source"],
        "coverage": _value(month.coverage),
        "publishable": month.publishable,
        "shares": records(month.headline.drop(columns="period")),
        "shares_by_sector": _by_sector(month),
        "changes": [
            _changes(month, measure) for measure in month.measures if month.before(measure)
        ],
        "laggards": _laggards(month),
    }


def run_facts(
    month: Month, results: Sequence[Executed], failures: Mapping[str, str]
) -> dict[str, Any]:
    """Return the part of ``run.json`` about what was asked, found, run and counted.

    ``failures`` says by notebook why there is no page of it.
    """
    coverage = month.coverage
    reach: Any = month.provenance.get("reach", {})
    again = month.observations["resolver"].str.startswith(IPV6_ONLY)
    asked, second = month.observations[~again], month.observations[again]
    first, last = month.asked
    return {
        "period": month.period,
        "status": 5 if failures else 0 if month.publishable else 4,
        "publishable": month.publishable,
        "coverage": None if pd.isna(coverage) else round(coverage, 6),
        "synthetic": month.synthetic,
        "sources": month.current.attrs["source"],
        "lookups": {
            "resolvers": sorted(asked["resolver"].unique()),
            "started": None if pd.isna(first) else first.isoformat(),
            "finished": None if pd.isna(last) else last.isoformat(),
            "within_days": reach.get("within_days", month.lookups_within_days),
            "left_out": reach.get("left_out", 0),
            "questions": len(asked),
            "attempts": int(asked["attempts"].sum()),
            "outcomes": {str(k): int(v) for k, v in asked["outcome"].value_counts().items()},
            "vantage": month.provenance.get("vantage", {"tested": False, "checks": []}),
            "ipv6_only": {
                "resolvers": sorted(second["resolver"].unique()),
                "questions": len(second),
                "doubt": Evidence.of(month).ipv6_only_doubt if len(second) else "",
            },
        },
        "reach": {
            "left_out": sorted(f"{run['asked_at'].min():%Y-%m-%d}" for run in month.reach_runs[1])
        },
        "code": manifest.provenance(),
        "headline": records(month.headline[_HEADLINE]),
        "notebooks": [
            {
                "name": one.name,
                "status": "failed" if one.name in failures else "ok",
                "seconds": round(one.seconds, 2),
                "sha256": hashes.sha256(one.source),
                **({"error": failures[one.name]} if one.name in failures else {}),
            }
            for one in results
        ],
    }


def _by_sector(month: Month) -> list[dict[str, Any]]:
    return [
        {"source": source, "measure": measure} | _plain(row)
        for source, measure, states in month.by_source()
        for row in shares(states, by="sector")
        .drop(columns=["measure", "period"])
        .to_dict("records")
    ]


def _changes(month: Month, measure: str) -> dict[str, Any]:
    counts = changes(month, measure=measure).iloc[0]
    points = parts(month, measure=measure).set_index("part")["points"]
    return {
        "measure": measure,
        "earlier": counts["earlier"],
        **_plain(counts[["panel", *COUNTS]].astype(int)),
        "points": _plain(points),
    }


def _laggards(month: Month) -> dict[str, int]:
    counts = month.laggards["group"].value_counts()
    return {group: int(counts.get(group, 0)) for group in GROUPS}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON has them: no NaN, shares with six digits."""
    return [_plain(row) for row in table.to_dict("records")]


def _plain(record: Any) -> dict[str, Any]:
    """Return a row or series as JSON has it: no NaN, no types of numpy, shares with six digits."""
    return {str(name): _value(value) for name, value in record.items()}


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return None
    return round(float(value), 6) if isinstance(value, float) else int(value)
