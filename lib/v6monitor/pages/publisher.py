"""Who publishes the reports: sender, colours, contact and licence, from ``data/publisher.yaml``."""

import base64
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from v6monitor import workspace
from v6monitor.charts.style import contrast
from v6monitor.errors import InputError
from v6monitor.language import CODES

COLOURS: dict[str, str] = {
    "basis-color-default-color-document": "#1b1b1b",
    "basis-color-default-color-subtle": "#595959",
    "basis-color-default-border-subtle": "#d6dbe1",
    "basis-color-accent-1-color-default": "#154273",
    "basis-color-accent-1-bg-subtle": "#eef3f8",
    "basis-color-action-1-color-default": "#0b5a9e",
    "basis-color-warning-1-border-default": "#c8501e",
    "basis-color-warning-1-bg-subtle": "#fdf3ee",
    "basis-focus-outline-color": "#c8501e",
}
"""The colours of a page by their token in the NL Design System."""

_LONGEST = 1000  # characters of a text
_LARGEST_FILE, _LARGEST_LOGO = 64_000, 100_000  # bytes
_CONTRASTS = {
    ("color-document", "color-subtle", "color-default"): 4.5,  # text (WCAG 1.4.3)
    ("border-default", "outline-color"): 3.0,  # other parts (WCAG 1.4.11)
}
_LOGOS = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"<svg": "image/svg+xml"}

Texts = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True)
class Contact:
    """Whom readers can ask; empty texts are left out."""

    name: Texts = field(default_factory=dict)
    email: str = ""
    phone: str = ""
    page: str = ""
    postal: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letters:
    """What letters begin and end with: the prefix of their reference, and who signs them."""

    reference: str = ""
    signed_by: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Licence:
    """The licence of the figures: its name and where it can be read."""

    name: str = ""
    url: str = ""


@dataclass(frozen=True)
class Publisher:
    """Who publishes the reports, as ``data/publisher.yaml`` says; empty texts are left out."""

    name: Texts
    example: bool = False
    """Whether these are the example values that come with v6monitor."""
    identifier: str = ""
    address: str = ""
    """Where the archive is published; ends with a slash."""
    logo: str = ""
    """A data: URI."""
    colours: Mapping[str, str] = field(default_factory=lambda: COLOURS)
    next_report_day: int = 0
    contact: Contact = field(default_factory=Contact)
    letters: Letters = field(default_factory=Letters)
    licence: Licence = field(default_factory=Licence)
    accessibility: str = ""
    colophon: Texts = field(default_factory=dict)

    @cached_property
    def links(self) -> frozenset[str]:
        """Return the addresses elsewhere that its pages may link to."""
        found = {self.address, self.contact.page, self.licence.url, self.accessibility}
        return frozenset(found - {""})

    @cached_property
    def style(self) -> str:
        """Return the colours as custom properties of CSS."""
        properties = "; ".join(f"--{token}: {colour}" for token, colour in self.colours.items())
        return f":root {{ {properties}; }}"

    @cached_property
    def favicon(self) -> str:
        """Return the icon of its pages as data: URI: a six in its own colour."""
        colour = self.colours["basis-color-accent-1-color-default"]
        picture = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" '
            f'height="32" rx="5" fill="{colour}"/><text x="16" y="25" font-size="26" fill="#fff" '
            'font-family="sans-serif" font-weight="700" text-anchor="middle">6</text></svg>'
        )
        return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"

    def next_report(self, period: str) -> dt.date | None:
        """Return when the report after that of a month (YYYY-MM) appears; None when not known."""
        year, month = divmod(int(period[:4]) * 12 + int(period[5:]), 12)
        return dt.date(year, month + 1, self.next_report_day) if self.next_report_day else None


