"""The chart object: a table with its drawing, caption, alt text and source, which shows itself.

One execution of a notebook serves both languages: what a chart shows in Jupyter is English HTML,
and its display data carry everything that a page in either language needs.
"""

import base64
import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.charts.layout import shows_nothing
from v6monitor.charts.packing import pack, with_columns
from v6monitor.charts.style import PHONE, WIDE, house_style, svg
from v6monitor.charts.tables import LONG, Part, folded, parts_html, table_html
from v6monitor.charts.wording import LONGEST, joined, not_there, nothing
from v6monitor.language import CODES, Language, source_text

MIME = "application/vnd.v6monitor+json"
"""The display data that the pages of a report are made from."""

DOWNLOADS = "<!--downloads-->"
"""Where a page puts the links to the files of a chart or table."""

TICKS = {"yes": "✓", "partly": "~", "no": "✗", "unknown": "?", "": "–"}
"""The sign before a line of a list, by its state; the line says the same in words."""

_NARROW = "(max-width: 30rem)"
"""The screens that get the drawing for a phone."""

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class Fact(NamedTuple):
    """A large figure of an answer: what it is of, its value, and lines about its change."""

    label: str
    value: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Words:
    """The words of one figure in one language, all made from the numbers of its table."""

    caption: str
    """The finding with its number, one sentence."""

    note: str = ""
    """What the numbers are: measure, population, period and n."""

    alt: str = ""
    """Chart type, what data and why it is here; at most two sentences."""

    facts: Sequence[Fact] = ()
    """The large figures of an answer."""

    lines: Sequence[tuple[str, str]] = ()
    """A state and a text of each row, for when a picture would show no more than these."""

    @classmethod
    def of(
        cls,
        found: Iterable[str],
        note: Iterable[str] = (),
        alt: str = "",
        lines: Sequence[tuple[str, str]] = (),
    ) -> "Words":
        """Return words with a caption of at most ``LONGEST`` words; what is more begins the note.

        ``found`` are sentences, the most important first; ``note`` is what follows them.
        """
        first, *others = filter(None, found)
        if len(words := first.split()) > LONGEST:
            caption, others = f"{' '.join(words[: LONGEST - 1])} …", [first, *others]
        else:
            caption = first
            while others and len(f"{caption} {others[0]}".split()) <= LONGEST:
                caption = f"{caption} {others.pop(0)}"
        return cls(caption, joined(*others, *note), alt, lines=lines)


Draw = Callable[[pd.DataFrame, Language, int], Figure | None]
Word = Callable[[pd.DataFrame, Language], Words]
Parts = Callable[[pd.DataFrame, Language], Iterable[Part]]


class _Drawn(NamedTuple):
    """A picture: none where there is nothing to draw; ``svg`` is empty where it shows nothing."""

    figure: Figure | None
    svg: str


