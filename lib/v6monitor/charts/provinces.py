"""Adoption by province: a tile map."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from v6monitor.analysis.shares import SMALLEST_GROUP, STATES, shares_of_counts
from v6monitor.charts.adoption import ranking_text
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import LINE, Mark, draw_key, key_height, wrapped
from v6monitor.charts.style import STATE_COLOURS, WIDTH, ink_on, new_figure, pixels, styled
from v6monitor.charts.wording import (
    Record,
    counts_in_words,
    definition_of,
    explained,
    joined,
    size,
    undetermined,
)
from v6monitor.language import Language

MAP = (
    ("", "Fryslân", "Groningen"),
    ("Noord-Holland", "Flevoland", "Drenthe"),
    ("Zuid-Holland", "Utrecht", "Overijssel"),
    ("Zeeland", "Noord-Brabant", "Gelderland"),
    ("", "", "Limburg"),
)
"""The place of each province; north is up."""

PROVINCES = [name for line in MAP for name in line if name]
ELSEWHERE = "elsewhere"
"""The row of central government and of all whose province is not stated or not known."""

BLUES = ("#E8EDF5", "#BCCADF", "#8BA3C7", "#4C6DA1", "#154273")
"""From 0 to 100 % in steps of 20, the last the blue of yes."""

TALL, GAP, STRIP = 92, 8, 10

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
    if not twelve["applicable"].sum():
        return Words(language.text("The province of no domain is known."), "", alt)
    note = language.text(
        "Share of domains with a known result; provinces under five: counts. Not on the map, as"
        " central government or without a stated province: {number}.",
        number=language.number(elsewhere["applicable"].sum()),
    )
    unknown = undetermined(twelve["unknown"].sum(), twelve["applicable"].sum(), language)
    return Words(
        ranking_text(twelve, "province", language),
        joined(definition_of(table, language), note, unknown, explained(twelve, language)),
        alt,
    )


@styled
def _draw(table: pd.DataFrame, language: Language) -> Figure | None:
    """Draw a tile per province, darker with a higher share; a grey strip is undetermined."""
    rows = {
        row["province"]: row for row in table.to_dict("records") if row["province"] in PROVINCES
    }
    if not any(row["applicable"] for row in rows.values()):
        return None
    steps = [
        language.text("{low} to {high}", low=language.percent(step / 5, 0),
                      high=language.percent((step + 1) / 5, 0))
        for step in range(len(BLUES))
    ]  # fmt: skip
    key = [Mark(text, colour) for text, colour in zip(steps, BLUES, strict=True)]
    if any(row["unknown"] for row in rows.values()):
        key.append(Mark(language.label("unknown"), STATE_COLOURS["unknown"]))
    height = len(MAP) * (TALL + GAP)
    figure = new_figure(height + key_height(key) + 10)
    for number, line in enumerate(MAP):
        for column, name in enumerate(line):
            if name:
                x = column * (WIDTH + GAP) / len(line)
                _tile(figure, rows[name], x, 2 + height - (number + 1) * (TALL + GAP), language)
    draw_key(figure, key)
    return figure


def _tile(figure: Figure, row: Record, x: float, y: float, language: Language) -> None:
    width, place = (WIDTH + GAP) / len(MAP[0]) - GAP, pixels(figure)
    small = row["applicable"] < SMALLEST_GROUP
    unknown = row["applicable"] and not row["yes"] + row["no"]
    colour = "white" if small or unknown else BLUES[min(int(5 * row["adoption"]), 4)]
    figure.add_artist(
        Rectangle((x + 1, y), width - 2, TALL, facecolor=colour, edgecolor="#767676",
                  linewidth=0.8, transform=place)
    )  # fmt: skip
    if row["unknown"]:
        part = (width - 2) * row["unknown"] / row["applicable"]
        figure.add_artist(
            Rectangle((x + 1, y), part, STRIP, facecolor=STATE_COLOURS["unknown"],
                      edgecolor="white", linewidth=0.8, transform=place)
        )  # fmt: skip
    if small:
        lines = wrapped(counts_in_words(row, language), width - 20, 2)
    elif unknown:
        lines = [language.label("unknown"), size(row, language, ", ")]
    else:
        lines = [language.percent(row["adoption"]), size(row, language, ", ")]
    for number, text in enumerate([str(row["province"]), *lines]):
        figure.text(
            x + 11, y + TALL - 17 - (LINE + 2) * number, text, va="center", color=ink_on(colour),
            weight="bold" if number == 1 and not small else "normal", transform=place,
        )  # fmt: skip
