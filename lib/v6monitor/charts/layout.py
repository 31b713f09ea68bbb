"""Layout of charts in pixels: wrapped text, labels kept apart, rows with bars, keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import fmean
from typing import Any, cast

import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from v6monitor.charts.style import (
    AXIS,
    DPI,
    GREY_INK,
    HATCHES,
    INK,
    NARROW,
    STATE_COLOURS,
    ink_on,
    new_axes,
    new_figure,
    pixels,
)
from v6monitor.language import Language

LINE = 20
"""Pixels from one line of text to the next."""

THICK = 24
"""Of a bar, in pixels."""

KEY = 26.0
"""Pixels from one line of a key to the next."""

TICK = 54
"""Pixels that a percentage or a month below an axis takes."""

SEEN = 0.02
"""Lines that move by less of the axis, a point up or down, show nothing: a sentence does."""

THIN = 4
"""A bar of so many pixels has no edge: it would be all edge."""

BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
"""The box behind a text that is on gridlines or on a hatch."""


@dataclass(frozen=True)
class Mark:
    """What a symbol in the key means; ``shape`` is square, ring, dot, or one of ``fill``."""

    text: str
    colour: str
    shape: str = "square"


@dataclass(frozen=True)
class Row:
    """The name of a row, and in grey, on lines of their own or after it, what it is made of."""

    name: str
    note: str = ""
    below: int = 0
    """Lines of text under its bar."""


@dataclass(frozen=True)
class Rows:
    """A chart with a row per group: ``axes`` count in pixels from the top, bars at ``middles``."""

    figure: Figure
    axes: Axes
    middles: list[float]
    numbers: list[float]
    """Where the number at the right of a row is: beside its bar, or beside its name above it."""
    width: float
    """Of the axes, in pixels."""


@cache
def width_of(text: str) -> float:
    """Return how wide a line of text will be, in pixels."""
    renderer = _ruler().get_renderer()  # type: ignore[no-untyped-call]
    font = font_manager.FontProperties(family="DejaVu Sans", size=11)
    return float(renderer.get_text_width_height_descent(text, font, ismath=False)[0])


def wrapped(text: str, width: float, lines: int = 2) -> list[str]:
    """Break a text into lines of at most so many pixels; what does not fit ends in an ellipsis.

    Untrusted text: what the typeface cannot show becomes a question mark.
    """
    words = "".join(c if ord(c) in _glyphs() else "?" for c in " ".join(text.split())).split(" ")
    found = [""]
    for word in words:
        candidate = f"{found[-1]} {word}".strip()
        if width_of(candidate) <= width or not found[-1]:
            found[-1] = candidate
        else:
            found.append(word)
    kept = found[:lines]
    if len(found) > lines:
        kept[-1] = f"{kept[-1]} …"
    return [_shortened(line, width) for line in kept]


def apart(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Move labels as little as needed, so that none overlaps another; centres in, centres out.

    The least squares solution: pool neighbours that would overlap (isotonic regression).

    >>> apart([10, 12, 50], [10, 10, 10], 0, 100)
    [6.0, 16.0, 50.0]
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    offsets = [0.0]
    for one, other in pairwise(order):
        offsets.append(offsets[-1] + (heights[one] + heights[other]) / 2)
    pools: list[list[float]] = []
    for index, offset in zip(order, offsets, strict=False):
        pools.append([wanted[index] - offset])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    levels = [fmean(pool) for pool in pools for _ in pool]
    places: dict[int, float] = {}
    for index, level, offset in zip(order, levels, offsets, strict=False):
        top = high - heights[order[-1]] / 2 - offsets[-1]
        places[index] = offset + max(low + heights[order[0]] / 2, min(level, top))
    return [places[index] for index in range(len(wanted))]


def rows_chart(  # noqa: PLR0913 - the room around the axes
    rows: Sequence[Row],
    width: float,
    *,
    key: Sequence[Mark] = (),
    right: float = 20,
    bottom: float = 34,
    header: float = 0,
) -> Rows:
    """Return an empty chart with a row per group, a key above.

    Names are at the left; in a narrow chart above the bar, with the numbers of ``at_right``.
    ``right``, ``bottom`` and ``header`` are the pixels to keep free around the axes.
    """
    narrow = width < NARROW
    room = width - max(right, 40.0) if narrow else 210.0  # a reader's font may be wider
    texts = [(wrapped(row.name, room, 3), row.note.splitlines()) for row in rows]
    if narrow:
        notes = [", ".join(note) for _, note in texts]
        texts = [
            (name, wrapped(note, width - 24, 3) if note else [])
            for (name, _), note in zip(texts, notes, strict=True)
        ]
    above = [LINE * (len(name) + len(note)) for name, note in texts]
    tall = [text + THICK + 22.0 if narrow else max(40.0, text + 10.0) for text in above]
    heights = [height + LINE * row.below for height, row in zip(tall, rows, strict=True)]
    longest = max((width_of(line) for name, note in texts for line in (*name, *note)), default=0.0)
    left, right = (16.0, 28.0) if narrow else (min(room, longest) + 14, right)
    total = 8.0 + key_height(key, width) + header + sum(heights)
    figure = new_figure(total + bottom, width)
    axes = new_axes(figure, left, bottom, width - left - right, sum(heights))
    axes.set_ylim(sum(heights), 0)
    axes.set_yticks([])
    starts = [sum(heights[:index]) for index in range(len(rows))]
    middles = [
        start + (text + 6 + THICK / 2 if narrow else height / 2)
        for start, text, height in zip(starts, above, tall, strict=True)
    ]
    for (name, note), middle, start, text in zip(texts, middles, starts, above, strict=True):
        first = start + LINE / 2 if narrow else middle - text / 2 + LINE / 2
        _row_text(figure, name, note, bottom + sum(heights) - first)
    numbers = [start + LINE / 2 for start in starts] if narrow else middles
    draw_key(figure, key)
    return Rows(figure, axes, middles, numbers, width - left - right)


def at_right(rows: Rows, index: int, text: str, *, before: float = 4) -> None:
    """Write a number of a row, right-aligned at so many pixels before the edge of the figure."""
    wide, high = rows.figure.get_size_inches() * DPI
    y = rows.axes.get_position().y1 * high - rows.numbers[index]
    rows.figure.text(
        wide - before, y, text, ha="right", va="center_baseline", color=INK,
        transform=pixels(rows.figure),
    )  # fmt: skip


def share_axis(rows: Rows, language: Language) -> None:
    """Give the horizontal axis 0 to 100 %, with a line at every 20, or 50 if there is no room."""
    ticks = [step / 5 for step in range(6)] if rows.width > 5 * TICK else [0, 0.5, 1]
    rows.axes.set_xlim(0, 1)
    rows.axes.set_xticks(ticks, [language.percent(tick, 0) for tick in ticks])
    rows.axes.grid(axis="x", clip_on=False)


def shows_nothing(figure: Figure) -> bool:
    """Return whether a picture shows no more than a sentence: the one rule for every chart.

    Bars show nothing that are all alike and of one part ("1 of 1" eight times, one "n of n"), and
    points and lines that differ or move by less than ``SEEN`` of the axis, or in a single month.
    """
    return not any(_bars_show(axes) or _points_show(axes) for axes in figure.axes)


def _bars_show(axes: Axes) -> bool:
    across = axes.yaxis_inverted()  # a row per group, else a bar per month
    found: dict[float, list[tuple[float, float]]] = {}
    for patch in cast("list[Rectangle]", axes.patches):
        x, y, width, height = patch.get_bbox().bounds
        place, start, length = (y + height / 2, x, width) if across else (x + width / 2, y, height)
        if length:
            found.setdefault(round(place, 3), []).append((start, start + length))
    if len(found) < (1 if across else 2):
        return False
    several = any(len(parts) > 1 for parts in found.values())
    low, high = axes.get_xlim() if across else axes.get_ylim()
    ends = zip(*(part for parts in found.values() for part in parts), strict=True)
    return several or any(max(one) - min(one) >= SEEN * (high - low) for one in ends)


def _points_show(axes: Axes) -> bool:
    across = axes.yaxis_inverted()
    series: dict[str, tuple[list[float], list[float]]] = {}
    for line in axes.lines:
        if line.get_transform() == axes.transData:  # else it is drawn through the whole plot
            xs, ys = series.setdefault("" if across else str(line.get_color()), ([], []))
            points = np.asarray(line.get_xydata(), dtype=float)
            known = points[~np.isnan(points).any(axis=1)]
            xs += known[:, 0].tolist()
            ys += known[:, 1].tolist()
    low, high = axes.get_xlim() if across else axes.get_ylim()
    return any(
        len(set(places)) > 1 - across and max(values) - min(values) >= SEEN * (high - low)
        for places, values in ((ys, xs) if across else (xs, ys) for xs, ys in series.values())
        if values
    )


def key_height(marks: Sequence[Mark], width: float) -> float:
    """Return how many pixels a key takes."""
    return KEY * len(_key_lines(marks, width))


def draw_key(figure: Figure, marks: Sequence[Mark]) -> None:
    """Draw the key at the top left: a symbol and a word each."""
    place = pixels(figure)
    top = figure.get_figheight() * DPI
    for number, line in enumerate(_key_lines(marks, figure.get_figwidth() * DPI)):
        y = top - 15 - KEY * number
        for x, mark in line:
            if mark.shape in {"ring", "dot"}:
                face = "white" if mark.shape == "ring" else mark.colour
                symbol = Line2D(
                    [x + 7], [y], marker="o", markersize=9, color=mark.colour,
                    markerfacecolor=face, markeredgewidth=2, linestyle="", transform=place,
                )  # fmt: skip
                figure.add_artist(symbol)
            else:
                look = fill(mark.colour, mark.shape)
                figure.add_artist(Rectangle((x, y - 7), 14, 14, transform=place, **look))
            figure.text(x + 20, y, mark.text, va="center", color=INK, transform=place)


def state_mark(state: str, language: Language) -> Mark:
    """Return the symbol of a state."""
    return Mark(language.label(state), STATE_COLOURS[state], shape_of(state))


def shape_of(state: str) -> str:
    """Return how a state is filled, so that neighbours differ without colour."""
    return {"unknown": "hatched", "partly": "dotted"}.get(state, "square")


def state_marks(table: pd.DataFrame, states: Sequence[str], language: Language) -> list[Mark]:
    """Return the key of the states that occur in a table of counts; yes and no always."""
    there = [name for name in states if name in {"yes", "no"} or int(table[name].sum())]
    return [state_mark(name, language) for name in there]


def stacked(
    rows: Rows, index: int, counts: Mapping[str, int], scale: float, language: Language
) -> float:
    """Draw the counts of one row side by side from 0; ``scale`` is axis units per count.

    Each part has its number in it where it fits. Returns where the bar ends.
    """
    start = 0.0
    for state, number in counts.items():
        text = language.number(number)
        colour, shape = STATE_COLOURS[state], shape_of(state)
        bar(rows, index, start, number * scale, colour, shape=shape, text=text)
        start += number * scale
    return start


def fill(colour: str, shape: str = "square") -> dict[str, Any]:
    """Return how matplotlib fills a patch that is square, dotted, hatched or outlined."""
    full = shape in {"square", "dotted"}
    return {
        "facecolor": colour if full else "white",
        "edgecolor": "white" if full else colour,
        "hatch": HATCHES.get(shape),
    }


def bounds(axes: Axes, middle: float, low: float, high: float) -> None:
    """Draw from where to where a share can be, given what is unknown, behind the point."""
    if high > low:
        look = fill(STATE_COLOURS["unknown"], "hatched") | {"linewidth": 0, "zorder": 1.5}
        axes.add_artist(Rectangle((low, middle - 7), high - low, 14, **look))


def bar(  # noqa: PLR0913 - where, how long, in which colour, and what is in it
    rows: Rows,
    index: int,
    start: float,
    length: float,
    colour: str,
    *,
    shape: str = "square",
    text: str = "",
) -> None:
    """Draw one bar, or a part of one: edges keep the parts apart; nothing for length 0.

    The text is in the middle if it fits, in the ink with the most contrast.
    """
    if not length:
        return
    middle = rows.middles[index]
    edge = 0.8 if pixel_length(rows, length) > THIN else 0
    look = fill(colour, shape)  # Axes.barh takes six times the time
    corner = start, middle - THICK / 2
    rows.axes.add_artist(Rectangle(corner, length, THICK, linewidth=edge, **look))
    if text and width_of(text) + 8 <= pixel_length(rows, length):
        full = shape in {"square", "dotted"}
        rows.axes.text(
            start + length / 2, middle, text, ha="center", va="center_baseline",
            color=ink_on(colour) if full else INK,
            bbox=BEHIND | {"facecolor": colour if full else "white"},
        )  # fmt: skip


def pixel_length(rows: Rows, length: float) -> float:
    """Return how many pixels a length on the horizontal axis takes."""
    low, high = rows.axes.get_xlim()
    return abs(length) / (high - low) * rows.width


def zero_line(rows: Rows) -> None:
    """Draw the line from which bars start, at each bar: a narrow chart has text between them."""
    half = THICK / 2 + 4
    low, high = ([middle + side for middle in rows.middles] for side in (-half, half))
    rows.axes.vlines([0] * len(low), low, high, color=AXIS, linewidth=1, zorder=3)


def _row_text(figure: Figure, name: list[str], note: list[str], y: float) -> None:
    place = pixels(figure)
    for number, line in enumerate([*name, *note]):
        ink = INK if number < len(name) else GREY_INK
        figure.text(0, y - LINE * number, line, va="center_baseline", color=ink, transform=place)


def _key_lines(marks: Sequence[Mark], width: float) -> list[list[tuple[float, Mark]]]:
    """Place the marks: lines of (pixels from the left, mark)."""
    lines: list[list[tuple[float, Mark]]] = []
    x = width + 1.0
    for mark in marks:
        wide = 22 + width_of(mark.text)
        if x + wide > width:
            lines.append([])
            x = 0.0
        lines[-1].append((x, mark))
        x += wide + 24
    return lines


def _shortened(line: str, width: float) -> str:
    if width_of(line) <= width:
        return line
    while line and width_of(f"{line}…") > width:
        line = line[:-1]
    return f"{line}…"


@cache
def _ruler() -> FigureCanvasAgg:
    return cast("FigureCanvasAgg", new_figure(10).canvas)


@cache
def _glyphs() -> frozenset[int]:
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    return frozenset(font.get_charmap())
