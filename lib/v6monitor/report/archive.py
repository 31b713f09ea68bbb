"""What does the archive show? Its page of all months in each language, its feeds, all changes."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor.analysis.shares import VERDICT_OF
from v6monitor.charts.wording import share_text
from v6monitor.language import CODES, NO_VALUE, Language
from v6monitor.report import feed, index, message, news
from v6monitor.report.exports import safe_csv, write_text
from v6monitor.report.index import Entry
from v6monitor.report.pages import Notice, Page, plain_page

CHANGES = "changes.csv"
_FILES = (("index", "html"), ("feed", "atom"))


def add(reports: Path, manifest: dict[str, Any]) -> None:
    """Put a report in the archive."""
    write(reports, index.with_report(reports, manifest))


def write(reports: Path, months: Sequence[Entry]) -> None:
    """Write the pages of an archive with these months, its feeds and changes; last its index."""
    languages = [code for code in CODES if any(code in month["languages"] for month in months)]
    name = index.identity(reports, months)
    for code in languages:
        language = Language(code)
        page, file = (file_name(one, code, languages, end) for one, end in _FILES)
        _replace(
            reports / page, _page(page, twin("index", code, languages), file, months, language)
        )
        place = feed.Place(file, page, twin("feed", code, languages, "atom"))
        entries = [(month, leads_to(month, code)) for month in months]
        _replace(reports / file, feed.feed(name, entries, place, language))
    _replace(reports / CHANGES, safe_csv(_changes(reports, months)))
    _replace(reports / index.FILE, index.text(reports, months))


def file_name(name: str, code: str, languages: Sequence[str], end: str = "html") -> str:
    """Return a page's file: ``name.html``; of two languages the English one is ``name.en.html``."""
    return f"{name}.en.{end}" if code == "en" and len(languages) > 1 else f"{name}.{end}"


def twin(name: str, code: str, languages: Sequence[str], end: str = "html") -> str:
    """Return the file of the same page in the other language; empty when there is none."""
    others = [other for other in languages if other != code]
    return file_name(name, others[0], languages, end) if others else ""


def leads_to(month: Entry, code: str) -> str:
    """Return a month's first page seen from the archive, in this language where it has it."""
    own = code if code in month["languages"] else month["languages"][0]
    return f"{month['period']}/{file_name('index', own, month['languages'])}"


def synthetic_notice(language: Language) -> list[Notice]:
    """Return the banner of example data."""
    return [
        Notice(
            language.text("Synthetic example data."),
            language.text("These organisations, domains and numbers are made up."),
        )
    ]


def _page(
    file: str, other: str, subscribe: str, months: Sequence[Entry], language: Language
) -> str:
    page = Page(
        file,
        language,
        language.text("IPv6 at government domains: all reports"),
        twin=other,
        home=file,
        notices=synthetic_notice(language) if all(m["synthetic"] for m in months) else (),
    )
    rows = [_row(month, language) for month in reversed(months)]
    files = {"feed": subscribe, "changes": CHANGES, "index": index.FILE}
    return plain_page("archive", page, rows=rows, measures=tuple(VERDICT_OF), **files)


def _row(month: Entry, language: Language) -> tuple[str, str, str, list[list[str]]]:
    """Return of a month: its page, its name, what is to be said of it, and lines per measure."""
    marks = [] if month["publishable"] else [language.text("not fit to publish")]
    marks += [language.text("synthetic")] if month["synthetic"] else []
    if month["corrects"]:
        marks.append(message.corrects(month["corrects"], language))
    cells = _cells(month, language)
    if month["withdrawn"]:
        marks = [message.withdrawn(month["withdrawn"], language)]
        cells = [[NO_VALUE] for _ in cells]
    return leads_to(month, language.code), language.month(month["period"]), "; ".join(marks), cells


def _cells(month: Entry, language: Language) -> list[list[str]]:
    """Return per measure its share and, of all months but the first, who came and went."""
    headline = {one["measure"]: one for one in month["headline"] if one["source"] == "measurement"}
    cells = []
    for one in month["changes"]["measures"]:
        counts = headline[one["measure"]]
        adoption = math.nan if counts["adoption"] is None else counts["adoption"]
        cells.append([share_text(counts | {"adoption": adoption}, language)])
        if month["changes"]["earlier"]:
            cells[-1].append(message.ups_and_downs(one, language))
    return cells


def _changes(reports: Path, months: Sequence[Entry]) -> pd.DataFrame:
    """Return the changed domains of all months that stand, the oldest first."""
    tables = [pd.DataFrame(columns=list(news.COLUMNS), dtype="str")]
    for month in months:
        file = index.tables(reports, str(month["period"])) / f"{news.NAME}.parquet"
        if file.exists() and not month["withdrawn"]:
            tables.append(pd.read_parquet(file))
    return pd.concat(tables, ignore_index=True)


def _replace(file: Path, text: str) -> None:
    scratch = file.with_name(f".{file.name}.new")
    write_text(scratch, text)
    scratch.replace(file)
