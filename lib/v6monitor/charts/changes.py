"""What changed, and is the measurement still true? (figure 8 and staleness)"""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from v6monitor.charts.bars import THICK, bar, stacked, state_marks, zero_line
from v6monitor.charts.layout import (
    LINE,
    Mark,
    Row,
    Rows,
    nothing,
    rows_chart,
    share_axis,
    width_of,
    wrapped,
)
from v6monitor.charts.style import DPI, GREY_INK, INK, STATE_COLOURS, WIDTH, offset, pixels, styled
from v6monitor.charts.wording import domains, group_name, percents
from v6monitor.language import Language

GAIN, LOSS, UNKNOWN = STATE_COLOURS["yes"], STATE_COLOURS["no"], STATE_COLOURS["unknown"]
LOSSES = (
    ("loss_confirmed", LOSS, False),
    ("loss_suspected", LOSS, True),
    ("loss_recovered", UNKNOWN, True),
)
ASIDE = (("joined", "#9DB2CF"), ("left", "#9DB2CF"), ("through_unknown", UNKNOWN))
"""What is counted beside the gains and losses: changes of the list, and what cannot be told."""

COLUMN = 100
PARTS = ("within", "entrants", "leavers", "total")


@styled
def changes(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Figure:
    """Draw gains to the right and losses to the left per group; changes of the list apart.

    ``table`` is that of ``changes.by_sector``. A loss is solid when confirmed and hatched when
    suspected; one that was back a measurement later is hatched grey. The columns at the right
    count the domains that joined or left the list, and those that went to or from unknown. Groups
    of which there is nothing to tell are one row.
    """
    if table.empty:
        return nothing(language.text("There are no domains to draw."))
    table = _joined(
        table.assign(group=[group_name(name, language) for name in table[by]]), language
    )
    rows = [
        Row(name, domains(n, language))
        for name, n in zip(table["group"], table["panel"], strict=True)
    ]
    there = [kind for kind in LOSSES if table[kind[0]].sum()]
    key = [Mark(language.label("gain"), GAIN)]
    key += [
        Mark(language.label(name), colour, "hatched" if hatched else "square")
        for name, colour, hatched in there
    ]
    aside = COLUMN * len(ASIDE) + 12
    chart = rows_chart(rows, key=key, right=aside, bottom=8, header=2 * LINE + 8)
    lost = -table[[name for name, _, _ in LOSSES]].sum(axis=1)
    _diverge(chart, lost.min(), table["gain"].max(), 44)
    for index, row in enumerate(table.to_dict("records")):
        start = 0
        for name, colour, hatched in there:
            start -= int(row[name])
            bar(chart, index, start, row[name], colour, hatched=hatched)
        bar(chart, index, 0, row["gain"], GAIN)
        _at_end(chart, index, start, f"−{language.number(-start)}" if start else "")
        _at_end(
            chart, index, row["gain"], f"+{language.number(row['gain'])}" if row["gain"] else ""
        )
    zero_line(chart.axes)
    _columns(chart, table, language)
    return chart.figure


def _joined(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Make one row of the groups in which nothing changed, when there are several beside others."""
    kinds = ["gain", *(name for name, _, _ in LOSSES), *(name for name, _ in ASIDE)]
    still = table[[*kinds, "applicability"]].sum(axis=1) == 0
    if still.all() or still.sum() < 2:  # noqa: PLR2004 - several
        return table
    rest = table.loc[still, ["panel", *kinds]].sum().to_frame().T
    rest["group"] = language.text("Others: no change")
    return pd.concat([table[~still], rest], ignore_index=True)


@styled
def decomposition(table: pd.DataFrame, language: Language) -> Figure:
    """Draw what the domains that stayed, joined and left add to the change, in points.

    ``table`` is that of ``changes.parts``. Without two months to compare the chart says so.
    """
    if table.empty or bool(table["points"].isna().any()):
        return nothing(language.text("There are no two measurements to compare."))
    ordered = table.set_index("part").loc[list(PARTS)].reset_index()
    chart = rows_chart([Row(language.label(name)) for name in ordered["part"]], bottom=8)
    _diverge(chart, min(0.0, ordered["points"].min()), max(0.0, ordered["points"].max()), 64)
    for index, value in enumerate(ordered["points"]):
        bar(chart, index, 0, value, GAIN if value >= 0 else LOSS)
        _at_end(chart, index, value, language.points(value))
    zero_line(chart.axes)
    chart.axes.axhline((chart.middles[-1] + chart.middles[-2]) / 2, color="#A6A6A6", linewidth=0.8)
    return chart.figure


@styled
def staleness(table: pd.DataFrame, language: Language) -> Figure:
    """Draw what fresh lookups say now, for domains measured as yes, no and unknown.

    ``table`` is that of ``staleness.matrix``: bars are parts of 100 %, with their counts.
    """
    states = ["yes", "no", "unknown"]
    numbers = table.set_index("measured")[states]
    shown = numbers[numbers.sum(axis=1) > 0]
    if shown.empty:
        return nothing(language.text("There are no domains with both a measurement and a lookup."))
    rows = [
        Row(
            language.text("measured: {state}", state=language.label(str(state))),
            language.plural("{number} result", "{number} results", int(n)),
        )
        for state, n in shown.sum(axis=1).items()
    ]
    chart = rows_chart(rows, key=state_marks(shown, states, language), right=28)
    share_axis(chart.axes, percents(language))
    for index, (_, row) in enumerate(shown.iterrows()):
        stacked(chart, index, {state: int(row[state]) for state in states}, 1 / row.sum(), language)
    return chart.figure


def _diverge(chart: Rows, low: float, high: float, room: float) -> None:
    """Scale the axis for bars both ways from 0, with room in pixels for the numbers at the ends."""
    span = (high - low) or 1.0
    unit = span / (chart.width - 2 * room)
    chart.axes.set_xlim(low - room * unit, high + room * unit)
    chart.axes.set_xticks([])


def _at_end(chart: Rows, index: int, end: float, text: str) -> None:
    side = 1 if end >= 0 else -1
    chart.axes.annotate(
        text, (end, chart.middles[index]), offset(5 * side, 0), textcoords="offset points",
        ha="left" if side > 0 else "right", va="center_baseline", color=INK,
    )  # fmt: skip


def _columns(chart: Rows, table: pd.DataFrame, language: Language) -> None:
    """Draw small bars with their numbers at the right, under their names."""
    figure, place = chart.figure, pixels(chart.figure)
    box = chart.axes.get_position()
    top, edge = box.y1 * figure.get_figheight() * DPI, box.x1 * WIDTH + 24
    most = max(1, int(table[[name for name, _ in ASIDE]].max().max()))
    for column, (name, colour) in enumerate(ASIDE):
        x = edge + COLUMN * column
        for number, line in enumerate(reversed(wrapped(language.label(name), COLUMN - 12))):
            y = top + 4 + LINE * (number + 0.5)
            figure.text(x, y, line, va="center", color=GREY_INK, transform=place)
        for value, middle in zip(table[name], chart.middles, strict=True):
            length = (COLUMN - 22 - width_of(language.number(most))) * value / most
            y = top - middle
            figure.add_artist(
                Rectangle((x, y - THICK / 2), length, THICK, facecolor=colour, transform=place)
            )
            text = language.number(value)
            figure.text(
                x + length + (4 if value else 0), y, text, va="center_baseline", transform=place
            )
