"""Whose hosts does the gap wait for, and what would it take? (figure 10)"""

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.charts.layout import (
    LINE,
    Mark,
    Row,
    Rows,
    bar,
    nothing,
    rows_chart,
    share_axis,
)
from v6monitor.charts.mail import whole_numbers
from v6monitor.charts.style import (
    BOUNDS,
    DPI,
    GREY_INK,
    INK,
    STATE_COLOURS,
    WIDTH,
    offset,
    pixels,
    styled,
)
from v6monitor.charts.wording import domains, percents, unit
from v6monitor.language import Language

CAUSES = {
    "sole": (STATE_COLOURS["no"], False),
    "with_others": (STATE_COLOURS["no"], True),
    "unclear": (STATE_COLOURS["unknown"], False),
}
BEFORE = "#7A93B9"
"""What was there before a step: the blue of yes, lighter, and 3:1 on white."""

COLUMNS = (88, 172)
"""Where points and share end, in pixels to the right of the axes."""


@styled
def attribution(table: pd.DataFrame, language: Language, *, by: str = "operator") -> Figure:
    """Draw how many failing domains wait for each operator, by whether it is the only cause.

    ``table`` is that of ``gap.attribution``; bars count from 0, the total stands at the end.
    """
    if table.empty:
        return nothing(language.text("There are no failing domains to draw."))
    rows = [Row(unit(name, by, language)) for name in table[by]]
    there = [name for name in CAUSES if table[name].sum()]
    key = [
        Mark(language.label(name), CAUSES[name][0], "hatched" if CAUSES[name][1] else "square")
        for name in there
    ]
    chart = rows_chart(rows, key=key, right=64)
    chart.axes.set_xlim(0, int(table["domains"].max()))
    whole_numbers(chart.axes.xaxis, language)
    chart.axes.grid(axis="x")
    for index, row in enumerate(table.to_dict("records")):
        start = 0
        for name in there:
            colour, hatched = CAUSES[name]
            number = "" if hatched else language.number(row[name])
            bar(chart, index, start, row[name], colour, hatched=hatched, text=number)
            start += row[name]
        chart.axes.annotate(
            language.number(row["domains"]), (start, chart.middles[index]), offset(6, 0),
            textcoords="offset points", va="center_baseline", color=INK, annotation_clip=False,
        )  # fmt: skip
    return chart.figure


@styled
def fix_order(table: pd.DataFrame, language: Language, *, by: str = "operator") -> Figure:
    """Draw step by step how far mail would come, whom to ask first at the top.

    ``table`` is that of ``gap.fix_order``. Each bar begins where the step before it ended; in grey
    what could not be told. Points and share of each step stand at the right.
    """
    if table["adoption"].isna().any():
        return nothing(language.text("There are too few domains to draw a share."))
    rows = [
        Row(
            unit(row[by], by, language), domains(row["domains"], language) if row["domains"] else ""
        )
        for row in table.to_dict("records")
    ]
    key = [Mark(language.text("by this step"), STATE_COLOURS["yes"])] if len(table) > 1 else []
    key += [Mark(language.text("before it"), BEFORE)] if len(table) > 1 else []
    key += [Mark(language.label("unknown"), BOUNDS)] if table["unknown"].sum() else []
    chart = rows_chart(rows, key=key, right=COLUMNS[-1] + 4, header=LINE)
    share_axis(chart.axes, percents(language))
    before = 0.0
    for index, row in enumerate(table.to_dict("records")):
        middle, now = chart.middles[index], row["adoption"]
        bar(chart, index, 0, before, BEFORE)
        bar(chart, index, before, now - before, STATE_COLOURS["yes"])
        chart.axes.barh(middle, row["upper"] - row["lower"], 8, left=row["lower"], color=BOUNDS)
        step = language.points(row["points"]) if index else ""
        for text, end in zip((step, language.percent(now)), COLUMNS, strict=True):
            chart.axes.annotate(
                text, (1, middle), offset(end, 0), textcoords="offset points", ha="right",
                va="center_baseline", color=INK, annotation_clip=False,
            )  # fmt: skip
        before = now
    _column_names(chart, [language.text("Points"), language.label("share")])
    return chart.figure


def fix_order_tenants(table: pd.DataFrame, language: Language) -> Figure:
    """Draw ``gap.fix_order`` by tenant of Exchange Online."""
    return fix_order(table, language, by="tenant")


def _column_names(chart: Rows, names: list[str]) -> None:
    box = chart.axes.get_position()
    y = box.y1 * chart.figure.get_figheight() * DPI + LINE / 2
    for name, end in zip(names, COLUMNS, strict=True):
        x = box.x1 * WIDTH + end
        chart.figure.text(
            x, y, name, ha="right", va="center", color=GREY_INK, transform=pixels(chart.figure)
        )
