"""What changed this month, domain by domain and in numbers? For the archive, its feed and mail."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor.analysis.changes import moves
from v6monitor.analysis.shares import VERDICT_OF
from v6monitor.dns import log
from v6monitor.mail.providers import providers
from v6monitor.report import index
from v6monitor.report.month import Month

NAME = "changed-domains"
"""The table of a month; ``changes.csv`` of the archive has those of all months."""
COLUMNS = ("period", "domain", "organisation", "sector", "measure", "change", "from", "to")
KINDS = ("gain", "loss_confirmed", "loss_held", "joined", "left")
"""Of the measured states; a loss that is only suspected is counted and not listed."""
_LOST = ("loss_confirmed", "loss_held")


@dataclass(frozen=True)
class News:
    """What changed in a month."""

    table: pd.DataFrame
    """What ``changed`` returns."""
    told: dict[str, Any]
    """What is told of it."""
    previous: index.Entry | None
    """The report before it in the archive's index."""


def of(month: Month, reports: Path) -> News:
    """Return what changed since the report that the archive has before this month."""
    previous = index.previous(reports, month.period)
    if previous is None:
        table = changed(month)
        return News(table, told(month, table, None), None)
    period = str(previous["period"])
    tables = index.tables(reports, period)
    before = log.read(tables / index.OBSERVATIONS)
    table = changed(month, before, pd.read_parquet(tables / f"{NAME}.parquet"))
    return News(table, told(month, table, period), previous)


def changed(
    month: Month, before: pd.DataFrame | None = None, earlier: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List the domains that changed in this month: ``COLUMNS``, all text.

    ``change`` is one of ``KINDS``, of the measured months of which ``from`` and ``to`` are the
    states: a loss is ``loss_confirmed`` when our own lookups said so too, and ``loss_held`` when
    it is of the month before, was not yet in that one's table ``earlier``, and is measured again.
    Or ``change`` is ``operator``, of the lookups ``before`` (those of the previous report) and of
    this month: between ``from`` and ``to`` the mail moved.
    """
    parts = [_measured(month, measure, earlier) for measure in VERDICT_OF]
    parts = [part.reindex(columns=list(COLUMNS)) for part in (*parts, _operators(month, before))]
    table = pd.concat(parts, ignore_index=True).astype("str").assign(period=month.period)
    order = ["measure", "change", "domain"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def told(month: Month, table: pd.DataFrame, previous: str | None) -> dict[str, Any]:
    """Return what the archive tells of a month: counts, and the names of confirmed losses.

    ``table`` is that of ``changed``; ``previous`` the report with whose lookups it compares.
    ``facts_of`` is when the newest facts are from: the last answer, or the day of the measurement.
    """
    lost = table[table["change"].isin(_LOST)]
    last = month.asked[1]
    newest = month.current["measured_at"].max() if pd.isna(last) else last
    return {
        "facts_of": newest.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "earlier": month.earlier or None,
        "measures": [_counts(month, measure, table) for measure in VERDICT_OF],
        "lost": lost[["domain", "measure"]].to_dict("records"),
        "previous": previous,
        "operator_moves": int((table["change"] == "operator").sum()),
    }


def _counts(month: Month, measure: str, table: pd.DataFrame) -> dict[str, Any]:
    listed = table.loc[table["measure"] == measure, "change"]
    moved = _moves(month, measure)["change"]
    counts = {kind: int((listed == kind).sum()) for kind in KINDS}
    unsure = {kind: int((moved == kind).sum()) for kind in ("loss_suspected", "loss_recovered")}
    return {"measure": measure, **counts, **unsure}


def _measured(month: Month, measure: str, earlier: pd.DataFrame | None) -> pd.DataFrame:
    both = pd.concat([_moves(month, measure), _held(month, measure, earlier)], ignore_index=True)
    listed = both[both["change"].isin(KINDS)]
    return listed.rename(columns={"before": "from", "after": "to"})


def _moves(month: Month, measure: str) -> pd.DataFrame:
    """Return the moves since the month measured before; there is none before the first one."""
    after = month.measured(measure)
    before = month.measured(measure, month.earlier) if month.earlier else after
    moved = moves(before, after, month.renames, later=month.second_answers(measure))
    kind = moved["move"].where(moved["move"] != "loss", "loss_" + moved["status"])
    return moved.assign(change=kind)


def _held(month: Month, measure: str, earlier: pd.DataFrame | None) -> pd.DataFrame:
    """Return the losses of the month before that this month's measurement is the first to confirm.

    METHOD.md §7: two consecutive measurements say no.
    """
    two, one = ["", "", *sorted(set(month.states["period"]) - {month.period})][-2:]
    if not two:
        return pd.DataFrame(columns=["domain", "change"])
    then, since, now = (month.measured(measure, period) for period in (two, one, month.period))
    moved = moves(then, since, month.renames, later=[now])
    held = moved[moved["status"] == "confirmed"].assign(change="loss_held")
    if earlier is None:
        return held
    named = earlier[(earlier["measure"] == measure) & earlier["change"].isin(_LOST)]
    return held[~held["domain"].isin(named["domain"])]


def _operators(month: Month, before: pd.DataFrame | None) -> pd.DataFrame:
    if before is None:
        return pd.DataFrame(columns=["domain"])
    then = providers(before, operators=month.operators)
    both = month.providers.merge(then, on="domain", suffixes=("", "_then"))
    both = both.rename(columns={"operator_then": "from", "operator": "to"})
    known = (both["from"] != "") & (both["to"] != "")
    moved = both.loc[known & (both["from"] != both["to"]), ["domain", "from", "to"]]
    owned = moved.merge(month.owners, on="domain", how="left")
    return owned.assign(measure="mail", change="operator")
