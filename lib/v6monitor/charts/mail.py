"""Mail: who runs it, and the Exchange Online domains that still lack IPv6 (figures 5 to 7)."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from v6monitor.analysis.breakdowns import OWN
from v6monitor.analysis.shares import OTHER
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import (
    HALO,
    LINE,
    Mark,
    Row,
    draw_key,
    key_height,
    nothing,
    rows_chart,
    stacked,
    state_marks,
    width_of,
)
from v6monitor.charts.months import (
    BOTTOM,
    LEFT,
    draw_flags,
    flags,
    flags_height,
    month_axis,
    ordinal,
    placed,
)
from v6monitor.charts.style import (
    INK,
    STATE_COLOURS,
    WIDTH,
    ink_on,
    new_axes,
    new_figure,
    offset,
    styled,
)
from v6monitor.charts.wording import (
    SHOWN,
    explained,
    explained_number,
    group_name,
    joined,
    out_of,
    undetermined,
)
from v6monitor.language import Language
from v6monitor.mail.advice import steps, summary
from v6monitor.mail.laggards import EXCHANGE_GROUPS
from v6monitor.workspace import REFERENCE

PLOT = 260
RIGHT = 24
FLAG = 150
"""Pixels to the right of the axes when an event near the edge needs room for its text."""

TOP = 15
"""So many operators have a row of their own."""

EVENTS = {
    "default_on": "Exchange Online turns on IPv6 by default, in steps",
    "new_zone_for_new_domains": "New domains get a name under mx.microsoft",
}
"""The events of ``reference/events.csv`` that are in the chart of the laggards, as messages."""

LAYERS = {
    "explained": (STATE_COLOURS["no"], "hatched"),
    "no": (STATE_COLOURS["no"], "square"),
    "unknown": (STATE_COLOURS["unknown"], "square"),
}
"""The parts of a bar of laggards, from the bottom: colour and shape."""


def operators(table: pd.DataFrame, *, top: int = TOP, name: str = "operators") -> Chart:
    """Return the chart of the mail domains per operator, by whether their mail servers have IPv6.

    Args:
        table: a row per ``operator`` (as a column or as the index) with the counts ``yes``,
            ``partly``, ``no``, ``unknown`` and perhaps ``explained``; a state that does not occur
            may be left out. ``own_or_unknown`` stands for domains without a known operator.
        top: so many operators have a row; those after them, and those of one domain, which is
            mostly a domain's own server, are one row ``other``.
        name: names the files of the chart.

    Returns:
        A Chart of the operators with ``domains``, most first and ``other`` last.

    Example:
        >>> counts = pd.DataFrame({"operator": ["Post", "Mail"], "yes": [1, 4], "no": [5, 0]})
        >>> operators(counts).caption()
        'Mail receives the mail of 4 of 10 domains. Most domains without IPv6: Post, 5 of 5.'

    Source: METHOD.md §4 and §10.

    """
    return Chart(name, _largest(table, top), _operators_words, _draw_operators)


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


def laggards_by_month(table: pd.DataFrame, *, name: str = "laggards-by-month") -> Chart:
    """Return the chart of how many domains on Exchange Online lacked IPv6 in each month.

    Args:
        table: a row per ``period`` with the counts ``no`` and ``unknown``, as ``v6monitor.shares``
            gives them of the domains that are on Exchange Online now, and perhaps ``explained``.
        name: names the files of the chart.

    Returns:
        A Chart with a bar per month; above it the number that lacks IPv6, and ``+3`` for unknown.

    Source: METHOD.md §6 and §10.

    """
    return Chart(name, table, _laggards_by_month_words, _draw_laggards_by_month)


def laggard_list(laggards: pd.DataFrame, *, name: str = "laggards") -> Chart:
    """Return the laggard list as a table of what differs by domain.

    Args:
        laggards: the list of ``v6monitor.laggards``.
        name: names the files of the table, which hold all columns of the list.

    Source: METHOD.md §10.

    """
    return Chart(name, laggards, _laggard_list_words, show=summary, kind="table")


def laggard_steps(laggards: pd.DataFrame, *, name: str = "laggards-steps") -> Chart:
    """Return the table of why the domains of each group are on the laggard list, and what to do.

    Args:
        laggards: the list of ``v6monitor.laggards``.
        name: names the files of the table, which count the domains by group, explanation and next
            step, as codes.

    """
    codes = ["group", "explanation", "next_step"]
    table = laggards.groupby(codes, sort=False).agg(laggards=("domain", "count")).reset_index()
    table.attrs = dict(laggards.attrs)

    def show(_: pd.DataFrame, language: Language) -> pd.DataFrame:
        return steps(laggards, language)

    return Chart(name, table, _laggard_steps_words, show=show, kind="table")


def laggards_by(table: pd.DataFrame, *, name: str = "") -> Chart:
    """Return the table of the laggards per tenant, per gateway operator, or per place.

    Args:
        table: a row per ``tenant``, per ``operator`` of a gateway, or per ``sector``, ``province``
            or other place, in the first column or the index; ``laggards``, the number of domains,
            and any other columns. Of ``explained`` the finding tells the number.
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


