"""Months in small: results by day and domain, with lookups that say yes of all but some."""

from collections.abc import Mapping, Sequence

import pandas as pd
from seen import V6, host, name_servers, no_signals, seen

from v6monitor.dns import log
from v6monitor.intake import columns
from v6monitor.month.month import Month

RESULT = {
    "web": ("web", "ws_address"),
    "mail": ("mail", "mx_address"),
    "dns": ("web", "ns_address"),
    "web_category": ("web", "ipv6"),
    "mail_category": ("mail", "ipv6"),
}

Results = Mapping[str, Mapping[str, str]]
"""By day, YYYY-MM-DD, and by the first label of a domain under .example."""


def month(
    measures: Mapping[str, Results],
    *,
    period: str = "",
    asked: str = "",
    without: Sequence[str] = (),
    list_of: Mapping[str, str] | None = None,
) -> Month:
    """Return a month with these results, by default the newest.

    ``asked`` is the moment of the lookups, none by default; ``list_of`` names the list of a day.
    """
    rows = []
    for measure, days in measures.items():
        kind, column = RESULT[measure]
        for day, results in days.items():
            for name, result in results.items():
                row = dict.fromkeys(columns.COLUMNS, "")
                row |= {"measured_at": day, "domain": f"{name}.example", "type": kind}
                row |= {"organisation": name.title(), "sector": "gemeente", "status": "ok"}
                row |= {"list": (list_of or {}).get(day, "list"), "source_format": "api-2"}
                rows.append(row | {column: result, "score": 80.0})
    table = pd.DataFrame(rows, columns=list(columns.COLUMNS))
    table = table.assign(measured_at=pd.to_datetime(table["measured_at"]))
    names = sorted(set(table["domain"]))
    period = period or f"{table['measured_at'].max():%Y-%m}"
    until = table[table["measured_at"].dt.strftime("%Y-%m") <= period].reset_index(drop=True)
    return Month(period, until, pd.DataFrame(), _lookups(names, asked, without), {})


def _lookups(names: Sequence[str], asked: str, without: Sequence[str]) -> pd.DataFrame:
    rows = []
    for domain in names if asked else ():
        addresses = [] if domain.partition(".")[0] in without else [V6]
        rows += [seen(domain, "MX", f"10 mx.{domain}"), *host(f"mx.{domain}", *addresses)]
        rows += [*host(domain, *addresses), *no_signals(domain)]
        rows += name_servers(domain, True, True)
    table = log.frame(sorted(set(rows)))
    return table.assign(asked_at=pd.Timestamp(asked, tz="UTC")) if asked else table
