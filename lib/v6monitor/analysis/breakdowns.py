"""Sub-tests, quality and reasons of unknown of one month, and the vantage checks of its lookups.

Each function makes the table of one figure and returns a new one. ``states`` are states tables, see
``analysis.shares``.
"""

from collections.abc import Mapping

import pandas as pd

from v6monitor.analysis.shares import (
    DEFINITE,
    STATES,
    VERDICT_OF,
    one_per_domain,
    with_source,
)
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
        outcome = observations["outcome"].where(~observations["outcome"].isin(ANSWERED), "known")
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
