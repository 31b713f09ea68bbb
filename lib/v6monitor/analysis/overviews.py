"""Which table stands under each figure of adoption? One function per figure, of the same name."""

from collections.abc import Mapping

import pandas as pd

from v6monitor.analysis.shares import DEFINITE, STATES, check, count, one_per_domain, shares
from v6monitor.analysis.unknown_reasons import reasons
from v6monitor.errors import InputError

SAME_SET = 0.8
"""Two measurements are of one set when they share this part of the larger one's domains."""

TEST_CHANGES: Mapping[str, str] = {"2020-07-13": "tests", "2023-04-11": "tests"}
"""From which day Internet.nl's address tests count otherwise: no MX is told apart (v1.2.0), and
mapped addresses no longer pass (v1.7.0)."""

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
"""What a sub-test's result counts as; ``warning`` on the MX is "no MX" (MEASUREMENTS §1)."""

OTHER, OWN = "other", "own_or_unknown"
TOTAL = "total"
FOUR_STATES = (*DEFINITE, *STATES[2:])
ANSWERED = ("ok", "nodata", "nxdomain")


def trend(
    states: pd.DataFrame, by: str = "measure", breaks: Mapping[str, str] = TEST_CHANGES
) -> pd.DataFrame:
    """How far are we, month by month? The table of figure 1.

    ``states`` has ``period`` (YYYY-MM) and the column ``by``; with ``measured_at`` the breaks fall
    on the right day. Returns ``shares`` per ``period`` and ``by``, with ``break_reason``: why no
    line may join this point to the one before: ``domains`` (less than 80 % of the list is the
    same), or the reason that ``breaks`` gives for a day (YYYY-MM-DD) in between; else empty.
    """
    single = one_per_domain(states, ["period", by])
    table = shares(single, ["period", by]).sort_values([by, "period"], kind="stable")
    reasons: dict[tuple[str, str], str] = {}
    for series, rows in single.groupby(by, dropna=False, observed=True):
        previous: set[str] = set()
        since = ""
        for period, month in rows.groupby("period"):
            domains = set(month["domain"])
            day = _day(month, str(period))
            reason = next((why for change, why in breaks.items() if since < change <= day), "")
            shared = len(domains & previous) / max(len(domains), len(previous))
            if previous:
                reasons[str(period), str(series)] = reason or (
                    "" if shared >= SAME_SET else "domains"
                )
            previous, since = domains, day
    points = zip(table["period"], table[by], strict=True)
    table["break_reason"] = [reasons.get((str(period), str(name)), "") for period, name in points]
    return table.reset_index(drop=True)


def sectors(
    states: pd.DataFrame, period: str = "", by: str = "sector", months: int = 12
) -> pd.DataFrame:
    """Which sector lags, and since a year ago? The table of figure 2, of one measure.

    Returns the ``shares`` per ``by`` in ``period`` (default: the newest), highest adoption first,
    groups without a percentage last; with ``period``, and of the earliest month of the same set
    that is at most ``months`` before: ``earlier`` (empty when there is none), ``earlier_yes``,
    ``earlier_no``, ``earlier_adoption``; and the ``measure``, where the states name it.
    """
    _one_measure(states)
    single = one_per_domain(states, ["period"])
    period = period or str(single["period"].max() if len(single) else "")
    now = shares(single[single["period"] == period], by)
    earlier = _earlier(single, period, months)
    then = shares(single[single["period"] == earlier], by)[[by, "yes", "no", "adoption"]]
    then = then.rename(columns={name: f"earlier_{name}" for name in ("yes", "no", "adoption")})
    table = now.merge(then, on=by, how="left").assign(period=period, earlier=earlier)
    table = table.fillna({"earlier_yes": 0, "earlier_no": 0})
    table = table.astype({"earlier_yes": "int64", "earlier_no": "int64"})
    order = ["adoption", "applicable"]
    table = table.sort_values(order, ascending=False, kind="stable").reset_index(drop=True)
    return _with_measure(table, states)


def states_by_sector(states: pd.DataFrame, by: str = "sector") -> pd.DataFrame:
    """Count the states now: the table of figure 3, of one measure and one month.

    The state may be ``partly`` too (``verdict_states`` with ``some``). Returns per ``by`` the
    counts ``yes``, ``partly``, ``no``, ``unknown``, ``not_applicable`` and ``applicable``, the
    highest part with yes first, and a last row ``total``; where the states tell, ``explained``
    (how many of partly and no have a valid waiver) and the ``measure``.
    """
    _one_measure(states)
    check(states, [], FOUR_STATES)
    table = _with_applicable(count(states, [by], FOUR_STATES))
    part = table["yes"] / table["applicable"].where(table["applicable"] > 0)
    table = table.iloc[part.sort_values(ascending=False, kind="stable").index]
    total = table.drop(columns=by).sum().to_frame().T.assign(**{by: TOTAL})
    table = pd.concat([table, total], ignore_index=True)[table.columns] if len(table) else table
    return _with_measure(table, states)


