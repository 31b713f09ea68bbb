"""Tables as accessible HTML in the reader's language."""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import repeat
from typing import NamedTuple

import pandas as pd

from v6monitor.analysis.shares import TOTAL
from v6monitor.charts.cells import (
    Shown,
    breakable,
    shown,
)
from v6monitor.intake.states import MEASURES
from v6monitor.language import Language, rounded_parts
from v6monitor.language.columns import Column, column
from v6monitor.names import visible

SENTENCE = 60
"""A column with a longer text than this holds sentences."""
LONG = 20
"""A table of more rows than this can be searched, sorted and filtered on a page (``tables.js``)."""
MOST = 8
"""A table of more columns than this is never stacked on a narrow screen (``style.css``)."""
FILTERS = frozenset(
    {"sector", "operator", "class", "mail_class", "group", "province", "change", "involved"}
    | {"what", "measure", "how", "type", "list", "reason", "done"}
)
"""Columns whose values a reader can choose from."""
_STATES = ("yes", "partly", "no", "unknown", "not_applicable", "absent")
_ORDER = {name: at for at, name in enumerate([*MEASURES, *_STATES])}
"""The order of measures and states, in the rows and columns of a table."""
_COMMAND = re.compile(r"\b(?:Enable|Get)-\w+(?: -\w+(?: (?:&lt;\w+&gt;|[\w.-]*\w))?)?")


class Part(NamedTuple):
    """Rows of a table under a heading, with what they share said once above them.

    The column ``sector`` is one to filter by, and not shown.
    """

    title: str
    said: Sequence[str | tuple[str, str]]
    """A sentence, or one with the part of it that is always Dutch."""
    rows: pd.DataFrame


class _Title(NamedTuple):
    """The caption of a table, what is after it, and their language if it is not the page's."""

    caption: str
    note: str = ""
    language: str = ""
    unseen: bool = False


class _Body(NamedTuple):
    """Rows of a table, and the HTML of the rows above them."""

    head: str
    rows: Sequence[Sequence[object]]
    sectors: Sequence[str] = ()
    """Of the rows, to filter by."""


def table_html(  # noqa: PLR0913, PLR0917 - what a caption can be
    frame: pd.DataFrame,
    language: Language,
    caption: str,
    note: str = "",
    caption_language: str = "",
    unseen: bool = False,
) -> str:
    """Return a ``<table>`` with caption and scopes, its first column as row headers.

    Column names and coded values (sectors, states, classes) appear as their titles and names,
    shares as percentages; all text is escaped, for it may come from a measurement file or from
    DNS. The table is in a region that scrolls by itself and by keyboard on a narrow screen.
    ``caption_language`` is the language of caption and note, where that is not the reader's; an
    ``unseen`` caption is only read out. Measures and states are in the order of the charts, and a
    column without any value is left out.
    """
    frame = _in_order(_added_up(frame))
    bodies = [_Body("", list(frame.itertuples(index=False, name=None)))]
    title = _Title(caption, note, caption_language, unseen)
    return _table(list(map(str, frame.columns)), bodies, language, title)


def rows_html(
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    language: Language,
    caption: str,
    sectors: Sequence[str] = (),
) -> str:
    """Return a table as ``table_html`` does; its cells are values or ``Cell``s.

    The ``sectors`` of the rows are to filter by, and not shown.
    """
    return _table(names, [_Body("", rows, sectors)], language, _Title(caption))


def parts_html(parts: Sequence[Part], language: Language, caption: str, note: str = "") -> str:
    """Return parts with the same columns as one table: each has a heading and what is said."""
    names = [
        str(name)
        for name in parts[0].rows.columns
        if name != "sector" and not all(part.rows[name].isin(["", None]).all() for part in parts)
    ]
    bodies = [
        _Body(
            f'<tr><td colspan="{len(names)}"><div class="said"><h3>{html.escape(part.title)}</h3>'
            f"{''.join(f'<p>{_said(one, language)}</p>' for one in part.said)}</div></td></tr>",
            list(part.rows[names].itertuples(index=False, name=None)),
            [language.label(str(one)) for one in part.rows.get("sector", ())],
        )
        for part in parts
    ]
    return _table(names, bodies, language, _Title(caption, note))


