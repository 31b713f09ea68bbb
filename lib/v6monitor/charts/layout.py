"""Layout of charts in pixels: wrapped text, labels kept apart, rows with bars, keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import fmean
from typing import cast

import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from v6monitor.charts.style import (
    DPI,
    GREY_INK,
    INK,
    PALE,
    STATE_COLOURS,
    WIDTH,
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

NARROW = 4
"""A bar of so many pixels has no edge: it would be all edge."""

HALO = (withStroke(linewidth=3, foreground="white"),)


@dataclass(frozen=True)
class Mark:
    """What a symbol in the key means; ``shape`` is square, hatched, ring or dot."""

    text: str
    colour: str
    shape: str = "square"


@dataclass(frozen=True)
class Row:
    """The name of a row, and in grey beneath it, on lines of their own, what it is made of."""

    name: str
    note: str = ""
    below: int = 0
    """Lines of text under its bar."""


@dataclass(frozen=True)
class Rows:
    """A chart with a row per group: ``axes`` count in pixels from the top, rows at ``middles``."""

    figure: Figure
    axes: Axes
    middles: list[float]
    width: float
    """Of the axes, in pixels."""


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


def rows_chart(
    rows: Sequence[Row],
    *,
    key: Sequence[Mark] = (),
    right: float = 20,
    bottom: float = 34,
    header: float = 0,
) -> Rows:
    """Return an empty chart with a row per group, names at the left, a key above.

    ``right``, ``bottom`` and ``header`` are the pixels to keep free around the axes.
    """
    room = 210.0
    texts = [(wrapped(row.name, room), row.note.splitlines()) for row in rows]
    lines = [line for name, note in texts for line in (*name, *note)]
    left = min(room, max((width_of(line) for line in lines), default=0.0)) + 14
    tall = [max(40.0, LINE * (len(name) + len(note)) + 16) for name, note in texts]
    heights = [height + LINE * row.below for height, row in zip(tall, rows, strict=True)]
    keys = _key_lines(key)
    top = 8.0 + 26 * len(keys) + header
    figure = new_figure(top + sum(heights) + bottom)
    width = WIDTH - left - right
    axes = new_axes(figure, left, bottom, width, sum(heights))
    axes.set_ylim(sum(heights), 0)
    axes.set_yticks([])
    middles = [sum(heights[:index]) + height / 2 for index, height in enumerate(tall)]
    total = top + sum(heights)
    for (name, note), middle in zip(texts, middles, strict=True):
        _row_text(figure, name, note, bottom + total - top - middle)
    _draw_key(figure, keys)
    return Rows(figure, axes, middles, width)


def share_axis(axes: Axes, percent: Sequence[str]) -> None:
    """Give the horizontal axis 0 to 100 %, with a light line at every 20."""
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], percent)
    axes.grid(axis="x", clip_on=False)


def key_height(marks: Sequence[Mark]) -> float:
    """Return how many pixels a key takes."""
    return 26.0 * len(_key_lines(marks))


def draw_key(figure: Figure, marks: Sequence[Mark]) -> None:
    """Draw the key at the top left: a symbol and a word each."""
    _draw_key(figure, _key_lines(marks))


def state_marks(table: pd.DataFrame, states: Sequence[str], language: Language) -> list[Mark]:
    """Return the key of the states that occur in a table of counts; yes and no always."""
    there = [name for name in states if name in {"yes", "no"} or int(table[name].sum())]
    return [Mark(language.label(name), STATE_COLOURS[name]) for name in there]


def stacked(
    rows: Rows, index: int, counts: Mapping[str, int], scale: float, language: Language
) -> float:
    """Draw the counts of one row side by side from 0; ``scale`` is axis units per count.

    Each part has its number in it where it fits. Returns where the bar ends.
    """
    start = 0.0
    for state, number in counts.items():
        text = language.number(number)
        bar(rows, index, start, number * scale, STATE_COLOURS[state], text=text)
        start += number * scale
    return start


def bar(  # noqa: PLR0913 - where, how long, in which colour, and what is in it
    rows: Rows,
    index: int,
    start: float,
    length: float,
    colour: str,
    *,
    hatched: bool = False,
    text: str = "",
) -> None:
    """Draw one bar, or a part of one: white edges keep the parts apart; nothing for length 0.

    The text is in the middle if it fits, in the ink with the most contrast.
    """
    if not length:
        return
    middle = rows.middles[index]
    rows.axes.barh(
        middle, length, THICK, left=start,
        color="white" if hatched else colour,
        edgecolor=colour if hatched else "white",
        linewidth=1.2 if hatched else 0.8 if pixel_length(rows, length) > NARROW else 0,
        hatch="////" if hatched else None,
    )  # fmt: skip
    if text and width_of(text) + 8 <= pixel_length(rows, length):
        rows.axes.text(
            start + length / 2,
            middle,
            text,
            ha="center",
            va="center_baseline",
            color=ink_on(colour),
        )


def pixel_length(rows: Rows, length: float) -> float:
    """Return how many pixels a length on the horizontal axis takes."""
    low, high = rows.axes.get_xlim()
    return abs(length) / (high - low) * rows.width


def zero_line(axes: Axes) -> None:
    """Draw the line from which bars start."""
    axes.axvline(0, color="#767676", linewidth=1, zorder=3)


def _row_text(figure: Figure, name: list[str], note: list[str], middle: float) -> None:
    place = pixels(figure)
    y = middle + LINE * (len(name) + len(note) - 1) / 2
    for number, line in enumerate([*name, *note]):
        ink = INK if number < len(name) else GREY_INK
        figure.text(0, y - LINE * number, line, va="center_baseline", color=ink, transform=place)


def _key_lines(marks: Sequence[Mark]) -> list[list[tuple[float, Mark]]]:
    """Place the marks: lines of (pixels from the left, mark)."""
    lines: list[list[tuple[float, Mark]]] = []
    x = WIDTH + 1.0
    for mark in marks:
        wide = 22 + width_of(mark.text)
        if x + wide > WIDTH:
            lines.append([])
            x = 0.0
        lines[-1].append((x, mark))
        x += wide + 24
    return lines


def _draw_key(figure: Figure, lines: list[list[tuple[float, Mark]]]) -> None:
    place = pixels(figure)
    top = figure.get_figheight() * DPI
    for number, line in enumerate(lines):
        y = top - 15 - 26 * number
        for x, mark in line:
            if mark.shape in {"ring", "dot"}:
                face = "white" if mark.shape == "ring" else mark.colour
                symbol = Line2D(
                    [x + 7], [y], marker="o", markersize=9, color=mark.colour,
                    markerfacecolor=face, markeredgewidth=2, linestyle="", transform=place,
                )  # fmt: skip
                figure.add_artist(symbol)
            else:
                figure.add_artist(_square(mark, x, y, figure))
            figure.text(x + 20, y, mark.text, va="center", color=INK, transform=place)


def _square(mark: Mark, x: float, y: float, figure: Figure) -> Rectangle:
    hatched = mark.shape == "hatched"
    return Rectangle(
        (x, y - 7), 14, 14,
        facecolor="white" if hatched else mark.colour,
        edgecolor=mark.colour if hatched else PALE if mark.colour == "white" else "none",
        hatch="////" if hatched else None, transform=pixels(figure),
    )  # fmt: skip


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
