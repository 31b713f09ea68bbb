"""Did the resolvers tell the truth? The vantage checks (figure 11)."""

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.charts.layout import (
    LINE,
    THICK,
    Mark,
    Row,
    bar,
    nothing,
    rows_chart,
    wrapped,
)
from v6monitor.charts.style import GREY_INK, STATE_COLOURS, WIDTH, styled
from v6monitor.language import Language

COLOURS = {
    "passed": STATE_COLOURS["yes"],
    "failed": STATE_COLOURS["no"],
    "not_tested": STATE_COLOURS["unknown"],
}


@styled
def vantage(table: pd.DataFrame, language: Language) -> Figure:
    """Draw per check which part of the resolvers passed it, with under it what a failing one said.

    ``table`` is that of ``adoption.vantage``.
    """
    if table.empty:
        return nothing(language.text("The resolvers were not tested."))
    checks = {str(name): found for name, found in table.groupby("check", sort=False)}
    said = {name: _failures(found) for name, found in checks.items()}
    rows = [
        Row(
            language.label(name, "check"),
            language.plural("{number} resolver", "{number} resolvers", len(found)),
            len(said[name]),
        )
        for name, found in checks.items()
    ]
    there = [result for result in COLOURS if table["result"].eq(result).any()]
    key = [Mark(language.label(result), COLOURS[result]) for result in there]
    chart = rows_chart(rows, key=key, bottom=8)
    chart.axes.set_xlim(0, 1)
    chart.axes.set_xticks([])
    for index, (name, found) in enumerate(checks.items()):
        start = 0.0
        for result in there:
            number = int(found["result"].eq(result).sum())
            text = language.number(number)
            bar(chart, index, start, number / len(found), COLOURS[result], text=text)
            start += number / len(found)
        for line, text in enumerate(said[name]):
            y = chart.middles[index] + THICK / 2 + LINE * (line + 0.8)
            chart.axes.text(0, y, text, va="center", color=GREY_INK)
    return chart.figure


def _failures(found: pd.DataFrame) -> list[str]:
    failed = found[found["result"] == "failed"]
    words = "; ".join(failed["resolver"] + ": " + failed["found"])
    return wrapped(words, WIDTH - 250, 3) if words else []
