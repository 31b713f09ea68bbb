"""Is every text that a reader sees there in Dutch?"""

import re
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from v6monitor.charts.laggards import EVENTS
from v6monitor.charts.trend import BREAKS
from v6monitor.charts.wording import MEASURES, SHARES
from v6monitor.intake.cleaning import Reason
from v6monitor.mail.advice import EXPLANATIONS, NEXT_STEPS
from v6monitor.mail.card import CONFIDENCE

PACKAGE = Path(__file__).parents[1] / "lib" / "v6monitor"
TABLES = (
    BREAKS,
    EVENTS,
    MEASURES,
    SHARES,
    EXPLANATIONS,
    NEXT_STEPS,
    CONFIDENCE,
    {reason.name: reason.value for reason in Reason},
)
TEMPLATE_TEXT = re.compile(r"""text\((["'])(.+?)\1\)""")


def messages() -> set[str]:
    """Return the texts of the code, its tables and the templates."""
    found = {text for table in TABLES for text in table.values()}
    for file in PACKAGE.rglob("*.py"):
        source = BytesIO(file.read_bytes())
        for _, message, _, _ in extract("python", source, {"text": None, "plural": (1, 2)}):
            found.add(message if isinstance(message, str) else message[0])
    for file in PACKAGE.rglob("*.j2"):
        found |= {text for _, text in TEMPLATE_TEXT.findall(file.read_text(encoding="utf-8"))}
    return found


@pytest.fixture(scope="module")
def dutch():
    """Return the Dutch catalogue."""
    with (PACKAGE / "language" / "nl.po").open("rb") as file:
        return read_po(file, locale="nl")


def test_every_text_has_a_dutch_one(dutch):
    """A text without a translation would stand in English on a Dutch page."""
    missing = [text for text in sorted(messages()) if text not in dutch or not dutch[text].string]
    assert missing == []


def test_a_translation_has_the_places_of_its_text(dutch):
    """A value that the English text names is in the Dutch one, and no other."""
    for entry in dutch:
        texts = entry.string if entry.pluralizable else [entry.string]
        for text in texts if entry.id else []:
            original = entry.id[1] if entry.pluralizable else entry.id
            assert places(text) <= places(original), original
            assert entry.pluralizable or places(text) == places(original), original


def test_the_catalogue_has_each_text_once():
    """A text that stands twice in the catalogue would hide one of its translations."""
    lines = (PACKAGE / "language" / "nl.po").read_text(encoding="utf-8").split("\n\n")
    texts = [part.split("msgstr")[0] for part in lines if part.startswith("msgid")]
    assert sorted(set(texts)) == sorted(texts)


def places(text: str) -> set[str]:
    """Return the names between braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}
