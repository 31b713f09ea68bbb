"""How far are we, and how fast? The line per month (figure 1)."""

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v6monitor.charts.layout import (
    LINE,
    Mark,
    draw_key,
    key_height,
    nothing,
    width_of,
    wrapped,
)
from v6monitor.charts.months import (
    BOTTOM,
    LEFT,
    PLOT,
    End,
    Flag,
    draw_flags,
    flags,
    flags_height,
    label_ends,
    level_axis,
    month_axis,
    ordinal,
    placed,
)
from v6monitor.charts.style import (
    BOUNDS,
    GREY_INK,
    INK,
    WIDTH,
    new_axes,
    new_figure,
    styled,
)
from v6monitor.language import Language

LABEL = 180
FIRST = ("web", "mail", "dns")
LINES = (("#154273", "-"), ("#C8501E", (0, (4, 1.6))), ("#3E8ECA", (0, (1, 1.2))))
OTHERS = ("#154273", "-")
BREAKS = {"domains": "other list of domains", "tests": "other version of the tests"}


@styled
def trend(
    table: pd.DataFrame,
    language: Language,
    *,
    by: str = "measure",
    events: pd.DataFrame | None = None,
    target: float | None = 1.0,
) -> Figure:
    """Draw the adoption per month, a line per series; in grey what could not be told.

    ``table`` is that of ``adoption.trend``; ``events`` has ``date`` and ``label``; ``target`` is a
    share of 1. A line joins neighbours at the series' own pace: none crosses a missing month, a
    month without a percentage or a break. Labels stand at the ends of the lines, with the month
    where a line ends early.
    """
    if table.empty:
        return nothing(language.text("There are no measurements to draw."))
    months = table["period"].map(ordinal)
    low, high = months.min() - 0.5, months.max() + 0.5
    series = _series(table, by)
    ends = [_end(rows, name, colour, months.max(), language) for name, rows, colour, _ in series]
    if target is not None:
        share = language.percent(target, 0)
        ends.append(End(high, target, [language.text("target: {share}", share=share)], GREY_INK))
    width = WIDTH - LEFT - max(width_of(line) for end in ends for line in end.lines) - 20
    breaks = _breaks(table, language)
    found = placed([*flags(events, low, high, language), *breaks], LEFT, width / (high - low), low)
    key = [Mark(language.label("unknown"), BOUNDS)] if table["unknown"].sum() else []
    height = max(PLOT, sum(LINE * len(end.lines) + 4 for end in ends))
    top = BOTTOM + height
    figure = new_figure(top + max(14.0, flags_height(found) + 6) + key_height(key))
    axes = new_axes(figure, LEFT, BOTTOM, width, height)
    month_axis(axes, low, high, width, language)
    level_axis(axes, language, target)
    pace = _pace(table)
    for _, rows, colour, dashes in series:
        for stretch in _stretches(rows, pace):
            _draw_stretch(axes, stretch, colour, dashes)
    draw_flags(figure, axes, found, top)
    label_ends(figure, axes, ends, height)
    draw_key(figure, key)
    return figure


def _series(table: pd.DataFrame, by: str) -> list[tuple[str, pd.DataFrame, str, object]]:
    """Return name, rows, colour and dashes of every line; web, mail and name servers first."""
    names = list(dict.fromkeys(table[by]))
    names.sort(key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    looks = LINES if len(names) <= len(LINES) else [OTHERS] * len(names)
    rows = [table[table[by] == name].sort_values("period") for name in names]
    return [
        (str(name), part, colour, dashes)
        for name, part, (colour, dashes) in zip(names, rows, looks, strict=False)
    ]


def _stretches(rows: pd.DataFrame, pace: int) -> Iterator[pd.DataFrame]:
    """Cut a series where no line may be drawn; leave out months too small for a percentage."""
    all_unknown = rows["yes"].add(rows["no"]).eq(0) & rows["unknown"].gt(0)
    there = rows[rows["adoption"].notna() | all_unknown]
    gap = there["period"].map(ordinal).astype("int64").diff() > pace
    silent = there["adoption"].isna()
    cut = gap | there["break_reason"].ne("") | silent | silent.shift(fill_value=False)
    for _, stretch in there.groupby(cut.cumsum()):
        yield stretch


def _draw_stretch(axes: Axes, stretch: pd.DataFrame, colour: str, dashes: object) -> None:
    x = stretch["period"].map(ordinal).to_list()
    low, high = stretch["lower"].to_list(), stretch["upper"].to_list()
    if len(x) == 1:
        axes.vlines(x, low, high, color=BOUNDS, linewidth=10, zorder=1.5)
    else:
        axes.fill_between(x, low, high, color=BOUNDS, linewidth=0, zorder=1.5)
    axes.plot(x, stretch["adoption"], color=colour, linestyle=dashes, zorder=3)
    axes.plot(x, stretch["adoption"], "o", color=colour, markersize=5, zorder=3.1, clip_on=False)


def _end(rows: pd.DataFrame, name: str, colour: str, last: int, language: Language) -> End:
    label = wrapped(language.label(name) or language.text("not stated"), LABEL, 1)
    told = rows[rows["adoption"].notna()]
    if told.empty:
        return End(last, 0.5, [*label, _no_share(rows.iloc[-1], language)], INK)
    final = told.iloc[-1]
    x, share = ordinal(final["period"]), language.percent(final["adoption"])
    if x < last:
        share += f" ({final['period']})"
    return End(x, float(final["adoption"]), [*label, share], colour)


def _no_share(row: pd.Series, language: Language) -> str:
    if row["yes"] + row["no"]:
        return language.text("fewer than 5")
    return language.label("unknown" if row["unknown"] else "not_applicable")


def _breaks(table: pd.DataFrame, language: Language) -> list[Flag]:
    broken = table[table["break_reason"] != ""].drop_duplicates(["period", "break_reason"])
    points = zip(broken["period"], broken["break_reason"], strict=True)
    return [
        Flag(ordinal(period) - 0.5, language.text(BREAKS.get(why, why)), dashed=True)
        for period, why in points
    ]


def _pace(table: pd.DataFrame) -> int:
    """Return the months between two measurements: the smallest step of the whole table."""
    months = sorted(set(table["period"].map(ordinal)))
    return min((later - earlier for earlier, later in pairwise(months)), default=1)
