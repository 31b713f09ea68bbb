"""HTML pages of a report in one language, made with the package's own template."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import mistune
from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter

from v6monitor.charts.cells import Reference
from v6monitor.charts.chart import DOWNLOADS
from v6monitor.charts.packing import unpack
from v6monitor.charts.tables import css_string, with_commands
from v6monitor.language import Language, marked
from v6monitor.month import WHOLE, Scope
from v6monitor.names import visible
from v6monitor.pages import publisher
from v6monitor.pages.document import Document, Output, Prose
from v6monitor.pages.notices import Notice, scope_name
from v6monitor.pages.publisher import Publisher
from v6monitor.pages.tables import FORMS

TEMPLATES = Path(__file__).parent / "templates"
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
_REFERENCE = re.compile(r'<a data-to="([a-z]+:[^"]*)">(.*?)</a>')
_E_MAIL = re.compile(r"(?<![\w./-])([Ee])-(?=mail(?![\w-]*\.\w))")
_LONGEST = 300  # characters of a description
_BESIDE = ("csv", "xlsx")  # on a page; the data page has all forms


class Link(NamedTuple):
    """Another page of the report, what it is called, and the language of that title."""

    file: str
    title: str
    language: str = ""

    @property
    def name(self) -> str:
        """Return what the page is called in both languages."""
        return PurePosixPath(self.file).name.partition(".")[0]


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
        """Return the heading with the month: what a tab, a bookmark and a search show."""
        language = Language(self.heading_language) if self.heading_language else self.language
        return f"{self.heading} – {language.month(self.period)}" if self.period else self.heading

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


class Section(NamedTuple):
    """A heading within a page and its anchor."""

    anchor: str
    title: str
    language: str


def file_name(name: str, code: str, languages: Sequence[str], end: str = "html") -> str:
    """Return a page's file: ``name.html``; of two languages the English one is ``name.en.html``."""
    return f"{name}.en.{end}" if code == "en" and len(languages) > 1 else f"{name}.{end}"


def twin(name: str, code: str, languages: Sequence[str], end: str = "html") -> str:
    """Return the file of the same page in the other language; empty when there is none."""
    others = [other for other in languages if other != code]
    return file_name(name, others[0], languages, end) if others else ""


def heading(document: Document, language: Language, scope: Scope = WHOLE) -> tuple[str, str]:
    """Return the question a notebook answers, and its language where that is another one.

    Of a notebook that was run for one sector or organisation with that name before it, and of a
    report on some sectors with theirs.
    """
    titles = document.heading
    code = language.code if language.code in titles else next(iter(titles), "en")
    question = titles.get(code, "Untitled")
    of = Language(code)
    name = of.label(document.subject) if document.subject else scope_name(scope, of)
    return of_subject(name, question), "" if code == language.code else code


def of_subject(name: str, title: str) -> str:
    """Return a title with the name of what it is about before it; of no name as it is."""
    first = title[:1] if title[1:2].isupper() else title[:1].lower()  # IPv6 stays as it is
    return f"{name}: {first}{title[1:]}" if name else title


def notebook_page(document: Document, page: Page) -> str:
    """Return the page of an executed notebook: its prose and outputs, without code."""
    sections: list[Section] = []
    parts = [
        markup(part, page.language) if isinstance(part, Output) else _prose(part, page, sections)
        for part in document.parts
    ]
    answers = (at for at, part in enumerate(document.parts[:2]) if _is_answer(part))
    shown = {"parts": parts, "sections": sections, "contents_after": next(answers, 0)}
    return plain_page("notebook", page, **shown)  # the message is before the contents


def _is_answer(part: Prose | Output) -> bool:
    return isinstance(part, Output) and part.kind == "answer"


def linked(page: str, places: Mapping[Reference, str]) -> str:
    """Return a page whose references are links to these places; those to no place are none."""

    def link(found: re.Match[str]) -> str:
        place = places.get(Reference(*html.unescape(found[1]).split(":", 1)))
        return f'<a href="{html.escape(place)}">{found[2]}</a>' if place else found[2]

    places = {Reference(to.kind, visible(to.name)): place for to, place in places.items()}
    return _REFERENCE.sub(link, page)


