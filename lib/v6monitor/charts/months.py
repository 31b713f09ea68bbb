"""Charts over time: an axis of months, events and breaks above it, names at the ends of lines.

Months are whole numbers on the axis (``ordinal``); a day within one is a fraction before or after.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from math import ceil, floor
from typing import NamedTuple

import pandas as pd
from babel.dates import format_date
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from v6monitor.charts.layout import (
    LINE,
    TICK,
    Mark,
    apart,
    draw_key,
    key_height,
    width_of,
    wrapped,
)
from v6monitor.charts.style import (
    AXIS,
    GREY_INK,
    INK,
    NARROW,
    contrast,
    new_axes,
    new_figure,
    pixels,
)
from v6monitor.language import Language

YEAR = 12
STEPS = (1, 2, 3, 4, 6, YEAR, 2 * YEAR, 5 * YEAR, 10 * YEAR)

PLOT = 320
LEFT, BOTTOM = 62, 56
"""Height of the axes, and the pixels to their left and below them."""

EDGE, FLAG = 24, 150
"""Pixels to the right of the axes, and when an event near that edge needs room for its text."""

AA = 4.5
"""The contrast that text needs (WCAG 2.1)."""


class Flag(NamedTuple):
    """Something that happened: where on the axis, and in which words."""

    x: float
    text: str
    dashed: bool = False
    """A break in the series, instead of an event in the world."""


class Placed(NamedTuple):
    """A flag with its lines of text and the height of the lowest, in pixels above the axes."""

    flag: Flag
    lines: list[str]
    bottom: float


class End(NamedTuple):
    """The last point of a line, and what is said of it."""

    x: float
    y: float
    lines: list[str]
    colour: str


def ordinal(period: str) -> int:
    """Return the number of a month.

    >>> ordinal("2026-11") - ordinal("2026-10")
    1
    """
    year, month = period.split("-")[:2]
    return int(year) * 12 + int(month) - 1


def flags(events: pd.DataFrame | None, low: float, high: float, language: Language) -> list[Flag]:
    """Return the events between two months; one of which only the year is known has no place.

    ``events`` has ``date`` (YYYY-MM or YYYY-MM-DD) and ``label`` (an English message).
    """
    if events is None:
        return []
    found = []
    for date, label in zip(events["date"].astype(str), events["label"], strict=True):
        if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", date):
            continue
        day = (int(date[8:]) - 1) / 31 - 0.5 if date[8:] else 0.0
        x = ordinal(date) + day
        if low <= x <= high:
            found.append(Flag(x, language.text(str(label))))
    return found


def month_chart(  # noqa: PLR0913 - what is around the axes
    low: float,
    high: float,
    language: Language,
    width: float,
    *,
    happened: Sequence[Flag] = (),
    ends: Sequence[End] = (),
    key: Sequence[Mark] = (),
    height: float = PLOT,
) -> tuple[Figure, Axes]:
    """Return a chart of the months from ``low`` to ``high``, without its lines or bars.

    Above the axes are the key and the flags, in a narrow chart as numbers and a list of their
    texts; at the right the names of the lines, whose ends are shares of the height.
    """
    narrow = width < NARROW
    height = max(height, sum(LINE * len(end.lines) + 4 for end in ends))
    right = max((width_of(line) + 20 for end in ends for line in end.lines), default=EDGE)
    late = any(high - flag.x < (high - low) / 5 for flag in happened)
    right = max(right, FLAG) if late and not narrow else right
    plot = width - LEFT - right
    listed = _numbered(happened, width) if narrow else []
    if narrow:
        happened = [flag._replace(text=str(n)) for n, flag in enumerate(sorted(happened), 1)]
    found = _placed(happened, low, plot / (high - low), width)
    above = max((flag.bottom + LINE * len(flag.lines) for flag in found), default=0.0)
    top = BOTTOM + height
    full = top + max(14.0, above + 6) + LINE * len(listed) + key_height(key, width)
    figure = new_figure(full, width)
    axes = new_axes(figure, LEFT, BOTTOM, plot, height)
    _month_axis(axes, low, high, plot, language)
    _draw_flags(figure, axes, found, top)
    _label_ends(figure, axes, ends, height)
    for number, line in enumerate(listed):
        y = full - key_height(key, width) - LINE * (number + 0.5)
        figure.text(0, y, line, va="center", color=GREY_INK, transform=pixels(figure))
    draw_key(figure, key)
    return figure, axes


def level_axis(axes: Axes, language: Language, target: float | None) -> None:
    """Give the vertical axis 0 to 100 %, with a dashed line at the target."""
    steps = [step / 5 for step in range(6)]
    axes.set_ylim(0, 1)
    axes.set_yticks(steps, [language.percent(step, 0) for step in steps])
    axes.grid(axis="y")
    axes.axhline(0, color=AXIS, linewidth=1.2, clip_on=False)
    if target is not None:
        axes.axhline(target, color=GREY_INK, linewidth=1.2, linestyle=(0, (6, 3)), clip_on=False)


def _numbered(happened: Iterable[Flag], width: float) -> list[str]:
    """Return the texts of the flags as a numbered list, in lines of at most so many pixels."""
    lines = []
    for number, flag in enumerate(sorted(happened), 1):
        lines += wrapped(f"{number}. {flag.text}", width, 4)
    return lines


def _placed(found: Iterable[Flag], low: float, scale: float, width: float) -> list[Placed]:
    """Stack the texts of the flags so that none overlaps another text or line.

    Every text begins at its own line and runs to the right; an earlier flag is higher.
    ``scale``: pixels per month; ``low``: the month at the left edge of the axes.
    """
    done: list[tuple[float, float, float]] = []  # left, right and top of a text, in pixels
    result = []
    for flag in sorted(found, reverse=True):
        x = LEFT + (flag.x - low) * scale
        lines = wrapped(flag.text, min(230.0, width - x - 8), 4)
        right = x + 8 + max(width_of(line) for line in lines)
        bottom = max((top for start, _, top in done if start <= right), default=8.0) + 4
        done.append((x, right, bottom + LINE * len(lines)))
        result.append(Placed(flag, lines, bottom))
    return result


def _draw_flags(figure: Figure, axes: Axes, found: Sequence[Placed], base: float) -> None:
    """Draw a line from the axes up to each flag, and its text; ``base``: top of the axes."""
    low, high = axes.get_xlim()
    left, bottom, width, _ = axes.get_window_extent().bounds
    for flag, lines, lift in found:
        x = left + (flag.x - low) / (high - low) * width
        top = base + lift + LINE * len(lines)
        figure.add_artist(_line(x, bottom, top, figure, flag.dashed))
        for number, line in enumerate(lines):
            y = top - LINE * (number + 0.5)
            figure.text(x + 5, y, line, va="center", color=GREY_INK, transform=pixels(figure))


def _month_axis(axes: Axes, low: float, high: float, width: float, language: Language) -> None:
    """Give the horizontal axis months: as many names as there is room for, years beneath."""
    axes.set_xlim(low, high)
    first, last = ceil(low), floor(high)
    step = next((n for n in STEPS if (last - first) // n < width // TICK), STEPS[-1])
    start = first if step < YEAR else first + -first % YEAR
    ticks = list(range(start, last + 1, step))
    axes.set_xticks(ticks, _month_names(ticks, step, language))
    axes.tick_params(axis="x", pad=6)


def _label_ends(figure: Figure, axes: Axes, ends: Sequence[End], height: float) -> None:
    """Write the labels at the right, apart, with a thin line to a point that is further off."""
    low, high = axes.get_xlim()
    tall = [LINE * len(end.lines) + 3.0 for end in ends]
    places = apart([end.y * height for end in ends], tall, -LINE / 2, height + LINE / 2)
    edge = axes.get_window_extent().x1
    for end, place in zip(ends, places, strict=True):
        x = LEFT + (end.x - low) / (high - low) * (edge - LEFT)
        if abs(place - end.y * height) > LINE / 2 or x < edge - 40:
            leader = Line2D(
                [min(x + 5, edge), edge + 6], [BOTTOM + end.y * height, BOTTOM + place],
                color="#A6A6A6", linewidth=0.8, transform=pixels(figure), zorder=2,
            )  # fmt: skip
            figure.add_artist(leader)
        ink = end.colour if contrast(end.colour, "#FFFFFF") >= AA else INK
        for number, line in enumerate(end.lines):
            y = BOTTOM + place + LINE * ((len(end.lines) - 1) / 2 - number)
            figure.text(edge + 10, y, line, va="center", color=ink, transform=pixels(figure))


def _month_names(ticks: Sequence[int], step: int, language: Language) -> list[str]:
    names, above = [], 0
    for tick in ticks:
        year, month = divmod(tick, YEAR)
        name = format_date(dt.date(year, month + 1, 1), "LLL", locale=language.locale)
        names.append(str(year) if step >= YEAR else f"{name}\n{year if year != above else ''}")
        above = year
    return names


def _line(x: float, bottom: float, top: float, figure: Figure, dashed: bool) -> Line2D:
    return Line2D(
        [x, x], [bottom, top], color=AXIS, linewidth=1,
        linestyle=(0, (5, 4)) if dashed else (0, (1, 2.5)), transform=pixels(figure), zorder=-1,
    )  # fmt: skip
