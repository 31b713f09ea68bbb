"""The folder of a month: pages, notebooks, tables, pictures, letters and the index."""

import datetime as dt
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pandas as pd
from nbformat import NotebookNode

from v6monitor import workspace
from v6monitor.analysis.headline import headline
from v6monitor.charts.chart import MIME, Words, slug
from v6monitor.charts.headline import headline as headline_chart
from v6monitor.charts.headline import message
from v6monitor.charts.tables import Cell, flat, rows_html, unpack
from v6monitor.language import CODES, Language, marked
from v6monitor.language.columns import column
from v6monitor.mail.letters import Letter
from v6monitor.mail.letters import letters as letters_about
from v6monitor.month import WHOLE, Scope
from v6monitor.month.month import Month
from v6monitor.pages import letters, lint, metadata, notices, pages, publisher, tables
from v6monitor.pages.document import Document, Output
from v6monitor.pages.exports import write_text
from v6monitor.pages.metadata import About
from v6monitor.pages.pages import DATA, OVERVIEW, Link, Page, file_name, twin
from v6monitor.pages.pdf import print_pages
from v6monitor.report import news, organisations, results, stored
from v6monitor.report.archive_pages import first_page
from v6monitor.report.news import News
from v6monitor.report.organisations import Organisations

FACTSHEETS = "factsheets"
"""Where the first page of a month lists the factsheets."""
MEASUREMENTS = "measurements"
"""The measurements up to and with the month, as read; the runner writes them."""

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
_FILES = {
    "tables/measurements.faults.csv": marked("What was wrong in the files that were read"),
    "tables/observations.parquet": marked("The answers from DNS, each with its resolver and time"),
    tables.PACKAGE: marked("Description of all tables, for programs (Frictionless Data Package)"),
    metadata.CATALOGUE: marked("Description for data catalogues (DCAT-AP-NL 3.0)"),
    stored.RESULTS: marked("The results of this report, for programs"),
    stored.RUN: marked("How this report was made: inputs, lookups and versions"),
}
"""The titles of the files that are neither a page nor a table of one."""

Notebooks = Mapping[str, Document]


@dataclass(frozen=True)
class Report:
    """A report in the making: its scratch folder, its final one, languages, month and changes."""

    scratch: Path
    target: Path
    languages: tuple[str, ...]
    month: Month
    news: News
    scope: Scope = field(default_factory=lambda: WHOLE)
    pdf: bool = False
    wanted: Sequence[str] = ()
    """The organisations that get a page; all without."""

    @cached_property
    def letters(self) -> list[Letter]:
        """Return the letters to administrators."""
        return letters_about(self.month.laggards, observations=self.month)

    @cached_property
    def organisations(self) -> Organisations:
        """Return the organisations with what their pages say."""
        return Organisations(self.month, self.news, self.letters, publisher.read(), self.wanted)

    def linked(self, text: str, code: str) -> str:
        """Return a page on which the names of organisations and domains lead to their pages."""
        return pages.linked(text, self.organisations.references(code, self.languages))

    @cached_property
    def words(self) -> Mapping[str, Words]:
        """Return the message of the month by language."""
        rows = headline(self.month).to_dict("records")
        return {code: message(rows, Language(code)) for code in CODES}

    @cached_property
    def about(self) -> About:
        """Return what catalogues and search engines read about the report."""
        title = {}
        for code in CODES:
            language = Language(code)
            name = notices.of_scope(
                language.text("IPv6 at government domains"), self.scope, language
            )
            title[code] = f"{name}, {language.month(self.month.period)}"
        month = self.month
        at = month.observations["asked_at"] if month.listed else month.current["measured_at"]
        days = sorted(set(at.dt.strftime("%Y-%m-%d").dropna()))
        sectors = "--".join(self.scope["sectors"])
        return About(
            self.month.period,
            title,
            {code: " ".join([*self.warnings(code), self.words[code].caption]) for code in CODES},
            days,
            publisher.read(),
            f"{sectors}/{self.month.period}/".lstrip("/"),
            self.month.synthetic,
        )

    def warnings(self, code: str) -> list[str]:
        """Return the titles of what a reader must know before the first figure."""
        return [one.title for one in notices.of_report(self.month, self.scope, Language(code))]

    def picture(self, code: str) -> str:
        """Return the file of the picture for social media; empty where it would not be found."""
        return file_name("social", code, self.languages, "png") if self.about.address else ""

    def file(self, name: str, code: str) -> str:
        """Return the file of a page in a language."""
        return file_name(name, code, self.languages)

    def link(self, name: str, document: Document, language: Language) -> Link:
        """Return the link to the page of a notebook."""
        found = pages.heading(document, language, self.scope)
        return Link(self.file(name, language.code), *found)

    def fixed_link(self, name: str, language: Language) -> Link:
        """Return the link to a page that every report has."""
        titles = {
            OVERVIEW: language.text("What is the state of IPv6 in government?"),
            letters.NAME: language.text("Which letters are ready for the administrators?"),
            organisations.NAME: language.text("Which organisations are in this report?"),
            DATA: language.text("Which data can be downloaded, and what do they mean?"),
        }
        title = pages.of_subject(notices.scope_name(self.scope, language), titles[name])
        return Link(self.file(name, language.code), title)