def read() -> Publisher:
    """Return who publishes the reports: as the workspace's own file says, else the example's.

    InputError with the file, the name of the line, what was found and what was expected.
    """
    path = workspace.publisher()[0]
    try:
        return _read(path, path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


@lru_cache(maxsize=4)
def _read(path: Path, content: bytes) -> Publisher:
    try:
        return Publisher(**_values(content, path.parent))
    except (UnicodeError, yaml.YAMLError) as error:
        raise InputError(f"{path}: is not YAML in UTF-8 ({' '.join(str(error).split())})") from None
    except InputError as error:
        raise InputError(f"{path}: {error}; data/README.md says what may be in it") from None


def _values(content: bytes, folder: Path) -> dict[str, Any]:
    if len(content) > _LARGEST_FILE:
        raise InputError(f"has {len(content)} bytes, expected at most {_LARGEST_FILE}")
    found = yaml.load(content, Loader=yaml.BaseLoader)  # noqa: S506 - all is text
    values = _record(found, "", _FIELDS)
    if "name" not in values:
        raise InputError("name is missing, expected the name of the publisher")
    if "logo" in values:
        values["logo"] = _logo(folder / values["logo"])
    return values | {"colours": _colours(values.get("colours", {}))}


_Reader = Callable[[Any, str], Any]


def _record(found: Any, where: str, fields: Mapping[str, _Reader]) -> dict[str, Any]:
    """Return the values of a mapping, each read by its field; empty ones are left out."""
    if not isinstance(found, dict):
        raise _wrong(where or "the file", found, "lines of a name, a colon and a value")
    for name in found:
        if name not in fields:
            what = f"{where or 'the file'} has {name!r:.60}"
            raise InputError(f"{what}, expected only {', '.join(fields)}")
    return {
        name: fields[name](value, f"{where}.{name}".lstrip("."))
        for name, value in found.items()
        if value not in ("", [], {})
    }


def _of(kind: type[Any], **fields: _Reader) -> _Reader:
    """Return the reader of a part with fields of its own."""
    return lambda found, where: kind(**_record(found, where, fields))


def _line(found: Any, where: str) -> str:
    if not isinstance(found, str) or len(found) > _LONGEST or not found.isprintable():
        raise _wrong(where, found, f"a line of text of at most {_LONGEST} characters")
    return found


def _matching(pattern: str, expected: str) -> _Reader:
    def read(found: Any, where: str) -> str:
        if not re.fullmatch(pattern, _line(found, where)):
            raise _wrong(where, found, expected)
        return str(found)

    return read


def _texts(found: Any, where: str) -> Texts:
    """Return a text by language; one text is for all."""
    if isinstance(found, str):
        return dict.fromkeys(CODES, _line(found, where))
    read = _record(found, where, dict.fromkeys(CODES, _line))
    if read.keys() != set(CODES):
        raise _wrong(where, found, f"a text for each of {', '.join(CODES)}")
    return read


def _lines(found: Any, where: str) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise _wrong(where, found, "a list of lines")
    return tuple(_line(one, where) for one in found)


def _url(found: Any, where: str) -> str:
    """Return an address on the web; nothing else may be behind a link."""
    text = _line(found, where)
    try:
        parts = urlsplit(text)
        good = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or re.search(r"""[\s<>"'\\`{}|^]""", text):
        raise _wrong(where, found, "an address that begins with https://")
    return text


def _folder(found: Any, where: str) -> str:
    return f"{_url(found, where).rstrip('/')}/"


def _flag(found: Any, where: str) -> bool:
    return bool(_matching("true|false", "true or false")(found, where) == "true")


def _day(found: Any, where: str) -> int:
    expected = "a day of the month from 1 to 28"
    day = int(_matching("[0-9]{1,2}", expected)(found, where))
    if day not in range(1, 29):
        raise _wrong(where, found, expected)
    return day


_picture = _matching(r"[\w-][\w.-]*\.(png|jpg|svg)", "a .png, .jpg or .svg file beside this one")
_email = _matching(r"[\w.+-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+", "an e-mail address")
_phone = _matching(r"\+?[0-9 ()-]{6,25}", "a telephone number")
_colour = _matching("#[0-9a-fA-F]{6}", "a colour as #rrggbb")
_reference = _matching("[A-Za-z0-9-]{1,20}", "at most 20 letters, digits and hyphens")
_FIELDS: Mapping[str, _Reader] = {
    "example": _flag,
    "name": _texts,
    "identifier": _url,
    "address": _folder,
    "logo": _picture,
    "colours": _of(dict, **dict.fromkeys(COLOURS, _colour)),
    "next_report_day": _day,
    "contact": _of(Contact, name=_texts, email=_email, phone=_phone, page=_url, postal=_lines),
    "letters": _of(Letters, reference=_reference, signed_by=_texts),
    "licence": _of(Licence, name=_line, url=_url),
    "accessibility": _url,
    "colophon": _texts,
}


def _colours(own: dict[str, str]) -> Mapping[str, str]:
    """Return the colours with one's own; InputError for one that readers cannot tell apart."""
    found = COLOURS | own
    backgrounds = ["#ffffff", *(found[token] for token in found if "-bg-" in token)]
    for ends, needed in _CONTRASTS.items():
        for token in (token for token in found if token.endswith(ends)):
            met = min(contrast(found[token], background) for background in backgrounds)
            if met < needed:
                raise InputError(
                    f"colours.{token} is {found[token]}, with a contrast of {met:.1f} to the "
                    f"background, expected at least {needed}"
                )
    return found


def _logo(path: Path) -> str:
    """Return a picture as data: URI; in a page it runs nothing and fetches nothing."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"logo {path.name} cannot be read ({error.strerror})") from error
    start = content.lstrip()[:1024]
    kind = next((kind for mark, kind in _LOGOS.items() if start.startswith(mark)), "")
    if start.startswith(b"<?xml") and b"<svg" in start:
        kind = "image/svg+xml"
    if not kind or len(content) > _LARGEST_LOGO:
        raise InputError(
            f"logo {path.name} is no PNG, JPEG or SVG of at most {_LARGEST_LOGO} bytes"
        )
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _wrong(where: str, found: Any, expected: str) -> InputError:
    what = f"{found!r:.60}" if isinstance(found, str) else f"a {type(found).__name__}"
    return InputError(f"{where} is {what}, expected {expected}")
