"""Pages of the letters, the list of them, and the table for a mail merge."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from v6monitor.charts.cells import Cell
from v6monitor.charts.tables import rows_html
from v6monitor.dns.observation import OK, Observation
from v6monitor.language import CODES, NO_VALUE, Language
from v6monitor.mail.letters import Letter, Measured, powershell, remarks, situations, steps
from v6monitor.names import display, page_name
from v6monitor.pages import publisher
from v6monitor.pages.page import Page, file_name, twin
from v6monitor.pages.pages import plain_page
from v6monitor.pages.publisher import Publisher

NAME = "letters"
"""The page that lists the letters, their folder, and the table of the merge."""
_SHOWN = 10
"""Names in a cell of the list; all are in the table of the merge."""


def name_of(letter: Letter) -> str:
    """Return what the files of a letter are called: the same in every month."""
    kind, whose = letter.addressee
    return f"{kind}-{page_name('', whose) if kind == 'domain' else page_name(whose)}"


def file_of(letter: Letter, code: str, languages: Sequence[str]) -> str:
    """Return a letter's file in the folder of letters."""
    return file_name(name_of(letter), code, languages)


def by_domain(written: Iterable[Letter]) -> dict[str, Letter]:
    """Return the letter to its own administrator of every domain that there is one about."""
    own = (letter for letter in written if not letter.operator)
    return {domain: letter for letter in own for domain in letter.domains()}


def subject(letter: Letter, language: Language) -> str:
    """Return the name of the addressee of a letter."""
    if letter.operator:
        return letter.operator
    organisations = letter.values("organisation")
    if len(organisations) == 1:
        return organisations[0]
    if letter.tenant:
        return language.text("tenant {tenant}", tenant=letter.tenant)
    return ", ".join(map(display, letter.domains()))


def reference(letter: Letter, sender: Publisher) -> str:
    """Return what the letter is called in a reply: the publisher's prefix, its day and a digest."""
    day = f"{letter.day:%Y%m%d}" if letter.day else ""
    digest = hashlib.sha256(name_of(letter).encode()).hexdigest()[:6].upper()
    return "-".join(filter(None, [sender.letters.reference, day, digest]))


def page(letter: Letter, overview: Page, languages: Sequence[str]) -> str:
    """Return the page of one letter; its head leads to ``overview``, the page that lists it.

    Of an overview without a file it leads nowhere.
    """
    language = overview.language
    measured = list(_by_host(letter, language)) if letter.operator else letter.measured
    named = subject(letter, language)
    about = language.text("IPv6 for the mail of {subject}", subject=named)
    if letter.about_zones:
        about = language.text("IPv6 for the name servers of {subject}", subject=named)
    elif letter.operator:
        about = language.text("IPv6 for the mail servers of {subject}", subject=named)
    found = overview.below(
        NAME,
        file=file_of(letter, language.code, languages),
        heading=about,
        twin=twin(name_of(letter), language.code, languages),
        links=(),
        home=overview.file and f"../{overview.file}",
    )
    return plain_page(
        "letter",
        found,
        to=_addressee(letter, language),
        day=language.day(letter.day) if letter.day else NO_VALUE,
        reference=reference(letter, found.publisher),
        situations=situations(letter, language),
        zones=letter.about_zones,
        measured=[_cells(one, language) for one in measured],
        resolvers=", ".join(letter.resolvers),
        steps=list(steps(letter, language)),
        remarks=remarks(letter, language),
    )


def overview(
    page: Page,
    letters: Sequence[Letter],
    languages: Sequence[str],
    *,
    looked_up: bool = True,
    printed: bool = False,
) -> str:
    """Return the page that lists the letters with links to them, and to their PDFs if printed.

    Without lookups it says so: that there are no letters then means nothing.
    """
    language, rows = page.language, []
    for letter in letters:
        file, whose = (
            f"{NAME}/{file_of(letter, language.code, languages)}",
            subject(letter, language),
        )
        row = [
            Cell(whose, file),
            _first(letter.values("organisation"), ", ", language),
            _first(letter.domains(), " ", language),
            "; ".join(language.label(group) for group in letter.values("group")),
        ]
        about = language.text("Letter to {subject}", subject=whose)
        rows.append([*row, Cell("PDF", f"{file[:-4]}pdf", about)] if printed else row)
    names = ["letter", "organisations", "domains", "group", "file"][: 5 if printed else 4]
    sectors = [
        "; ".join(language.label(sector) for sector in letter.values("sector"))
        for letter in letters
    ]
    title = language.text("The letters")
    table = rows_html(names, rows, language, title, sectors) if rows else ""
    return plain_page("letters", page, table=table, merge=f"tables/{NAME}", looked_up=looked_up)


