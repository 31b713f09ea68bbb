"""How is a row of counts drawn as a bar, with its numbers in it?"""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from v6monitor.charts.layout import Mark, Rows, width_of
from v6monitor.charts.style import STATE_COLOURS, ink_on
from v6monitor.language import Language

THICK = 24
"""Of a bar, in pixels."""

NARROW = 4
"""A bar of so many pixels has no edge: it would be all edge."""


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

    The text stands in the middle if it fits, in the ink that stands out most.
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
