"""The page with all tables and files of a report, and what catalogues read about them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from v6monitor.charts.cells import Cell
from v6monitor.charts.tables import rows_html
from v6monitor.language import Language, marked
from v6monitor.language.columns import column
from v6monitor.pages import letters, metadata, pages, tables
from v6monitor.pages.exports import write_text
from v6monitor.pages.page import DATA, OVERVIEW, Link, file_name
from v6monitor.report import results, stored
from v6monitor.report.context import Notebooks, Report

FACTSHEETS = "factsheets"
"""Where the first page of a month lists the factsheets."""


MEASUREMENTS = "measurements"
"""The measurements up to and with the month, as read; the runner writes them."""


_FILES = {
    "tables/measurements.faults.csv": marked("What was wrong in the files that were read"),
    "tables/observations.parquet": marked("The answers from DNS, each with its resolver and time"),
    tables.PACKAGE: marked("Description of all tables, for programs (Frictionless Data Package)"),
    metadata.CATALOGUE: marked("Description for data catalogues (DCAT-AP-NL 3.0)"),
    stored.RESULTS: marked("The results of this report, for programs"),
    stored.RUN: marked("How this report was made: inputs, lookups and versions"),
}
"""The titles of the files that are neither a page nor a table of one."""


class Published(NamedTuple):
    """A table of the report: its name, the page it is on, and its columns."""

    name: str
    page: str
    columns: Sequence[tables.Column]
    title: Mapping[str, str]


def write(report: Report, published: Sequence[Published], notebooks: Notebooks) -> None:
    """Write the page that lists the tables in all forms, and what programs read."""
    described = {table.name: table.columns for table in published}
    titles = {table.name: table.title or {"en": table.name} for table in published}
    package = tables.package(
        report.month.period, described, scope=report.scope, synthetic=report.month.synthetic
    )
    _write_json(report, tables.PACKAGE, package | metadata.package_facts(report.about))
    _write_json(report, metadata.CATALOGUE, metadata.catalogue(report.about, titles))
    stored.write(results.results(report.month, report.scope), report.scratch / stored.RESULTS)
    names = sorted({one.name for table in published for one in table.columns})
    unique = {table.name: table for table in reversed(published)}  # some are on two pages
    for code in report.languages:
        language = Language(code)
        page = report.page(report.fixed_link(DATA, language), code, notebooks)
        page = replace(page, dataset=metadata.dataset(report.about, sorted(described), code))
        origins = {name: report.fixed_link(name, language) for name in (OVERVIEW, letters.NAME)}
        origins |= {name: report.link(name, one, language) for name, one in notebooks.items()}
        sheets = Link(
            f"{origins[OVERVIEW].file}#{FACTSHEETS}",
            language.text("Factsheets by sector"),
        )
        origins[FACTSHEETS] = sheets
        order = [link.file for link in [*page.bar, *page.more]]
        groups: dict[Link, list[Published]] = {}
        for origin in sorted(
            origins.values(), key=lambda link: [*order, link.file].index(link.file)
        ):
            held = [one for _, one in sorted(unique.items()) if origins[one.page] == origin]
            groups |= {origin: held} if held else {}
        meanings = [column(name, code) for name in names]
        columns = rows_html(
            [language.text("Column"), language.text("On the pages"), language.text("Meaning")],
            [[Cell(one.name), one.title, Cell(one.description)] for one in meanings],
            language,
            language.text("The columns of the tables"),
        )
        forms = dict.fromkeys(unique, tables.FORMS) | {MEASUREMENTS: {"csv": "CSV"}}
        text = pages.plain_page(
            "data",
            page,
            groups=groups,
            forms=forms,
            columns=columns,
            downloads=_downloads(report, notebooks, language),
        )
        write_text(report.scratch / page.file, text)


def _downloads(report: Report, notebooks: Notebooks, language: Language) -> list[Link]:
    """Return the other files of a report, each with its title in words."""
    found = [Link(file, language.text(title)) for file, title in _FILES.items()]
    for code in report.languages:
        file = file_name("mail", code, report.languages, "txt")
        title = Language(code).text("E-mail about what changed")
        found.append(Link(file, title, code if code != language.code else ""))
    for code in report.languages:
        own = Language(code)
        links = [report.link(name, one, own) for name, one in notebooks.items()]
        for link in [*links, report.fixed_link(letters.NAME, own)]:
            file = str(Path(link.file).with_suffix(".pdf"))
            if (report.scratch / file).is_file():
                spoken = link.language or code
                other = spoken if spoken != language.code else ""
                found.append(Link(file, f"{link.title} (PDF)", other))
    for name, one in notebooks.items():  # in both languages
        link = report.link(name, one, language)
        found.append(Link(f"{name}.ipynb", f"{link.title} (Jupyter)", link.language))
    return found


def _write_json(report: Report, file: str, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_text(report.scratch / file, text)