def _told_apart(page: str) -> str:
    """Return a page in which no two regions have one name and no two rows one id.

    The later gets a number: tables without rows may share a caption (WCAG 2.4.6), and a domain
    may be in two tables.
    """
    seen: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        start, name = found.groups()
        form, free = "{}-{}" if name.startswith("row-") else "{} ({})", name
        while free in seen:
            seen[name] += 1
            free = form.format(name, seen[name])
        seen[free] = 1
        return f'{start}{free}"'

    return re.sub(r'(role="region" aria-label="|<tr id=")([^"]*)"', named, page)


def _unbroken(page: str) -> str:
    """Return a page on which no line ends within ``e-mail``; addresses stay as they are."""
    return re.sub(r">[^<]+", lambda text: _E_MAIL.sub("\\1\u2011", text[0]), page)


def plain_page(template: str, page: Page, **values: object) -> str:
    """Return a page that is no notebook: the index of a period, or of the archive."""
    found = _environment().get_template(f"{template}.html.j2")
    return _unbroken(_told_apart(visible(str(found.render(resources={"page": page, **values})))))


def markup(shown: Output, language: Language) -> Markup:
    """Return an output in this language, with links to its files beside the page."""
    name, code = shown.shared or shown.name, picture_language(shown, language.code)
    files = {form: f"tables/{name}.{form}" for form in _BESIDE if shown.table}
    forms = {FORMS[form]: file for form, file in files.items()}
    forms |= {"SVG": f"figures/{shown.name}.{code}.svg"} if code else {}
    body = shown.html[language.code]
    spoken = re.match('<div lang="(..)">', body)
    around = spoken[1] if spoken else language.code
    links = [
        _download(file, form, shown.title, name, language, around) for form, file in forms.items()
    ]
    own = _lang(language.code if around != language.code else "")
    base = [f'<a href="tables/{one}.csv" download>{one}.csv</a>' for one in _base(shown)]
    if base:
        words = language.text("Per domain:")
        tables = f"{words} {' '.join(base)}"
        if "</details>" in body:  # under the numbers: there is one line under a figure
            body = body.replace("</details>", f'<p class="source"{own}>{tables}</p></details>')
        else:
            links.append(Markup(f"<span{own}>{tables}</span>"))
    return Markup(body.replace(DOWNLOADS, f" {' '.join(links)}"))


def _download(  # noqa: PLR0913, PLR0917 - what a template knows of a file
    file: str, form: str, title: Mapping[str, str], name: str, language: Language, around: str = ""
) -> Markup:
    """Return the link to a file, which says of what in the language of its title.

    ``around`` is the language of what the link is in, where that is not the page's.
    """
    code = language.code if language.code in title else next(iter(title), language.code)
    of = f"{title[code]} ({name})" if title else name
    label = Language(code).text("Download {form}: {name}", form=form, name=of)
    own = _lang(code if code != (around or language.code) else "")
    return Markup('<a href="{}" download{} aria-label="{}">{}</a>').format(file, own, label, form)


def _base(shown: Output) -> list[str]:
    """Return the tables per domain that an output was counted from, by its source and columns."""
    kinds = {source.partition(" ")[0] for source in shown.source}
    found = ["measurements"] if "measurement" in kinds else []
    if "lookups" in kinds and shown.table:
        table = unpack(shown.table)
        if "blocking_zone" in table:
            return ["without-ipv4"] if len(table) else []
        of_mail = {"operator", "class", "tenant", "group"} & set(table.columns)
        found += ["providers", "hosts-and-operators"] if of_mail else ["verdicts"]
    return found


def picture_language(shown: Output, code: str) -> str:
    """Return the language of the picture on a page in ``code``; empty without a picture."""
    return code if code in shown.svg else next(iter(shown.svg), "")


class PageExporter(TemplateExporter):
    """An nbconvert exporter with this package's template, which escapes by default."""

    template_name = "page"

    def __init__(self, **settings: Any) -> None:
        settings["extra_template_basedirs"] = [str(TEMPLATES)]
        super().__init__(**settings)  # type: ignore[no-untyped-call] # nbconvert has no types

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()  # type: ignore[no-untyped-call]
        environment.autoescape = True
        environment.filters["commands"] = lambda text: Markup(with_commands(text))
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.globals |= {
            "style": Markup(_part("style.css")),
            "script": Markup(script()),
            "script_hash": Markup(_hash(script())),
            "lang": _lang,
            "quoted": lambda text: Markup(css_string(text)),
            "description": _description,
            "data_block": _data_block,
            "download": _download,
        }
        return environment


