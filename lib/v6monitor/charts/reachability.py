"""Reachability: the domains with an IPv6 address by whether all of these answer over it."""

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.charts.adoption import state_bars
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import Row
from v6monitor.charts.wording import (
    SHOWN,
    group_name,
    measure_name,
    out_of,
    shortest,
    size,
    tick_lines,
    undetermined,
)
from v6monitor.language import Language


def answers(table: pd.DataFrame, *, name: str = "answers") -> Chart:
    """Return stacked bars of the domains with an IPv6 address by whether all of them answer.

    Args:
        table: ``month.answers``: a row per ``source``, ``measure`` and ``domain``, with ``state``
            and ``period``.
        name: names the files of the chart.

    Returns:
        A Chart; its table has a row per source and measure.

    Source: METHOD.md §4.
    """
    keys = ["period", "source", "measure"]
    counts = table[keys].drop_duplicates().sort_values(keys, ascending=[True, True, False])
    for state in SHOWN:
        found = table[table["state"] == state].groupby(keys).size().rename(state)
        counts = counts.join(found, on=keys)
    counts = counts.fillna(dict.fromkeys(SHOWN, 0)).astype(dict.fromkeys(SHOWN, "int64"))
    counts = counts.assign(applicable=counts[list(SHOWN)].sum(axis=1)).reset_index(drop=True)
    counts.attrs = dict(table.attrs)
    return Chart(name, counts, _answers_words, _draw_answers)


def _answers_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Stacked bar chart of the domains with an IPv6 address by whether all of these answer. It"
        " shows where an address alone is not enough."
    )
    if table.empty:
        return Words(language.text("Whether servers answer over IPv6 was not tested."), "", alt)
    names = [row.name for row in _answers_rows(table, language)]
    silent = set(table.loc[table["no"] > 0, "source"])
    order = sorted(table["source"].unique(), key=lambda source: source not in silent)
    found = [_answers_found(table, source, language) for source in order]
    note = language.text(
        "Domains with an IPv6 address, {month}. Yes: every address answers; no: one does not, while"
        " the same server answers over IPv4; if neither does, the result is undetermined.",
        month=language.month(str(table["period"].iloc[0])),
    )
    unknown = undetermined(table["unknown"].sum(), table["applicable"].sum(), language)
    return Words.of(found, [note, unknown], alt, tick_lines(names, table, language))


def _answers_found(table: pd.DataFrame, source: str, language: Language) -> str:
    """Return in a sentence what one source found."""
    of = _answers_source(table, source, language)
    parts = [
        f"{measure_name(row['measure'], language)} {out_of(row['no'], row['applicable'], language)}"
        for row in table[table["source"].eq(source) & table["no"].gt(0)].to_dict("records")
    ]
    if not parts:
        return language.text(
            "No server was found that answers over IPv4 and not over IPv6{of}.", of=of
        )
    return shortest(
        *(
            language.text(
                "IPv6 does not answer where IPv4 does{of}: {parts}.",
                of=of,
                parts=language.listed(some),
            )
            for some in (parts, parts[:2])
        )
    )


def _answers_source(table: pd.DataFrame, source: str, language: Language) -> str:
    """Return a source in parentheses where a table has two; else nothing."""
    return f" ({language.label(source).lower()})" if len(set(table["source"])) > 1 else ""


def _answers_rows(table: pd.DataFrame, language: Language) -> list[Row]:
    """Return a row per measure, with its source where there are two."""
    return [
        Row(
            group_name(row["measure"], language) + _answers_source(table, row["source"], language),
            size(row, language),
        )
        for row in table.to_dict("records")
    ]


def _draw_answers(table: pd.DataFrame, language: Language, width: int) -> Figure | None:
    """Draw every measure as parts of the domains with an IPv6 address."""
    if table.empty:
        return None
    return state_bars(_answers_rows(table, language), table, language, width)
