"""Breakdowns of one month: by state, sub-test, operator, province, domain and reason of unknown.

Each function makes the table of one figure and returns a new one. ``states`` are states tables, see
``analysis.shares``.
"""

from collections.abc import Mapping

import pandas as pd

from v6monitor.analysis.shares import (
    DEFINITE,
    OTHER,
    STATES,
    TOTAL,
    VERDICT_OF,
    check,
    count,
    measure_of,
    one_per_domain,
    shares,
    with_source,
)
from v6monitor.dns.observation import UNKNOWN as FAILED
from v6monitor.intake.organisations import PROVINCES

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
"""What a sub-test's result counts as; ``warning`` on the MX is "no MX"."""

ELSEWHERE = "elsewhere"
"""The row of all whose province is not stated or not known, and of central government."""

OWN = "own_or_unknown"
FOUR_STATES = (*DEFINITE, *STATES[2:])
ANSWERED = ("ok", "nodata", "nxdomain")
MEASURES = tuple(VERDICT_OF)

NO_REASON = "unknown"
_FAILED = f"({'|'.join(sorted(FAILED))}|not asked)"

CHECK_COLUMNS = ["check", "resolver", "expected", "found", "result"]
CHECK_RESULTS = ("passed", "failed", "not_tested")


def state_counts(states: pd.DataFrame, *, by: str = "sector") -> pd.DataFrame:
    """Return the number of domains in each state per group, of one measure and one month.

    The state may be ``partly`` too (``verdict_states`` with ``some``). Columns: ``by``, ``yes``,
    ``partly``, ``no``, ``unknown``, ``not_applicable`` and ``applicable``; where the states have
    them ``explained`` (how many of partly and no have a valid waiver) and ``measure``. The highest
    part with yes is first, and a row ``total`` last.
    """
    measure = measure_of(states) if "measure" in states and len(states) else None
    check(states, known=FOUR_STATES)
    table = _with_applicable(count(states, [by], FOUR_STATES))
    part = table["yes"] / table["applicable"].where(table["applicable"] > 0)
    table = table.iloc[part.sort_values(ascending=False, kind="stable").index]
    total = table.drop(columns=by).sum().to_frame().T.assign(**{by: TOTAL})
    table = pd.concat([table, total], ignore_index=True)[table.columns] if len(table) else table
    table = table if measure is None else table.assign(measure=measure)
    return with_source(table, states)


def provinces(states: pd.DataFrame) -> pd.DataFrame:
    """Return the ``shares`` of each province, of one measure and one month.

    All twelve in the order of the map, and a last row ``elsewhere``: central government, and all
    whose province is not stated or not known. ``measure`` and ``period`` as of ``shares``.
    """
    known = states["province"].isin(list(PROVINCES))
    named = states.assign(province=states["province"].where(known, ELSEWHERE))
    found = shares(named, by="province").set_index("province")
    constant = {name: found.pop(name).max() for name in ("measure", "period") if name in found}
    table = found.reindex([*PROVINCES, ELSEWHERE])
    counts = [name for name in (*STATES, "applicable", "explained") if name in table]
    table[counts] = table[counts].fillna(0).astype("int64")
    table = table.rename_axis("province").reset_index()
    return with_source(table.assign(**constant) if len(states) else table, states)


def sub_tests(measured: pd.DataFrame) -> pd.DataFrame:
    """Return the results of Internet.nl's sub-tests, of one month's canonical table.

    A row per ``type`` and ``test`` (``TESTS``) with the counts ``yes``, ``partly`` (passed with a
    warning), ``no``, ``unknown``, ``not_applicable`` (the test before it failed, or there is
    nothing to test) and ``applicable``; with ``explained`` in the table also how many of the ``no``
    have a valid waiver.
    """
    rows = []
    for type_, tests in TESTS.items():
        of_type = measured[measured["type"] == type_]
        for test in tests:
            results = of_type[test].map(RESULTS).fillna("unknown")
            if test == "mx_address":
                results = results.replace("partly", "not_applicable")
            counts = results.value_counts()
            states = {state: int(counts.get(state, 0)) for state in FOUR_STATES}
            if "explained" in measured:
                states["explained"] = int((of_type["explained"] & results.eq("no")).sum())
            rows.append({"type": type_, "test": test, **states})
    return with_source(_with_applicable(pd.DataFrame(rows)), measured)


