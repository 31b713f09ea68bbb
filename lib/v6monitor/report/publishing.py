"""The folder of a month: pages, notebooks, tables, pictures, letters and the index."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
from nbformat import NotebookNode

from v6monitor import workspace
from v6monitor.analysis.headline import headline
from v6monitor.charts.chart import MIME, slug
from v6monitor.charts.headline import headline as headline_chart
from v6monitor.charts.packing import flat, unpack
from v6monitor.charts.wording import within
from v6monitor.kept import Kept
from v6monitor.language import CODES, Language, marked
from v6monitor.pages import letters, lint, metadata, pages, tables
from v6monitor.pages.document import Document, Output
from v6monitor.pages.exports import write_text
from v6monitor.pages.page import OVERVIEW, Link, Page, file_name
from v6monitor.pages.pdf import print_pages
from v6monitor.report import data_page, news, organisations
from v6monitor.report.archive_pages import first_page
from v6monitor.report.context import Notebooks, Report
from v6monitor.report.data_page import FACTSHEETS, MEASUREMENTS, Published

_MOST = 5000
"""PDFs that are kept for the next time."""

_TITLES = {
    MEASUREMENTS: marked("All measurements, up to this month"),
    "verdicts": marked("Results per domain, by our own lookups"),
    "providers": marked("Mail provider of each domain"),
    "hosts-and-operators": marked("Mail servers and their operators"),
    "without-ipv4": marked(
        "Domains with IPv6, and the zones that keep them out of reach without IPv4"
    ),
    news.NAME: marked("Domains that changed since the previous measurement"),
    letters.NAME: marked("Letters, for a mail merge"),
}
"""The titles of the tables that are on no page."""
_LIST_TITLES = {
    MEASUREMENTS: marked("The domains of the list"),
    news.NAME: marked("Domains that changed since the previous report"),
}
"""Those of a list of domains alone, of which nothing was measured."""


def publish(
    report: Report,
    notebooks: Notebooks,
    failures: Mapping[str, str],
    progress: Callable[[str, int, int], None],
    of_organisations: Callable[[Sequence[Page]], Sequence[Future[None]]],
) -> dict[str, str]:
    """Write pages, notebooks, tables, figures and the index; return what proved unfit, and why.

    ``notebooks`` are the executed ones by name; ``failures`` says of the others why they are not
    there. A page with a problem (``lint``) is not published: its notebook counts as failed.
    ``of_organisations`` starts to write the pages of organisations beside it, below their indexes.
    """
    _separate_files(notebooks)
    made = {name: _notebook_pages(report, name, notebooks) for name in notebooks}
    unfit = {}
    for name, document in notebooks.items():
        found = [problem for text in made[name].values() for problem in _problems(text, document)]
        if found:
            unfit[name] = "; ".join(dict.fromkeys(found))
    fit = {name: document for name, document in notebooks.items() if name not in unfit}
    if unfit:  # no page links to one that is not there
        made = {name: _notebook_pages(report, name, fit) for name in fit}
    for name, document in fit.items():
        for file, text in made[name].items():
            write_text(report.scratch / file, text)
        _keep(report, name, document.notebook)
    indexes = [
        report.page(report.fixed_link(organisations.NAME, Language(code)), code, fit)
        for code in report.languages
    ]
    running = of_organisations(indexes)
    published = [one for name, document in fit.items() for one in _exports(report, name, document)]
    published += _by_sector(report, fit)
    published += [_news(report), _letters(report, fit), *_per_domain(report, fit)]
    if report.pdf:
        kept = Kept(workspace.observations() / ".printed", _MOST)
        there = [*report.scratch.glob("*.html"), *report.scratch.glob(f"{letters.NAME}/*.html")]
        print_pages(sorted(there), report.scratch.parent, progress, kept)
    for page in indexes:
        write_text(report.scratch / page.file, report.organisations.index(page, report.languages))
    data_page.write(report, published, fit)
    _index(report, fit, {**failures, **unfit})
    for one in running:
        one.result()
    return unfit


def _separate_files(notebooks: Notebooks) -> None:
    """Rename outputs so that no two different tables or pictures share a file.

    The later one of two with the same name gets the name of its notebook after it; what is shown
    twice stays one file.
    """
    first: dict[str, Output] = {}
    for name, document in notebooks.items():
        for at, part in enumerate(document.parts):
            if isinstance(part, Output) and part.name:
                same = first.setdefault(part.name, part)
                if (same.table, same.svg) != (part.table, part.svg):
                    document.parts[at] = part.renamed(f"{part.name}-{name}")


def _notebook_pages(report: Report, name: str, notebooks: Notebooks) -> dict[str, str]:
    found = {}
    for code in report.languages:
        language = Language(code)
        page = report.page(report.link(name, notebooks[name], language), code, notebooks)
        if sector := notebooks[name].subject:
            called = language.text("Factsheet {sector}", sector=within(language.label(sector)))
            page = replace(page, name=called)
        found[page.file] = report.linked(pages.notebook_page(notebooks[name], page), code)
    return found


def _problems(text: str, document: Document) -> list[str]:
    kinds = [shown.kind for shown in document.outputs]
    return document.problems + lint.problems(
        text,
        figures=kinds.count("figure"),
        tables=kinds.count("table"),
        prose=document.prose,
    )


def _exports(report: Report, name: str, document: Document) -> list[Published]:
    """Write the tables and pictures that a notebook shows; return the tables."""
    published = []
    for shown in document.outputs:
        for code in {pages.picture_language(shown, one) for one in report.languages} - {""}:
            picture = report.scratch / "figures" / f"{slug(shown.name)}.{code}.svg"
            write_text(picture, shown.svg[code])
        if shown.table and not shown.shared:
            published.append(_export(report, shown.name, name, unpack(shown.table), shown.title))
    return published


def _by_sector(report: Report, notebooks: Notebooks) -> list[Published]:
    """Write the tables of the factsheets, each one file for all sectors."""
    found: dict[str, list[pd.DataFrame]] = {}
    titles = {}
    for document in notebooks.values():
        for shown in document.outputs:
            if shown.table and shown.shared:
                table = flat(unpack(shown.table))
                if "sector" not in table:
                    table.insert(0, "sector", document.subject)
                found.setdefault(shown.shared, []).append(table)
                titles[shown.shared] = shown.title
    return [
        _export(report, name, FACTSHEETS, pd.concat(held, ignore_index=True), titles[name])
        for name, held in found.items()
    ]


def _export(
    report: Report,
    name: str,
    page: str,
    table: pd.DataFrame,
    title: Mapping[str, str] | None = None,
) -> Published:
    tables.write(table, report.scratch / "tables", name)
    return Published(name, page, tables.columns(table), title or _title(report, name))


def _title(report: Report, name: str) -> Mapping[str, str]:
    titles = _TITLES | (_LIST_TITLES if report.month.listed else {})
    return {code: Language(code).text(titles[name]) for code in CODES}


def _per_domain(report: Report, notebooks: Notebooks) -> list[Published]:
    """Write the tables per domain that the figures are counted from."""
    month = report.month
    blocking = month.without_ipv4.query("state == 'no'").drop(columns=["tenant", "state"])
    found = {
        "verdicts": ("20_lookups", month.verdicts),
        "providers": ("40_exchange_online", month.providers),
        "hosts-and-operators": ("55_gap", month.mx_hosts),
        **({"without-ipv4": ("55_gap", blocking)} if len(blocking) else {}),
    }
    pages_of = {name: page if page in notebooks else OVERVIEW for name, (page, _) in found.items()}
    published = [_export(report, name, pages_of[name], table) for name, (_, table) in found.items()]
    page = "10_measurements" if "10_measurements" in notebooks else OVERVIEW
    columns = tables.columns(month.history)
    return [*published, Published(MEASUREMENTS, page, columns, _title(report, MEASUREMENTS))]


def _news(report: Report) -> Published:
    """Write the table of what changed, and mails about it; return the table."""
    for code in report.languages:
        text = news.mail(report.month, report.news.facts, Language(code), report.scope)
        write_text(report.scratch / file_name("mail", code, report.languages, "txt"), text)
    return _export(report, news.NAME, OVERVIEW, report.news.table)


def _letters(report: Report, notebooks: Notebooks) -> Published:
    """Write the letters to the administrators and the page that lists them; return the table."""
    written = report.letters
    for code in report.languages:
        language = Language(code)
        page = report.page(report.fixed_link(letters.NAME, language), code, notebooks)
        for letter in written:
            file = letters.file_of(letter, code, report.languages)
            one = letters.page(letter, page, report.languages)
            write_text(report.scratch / letters.NAME / file, one)
        text = letters.overview(
            page,
            written,
            report.languages,
            looked_up=bool(len(report.month.observations)),
            printed=report.pdf,
        )
        write_text(report.scratch / page.file, report.linked(text, code))
    return _export(report, letters.NAME, letters.NAME, letters.merge(written))


def _keep(report: Report, name: str, notebook: NotebookNode) -> None:
    text = nbformat.writes(_clean(notebook, report)) + "\n"
    write_text(report.scratch / f"{name}.ipynb", text)


def _clean(notebook: NotebookNode, report: Report) -> NotebookNode:
    """Return the notebook without times, page data and machine paths: same inputs, same bytes."""
    clean: NotebookNode = nbformat.from_dict(notebook)
    clean.metadata.pop("papermill", None)
    here, there = str(report.scratch), os.path.relpath(report.target, workspace.root())
    for number, cell in enumerate(clean.cells):
        cell.id = f"cell-{number}"
        cell.source = cell.source.replace(here, Path(there).as_posix())
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(MIME, None)
    return clean


def _index(report: Report, notebooks: Notebooks, failures: Mapping[str, str]) -> None:
    """Write the first page of a month: its headline, and what each page answers."""
    chart = headline_chart(headline(report.month))
    first = Output("", "answer", {code: chart.html(code) for code in report.languages})
    for code in report.languages:
        language = Language(code)
        page = report.page(report.fixed_link(OVERVIEW, language), code, notebooks)
        text = pages.plain_page(
            "period",
            page,
            headline=pages.markup(first, language),
            answers={
                report.file(name, code): pages.markup(shown, language)
                for name, document in notebooks.items()
                if (shown := _answer(document)) and shown.html[code] != first.html[code]
            },
            factsheets=[
                Link(report.file(name, code), language.label(document.subject))
                for name, document in notebooks.items()
                if document.subject
            ],
            failed=sorted(failures.items()),
            previous=_previous(report, language),
            archive=f"../{page.file}",
        )
        if page.picture:
            drawn = metadata.picture(report.about, report.words[code], code)
            (report.scratch / page.picture).write_bytes(drawn)
        write_text(report.scratch / page.file, report.linked(text, code))


def _answer(document: Document) -> Output | None:
    """Return the answer of a page: its first, later ones are about a part of it."""
    return next((shown for shown in document.outputs if shown.kind == "answer"), None)


def _previous(report: Report, language: Language) -> Link | None:
    month = report.news.previous
    if month is None:
        return None
    return Link(f"../{first_page(month, language.code)}", language.month(month["period"]))