def folded(body: str, title: str, about: str) -> str:
    """Return HTML that a reader unfolds; ``about`` says of what, for who does not see it."""
    more = f'<span class="unseen">: {html.escape(about)}</span>'
    return f"<details><summary>{html.escape(title)}{more}</summary>{body}</details>"


def with_commands(text: str) -> str:
    """Return a sentence as HTML, with the PowerShell in it as code of which no word is broken.

    >>> with_commands("Run Enable-It -Domain <name>.")
    'Run <code><span>Enable-It</span> <span>-Domain</span> <span>&lt;name&gt;</span></code>.'
    >>> with_commands("Enable-It -Domain town.example")
    '<code><span>Enable-It</span> <span>-Domain</span> <span>town.<wbr>example</span></code>'
    """

    def code(found: re.Match[str]) -> str:
        words = " ".join(f"<span>{word}</span>" for word in found[0].split())
        return f"<code>{words}</code>"

    return breakable(_COMMAND.sub(code, html.escape(text)))


def command_lines(text: str) -> str:
    """Return commands as HTML in which a word moves to the next line before it breaks.

    >>> command_lines("dig AAAA mx.town.example")
    '<span>dig</span> <span>AAAA</span> <span>mx.<wbr>town.<wbr>example</span>'
    """
    return re.sub(r"\S+", lambda word: f"<span>{breakable(word[0])}</span>", html.escape(text))


def with_dutch(sentence: str, own: str, language: Language) -> str:
    """Return a sentence as HTML in which these words, an organisation's own, are Dutch."""
    words = html.escape(own)
    marked = words if language.code == "nl" else f'<span lang="nl">{words}</span>'
    return html.escape(sentence).replace(words, marked, 1)


def _said(one: str | tuple[str, str], language: Language) -> str:
    return with_commands(one) if isinstance(one, str) else with_dutch(*one, language)


def _table(
    names: Sequence[str],
    bodies: Sequence[_Body],
    language: Language,
    title: _Title,
) -> str:
    label, code = html.escape(title.caption), language.code
    columns = [column(name, code) for name in names]
    parts = [
        [[shown(*of, code) for of in zip(names, row, strict=True)] for row in body.rows]
        for body in bodies
    ]
    rows = [row for part in parts for row in part]
    kinds = [_kind([row[at] for row in rows]) for at in range(len(names))]
    head = "".join(_head(*of, language) for of in zip(columns, kinds, strict=True))
    extra = f" <span>{html.escape(title.note)}</span>" if title.note else ""
    inner = outer = ""
    if title.language not in {"", language.code}:
        outer, inner = f' lang="{title.language}"', f' lang="{language.code}"'
    own = f' class="unseen"{outer}' if title.unseen else outer
    place = {name: at for at, name in enumerate(names)}
    named = [place[name] for name in ("domain", "organisation", *names[:1]) if name in place]
    long = len(rows) > LONG
    body = "".join(
        f"<tbody>{body.head}"
        + "".join(map(partial(_row, kinds, named, long), part, body.sectors or repeat("")))
        + "</tbody>"
        for body, part in zip(bodies, parts, strict=True)
    )
    return visible(
        f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"{outer}>'
        f"<table{inner}{_stacked(columns, kinds, language)}>"
        f"<caption{own}><strong>{label}</strong>{extra}</caption><thead><tr>{head}</tr></thead>"
        f"{body}</table></div>"
    )


