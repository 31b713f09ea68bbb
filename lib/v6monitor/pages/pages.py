"""HTML pages of a report in one language, made with the package's own template."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape
from nbconvert.exporters import TemplateExporter

from v6monitor.charts.cells import Reference, breakable
from v6monitor.charts.chart import DOWNLOADS
from v6monitor.charts.packing import unpack
from v6monitor.charts.tables import command_lines, css_string, with_commands
from v6monitor.language import Language
from v6monitor.month import WHOLE, Scope
from v6monitor.names import visible
from v6monitor.pages.document import Document, Output, Prose
from v6monitor.pages.notices import scope_name
from v6monitor.pages.page import Page
from v6monitor.pages.prose import Section, prose_html
from v6monitor.pages.tables import FORMS

TEMPLATES = Path(__file__).parent / "templates"
_REFERENCE = re.compile(r'<a data-to="([a-z]+:[^"]*)">(.*?)</a>')
_NAMED = (re.compile(r'(role="region" aria-label=")([^"]*)"'), re.compile(r'(<tr id=")([^"]*)"'))
_E_MAIL = re.compile(r"-mail(?<=[Ee]-mail)(?<![\w./-].-mail)(?![\w-]*\.\w)")
"""What is looked for comes first, one thing at a time: a page is searched ten times as fast."""
_LONGEST = 300  # characters of a description
_BESIDE = ("csv", "xlsx")  # on a page; the data page has all forms


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
        markup(part, page.language)
        if isinstance(part, Output)
        else prose_html(part, page, sections)
        for part in document.parts
    ]
    answers = (at for at, part in enumerate(document.parts[:2]) if _is_answer(part))
    shown = {"parts": parts, "sections": sections, "contents_after": next(answers, 0)}
    return plain_page("notebook", page, **shown)  # the message is before the contents


def _is_answer(part: Prose | Output) -> bool:
    return isinstance(part, Output) and part.kind == "answer"


def linked(page: str, places: Mapping[Reference, str]) -> str:
    """Return a page whose references are links to these places; those to no place are none.

    Names are as on the page: ``visible``.
    """

    def link(found: re.Match[str]) -> str:
        place = places.get(Reference(*html.unescape(found[1]).split(":", 1)))
        return f'<a href="{html.escape(place)}">{found[2]}</a>' if place else found[2]

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

    for start in _NAMED:
        page = start.sub(named, page)
    return page


def _unbroken(page: str) -> str:
    """Return a page on which no line ends within ``e-mail``; addresses stay as they are."""

    def joined(found: re.Match[str]) -> str:
        at = found.start()
        in_text = page.rfind(">", 0, at) > page.rfind("<", 0, at)
        return "\u2011mail" if in_text else found[0]

    return _E_MAIL.sub(joined, page)


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
        environment.filters["names"] = lambda text: Markup(breakable(str(escape(text))))
        environment.filters["lines"] = lambda text: Markup(command_lines(text))
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
