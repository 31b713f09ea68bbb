"""An executed notebook as a document: its prose by language, and what its cells show.

A markdown cell tagged ``nl`` is the Dutch twin of the cell right before it. A cell tagged
``analyst`` is for JupyterLab only. Whatever any other cell shows is either published or a problem
that names the heading above it.
"""

import ast
import html
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import mistune
from nbformat import NotebookNode

from v6monitor.charts.chart import MIME, plain_table, slug
from v6monitor.charts.packing import unpack
from v6monitor.intake.sectors import SECTORS
from v6monitor.language import CODES, Language

_ENGLISH, _DUTCH = "en", "nl"
ANALYST, MEASURED, MAIL, ANSWERS = "analyst", "measured", "mail", "answers"
"""Tags of cells that are not published: ever, in a report on a list of domains alone, in one on
websites alone, and where nothing says whether servers answer."""
_LONGEST_NAME = 60
_REPR_OF_OBJECT = re.compile(r"^<.*>$|<[^<>]* at 0x[0-9a-f]+>|^\w+Path\(", re.DOTALL)
_TAG = re.compile("<[^>]*>")
_END_WELL = "end the cell with a table or chart"


@dataclass
class Prose:
    """A markdown cell: its source by language, the other language's where it has a twin."""

    source: dict[str, str]


@dataclass(frozen=True)
class Output:
    """What a cell shows: ``kind`` is ``figure``, ``table``, ``answer`` or ``text``."""

    name: str
    """Names its files; empty when it has none."""
    kind: str
    html: Mapping[str, str]
    table: str = ""
    """The numbers, as ``charts.tables.pack`` gives them."""
    svg: Mapping[str, str] = field(default_factory=dict)
    source: Sequence[str] = ()
    """Where the numbers come from, as ``attrs["source"]`` of the table."""
    title: Mapping[str, str] = field(default_factory=dict)
    """The heading above it, by language."""
    shared: str = ""
    """The file that its numbers share with those of the other sectors; empty for one of its own."""

    def renamed(self, name: str) -> "Output":
        """Return the same output with another name for its files and its place on the page."""
        old, new = f'id="{self.name}"', f'id="{slug(name)}"'
        pages = {code: page.replace(old, new, 1) for code, page in self.html.items()}
        return replace(self, name=name, html=pages)


@dataclass
class Document:
    """An executed notebook in reading order; ``subject`` is the sector or organisation it is of."""

    notebook: NotebookNode
    subject: str = ""
    heading: dict[str, str] = field(default_factory=dict)
    """Its H1, by language."""
    parts: list[Prose | Output] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def outputs(self) -> list[Output]:
        """Return what its cells show, in reading order."""
        return [part for part in self.parts if isinstance(part, Output)]

    @property
    def prose(self) -> list[str]:
        """Return what its author wrote, in all languages."""
        return [
            text for part in self.parts if isinstance(part, Prose) for text in part.source.values()
        ]


def read(
    notebook: NotebookNode,
    *,
    part: str = "",
    subject: str = "",
    hidden: Collection[str] = (ANALYST,),
) -> Document:
    """Return an executed notebook as a document.

    Args:
        notebook: the notebook, with outputs.
        part: ends the names of its files when it was run for one sector or organisation.
        subject: what that is called.
        hidden: the tags of the cells to leave out.
    """
    document = Document(notebook, subject)
    heading: dict[str, str] = {}
    shown: dict[str, int] = {}  # tables without a caption of their own, by the heading above
    names: dict[str, int] = {}
    for cell in notebook.cells:
        if not {*hidden}.isdisjoint(cell.metadata.get("tags", ())):
            continue
        if cell.cell_type == "markdown":
            heading = _add_prose(document, cell, heading)
        for output in cell.get("outputs", ()):
            found = _published(output, heading, shown)
            if isinstance(found, str):
                where = heading.get(_ENGLISH) or next(iter(heading.values()), "the first cell")
                document.problems.append(f"In “{where}”: {found}")
                continue
            if found.name:
                name = found.name
                names[name] = names.get(name, 0) + 1
                name = name if names[name] == 1 else f"{name}-{names[name]}"
                shared = f"{name}-by-sector" if part in SECTORS else ""
                found = found.renamed("-".join(filter(None, (name, part))))
                found = replace(found, title=heading, shared=shared)
            if not _repeats(found, document.parts):
                document.parts.append(found)
    return document


def _repeats(found: Output, parts: Sequence[Prose | Output]) -> bool:
    """Return whether an output is only a sentence, that of the output above it."""
    above = parts[-1] if parts else None
    drawn = found.svg or any("<table" in text for text in found.html.values())
    if drawn or not isinstance(above, Output):
        return False
    words, said = (
        [_TAG.sub("", one.html[code]).strip() for code in CODES] for one in (found, above)
    )
    return words == said