def _added_up(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the parts in ``attrs["adds_up"]``, a column, rounded to add up.

    They do so per ``measure``, where there is one; a ``part`` that is the total is none of them.
    """
    name = frame.attrs.get("adds_up", "")
    if name not in frame:
        return frame
    parts = frame[frame["part"].ne(TOTAL)] if "part" in frame else frame
    values = frame[name].to_dict()
    of = parts["measure"] if "measure" in parts else pd.Series("", index=parts.index)
    for _, one in parts[name].groupby(of):
        values |= dict(zip(one.index, rounded_parts(one.to_list()), strict=True))
    return frame.assign(**{name: pd.Series(values)})


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its measures and states in the order of the charts, no column empty."""
    if frame.empty or not frame.columns.is_unique:
        return frame
    empty = (frame.isna() | (frame == "")).all().to_numpy()
    held = [str(name) for name in frame.columns[~empty]]
    keys: list[str] = []
    for name in held:
        if not set(map(str, frame[name])) <= set(_ORDER):
            break
        keys.append(name)
    states = iter(sorted((name for name in held if name in _STATES), key=_STATES.index))
    rows = frame[[next(states) if name in _STATES else name for name in held]]
    if not keys:
        return rows
    places = rows[keys].apply(lambda of: of.map(_ORDER)).sort_values(keys, kind="stable").index
    return rows.loc[places] if rows.index.is_unique else rows


@lru_cache(8192)
def anchor(name: str) -> str:
    """Return the id of the first row on a page that has a name; empty of no name.

    >>> anchor("town.example"), anchor("Gemeente Súdwest-Fryslân"), anchor("–")
    ('row-town.example', 'row-gemeente-sudwest-fryslan', '')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9.]+", plain)
    return f"row-{'-'.join(words)}" if words else ""


def _heading(of: Column, language: Language) -> str:
    """Return what is above a column; not a letter is changed of a name that is not ours."""
    return of.title if of.title != of.name else language.label(of.name)


def _head(of: Column, kind: str, language: Language) -> str:
    """Return a header; one whose name is not ours, on a Dutch page, is English."""
    title = _heading(of, language)
    code = ' lang="en"' if language.code != "en" and title == of.name and "_" in title else ""
    choice = " data-filter" if of.name in FILTERS else ""
    return f'<th scope="col"{kind}{choice}{code}>{html.escape(title)}</th>'


def _stacked(columns: Sequence[Column], kinds: Sequence[str], language: Language) -> str:
    """Return what lets a narrow screen show rows below each other, with titles for their cells.

    A table of many numbers scrolls: these are compared across rows.
    """
    wide, numbers = len(columns), sum("number" in kind for kind in kinds)
    if not 3 <= wide <= MOST or (wide > 4 and 2 * numbers > wide):  # noqa: PLR2004
        return ""
    titles = [f"--c{at}:{css_string(_heading(of, language))}" for at, of in enumerate(columns, 1)]
    return f' class="stacked" style="{html.escape(";".join(titles[1:]))}"'


def css_string(text: str) -> str:
    """Return a text as string of CSS; whatever could end it, or the style, is escaped."""
    escaped = re.sub(r"[^\w .,:;?!()–’-]", lambda found: f"\\{ord(found[0]):x} ", text)
    return f'"{escaped}"'


def _row(
    kinds: Sequence[str], named: Sequence[int], long: bool, row: Sequence[Shown], sector: str
) -> str:
    """Return a row, with an anchor: its domain or organisation, else what it begins with."""
    cells, start, end = [], '<th scope="row"', "</th>"
    for kind, cell in zip(kinds, row, strict=True):
        style = ' class="whole"' if cell.whole and not kind else kind
        cells.append(f"{start}{style}{cell.sort if long else ''}{cell.markup}{end}")
        start, end = "<td", "</td>"
    place = anchor(next((row[at].text for at in named if row[at].text), ""))
    identity = f' id="{place}"' if place else ""
    of_sector = f' data-sector="{html.escape(sector)}"' if sector else ""
    return f"<tr{identity}{of_sector}>{''.join(cells)}</tr>"


def _kind(cells: Sequence[Shown]) -> str:
    """Return the class of a column: numbers are aligned right, sentences get room."""
    known = {cell.number for cell in cells} - {None}
    if known == {True}:
        return ' class="number"'
    return ' class="prose"' if max((len(cell.text) for cell in cells), default=0) > SENTENCE else ""
