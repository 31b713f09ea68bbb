"""Measured states: whether a domain has IPv6 by a measurement, and what was published before."""

import datetime as dt
from functools import cache
from typing import Any

import pandas as pd

from v6monitor.intake.columns import LOOKED_UP, MAPPED
from v6monitor.language import Sources, measurement_source
from v6monitor.workspace import REFERENCE

MEASURES = {
    "web": ("web", "ws_address"),
    "mail": ("mail", "mx_address"),
    "dns": ("", "ns_address"),
    "web_category": ("web", "ipv6"),
    "mail_category": ("mail", "ipv6"),
}
"""The rows (by type; "" for both) and the result that a measure is read from.

The categories are Internet.nl's own figure, in which a domain without MX passes.
"""

NO_MAIL = ("no_mx", "null_mx")
_WORDS = {"passed": "yes", "failed": "no", "not_applicable": "not_applicable"}
_KEPT = ["measured_at", "domain", "type", "organisation", "sector", "province", "list"]
_OWNER = ["organisation", "org_id", "sector", "province"]


def measured(table: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return the measurements of a canonical table, without what a list only names.

    Without any measurement, all that the lists name, on the ``day`` of the lookups.
    """
    found = table[table["measured_at"].notna()].reset_index(drop=True)
    if found.empty:
        found = table.assign(date_source=LOOKED_UP)
        found["measured_at"] = pd.Timestamp(day).as_unit("us")
    found.attrs["source"] = sources(found)
    return found


def newest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the newest rows of each month, domain, type and list, with one owner per domain."""
    table = table[~superseded(table)]
    if table[["domain", "type"]].assign(month=_months(table)).duplicated().any():
        table = table.sort_values("measured_at", ascending=False, kind="stable")
    found = _one_owner(table.reset_index(drop=True))
    found.attrs["source"] = sources(found)
    return found


def superseded(table: pd.DataFrame) -> "pd.Series[bool]":
    """Return which rows were measured again in the same month, for the same list."""
    keys = table[["domain", "type", "list"]].assign(month=_months(table))
    if not keys.duplicated().any():
        return pd.Series(False, index=table.index)
    order = table["measured_at"].sort_values(ascending=False, kind="stable").index
    return keys.loc[order].duplicated().reindex(table.index) & table["measured_at"].notna()


def measures(states: pd.DataFrame) -> list[str]:
    """Return the measures of these states in order; a category only where nothing is finer."""
    held = states[["measure", "type", "list"]].drop_duplicates()
    finer = held.loc[held["measure"].eq(held["type"]), ["type", "list"]]
    category = held["measure"].str.endswith("_category")
    has_finer = pd.MultiIndex.from_frame(held[["type", "list"]]).isin(
        pd.MultiIndex.from_frame(finer)
    )
    own = set(held.loc[~category | ~has_finer, "measure"])
    return [measure for measure in MEASURES if measure in own]


def states(table: pd.DataFrame) -> pd.DataFrame:
    """Return a canonical table as states: a row per measured domain, type and measure.

    Passed is yes, failed is no; ``mail`` is not applicable to a domain without mail servers;
    every other result is unknown, never no. A result that a file does not have gives no row.

    Args:
        table: as ``read`` returns it.

    Returns:
        ``period`` (YYYY-MM), ``measured_at`` (a date), ``domain``, ``type``, ``measure``
        (``MEASURES``), ``state``, ``organisation``, ``sector``, ``province``, ``list``, and
        ``tests``: the version of Internet.nl since which its tests count as they did here
        (``breaks``; "" for results that are not Internet.nl's). Its ``attrs["source"]`` names the
        measurements.

    Source: METHOD.md, "Shares" and "Two sources, two series".
    """
    parts = []
    for measure, (kind, result) in MEASURES.items():
        rows = table[table[result].ne("") & (table["type"].eq(kind) if kind else True)]
        state = rows[result].map(_WORDS).fillna("unknown")
        if measure == "mail":
            state = state.mask(rows["mail_status"].isin(NO_MAIL), "not_applicable")
        parts.append(
            rows[[*_KEPT, "source_format"]].assign(measure=measure, state=state.astype("str"))
        )
    found = pd.concat(parts, ignore_index=True)
    found.insert(0, "period", periods(found["measured_at"]))
    found["tests"] = _test_versions(found)
    order = ["period", *_KEPT[:3], "measure", "state", *_KEPT[3:], "tests"]
    found = found[order]
    found.attrs["source"] = sources(table[table["measured_at"].notna()])
    return found


def events() -> pd.DataFrame:
    """Return what happened: by ``date`` (YYYY, YYYY-MM or YYYY-MM-DD) and a code ``event``."""
    return pd.read_csv(REFERENCE / "events.csv", dtype="str")


def published(until: str) -> pd.DataFrame:
    """Return the shares that Forum Standaardisatie published of its own list, up to a month.

    Columns ``period``, ``measure``, ``adoption`` (0 to 1), ``population`` and ``source``.
    """
    table = pd.read_csv(REFERENCE / "published.csv", dtype={"measured": "str"}).dropna()
    table = table.rename(columns={"measured": "period"})
    names = ["period", "population", "source"]
    long = table.melt(names, ["web", "mail"], var_name="measure", value_name="adoption")
    return long[long["period"] <= until].sort_values(["measure", "period"], ignore_index=True)


@cache
def breaks() -> pd.DataFrame:
    """Return the known breaks in series (reference/breaks.csv), the oldest first, all text."""
    return pd.read_csv(REFERENCE / "breaks.csv", dtype="str", keep_default_na=False)


def _test_versions(rows: pd.DataFrame) -> "pd.Series[str]":
    """Return the ``version`` of the last break of the tests of its measure before each row."""
    keys = ["measured_at", "source_format", "measure"]
    known = rows[keys].drop_duplicates()
    changes = [row for row in breaks().to_dict("records") if row["break"] == "tests"]
    versions = []
    for day, form, measure in known.itertuples(index=False):
        api = _numbers(form.removeprefix("api-")) if form.startswith("api-2.") else []
        found = "" if form == MAPPED else "1.0.0"
        for change in changes:
            stated = _numbers(change["api_version"])
            since = stated <= api if stated and api else change["date"] <= f"{day:%Y-%m-%d}"
            counts = measure in change["measures"].split() and form != MAPPED
            found = change["version"] if since and counts else found
        versions.append(found)
    known["tests"] = versions
    merged = rows.merge(known, on=keys, how="left")
    return merged["tests"].set_axis(rows.index)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".") if number]