class _Renderer(mistune.HTMLRenderer):
    """Markdown as accessible HTML: anchors, links to pages, tables with caption and scopes."""

    def __init__(self, page: Page, sections: list[Section], language: str) -> None:
        super().__init__(escape=True)
        self._page, self._sections, self._language = page, sections, language

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Return a heading; the first level has the page's title, the second an anchor."""
        if level == 1:
            return f"<h1>{html.escape(self._page.heading)}</h1>\n"
        if level > 2:  # noqa: PLR2004 - <h3> and lower are in no list of contents
            return str(super().heading(text, level, **attrs))
        title = html.unescape(str(Markup(text).striptags()))
        section = Section(f"section-{len(self._sections) + 1}", title, self._language)
        self._sections.append(section)
        return f'<h2 id="{section.anchor}">{text}</h2>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link to a notebook as one to its page; its words when the report has none."""
        file = self._file(url)
        if file is None:
            return str(super().link(text, url, title))
        return str(super().link(text, file)) if file else text

    def render_token(self, token: dict[str, Any], state: mistune.BlockState) -> str:
        """Return a token; a paragraph that is one link is left out when that leads nowhere."""
        children = token.get("children", [])
        if token["type"] == "paragraph" and [one["type"] for one in children] == ["link"]:
            if self._file(children[0]["attrs"]["url"]) == "":
                return ""
            body = self.render_tokens(children, state)
            return f'<p class="more">{body}</p>\n'  # on paper it leads nowhere
        return str(super().render_token(token, state))

    def table(self, text: str) -> str:
        """Return a table that scrolls by itself, with the heading above it as unseen caption."""
        label = html.escape(self._sections[-1].title if self._sections else self._page.heading)
        return (
            f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>'
            f'<caption class="unseen">{label}</caption>{text}</table></div>\n'
        )

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        """Return a cell; one of the head has a scope."""
        kind = ' class="number"' if align == "right" else ""
        return f'<th scope="col"{kind}>{text}</th>' if head else f"<td{kind}>{text}</td>"

    def _file(self, url: str) -> str | None:
        """Return the page of a notebook; empty without one; None for a link of another kind."""
        name, _, end = url.partition(".")
        if end != "ipynb" or "/" in name:
            return None
        file = f"{name}.{self._page.file.partition('.')[2]}"
        return file if any(other.file == file for other in self._page.links) else ""


def _prose(prose: Prose, page: Page, sections: list[Section]) -> Markup:
    code = page.language.code
    language = code if code in prose.source else next(iter(prose.source))
    renderer = _Renderer(page, sections, "" if language == code else language)
    body = str(
        mistune.create_markdown(renderer=renderer, plugins=["table"])(prose.source[language])
    )
    return Markup(body if language == code else f'<div lang="{language}">{body}</div>')


def _lang(code: str) -> Markup:
    """Return the attribute of an element whose language is not the page's; nothing without."""
    return Markup(f' lang="{code}"') if code else Markup("")


def _description(shown: Mapping[str, Any]) -> str:
    """Return what a page says, for search and social media: its message, else its first words."""
    made = "".join(map(str, [shown.get("headline", ""), *shown.get("parts", ())]))
    answer = made.find('<div class="answer">')
    found = re.search(r"<p>(.*?)</p>", made[max(answer, 0) :], re.DOTALL)
    words = " ".join(str(Markup(found[1]).striptags()).split()) if found else ""
    page: Page = shown["page"]
    said = [notice.title for notice in page.notices]
    return _shortened(" ".join([*said, html.unescape(words) or page.title]))


def _shortened(text: str) -> str:
    """Return the whole sentences that fit in a description."""
    end = max((found.end() for found in re.finditer(r"[.!?](?= |$)", text[:_LONGEST])), default=0)
    return text if len(text) <= _LONGEST else text[: end or _LONGEST]


def _data_block(content: Mapping[str, Any]) -> Markup:
    """Return JSON that no parser of HTML takes for anything else."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return Markup(re.sub("[<>&\x7f-\x9f]", lambda found: f"\\u{ord(found[0]):04x}", text))


@cache
def _environment() -> Environment:
    environment: Environment = PageExporter().environment
    return environment


@cache
def script() -> str:
    """Return the one script that a page may have: search, sort and filters of long tables."""
    return _part("tables.js")


def _hash(code: str) -> str:
    """Return what allows a script of exactly these bytes in a Content-Security-Policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"


def _part(file: str) -> str:
    return (TEMPLATES / "page" / file).read_text(encoding="utf-8")
