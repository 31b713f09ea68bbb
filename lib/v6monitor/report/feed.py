"""What does a subscriber of the archive get? An Atom feed per language (RFC 4287).

A feed per language, as there is a page per language: in one feed for both, every month would come
twice to every reader. All references are relative to the feed: an archive does not know where it
will stand. What an entry says follows from the index, and so do its times: the same archive gives
the same bytes.
"""

import uuid
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from v6monitor import __version__
from v6monitor.language import Language
from v6monitor.report import message
from v6monitor.report.index import Entry

ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"


class Place(NamedTuple):
    """Where a feed stands: its file, the page it goes with, and the feed in the other language."""

    file: str
    page: str
    twin: str


def feed(
    archive: str, months: Sequence[tuple[Entry, str]], place: Place, language: Language
) -> str:
    """Return the feed of the months, each with the page it leads to; the newest comes first.

    ``archive`` is the UUID of the archive: a month keeps its id when its report is made again.
    """
    base = uuid.UUID(archive)
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language.code})
    _add(root, "title", language.text("IPv6 at government domains: what changed"))
    _add(root, "id", uuid.uuid5(base, language.code).urn)
    _add(root, "updated", max(_updated(month) for month, _ in months))
    _add(root, "link", rel="self", href=place.file)
    _add(root, "link", rel="alternate", type="text/html", href=place.page)
    if place.twin:
        _add(root, "link", rel="related", href=place.twin)
    _add(_add(root, "author"), "name", "v6monitor")
    _add(root, "generator", "v6monitor", version=__version__)
    for month, page in reversed(months):
        entry = _add(root, "entry")
        _add(entry, "title", title(month, language))
        _add(entry, "id", uuid.uuid5(base, f"{month['period']}/{language.code}").urn)
        _add(entry, "updated", _updated(month))
        _add(entry, "link", rel="alternate", type="text/html", href=page)
        items = _add(_add(_add(entry, "content", type="xhtml"), "div", xmlns=XHTML), "ul")
        for sentence in told(month, language):
            _add(items, "li", sentence)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def title(month: Entry, language: Language) -> str:
    """Return what an entry is called: the month with its counts, or that it was withdrawn."""
    if month["withdrawn"]:
        name = language.month(month["period"])
        return language.text("IPv6 in {month}: report withdrawn", month=name)
    return message.subject(month["period"], month["changes"], language)


def told(month: Entry, language: Language) -> list[str]:
    """Return what an entry says, in sentences."""
    if month["withdrawn"]:
        return [message.withdrawn(month["withdrawn"], language)]
    said = message.sentences(month["changes"], language)
    if month["synthetic"]:
        said.insert(0, language.text("Synthetic example data."))
    if not month["publishable"]:
        said.insert(0, language.text("Not fit to publish."))
    if month["corrects"]:
        said.insert(0, message.corrects(month["corrects"], language))
    return said


def _updated(month: Entry) -> str:
    """Return when what an entry says last changed: its facts, or its being withdrawn."""
    acts = [act["at"] for act in (month["withdrawn"], month["corrects"]) if act]
    return str(max([month["changes"]["facts_of"], *acts]))


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    child.text = text or None
    return child
