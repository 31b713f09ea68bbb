"""Mail operators: how many domains each has, and whether these have IPv6 (figure 5)."""

import pandas as pd
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from v6monitor.analysis.shares import OTHER
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import Row, at_right, rows_chart, stacked, state_marks
from v6monitor.charts.wording import (
    SHOWN,
    explained,
    explained_number,
    out_of,
    tick_lines,
    undetermined,
)
from v6monitor.language import Language

OWN = "own_or_unknown"
"""In place of an operator: the mail of the domain has none with a name."""

TOP = 15
"""So many operators have a row of their own."""


def operators(table: pd.DataFrame, *, top: int = TOP, name: str = "operators") -> Chart:
    """Return the chart of the mail domains per operator, by whether their mail servers have IPv6.

    Args:
        table: a row per ``operator`` (as a column or as the index) with the counts ``yes``,
            ``partly``, ``no``, ``unknown`` and perhaps ``explained``; a state that does not occur
            may be left out. ``own_or_unknown`` means domains without a known operator.
        top: so many operators have a row; those after them, and those of one domain, which is
            mostly a domain's own server, are one row ``other``.
        name: names the files of the chart.

    Returns:
        A Chart of the operators with ``domains``, most first and ``other`` last.

    Example:
        >>> counts = pd.DataFrame({"operator": ["Post", "Mail"], "yes": [0, 4], "no": [3, 0]})
        >>> operators(counts).caption()
        'Mail runs the e-mail of 4 of 7 domains. Most domains without IPv6: Post, 3 of 3.'

    Source: METHOD.md §4 and §10.
    """
    return Chart(name, _largest(table, top), _operators_words, _draw_operators)


def whole_numbers(axis: Axis, language: Language) -> None:
    """Give an axis of counts at most six whole numbers."""
    axis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda value, _: language.number(round(value)))


def _largest(table: pd.DataFrame, top: int) -> pd.DataFrame:
    """Return the largest operators with all states, and the others as one row."""
    counts = table if "operator" in table else table.reset_index()
    numbers = [*SHOWN, *(["explained"] if "explained" in counts else [])]
    filled = counts.reindex(columns=["operator", *numbers]).fillna(dict.fromkeys(numbers, 0))
    sizes = filled.groupby("operator")[list(SHOWN)].sum().sum(axis=1).sort_index()
    several = sizes[(sizes > 1) & (sizes.index != OTHER)]
    named = several.sort_values(ascending=False, kind="stable")
    kept = named.index[:top] if len(sizes) <= top else named.index[: top - 1]
    filled["operator"] = filled["operator"].where(filled["operator"].isin(list(kept)), OTHER)
    largest = filled.groupby("operator").agg("sum").astype("int64")
    largest["domains"] = largest[list(SHOWN)].sum(axis=1)
    order = [*kept, *([OTHER] if OTHER in largest.index else [])]
    return largest.reindex(order).rename_axis("operator").reset_index().astype({"operator": "str"})


def _draw_operators(table: pd.DataFrame, language: Language, width: int) -> Figure:
    """Draw bars from 0, the total of each at the right."""
    named = table.to_dict("records")
    rows = [
        Row(language.label(row["operator"], "operator"), explained_number(row, language))
        for row in named
    ]
    chart = rows_chart(rows, width, key=state_marks(table, SHOWN, language), right=64)
    chart.axes.set_xlim(0, max(int(table["domains"].max()), 1))
    whole_numbers(chart.axes.xaxis, language)
    chart.axes.grid(axis="x")
    for index, row in enumerate(named):
        stacked(chart, index, {state: int(row[state]) for state in SHOWN}, 1, language)
        at_right(chart, index, language.number(row["domains"]))
    return chart.figure


def _operators_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Bar chart of the number of e-mail domains per operator, split by whether their mail"
        " servers have IPv6. It shows which operators the remaining domains depend on."
    )
    total = int(table["domains"].sum())
    named = table[~table["operator"].isin([OTHER, OWN])]
    part = ""
    if int(table["unknown"].sum()) == total:
        found = [language.text("Who runs the e-mail could not be determined.")]
    elif named.empty:
        found = [language.text("No operator runs the e-mail of more than one domain.")]
    else:
        *found, part = _operators_finding(table, named, language)
    note = language.text(
        "Domains that receive e-mail, by operator of the mail server with the highest priority."
        " Partly: some of the mail servers have IPv6."
    )
    unknown = undetermined(table["unknown"].sum(), total, language)
    names = [language.label(name, "operator") for name in table["operator"]]
    lines = tick_lines(names, table, language)
    return Words.of(found, [part, note, unknown, explained(table, language)], alt, lines)


def _operators_finding(table: pd.DataFrame, named: pd.DataFrame, language: Language) -> list[str]:
    """Return who has most domains, who most without IPv6, and which part of all these that is."""
    total = int((table["no"] + table["partly"]).sum())
    rows = named.assign(lacking=named["no"] + named["partly"]).to_dict("records")
    most = max(rows, key=lambda row: row["domains"])
    slowest = max(rows, key=lambda row: row["lacking"])
    lacking = int(slowest["lacking"])
    values = {
        "operator": most["operator"],
        "counts": out_of(most["domains"], table["domains"].sum(), language),
    }
    runs = language.text("{operator} runs the e-mail of {counts} domains.", **values)
    if not lacking:
        return [runs, language.text("No domain of a named operator lacks IPv6."), ""]
    if slowest is not most:
        other = language.text(
            "Most domains without IPv6: {operator}, {counts}.",
            operator=slowest["operator"],
            counts=out_of(lacking, total, language),
        )
        return [runs, other, ""]
    both = language.plural(
        "{operator} runs the e-mail of {counts} domains; {number} of these lacks IPv6.",
        "{operator} runs the e-mail of {counts} domains; {number} of these lack IPv6.",
        lacking,
        **values,
    )
    part = language.text(
        "That is {share} of all {total} domains without IPv6.",
        share=language.percent(lacking / total, 0),
        total=language.number(total),
    )
    return [both, part]