def _first(names: Sequence[str], between: str, language: Language) -> str:
    """Return the first names, and how many more there are: an operator may have hundreds."""
    more = len(names) - _SHOWN
    if more <= 1:
        return between.join(names)
    rest = language.text("and {number} more", number=language.number(more))
    return f"{between.join(names[:_SHOWN])}{between}{rest}"


def merge(letters: Sequence[Letter]) -> pd.DataFrame:
    """Return a row per letter for a mail merge: addressee, subject and the words to use.

    Texts of which there is one per language end in ``_nl`` and ``_en``. Several values in a cell
    have ``; `` between them. ``letter`` is the name of its files. All columns are text. With the
    day filled in as ``sent_on`` the table is the register of letters, ``letters.csv`` beside the
    measurements.
    """
    sender = publisher.read()
    rows = [
        {
            "letter": name_of(letter),
            "reference": reference(letter, sender),
            **{name: "; ".join(letter.values(name)) for name in _MERGED},
            "domains": "; ".join(letter.domains()),
            "day": letter.day.isoformat() if letter.day else "",
            "powershell": powershell(letter),
            **{f"{name}_{code}": text for code in CODES for name, text in _texts(letter, code)},
            **dict.fromkeys(_FILLED_IN, ""),
        }
        for letter in letters
    ]
    texts = [f"{name}_{code}" for code in CODES for name in ("addressee", "situation", "steps")]
    columns = [*_MERGED, "domains", "day", "powershell", *texts, *_FILLED_IN]
    return pd.DataFrame(rows, columns=["letter", "reference", *columns]).astype("str")


_FILLED_IN = ("sent_on", "sent_by", "note")
"""Columns for whoever sends the letters to fill in."""

_MERGED = (
    "tenant",
    "organisation",
    "sector",
    "province",
    "group",
    "operator",
    "failing_hosts",
    "first_month_without",
    "waiver_status",
)


def _texts(letter: Letter, code: str) -> Iterator[tuple[str, str]]:
    language = Language(code)
    yield "addressee", _addressee(letter, language)
    yield "situation", "\n".join([*situations(letter, language), *remarks(letter, language)])
    numbered = enumerate(steps(letter, language), start=1)
    lines = (line for n, step in numbered for line in (f"{n}. {step.text}", step.commands) if line)
    yield "steps", "\n".join(lines)


def _addressee(letter: Letter, language: Language) -> str:
    if letter.operator and letter.about_zones:
        return language.text("The administrator of the DNS zone {zone}", zone=letter.operator)
    if letter.operator:
        return language.text(
            "The administrator of the mail servers of {operator}", operator=letter.operator
        )
    organisations = ", ".join(letter.values("organisation")) or ", ".join(
        map(display, letter.domains())
    )
    if letter.tenant:
        return language.text(
            "The administrator of Exchange Online (tenant {tenant}) of {organisations}",
            tenant=letter.tenant,
            organisations=organisations,
        )
    if letter.about_zones:
        return language.text(
            "The administrator of the domain names of {organisations}", organisations=organisations
        )
    return language.text(
        "The administrator of the mail of {organisations}", organisations=organisations
    )


def _by_host(letter: Letter, language: Language) -> Iterator[Measured]:
    """Yield each host once, with the number of its domains in place of their names."""
    domains = Counter(one.host for one in letter.measured)
    for one in {one.host: one for one in letter.measured}.values():
        number = language.plural("{number} domain", "{number} domains", domains[one.host])
        yield one._replace(domain=number)


def _cells(one: Measured, language: Language) -> tuple[str, ...]:
    asked = one.ipv6 or one.mx
    answers = (_answer(row, language) for row in (one.ipv4, one.ipv6))
    host = one.host or _answer(one.mx, language)
    return (display(one.domain), host, *answers, language.time(asked.asked_at))


def _answer(row: Observation | None, language: Language) -> str:
    if row is None:
        return NO_VALUE
    return ", ".join(row.answers) if row.outcome == OK else language.label(row.outcome)