@dataclass(frozen=True, repr=False)
class Chart:
    """A chart, or a table or answer with a generated finding, which shows itself in Jupyter.

    The functions of ``v6monitor.chart`` make them; an analyst only reads them: ``chart.table`` has
    the numbers, ``chart.caption("nl")`` the finding, ``chart.figure("nl")`` a matplotlib figure.
    """

    name: str
    """Names its files and its place on a page: a-z, 0-9, - and _."""
    table: pd.DataFrame
    """The numbers that picture, words and downloads are made from."""
    words: Word
    draw: Draw | None = None
    """Makes the picture of so many pixels wide. One that shows nothing (``shows_nothing``) is a
    list, or the finding alone; where it makes None, so is the table."""
    parts: Parts | None = None
    """Makes what a reader sees of a long table: its rows in parts, with fewer columns."""
    kind: str = "figure"
    """``figure``, ``table``, ``text``: the finding alone, or ``answer``: that of a page."""
    languages: Sequence[str] = CODES
    """The languages it has words in; another page shows the first of them, with ``lang``."""

    def __post_init__(self) -> None:
        slug(self.name)

    def __repr__(self) -> str:
        """Return the kind, name, number of rows and finding."""
        return f"<{self.kind} {self.name}, {len(self.table)} rows: {self.caption()}>"

    def caption(self, language: str = "en") -> str:
        """Return the finding, with its number."""
        return self._said(Language(language)).caption

    def note(self, language: str = "en") -> str:
        """Return what the numbers are: measure, population, period and n."""
        return self._said(Language(language)).note

    def alt(self, language: str = "en") -> str:
        """Return the text alternative of the picture."""
        return self._said(Language(language)).alt

    def source(self, language: str = "en") -> str:
        """Return where the numbers come from, of ``table.attrs["source"]``; empty if not known."""
        return source_text(self.table.attrs.get("source", ()), Language(language))

    def figure(self, language: str = "en", *, width: int = WIDE) -> Figure:
        """Return the picture as a matplotlib figure; ValueError where there is none.

        One narrower than 500 pixels has its labels above its bars, as on a phone.
        """
        found = self._draw(Language(language), width)
        if found and not shows_nothing(found):
            return found
        raise ValueError(f"{self.name} has no picture: {self.caption()}")

    def html(self, language: str = "en") -> str:
        """Return the accessible HTML: finding, picture with alt text, source, data table."""
        code = language if language in self.languages else self.languages[0]
        return self._page(language, code, self._drawn(code))

    def _page(self, language: str, code: str, drawn: _Drawn) -> str:
        body = self._html(Language(code), *drawn)
        return body if code == language else f'<div lang="{code}">{body}</div>'

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        drawn = {code: self._drawn(code) for code in self.languages}
        shown = {code: code if code in drawn else self.languages[0] for code in CODES}
        pages = {code: self._page(code, own, drawn[own]) for code, own in shown.items()}
        pictures = {code: made.svg for code, made in drawn.items() if made.svg}
        kind = self.kind
        if kind == "figure" and not pictures:
            kind = "table" if any(made.figure for made in drawn.values()) else "text"
        if kind == "table" and self.table.empty:
            kind = "text"
        return {
            "text/plain": repr(self),
            "text/html": pages["en"].replace(DOWNLOADS, ""),
            MIME: {
                "name": self.name,
                "kind": kind,
                "html": pages,
                "table": "" if kind in {"answer", "text"} else pack(self.table),
                "source": list(self.table.attrs.get("source", ())),
                "svg": pictures,
            },
        }

    def _said(self, language: Language) -> Words:
        """Return its words; of a figure without rows, or without lookups, why that is."""
        no_lookups = self.table.attrs.get("source") == []
        if self.table.empty and (self.kind in {"figure", "text"} or no_lookups):
            return Words(not_there(self.table, language))
        return self.words(self.table, language)

    def _draw(self, language: Language, width: int = WIDE) -> Figure | None:
        if self.draw is None or self.table.empty:
            return None
        with house_style():
            return self.draw(self.table, language, width)

    def _drawn(self, code: str) -> _Drawn:
        """Return the picture, drawn once for all that shows it, and its SVG."""
        figure = self._draw(Language(code))
        return _Drawn(figure, svg(figure) if figure and not shows_nothing(figure) else "")

    def _html(self, language: Language, figure: Figure | None, picture: str) -> str:
        words = self._said(language)
        caption, note = html.escape(words.caption), html.escape(words.note)
        if self.kind == "answer":
            facts = "".join(map(_fact, words.facts))
            facts = f"<dl>{facts}</dl>" if facts else ""
            return f'<div class="answer"><p>{caption}</p>{facts}<p>{note}</p></div>'
        bare = self.table.empty if self.kind == "table" else self.kind == "text"
        if bare or (self.kind == "figure" and figure is None):
            return f"<p><strong>{caption}</strong> {note}</p>"
        source = source_line(self.source(language.code), language)
        if self.parts:
            parts = list(self.parts(self.table, language))
            body = parts_html(parts, language, words.caption, words.note)
            shown = fold(f'<div class="sheet">{body}</div>', self.table, language, words.caption)
            if shown.startswith("<details>"):
                said = f"<p><strong>{caption}</strong> {note}</p>"
                return f'<div id="{self.name}">{said}{shown}</div>{source}'
            return f'<div id="{self.name}" class="sheet">{body}</div>{source}'
        if figure is None:
            table = table_html(self.table, language, words.caption, words.note)
            return f'<div id="{self.name}">{table}</div>{source}'
        if not picture:
            shown = (
                f'<div id="{self.name}"><p><strong>{caption}</strong> {note}</p>'
                f"{_ticks(words.lines)}</div>"
            )
        else:
            phone = _uri(svg(self.figure(language.code, width=PHONE)))
            shown = (
                f'<figure id="{self.name}"><figcaption><strong>{caption}</strong> '
                f"<span>{note}</span></figcaption><picture>"
                f'<source media="{_NARROW}" srcset="{phone}">'
                f'<img src="{_uri(picture)}" alt="{html.escape(words.alt)}"></picture></figure>'
            )
        table = table_html(self.table, language, words.caption)
        unfold = language.text("The numbers in a table")
        return f"{shown}{source}{folded(table, unfold, words.caption)}"


