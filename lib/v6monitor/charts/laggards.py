"""Laggards of Exchange Online: how many, whose, why, and what to do (figures 6 and 7)."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import BEHIND, Mark, fill, width_of
from v6monitor.charts.mail import whole_numbers
from v6monitor.charts.months import flags, month_chart, ordinal
from v6monitor.charts.style import STATE_COLOURS, offset
from v6monitor.charts.tables import Part
from v6monitor.charts.wording import explained, group_name, joined, out_of
from v6monitor.language import Language, marked
from v6monitor.mail.advice import groups
from v6monitor.mail.laggards import EXCHANGE_GROUPS
from v6monitor.workspace import REFERENCE

PLOT = 260

EVENTS = {
    "default_on": marked("Exchange Online turns on IPv6 by default, in steps"),
    "new_zone_for_new_domains": marked("New domains get a name under mx.microsoft, in steps"),
}
"""The events of ``reference/events.csv`` that are in the chart of the laggards, as messages."""

CHANGED = {
    -1: marked(
        "Exchange Online: {number} fewer domains measured without IPv6 in {month} than in {then}."
    ),
    0: marked("Exchange Online: as many domains measured without IPv6 in {month} as in {then}."),
    1: marked(
        "Exchange Online: {number} more domains measured without IPv6 in {month} than in {then}."
    ),
}
"""What the measurements say of these domains, by whether fewer or more lacked IPv6."""

LAYERS = {
    "explained": (STATE_COLOURS["no"], "hatched"),
    "no": (STATE_COLOURS["no"], "square"),
    "unknown": (STATE_COLOURS["unknown"], "hatched"),
}
"""The parts of a bar of laggards, from the bottom: colour and shape."""


def laggards_now(laggards: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return the answer to how many domains on Exchange Online lack IPv6.

    Args:
        laggards: the list of ``v6monitor.laggards``.
        name: names the answer on its page.

    Returns:
        A Chart without a picture.

    Source: METHOD.md §10.
    """
    return Chart(name, laggards, _laggards_now_words, kind="answer")


def laggards_by_month(
    table: pd.DataFrame, *, since: pd.DataFrame | None = None, name: str = "laggards-by-month"
) -> Chart:
    """Return the chart of how many domains on Exchange Online lacked IPv6 in each month.

    Args:
        table: a row per ``period`` with the counts ``no`` and ``unknown``, as ``v6monitor.shares``
            gives them of the domains that are on Exchange Online now, and perhaps ``explained``.
        since: the rows of ``v6monitor.staleness`` of these domains: the note then says what our
            lookups found after the newest month.
        name: names the files of the chart.

    Returns:
        A Chart with a bar per month; above it the number that lacks IPv6, and ``+3`` for unknown.

    Source: METHOD.md §6 and §10.
    """
    outcomes = Counter([] if since is None else since["outcome"])

    words = partial(_laggards_by_month_words, outcomes=outcomes)
    return Chart(name, table, words, _draw_laggards_by_month)


def laggard_list(laggards: pd.DataFrame, *, name: str = "laggards", fold: bool = False) -> Chart:
    """Return the laggard list by group: why its domains are on it, what to do, and a row for each.

    Args:
        laggards: the list of ``v6monitor.laggards``.
        name: names the files of the table, which hold all columns of the list.
        fold: a reader of a page unfolds a long list.

    Source: METHOD.md §10.
    """
    laggards = laggards.copy(deep=False)
    laggards.attrs = laggards.attrs | {"fold": fold}
    return Chart(name, laggards, _laggard_list_words, parts=_groups, kind="table")


def laggards_by(table: pd.DataFrame, *, name: str = "") -> Chart:
    """Return the table of the laggards per tenant, per gateway operator, or per place.

    Args:
        table: a row per ``tenant``, per ``operator`` of a gateway, or per ``sector``, ``province``
            or other place, in the first column or the index; ``laggards``, the number of domains,
            and any other columns. The note has the number of ``explained``.
        name: names the files of the table; by default after the first column.

    Returns:
        A Chart without a picture, most laggards first; ``elsewhere`` is last.

    Example:
        >>> places = pd.DataFrame({"sector": ["rijk", "gemeente"], "laggards": [1, 4]})
        >>> laggards_by(places).caption()
        'Most Exchange Online domains without IPv6: Municipalities, 4 of 5.'
    """
    rows = table if table.index.name is None else table.reset_index()
    first = str(rows.columns[0])
    rows = rows.assign(_last=rows[first].eq("elsewhere")).sort_values(
        ["_last", "laggards", first], ascending=[True, False, True], ignore_index=True
    )
    words = {"tenant": _tenants_words, "operator": _gateways_words}.get(first, _places_words)
    return Chart(name or f"laggards-{first}", rows.drop(columns="_last"), words, kind="table")


