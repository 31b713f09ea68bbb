"""When is it done at this pace, what would have been said earlier, and how long did others take?"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.analysis.shares import SMALLEST_GROUP
from v6monitor.charts.bars import bar
from v6monitor.charts.gap import BEFORE
from v6monitor.charts.layout import (
    HALO,
    LINE,
    Mark,
    Row,
    Rows,
    draw_key,
    key_height,
    nothing,
    rows_chart,
    share_axis,
    width_of,
    wrapped,
)
from v6monitor.charts.months import Flag, draw_flags, flags_height, month_axis, ordinal, placed
from v6monitor.charts.style import (
    BOUNDS,
    DPI,
    GREY_INK,
    INK,
    STATE_COLOURS,
    WIDTH,
    new_axes,
    new_figure,
    offset,
    pixels,
    styled,
)
from v6monitor.charts.trend import BOTTOM, LEFT, PLOT, End, label_ends, level_axis
from v6monitor.charts.wording import chance, domains, group_name, percents
from v6monitor.language import NO_VALUE, Language

SPREAD = BEFORE
"""Where eight of ten futures lie."""

CAME = "#C8501E"
LATEST = 120
"""An axis of months ends so many after the newest month at the latest."""

ASIDE = 140
"""Room at the right for a column of months, in pixels."""


@styled
def pace(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Figure:
    """Draw per group in which month the target is reached, and where eight of ten futures lie.

    ``table`` is that of ``pace.forecast``. The part of the futures that makes the deadline stands
    at the right; a group of which nothing can be said has the reason in words.
    """
    if not table["period"].any():
        return nothing(language.text("There are no measurements to draw."))
    rows = [
        Row(group_name(row[by], language), domains(row["yes"] + row["no"], language))
        for row in table.to_dict("records")
    ]
    key = [
        Mark(language.text("half of the futures"), STATE_COLOURS["yes"], "dot"),
        Mark(language.text("eight of ten futures"), SPREAD),
    ]
    deadline = str(table["deadline"].iloc[0])
    column = wrapped(language.text("by {month}", month=language.month(deadline)), ASIDE - 16, 2)
    chart = rows_chart(rows, key=key, right=ASIDE, bottom=56, header=LINE * len(column) + 6)
    low, high = _span(table, deadline)
    month_axis(chart.axes, low, high, chart.width, language)
    chart.axes.grid(axis="x")
    if low < ordinal(deadline) < high:
        chart.axes.axvline(ordinal(deadline), color=GREY_INK, linestyle=(0, (6, 3)), linewidth=1.2)
    for row, middle in zip(table.to_dict("records"), chart.middles, strict=True):
        if row["refusal"]:
            words = language.label(row["refusal"])
            chart.axes.annotate(
                words, (low, middle), offset(6, 0), textcoords="offset points",
                va="center_baseline", color=GREY_INK, path_effects=HALO,
            )  # fmt: skip
        else:
            _passage(chart, row, middle, high, language)
    _heading(chart, column)
    return chart.figure


@styled
def projection(table: pd.DataFrame, language: Language) -> Figure:
    """Draw the share as it was measured, and where it goes at this pace: the middle and 80 %.

    ``table`` is that of ``pace.projection``. In grey what could not be told; a dashed line stands
    at the deadline.
    """
    measured = table[table["adoption"].notna()]
    if measured.empty:
        return nothing(language.text("There are no measurements to draw."))
    ahead = table[table["adoption"].isna()]
    months = table["period"].map(ordinal)
    low, high = months.min() - 0.5, months.max() + 0.5
    target, colour = float(table["target"].iloc[0]), STATE_COLOURS["yes"]
    ends = [End(high, target, [_target(target, language)], GREY_INK)]
    if len(ahead):
        words = [language.text("at this pace"), language.percent(ahead["middle"].iloc[-1])]
        ends.append(End(months.max(), float(ahead["middle"].iloc[-1]), words, colour))
    width = WIDTH - LEFT - max(width_of(line) for end in ends for line in end.lines) - 20
    deadline = ordinal(str(table["deadline"].iloc[0]))
    told = language.text("deadline: {month}", month=language.month(str(table["deadline"].iloc[0])))
    flags = [Flag(deadline, told, dashed=True)] if low < deadline < high else []
    found = placed(flags, LEFT, width / (high - low), low)
    key = [Mark(language.text("measured"), colour, "dot")]
    key += [Mark(language.text("eight of ten futures"), SPREAD)] if len(ahead) else []
    if (measured["upper"] > measured["lower"]).any():
        key.append(Mark(language.label("unknown"), BOUNDS))
    top = BOTTOM + PLOT
    figure = new_figure(top + max(14.0, flags_height(found) + 6) + key_height(key))
    axes = new_axes(figure, LEFT, BOTTOM, width, PLOT)
    month_axis(axes, low, high, width, language)
    level_axis(axes, language, target)
    x = measured["period"].map(ordinal)
    axes.vlines(x, measured["lower"], measured["upper"], color=BOUNDS, linewidth=8, zorder=1.5)
    axes.plot(x, measured["adoption"], color=colour, zorder=3)
    axes.plot(x, measured["adoption"], "o", color=colour, markersize=5, zorder=3.1)
    if len(ahead):
        come = ahead["period"].map(ordinal)
        axes.fill_between(come, ahead["low"], ahead["high"], color=SPREAD, linewidth=0, zorder=1.5)
        axes.plot(come, ahead["middle"], color=colour, linestyle=(0, (4, 1.6)), zorder=3)
    draw_flags(figure, axes, found, top)
    label_ends(figure, axes, ends, PLOT)
    draw_key(figure, key)
    return figure


@styled
def backtest(table: pd.DataFrame, language: Language) -> Figure:
    """Draw what each earlier month would have said of the newest, and what came.

    ``table`` is that of ``pace.backtest``. At the right stands whether the share came inside.
    """
    if table.empty:
        return nothing(language.text("There are too few months to look back."))
    rows = [
        Row(
            language.month(row["origin"]),
            language.plural("{number} month ahead", "{number} months ahead", row["ahead"]),
        )
        for row in table.to_dict("records")
    ]
    key = [
        Mark(language.text("said: the middle"), STATE_COLOURS["yes"], "dot"),
        Mark(language.text("said: eight of ten futures"), SPREAD),
        Mark(language.text("came"), CAME, "ring"),
    ]
    chart = rows_chart(rows, key=key, right=ASIDE)
    share_axis(chart.axes, percents(language))
    for row, middle in zip(table.to_dict("records"), chart.middles, strict=True):
        axes = chart.axes
        axes.barh(middle, row["high"] - row["low"], 16, left=row["low"], color=SPREAD)
        axes.plot([row["middle"]], [middle], "o", color=STATE_COLOURS["yes"], markersize=10)
        axes.plot([row["adoption"]], [middle], "o", color=CAME, markerfacecolor="none",
                  markersize=12, markeredgewidth=2)  # fmt: skip
        words = row["refusal"] or {"yes": "inside", "no": "outside"}[row["inside"]]
        for line, text in enumerate(shown := wrapped(language.label(words), ASIDE - 12, 2)):
            y = middle + LINE * (line - (len(shown) - 1) / 2)
            axes.annotate(
                text, (1, y), offset(ASIDE - 4, 0), textcoords="offset points", ha="right",
                va="center_baseline", color=INK, annotation_clip=False,
            )  # fmt: skip
    return chart.figure


@styled
def times(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Figure:
    """Draw per group which part had IPv6 at the first measurement, got it since, and has it not.

    ``table`` is that of ``pace.times``: estimated parts. At the right stands after how many months
    half of the domains without it had it.
    """
    if table.empty:
        return nothing(language.text("There are no domains to draw."))
    rows = [
        Row(group_name(row[by], language), domains(row["domains"], language))
        for row in table.to_dict("records")
    ]
    parts = {
        "from_start": SPREAD,
        "since": STATE_COLOURS["yes"],
        "not_yet": STATE_COLOURS["no"],
    }
    key = [Mark(language.label(name), colour) for name, colour in parts.items()]
    column = wrapped(language.label("months_half"), ASIDE - 8, 3)
    chart = rows_chart(rows, key=key, right=ASIDE + 24, header=LINE * len(column) + 6)
    share_axis(chart.axes, percents(language))
    for index, row in enumerate(table.to_dict("records")):
        if row["domains"] < SMALLEST_GROUP:
            words = ", ".join(
                f"{language.number(row[name])} {language.label(name)}"
                for name in parts
                if row[name]
            )
            chart.axes.text(0.01, chart.middles[index], words, va="center", color=GREY_INK)
            continue
        ends = (row["at_first"], row["at_last"], 1.0)
        for start, end, colour in zip((0.0, *ends), ends, parts.values(), strict=False):
            bar(chart, index, start, end - start, colour, text=language.percent(end - start, 0))
        half = _half(row, language)
        chart.axes.annotate(
            half,
            (1, chart.middles[index]), offset(ASIDE + 20, 0), textcoords="offset points",
            ha="right", va="center_baseline", color=INK, annotation_clip=False,
        )  # fmt: skip
    _heading(chart, column)
    return chart.figure


def times_operators(table: pd.DataFrame, language: Language) -> Figure:
    """Draw ``pace.times`` by operator of the mail servers."""
    return times(table, language, by="operator")


def _half(row: Mapping[Any, Any], language: Language) -> str:
    if row["at_first"] >= 1:
        return NO_VALUE
    half = row["months_half"]
    return language.label("not_yet") if math.isnan(half) else language.number(half)


def _passage(
    chart: Rows, row: Mapping[Any, Any], middle: float, high: float, language: Language
) -> None:
    ends = [ordinal(row[name]) if row[name] else high for name in ("low", "median", "high")]
    low, median, late = (min(end, high) for end in ends)
    chart.axes.barh(middle, late - low, 16, left=low, color=SPREAD)
    if late >= high:
        chart.axes.plot([high], [middle], ">", color=SPREAD, markersize=9, clip_on=False)
    if median < high:
        chart.axes.plot([median], [middle], "o", color=STATE_COLOURS["yes"], markersize=10)
    chart.axes.annotate(
        chance(row["by_deadline"], language), (1, middle), offset(ASIDE - 4, 0),
        xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
        va="center_baseline", color=INK, annotation_clip=False,
    )  # fmt: skip


def _span(table: pd.DataFrame, deadline: str) -> tuple[float, float]:
    """Return the first and last month to draw: to the latest that is known, within ten years."""
    newest = ordinal(str(table["period"].max()))
    told = [ordinal(month) for name in ("low", "median", "high") for month in table[name] if month]
    latest = max([*told, ordinal(deadline), newest + 12]) + 1.5
    return newest - 0.5, min(latest, newest + LATEST + 0.5)


def _target(target: float, language: Language) -> str:
    return language.text("target: {share}", share=language.percent(target, 0))


def _heading(chart: Rows, lines: list[str]) -> None:
    """Write the name of the column at the right."""
    top = chart.axes.get_position().y1 * chart.figure.get_figheight() * DPI
    for number, line in enumerate(reversed(lines)):
        chart.figure.text(
            WIDTH - 4, top + 6 + LINE * (number + 0.5), line, ha="right", va="center",
            color=GREY_INK, transform=pixels(chart.figure),
        )  # fmt: skip
