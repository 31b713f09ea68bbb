"""Faults of a page: what an accessibility audit or a privacy officer would find first.

Names and values from a file or from DNS are no fault, whatever they say: only elements and our own
prose are judged, so no domain on the list can keep a page from being published.
"""

import re
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser

from v6monitor.pages import publisher
from v6monitor.pages.pages import script

_NO_ALT = "No description has been provided for this image"
_LOCAL_PATH = re.compile(r"(?:/home/|/root/|/tmp/|/Users/|[A-Z]:\\)\w")
_VOID = frozenset({"meta", "img", "br", "hr", "input", "link", "col", "source", "wbr"})
_LINKS = frozenset({"alternate", "canonical", "icon"})
_FORBIDDEN = frozenset({"iframe", "object", "embed", "link", "form", "base"})


def problems(
    page: str, *, figures: int = 0, tables: int = 0, prose: Iterable[str] = ()
) -> list[str]:
    """Return what is wrong with a page, empty when nothing is.

    ``figures`` and ``tables`` are how many of each kind the notebook showed, for a
    template can drop them silently; ``prose`` is what its author wrote. WCAG 2.1 AA: 1.1.1
    (alt), 1.3.1 (captions, scopes), 2.4.2 (title), 3.1.1 (language); no script but our own and
    nothing fetched from elsewhere, nor a link to a place that is not the publisher's.
    """
    reader = _Reader()
    reader.feed(page)
    found = list(reader.found)
    if reader.count["h1"] != 1:
        found.append(f"{reader.count['h1']} h1 headings, expected 1")
    if not reader.language:
        found.append("no language on <html>")
    if not reader.title.strip():
        found.append("no title")
    if reader.count["main"] != 1:
        found.append(f"{reader.count['main']} main regions, expected 1")
    if reader.count["figure"] != figures:
        found.append(f"{reader.count['figure']} figures, the notebook has {figures}")
    if reader.count["table"] < tables + figures:
        found.append(f"{reader.count['table']} tables, the notebook has {tables + figures}")
    if reader.count["caption"] != reader.count["table"]:
        found.append("a table without a caption")
    paths = filter(None, map(_LOCAL_PATH.search, prose))
    return [*found, *(f"a path of the machine that made it: {path[0]}…" for path in paths)]


class _Reader(HTMLParser):
    """Collects what the rules above count, and what is wrong in a single tag."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.count: Counter[str] = Counter()
        self.language = ""
        self.title = ""
        self._publisher = publisher.read()
        self._code: str | None = None
        self._open: list[str] = []
        self._ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.count[tag] += 1
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "script" and attributes.get("type") != "application/ld+json":
            self._code = ""
        if tag == "html":
            self.language = attributes.get("lang", "")
        self._forbidden(tag, attributes)
        self._incomplete(tag, attributes)
        identity = attributes.get("id")
        if identity in self._ids:
            self.found.append(f"id {identity} is used twice")
        if identity:
            self._ids.add(identity)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._code not in {None, script()}:
            self.found.append("<script> is not allowed, unless it is tables.js")
            self._code = None
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            self._code = None if self._code is None else self._code + data
        elif "title" in self._open:
            self.title += data

    def _forbidden(self, tag: str, attributes: dict[str, str]) -> None:
        harmless = tag == "link" and attributes.get("rel") in _LINKS
        if tag in _FORBIDDEN and not harmless:
            self.found.append(f"<{tag}> is not allowed")
        for name, value in attributes.items():
            if name.startswith("on"):
                self.found.append(f"event handler {name} on <{tag}>")
            if (
                name in {"src", "href"}
                and re.match(r"\s*(?:[a-z]+:)?//|\s*javascript:", value, re.IGNORECASE)
                and not self._is_known(tag, value)
            ):
                self.found.append(f"<{tag}> refers elsewhere: {value[:60]}")

    def _is_known(self, tag: str, address: str) -> bool:
        """Return whether an address elsewhere is one of the publisher's, which a reader opens."""
        if tag == "link":
            return bool(self._publisher.address) and address.startswith(self._publisher.address)
        return tag == "a" and address in self._publisher.links

    def _incomplete(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "img" and attributes.get("alt", "") in {"", _NO_ALT}:
            self.found.append("an image without a text alternative")
        if tag == "th" and not attributes.get("scope"):
            self.found.append("a table header without scope")
