"""What changed this month, domain by domain and in numbers? For the archive, its feed and mail."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor import changes, mail
from v6monitor.adoption import JUDGED
from v6monitor.lookups import log
from v6monitor.month import Month
from v6monitor.publish import index

NAME = "changed-domains"
"""The table of a month; ``changes.csv`` of the archive has those of all months."""
COLUMNS = ("period", "domain", "organisation", "sector", "measure", "change", "from", "to")
KINDS = ("gain", "loss_confirmed", "joined", "left")


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
    period = str(previous["period"]) if previous else None
    before = log.read(index.observations(reports, period)) if period else None
    table = changed(month, before)
    return News(table, told(month, table, period), previous)


def changed(month: Month, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """List the domains that changed in this month: ``COLUMNS``, all text.

    ``change`` is one of ``KINDS``, of the measured months of which ``from`` and ``to`` are the
    states; or ``operator``, of the lookups ``before`` (those of the previous report) and of this
    month, between whose ``from`` and ``to`` the mail moved. A loss is there in the month that
    confirms it, no before that: suspected losses are counted (``told``), never named.
    """
    parts = [*(_measured(month, measure) for measure in JUDGED), _operators(month, before)]
    table = pd.concat([part.reindex(columns=list(COLUMNS)) for part in parts], ignore_index=True)
    table = table.astype("str").assign(period=month.period)
    order = ["measure", "change", "domain"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def told(month: Month, table: pd.DataFrame, previous: str | None) -> dict[str, Any]:
    """Return what the archive tells of a month: counts, and the names of confirmed losses.

    ``table`` is that of ``changed``; ``previous`` the report with whose lookups it compares. The
    losses of this month itself are ``loss_suspected``. ``facts_of`` is when the newest facts are
    from: the last answer, or the day of the measurement.
    """
    counts = table.groupby(["measure", "change"]).size()
    lost = table[table["change"] == "loss_confirmed"]
    last = month.asked[1]
    newest = month.current["measured_at"].max() if pd.isna(last) else last
    return {
        "facts_of": newest.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "earlier": month.earlier or None,
        "measures": [
            {"measure": measure}
            | {kind: int(counts.get((measure, kind), 0)) for kind in KINDS}
            | {"loss_suspected": int((_moves(month, measure)["move"] == "loss").sum())}
            for measure in JUDGED
        ],
        "lost": lost[["domain", "measure"]].to_dict("records"),
        "previous": previous,
        "operator_moves": int(counts.get(("mail", "operator"), 0)),
    }


def _measured(month: Month, measure: str) -> pd.DataFrame:
    moved = _moves(month, measure)
    confirmed = _confirmed(month, measure)
    moved = moved[moved["move"].isin(KINDS)].rename(columns={"move": "change"})
    both = pd.concat([moved, confirmed], ignore_index=True)
    return both.rename(columns={"before": "from", "after": "to"})


def _moves(month: Month, measure: str) -> pd.DataFrame:
    """Return the moves since the month measured before; there is none before the first one."""
    after = month.measured(measure)
    before = month.measured(measure, month.earlier) if month.earlier else after
    return changes.moves(before, after, month.renames)


def _confirmed(month: Month, measure: str) -> pd.DataFrame:
    """Return the losses of the month before that this month's measurement confirms."""
    two, one = _before(month)
    if not two:
        return pd.DataFrame(columns=["domain"])
    months = [month.measured(measure, period) for period in (two, one, month.period)]
    moved = changes.moves(months[0], months[1], month.renames, later=months[2:])
    return moved[moved["status"] == "confirmed"].assign(change="loss_confirmed")


def _before(month: Month) -> tuple[str, str]:
    """Return the two months measured before this one, the oldest first; empty for none."""
    earlier = sorted(set(month.states["period"]) - {month.period})
    two, one = ["", "", *earlier][-2:]
    return two, one


def _operators(month: Month, before: pd.DataFrame | None) -> pd.DataFrame:
    if before is None:
        return pd.DataFrame(columns=["domain"])
    then = mail.providers(before, operators=month.operators)
    both = month.providers.merge(then, on="domain", suffixes=("", "_then"))
    both = both.rename(columns={"operator_then": "from", "operator": "to"})
    told = (both["from"] != "") & (both["to"] != "")
    moved = both.loc[told & (both["from"] != both["to"]), ["domain", "from", "to"]]
    owned = moved.merge(month.owners, on="domain", how="left")
    return owned.assign(measure="mail", change="operator")
