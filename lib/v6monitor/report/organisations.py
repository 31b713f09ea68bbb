"""A page for every organisation, its index, and the addresses that other pages link to.

A page is made from the month's tables: of a domain without a known organisation there is one too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pandas as pd

from v6monitor.analysis.shares import VERDICT_OF, shares
from v6monitor.charts.cells import Cell, Reference
from v6monitor.charts.tables import rows_html, with_dutch
from v6monitor.charts.wording import group_name, joined, out_of, share_text, undetermined
from v6monitor.language import CODES, Language, source_text
from v6monitor.language.columns import column
from v6monitor.mail.advice import Row, explanation, next_step, waivers
from v6monitor.mail.letters import Letter
from v6monitor.month.card import Card, card, servers_of
from v6monitor.month.month import Month
from v6monitor.names import display, page_name, visible
from v6monitor.pages import letters, publisher
from v6monitor.pages.exports import write_text
from v6monitor.pages.page import Link, Page, file_name, twin
from v6monitor.pages.pages import plain_page
from v6monitor.pages.publisher import Publisher
from v6monitor.report.news import News

NAME = "organisations"
"""The index, and the folder of the pages."""

_SUBJECTS = ("web", "mail")  # what the agreement is about
_EACH = ("organisation", "domain")
_CHANGED = ("domain", "measure", "change", "from", "to")


class Subject(NamedTuple):
    """What a page is about: an organisation with its domains, or a domain of nobody known."""

    name: str
    title: str
    organisation: str
    sector: str
    province: str
    domains: tuple[str, ...]


class Organisations:
    """The organisations of a month, with what their pages say, by domain."""

    def __init__(
        self,
        month: Month,
        news: News,
        written: Sequence[Letter],
        sender: Publisher,
        wanted: Sequence[str] = (),
    ) -> None:
        """``wanted`` are the organisations that get a page, by name; all without."""
        self.month, self.news, self.sender = month, news, sender
        self.subjects = [
            one for one in _subjects(month) if not wanted or one.organisation in wanted
        ]
        self._letters = letters.by_domain(written)
        self._laggards = _by_domain(month.laggards)
        self._to_act = {name for name, row in self._laggards.items() if row["group"] != "unknown"}
        self._changes: dict[str, list[Row]] = {}
        for row in news.table.to_dict("records"):
            self._changes.setdefault(str(row["domain"]), []).append(row)
        self._evidence = month.evidence
        self.measures = month.measures or list(VERDICT_OF)

    def complete(self) -> None:
        """Work out all that pages in any language are made from."""
        for name in ("_states", "_since", "_shares", "_several_sectors", "_cards"):
            getattr(self, name)

    @cached_property
    def _states(self) -> dict[str, dict[str, str]]:
        """Return the state of every measure by domain: measured, or of the lookups without any."""
        states: dict[str, dict[str, str]] = {}
        for measure in self.measures:
            table = self._tables[measure]
            for domain, state in zip(table["domain"], table["state"], strict=True):
                states.setdefault(domain, {})[measure] = state
        return states

    @cached_property
    def _since(self) -> dict[str, dict[str, str]]:
        """Return the state by our lookups, per measure, of what was measured without IPv6.

        A loss since the measurement is none of these: it is named when it is confirmed.
        """
        found: dict[str, dict[str, str]] = {}
        for row in self.month.stale.to_dict("records"):
            if row["measured"] == "no" and row["fresh"] in {"yes", "not_applicable"}:
                found.setdefault(row["domain"], {})[row["measure"]] = row["fresh"]
        return found

    @cached_property
    def _shares(self) -> dict[tuple[str, str, str], str]:
        """Return what is said of every measure by sector and language; by ``""`` of all domains."""
        found: dict[tuple[str, str, str], str] = {}
        for measure in self.measures:
            table = self._tables[measure]
            rows = shares(table, by="sector").to_dict("records")
            for row in [*rows, *shares(table).assign(sector="").to_dict("records")]:
                for code in CODES:
                    said = share_text(row, Language(code))
                    found[measure, str(row["sector"]), code] = said
        return found

    @cached_property
    def _several_sectors(self) -> bool:
        """Return whether a sector is another group than all domains."""
        return any(len(set(table["sector"])) > 1 for table in self._tables.values())

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        month = self.month
        found = month.measured if month.measures else month.fresh
        return {measure: found(measure) for measure in self.measures}

    def references(self, code: str, languages: Sequence[str]) -> dict[Reference, str]:
        """Return where a page of this report finds organisations, domains and letters."""
        found = {}
        for one in self.subjects:
            file = f"{NAME}/{file_name(one.name, code, languages)}"
            found[Reference("organisation", visible(one.organisation))] = file
            for domain in one.domains:
                place = f"{file}#{page_name('', domain)}"
                found.setdefault(Reference("domain", visible(domain)), place)
        for domain, letter in self._letters.items():
            file = letters.file_of(letter, code, languages)
            found[Reference("letter", visible(domain))] = f"{letters.NAME}/{file}"
        return found

    def pages(self, page: Page, languages: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Give the file and content of every page.

        ``page`` is the index, whose links they have from their folder.
        """
        source, earlier, listed = self._source(page.language), self.month.earlier, self.month.listed
        if listed and self.news.previous:
            earlier = str(self.news.previous["period"])
        since = page.language.month(earlier) if earlier else ""
        language, code = page.language, page.language.code
        for one in self.subjects:
            own = page.below(
                NAME,
                file=file_name(one.name, code, languages),
                heading=one.title,
                twin=twin(one.name, code, languages),
            )
            sections = [self._section(domain, language, languages) for domain in one.domains]
            content = plain_page(
                "organisation",
                own,
                about=self._about(one, language),
                states=self._state_table(one, language),
                source=source,
                compared=self._compared(one, language),
                changes=self._changed(one, language, since),
                since=since,
                listed=listed,
                sections=sections,
                error=self._report_error(one, language),
                index=Link(f"../{page.file}", page.heading),
            )
            yield f"{NAME}/{own.file}", content

    def index(self, page: Page, languages: Sequence[str]) -> str:
        """Return the page that lists the organisations."""
        language, code = page.language, page.language.code
        rows = [
            [
                Cell(one.title, f"{NAME}/{file_name(one.name, code, languages)}"),
                one.sector,
                one.province,
                *(self._count(one, measure, language) for measure in self.measures),
                len(self._to_act.intersection(one.domains)) or "",
            ]
            for one in self.subjects
        ]
        names = ["organisation", "sector", "province", *self.measures, "needs_action"]
        caption = language.text(
            "Domains with IPv6, by organisation (organisations: {number})",
            number=language.number(len(rows)),
        )
        return plain_page("organisations", page, table=rows_html(names, rows, language, caption))

    def _source(self, language: Language) -> str:
        """Return where the states come from."""
        found = [one for measure in self.measures for one in self._tables[measure].attrs["source"]]
        return language.text("Source: {source}.", source=source_text(list(found), language))

    def _counts(self, one: Subject, measures: Sequence[str]) -> tuple[int, int, int]:
        """Return how many have IPv6, of how many that is known, and of how many it is not."""
        states = [
            state
            for domain in one.domains
            for measure, state in self._states.get(domain, {}).items()
            if measure in measures
        ]
        yes, no, unknown = (states.count(state) for state in ("yes", "no", "unknown"))
        return yes, yes + no, unknown

    def _count(self, one: Subject, measure: str, language: Language) -> Cell:
        yes, known, unknown = self._counts(one, [measure])
        if not known:
            return Cell(language.label("unknown") if unknown else "")
        return Cell(out_of(yes, known, language), key=str(yes / known))

    def _about(self, one: Subject, language: Language) -> tuple[str, str]:
        measures = [name for name in self.measures if name.partition("_")[0] in _SUBJECTS]
        yes, known, unknown = self._counts(one, measures)
        finding = language.text("No website or e-mail domain was measured.")
        if known:
            finding = language.text(
                "Websites and e-mail domains with IPv6 in {month}: {counts}.",
                month=language.month(self.month.period),
                counts=out_of(yes, known, language),
            )
        if unknown:
            rest = undetermined(unknown, known + unknown, language)
            finding = joined(finding if known else "", rest)
        action = len(self._to_act.intersection(one.domains))
        note = language.plural(
            "{number} domain needs action, by our own lookups: see below.",
            "{number} domains need action, by our own lookups: see below.",
            action,
        )
        return finding, note if action else ""

    def _state_table(self, one: Subject, language: Language) -> str:
        rows = []
        for domain in one.domains:
            states = self._states.get(domain, {})
            name = Cell(display(domain), f"#{page_name('', domain)}")
            rows.append([name, *(states.get(measure, "") for measure in self.measures)])
        names = ["domain", *self.measures]
        return rows_html(names, rows, language, language.text("Does it have IPv6?"))

    def _compared(self, one: Subject, language: Language) -> str:
        rows = []
        groups = dict.fromkeys([one.sector, ""] if self._several_sectors else [one.sector])
        for measure in self.measures:
            own = self._count(one, measure, language)
            if own.text:
                code = language.code
                of_others = (self._shares.get((measure, group, code), "") for group in groups)
                rows.append([measure, own, *of_others])
        caption = language.text("Share with IPv6 of the domains with a known result")
        whole = language.text("All domains")
        titles = [language.label(group) if group else whole for group in groups]
        return rows_html(["measure", one.title, *titles], rows, language, caption) if rows else ""

    def _changed(self, one: Subject, language: Language, since: str) -> str:
        rows = []
        for domain in one.domains:
            for row in self._changes.get(domain, ()):
                states = (group_name(row[name], language) for name in ("from", "to"))
                name = Cell(display(domain), f"#{page_name('', domain)}")
                rows.append([name, row["measure"], row["change"], *states])
        caption = language.text("Changed since {month}", month=since)
        return rows_html(_CHANGED, rows, language, caption) if rows else ""

    def _section(self, domain: str, language: Language, languages: Sequence[str]) -> dict[str, Any]:
        """Return what a page says of one domain."""
        found: dict[str, Any] = {"anchor": page_name("", domain), "domain": display(domain)}
        if row := self._laggards.get(domain):
            found["group"] = language.label(str(row["group"]))
            found["explanation"] = explanation([row], language)
            found["next_step"] = next_step(row, language)
            since = str(row["first_month_without"])
            found["since"] = language.month(since) if since else ""
            found["waivers"] = [with_dutch(*one, language) for one in waivers([row], language)]
        if letter := self._letters.get(domain):
            file = letters.file_of(letter, language.code, languages)
            found["letter"] = f"../{letters.NAME}/{file}"
        found["since_measured"] = [
            language.text(
                "{measure} by our own lookups, after the measurement: {state}.",
                measure=column(measure, language.code).title,
                state=language.label(state),
            )
            for measure, state in self._since.get(domain, {}).items()
        ]
        shown = self._cards.get(domain)
        if shown and shown.observations:
            found["card"] = shown.html(language.code)
            found["operator"] = shown.provider.operator if shown.provider else ""
        return found

    @cached_property
    def _cards(self) -> dict[str, Card]:
        domains = {domain for one in self.subjects for domain in one.domains}
        operators, servers = self.month.operators, servers_of(self.month)
        return {
            domain: card(self._evidence, domain, operators, servers.get(domain, ()))
            for domain in sorted(domains)
        }

    def _report_error(self, one: Subject, language: Language) -> str:
        """Return the address of a mail about an error on the page; "" where nobody can be asked."""
        if not self.sender.contact.email:
            return ""
        subject = language.text(
            "Error in the IPv6 report of {month}: {name}",
            month=language.month(self.month.period),
            name=one.title,
        )
        body = language.text(
            "Organisation: {name}\nDomain: {domains}\nWhat is wrong:\nWhat it should be:\n",
            name=one.title,
            domains=", ".join(map(display, one.domains)),
        )
        query = urlencode({"subject": subject, "body": body}, quote_via=quote)
        return f"mailto:{self.sender.contact.email}?{query}"


