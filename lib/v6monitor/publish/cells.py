"""How does a table read on a page? Accessible HTML in the reader's language and number forms."""

import datetime as dt
import html
import math
import re
from collections.abc import Iterable

import pandas as pd

from v6monitor.findings.words import points
from v6monitor.language import NO_VALUE, Language

SHARES = frozenset(
    {"adoption", "earlier_adoption", "lower", "upper", "coverage", "share"}
    | {"share_before", "share_after"}
)
POINTS = frozenset({"points", "within", "entrants", "leavers", "mix"})
VERBATIM = frozenset(
    {"domain", "domains", "organisation", "operator", "mx_hosts", "failing_hosts", "tenant"}
    | {"value", "example", "file", "list", "waiver", "doubt"}
)
"""Columns whose cells are names or text from elsewhere: shown as they are, never translated."""
_MONTH = re.compile(r"\d{4}-\d{2}")


def table_html(frame: pd.DataFrame, language: Language, caption: str, note: str = "") -> str:
    """Return a ``<table>`` with caption and scopes, its first column as row headers.

    Column names and coded values (sectors, states, classes) appear as their labels, shares as
    percentages; all text is escaped, for it may come from a measurement file or from DNS. The
    table stands in a region that scrolls by itself and by keyboard on a narrow screen.
    """
    label = html.escape(caption)
    head = "".join(
        f'<th scope="col"{_side(frame, column)}>{html.escape(language.label(column))}</th>'
        for column in frame.columns
    )
    rows = "".join(_row(record, frame, language) for record in frame.itertuples(index=False))
    extra = f" <span>{html.escape(note)}</span>" if note else ""
    return (
        f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>'
        f"<caption>{label}{extra}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def cell_text(column: str, value: object, language: Language) -> str:
    """Return a cell as a reader sees it, unescaped: a label, share, number, month, day or text."""
    if value is None or value is pd.NA or value is pd.NaT:
        return NO_VALUE
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, dt.date):
        return language.day(value)
    if isinstance(value, (int, float)):
        return _number(column, float(value), language)
    if isinstance(value, str):
        return _text(column, value, language)
    if isinstance(value, Iterable):
        return ", ".join(str(item) for item in value)
    return str(value)


def _row(record: tuple[object, ...], frame: pd.DataFrame, language: Language) -> str:
    cells = []
    for position, (column, value) in enumerate(zip(frame.columns, record, strict=True)):
        text = html.escape(cell_text(column, value, language))
        if position == 0:
            cells.append(f'<th scope="row">{text}</th>')
        else:
            cells.append(f"<td{_side(frame, column)}>{text}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _side(frame: pd.DataFrame, column: str) -> str:
    numeric = pd.api.types.is_numeric_dtype(frame[column])
    return ' class="number"' if numeric else ""


def _number(column: str, value: float, language: Language) -> str:
    if math.isnan(value):
        return NO_VALUE
    if column in SHARES:
        return language.percent(value)
    if column in POINTS:
        return points(value, language)
    return language.number(value)


def _text(column: str, value: str, language: Language) -> str:
    if column in VERBATIM:
        return value
    if _MONTH.fullmatch(value):
        return language.month(value)
    head, colon, particulars = value.partition(": ") if column == "reason" else (value, "", "")
    return language.label(head) + colon + particulars
