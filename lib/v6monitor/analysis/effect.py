"""Does asking help? Domains written to beside comparable ones, and how domains got IPv6."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from v6monitor.analysis.gap import domain_states
from v6monitor.analysis.shares import one_per_domain, with_source
from v6monitor.errors import InputError, UsageError
from v6monitor.mail.exchange_online import parse_exchange_host
from v6monitor.mail.providers import MICROSOFT
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

HORIZONS = (30, 90, 180)
OUTCOMES = ("fixed", "not_fixed", "left")
"""What became of a domain: it has IPv6, it has not or its state is unknown, it left the list."""

STRATUM = ["sent_on", "sector", "class"]
"""Who is compared: domains of one sector and mail class, without IPv6 on the same day."""

COLUMNS = ("domain", *STRATUM, "written", "days", "outcome")


TIMES = ("written", "days", "at_risk", "fixed", "no_longer_followed", "still_without")


def followed(
    month: Any,
    *,
    letters: pd.DataFrame | None = None,
    classes: pd.DataFrame | None = None,
    renames: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the domains without IPv6 on the day of a letter, written to or not, and what they did.

    Args:
        month: a Month, or measured states of mail in all months: ``domain``, ``measured_at``,
            ``state``, ``sector`` and perhaps ``list``.
        letters: what was sent, a row per domain: ``domain`` and ``sent_on`` (a day); by default
            ``month.sent``. Of more letters to a domain the first counts.
        classes: mail class by domain (``domain``, ``class``); by default ``month.providers``. Of
            states alone without it only the sector is compared.
        renames: new names by old name; a Month has its own. A domain that got another name is one
            domain, under its newest name; of several that merged into one the first is.

    Returns:
        A row per day of sending and domain: ``domain``, ``sent_on``, ``sector``, ``class``;
        ``written`` (False: nobody had written to it by then); ``days`` from that day until it was
        first measured with IPv6, else until it was last measured or written to itself; and
        ``outcome``, one of ``OUTCOMES``, which add up to all. The state on the day is that of the
        last measurement that is known by then; domains with IPv6, not yet measured or off the list
        by then are left out: a letter to one of these says nothing. Fixed stays fixed when IPv6 is
        lost again.

    Raises:
        InputError: a letter without a day.

    Example:
        >>> states = pd.DataFrame(
        ...     [("a", "no", "2026-01-05"), ("b", "no", "2026-01-05"),
        ...      ("a", "yes", "2026-02-05"), ("b", "no", "2026-02-05")],
        ...     columns=["domain", "state", "measured_at"],
        ... ).assign(sector="gemeente", measured_at=lambda t: pd.to_datetime(t["measured_at"]))
        >>> letters = pd.DataFrame({"domain": ["a"], "sent_on": pd.to_datetime(["2026-01-10"])})
        >>> followed(states, letters=letters)[["domain", "written", "days", "outcome"]]
          domain  written  days    outcome
        0      a     True    26      fixed
        1      b    False    26  not_fixed

    Source:
        METHOD.md, "Does asking help?".
    """
    states, letters, classes = _given(month, letters, classes)
    states, names = _renamed(month, states, "measured_at", renames)
    letters = letters.assign(domain=letters["domain"].replace(names))
    if letters["sent_on"].isna().any():
        raise InputError("a letter has no day: fill in sent_on (YYYY-MM-DD), or leave the row out")
    measured = one_per_domain(states, "measured_at").sort_values("measured_at", kind="stable")
    sent = letters.groupby("domain")["sent_on"].min()
    parts = [_since(day, measured, sent) for day in sorted(sent.unique())]
    found = pd.concat(parts) if parts else _since(pd.Timestamp.min, measured[:0], sent)
    class_of = (
        {} if classes is None else dict(zip(classes["domain"], classes["class"], strict=True))
    )
    found["class"] = [class_of.get(domain, "") for domain in found["domain"]]
    last = _of(found["domain"], measured.groupby("domain")["measured_at"].max())
    gone = ~found["domain"].isin(_listed(measured))
    until = pd.concat([last, found["own"]], axis=1).min(axis=1)
    fixed = found["first"].notna() & found["first"].le(until)
    days = found["first"].where(fixed, until) - found["sent_on"]
    outcome = pd.Series("not_fixed", index=found.index).mask(gone, "left").mask(fixed, "fixed")
    found = found.assign(days=days.dt.days.clip(lower=0), outcome=outcome.astype("str"))
    found = found.sort_values(["sent_on", "domain"])[list(COLUMNS)].reset_index(drop=True)
    return with_source(found, states)


