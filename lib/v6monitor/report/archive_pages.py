"""The archive's own pages: all months, Atom feeds (RFC 4287), changes, and withdrawn reports.

There is a feed per language, as there is a page per language: in one feed for both, every month
would come twice to every reader. All references are relative, for an archive does not know where
it will be published. What an entry says follows from the index, and so do its times: the same
archive gives the same bytes.
"""

import math
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pandas as pd

from v6monitor import __version__
from v6monitor.charts.cells import Cell
from v6monitor.charts.headline import message
from v6monitor.charts.tables import rows_html
from v6monitor.charts.wording import share_text
from v6monitor.intake.states import MEASURES
from v6monitor.language import CODES, Language, source_text
from v6monitor.pages import notices, pages, publisher
from v6monitor.pages.exports import safe_csv
from v6monitor.pages.page import Link, Page, file_name, twin
from v6monitor.report import archive, news, stored
from v6monitor.report.archive import Entry

CHANGES = "changes.csv"
ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"


class Files(NamedTuple):
    """A feed's file, the page it goes with, and the feed in the other language."""

    feed: str
    page: str
    twin: str


def write(reports: Path, months: Sequence[Entry]) -> None:
    """Write the pages of an archive with these months, its feeds and changes; last its index."""
    parts = archive.parts(reports)
    all_months = [*months, *(month for held in parts.values() for month in held)]
    languages = [code for code in CODES if any(code in one["languages"] for one in all_months)]
    name = archive.identity(reports, months)
    for code in languages:
        language = Language(code)
        files = Files(
            file_name("feed", code, languages, "atom"),
            file_name("index", code, languages),
            twin("feed", code, languages, "atom"),
        )
        page = _page(files, twin("index", code, languages), months, parts, language)
        stored.replace(reports / files.page, page)
        if months:
            stored.replace(reports / files.feed, feed(name, months, files, language))
    stored.replace(reports / CHANGES, safe_csv(_changes(reports, months)))
    stored.write(archive.index(reports, months), reports / stored.INDEX)


def first_page(month: Entry, code: str, name: str = "index") -> str:
    """Return a page of a month seen from the archive, in this language where it has it."""
    own = code if code in month["languages"] else month["languages"][0]
    return f"{month['period']}/{file_name(name, own, month['languages'])}"


def feed(identity: str, months: Sequence[Entry], files: Files, language: Language) -> str:
    """Return the feed of the months, the newest first.

    ``identity`` is the UUID of the archive: a month keeps its id when its report is made again.
    """
    base = uuid.UUID(identity)
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language.code})
    heading = language.text("IPv6 at government domains: what changed")
    _add(root, "title", notices.of_scope(heading, months[-1]["scope"], language))
    _add(root, "id", uuid.uuid5(base, language.code).urn)
    _add(root, "updated", max(_updated(month) for month in months))
    _add(root, "link", rel="self", href=files.feed)
    _add(root, "link", rel="alternate", type="text/html", href=files.page)
    if files.twin:
        _add(root, "link", rel="related", href=files.twin)
    _add(_add(root, "author"), "name", publisher.read().name[language.code])
    _add(root, "generator", "v6monitor", version=__version__)
    for month in reversed(months):
        entry = _add(root, "entry")
        _add(entry, "title", title(month, language))
        _add(entry, "id", uuid.uuid5(base, f"{month['period']}/{language.code}").urn)
        _add(entry, "updated", _updated(month))
        if month["synthetic"]:
            _add(entry, "category", term="synthetic")
        page = first_page(month, language.code)
        _add(entry, "link", rel="alternate", type="text/html", href=page)
        items = _add(_add(_add(entry, "content", type="xhtml"), "div", xmlns=XHTML), "ul")
        for sentence in sentences(month, language):
            _add(items, "li", sentence)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def title(month: Entry, language: Language) -> str:
    """Return the title of an entry: the month with its counts, or that it was withdrawn."""
    name = notices.of_scope(language.month(month["period"]), month["scope"], language)
    if month["withdrawn"]:
        return language.text("IPv6 in {month}: report withdrawn", month=name)
    return news.subject(name, month["changes"], language)


def sentences(month: Entry, language: Language) -> list[str]:
    """Return the content of an entry, in sentences."""
    if month["withdrawn"]:
        return [news.withdrawn(month["withdrawn"], language)]
    found = news.sentences(month["changes"], language)
    if headline := month["changes"]["message"]:
        found.insert(0, message(headline, language).caption)
    found[:0] = [" ".join(notice) for notice in notices.scope_notices(month["scope"], language)]
    if month["synthetic"]:
        found.insert(0, language.text("Synthetic example data."))
    if not month["publishable"]:
        found.insert(0, language.text("Not fit to publish."))
    if month["corrects"]:
        found.insert(0, news.corrects(month["corrects"], language))
    return found


