"""Which lookups belong to a month: DNS cannot be asked about the past (METHOD.md §6)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from v6monitor.dns import log
from v6monitor.dns.observation import IPV6_ONLY
from v6monitor.month import WITHIN_DAYS

EXAMPLE = "example"
"""The resolver of the example data."""
_DAY = pd.Timedelta(days=1)

Log = tuple[pd.DataFrame, dict[str, Any]]
"""Observations and their provenance; its ``reach`` says which were left out, if any."""


def days(table: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day of measurement in a canonical table."""
    return table["measured_at"].min(), table["measured_at"].max()


def within(
    observations: pd.DataFrame,
    provenance: Mapping[str, Any],
    month: pd.DataFrame,
    newest: pd.Timestamp,
    limit: int,
) -> Log:
    """Return the lookups that belong to a month, of a log.

    A log that was kept for a report with a wider limit keeps that. Answers of the example's name
    server are made up and have a made-up day: the one after the example's newest measurement.

    Args:
        observations: of the log.
        provenance: of the log.
        month: the canonical rows of the month.
        newest: the newest day of measurement of all months.
        limit: in days.
    """
    found = dict(provenance)
    kept = found.get("reach", {})
    limit = max(limit, kept.get("within_days", 0))
    rows = _of_example(observations, newest)
    asked = rows["asked_at"]
    if rows is not observations:
        found["started"] = asked.min().isoformat(timespec="seconds")
    if limit > WITHIN_DAYS:
        found["reach"] = {"within_days": limit, "left_out": 0, "first": None, "last": None} | kept
    first, last = (day.tz_localize("UTC") for day in days(month))
    belongs = asked.between(first - limit * _DAY, last + (limit + 1) * _DAY, inclusive="left")
    if not belongs.all():
        other = asked[~belongs]
        found["reach"] = {
            "within_days": limit,
            "left_out": int((~belongs).sum()),
            "first": other.min().isoformat(timespec="seconds"),
            "last": other.max().isoformat(timespec="seconds"),
        }
        rows = rows[belongs].reset_index(drop=True)
    return log.with_source(rows), found


def out_of_reach(month: pd.DataFrame, newest: pd.Timestamp, limit: int, *, example: bool) -> bool:
    """Return whether lookups made now would not belong to a month."""
    now = newest + _DAY if example else pd.Timestamp(dt.datetime.now(dt.UTC).date())
    first, last = days(month)
    return bool(now > last + limit * _DAY or now < first - limit * _DAY)


def not_asked(limit: int) -> dict[str, Any]:
    """Return the provenance of a log without lookups: the month is out of reach."""
    reach = {"within_days": limit, "left_out": 0, "first": None, "last": None}
    return {"reach": reach, "vantage": {"tested": False, "checks": []}}


def _of_example(observations: pd.DataFrame, newest: pd.Timestamp) -> pd.DataFrame:
    """Return the log with the answers of the example's name server on the example's day."""
    if not observations["resolver"].eq(EXAMPLE).any():
        return observations
    own = [EXAMPLE, IPV6_ONLY + EXAMPLE, ""]  # no resolver: a name that is none
    made_up = observations["resolver"].isin(own)
    asked = observations["asked_at"]
    shift = newest.tz_localize("UTC") + _DAY - asked[made_up].min().normalize()
    return observations.assign(asked_at=asked.mask(made_up, asked + shift))
