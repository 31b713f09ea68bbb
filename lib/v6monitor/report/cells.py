"""How does a table read on a page? Accessible HTML in the reader's language and number forms."""

import datetime as dt
import html
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from v6monitor.findings.words import check_name, points
from v6monitor.language import NO_VALUE, Language
from v6monitor.language.labels import LABELS

SHARES = frozenset(
    {"adoption", "earlier_adoption", "lower", "upper", "coverage", "share"}
    | {"share_before", "share_after", "adoption_now"}
    | {"low", "middle", "high", "reached", "by_deadline", "target", "panel_share"}
    | {"at_first", "at_last", "weight_before", "weight_after"}
)
POINTS = frozenset(
    {
        "points",
        "points_low",
        "points_high",
        "cumulative",
        "within",
        "entrants",
        "leavers",
        "own_change",
        "mix",
    }
)
DIFFERENCES = frozenset({"difference"})
"""Fractions that are less or more than another: shown as percentage points."""
DAYS = frozenset({"age_days"})
VERBATIM = frozenset(
    {"domain", "domains", "organisation", "operator", "mx_hosts", "failing_hosts", "tenant"}
    | {"value", "example", "file", "list", "waiver", "waiver_owner", "doubt", "scenario"}
    | {"detail", "where"}
    | {"resolver", "found", "question", "answers"}
)
"""Columns whose cells are names or text from elsewhere: shown as they are, never translated."""
AMONG_NAMES = frozenset({"now", "other", "own_or_unknown", "own_zone", "total"})
"""What stands among such names and is none: our own codes for a row of a table."""
SENTENCE = 60
"""A column with a longer text than this holds sentences."""
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def table_html(frame: pd.DataFrame, language: Language, caption: str, note: str = "") -> str:
    """Return a ``<table>`` with caption and scopes, its first column as row headers.

    Column names and coded values (sectors, states, classes) appear as their labels, shares as
    percentages; all text is escaped, for it may come from a measurement file or from DNS. The
    table stands in a region that scrolls by itself and by keyboard on a narrow screen.
    """
    label = html.escape(caption)
    names = [str(name) for name in frame.columns]
    texts = [
        [cell_text(name, value, language) for name, value in zip(names, record, strict=True)]
        for record in frame.itertuples(index=False)
    ]
    kinds = [_kind(frame.iloc[:, at], [row[at] for row in texts]) for at in range(len(names))]
    head = "".join(
        f'<th scope="col"{kind}>{html.escape(_heading(name, language))}</th>'
        for name, kind in zip(names, kinds, strict=True)
    )
    extra = f" <span>{html.escape(note)}</span>" if note else ""
    return (
        f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>'
        f"<caption><strong>{label}</strong>{extra}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(_row(row, kinds) for row in texts)}</tbody></table></div>"
    )


def _heading(column: str, language: Language) -> str:
    """Return what stands above a column; of what is no name of ours not a letter is changed."""
    named = language.label(column)
    return named[:1].upper() + named[1:] if column in LABELS else named


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


def _row(texts: Sequence[str], kinds: Sequence[str]) -> str:
    first, *others = (html.escape(text) for text in [texts[0] or NO_VALUE, *texts[1:]])
    cells = (f"<td{kind}>{text}</td>" for text, kind in zip(others, kinds[1:], strict=True))
    return f'<tr><th scope="row"{kinds[0]}>{first}</th>{"".join(cells)}</tr>'


def _kind(values: "pd.Series[Any]", texts: Sequence[str]) -> str:
    """Return the class of a column: numbers stand right, sentences get room."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return ' class="number"'
    return ' class="prose"' if max(map(len, texts), default=0) > SENTENCE else ""


def _number(column: str, value: float, language: Language) -> str:
    if math.isnan(value):
        return NO_VALUE
    if column in SHARES:
        return language.percent(value)
    if column in POINTS:
        return points(value, language)
    if column in DIFFERENCES:
        return points(100 * value, language)
    return language.number(round(value) if column in DAYS else value)


def _date(value: str, language: Language) -> str:
    """Return a month or a day in words; as it is what only looks like one."""
    try:
        day = dt.date.fromisoformat(value if value.count("-") > 1 else f"{value}-01")
    except ValueError:
        return value
    return language.day(day) if value.count("-") > 1 else language.month(value)


def _text(column: str, value: str, language: Language) -> str:
    if column in VERBATIM and value not in AMONG_NAMES:
        return value
    if _DATE.fullmatch(value):
        return _date(value, language)
    if column == "check":
        return check_name(value, language)
    head, colon, particulars = value.partition(": ") if column == "reason" else (value, "", "")
    return language.label(head) + colon + particulars
