"""The prose of a notebook as accessible HTML."""

import html
from typing import Any, NamedTuple

import mistune
from markupsafe import Markup

from v6monitor.pages.document import Prose
from v6monitor.pages.page import Page


class Section(NamedTuple):
    """A heading within a page and its anchor."""

    anchor: str
    title: str
    language: str


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


def prose_html(prose: Prose, page: Page, sections: list[Section]) -> Markup:
    """Return prose in the page's language or its own; its headings are added to ``sections``."""
    code = page.language.code
    language = code if code in prose.source else next(iter(prose.source))
    renderer = _Renderer(page, sections, "" if language == code else language)
    body = str(
        mistune.create_markdown(renderer=renderer, plugins=["table"])(prose.source[language])
    )
    return Markup(body if language == code else f'<div lang="{language}">{body}</div>')