def whole_numbers(axis: Axis, language: Language) -> None:
    """Give an axis of counts at most six whole numbers."""
    axis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda value, _: language.number(round(value)))


# Operators


def _largest(table: pd.DataFrame, top: int) -> pd.DataFrame:
    """Return the largest operators with all states, and the others as one row."""
    counts = table if "operator" in table else table.reset_index()
    numbers = [*SHOWN, *(["explained"] if "explained" in counts else [])]
    filled = counts.reindex(columns=["operator", *numbers]).fillna(dict.fromkeys(numbers, 0))
    sizes = filled.groupby("operator")[list(SHOWN)].sum().sum(axis=1).sort_index()
    several = sizes[(sizes > 1) & (sizes.index != OTHER)]
    named = several.sort_values(ascending=False, kind="stable")
    kept = named.index[:top] if len(sizes) <= top else named.index[: top - 1]
    filled["operator"] = filled["operator"].where(filled["operator"].isin(list(kept)), OTHER)
    largest = filled.groupby("operator").agg("sum").astype("int64")
    largest["domains"] = largest[list(SHOWN)].sum(axis=1)
    order = [*kept, *([OTHER] if OTHER in largest.index else [])]
    return largest.reindex(order).rename_axis("operator").reset_index().astype({"operator": "str"})


@styled
def _draw_operators(table: pd.DataFrame, language: Language) -> Figure:
    """Draw bars from 0, the total of each at its end."""
    if table.empty:
        return nothing(language.text("There are no mail domains to draw."))
    named = table.to_dict("records")
    rows = [
        Row(group_name(row["operator"], language), explained_number(row, language)) for row in named
    ]
    chart = rows_chart(rows, key=state_marks(table, SHOWN, language), right=64)
    chart.axes.set_xlim(0, max(int(table["domains"].max()), 1))
    whole_numbers(chart.axes.xaxis, language)
    chart.axes.grid(axis="x")
    for index, row in enumerate(named):
        end = stacked(chart, index, {state: int(row[state]) for state in SHOWN}, 1, language)
        chart.axes.annotate(
            language.number(row["domains"]), (end, chart.middles[index]), offset(6, 0),
            textcoords="offset points", va="center_baseline", color=INK, annotation_clip=False,
        )  # fmt: skip
    return chart.figure


def _operators_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Bar chart of the number of mail domains per operator, split by whether their mail servers"
        " have IPv6. It shows which operators the remaining domains depend on."
    )
    if table.empty:
        nobody = language.text("There is no mail domain.")
        return Words(nobody, language.text("Nothing was looked up."), alt)
    total = int(table["domains"].sum())
    named = table[~table["operator"].isin([OTHER, OWN])]
    if int(table["unknown"].sum()) == total:
        caption = language.text("Who runs the mail could not be determined.")
    elif named.empty:
        caption = language.text("No operator runs the mail of more than one domain.")
    else:
        caption = _operators_finding(table, named, language)
    note = language.text(
        "Domains that receive mail, by operator of the mail server with the highest priority."
        " Partly: some of the mail servers have IPv6."
    )
    unknown = undetermined(table["unknown"].sum(), total, language)
    return Words(caption, joined(note, unknown, explained(table, language)), alt)