class Published(NamedTuple):
    """A table of the report: its name, the page it is on, and its columns."""

    name: str
    page: str
    columns: Sequence[tables.Column]
    title: Mapping[str, str]


def publish(
    report: Report,
    notebooks: Notebooks,
    failures: Mapping[str, str],
    progress: Callable[[str, int, int], None],
) -> dict[str, str]:
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
    published = [one for name, document in fit.items() for one in _exports(report, name, document)]
    published += _by_sector(report, fit)
    published += [_news(report), _letters(report, fit), *_per_domain(report, fit)]
    if report.pdf:
        print_pages(sorted(report.scratch.rglob("*.html")), report.scratch.parent, progress)
    _organisations(report, fit)
    _data(report, published, fit)
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
        own = report.link(name, notebooks[name], Language(code))
        page = _page(report, own, code, notebooks)
        found[page.file] = report.linked(pages.notebook_page(notebooks[name], page), code)
    return found


def _page(report: Report, own: Link, code: str, notebooks: Notebooks) -> Page:
    """Return a page of the report with links to all others; ``own`` is its own link."""
    language = Language(code)
    about, period = report.about, report.month.period
    newest = report.month.newest is None or f"{report.month.newest:%Y-%m}" <= period
    after = about.publisher.next_report(period) if newest else None
    return Page(
        own.file,
        language,
        own.title,
        period,
        [
            report.fixed_link(OVERVIEW, language),
            *(
                report.link(name, document, language)
                for name, document in notebooks.items()
                if not document.subject
            ),
            report.fixed_link(organisations.NAME, language),
            report.fixed_link(letters.NAME, language),
            report.fixed_link(DATA, language),
        ],
        twin(own.file.partition(".")[0], code, report.languages),
        notices.of_report(report.month, report.scope, language),
        report.file(OVERVIEW, code),
        own.language,
        publisher=about.publisher,
        folder=about.folder,
        date=language.day(dt.date.fromisoformat(about.days[-1]))
        if about.days and not report.month.listed
        else "",
        next=language.day(after) if after else "",
        picture=report.picture(code),
        feed=f"../{file_name('feed', code, report.languages, 'atom')}",
    )


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
        page = _page(report, report.fixed_link(letters.NAME, language), code, notebooks)
        for letter in written:
            file = letters.file_of(letter, code, report.languages)
            one = letters.page(letter, page, report.languages)
            write_text(report.scratch / letters.NAME / file, one)
        text = letters.overview(page, written, report.languages, printed=report.pdf)
        write_text(report.scratch / page.file, report.linked(text, code))
    return _export(report, letters.NAME, letters.NAME, letters.merge(written))


def _organisations(report: Report, notebooks: Notebooks) -> None:
    """Write the page of every organisation and the index of them."""
    for code in report.languages:
        own = report.fixed_link(organisations.NAME, Language(code))
        page = _page(report, own, code, notebooks)
        write_text(report.scratch / page.file, report.organisations.index(page, report.languages))
        for file, text in report.organisations.pages(page, report.languages):
            write_text(report.scratch / file, text)


def _keep(report: Report, name: str, notebook: NotebookNode) -> None:
    text = nbformat.writes(_clean(notebook, report)) + "\n"
    write_text(report.scratch / f"{name}.ipynb", text)


def _data(report: Report, published: Sequence[Published], notebooks: Notebooks) -> None:
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
        page = _page(report, report.fixed_link(DATA, language), code, notebooks)
        page = replace(page, dataset=metadata.dataset(report.about, sorted(described), code))
        origins = {name: report.fixed_link(name, language) for name in (OVERVIEW, letters.NAME)}
        origins |= {name: report.link(name, one, language) for name, one in notebooks.items()}
        sheets = Link(
            f"{origins[OVERVIEW].file}#{FACTSHEETS}",
            language.text("Factsheets by sector and organisation"),
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
    for end, form in {"pdf": "PDF", "ipynb": "Jupyter"}.items():
        for code in report.languages:
            own = Language(code)
            links = [report.link(name, one, own) for name, one in notebooks.items()]
            for link in [*links, report.fixed_link(letters.NAME, own)]:
                file = str(Path(link.file).with_suffix(f".{end}"))
                if (report.scratch / file).is_file():
                    spoken = link.language or code
                    other = spoken if spoken != language.code else ""
                    found.append(Link(file, f"{link.title} ({form})", other))
    return found


def _write_json(report: Report, file: str, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_text(report.scratch / file, text)


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
        page = _page(report, report.fixed_link(OVERVIEW, language), code, notebooks)
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
