"""Measured states against those of fresh lookups: fixed since, lost since, or a disagreement.

The measurement and the fresh lookups are two sources and never one series (METHOD.md, "Two
sources, two series").
"""

from typing import Any

import pandas as pd

from v6monitor.analysis.changes import disputable
from v6monitor.analysis.shares import VERDICT_OF, check, with_source


def staleness(month: Any) -> pd.DataFrame:
    """Return the measured state beside the fresh one, of every domain and measure of a month.

    Args:
        month: a Month; without lookups the table is empty.

    Returns:
        A row per ``domain`` and ``measure`` that has both: the other columns of ``month.states``,
        ``measured`` and ``fresh`` (states), ``age_days`` (days from the measurement to the first
        lookup; NaN without), ``reason`` and ``outcome``, as of ``compare``.

    Raises:
        InputError: for a state that does not exist.

    Example:
        >>> import v6monitor as v6
        >>> v6.staleness(v6.load())["outcome"].value_counts()  # doctest: +SKIP

    Source:
        METHOD.md, "Two sources, two series".
    """
    asked_at = month.observations["asked_at"].min()
    parts = []
    for measure in VERDICT_OF:
        fresh = month.fresh(measure).rename(columns={"reasons": "reason"})
        parts.append(compare(month.measured(measure), fresh.assign(asked_at=asked_at)))
    table = with_source(pd.concat(parts, ignore_index=True), *parts)
    if pd.isna(asked_at):
        table.attrs["source"] = []
    return table


def compare(measured: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return the measured and the fresh state of every domain that is in both tables.

    Both are states tables; used where there: ``measured_at`` (date) of the first, ``asked_at``
    (UTC) and ``reason`` of the second. Returns ``domain``, the other columns of ``measured``,
    ``measured`` and ``fresh`` (states), ``age_days`` (NaN when a moment is not known), ``reason``
    and ``outcome``:

    - ``agrees``: both the same; ``fixed_since``: no, now yes; ``lost_since``: yes, now no,
    - ``unexplained``: they differ within a day, which is too soon for a change, or the
      fresh no is one of our stricter rules (``only_unusable``: an address nobody can reach),
    - ``known_disagreement``: name servers measured since May 2025 without IPv6 of which the lookups
      see two: Internet.nl wrongly reports none at times (issue #1747),
    - ``could_not_tell``: one of them is unknown; ``applicability``: not applicable in one of them.
    """
    check(measured)
    check(fresh)
    left = measured.rename(columns={"state": "measured"})
    right = fresh.rename(columns={"state": "fresh"})
    kept = [name for name in ("domain", "fresh", "asked_at", "reason") if name in right]
    both = left.drop(columns=["reason"], errors="ignore").merge(right[kept], on="domain")
    both["age_days"] = _age(both)
    if "reason" not in both:
        both["reason"] = ""
    both["outcome"] = _outcome(both)
    return with_source(both.drop(columns="asked_at", errors="ignore"), measured, fresh)


def _age(both: pd.DataFrame) -> "pd.Series[float]":
    if "measured_at" not in both or "asked_at" not in both:
        return pd.Series(float("nan"), index=both.index)
    asked = pd.to_datetime(both["asked_at"], utc=True).dt.tz_localize(None)
    return (asked - pd.to_datetime(both["measured_at"])) / pd.Timedelta(days=1)


def _outcome(both: pd.DataFrame) -> "pd.Series[str]":
    measured, fresh = both["measured"], both["fresh"]
    outcome = pd.Series("agrees", index=both.index, dtype="str")
    outcome = outcome.mask((measured == "no") & (fresh == "yes"), "fixed_since")
    outcome = outcome.mask((measured == "yes") & (fresh == "no"), "lost_since")
    stricter = both["reason"].fillna("").str.contains("only_unusable", regex=False)
    no_time = (both["age_days"] < 1) | (outcome.eq("lost_since") & stricter)
    outcome = outcome.mask(no_time & (outcome != "agrees"), "unexplained")
    denied = disputable(both) & measured.eq("no") & fresh.eq("yes")
    outcome = outcome.mask(denied, "known_disagreement")
    outcome = outcome.mask(measured.eq("unknown") | fresh.eq("unknown"), "could_not_tell")
    outside = [states.eq("not_applicable") for states in (measured, fresh)]
    return outcome.mask(outside[0] != outside[1], "applicability")
