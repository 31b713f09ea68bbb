"""Who publishes the reports is set once, in a file that may hold anything."""

import datetime as dt
from pathlib import Path

import pytest

from v6monitor.errors import InputError
from v6monitor.pages import publisher

PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a publisher of one's own, in the working directory's data."""
    (tmp_path / "data" / "measurements").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data" / "publisher.yaml"


def test_without_a_file_of_ones_own_the_example_says_that_it_is_one(own: Path) -> None:
    """It travels with v6monitor."""
    found = publisher.read()
    assert found.example
    assert ".example" in found.contact.email


def test_a_file_of_ones_own_takes_the_place_of_the_whole_example(own: Path) -> None:
    """Nothing of the example is left on its pages; colours that are not set keep their default."""
    own.with_name("logo.png").write_bytes(PIXEL)
    own.write_text(
        "name: {nl: Gemeente Zuid, en: Town of South}\nlogo: logo.png\n"
        "address: https://ipv6.south.example/v6\nnext_report_day: 15\n"
        "colours: {basis-color-action-1-color-default: '#0000AA'}\n"
        "contact: {email: post@south.example, name: Helpdesk}\n"
    )
    found = publisher.read()
    assert (found.example, found.name["en"]) == (False, "Town of South")
    assert found.contact.name == {"nl": "Helpdesk", "en": "Helpdesk"}
    assert (found.contact.phone, found.licence.url, found.accessibility) == ("", "", "")
    assert found.logo.startswith("data:image/png;base64,")
    assert "--basis-color-action-1-color-default: #0000AA;" in found.style
    assert "--basis-color-accent-1-color-default: #154273;" in found.style
    assert found.links == {"https://ipv6.south.example/v6/"}
    assert found.next_report("2026-12") == dt.date(2027, 1, 15)
    assert found.next_report("2026-10") == dt.date(2026, 11, 15)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("nam: x", "the file has 'nam', expected only example, name"),
        ("name: {nl: x}", "name is a dict, expected a text for each of nl, en"),
        ("name: [x]", "name is a list, expected"),
        ('name: "a\\u202eb"', "name is 'a\\u202eb', expected a line of text"),
        ("accessibility: 'javascript:alert(1)'", "expected an address that begins with https://"),
        ("accessibility: http://a.example/", "expected an address that begins with https://"),
        ("accessibility: 'https://a.example/\"onclick=x'", "expected an address"),
        ("accessibility: https://user@a.example/", "expected an address"),
        ("accessibility: 'https://[a.example/'", "expected an address"),
        ("contact: {email: 'a@b.example?cc=x@y.example'}", "contact.email is"),
        ("contact: {tel: 1}", "contact has 'tel', expected only name, email"),
        ("contact: {postal: Street 1}", "contact.postal is 'Street 1', expected a list of lines"),
        ("next_report_day: 30", "next_report_day is '30', expected a day of the month from 1"),
        ("next_report_day: ٣", "expected a day of the month"),
        ("example: yes", "example is 'yes', expected true or false"),
        ("colours: {basis-color-action-1-color-default: red}", "expected a colour as #rrggbb"),
        ("colours: {basis-color-action-1-color-default: '#ffff00'}", "with a contrast of 1.0"),
        ("colours: {ink: '#000000'}", "colours has 'ink', expected only basis-color"),
        ("letters: {reference: 'a/b'}", "letters.reference is 'a/b', expected at most 20 letters"),
        ("logo: ../logo.png", "expected a .png, .jpg or .svg file beside this one"),
        ("logo: none.png", "logo none.png cannot be read (No such file or directory)"),
        ("logo: page.svg", "logo page.svg is no PNG, JPEG or SVG of at most 100000 bytes"),
        ("[", "is not YAML in UTF-8"),
        ("a: &a [x]\nb: !!python/object:os.system {}", "the file has 'a'"),
        ("# " + "x" * 64_000, "has 64"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(own: Path, line: str, what: str) -> None:
    """With the file, the line, what was found and what was expected."""
    own.with_name("page.svg").write_text("<html><script>alert(1)</script></html>")
    own.write_text(f"name: South\n{line}\n" if not line.startswith("name") else line)
    with pytest.raises(InputError) as error:
        publisher.read()
    assert str(own) in str(error.value)
    assert what in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_without_a_name_is_refused(own: Path) -> None:
    """A page must say whose it is."""
    own.write_text("example: true\n")
    with pytest.raises(InputError, match="name is missing"):
        publisher.read()