def sub_tests(measured: pd.DataFrame) -> pd.DataFrame:
    """Where in the chain does it fail? The table of figure 4, of one month's canonical table.

    Returns per ``type`` and ``test`` of Internet.nl (``TESTS``) the counts ``yes``, ``partly``
    (passed with a warning), ``no``, ``unknown``, ``not_applicable`` (the test before it failed, or
    there is nothing to test) and ``applicable``; with ``explained`` in the table also how many of
    the ``no`` have a valid waiver.
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
    return _with_applicable(pd.DataFrame(rows))


def operators(providers: pd.DataFrame, states: pd.DataFrame, top: int = 15) -> pd.DataFrame:
    """Who runs government mail, and who of them has IPv6? The table of figure 5.

    ``providers`` has ``domain`` and ``operator``; ``states`` those of ``mail_all``, with
    ``partly``. Domains to which mail does not apply are left out. Returns per ``operator``
    (``own_or_unknown`` for one without a name) the counts ``yes``, ``partly``, ``no``, ``unknown``,
    ``domains`` and, where the states tell, ``explained`` (of partly and no), most domains first;
    together as ``other``, last: those after ``top``, and those of one domain, which is mostly its
    own.
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
    return table.drop(columns="last").reset_index(drop=True)


def outcomes(observations: pd.DataFrame) -> pd.DataFrame:
    """Count what came of the questions: ``outcome``, ``questions`` and ``attempts``, most first."""
    table = observations.groupby("outcome").agg(
        questions=("outcome", "size"), attempts=("attempts", "sum")
    )
    return table.reset_index().sort_values(
        ["questions", "outcome"], ascending=[False, True], ignore_index=True
    )


def quality(states: pd.DataFrame, observations: pd.DataFrame | None = None) -> pd.DataFrame:
    """Can we trust this month? The table of figure 11.

    ``states`` of one month, of any measures, a domain once each (why one is unknown as
    ``adoption.reasons`` finds it); ``observations`` is the log of the month's lookups. Returns per
    ``subject`` (a measure, or ``lookups``) and ``outcome`` the ``count``: ``known``,
    ``not_applicable``, and why it could not be told: an outcome of METHOD.md §1, a reason, or
    ``unknown``.
    """
    parts = []
    if len(states):
        states = states if "measure" in states else states.assign(measure="")
        states = one_per_domain(states, "measure")
        outcome = states["state"].replace(dict.fromkeys(DEFINITE, "known"))
        outcome = outcome.where(outcome != "unknown", reasons(states))
        parts.append(pd.DataFrame({"subject": states["measure"], "outcome": outcome}))
    if observations is not None and len(observations):
        outcome = observations["outcome"].where(~observations["outcome"].isin(ANSWERED), "known")
        parts.append(pd.DataFrame({"subject": "lookups", "outcome": outcome}))
    if not parts:
        return pd.DataFrame({"subject": [], "outcome": [], "count": []})
    long = pd.concat(parts, ignore_index=True)
    return long.groupby(["subject", "outcome"], sort=False).size().rename("count").reset_index()


def _with_applicable(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(applicable=table[["yes", "partly", "no", "unknown"]].sum(axis=1))


def _with_measure(table: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    known = "measure" in states and len(states)
    return table.assign(measure=states["measure"].iloc[0]) if known else table


def _one_measure(states: pd.DataFrame) -> None:
    if "measure" in states and len(states["measure"].unique()) > 1:
        found = ", ".join(sorted(map(str, states["measure"].unique())))
        raise InputError(f"found the measures {found} in one table: choose the one to compare")


def _earlier(single: pd.DataFrame, period: str, months: int) -> str:
    """Return the first month to compare with: recent enough, and of the same set and tests."""
    if not period:
        return ""
    line = trend(single.assign(series=""), "series")
    broken = line.loc[line["break_reason"].ne("") & (line["period"] <= period), "period"]
    first = max(str(pd.Period(period, "M") - months), str(broken.max()) if len(broken) else "")
    candidates = line.loc[(line["period"] >= first) & (line["period"] < period), "period"]
    return str(candidates.min()) if len(candidates) else ""


def _day(month: pd.DataFrame, period: str) -> str:
    """Return the first day that a month was measured, as YYYY-MM-DD."""
    if "measured_at" not in month:
        return f"{period}-01"
    return str(pd.Timestamp(month["measured_at"].min()).date())
