"""Adoption by province: a tile map."""

from math import ceil, floor

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from v6monitor.analysis.shares import SMALLEST_GROUP, STATES, TOTAL, shares_of_counts
from v6monitor.charts.adoption import ranking_text
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import (
    LINE,
    SEEN,
    Mark,
    draw_key,
    fill,
    key_height,
    state_mark,
    width_of,
    wrapped,
)
from v6monitor.charts.style import AXIS, NARROW, STATE_COLOURS, ink_on, new_axes, new_figure
from v6monitor.charts.wording import (
    Record,
    counts_in_words,
    definition_of,
    explained,
    not_there,
    size,
    undetermined,
)
from v6monitor.language import Language

MAP = (
    ("", "Fryslân", "Groningen"),
    ("Noord-Holland", "Flevoland", "Drenthe"),
    ("Zuid-Holland", "Utrecht", "Overijssel"),
    ("Zeeland", "Noord-Brabant", "Gelderland"),
    (TOTAL, "", "Limburg"),
)
"""The place of each province; north is up. In a corner of the sea: the twelve together."""

PROVINCES = [name for line in MAP for name in line if name not in {"", TOTAL}]
ELSEWHERE = "elsewhere"
"""The row of central government and of all whose province is not stated or not known."""

BLUES = ("#F2F4F7", "#ADBDCE", "#7590AC", "#43688F", "#154273")
"""Each 1.7 times as dark as the one before; the last, of the highest class, the blue of yes."""

STEPS = (0.02, 0.05, 0.1, 0.2)
"""Sizes of a class: the smallest with which there are at most five."""

GAP, STRIP = 8, 10
ALMOST = 1e-9

COUNTS = (*STATES, "explained")


def provinces(table: pd.DataFrame, *, name: str = "provinces") -> Chart:
    """Return a tile map: the share of domains with IPv6 in each of the twelve provinces.

    Args:
        table: shares of one measure and month by province: ``v6.shares(mail, by="province")``.
        name: names the files of the chart.

    Returns:
        A Chart; its table has all twelve in the order of the map, and a last row ``elsewhere``:
        central government and all whose province is not stated or not known, in no tile. A
        province of fewer than five domains has counts.
    """
    counts = [column for column in COUNTS if column in table]
    place = table["province"].where(table["province"].isin(PROVINCES), ELSEWHERE)
    summed = table[counts].groupby(place).sum().reindex([*PROVINCES, ELSEWHERE], fill_value=0)
    found = shares_of_counts(summed).rename_axis("province")
    first = table.head(1).to_dict("records")
    constant = {name: row[name] for row in first for name in ("measure", "period") if name in row}
    found = found.reset_index().assign(**constant)
    found.attrs = dict(table.attrs)
    return Chart(name, found, _words, _draw)


def _words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Tile map of the twelve provinces by their share of domains with IPv6. It shows whether the"
        " gap is regional."
    )
    twelve, elsewhere = table[table["province"] != ELSEWHERE], table[table["province"] == ELSEWHERE]
    if not table["applicable"].sum():
        return Words(not_there(table, language), "", alt)
    if not twelve["applicable"].sum():
        return Words(language.text("The province of no domain is known."), "", alt)
    note = language.text(
        "Share of domains with a known result; provinces under five: counts. Not on the map, as"
        " central government or without a stated province: {number}.",
        number=language.number(elsewhere["applicable"].sum()),
    )
    unknown = undetermined(twelve["unknown"].sum(), twelve["applicable"].sum(), language)
    return Words.of(
        [ranking_text(twelve, "province", language)],
        [definition_of(table, language), note, unknown, explained(twelve, language)],
        alt,
    )


def _draw(table: pd.DataFrame, language: Language, width: int) -> Figure | None:
    """Draw a tile per province, darker with a higher share; a hatched strip is undetermined."""
    twelve = table[table["province"] != ELSEWHERE]
    large = twelve.loc[twelve["applicable"] >= SMALLEST_GROUP, "adoption"].dropna()
    if not twelve["applicable"].sum():
        return None
    if large.max() - large.min() < SEEN or len(large) < 2:  # noqa: PLR2004 - nothing to compare
        return new_figure(1)
    classes = _classes(large)
    key = [
        Mark(
            language.text(
                "{low} to {high}", low=language.percent(low, 0), high=language.percent(high, 0)
            ),
            colour,
        )
        for low, high, colour in classes
    ]
    key += [state_mark("unknown", language)] if twelve["unknown"].sum() else []
    tall = (LINE + 2) * (7 if width < NARROW else 4) + 4.0
    height = len(MAP) * (tall + GAP)
    full = height + key_height(key, width) + 10
    figure = new_figure(full, width)
    axes = new_axes(figure, 0, 0, width, full)
    axes.set(xlim=(0, width), ylim=(0, full))
    axes.set_axis_off()
    rows: dict[str, Record] = {row["province"]: row for row in twelve.to_dict("records")}
    together = shares_of_counts(twelve[list(STATES)].sum().to_frame().T).iloc[0].to_dict()
    rows[TOTAL] = together | {"province": language.text("All twelve")}
    for number, line in enumerate(MAP):
        for column, name in enumerate(line):
            if name:
                wide = (width + GAP) / len(line)
                place = (column * wide, 2 + height - (number + 1) * (tall + GAP))
                _tile(axes, rows[name], classes, (*place, wide - GAP, tall), language)
    draw_key(figure, key)
    return figure


def _classes(shares: pd.Series) -> list[tuple[float, float, str]]:
    """Return the classes that the shares are in, of one size: from, to and colour."""
    for step in STEPS:
        first = floor(shares.min() / step + ALMOST)
        last = max(ceil(shares.max() / step - ALMOST), first + 1)
        if last - first <= len(BLUES):
            break
    colours = BLUES[-(last - first) :]
    return [(step * (first + n), step * (first + n + 1), c) for n, c in enumerate(colours)]


def _tile(
    axes: Axes,
    row: Record,
    classes: list[tuple[float, float, str]],
    box: tuple[float, float, float, float],
    language: Language,
) -> None:
    x, y, width, tall = box
    small = row["applicable"] < SMALLEST_GROUP
    unknown = row["applicable"] and not row["yes"] + row["no"]
    there = [colour for low, _, colour in classes if row["adoption"] >= low - ALMOST]
    colour = "#FFFFFF" if small or unknown or not there else there[-1]
    axes.add_patch(
        Rectangle((x + 1, y), width - 2, tall, facecolor=colour, edgecolor=AXIS, linewidth=0.8)
    )
    if row["unknown"]:
        part = (width - 2) * row["unknown"] / row["applicable"]
        look = fill(STATE_COLOURS["unknown"], "hatched")
        axes.add_patch(Rectangle((x + 1, y), part, STRIP, linewidth=0, **look))
    if small:
        lines = wrapped(counts_in_words(row, language), width - 16, 2)
    else:
        share = language.label("unknown") if unknown else language.percent(row["adoption"])
        lines = [share, *wrapped(size(row, language, ", "), width - 16, 3)]
    name = wrapped(str(row["province"]).replace("-", "- "), width - 16)
    name = [" ".join(name).replace("- ", "-")] if width_of("".join(name)) < width - 16 else name
    for number, text in enumerate([*name, *lines]):
        bold = number == len(name) and not small
        axes.text(
            x + 9, y + tall - 15 - (LINE + 2) * number, text, va="center", color=ink_on(colour),
            weight="bold" if bold else "normal",
        )  # fmt: skip
