"""A page of a report: its file, language, title, neighbours and links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from v6monitor.language import Language, marked
from v6monitor.pages import publisher
from v6monitor.pages.notices import Notice
from v6monitor.pages.publisher import Publisher

OVERVIEW = "index"
"""The first page of a month."""


DATA = "data"
"""The page that lists the tables."""


_BAR = {
    OVERVIEW: marked("Overview"),
    "60_briefing": marked("Briefing"),
    "30_adoption": marked("State"),
    "40_exchange_online": marked("Laggards"),
    "50_changes": marked("Changes"),
    "55_gap": marked("Gap"),
    "58_pace": marked("Pace"),
    "organisations": marked("Organisations"),
    DATA: marked("Data"),
}
"""What the pages that every reader needs are called in the navigation, in its order."""


class Link(NamedTuple):
    """Another page of the report, what it is called, and the language of that title."""

    file: str
    title: str
    language: str = ""

    @property
    def name(self) -> str:
        """Return what the page is called in both languages."""
        return self.file.rpartition("/")[2].partition(".")[0]


@dataclass(frozen=True)
class Page:
    """A page: its file, language, heading, twin in the other language, and neighbours."""

    file: str
    language: Language
    heading: str
    period: str = ""
    links: Sequence[Link] = ()
    twin: str = ""
    notices: Sequence[Notice] = ()
    home: str = "index.html"
    heading_language: str = ""
    """The language of the heading, where that is not the page's."""
    name: str = ""
    """What it is called where no question is asked: in a tab and at the head of paper."""
    publisher: Publisher = field(default_factory=publisher.read)
    folder: str | None = None
    """Where its own folder is in the archive of all reports; ends with a slash, or is empty."""
    date: str = ""
    next: str = ""
    """When was measured, and when the next report appears."""
    picture: str = ""
    """A picture for social media, in its folder."""
    feed: str = ""
    dataset: Mapping[str, Any] = field(default_factory=dict)
    """The description of its data, in schema.org's terms."""

    @property
    def address(self) -> str:
        """Return the address of its folder where the reports are published; empty without one."""
        known = self.publisher.address and self.folder is not None
        return f"{self.publisher.address}{self.folder}" if known else ""

    def below(self, name: str, **own: Any) -> "Page":
        """Return a page in a folder of this name below this one's, with the same neighbours."""
        above = {
            "links": [link._replace(file=f"../{link.file}") for link in self.links],
            "home": f"../{self.home}",
            "folder": None if self.folder is None else f"{self.folder}{name}/",
            "picture": self.picture and f"../{self.picture}",
            "feed": self.feed and f"../{self.feed}",
        }
        return replace(self, **above | own)

    @property
    def title(self) -> str:
        """Return its name or heading with the month: what a tab, a bookmark and a search show."""
        language = Language(self.heading_language) if self.heading_language else self.language
        name = self.name or self.heading
        return f"{name} – {language.month(self.period)}" if self.period else name

    @property
    def bar(self) -> list[Link]:
        """Return the links that every reader needs, in their order, with short titles."""
        known = {link.name: link for link in self.links}
        return [
            Link(known[name].file, self.language.text(title))
            for name, title in _BAR.items()
            if name in known
        ]

    @property
    def questions(self) -> list[Link]:
        """Return the same links with their full titles, but for the first page and the data."""
        known = {link.name: link for link in self.links}
        return [known[name] for name in _BAR if name in known and name not in {OVERVIEW, DATA}]

    @property
    def more(self) -> list[Link]:
        """Return the links that administrators need."""
        return [link for link in self.links if link.name not in _BAR]

    @property
    def other(self) -> str:
        """Return the code of the other language."""
        return "en" if self.language.code == "nl" else "nl"


def file_name(name: str, code: str, languages: Sequence[str], end: str = "html") -> str:
    """Return a page's file: ``name.html``; of two languages the English one is ``name.en.html``."""
    return f"{name}.en.{end}" if code == "en" and len(languages) > 1 else f"{name}.{end}"


def twin(name: str, code: str, languages: Sequence[str], end: str = "html") -> str:
    """Return the file of the same page in the other language; empty when there is none."""
    others = [other for other in languages if other != code]
    return file_name(name, others[0], languages, end) if others else ""
