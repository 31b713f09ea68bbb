"""Which Exchange Online domains are still without IPv6, whose are they, and since when?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from v6monitor.language import AMSTERDAM
from v6monitor.mail.advice import advise
from v6monitor.mail.classifier import MICROSOFT, from_table
from v6monitor.mail.classifier import providers as tell_providers
from v6monitor.mail.lagging import EXCHANGE_GROUPS, GROUPS, WITHOUT_IPV6, Laggard, laggard
from v6monitor.verdicts import evidence as index
from v6monitor.verdicts.logic import NO, YES

if TYPE_CHECKING:
    import pandas as pd

    from v6monitor.dns.observation import Observation

COLUMNS = (
    "domain",
    "organisation",
    "sector",
    "province",
    "group",
    "class",
    "operator",
    "mx_hosts",
    "failing_hosts",
    "zone",
    "label",
    "label_domain",
    "tenant",
    "sole_cause",
    "first_month_without",
    "months_lagging",
    "waiver",
    "waiver_owner",
    "waiver_until",
    "waiver_status",
    "explanation",
    "next_step",
    "doubt",
    "asked_at",
)


def laggards(
    observations: pd.DataFrame | Iterable[Observation],
    providers: pd.DataFrame | None = None,
    organisations: pd.DataFrame | None = None,
    history: pd.DataFrame | None = None,
    waivers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List the domains of which the mail runs on Exchange Online and IPv6 is missing or unknown.

    ``providers`` is the provider table of the same observations; ``organisations`` has columns
    domain, organisation, sector and province; ``history`` has period (YYYY-MM), domain and state:
    the mail verdict in earlier months; ``waivers`` is what ``organisations.read_waivers`` returns.

    Returns a row per domain with the columns ``COLUMNS``, sorted by group and domain. ``group``:
    ``exchange_online`` and ``obsolete_name`` (METHOD.md §10: an Exchange Online MX host that
    receives first has A, and definitely no AAAA), ``gateway`` (Exchange Online behind an MX host
    without IPv6), ``no_address`` (neither A nor AAAA), ``foreign_address`` (an AAAA outside
    Microsoft's prefixes), ``ownership_proof`` (a left-over record that receives no mail),
    ``unknown``. ``explanation`` and ``next_step`` are codes; ``advice.worded`` makes them
    sentences. ``months_lagging`` counts the calendar months since ``first_month_without``; both
    are empty where IPv6 was not found missing. ``doubt`` names the lookups that failed in group
    ``unknown``. The columns ``waiver…`` give the explanation that goes with the domain's mail, and
    whether it was ``valid`` or ``expired`` on the day of asking. ``asked_at`` is UTC.
    """
    # imported here: the evidence card of one domain does without pandas
    import pandas as pd  # noqa: PLC0415

    from v6monitor.intake.waivers import MATCH, matched  # noqa: PLC0415

    evidence = index.of(observations)
    told = tell_providers(evidence) if providers is None else providers
    owners = _by_domain(organisations)
    lagging_since = _spells(history)
    rows = []
    for provider in from_table(told):
        found = laggard(evidence, provider)
        if found is None:
            continue
        owner = owners.get(found.domain, {})
        explanation, next_step = advise(found)
        row = {
            **found._asdict(),
            **dict.fromkeys(MATCH, ""),
            **{name: owner.get(name, "") for name in ("organisation", "sector", "province")},
            "class": provider.mail_provider,
            "operator": provider.operator,
            "mx_hosts": "; ".join(found.mx_hosts),
            "failing_hosts": " ".join(found.failing_hosts),
            "tenant": provider.tenant,
            "explanation": explanation,
            "next_step": next_step,
        }
        row["first_month_without"], row["months_lagging"] = _since(found, lagging_since)
        rows.append(row)
    rows.sort(key=lambda row: (GROUPS.index(row["group"]), row["domain"]))
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {name: "str" for name in COLUMNS if name not in {"months_lagging", "asked_at"}}
    )
    table = table.assign(
        months_lagging=table["months_lagging"].astype("Int64"),
        asked_at=pd.to_datetime(table["asked_at"], utc=True),
    )
    if waivers is not None:
        day = table["asked_at"].dt.tz_convert(AMSTERDAM).dt.strftime("%Y-%m-%d")
        table[list(MATCH)] = matched(table.assign(day=day.fillna("")), waivers, "mail")
    return table


