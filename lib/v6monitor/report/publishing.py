"""The folder of a month: pages, notebooks, tables, pictures, letters and the index."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from v6monitor import workspace
from v6monitor.analysis.shares import GATE
from v6monitor.charts.chart import MIME, slug
from v6monitor.charts.tables import unpack
from v6monitor.language import Language
from v6monitor.mail.letters import letters as letters_about
from v6monitor.report import data, formats, letters, lint, message, news, pages, results
from v6monitor.report.archive import file_name, leads_to, synthetic_notice, twin
from v6monitor.report.dictionary import columns
from v6monitor.report.document import Document, Output
from v6monitor.report.exports import write_text
from v6monitor.report.month import Month
from v6monitor.report.news import News
from v6monitor.report.pages import Link, Notice, Page
from v6monitor.report.pdf import print_pages

ANSWERED = ("30_adoption", "40_exchange_online", "50_changes")
"""The notebooks whose answers stand on the index of a month."""

OVERVIEW = "index"
"""The first page of a month, and where what belongs to no notebook stands."""

Notebooks = Mapping[str, Document]


@dataclass(frozen=True)
class Report:
    """The folder a report is made in, the one where it will stand, and what it is of."""

    scratch: Path
    target: Path
    languages: tuple[str, ...]
    month: Month
    news: News
    pdf: bool = False


def publish(report: Report, notebooks: Notebooks, failures: Mapping[str, str]) -> dict[str, str]:
    """Write pages, notebooks, tables, figures and the index; return what proved unfit, and why.

    ``notebooks`` are the executed ones by name; ``failures`` says of the others why they are not
    there. A page with a problem (``lint``) is not published: its notebook counts as failed.
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
    published = [_published(report, name, document) for name, document in fit.items()]
    if report.pdf:
        print_pages(sorted(report.scratch.rglob("*.html")))
    _data(report, [*chain.from_iterable(published), _news(report), _letters(report, fit)], fit)
    _index(report, fit, {**failures, **unfit})
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
        own = _link(report, name, notebooks[name], Language(code))
        page = _page(report, own, code, notebooks)
        found[page.file] = pages.notebook_page(notebooks[name], page)
    return found


def _page(report: Report, own: Link, code: str, notebooks: Notebooks) -> Page:
    """Return a page of the report with links to all others; ``own`` is its own link."""
    language = Language(code)
    home = file_name(OVERVIEW, code, report.languages)
    links = [Link(home, language.text("Overview"))]
    links += [
        _link(report, other, document, language)
        for other, document in notebooks.items()
        if not document.subject
    ]
    links.append(Link(file_name(letters.NAME, code, report.languages), letters.title(language)))
    links.append(Link(file_name(data.PAGE, code, report.languages), data.title(language)))
    return Page(
        own.file,
        language,
        own.title,
        report.month.period,
        links,
        twin(own.file.partition(".")[0], code, report.languages),
        _notices(report.month, language),
        home,
        own.language,
    )


def _link(report: Report, name: str, document: Document, language: Language) -> Link:
    file = file_name(name, language.code, report.languages)
    return Link(file, *pages.heading(document, language))


def _notices(month: Month, language: Language) -> list[Notice]:
    notices = list(synthetic_notice(language)) if month.synthetic else []
    if not month.coverage >= GATE:
        notices.append(
            Notice(
                language.text("Not fit to publish."),
                language.text(
                    "The state of {coverage} of the websites and mail domains is known; at least"
                    " {gate} "
                    "is needed.",
                    coverage=language.percent(month.coverage),
                    gate=language.percent(GATE, 0),
                ),
            )
        )
    if len(month.observations) and not month.tested:
        notices.append(
            Notice(
                language.text("The resolvers were not tested."),
                language.text(
                    "Whether the resolvers that were asked make up answers, or hide them, was not "
                    "checked before these lookups."
                ),
            )
        )
    return notices


def _problems(text: str, document: Document) -> list[str]:
    kinds = [shown.kind for shown in document.outputs]
    found = lint.problems(text, figures=kinds.count("figure"), tables=kinds.count("table"))
    return document.problems + found


