"""What a cell of a table says and shows, in the reader's language."""

import datetime as dt
import html
import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from v6monitor.intake.states import MEASURES
from v6monitor.language import CODES, NO_VALUE, Language
from v6monitor.language.columns import Column, column
from v6monitor.mail.words import reasons_text
from v6monitor.names import display

AMONG_NAMES = frozenset({"now", "other", "own_host", "own_or_unknown", "own_zone", "total"})
"""Our own codes for a row, which occur among such names."""


# Columns in one language, as are those that end in its code; one word is a name or a term.
_SPOKEN = {
    "answers": "en",
    "doubt": "en",
    "waiver": "nl",
}


_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_MOST = 1 << 16
"""Texts of cells that are remembered: the pages of a thousand organisations repeat most of them."""


class Reference(NamedTuple):
    """What a page of a report can lead to: ``organisation``, ``domain`` or ``letter``, and whose.

    The letter is that about a domain.
    """

    kind: str
    name: str


class Cell(NamedTuple):
    """A cell that is more than its text, on a page that is no notebook."""

    text: str
    file: str = ""
    """Where it leads, if anywhere."""
    about: str = ""
    """What a link is about, for who does not see the row (WCAG 2.4.9)."""
    language: str = ""
    """The language of the text, where that is not the page's."""
    key: str = ""
    """What it is sorted by; the text without one."""


class Shown(NamedTuple):
    """What a table shows of a value."""

    text: str
    markup: str
    """What is after the name of its element and these attributes: its language and content."""
    sort: str
    """The attribute that it is sorted by."""
    number: bool | None
    """None of nothing, which any column may have."""
    whole: bool
    """Whether it is a day or a month, which is not broken."""


def referring(to: Reference, content: str) -> str:
    """Return HTML that leads to what it is about once it is on a page of a report."""
    return f'<a data-to="{to.kind}:{html.escape(to.name)}">{content}</a>'


def breakable(content: str) -> str:
    """Return HTML in which a name breaks behind a dot, rather than within a label.

    >>> breakable("mx.town.example: 1.5 s.")
    'mx.<wbr>town.<wbr>example: 1.5 s.'
    """
    return re.sub(r"(?<=\w)\.(?=[^\W\d])", ".<wbr>", content)


def cell_text(of: Column, value: object, language: Language) -> str:
    """Return a cell as a reader sees it, unescaped: a name, share, number, month, day or text."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, str):  # most are
        return _text(of, value, language)
    if value is None or value is pd.NA or value is pd.NaT:
        return NO_VALUE
    if isinstance(value, dt.date):
        return language.day(value)
    if isinstance(value, (int, float)):
        return _number(of, float(value), language)
    if isinstance(value, Iterable):
        return ", ".join(str(item) for item in value)
    return str(value)


def shown(name: str, value: object, code: str) -> Shown:
    """Return what a column of this name shows of a value, or of a cell, in a language."""
    kept = isinstance(value, (str, Cell))
    return _kept(name, value, code) if kept else _shown(name, value, code)


def _shown(name: str, value: object, code: str) -> Shown:
    of, language = column(name, code), Language(code)
    cell = value if isinstance(value, Cell) else Cell(cell_text(of, value, language))
    held = cell.key or cell.text if value is cell else value
    nothing = held is None or held is pd.NA or held is pd.NaT or held == ""
    number = isinstance(held, (int, float)) and not isinstance(held, bool)
    key = _sort_key(value)
    return Shown(
        cell.text,
        _markup(of, cell, language),
        _sort_attribute(cell.text, cell.key or key),
        None if nothing else number,
        "-" in key,
    )


_kept = lru_cache(_MOST)(_shown)


def _markup(of: Column, cell: Cell, language: Language) -> str:
    """Return the ``lang`` that a cell needs and what is in it; an empty one says that it is."""
    text = cell.text
    if text in {"", NO_VALUE}:
        said = language.text("not measured") if of.name in MEASURES else language.text("no value")
        return f'><span role="img" aria-label="{html.escape(said)}">{NO_VALUE}</span>'
    content = breakable(html.escape(display(text))).replace("\n", "<br>")
    if cell.file:
        about = f'<span class="unseen"> {html.escape(cell.about)}</span>' if cell.about else ""
        content = f'<a href="{html.escape(cell.file)}">{content}{about}</a>'
    elif of.name in {"organisation", "domain"}:  # a name leads to its page
        content = referring(Reference(of.name, text), content)
    elif of.name == "domains" and not text[0].isdigit():
        names = text.split()
        content = " ".join(
            referring(Reference("domain", one), breakable(html.escape(display(one))))
            for one in names
        )
    elif of.name == "letter_about":
        about = language.text("about {domain}", domain=display(text))
        shown = f'{html.escape(of.title)}<span class="unseen"> {html.escape(about)}</span>'
        content = referring(Reference("letter", text), shown)
    return f"{_lang(of, cell, language)}>{content}"


def _lang(of: Column, cell: Cell, language: Language) -> str:
    """Return the ``lang`` of a cell that is not in the page's language (WCAG 3.1.2)."""
    end = of.name.rpartition("_")[2]
    code = end if end in CODES else _SPOKEN.get(of.name, "")
    code = cell.language or (code if " " in cell.text else "")
    return f' lang="{code}"' if code not in {"", language.code} else ""


