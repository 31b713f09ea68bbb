"""What the pages of a report share: its month, folder, languages and links."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from v6monitor.analysis.headline import headline
from v6monitor.charts.cells import Reference
from v6monitor.charts.chart import Words
from v6monitor.charts.headline import message
from v6monitor.language import CODES, Language
from v6monitor.mail.letters import Letter
from v6monitor.mail.letters import letters as letters_about
from v6monitor.month import WHOLE, Scope
from v6monitor.month.month import Month
from v6monitor.pages import letters, notices, pages, publisher
from v6monitor.pages.document import Document
from v6monitor.pages.metadata import About
from v6monitor.pages.page import DATA, OVERVIEW, Link, Page, file_name, twin
from v6monitor.report import organisations
from v6monitor.report.news import News
from v6monitor.report.organisations import Organisations

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
        return pages.linked(text, self._references[code])

    @cached_property
    def _references(self) -> Mapping[str, Mapping[Reference, str]]:
        """Return where pages find organisations, domains and letters, by language."""
        references = self.organisations.references
        return {code: references(code, self.languages) for code in self.languages}

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

    def page(self, own: Link, code: str, notebooks: Notebooks) -> Page:
        """Return a page of the report with links to all others; ``own`` is its own link."""
        language = Language(code)
        about, period = self.about, self.month.period
        newest = self.month.newest is None or f"{self.month.newest:%Y-%m}" <= period
        after = about.publisher.next_report(period) if newest else None
        return Page(
            own.file,
            language,
            own.title,
            period,
            [
                self.fixed_link(OVERVIEW, language),
                *(
                    self.link(name, document, language)
                    for name, document in notebooks.items()
                    if not document.subject
                ),
                self.fixed_link(organisations.NAME, language),
                self.fixed_link(letters.NAME, language),
                self.fixed_link(DATA, language),
            ],
            twin(own.file.partition(".")[0], code, self.languages),
            notices.of_report(self.month, self.scope, language),
            self.file(OVERVIEW, code),
            own.language,
            publisher=about.publisher,
            folder=about.folder,
            date=language.day(dt.date.fromisoformat(about.days[-1]))
            if about.days and not self.month.listed
            else "",
            next=language.day(after) if after else "",
            picture=self.picture(code),
            feed=f"../{file_name('feed', code, self.languages, 'atom')}",
        )
