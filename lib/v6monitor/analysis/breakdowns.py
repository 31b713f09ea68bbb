"""Tables of one month: sub-tests, quality, unknowns, self-tests, and two sources compared.

The measurement and the fresh lookups are two sources and never one series (METHOD.md, "Two
sources, two series"). ``states`` are states tables, see ``analysis.shares``.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from v6monitor.analysis.changes import disputable
from v6monitor.analysis.shares import (
    DEFINITE,
    STATES,
    VERDICT_OF,
    check,
    one_per_domain,
    with_source,
)
from v6monitor.dns.observation import IPV6_ONLY
from v6monitor.dns.observation import UNKNOWN as FAILED
from v6monitor.intake.states import NO_MAIL

TESTS: Mapping[str, tuple[str, ...]] = {
    "web": ("ns_address", "ns_reach", "ws_address", "ws_reach", "ws_similar"),
    "mail": ("ns_address", "ns_reach", "mx_address", "mx_reach"),
}
"""Internet.nl's sub-tests, in the order of the chain."""

RESULTS: Mapping[str, str] = {
    "passed": "yes",
    "warning": "partly",
    "failed": "no",
    "error": "unknown",
    "unknown": "unknown",
    "info": "not_applicable",
    "not_tested": "not_applicable",
    "not_applicable": "not_applicable",
    "": "not_applicable",
}
"""What a sub-test's result counts as."""

FOUR_STATES = (*DEFINITE, *STATES[2:])
ANSWERED = ("ok", "nodata", "nxdomain")

NO_REASON = "unknown"
_FAILED = f"({'|'.join(sorted(FAILED))}|not asked)"

CHECK_COLUMNS = ["check", "resolver", "expected", "found", "result"]
CHECK_RESULTS = ("passed", "failed", "not_tested")


def sub_tests(measured: pd.DataFrame) -> pd.DataFrame:
    """Return the results of Internet.nl's sub-tests, counted by state per ``type`` and ``test``."""
    rows = []
    for type_, tests in TESTS.items():
        of_type = measured[measured["type"] == type_].drop_duplicates("domain")
        for test in tests:
            results = of_type[test].map(RESULTS).fillna("unknown")
            if (
                test == "mx_address"
            ):  # a warning: a null MX beside others, of which nothing is known
                results = results.replace("partly", "unknown")
                results = results.mask(of_type["mail_status"].isin(NO_MAIL), "not_applicable")
            counts = results.value_counts()
            states = {state: int(counts.get(state, 0)) for state in FOUR_STATES}
            if "explained" in measured:
                states["explained"] = int((of_type["explained"] & results.eq("no")).sum())
            rows.append({"type": type_, "test": test, **states})
    return with_source(_with_applicable(pd.DataFrame(rows)), measured)


def quality(states: pd.DataFrame, observations: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the ``count`` per ``subject`` (measure, lookups) and ``outcome`` (known, why not)."""
    parts = []
    if len(states):
        single = states if "measure" in states else states.assign(measure="")
        single = one_per_domain(single, "measure")
        outcome = single["state"].replace(dict.fromkeys(DEFINITE, "known"))
        outcome = outcome.where(outcome != "unknown", reasons(single))
        parts.append(pd.DataFrame({"subject": single["measure"], "outcome": outcome}))
    if observations is not None and len(observations):
        again = observations["resolver"].str.startswith(IPV6_ONLY)  # there a failure is a result
        outcome = observations.loc[~again, "outcome"]
        outcome = outcome.where(~outcome.isin(ANSWERED), "known")
        parts.append(pd.DataFrame({"subject": "lookups", "outcome": outcome}))
    if not parts:
        return with_source(pd.DataFrame({"subject": [], "outcome": [], "count": []}), states)
    long = pd.concat(parts, ignore_index=True)
    table = long.groupby(["subject", "outcome"], sort=False).size().rename("count").reset_index()
    return with_source(table, states, *([] if observations is None else [observations]))


def reasons(states: pd.DataFrame) -> "pd.Series[str]":
    """Return the (first) reason of every unknown state: an outcome or ``not_asked``."""
    if "reason" in states:
        found = states["reason"].fillna("")
    elif "reasons" in states and "measure" in states:
        cells = zip(states["measure"], states["reasons"].fillna(""), strict=True)
        parts = pd.Series([_part(measure, text) for measure, text in cells], index=states.index)
        words = parts.astype("str").str.extract(rf"(?:: |\s){_FAILED}\b", expand=False)
        found = words.fillna("").str.replace(" ", "_")
    else:
        found = pd.Series("", index=states.index, dtype="str")
    return found.where(found != "", NO_REASON).where(states["state"] == "unknown", "")


def vantage(provenance: Mapping[str, object]) -> pd.DataFrame:
    """Return ``CHECK_COLUMNS`` of a log's self-test, a row per check and resolver."""
    recorded = provenance.get("vantage")
    checks = recorded.get("checks") if isinstance(recorded, Mapping) else None
    rows = [
        {name: str(check.get(name, "")) for name in CHECK_COLUMNS}
        for check in (checks if isinstance(checks, list) else [])
        if isinstance(check, Mapping) and check.get("result") in CHECK_RESULTS
    ]
    return pd.DataFrame(rows, columns=CHECK_COLUMNS, dtype="str")


def _with_applicable(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(applicable=table[["yes", "partly", "no", "unknown"]].sum(axis=1))


def _part(measure: str, text: str) -> str:
    """Return what the words of the verdict table say of one verdict."""
    for part in text.split("; "):
        names, colon, words = part.partition(": ")
        if colon and VERDICT_OF.get(measure, measure) in names.split(", "):
            return f": {words}"
    return ""


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