def _sort_attribute(text: str, key: str) -> str:
    """Return the value that a cell is sorted by, where that is not what it shows."""
    if text in {"", NO_VALUE}:
        return ' data-sort=""'
    return f' data-sort="{html.escape(key)}"' if key not in {"", text} else ""


def _sort_key(value: object) -> str:
    """Return what a number, day or month is sorted by; empty of what sorts as its text."""
    if isinstance(value, str):
        return value if _DATE.fullmatch(value) else ""
    if isinstance(value, dt.date):
        return value.isoformat()
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return format(value, ".10g") if number else ""


def _number(of: Column, value: float, language: Language) -> str:
    if math.isnan(value):
        return NO_VALUE
    match of.format:
        case "share":
            return language.percent(value)
        case "points":
            return language.points(value)
        case "difference":
            return language.points(100 * value)
        case "days":
            return language.number(round(value))
        case _:
            return language.number(value)


def _date(value: str, language: Language) -> str:
    """Return a month or a day in words; as it is what only looks like one."""
    try:
        day = dt.date.fromisoformat(value if value.count("-") > 1 else f"{value}-01")
    except ValueError:
        return value
    return language.day(day) if value.count("-") > 1 else language.month(value)


def _text(of: Column, value: str, language: Language) -> str:
    if of.name in _WORDS:
        return _WORDS[of.name](value, language)
    if of.format == "text" and value not in AMONG_NAMES:
        return value
    if _DATE.fullmatch(value):
        return _date(value, language)
    head, colon, particulars = value.partition(": ") if of.name == "reason" else (value, "", "")
    return language.text(language.label(head, of.name)) + colon + particulars


def _found(value: str, language: Language) -> str:
    """Return what a check of a resolver found: an outcome and its answer, or a size."""
    outcome, space, answer = value.partition(" ")
    if answer == "bytes":
        return f"{language.number(int(outcome.replace(',', '')))} bytes"
    return language.label(outcome) + space + answer


def _detail(value: str, language: Language) -> str:
    """Return what a name to correct is about: codes, days and reasons in words, names as is."""
    parts = [
        _date(one, language) if _DATE.fullmatch(one) else language.label(one)
        for one in value.split(", ")
    ]
    words = ", ".join(parts)
    return language.text(words)


_WORDS: Mapping[str, Callable[[str, Language], str]] = {
    "reasons": reasons_text,
    "to_do": lambda value, language: language.text(value),
    "found": _found,
    "detail": _detail,
}
"""Columns with words of ours among names: how these are said."""