def operators(providers: pd.DataFrame, states: pd.DataFrame, *, top: int = 15) -> pd.DataFrame:
    """Return who runs government mail, and how many of their domains have IPv6.

    ``providers`` has ``domain`` and ``operator``; ``states`` those of ``mail_all``, with
    ``partly``. Domains to which mail does not apply are left out. Columns: ``operator``
    (``own_or_unknown`` for one without a name), the counts ``yes``, ``partly``, ``no``, ``unknown``
    and ``domains``, and where the states have it ``explained`` (of partly and no). Most domains
    first; the operators after ``top`` and those of one domain, which is mostly its own, are one row
    ``other``, last.
    """
    joined = states[states["state"] != "not_applicable"].merge(
        providers[["domain", "operator"]], on="domain", how="left"
    )
    joined["operator"] = joined["operator"].fillna("").replace("", OWN)
    sizes = joined["operator"].value_counts().sort_index()
    named = sizes[(sizes > 1) | (sizes.index == OWN)].sort_values(ascending=False, kind="stable")
    kept = named.index[:top] if len(sizes) == len(named) <= top else named.index[: top - 1]
    joined["operator"] = joined["operator"].where(joined["operator"].isin(list(kept)), OTHER)
    table = count(joined, ["operator"], ("yes", "partly", "no", "unknown"))
    table["domains"] = table[["yes", "partly", "no", "unknown"]].sum(axis=1)
    table["last"] = table["operator"] == OTHER
    table = table.sort_values(["last", "domains"], ascending=[True, False], kind="stable")
    return with_source(table.drop(columns="last").reset_index(drop=True), states, providers)


def lacking(states: pd.DataFrame) -> pd.DataFrame:
    """Return the domains of one month for which a website, mail or name servers lack IPv6.

    ``states`` has ``domain``, ``organisation``, ``measure`` and ``state``. A row per domain with at
    least one ``no`` or ``unknown``: ``domain``, ``organisation``, and the states ``web``, ``mail``
    and ``dns``, empty where it was not measured; sorted by organisation.
    """
    single = one_per_domain(states[states["measure"].isin(MEASURES)], ["measure"])
    table = single.pivot_table("state", "domain", "measure", aggfunc="first", observed=True)
    table = table.reindex(columns=list(MEASURES)).fillna("").astype("str")
    owners = single.drop_duplicates("domain").set_index("domain")["organisation"]
    table.insert(0, "organisation", owners.reindex(table.index))
    without = table[list(MEASURES)].isin(["no", "unknown"]).any(axis=1)
    found = table[without].reset_index().sort_values(["organisation", "domain"], ignore_index=True)
    found = found[["domain", "organisation", *MEASURES]].rename_axis(columns=None)
    return with_source(found, states)


def quality(states: pd.DataFrame, observations: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return how much of a month is known, and why the rest is not.

    ``states`` of one month, of any measures; ``observations`` is the log of the month's lookups.
    Returns per ``subject`` (a measure, or ``lookups``) and ``outcome`` the ``count``: ``known``,
    ``not_applicable``, and for what is unknown an outcome of METHOD.md, a reason, or ``unknown``.
    """
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
        return pd.DataFrame({"subject": [], "outcome": [], "count": []})
    long = pd.concat(parts, ignore_index=True)
    table = long.groupby(["subject", "outcome"], sort=False).size().rename("count").reset_index()
    return with_source(table, states, *([] if observations is None else [observations]))


def reasons(states: pd.DataFrame) -> "pd.Series[str]":
    """Return the reason of every unknown state: an outcome, ``not_asked``, or ``unknown``.

    It is the column ``reason``, or for fresh lookups what ``reasons``, the words of the verdict
    table, say of the ``measure``; of several reasons the first. Empty for a state that is known.
    """
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


def outcomes(observations: pd.DataFrame) -> pd.DataFrame:
    """Return how the lookups ended: ``outcome``, ``questions`` and ``attempts``, most first."""
    table = observations.groupby("outcome").agg(
        questions=("outcome", "size"), attempts=("attempts", "sum")
    )
    table = table.reset_index().sort_values(
        ["questions", "outcome"], ascending=[False, True], ignore_index=True
    )
    return with_source(table, observations)


def vantage(provenance: Mapping[str, object]) -> pd.DataFrame:
    """Return what the self-test of the resolvers found, a row per check and resolver.

    ``provenance`` is that of the log. Columns: ``check``, ``resolver``, ``expected``, ``found`` and
    ``result`` (``passed``, ``failed``, ``not_tested``); empty where nothing was tested.
    """
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