def _published(report: Report, name: str, document: Document) -> list[data.Published]:
    """Write the tables and pictures that a notebook shows; return the tables."""
    tables = []
    for shown in document.outputs:
        for code in {pages.picture_language(shown, one) for one in report.languages} - {""}:
            picture = report.scratch / "figures" / f"{slug(shown.name)}.{code}.svg"
            write_text(picture, shown.svg[code])
        if shown.table:
            frame = unpack(shown.table)
            formats.write(frame, report.scratch / "tables", shown.name)
            tables.append(data.Published(shown.name, name, tuple(columns(frame))))
    return tables


def _news(report: Report) -> data.Published:
    """Write the table of what changed, and mails that tell it; return the table."""
    for code in report.languages:
        text = message.mail(report.month, report.news.told, Language(code))
        write_text(report.scratch / file_name("mail", code, report.languages, "txt"), text)
    formats.write(report.news.table, report.scratch / "tables", news.NAME)
    return data.Published(news.NAME, OVERVIEW, tuple(columns(report.news.table)))


def _letters(report: Report, notebooks: Notebooks) -> data.Published:
    """Write the letters to the administrators and the page that lists them; return the table."""
    written = letters_about(report.month.laggards, observations=report.month)
    merge = letters.merge(written)
    formats.write(merge, report.scratch / "tables", letters.NAME)
    for code in report.languages:
        notices = _notices(report.month, Language(code))
        own = Link(file_name(letters.NAME, code, report.languages), letters.title(Language(code)))
        page = _page(report, own, code, notebooks)
        for letter in written:
            file = letters.file_of(letter, code, report.languages)
            one = letters.page(letter, code, report.languages, notices, home=f"../{page.file}")
            write_text(report.scratch / letters.NAME / file, one)
        text = letters.overview(page, written, report.languages)
        write_text(report.scratch / page.file, text)
    return data.Published(letters.NAME, letters.NAME, tuple(columns(merge)))


def _keep(report: Report, name: str, notebook: NotebookNode) -> None:
    text = nbformat.writes(_clean(notebook, report)) + "\n"
    write_text(report.scratch / f"{name}.ipynb", text)


def _data(report: Report, tables: Sequence[data.Published], notebooks: Notebooks) -> None:
    """Write the page that lists the tables in all forms, and the data package."""
    package = data.package(report.month.period, tables)
    for file, content in ((data.PACKAGE, package), (results.FILE, results.results(report.month))):
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        write_text(report.scratch / file, text)
    for code in report.languages:
        own = Link(file_name(data.PAGE, code, report.languages), data.title(Language(code)))
        page = _page(report, own, code, notebooks)
        origins = {link.file.partition(".")[0]: link for link in page.links} | {
            name: _link(report, name, document, page.language)
            for name, document in notebooks.items()
        }
        write_text(report.scratch / page.file, data.page(page, tables, origins))


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
    for code in report.languages:
        language = Language(code)
        title = language.text("IPv6 at government domains")
        own = Link(file_name(OVERVIEW, code, report.languages), title)
        page = _page(report, own, code, notebooks)
        answers = [
            (file_name(name, code, report.languages), pages.markup(shown, language))
            for name in ANSWERED
            if name in notebooks
            for shown in notebooks[name].outputs
            if shown.kind == "answer"
        ]
        files = ["tables/measurements.faults.csv", "tables/observations.parquet"]
        files += [data.PACKAGE, results.FILE]
        files += sorted(file.name for file in report.scratch.glob("*.txt"))
        files += sorted(file.name for file in report.scratch.glob("*.pdf"))
        files += sorted(file.name for file in report.scratch.glob("*.ipynb"))
        text = pages.plain_page(
            "period",
            page,
            answers=answers,
            failed=sorted(failures.items()),
            factsheets=[
                _link(report, name, document, language)
                for name, document in notebooks.items()
                if document.subject
            ],
            letters=Link(file_name(letters.NAME, code, report.languages), letters.title(language)),
            data=Link(file_name(data.PAGE, code, report.languages), data.title(language)),
            downloads=files,
            previous=_previous(report, language),
            archive=f"../{page.file}",
        )
        write_text(report.scratch / page.file, text)


def _previous(report: Report, language: Language) -> Link | None:
    month = report.news.previous
    if month is None:
        return None
    return Link(f"../{leads_to(month, language.code)}", language.month(month["period"]))