def _laggards_now_words(laggards: pd.DataFrame, language: Language) -> Words:
    groups = laggards["group"].value_counts()
    ours = laggards[laggards["group"].isin(EXCHANGE_GROUPS)]
    caption = language.plural(
        "{number} e-mail domain on Exchange Online lacks IPv6.",
        "{number} e-mail domains on Exchange Online lack IPv6.",
        len(ours),
    )
    if len(laggards) and laggards["group"].eq("unknown").all():
        caption = language.text(
            "Which domains on Exchange Online lack IPv6 could not be determined."
        )
    only = int(ours["sole_cause"].eq("yes").sum())
    sole = language.text("For {sole} of them that is the only cause.", sole=language.number(only))
    if only == len(ours) > 1:
        sole = language.text("For each of them that is the only cause.")
    gateways = language.plural(
        "Another {number} is on Exchange Online behind a mail gateway without IPv6.",
        "Another {number} are on Exchange Online behind a mail gateway without IPv6.",
        int(groups.get("gateway", 0)),
    )
    number = int(groups.reindex(["broken_record", "no_address"], fill_value=0).sum())
    wrong = language.plural(
        "Another {number} at Microsoft, {total} in all, has a wrong MX record or no address.",
        "Another {number} at Microsoft, {total} in all, have a wrong MX record or no address.",
        number,
        total=language.number(len(ours) + number),
    )
    unknown = _undetermined(int(groups.get("unknown", 0)), language)
    found = {"broken_record": wrong, "no_address": wrong, "gateway": gateways, "unknown": unknown}
    more = dict.fromkeys(words for group, words in found.items() if group in groups)
    note = joined(sole if len(ours) else "", *more)
    return Words(caption, joined(note, _waivers(ours, language)))


def _laggard_list_words(laggards: pd.DataFrame, language: Language) -> Words:
    unknown = int(laggards["group"].eq("unknown").sum())
    number = len(laggards) - unknown
    caption = language.text("No domain needs action.")
    if number:
        of = language.plural(
            "{number} domain that needs action", "{number} domains that need action", number
        )
        caption = f"{of}."
    if laggards.empty:
        return Words(caption)
    note = language.text("By group: the reason and the next step, and then its domains.")
    doubt = _undetermined(unknown, language) if unknown else ""
    return Words(caption, joined(note, doubt, _waivers(laggards, language)))


def _undetermined(number: int, language: Language) -> str:
    return language.plural(
        "{number} domain could not be determined.",
        "{number} domains could not be determined.",
        number,
    )


def _groups(laggards: pd.DataFrame, language: Language) -> Iterator[Part]:
    for group in groups(laggards, language):
        number = language.plural("{number} domain", "{number} domains", len(group.rows))
        step = f"{language.text('Next step:')} {group.next_step}"
        title = f"{group_name(group.name, language)}: {number}"
        yield Part(
            f"{title[:1].upper()}{title[1:]}", (group.explanation, step, *group.waivers), group.rows
        )


def _places_words(table: pd.DataFrame, language: Language) -> Words:
    note = language.text("E-mail domains on Exchange Online for which no AAAA record was found.")
    total = int(table["laggards"].sum())
    if not total:
        none = language.text("No laggard on Exchange Online was found.")
        return Words(none, note)
    caption = language.text(
        "Most Exchange Online domains without IPv6: {place}, {counts}.",
        place=language.label(str(table.iloc[0, 0])),
        counts=out_of(table["laggards"].iloc[0], total, language),
    )
    return Words(caption, joined(note, explained(table.assign(no=table["laggards"]), language)))


def _tenants_words(table: pd.DataFrame, language: Language) -> Words:
    caption = language.plural(
        "{number} tenant has more than one domain without IPv6: {domains} together.",
        "{number} tenants have more than one domain without IPv6: {domains} together.",
        len(table),
        domains=language.number(int(table["laggards"].sum())),
    )
    if table.empty:
        caption = language.text("No tenant has more than one domain without IPv6.")
    return Words(caption, language.text("The tenant is read from the DKIM records."))


def _gateways_words(table: pd.DataFrame, language: Language) -> Words:
    note = language.text(
        "Domains on Exchange Online behind a mail server with an IPv4 address and no IPv6 address,"
        " by who runs that. A domain behind several operators counts for each."
    )
    if table.empty:
        return Words(language.text("No gateway without IPv6 was found."), note)
    largest = table.iloc[0]
    operator = group_name(largest["operator"], language)
    if len(table) == 1:
        number = language.number(largest["laggards"])
        all_of_them = language.text(
            "All of them ({number}) are behind {operator}.", number=number, operator=operator
        )
        return Words(all_of_them, note)
    total = int(table["laggards"].sum())
    if "domains" in table:  # one behind several operators is there several times
        total = len(set(" ".join(table["domains"]).split()))
    caption = language.text(
        "The largest group is behind {operator}: {counts} domains.",
        operator=operator,
        counts=out_of(largest["laggards"], total, language),
    )
    return Words(caption, note)


