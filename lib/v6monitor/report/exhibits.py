"""What does a notebook show? Figures, tables and answers, in both languages from one execution.

Each exhibit displays as accessible English HTML in JupyterLab, and carries everything a page
needs (HTML per language, SVG, the table) in its mime bundle, so that a second language costs no
second execution.
"""

import base64
import html
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure as MatplotlibFigure

from v6monitor import charts
from v6monitor.charts.chart import DOWNLOADS, MIME, Words, slug
from v6monitor.charts.tables import pack, table_html
from v6monitor.language import CODES, Language

Draw = Callable[[pd.DataFrame, Language], MatplotlibFigure]
Tell = Callable[[pd.DataFrame, Language], Words]
Source = Callable[[Language], str]
Show = Callable[[pd.DataFrame, Language], pd.DataFrame]


@dataclass(frozen=True)
class Exhibit:
    """One thing on a page: a figure, table or answer (``kind``), its HTML and SVG by language.

    ``table`` is what it was made of, as ``formats.pack`` gives it; an answer has none.
    """

    name: str
    kind: str
    html: dict[str, str]
    table: str = ""
    svg: dict[str, str] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        """Return the display data for Jupyter: text, English HTML, and all a page needs."""
        return {
            "text/plain": f"<{self.kind} {self.name}>",
            "text/html": self.html["en"].replace(DOWNLOADS, ""),
            MIME: {
                "name": self.name,
                "kind": self.kind,
                "html": self.html,
                "table": self.table,
                "svg": self.svg,
            },
        }


def figure(name: str, table: pd.DataFrame, *, draw: Draw, tell: Tell, source: Source) -> Exhibit:
    """Return a chart with its finding, alt text, source, data table and downloads.

    ``draw`` and ``tell`` get the same table, so that picture, words and numbers cannot differ.
    """
    pages, pictures = {}, {}
    for language in map(Language, CODES):
        told, unfold = tell(table, language), language.text("The numbers in a table")
        pictures[language.code] = charts.svg(draw(table, language))
        image = base64.b64encode(pictures[language.code].encode()).decode()
        pages[language.code] = (
            f'<figure id="{slug(name)}"><img src="data:image/svg+xml;base64,{image}" '
            f'alt="{html.escape(told.alt)}">{_caption(told)}</figure>'
            f'<p class="source">{_source(source, language)}{DOWNLOADS}</p>'
            f"<details><summary>{html.escape(unfold)}</summary>"
            f"{table_html(table, language, told.caption)}</details>"
        )
    return Exhibit(name, "figure", pages, pack(table), pictures)


def table(
    name: str, frame: pd.DataFrame, *, tell: Tell, source: Source, show: Show | None = None
) -> Exhibit:
    """Return a table with its finding as caption, source and download.

    ``show`` makes of the frame what a reader sees of it: fewer columns, sentences for codes. The
    download holds the frame as it is.
    """
    pages = {}
    for language in map(Language, CODES):
        told, seen = tell(frame, language), show(frame, language) if show else frame
        pages[language.code] = (
            f'<div id="{slug(name)}">{table_html(seen, language, told.caption, told.note)}</div>'
            f'<p class="source">{_source(source, language)}{DOWNLOADS}</p>'
        )
    return Exhibit(name, "table", pages, pack(frame))


def answer(frame: pd.DataFrame, *, tell: Tell) -> Exhibit:
    """Return the generated answer to a notebook's question: the finding, then what it is of."""
    pages = {}
    for language in map(Language, CODES):
        told = tell(frame, language)
        pages[language.code] = (
            f'<div class="answer"><p>{html.escape(told.caption)}</p>'
            f"<p>{html.escape(told.note)}</p></div>"
        )
    return Exhibit("answer", "answer", pages)


def _caption(told: Words) -> str:
    return (
        f"<figcaption><strong>{html.escape(told.caption)}</strong> "
        f"<span>{html.escape(told.note)}</span></figcaption>"
    )


def _source(source: Source, language: Language) -> str:
    return html.escape(language.text("Source: {source}.", source=source(language)))
