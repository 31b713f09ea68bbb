"""Who runs government mail, and how many Exchange Online domains still lag? (figures 5 and 6)"""

import pandas as pd
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from v6monitor.charts.adoption import SHOWN, group_name
from v6monitor.charts.bars import stacked, state_marks
from v6monitor.charts.layout import Mark, Row, draw_key, key_height, nothing, rows_chart
from v6monitor.charts.months import draw_flags, flags, flags_height, month_axis, ordinal, placed
from v6monitor.charts.style import (
    INK,
    STATE_COLOURS,
    WIDTH,
    ink_on,
    new_axes,
    new_figure,
    styled,
)
from v6monitor.language import Language

PLOT = 260
LEFT, BOTTOM, RIGHT = 56, 56, 24
GROUP_COLOURS = ("#C8501E", "#3E8ECA", "#154273", "#8C6BB1")


@styled
def operators(table: pd.DataFrame, language: Language) -> Figure:
    """Draw how many domains each operator has, by whether their MX hosts have IPv6.

    ``table`` is that of ``adoption.operators``; bars count from 0, the total stands at the end.
    """
    if table.empty:
        return nothing(language.text("There are no mail domains to draw."))
    rows = [Row(group_name(name, language)) for name in table["operator"]]
    chart = rows_chart(rows, key=state_marks(table, SHOWN, language), right=64)
    chart.axes.set_xlim(0, max(int(table["domains"].max()), 1))
    _whole_numbers(chart.axes.xaxis, language)
    chart.axes.grid(axis="x")
    for index, row in enumerate(table.to_dict("records")):
        end = stacked(chart, index, {state: int(row[state]) for state in SHOWN}, 1, language)
        chart.axes.annotate(
            language.number(row["domains"]), (end, chart.middles[index]), (6, 0),
            textcoords="offset pixels", va="center_baseline", color=INK, annotation_clip=False,
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

    ``table`` has ``period`` and ``count``, and may have the column ``by``; its group ``unknown`` is
    drawn in grey, on top. Only lookups of a month can tell who lagged in it: a month without
    has no bar. ``events`` has ``date`` and ``label``.
    """
    if table.empty:
        return nothing(language.text("There are no lookups to draw."))
    parted = table if by in table else table.assign(**{by: ""})
    groups = [name for name in dict.fromkeys(parted[by]) if name != "unknown"]
    colours = {name: GROUP_COLOURS[n % len(GROUP_COLOURS)] for n, name in enumerate(groups)}
    colours |= {"unknown": STATE_COLOURS["unknown"]} if "unknown" in set(parted[by]) else {}
    key = [Mark(group_name(name, language), colour) for name, colour in colours.items()]
    months = parted["period"].map(ordinal)
    low, high = months.min() - 0.7, months.max() + 0.7
    width = WIDTH - LEFT - RIGHT
    found = placed(flags(events, low, high, language), LEFT, width / (high - low), low)
    keyed = key if len(key) > 1 else []
    top = BOTTOM + PLOT
    figure = new_figure(top + max(14.0, flags_height(found) + 6) + key_height(keyed))
    axes = new_axes(figure, LEFT, BOTTOM, width, PLOT)
    month_axis(axes, low, high, width, language)
    counts = parted.groupby(["period", by], sort=False)["count"].sum()
    total = parted.groupby("period")["count"].sum()
    axes.set_ylim(0, max(1.0, 1.12 * total.max()))
    _whole_numbers(axes.yaxis, language)
    axes.grid(axis="y")
    thick = min(0.7, 64 * (high - low) / width)
    for period, number in total.items():
        base = 0
        for name, colour in colours.items():
            part = int(counts.get((period, name), 0))
            axes.bar(
                ordinal(str(period)), part, thick, bottom=base, color=colour, edgecolor="white"
            )
            if len(colours) > 1 and part / axes.get_ylim()[1] * PLOT > 24:  # noqa: PLR2004 - a line
                axes.text(ordinal(str(period)), base + part / 2, language.number(part), ha="center",
                          va="center_baseline", color=ink_on(colour))  # fmt: skip
            base += part
        axes.annotate(language.number(int(number)), (ordinal(str(period)), base), (0, 4),
                      textcoords="offset pixels", ha="center", va="bottom")  # fmt: skip
    draw_flags(figure, axes, found, top)
    draw_key(figure, keyed)
    return figure


def _whole_numbers(axis: Axis, language: Language) -> None:
    axis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda value, _: language.number(round(value)))