def by_month(states: pd.DataFrame, providers: pd.DataFrame) -> pd.DataFrame:
    """Count the domains that are on Exchange Online now and lacked IPv6 in a measured month.

    ``states`` are measured mail states with ``period``. Returns a row per ``period`` and
    ``group`` (``exchange_online``: the measurement said no; ``unknown``: it could not tell) with
    ``count`` and how many of these are ``explained`` by a waiver. Only lookups tell
    who runs the mail, so the set is that of the newest lookups.
    """
    exchange = providers["class"].isin(["exo_direct", "exo_mixed"])
    first = exchange & providers["operator"].eq(MICROSOFT)
    followed = states[states["domain"].isin(providers.loc[first, "domain"])]
    groups = followed["state"].map({"no": "exchange_online", "unknown": "unknown"})
    told = followed.get("explained", False) & groups.eq("exchange_online")
    single = followed.assign(group=groups, explained=told)
    counted = single.drop_duplicates(["period", "group", "domain"]).groupby(["period", "group"])
    return counted.agg(count=("domain", "size"), explained=("explained", "sum")).reset_index()


def of_groups(laggards: pd.DataFrame, *groups: str) -> pd.DataFrame:
    """Return the rows of a laggard list that are in one of these groups."""
    return laggards[laggards["group"].isin(groups)].reset_index(drop=True)


def by_group(laggards: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count a laggard list by sector, province or another column of it, each group apart.

    Returns a row per value, the one with most Exchange Online laggards first and ``elsewhere``,
    where there is no value, last: the column itself, and how many domains are in each of
    ``GROUPS``.
    """
    import pandas as pd  # noqa: PLC0415 - the evidence card of one domain does without pandas

    places = laggards[by].replace("", "elsewhere")
    table = pd.crosstab(places, laggards["group"]).reindex(columns=list(GROUPS), fill_value=0)
    table.columns.name = None
    most = table[list(EXCHANGE_GROUPS)].sum(axis="columns")
    ranked = table.assign(last=table.index == "elsewhere", most=most).reset_index()
    order = ["last", "most", by]
    ranked = ranked.sort_values(order, ascending=[True, False, True], ignore_index=True)
    return ranked.drop(columns=["last", "most"])


def tally(laggards: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count a laggard list per tenant, operator, sector, province or any other column of it.

    One administrator switches all domains of a tenant. Returns a row per value, the largest
    first: the column itself, ``laggards`` (domains), ``sole_cause`` (of which with no other cause),
    ``explained`` (of which with a valid waiver) and ``domains`` (their names, separated by
    spaces). Rows without a value are left out.
    """
    groups = laggards[laggards[by] != ""].groupby(by, sort=True)
    table = groups.agg(
        laggards=("domain", "size"),
        sole_cause=("sole_cause", lambda causes: int((causes == YES).sum())),
        explained=("waiver_status", lambda status: int((status == "valid").sum())),
        domains=("domain", " ".join),
    )
    return table.reset_index().sort_values(
        ["laggards", by], ascending=[False, True], ignore_index=True
    )


def _by_domain(table: pd.DataFrame | None) -> dict[str, dict[str, str]]:
    """Return the rows by domain; the first one where a domain has more."""
    found: dict[str, dict[str, str]] = {}
    for row in [] if table is None else table.to_dict("records"):
        found.setdefault(str(row["domain"]), {str(key): str(cell) for key, cell in row.items()})
    return found


def _spells(history: pd.DataFrame | None) -> Mapping[str, Mapping[str, str]]:
    """Return the mail verdicts of each domain by month."""
    found: dict[str, dict[str, str]] = {}
    if history is not None:
        for period, domain, state in history[["period", "domain", "state"]].itertuples(index=False):
            found.setdefault(domain, {})[period] = state
    return found


def _since(found: Laggard, verdicts: Mapping[str, Mapping[str, str]]) -> tuple[str, int | None]:
    """Return the first month of the unbroken time without IPv6, and how many months ago it was.

    A yes ends the time; a month in which it was unknown, or was not measured, does not.
    """
    if found.group not in WITHOUT_IPV6 or found.asked_at is None:
        return "", None
    now = first = found.asked_at.astimezone(AMSTERDAM).strftime("%Y-%m")
    for month, state in sorted(verdicts.get(found.domain, {}).items(), reverse=True):
        if month > now:
            continue
        if state == YES:
            break
        if state == NO:
            first = month
    return first, _months(now) - _months(first)


def _months(period: str) -> int:
    year, month = period.split("-")
    return 12 * int(year) + int(month)