def _given(
    month: Any, letters: pd.DataFrame | None, classes: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Return states, letters and classes: those given, else the month's."""
    if isinstance(month, pd.DataFrame):
        if letters is None:
            raise UsageError("states alone say nothing of letters: give letters=, or a Month")
        return month, letters, classes
    states = month.states[month.states["measure"] == "mail"]
    letters = month.sent if letters is None else letters
    return states, letters, month.providers if classes is None else classes


def _renamed(
    month: Any, rows: pd.DataFrame, when: str, renames: Mapping[str, str] | None
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return rows of several months by the newest names of domains, and these by their older ones.

    A name is followed where it is gone before the new one begins.
    """
    seen = rows.groupby("domain")[when].agg(["min", "max"]).to_dict("index")
    names: dict[str, str] = {}
    given = getattr(month, "renames", {}) if renames is None else renames
    for old, new in sorted(given.items()):
        there = old in seen and new in seen and new not in names.values()
        if there and seen[old]["max"] < seen[new]["min"]:
            names[old] = new

    def newest(name: str) -> str:
        return newest(names[name]) if name in names else name

    names = {old: newest(old) for old in names}
    renamed = rows.assign(domain=rows["domain"].replace(names)) if names else rows
    return with_source(renamed, rows), names


def _listed(measured: pd.DataFrame) -> "pd.Series[str]":
    """Return the domains that the newest month of their list (or sector) has."""
    kind = "list" if "list" in measured else "sector"  # what a month has the whole of, or nothing
    newest = measured.groupby(kind)["measured_at"].max().dt.to_period("M")
    last = measured.drop_duplicates("domain", keep="last")
    there = last["measured_at"].dt.to_period("M") == _of(last[kind], newest)
    listed: pd.Series[str] = last.loc[there, "domain"]
    return listed


def _since(
    day: pd.Timestamp, measured: pd.DataFrame, sent: "pd.Series[pd.Timestamp]"
) -> pd.DataFrame:
    """Return the domains on the list without IPv6 on a day on which something was sent.

    ``first`` is when they were first measured with it afterwards, ``own`` when a domain that was
    not written to yet got a letter of its own.
    """
    known = measured[measured["state"].isin([YES, NO])]
    start = known[known["measured_at"] <= day].drop_duplicates("domain", keep="last")
    there = _listed(measured[measured["measured_at"] <= day])
    start = start[start["state"].eq(NO) & start["domain"].isin(there)]
    later = known[(known["measured_at"] > day) & (known["state"] == YES)]
    letter = _of(start["domain"], sent)
    rows = start.assign(
        sent_on=day,
        written=letter.eq(day),
        own=letter.where(letter > day),
        first=_of(start["domain"], later.groupby("domain")["measured_at"].min()),
    )
    return rows[letter.isna() | letter.ge(day)]


def _of(keys: "pd.Series[str]", values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the value of each key; unlike ``map`` it keeps the type when there are none."""
    return values.reindex(keys).set_axis(keys.index)


def effect(month: Any, *, horizons: tuple[int, ...] = HORIZONS) -> pd.DataFrame:
    """Return which share was fixed in so many days, of those written to and of comparable others.

    Args:
        month: a Month, or what ``followed`` returns.
        horizons: days after the letter.

    Returns:
        A row per horizon: ``days``; ``written`` domains that could be followed so long (or were
        fixed before), of these ``written_fixed`` and ``written_share``; ``others``, the domains of
        the same day, sector and class that were not written to, ``others_fixed``, and
        ``others_share`` with each sector, class and day weighing as it does among those written to;
        ``points``, 100 times the difference of the shares; and ``without_equal``, the
        domains written to of which no other is comparable: they are in no share. This is no
        experiment: who was written to was not drawn by lot.

    Example:
        >>> rows = pd.DataFrame(
        ...     [("2026-01-10", True, 26, "fixed"), ("2026-01-10", True, 90, "not_fixed"),
        ...      ("2026-01-10", False, 90, "not_fixed")],
        ...     columns=["sent_on", "written", "days", "outcome"],
        ... ).assign(**{"sector": "gemeente", "class": "exo_direct"})
        >>> effect(rows, horizons=(30,))[["written", "written_share", "others_share"]]
           written  written_share  others_share
        0        2            0.5           0.0

    Source:
        METHOD.md, "Does asking help?".
    """
    rows = month if isinstance(month, pd.DataFrame) else followed(month)
    table = pd.DataFrame([_shares(rows, days) for days in horizons])
    points = 100 * (table["written_share"] - table["others_share"])
    table.insert(len(table.columns) - 1, "points", points)
    return with_source(table, rows)


def _shares(rows: pd.DataFrame, days: int) -> dict[str, float]:
    """Return the row of one horizon: the counts and shares over what is comparable."""
    fixed = rows["outcome"].eq("fixed") & rows["days"].le(days)
    counted = rows[fixed | rows["days"].ge(days)].assign(fixed=fixed)
    written, others = (
        counted[counted["written"] == group].groupby(STRATUM)["fixed"].agg(["size", "sum"])
        for group in (True, False)
    )
    equal = written.join(others.add_suffix("_others"), how="inner")
    size = int(equal["size"].sum())
    expected = (equal["sum_others"] / equal["size_others"] * equal["size"]).sum()
    return {
        "days": days,
        "written": size,
        "written_fixed": int(equal["sum"].sum()),
        "written_share": equal["sum"].sum() / size if size else float("nan"),
        "others": int(equal["size_others"].sum()),
        "others_fixed": int(equal["sum_others"].sum()),
        "others_share": expected / size if size else float("nan"),
        "without_equal": int(written["size"].sum()) - size,
    }


def times(month: Any, *, step: int = 30) -> pd.DataFrame:
    """Return how many of the domains are still without IPv6 so many days after the letter.

    The product-limit estimate (Kaplan and Meier, JASA 53, 1958).

    Args:
        month: a Month, or what ``followed`` returns. Domains without an equal are left out.
        step: days between the rows.

    Returns:
        A row per ``written`` and ``days``, with ``at_risk`` at the start of the step, ``fixed``
        and ``no_longer_followed`` within it, and ``still_without``, the estimated share at its end.
        A fix counts on the day of the measurement that shows it; it was earlier, if anything.

    Example:
        >>> rows = pd.DataFrame(
        ...     [("2026-01-10", True, 26, "fixed"), ("2026-01-10", False, 60, "not_fixed")],
        ...     columns=["sent_on", "written", "days", "outcome"],
        ... ).assign(**{"sector": "gemeente", "class": "exo_direct"})
        >>> times(rows)[["written", "days", "at_risk", "fixed", "still_without"]]
           written  days  at_risk  fixed  still_without
        0    False    60        1      0            1.0
        1     True    30        1      1            0.0

    Source:
        METHOD.md, "Does asking help?".
    """
    rows = month if isinstance(month, pd.DataFrame) else followed(month)
    comparable = rows.groupby(STRATUM)["written"].transform("nunique") > 1
    found = []
    for written, group in rows[comparable].groupby("written"):
        gone = group.groupby("days")["outcome"].agg(
            fixed=lambda outcomes: outcomes.eq("fixed").sum(), size="size"
        )
        gone["at_risk"] = len(group) - gone["size"].cumsum().shift(fill_value=0)
        gone["still_without"] = (1 - gone["fixed"] / gone["at_risk"]).cumprod()
        end = -(-gone.index.to_series(name="end").clip(lower=1) // step) * step
        steps = gone.groupby(end).agg(
            at_risk=("at_risk", "first"),
            fixed=("fixed", "sum"),
            size=("size", "sum"),
            still_without=("still_without", "last"),
        )
        found.append(steps.rename_axis("days").reset_index().assign(written=written))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*TIMES, "size"])
    table["no_longer_followed"] = table.pop("size") - table["fixed"]
    return with_source(table[list(TIMES)], rows)


HOW = (
    *("same_exchange_host", "same_gateway", "same_host"),
    *("mx_microsoft", "record_repaired", "other_exchange_host"),
    *("other_operator", "other_host", "host_removed"),
)
"""What became of the hosts without IPv6, between the last log without it and the first with it.

The first three are without a change of the domain's own MX records. ``same_exchange_host``:
Exchange Online gave the host an AAAA, by default or because an administrator asked for it; DNS does
not say which. ``record_repaired``: the record named Exchange Online by a broken name, or one that
Microsoft no longer gives out; ``other_exchange_host``: it names another good one.
"""

OWN_CHANGE = frozenset(HOW[3:])
"""Ways that need a change of the domain's own MX records."""

_MX_MICROSOFT = ".mx.microsoft"
_FIXES = (
    *("domain", "first_without", "last_without", "outcome", "period", "how"),
    *("operator_before", "operator", "exchange"),
)


def fixes(month: Any, *, renames: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return what became of every mail domain that had no IPv6 in some month but the last.

    Args:
        month: a Month, or its table ``hosts_by_month``: the MX hosts by the lookups of several
            months, each with its ``period`` (YYYY-MM). Every month looks up the whole list.
        renames: as in ``followed``.

    Returns:
        A row per domain, sorted: ``domain``; ``first_without`` and ``last_without``, the months in
        which it first and last had a host that definitely lacks IPv6; ``outcome`` in the newest
        month: ``fixed``, ``not_fixed``, ``unknown``, or ``left`` (no mail domain of the list any
        more); and where it is fixed: ``period``, the first month after that in which all hosts
        have IPv6, and ``how``, one of ``HOW``; ``operator_before``, who ran the hosts without IPv6,
        ``operator``, who runs the hosts now, and ``exchange``, whether Exchange Online was one of
        the first. The outcomes add up to all.

    Raises:
        InputError: for a state of a host other than yes, no and unknown.

    Example:
        >>> rows = [
        ...     ("2026-01", "town.example", "mx.old.example", "Old", "", "no"),
        ...     ("2026-02", "town.example", "mx.new.example", "New", "", "yes"),
        ... ]
        >>> columns = ["period", "domain", "host", "operator", "kind", "state"]
        >>> fixes(pd.DataFrame(rows, columns=columns))[["period", "how"]].to_dict("records")
        [{'period': '2026-02', 'how': 'other_operator'}]

    Source:
        METHOD.md, "Does asking help?".
    """
    hosts, _ = _renamed(month, getattr(month, "hosts_by_month", month), "period", renames)
    newest = hosts["period"].max()
    states = pd.concat(
        [domain_states(rows).assign(period=period) for period, rows in hosts.groupby("period")]
        or [hosts]
    )
    lacking = states[states["state"] == NO]
    months = lacking.groupby("domain")["period"].agg(first_without="min", last_without="max")
    found = months[months["first_without"] < newest].reset_index()
    now = dict(states.loc[states["period"] == newest, ["domain", "state"]].itertuples(index=False))
    names = {YES: "fixed", NO: "not_fixed", UNKNOWN: "unknown", None: "left"}
    found["outcome"] = [names[now.get(domain)] for domain in found["domain"]]
    reached = states[states["state"] == YES].merge(found[found["outcome"] == "fixed"], on="domain")
    reached = reached[reached["period"] > reached["last_without"]]
    first = reached.groupby("domain")["period"].min().to_dict()
    found["period"] = [first.get(domain, "") for domain in found["domain"]]
    found = found.astype("str")  # also without a row
    before, after = (_at(hosts, found, month) for month in ("last_without", "period"))
    failing = {
        domain: [host for host in held if host.state == NO] for domain, held in before.items()
    }
    domains = found["domain"]
    found["how"] = [
        _way(name, before[name], after[name]) if name in after else "" for name in domains
    ]
    found["operator_before"] = [_operators(failing[name]) for name in domains]
    found["operator"] = [_operators(after.get(name, [])) for name in domains]
    found["exchange"] = [any(h.operator == MICROSOFT for h in failing[name]) for name in domains]
    words = ["how", "operator_before", "operator"]
    table: pd.DataFrame = found[list(_FIXES)].astype(dict.fromkeys(words, "str"))
    return with_source(table, hosts)


class _Host(NamedTuple):
    name: str
    operator: str
    kind: str
    state: str


def _at(hosts: pd.DataFrame, found: pd.DataFrame, month: str) -> dict[str, list[_Host]]:
    """Return the hosts of each domain in the month that a column names."""
    months = found[["domain", month]].rename(columns={month: "period"})
    rows = months.merge(hosts, on=["domain", "period"])
    held: dict[str, list[_Host]] = {}
    columns = ["domain", "host", "operator", "kind", "state"]
    for domain, *host in rows[columns].itertuples(index=False):
        held.setdefault(domain, []).append(_Host(*host))
    return held


def _way(domain: str, before: list[_Host], after: list[_Host]) -> str:
    """Return what became of the hosts without IPv6 of a domain, one of ``HOW``."""
    failing = [host for host in before if host.state == NO]
    operators = {host.operator for host in failing}
    if {host.name for host in failing} <= {host.name for host in after}:
        if MICROSOFT in operators:
            return "same_exchange_host"
        gateway = any(host.kind == "gateway" for host in failing)
        return "same_gateway" if gateway else "same_host"
    new = [host for host in after if host.name not in {host.name for host in before}]
    if not new:
        return "host_removed"
    if any(host.name.endswith(_MX_MICROSOFT) for host in new):
        return "mx_microsoft"
    if any(host.operator not in operators for host in new):
        return "other_operator"
    return _way_within(domain, failing) if MICROSOFT in operators else "other_host"


def _way_within(domain: str, failing: list[_Host]) -> str:
    """Return how mail stayed at Exchange Online, by another name in the MX record."""
    meant = [parse_exchange_host(host.name, domain) for host in failing]
    faulty = any(host and host.zone in {"broken", "obsolete"} for host in meant)
    return "record_repaired" if faulty else "other_exchange_host"


def _operators(hosts: list[_Host]) -> str:
    return ", ".join(sorted({host.operator for host in hosts} - {""}))