def _page(
    files: Files,
    other: str,
    months: Sequence[Entry],
    parts: Mapping[str, Sequence[Entry]],
    language: Language,
) -> str:
    sectors = {"sectors": months[-1]["scope"]["sectors"] if months else []}
    page = Page(
        files.page,
        language,
        notices.of_scope(
            language.text("How is IPv6 in government developing, month by month?"),
            sectors,
            language,
        ),
        twin=other,
        home=files.page,
        folder=f"{'--'.join(sectors['sectors'])}/".lstrip("/"),
        feed=files.feed if months else "",
        next=_next(months, language),
        notices=[
            *notices.synthetic_notice(any(month["synthetic"] for month in months), language),
            *notices.scope_notices(sectors, language),
        ],
    )
    found = {one["measure"] for month in months for one in _shown(month)}
    measures = [measure for measure in MEASURES if measure in found]
    rows = [_row(month, measures, language) for month in reversed(months)]
    caption = language.text("Share of domains with IPv6")
    if any(one["earlier"] for month in months for one in month["changes"]["measures"]):
        caption = language.text(
            "Share of domains with IPv6, and how many gained or lost it since the measurement"
            " before"
        )
    titles = [language.label(measure, "measure") for measure in measures]
    names = ["period", *titles, language.text("Source")]
    if any(row[-1].text for row in rows):
        names.append(language.text("Remarks"))
    there = [month for month in months if not month["withdrawn"]]
    links = [
        Link(
            f"{folder}/{first_page(held[-1], language.code).partition('/')[2]}",
            notices.scope_name(held[0]["scope"], language),
        )
        for folder, held in parts.items()
    ]
    rows = [row[: len(names)] for row in rows]
    return pages.plain_page(
        "archive",
        page,
        table=rows_html(names, rows, language, caption) if rows else "",
        organisations=first_page(there[-1], language.code, "organisations") if there else "",
        feed=files.feed,
        changes=CHANGES,
        index=stored.INDEX,
        parts=links,
    )


def _next(months: Sequence[Entry], language: Language) -> str:
    """Return when the report after the newest appears; empty when that is not known."""
    day = publisher.read().next_report(months[-1]["period"]) if months else None
    return language.day(day) if day else ""


def _row(month: Entry, measures: Sequence[str], language: Language) -> list[Cell]:
    """Return a month, lines per measure, its measurements, and remarks."""
    marks = [] if month["publishable"] else [language.text("not fit to publish")]
    marks += [language.text("synthetic")] if month["synthetic"] else []
    marks += [language.text("part of a report")] if month["scope"]["notebooks"] else []
    if month["corrects"]:
        marks.append(news.corrects(month["corrects"], language))
    cells = _cells(month, measures, language)
    if month["withdrawn"]:
        marks = [news.withdrawn(month["withdrawn"], language)]
        cells = [Cell("") for _ in cells]
    period = str(month["period"])
    name = Cell(language.month(period), first_page(month, language.code), key=period)
    source = source_text(month["sources"], language)
    return [name, *cells, Cell(source), Cell("; ".join(marks))]


def _cells(month: Entry, measures: Sequence[str], language: Language) -> list[Cell]:
    """Return per measure its share and the gains and losses; nothing where it was not measured."""
    headline = {one["measure"]: one for one in _shown(month)}
    changed = {one["measure"]: one for one in month["changes"]["measures"]}
    cells = []
    for measure in measures:
        if measure not in headline:
            cells.append(Cell(""))
            continue
        counts, one = headline[measure], changed.get(measure)
        adoption = math.nan if counts["adoption"] is None else counts["adoption"]
        lines = [share_text(counts | {"adoption": adoption}, language)]
        lines += [news.ups_and_downs(one, language)] if one and one["earlier"] else []
        cells.append(Cell("\n".join(lines), key=str(adoption)))
    return cells


def _shown(month: Entry) -> list[dict[str, Any]]:
    """Return the shares that were measured; of a list of domains alone those of our lookups."""
    rows: list[dict[str, Any]] = month["headline"]
    named = {one["measure"] for one in month["changes"]["measures"]}
    if not named:
        return rows
    return [one for one in rows if one["source"] == "measurement" and one["measure"] in named]


def _changes(reports: Path, months: Sequence[Entry]) -> pd.DataFrame:
    """Return the changed domains of all published months, the oldest first."""
    tables = [pd.DataFrame(columns=list(news.COLUMNS), dtype="str")]
    for month in months:
        file = archive.tables(reports, str(month["period"])) / f"{news.NAME}.parquet"
        if file.exists() and not month["withdrawn"]:
            tables.append(pd.read_parquet(file))
    return pd.concat(tables, ignore_index=True)


def _updated(month: Entry) -> str:
    """Return when what an entry says last changed: its facts, or its being withdrawn."""
    acts = [act["at"] for act in (month["withdrawn"], month["corrects"]) if act]
    return str(max([month["changes"]["facts_of"], *acts]))


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    child.text = text or None
    return child


def withdrawn_page(file: str, month: Entry, act: dict[str, str]) -> str:
    """Return the page that takes the place of a page of a withdrawn report."""
    languages = month["languages"]
    code = "en" if file.endswith(".en.html") or languages == ["en"] else "nl"
    language = Language(code)
    home = file_name("index", code, languages)
    up = "../" * file.count("/")  # a letter is in a folder below
    name = PurePosixPath(file).name
    page = Page(
        name,
        language,
        language.text("This report was withdrawn"),
        str(month["period"]),
        twin=twin(name.partition(".")[0], code, languages),
        home=f"{up}{home}",
    )
    reason = news.withdrawn(act, language)
    return pages.plain_page("withdrawn", page, reason=reason, up=up, archive=f"{up}../{home}")
