"""The Dutch catalogue, checked with Babel's own tools: complete, sorted, and nothing unused."""

import io
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lib" / "v6monitor"
CATALOGUE = PACKAGE / "language" / "nl.po"
EXTRACT = ("-k", "text", "-k", "plural:1,2", "-k", "marked", "--no-default-keywords")


@pytest.fixture(scope="module")
def dutch() -> Catalog:
    """Return the Dutch catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="nl")


@pytest.fixture(scope="module")
def messages(tmp_path_factory) -> set[str]:
    """Return the messages of the code and the templates, as ``pybabel extract`` finds them."""
    file = tmp_path_factory.mktemp("catalogue") / "messages.pot"
    mapping = str(ROOT / "pyproject.toml")
    CommandLineInterface().run(
        ["pybabel", "-q", "extract", "-F", mapping, *EXTRACT, "-o", str(file), str(PACKAGE)]
    )
    with file.open("rb") as stream:
        return set(map(_message, read_po(stream))) - {""}


def test_every_message_has_a_dutch_one(messages, dutch):
    """A message without a translation would be English on a Dutch page."""
    translated = {_message(entry) for entry in dutch if entry.string}
    assert messages - translated == set()


def test_every_translation_is_used(messages, dutch):
    """What no code and no template says any more is taken out."""
    assert {_message(entry) for entry in dutch} - messages - {""} == set()


def test_a_translation_has_the_places_of_its_message(dutch):
    """A value that the English message names is in the Dutch one, and no other."""
    for entry in dutch:
        texts = entry.string if entry.pluralizable else [entry.string]
        for text in texts if entry.id else []:
            original = entry.id[1] if entry.pluralizable else entry.id
            assert places(text) <= places(original), original
            assert entry.pluralizable or places(text) == places(original), original


def test_the_catalogue_is_as_babel_writes_it(dutch):
    """Sorted and each message once, so that changes are easy to see: ``make catalogue``."""
    text = io.BytesIO()
    write_po(text, dutch, width=0, sort_output=True, no_location=True, omit_header=True)
    assert text.getvalue().decode() == CATALOGUE.read_text(encoding="utf-8")


def places(text: str) -> set[str]:
    """Return the names between braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _message(entry) -> str:
    return entry.id[0] if entry.pluralizable else entry.id


@pytest.mark.parametrize("name", ["columns.csv", "values.csv"])
def test_a_code_has_one_row(name):
    """Of two rows with one code the second would silently be the words of both."""
    text = (PACKAGE / "language" / name).read_text(encoding="utf-8")
    codes = [line.partition(",")[0] for line in text.splitlines()]
    assert len(codes) == len(set(codes))