def _fact(fact: Fact) -> str:
    lines = "".join(f"<dd>{html.escape(line)}</dd>" for line in fact.lines)
    value = f'<dd class="figure">{html.escape(fact.value)}</dd>'
    return f"<div><dt>{html.escape(fact.label)}</dt>{value}{lines}</div>"


def slug(name: str) -> str:
    """Return the name if it can safely be a file's: lower-case letters, digits, ``-`` and ``_``.

    Raises ValueError for any other: names come from notebooks, never from a measurement or DNS.
    """
    if not _SLUG.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a file: use a-z, 0-9, - and _")
    return name


def _ticks(found: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<li><span aria-hidden="true">{TICKS[state]}</span> {html.escape(text)}</li>'
        for state, text in found
    )
    return f'<ul class="ticks">{lines}</ul>' if found else ""


def _uri(picture: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


def fold(body: str, table: pd.DataFrame, language: Language, caption: str) -> str:
    """Return a table folded where it is long and ``attrs["fold"]`` asks for it."""
    if len(table) <= LONG or not table.attrs.get("fold"):
        return body
    number = language.number(len(table))
    printed = language.text("All {number} rows are on the web page.", number=number)
    unfold = language.text("Show all {number} rows", number=number)
    return f'{folded(body, unfold, caption)}<p class="printed">{printed}</p>'


def source_line(source: str, language: Language) -> str:
    """Return the line under a figure or table: its source, if known, and room for downloads."""
    text = html.escape(language.text("Source: {source}.", source=source)) if source else ""
    return f'<p class="source">{text}{DOWNLOADS}</p>'


def plain_table(  # noqa: PLR0913 - what a caption can be
    table: "pd.DataFrame | pd.Series[Any]",
    language: Language,
    caption: str,
    *,
    note: str = "",
    caption_language: str = "",
    unseen: bool = False,
) -> str:
    """Return the accessible HTML of a table that a cell of a notebook ends with.

    One without rows is a sentence. ``caption_language`` is the language of caption and note, where
    that is not the reader's; an ``unseen`` caption is only read out.
    """
    frame = with_columns(table)
    if frame.empty:
        own = f' lang="{caption_language}"' if caption_language not in {"", language.code} else ""
        title = f"<strong{own}>{html.escape(caption)}</strong> " if caption else ""
        return f"<p>{title}{html.escape(nothing(frame, language))}</p>"
    source = source_text(frame.attrs.get("source", ()), language)
    body = table_html(frame, language, caption, note, caption_language, unseen)
    return fold(body, frame, language, caption) + source_line(source, language)