def _operators_finding(table: pd.DataFrame, named: pd.DataFrame, language: Language) -> str:
    total = int((table["no"] + table["partly"]).sum())
    rows = named.assign(lacking=named["no"] + named["partly"]).to_dict("records")
    most = max(rows, key=lambda row: row["domains"])
    slowest = max(rows, key=lambda row: row["lacking"])
    lacking = int(slowest["lacking"])
    first = language.text(
        "{operator} runs the mail of {counts} domains.",
        operator=most["operator"],
        counts=out_of(most["domains"], table["domains"].sum(), language),
    )
    if not lacking:
        second = language.text("No domain of a named operator lacks IPv6.")
    elif slowest is most:
        second = language.plural(
            "Of these, {number} lacks IPv6: {share} of all {total} without it.",
            "Of these, {number} lack IPv6: {share} of all {total} without it.",
            lacking,
            share=language.percent(lacking / total, 0),
            total=language.number(total),
        )
    else:
        second = language.text(
            "Most domains without IPv6: {operator}, {counts}.",
            operator=slowest["operator"],
            counts=out_of(lacking, total, language),
        )
    return joined(first, second)


# Laggards


def _laggards_now_words(laggards: pd.DataFrame, language: Language) -> Words:
    groups = laggards["group"].value_counts()
    ours = laggards[laggards["group"].isin(EXCHANGE_GROUPS)]
    caption = language.plural(
        "{number} mail domain on Exchange Online lacks IPv6.",
        "{number} mail domains on Exchange Online lack IPv6.",
        len(ours),
    )
    if len(laggards) and laggards["group"].eq("unknown").all():
        caption = language.text(
            "Which domains on Exchange Online lack IPv6 could not be determined."
        )
    note = language.text(
        "For {sole} of them that is the only cause. Another {gateways} are on Exchange Online"
        " behind a mail gateway without IPv6; {unknown} could not be determined.",
        sole=language.number(int(ours["sole_cause"].eq("yes").sum())),
        gateways=language.number(int(groups.get("gateway", 0))),
        unknown=language.number(int(groups.get("unknown", 0))),
    )
    return Words(caption, joined(note, _waivers(ours, language)))


def _laggard_list_words(laggards: pd.DataFrame, language: Language) -> Words:
    caption = language.plural(
        "{number} domain that needs action", "{number} domains that need action", len(laggards)
    )
    note = language.text("By group and name; domains that could not be determined come last.")
    return Words(caption, joined(note, _waivers(laggards, language)))


def _laggard_steps_words(table: pd.DataFrame, language: Language) -> Words:
    if table.empty:
        return Words(language.text("No domain needs action."))
    largest = max(table.to_dict("records"), key=lambda row: row["laggards"])
    caption = language.text(
        "Largest group: {group}, {counts} domains.",
        group=group_name(largest["group"], language),
        counts=out_of(largest["laggards"], table["laggards"].sum(), language),
    )
    return Words(caption, language.text("Why the domains are on the list, and what to do."))


