"""Who runs government mail, and how many Exchange Online domains still lag? (figures 5 and 6)"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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
from v6monitor.charts.months import draw_flags, flags, flags_height, month_axis, ordinal, placed
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
from v6monitor.charts.wording import SHOWN, explained_number, group_name
from v6monitor.language import Language

PLOT = 260
LEFT, BOTTOM, RIGHT = 56, 56, 24
FLAG = 150
"""Pixels to the right of the axes when an event near the edge needs room for its text."""

EXPLAINED = "explained"
GROUP_COLOURS = ("#C8501E", "#8F3512", "#3E8ECA", "#154273", "#8C6BB1", "#5B8C5A")


@styled
def operators(table: pd.DataFrame, language: Language) -> Figure:
    """Draw how many domains each operator has, by whether their MX hosts have IPv6.

    ``table`` is that of ``adoption.operators``; bars count from 0, the total stands at the end.
    """
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


@styled
def laggards(
    table: pd.DataFrame,
    language: Language,
    *,
    by: str = "group",
    events: pd.DataFrame | None = None,
) -> Figure:
    """Draw how many domains lag, a bar per month from 0, parted by group where there is one.

    ``table`` has ``period`` and ``count``, and may have the column ``by``. Above a bar stands how
    many lag; those of them that are ``explained`` are hatched, at the bottom; those of group
    ``unknown`` are grey, on top, with ``+3`` under that number. Only
    lookups of a month can tell who lagged in it: a month without them has no bar. ``events`` has
    ``date`` and ``label``.
    """
    if table.empty:
        return nothing(language.text("There are no lookups to draw."))
    parted = _parted(table if by in table else table.assign(**{by: ""}), by)
    counts = parted.pivot_table("count", "period", by, "sum", fill_value=0, sort=False)
    groups = sorted(counts.columns, key=lambda name: name == "unknown")
    plain = [name for name in groups if name != EXPLAINED]
    colours = dict(zip(plain, GROUP_COLOURS * len(plain), strict=False))
    if "unknown" in colours:
        colours["unknown"] = STATE_COLOURS["unknown"]
    colours = {name: colours.get(name, GROUP_COLOURS[0]) for name in groups}
    key = [
        Mark(group_name(name, language), colour, "hatched" if name == EXPLAINED else "square")
        for name, colour in colours.items()
    ]
    keyed = key if len(key) > 1 else []
    months = [ordinal(str(period)) for period in counts.index]
    low, high = min(months) - 0.7, max(months) + 0.7
    happened = flags(events, low, high, language)
    late = any(high - flag.x < (high - low) / 5 for flag in happened)
    width = WIDTH - LEFT - (FLAG if late else RIGHT)
    found = placed(happened, LEFT, width / (high - low), low)
    figure = new_figure(BOTTOM + PLOT + max(14.0, flags_height(found) + 6) + key_height(keyed))
    axes = new_axes(figure, LEFT, BOTTOM, width, PLOT)
    month_axis(axes, low, high, width, language)
    axes.set_ylim(0, max(1.0, 1.2 * counts.sum(axis=1).max()))
    whole_numbers(axes.yaxis, language)
    axes.grid(axis="y")
    _month_bars(axes, counts[groups].set_axis(months), colours, width / (high - low), language)
    draw_flags(figure, axes, found, BOTTOM + PLOT)
    draw_key(figure, keyed)
    return figure


def _parted(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the counts with those that are explained as a group of their own, the first."""
    if "explained" not in table or not table["explained"].sum():
        return table
    told = table.assign(count=table["explained"], **{by: EXPLAINED})
    return pd.concat([told, table.assign(count=table["count"] - table["explained"])])


def whole_numbers(axis: Axis, language: Language) -> None:
    """Give an axis of counts at most six whole numbers."""
    axis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda value, _: language.number(round(value)))


def _month_bars(
    axes: Axes, counts: pd.DataFrame, colours: dict[str, str], month: float, language: Language
) -> None:
    """Draw the bars; ``counts`` by month number, ``month`` in pixels. Numbers where they fit."""
    thick = min(0.7, 64 / month)
    texts = [_count(row, language) for _, row in counts.iterrows()]
    all_fit = max(width_of(line) for text in texts for line in text.split("\n")) + 6 <= month
    for x, text, row in zip(counts.index, texts, counts.to_dict("records"), strict=True):
        base = 0
        for name, colour in colours.items():
            number = language.number(row[name])
            hatched = name == EXPLAINED
            axes.bar(
                x, row[name], thick, bottom=base, hatch="////" if hatched else None,
                color="white" if hatched else colour, edgecolor=colour if hatched else "white",
            )  # fmt: skip
            fits = row[name] / axes.get_ylim()[1] * PLOT > LINE
            if len(colours) > 1 and fits and width_of(number) < thick * month:
                axes.text(x, base + row[name] / 2, number, ha="center", va="center_baseline",
                          color=INK if hatched else ink_on(colour),
                          path_effects=HALO if hatched else None)  # fmt: skip
            base += row[name]
        if all_fit or x in {counts.index[0], counts.index[-1]}:
            axes.annotate(text, (x, base), offset(0, 4), textcoords="offset points", ha="center",
                          va="bottom", path_effects=HALO)  # fmt: skip


def _count(row: "pd.Series[int]", language: Language) -> str:
    unknown = int(row.get("unknown", 0))
    more = f"\n+{language.number(unknown)}" if unknown else ""
    return f"{language.number(int(row.sum()) - unknown)}{more}"
