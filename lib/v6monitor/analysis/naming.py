"""Which domains may be named for a change: the one policy of pages, mail, feed and changes.csv.

A loss is named when a second definite answer has confirmed it, and is else counted only: many are
back a month later (METHOD.md, "Change").
"""

from typing import Any

import pandas as pd

from v6monitor.analysis.changes import moves

KINDS = ("gain", "loss_confirmed", "loss_held", "joined", "left")
"""The changes of which a domain is named."""
LOST = ("loss_confirmed", "loss_held")

_COLUMNS = ["measure", "domain", "organisation", "sector", "change", "before", "after"]


def named(month: Any, *, already: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the domains of a month that may be named for what changed since the month before.

    Args:
        month: a Month.
        already: the table of the month before, so that no loss is named twice.

    Returns:
        A row per ``measure`` and ``domain``, with ``organisation`` and ``sector``, the states
        ``before`` and ``after``, and ``change``: ``gain``, ``joined`` or ``left`` (the list),
        ``loss_confirmed`` when the lookups of the month say so too, or ``loss_held``: a loss of
        the month before that this measurement confirms.

    Source:
        METHOD.md, "Change".
    """
    parts = [pd.DataFrame(columns=_COLUMNS, dtype="str")]
    for measure in month.measures:
        parts += [moved(month, measure), _held(month, measure, already)]
    table = pd.concat([part.reindex(columns=_COLUMNS) for part in parts], ignore_index=True)
    table = table[table["change"].isin(KINDS)].astype("str")
    table = table.sort_values(["measure", "change", "domain"], kind="stable", ignore_index=True)
    table.attrs["source"] = month.states.attrs["source"]
    return table


def moved(month: Any, measure: str) -> pd.DataFrame:
    """Return the moves since the month measured before, ``change`` saying how sure a loss is."""
    found = moves(month, measure=measure)
    kind = found["move"].where(found["move"] != "loss", "loss_" + found["status"])
    return found.assign(change=kind, measure=measure)


def _held(month: Any, measure: str, already: pd.DataFrame | None) -> pd.DataFrame:
    """Return the losses of the month before that this month's measurement is the first to confirm.

    METHOD.md §7: two consecutive measurements say no.
    """
    one = month.before(measure)
    before = month.before(measure, one)
    if not before:
        return pd.DataFrame(columns=_COLUMNS)
    then, since, now = (month.measured(measure, period) for period in (before, one, month.period))
    later = [now, *month.second_answers(measure)]
    lost = moves(then, since, month.renames, later=later)
    held = lost[lost["status"] == "confirmed"].assign(change="loss_held", measure=measure)
    if already is None:
        return held
    named_before = already[(already["measure"] == measure) & already["change"].isin(LOST)]
    return held[~held["domain"].isin(named_before["domain"])]