def headings(source: str) -> Iterator[tuple[int, str]]:
    """Give the level and the text of each heading of a markdown source."""
    for token in mistune.create_markdown(renderer="ast")(source):
        if isinstance(token, dict) and token["type"] == "heading":
            yield token["attrs"]["level"], _raw(token["children"]).strip()


def _raw(tokens: list[dict[str, Any]]) -> str:
    return "".join(one.get("raw") or _raw(one.get("children", [])) for one in tokens)


def _add_prose(document: Document, cell: NotebookNode, above: dict[str, str]) -> dict[str, str]:
    """Add a markdown cell, or make it the twin of the one before; return the heading it ends at."""
    code = _DUTCH if _DUTCH in cell.metadata.get("tags", ()) else _ENGLISH
    before = document.parts[-1] if document.parts else None
    is_twin = code == _DUTCH and isinstance(before, Prose) and before.source.keys() == {_ENGLISH}
    if is_twin and isinstance(before, Prose):
        before.source[code] = cell.source
    else:
        document.parts.append(Prose({code: cell.source}))
    found = list(headings(cell.source))
    for level, text in found:
        if level == 1:
            document.heading.setdefault(code, text)
    if not found:
        return above
    named = {code: found[-1][1]}
    return above | named if is_twin else named


def _published(
    output: NotebookNode, heading: Mapping[str, str], shown: dict[str, int]
) -> Output | str:
    """Return an output as a page publishes it, or why it cannot be published."""
    data = output.get("data", {})
    text = str(data.get("text/plain", ""))
    if MIME in data:
        held = data[MIME]
        if "html" not in held:
            return _plain_table(held, heading, shown)
        found = Output(held["name"], held["kind"], held["html"], held["table"], held["svg"])
        return replace(found, source=held.get("source", ()))
    if set(data) == {"text/plain"} and not _REPR_OF_OBJECT.search(text):
        return _text(text)
    return _why_not(output, text)


def _why_not(output: NotebookNode, text: str) -> str:
    """Return why an output cannot be published, and what to do."""
    kinds = output.get("data", {})
    if output.output_type == "stream":
        return f"printed text is not published: {_END_WELL}"
    if any("widget" in kind for kind in kinds):
        return f"a widget is not published: tag the cell “analyst”, or {_END_WELL}"
    if any(kind.startswith("image/") for kind in kinds):
        return f"a picture without a text alternative is not published: {_END_WELL} of v6.chart"
    what = text.partition("\n")[0][:_LONGEST_NAME] or str(output.output_type)
    return f"{what} is not published: {_END_WELL}"


def _text(text: str) -> Output:
    """Return a result that is a text, number or list; a text loses its quotation marks."""
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        value = text
    shown = html.escape(value if isinstance(value, str) else text)
    body = f"<pre>{shown}</pre>" if "\n" in shown else f"<p>{shown}</p>"
    has_words = any(one.isalpha() for one in shown)
    pages = {
        code: f'<div lang="en">{body}</div>' if has_words and code != _ENGLISH else body
        for code in CODES
    }
    return Output("", "text", pages)


def _plain_table(
    held: Mapping[str, Any], heading: Mapping[str, str], shown: dict[str, int]
) -> Output:
    """Return a DataFrame that a cell ends with; without a caption it gets the heading above.

    One without rows is a sentence, without files.
    """
    words, mark = dict(held["caption"]), ""
    title = heading.get(_ENGLISH) or next(iter(heading.values()), "")
    if not words:
        words = dict(heading) or {_ENGLISH: "Table"}
        shown[title] = shown.get(title, 0) + 1
        mark = f" ({shown[title]})" if shown[title] > 1 else ""
    frame = unpack(held["table"])
    frame.attrs = held["attrs"]
    pages = {}
    for code in CODES:
        of = code if code in words else next(iter(words))
        language = Language(code)
        caption = f"{words[of]}{mark}" if len(frame) or held["caption"] else ""
        pages[code] = plain_table(
            frame,
            language,
            caption,
            note=held["note"],
            caption_language=of,
            unseen=not held["caption"],  # it is right above
        )
    if frame.empty:
        return Output("", "text", pages)
    name = held["name"] or _named(title)
    return Output(name, "table", pages, held["table"], source=held["attrs"].get("source", []))


def _named(title: str) -> str:
    """Return a heading as the name of a file."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    while len("-".join(words)) > _LONGEST_NAME:
        words.pop()
    return "-".join(words) or "table"