_prepared: list[Organisations] = []
"""The organisations of the month, in a process that writes pages of one."""


def prepare(
    load: Callable[[], Month], news: News, written: Sequence[Letter], wanted: Sequence[str]
) -> None:
    """Make ready the organisations of a month for processes that are forked from this one."""
    found = Organisations(load(), news, written, publisher.read(), wanted)
    found.complete()
    _prepared[:] = [found]


def write(  # noqa: PLR0913, PLR0917 - all that another process must know
    load: Callable[[], Month],
    news: News,
    written: Sequence[Letter],
    wanted: Sequence[str],
    index: Page,
    languages: Sequence[str],
    folder: Path,
) -> None:
    """Write the pages of a month's organisations, in the language of the index."""
    if not _prepared:
        prepare(load, news, written, wanted)
    for file, text in _prepared[0].pages(index, languages):
        write_text(folder / file, text)


def _subjects(month: Month) -> list[Subject]:
    """Return the subjects of pages, in the order of their titles."""
    columns = [*_EACH, "sector", "province"]
    rows = month.current[columns].drop_duplicates(list(_EACH)).astype("str")
    groups: dict[str, list[tuple[str, ...]]] = {}
    for row in sorted(rows.itertuples(index=False, name=None)):
        groups.setdefault(page_name(*row[:2]), []).append(row)
    found = [
        Subject(
            name,
            rows[0][0] or display(rows[0][1]),
            rows[0][0],
            rows[0][2],
            rows[0][3],
            tuple(dict.fromkeys(row[1] for row in rows)),
        )
        for name, rows in groups.items()
    ]
    return sorted(found, key=lambda one: (one.title.casefold(), one.name))


def _by_domain(table: pd.DataFrame) -> Mapping[str, Row]:
    return {str(row["domain"]): row for row in table.to_dict("records")}