def sources(table: pd.DataFrame) -> list[str]:
    """Return the sources of a canonical table: its measurements by day, and files of only names.

    >>> day = pd.to_datetime(["2026-10-06"])
    >>> file = {"source_format": "api-2", "source_file": "a", "date_source": "column"}
    >>> sources(pd.DataFrame({"measured_at": day, **file}))
    ['measurement 2026-10-06 Internet.nl']
    """
    listed = table["measured_at"].isna() | table["date_source"].eq(LOOKED_UP)
    measured = table[~listed]
    external = measured["source_format"].eq(MAPPED)
    days = measured["measured_at"]
    return Sources(
        [
            *measurement_source(pd.DatetimeIndex(days[~external].unique()).date),
            *measurement_source(pd.DatetimeIndex(days[external].unique()).date, of=""),
            *table.loc[listed, "source_file"].unique(),
        ]
    )


def periods(days: "pd.Series[Any]") -> "pd.Series[str]":
    """Return the month of days as YYYY-MM; each day is written once, as there are few of them.

    >>> periods(pd.Series(pd.to_datetime(["2026-10-06", None]))).to_list()
    ['2026-10', nan]
    """
    codes, unique = pd.factorize(days)
    written = pd.Series(unique, dtype=days.dtype).dt.strftime("%Y-%m").astype("str")
    found: pd.Series[str] = written.reindex(codes).set_axis(days.index)
    return found


def _months(table: pd.DataFrame) -> "pd.Series[Any]":
    return pd.Series(table["measured_at"].to_numpy("datetime64[M]"), index=table.index)


def _one_owner(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the same owner in all rows of a domain and month."""
    keys = ["month", "domain"]
    rows = table[["measured_at", "domain", "type", *_OWNER]].assign(month=_months(table))
    owners = rows[[*keys, *_OWNER]].drop_duplicates()
    several = owners.loc[owners.duplicated(keys), keys].drop_duplicates()
    if several.empty:
        return table
    rows = rows.rename_axis("at").reset_index().merge(several, on=keys).set_index("at")
    rows = rows.sort_values("measured_at", ascending=False, kind="stable")
    given = rows[_OWNER].where(rows[_OWNER] != "")
    first = [
        given.groupby([rows[key] for key in among], dropna=False).transform("first")
        for among in ([*keys, "type"], keys)
    ]
    found = first[0].fillna(first[1]).fillna("")
    owned = table.copy()
    owned.loc[found.index, _OWNER] = found
    return owned
