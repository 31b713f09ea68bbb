"""What do the figures of mail say? (5 and 6)"""

from collections.abc import Sequence

import pandas as pd

from v6monitor.analysis.overviews import OTHER
from v6monitor.charts.chart import Words
from v6monitor.charts.wording import (
    Row,
    explained,
    group_name,
    joined,
    out_of,
    undetermined,
)
from v6monitor.language import Language
from v6monitor.mail.laggards import EXCHANGE_GROUPS


def operators(table: pd.DataFrame, language: Language) -> Words:
    """Tell who runs most mail, and where most domains without IPv6 are; ``adoption.operators``."""
    alt = language.text(
        "Bar chart of the number of mail domains per operator, split by whether the MX hosts have"
        " IPv6. It shows whose hosts the remaining domains wait for."
    )
    if table.empty:
        return Words(
            language.text("There is no mail domain."), language.text("Nothing was looked up."), alt
        )
    total = int(table["domains"].sum())
    rows = [row for row in table.to_dict("records") if row["operator"] != OTHER]
    if int(table["unknown"].sum()) == total:
        finding = language.text("Who receives the mail is not known.")
    elif rows:
        finding = _largest(rows, table, language)
    else:
        finding = language.text("Nobody receives the mail of more than one domain.")
    note = language.text(
        "Domains that receive mail, by operator of the MX host of first"
        " preference; partly: some of the MX hosts have IPv6."
    )
    unknown = undetermined(table["unknown"].sum(), total, language)
    return Words(finding, joined(note, unknown, explained(table, language)), alt)


def laggards(table: pd.DataFrame, language: Language, *, by: str = "group") -> Words:
    """Tell how many Exchange Online domains are without IPv6, and how many before.

    ``table`` has ``period`` and ``count``, and may have the column ``by``: then the groups of
    METHOD.md §10 count as laggards, and gateways and unknown are told beside them.
    """
    alt = language.text(
        "Bar chart of the number of Exchange Online domains without IPv6 per month. It shows"
        " whether the number falls."
    )
    if table.empty:
        return Words(
            language.text("There are no lookups that could tell who lags."),
            language.text("Nothing was looked up."),
            alt,
        )
    lagging = table[table[by].isin(EXCHANGE_GROUPS)] if by in table else table
    months = sorted(set(table["period"]))
    counts = lagging.groupby("period")["count"].sum().reindex(months, fill_value=0)
    now = language.plural(
        "{number} Exchange Online domain without IPv6 in {month}",
        "{number} Exchange Online domains without IPv6 in {month}",
        int(counts.iloc[-1]),
        month=language.month(months[-1]),
    )
    note = language.text(
        "Domains of which Exchange Online receives the mail first, on an MX host with an A record"
        " and definitely no AAAA record. Only months with lookups have a bar."
    )
    return Words(
        f"{now}; {_difference(counts, language)}", joined(note, _beside(table, by, language)), alt
    )


def _largest(rows: Sequence[Row], table: pd.DataFrame, language: Language) -> str:
    most = max(rows, key=lambda row: row["domains"])
    slowest = max(rows, key=lambda row: row["no"] + row["partly"])
    without = slowest["no"] + slowest["partly"]
    first = language.text(
        "{operator} receives the mail of {counts} domains; with IPv6 on every MX host: {yes}.",
        operator=group_name(most["operator"], language),
        counts=out_of(most["domains"], table["domains"].sum(), language),
        yes=language.number(most["yes"]),
    )
    if not without:
        return joined(
            first, language.text("No named operator is known to have a domain without it.")
        )
    second = language.text(
        "Most domains without it: {operator}, {counts}.",
        operator=group_name(slowest["operator"], language),
        counts=out_of(without, (table["no"] + table["partly"]).sum(), language),
    )
    return joined(first, second)


def _difference(counts: "pd.Series[int]", language: Language) -> str:
    if len(counts) == 1:
        return language.text("this is the first month with lookups.")
    difference = int(counts.iloc[-1] - counts.iloc[-2])
    month = language.month(str(counts.index[-2]))
    if not difference:
        return language.text("as many as in {month}.", month=month)
    number = language.number(abs(difference))
    if difference < 0:
        return language.text("{number} fewer than in {month}.", number=number, month=month)
    return language.text("{number} more than in {month}.", number=number, month=month)


def _beside(table: pd.DataFrame, by: str, language: Language) -> str:
    """Tell the other groups of the newest month, which are not laggards of Exchange Online."""
    if by not in table:
        return ""
    newest = table[(table["period"] == table["period"].max()) & ~table[by].isin(EXCHANGE_GROUPS)]
    counts = newest.groupby(by, sort=False)["count"].sum()
    words = [
        f"{group_name(name, language)} {language.number(n)}" for name, n in counts.items() if n
    ]
    return language.text("Beside them: {groups}.", groups=", ".join(words)) if words else ""
