"""Which sector lags, what is the state now, and where in the chain does it fail? (figures 2-4)"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.analysis.shares import SMALLEST_GROUP
from v6monitor.charts.layout import (
    Mark,
    Row,
    Rows,
    nothing,
    rows_chart,
    share_axis,
    stacked,
    state_marks,
)
from v6monitor.charts.style import BOUNDS, GREY_INK, INK, STATE_COLOURS, offset, styled
from v6monitor.charts.wording import SHOWN, counts_in_words, group_name, percents, size
from v6monitor.language import Language


@styled
def sectors(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Figure:
    """Draw the adoption of every group: a year ago ○, now ●, and in grey what could not be told.

    ``table`` is that of ``adoption.sectors``. Groups without a percentage show their counts.
    """
    if table.empty:
        return nothing(language.text("There are no domains to draw."))
    rows = _named(table, by, language)
    colour = STATE_COLOURS["yes"]
    key = [Mark(language.month(str(table["period"].iloc[0])), colour, "dot")]
    if earlier := str(table["earlier"].iloc[0]):
        key.insert(0, Mark(language.month(earlier), colour, "ring"))
    large = table["applicable"] >= SMALLEST_GROUP
    if table.loc[large, "unknown"].sum():
        key.append(Mark(language.label("unknown"), BOUNDS))
    chart = rows_chart(rows, key=key, right=84)
    share_axis(chart.axes, percents(language))
    for row, middle in zip(table.to_dict("records"), chart.middles, strict=True):
        if row["applicable"] < SMALLEST_GROUP:
            words = counts_in_words(row, language)
            chart.axes.text(0.01, middle, words, va="center", color=GREY_INK)
        else:
            _then_and_now(chart, row, middle, language)
    return chart.figure


@styled
def states(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Figure:
    """Draw yes, partly, no and unknown of every group as parts of 100 %, with their counts.

    ``table`` is that of ``adoption.states_by_sector``; groups below five domains are in words.
    """
    if table.empty:
        return nothing(language.text("There are no domains to draw."))
    rows = _named(table, by, language)
    chart = rows_chart(rows, key=state_marks(table, SHOWN, language), right=28)
    share_axis(chart.axes, percents(language))
    _parts(chart, table, language)
    return chart.figure


@styled
def sub_tests(table: pd.DataFrame, language: Language) -> Figure:
    """Draw the results of every sub-test, web above mail, as parts of what it applies to.

    ``table`` is that of ``adoption.sub_tests``. A test that applies to nothing says so.
    """
    shown = table[table.groupby("type")["applicable"].transform("sum") > 0]
    if shown.empty:
        return nothing(language.text("There are no domains to draw."))
    rows = [
        Row(
            f"{language.label(row['type'])}: {language.label(row['test'])}",
            size(row, language),
        )
        for row in shown.to_dict("records")
    ]
    chart = rows_chart(rows, key=state_marks(shown, SHOWN, language), right=28)
    share_axis(chart.axes, percents(language))
    _parts(chart, shown, language)
    return chart.figure


def _then_and_now(chart: Rows, row: Mapping[Any, Any], middle: float, language: Language) -> None:
    axes, colour, then = chart.axes, STATE_COLOURS["yes"], row["earlier_adoption"]
    axes.barh(middle, row["upper"] - row["lower"], 12, left=row["lower"], color=BOUNDS)
    axes.plot([then, row["adoption"]], [middle, middle], color=colour)
    axes.plot([then], [middle], "o", color=colour, markerfacecolor="white", markersize=9,
              markeredgewidth=2, clip_on=False, zorder=3)  # fmt: skip
    axes.plot([row["adoption"]], [middle], "o", color=colour, markersize=10, clip_on=False,
              zorder=3.1)  # fmt: skip
    axes.annotate(
        language.percent(row["adoption"]), (1, middle), offset(78, 0), textcoords="offset points",
        ha="right", va="center_baseline", color=INK, annotation_clip=False,
    )  # fmt: skip


def _named(table: pd.DataFrame, by: str, language: Language) -> list[Row]:
    rows = table.to_dict("records")
    return [Row(group_name(row[by], language), size(row, language)) for row in rows]


def _parts(chart: Rows, table: pd.DataFrame, language: Language) -> None:
    for index, row in enumerate(table.to_dict("records")):
        if row["applicable"] < SMALLEST_GROUP:
            words = counts_in_words(row, language)
            chart.axes.text(0.01, chart.middles[index], words, va="center", color=GREY_INK)
        else:
            counts = {state: int(row[state]) for state in SHOWN}
            stacked(chart, index, counts, 1 / row["applicable"], language)
