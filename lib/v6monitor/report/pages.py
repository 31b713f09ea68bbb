"""How does an executed notebook become a page? One rendering per language, by an own template."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import mistune
from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

from v6monitor.charts.chart import DOWNLOADS, MIME, slug
from v6monitor.language import Language
from v6monitor.report.formats import FORMS

TEMPLATES = Path(__file__).parent / "templates"
_HEADING_OR_TABLE = re.compile(r"<h2>(.*?)</h2>|<table>(.*?)</table>", re.DOTALL)
_TITLE = re.compile(r"<h1>.*?</h1>", re.DOTALL)
_POINTER = re.compile(r"<p>(<a [^>]*>[^<]*</a>)</p>")
_POINTER_TO_NOTHING = re.compile(r'<p class="more">[^<]*</p>\n?')
_LINK = re.compile(r'<a href="(\w+)\.ipynb">(.*?)</a>', re.DOTALL)
_BESIDE = ("csv", "xlsx")  # an exhibit; the data page has all forms
_TAG = re.compile(r"<[^>]+>")


class Link(NamedTuple):
    """Another page of the report, and what it is called."""

    file: str
    title: str


class Notice(NamedTuple):
    """What a reader must know before the first figure."""

    title: str
    text: str


@dataclass(frozen=True)
class Page:
    """Where a page stands: its file, language, twin in the other language, and neighbours."""

    file: str
    language: Language
    heading: str
    period: str = ""
    links: Sequence[Link] = ()
    twin: str = ""
    notices: Sequence[Notice] = ()
    home: str = "index.html"

    @property
    def title(self) -> str:
        """Return the heading with the month: what a tab, a bookmark and a search show."""
        return (
            f"{self.heading} – {self.language.month(self.period)}" if self.period else self.heading
        )

    @property
    def other(self) -> str:
        """Return the code of the other language."""
        return "en" if self.language.code == "nl" else "nl"


class Section(NamedTuple):
    """A heading within a page and where it stands."""

    anchor: str
    title: str


def heading(notebook: NotebookNode, language: Language) -> str:
    """Return the question a notebook asks: the H1 of its first cell, in this language.

    Of a notebook that was run for one sector or organisation with what that is called before it.
    """
    first = language.text(notebook.cells[0].source)
    question = first.splitlines()[0].removeprefix("# ").strip()
    subject = str(notebook.metadata.get("subject", ""))
    if not subject:
        return question
    return f"{language.label(subject)}: {question[:1].lower()}{question[1:]}"


def exhibits(notebook: NotebookNode) -> list[dict[str, Any]]:
    """Return what the exhibits of an executed notebook carry, in reading order."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [shown for cell in code for shown in _shown(cell)]


def notebook_page(notebook: NotebookNode, page: Page) -> str:
    """Return the page of an executed notebook: its prose and exhibits, no code and no streams."""
    exporter = PageExporter(template_file="notebook.html.j2")
    sections: list[Section] = []
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(_prose(cell.source, page, sections))
        elif cell.cell_type == "code":
            parts += [markup(shown, page.language) for shown in _shown(cell)]
    resources = {"page": page, "parts": parts, "sections": sections}
    return str(exporter.from_notebook_node(notebook, resources)[0])


def plain_page(template: str, page: Page, **values: object) -> str:
    """Return a page that is no notebook: the index of a period, or of the archive."""
    found = _environment().get_template(f"{template}.html.j2")
    return str(found.render(resources={"page": page, **values}))


def markup(shown: dict[str, Any], language: Language) -> Markup:
    """Return an exhibit in this language, with links to its files beside the page."""
    name = slug(shown["name"])
    links = [(f"tables/{name}.{form}", FORMS[form]) for form in _BESIDE if shown["table"]]
    links += [(f"figures/{name}.{language.code}.svg", "SVG")] if shown["svg"] else []
    text = language.text("Download {name} as {form}")
    downloads = "".join(
        f' <a href="{file}" download aria-label="{text.format(name=name, form=form)}">{form}</a>'
        for file, form in links
    )
    return Markup(shown["html"][language.code].replace(DOWNLOADS, downloads))


class PageExporter(TemplateExporter):
    """An nbconvert exporter with this package's template, which escapes by default."""

    template_name = "page"

    def __init__(self, **settings: Any) -> None:
        settings["extra_template_basedirs"] = [str(TEMPLATES)]
        super().__init__(**settings)  # type: ignore[no-untyped-call] # nbconvert has no types

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()  # type: ignore[no-untyped-call]
        environment.autoescape = True
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.globals["style"] = Markup(_style())
        return environment


def _shown(cell: NotebookNode) -> list[dict[str, Any]]:
    return [output.data[MIME] for output in cell.outputs if MIME in output.get("data", {})]


def _prose(source: str, page: Page, sections: list[Section]) -> Markup:
    body = str(_markdown()(page.language.text(source)))
    body = _POINTER.sub(r'<p class="more">\1</p>', body)  # on paper it leads nowhere
    body = _LINK.sub(lambda link: _linked(link, page), body)
    body = _POINTER_TO_NOTHING.sub("", body)
    body = _TITLE.sub(lambda _: f"<h1>{html.escape(page.heading)}</h1>", body)

    def accessible(match: re.Match[str]) -> str:
        heading, table = match.groups()
        if table:
            return _table(table, sections[-1].title if sections else page.heading)
        section = Section(f"section-{len(sections) + 1}", html.unescape(_TAG.sub("", heading)))
        sections.append(section)
        return f'<h2 id="{section.anchor}">{heading}</h2>'

    return Markup(_HEADING_OR_TABLE.sub(accessible, body))


def _linked(link: re.Match[str], page: Page) -> str:
    """Return a link to a notebook as one to its page in this language; its words if it has none."""
    name, words = link.groups()
    file = f"{name}.{page.file.partition('.')[2]}"
    there = any(other.file == file for other in page.links)
    return f'<a href="{file}">{words}</a>' if there else words


def _table(rows: str, title: str) -> str:
    """Return a table of the prose with scopes, and the heading above it as its unseen caption."""
    label = html.escape(title)
    scoped = re.sub(r"<th\b", '<th scope="col"', rows)
    return (
        f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>'
        f'<caption class="unseen">{label}</caption>{scoped}</table></div>'
    )


@cache
def _environment() -> Environment:
    environment: Environment = PageExporter().environment
    return environment


@cache
def _markdown() -> mistune.Markdown:
    return mistune.create_markdown(escape=True, plugins=["table"])


@cache
def _style() -> str:
    return (TEMPLATES / "page" / "style.css").read_text(encoding="utf-8")