def _waivers(laggards: pd.DataFrame, language: Language) -> str:
    """Return how many laggards have a valid explanation, and how many one that has expired."""
    status = laggards["waiver_status"].value_counts()
    valid, expired = (int(status.get(name, 0)) for name in ("valid", "expired"))
    return joined(
        language.text("With a valid explanation: {number}.", number=valid) if valid else "",
        language.text("With an expired explanation: {number}.", number=expired) if expired else "",
    )


def _draw_laggards_by_month(table: pd.DataFrame, language: Language, width: int) -> Figure:
    """Draw a bar per month from 0: explained hatched at the bottom, unknown grey on top."""
    counts = _layers(table)
    there = [name for name in LAYERS if name == "no" or counts[name].sum()]
    names = {"no": language.text("without IPv6"), "unknown": language.label("unknown")}
    names["explained"] = language.text("without IPv6, explained")
    marks = [Mark(names[name], *LAYERS[name]) for name in there]
    key = marks if len(marks) > 1 else []
    low, high = min(counts.index) - 0.7, max(counts.index) + 0.7
    happened = flags(_events(), low, high, language)
    figure, axes = month_chart(low, high, language, width, happened=happened, key=key, height=PLOT)
    axes.set_ylim(0, max(1.0, 1.2 * counts.sum(axis=1).max()))
    whole_numbers(axes.yaxis, language)
    axes.grid(axis="y")
    month = axes.get_window_extent().width / (high - low)
    _month_bars(axes, counts[there], month, language)
    return figure


def _events() -> pd.DataFrame:
    """Return what Microsoft changed for all domains of Exchange Online, from the dated story."""
    events = pd.read_csv(REFERENCE / "events.csv", dtype="str")
    return events.assign(label=events["event"].map(EVENTS)).dropna(subset="label")


def _layers(table: pd.DataFrame) -> pd.DataFrame:
    """Return per month, as a number on the axis, how many are in each part of its bar."""
    excused = table.get("explained", 0)
    counts = table.assign(explained=excused, no=table["no"] - excused)[list(LAYERS)]
    return counts.set_axis([ordinal(str(period)) for period in table["period"]])


def _month_bars(axes: Axes, counts: pd.DataFrame, month: float, language: Language) -> None:
    """Draw the bars, with their numbers above them where these fit; a month in pixels."""
    unknown = counts.get("unknown", counts["no"] * 0)
    above = [language.number(number) for number in counts.sum(axis=1) - unknown]
    more = [f"\n+{language.number(number)}" if number else "" for number in unknown]
    all_fit = max(map(width_of, above)) + 6 <= month
    base = counts["no"] * 0
    for name in counts:
        look = fill(*LAYERS[str(name)])
        axes.bar(counts.index, counts[name], min(0.7, 64 / month), bottom=base, **look)
        base = base + counts[name]
    for x, height, number, doubtful in zip(counts.index, base, above, more, strict=True):
        if all_fit or x in {counts.index[0], counts.index[-1]}:
            axes.annotate(
                number + doubtful, (x, height), offset(0, 4), textcoords="offset points",
                ha="center", va="bottom", bbox=BEHIND,
            )  # fmt: skip


def _laggards_by_month_words(
    table: pd.DataFrame, language: Language, outcomes: Counter[str]
) -> Words:
    alt = language.text(
        "Bar chart of the Exchange Online domains without IPv6 per measured month. It shows whether"
        " their number falls."
    )
    note = language.text(
        "Domains that are on Exchange Online by the newest lookups, and whose mail servers did not"
        " all have IPv6 in the measurement of the month."
    )
    first, last = (dict(table.iloc[at]) for at in (0, -1))
    month, then = (language.month(str(row["period"])) for row in (last, first))
    number, change = language.number(int(last["no"])), int(last["no"]) - int(first["no"])
    measured = language.text(
        "Measured without IPv6 in {month}: {number}.", month=month, number=number
    )
    caption = measured
    if len(table) > 1:
        values = {"number": language.number(abs(change)), "month": month, "then": then}
        caption = language.text(CHANGED[(change > 0) - (change < 0)], **values)
    later = language.text(
        "Since then, by our own lookups: gained IPv6 {gained}, lost it {lost}, undetermined"
        " {unknown}.",
        gained=language.number(outcomes["fixed_since"]),
        lost=language.number(outcomes["lost_since"]),
        unknown=language.number(outcomes["could_not_tell"] + outcomes["unexplained"]),
    )
    level = measured if len(table) > 1 else ""
    reasons = explained(table.iloc[-1:], language)
    return Words.of([caption], [note, level, reasons, later if outcomes else ""], alt)