def _places_words(table: pd.DataFrame, language: Language) -> Words:
    note = language.text("Mail domains on Exchange Online for which no AAAA was measured.")
    total = int(table["laggards"].sum())
    if not total:
        return Words(language.text("No laggard on Exchange Online was found."), note)
    caption = language.text(
        "Most Exchange Online domains without IPv6: {place}, {counts}.",
        place=language.label(str(table.iloc[0, 0])),
        counts=out_of(table["laggards"].iloc[0], total, language),
    )
    said = explained(table.rename(columns={"laggards": "no"}), language)
    return Words(caption, joined(note, said))


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
        "Domains on Exchange Online behind a mail server with an IPv4 address and no IPv6 address."
    )
    if table.empty:
        return Words(language.text("No gateway without IPv6 was found."), note)
    operator = table["operator"].iloc[0]
    number = language.number(int(table["laggards"].iloc[0]))
    if len(table) == 1:
        return Words(
            language.text(
                "All of them ({number}) are behind {operator}.", number=number, operator=operator
            ),
            note,
        )
    caption = language.text(
        "Most of them ({number}) are behind {operator}.", number=number, operator=operator
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


# Laggards by month


@styled
def _draw_laggards_by_month(table: pd.DataFrame, language: Language) -> Figure:
    """Draw a bar per month from 0: explained hatched at the bottom, unknown grey on top."""
    if table.empty:
        return nothing(language.text("There are no lookups to draw."))
    counts = _layers(table)
    there = [name for name in LAYERS if name == "no" or counts[name].sum()]
    key = (
        [Mark(group_name(name, language), *LAYERS[name]) for name in there]
        if len(there) > 1
        else []
    )
    low, high = min(counts.index) - 0.7, max(counts.index) + 0.7
    happened = flags(_events(), low, high, language)
    late = any(high - flag.x < (high - low) / 5 for flag in happened)
    width = WIDTH - LEFT - (FLAG if late else RIGHT)
    found = placed(happened, LEFT, width / (high - low), low)
    figure = new_figure(BOTTOM + PLOT + max(14.0, flags_height(found) + 6) + key_height(key))
    axes = new_axes(figure, LEFT, BOTTOM, width, PLOT)
    month_axis(axes, low, high, width, language)
    axes.set_ylim(0, max(1.0, 1.2 * counts.sum(axis=1).max()))
    whole_numbers(axes.yaxis, language)
    axes.grid(axis="y")
    _month_bars(axes, counts[there], width / (high - low), language)
    draw_flags(figure, axes, found, BOTTOM + PLOT)
    draw_key(figure, key)
    return figure


def _events() -> pd.DataFrame:
    """Return what Microsoft changed for all domains of Exchange Online, from the dated story."""
    events = pd.read_csv(REFERENCE / "events.csv", dtype="str")
    return events.assign(label=events["event"].map(EVENTS)).dropna(subset="label")


def _layers(table: pd.DataFrame) -> pd.DataFrame:
    """Return per month, as a number on the axis, how many are in each part of its bar."""
    told = table.get("explained", 0)
    counts = table.assign(explained=told, no=table["no"] - told)[list(LAYERS)]
    return counts.set_axis([ordinal(str(period)) for period in table["period"]])


def _month_bars(axes: Axes, counts: pd.DataFrame, month: float, language: Language) -> None:
    """Draw the bars; ``counts`` by month number, ``month`` in pixels. Numbers where they fit."""
    thick = min(0.7, 64 / month)
    texts = [_above(row, language) for _, row in counts.iterrows()]
    all_fit = max(width_of(line) for text in texts for line in text.split("\n")) + 6 <= month
    for x, text, row in zip(counts.index, texts, counts.to_dict("records"), strict=True):
        base = 0
        for name in counts:
            (colour, shape), height = LAYERS[str(name)], row[name]
            hatched = shape == "hatched"
            axes.bar(
                x, height, thick, bottom=base, hatch="////" if hatched else None,
                color="white" if hatched else colour, edgecolor=colour if hatched else "white",
            )  # fmt: skip
            number = language.number(height)
            fits = height / axes.get_ylim()[1] * PLOT > LINE and width_of(number) < thick * month
            if len(row) > 1 and fits:
                axes.text(x, base + height / 2, number, ha="center", va="center_baseline",
                          color=INK if hatched else ink_on(colour),
                          path_effects=HALO if hatched else None)  # fmt: skip
            base += height
        if all_fit or x in {counts.index[0], counts.index[-1]}:
            axes.annotate(text, (x, base), offset(0, 4), textcoords="offset points", ha="center",
                          va="bottom", path_effects=HALO)  # fmt: skip


def _above(row: "pd.Series[int]", language: Language) -> str:
    unknown = int(row.get("unknown", 0))
    more = f"\n+{language.number(unknown)}" if unknown else ""
    return f"{language.number(int(row.sum()) - unknown)}{more}"


def _laggards_by_month_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Bar chart of the Exchange Online domains without IPv6 per measured month. It shows whether"
        " their number falls."
    )
    note = language.text(
        "Domains that are on Exchange Online by the newest lookups, and whose mail servers did not"
        " all have IPv6 in the measurement of the month."
    )
    if table.empty:
        return Words(language.text("There are no months to compare."), note, alt)
    first, last = (dict(table.iloc[at]) for at in (0, -1))
    caption = language.plural(
        "{number} domain that is now on Exchange Online lacked IPv6 in {month}.",
        "{number} domains that are now on Exchange Online lacked IPv6 in {month}.",
        int(last["no"]),
        month=language.month(str(last["period"])),
    )
    before = language.text(
        "In {month} there were {number}.",
        month=language.month(str(first["period"])),
        number=language.number(int(first["no"])),
    )
    caption = joined(caption, before if len(table) > 1 else "")
    return Words(caption, joined(note, explained(table.iloc[-1:], language)), alt)
