"""Is it regional? A tile per province (figure 9)."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from v6monitor.analysis.shares import SMALLEST_GROUP
from v6monitor.charts.layout import LINE, Mark, draw_key, key_height, nothing, wrapped
from v6monitor.charts.style import STATE_COLOURS, WIDTH, ink_on, new_figure, pixels, styled
from v6monitor.charts.wording import counts_in_words, size
from v6monitor.language import Language

MAP = (
    ("", "Fryslân", "Groningen"),
    ("Noord-Holland", "Flevoland", "Drenthe"),
    ("Zuid-Holland", "Utrecht", "Overijssel"),
    ("Zeeland", "Noord-Brabant", "Gelderland"),
    ("", "", "Limburg"),
)
"""Where each province stands; north is up."""

BLUES = ("#E8EDF5", "#BCCADF", "#8BA3C7", "#4C6DA1", "#154273")
"""From 0 to 100 % in steps of 20, the last the blue of yes."""

TALL, GAP, STRIP = 92, 8, 10


@styled
def provinces(table: pd.DataFrame, language: Language) -> Figure:
    """Draw a tile per province, darker with a higher share, the share and the number in it.

    ``table`` is that of ``adoption.provinces``. A grey strip at the bottom of a tile is the part
    that could not be told. A province of fewer than five domains has counts; what is elsewhere is
    in no tile.
    """
    rows = {row["province"]: row for row in table.to_dict("records") if row["province"] in _PLACED}
    if not any(row["applicable"] for row in rows.values()):
        return nothing(language.text("There are no domains to draw."))
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


_PLACED = {name for line in MAP for name in line if name}


def _tile(figure: Figure, row: Mapping[Any, Any], x: float, y: float, language: Language) -> None:
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
        said = wrapped(counts_in_words(row, language), width - 20, 2)
    elif unknown:
        said = [language.label("unknown"), size(row, language, ", ")]
    else:
        said = [language.percent(row["adoption"]), size(row, language, ", ")]
    for number, text in enumerate([str(row["province"]), *said]):
        figure.text(
            x + 11, y + TALL - 17 - (LINE + 2) * number, text, va="center", color=ink_on(colour),
            weight="bold" if number == 1 and not small else "normal", transform=place,
        )  # fmt: skip
