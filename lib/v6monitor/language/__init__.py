"""Texts, numbers, dates and sources in the reader's language: English messages, Dutch catalogue.

Tables carry their sources in ``attrs["source"]``, a list of texts: ``measurement 2026-10-06
Internet.nl``, ``lookups 2026-10-07T09:00:00+00:00``, or the name of a file.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from v6monitor.language.columns import column, value_name

CODES = ("nl", "en")
NO_VALUE = "–"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_MOST = 4096
"""Numbers and months that are remembered: pages repeat most of them, and Babel takes its time."""
_LISTED = 3  # days of measurement that are named one by one


class Language:
    """Texts and forms in one language: ``Language("nl").percent(0.123)`` gives ``12,3%``.

    Messages are written in English in the code; ``nl.po`` has the Dutch.
    """

    def __init__(self, code: str) -> None:
        if code not in CODES:
            raise ValueError(f"language {code!r}: expected one of {', '.join(CODES)}")
        self.code = code
        self.locale = _locale(code)

    def text(self, message: str, **values: object) -> str:
        """Return the message in this language, with ``{names}`` filled in."""
        translated = self._translated(message)
        return translated.format(**values) if values else translated

    def plural(self, singular: str, plural: str, number: int, **values: object) -> str:
        """Return the form that fits the number; ``{number}`` is filled in, formatted."""
        if self.code == "nl" and (entry := _dutch().get(singular)) and entry.pluralizable:
            one, many = entry.string
        else:
            one, many = singular, plural
        chosen: str = one if number == 1 else many
        return chosen.format(number=self.number(number), **values)

    def label(self, code: str, of: str = "") -> str:
        """Return the name of a coded value (of a column) or of a column; else the text itself."""
        return value_name(code, self.code, of) or column(code, self.code).title

    def percent(self, share: float, digits: int = 1) -> str:
        """Return ``12.3%`` of 0.123; a dash for NaN."""
        if math.isnan(share):
            return NO_VALUE
        form = "#,##0%" if digits == 0 else f"#,##0.{'0' * digits}%"
        return str(format_percent(share, form, locale=self.locale))

    def points(self, points: float, digits: int = 1) -> str:
        """Return percentage points with their sign; plain 0 for what would round to it.

        >>> Language("en").points(1.466), Language("en").points(-0.04)
        ('+1.5', '0')
        """
        if math.isnan(points):
            return NO_VALUE
        if abs(points) < 10**-digits / 2:
            return "0"
        zeros = "0" * digits
        return str(format_decimal(points, f"+0.{zeros};−0.{zeros}", locale=self.locale))

    def number(self, number: float) -> str:
        """Return a number with the thousands as this language writes them."""
        return _decimal(str(number), self.code)

    def listed(self, items: Sequence[str]) -> str:
        """Return ``a, b and c``."""
        return str(format_list(list(items), locale=self.locale))

    def month(self, period: str) -> str:
        """Return ``October 2026`` of ``2026-10``."""
        return _month(period, self.code)

    def day(self, day: dt.date) -> str:
        """Return ``6 October 2026``."""
        return format_date(day, "d MMMM yyyy", locale=self.locale)

    def time(self, moment: dt.datetime) -> str:
        """Return day and time in the Netherlands of an aware moment."""
        return format_datetime(moment, "d MMMM yyyy HH:mm", tzinfo=AMSTERDAM, locale=self.locale)

    def _translated(self, message: str) -> str:
        if self.code == "en":
            return message
        entry = _dutch().get(message)
        return str(entry.string) if entry is not None and entry.string else message


@cache
def _locale(code: str) -> Locale:
    """Return the locale of a language; a name of it Babel would look up with every number."""
    return Locale.parse({"nl": "nl_NL", "en": "en_GB"}[code])


@lru_cache(_MOST)
def _decimal(number: str, code: str) -> str:
    return str(format_decimal(Decimal(number), locale=_locale(code)))


@lru_cache(_MOST)
def _month(period: str, code: str) -> str:
    day = dt.date.fromisoformat(f"{period}-01")
    return format_date(day, "LLLL yyyy", locale=_locale(code))


def marked(message: str) -> str:
    """Return the message as it is: one of a table, that ``Language.text`` translates later.

    Babel finds messages by the calls of ``text``, ``plural`` and ``marked``.
    """
    return message


class Sources(list[str]):
    """What ``attrs["source"]`` of a table holds; it is never changed.

    pandas copies attributes deeply with every column that is looked at, and this one it does not.
    """

    def __deepcopy__(self, memo: object) -> "Sources":
        """Return itself."""
        return self


def measurement_source(days: Iterable[dt.date], *, of: str = "Internet.nl") -> list[str]:
    """Return the sources of measurements made on these days, each once, the earliest first."""
    return [f"measurement {day:%Y-%m-%d} {of}".strip() for day in sorted(set(days))]


def lookups_source(asked_at: dt.datetime) -> list[str]:
    """Return the source of lookups that began at a moment, in UTC."""
    return [f"lookups {asked_at.isoformat(timespec='seconds')}"]


def source_text(sources: Sequence[str], language: Language) -> str:
    """Return sources as one text for under a figure.

    Args:
        sources: texts as ``attrs["source"]`` holds them.
        language: of the reader.

    Example:
        >>> source_text(["measurement 2026-10-06 Internet.nl"], Language("en"))
        'Internet.nl measurement of 6 October 2026'
    """
    measured: dict[str, list[dt.date]] = {}
    others = []
    for source in dict.fromkeys(sources):
        kind, _, particulars = source.partition(" ")
        if kind == "measurement":
            day, _, of = particulars.partition(" ")
            measured.setdefault(of, []).append(dt.date.fromisoformat(day))
        elif kind == "lookups":
            moment = language.time(dt.datetime.fromisoformat(particulars))
            others.append(language.text("own DNS lookups of {moment}", moment=moment))
        elif kind == "connections":
            began = dt.datetime.fromisoformat(particulars).astimezone(AMSTERDAM)
            others.append(language.text("own connections of {day}", day=language.day(began)))
        else:
            others.append(source)
    return "; ".join([*(_measured(of, days, language) for of, days in measured.items()), *others])


def rounded_parts(parts: Sequence[float], digits: int = 1) -> list[float]:
    """Return parts rounded so that they add up to their own sum, rounded: largest remainder.

    Each goes down to its last digit; what is missing from the sum goes, a last digit each, to those
    with the largest remainder, of equal ones to the first. With a NaN each is rounded by itself.

    >>> rounded_parts([33.33, 33.33, 33.34])
    [33.3, 33.3, 33.4]
    >>> rounded_parts([0.26, -0.13, -0.13])
    [0.2, -0.1, -0.1]
    """
    if any(math.isnan(part) for part in parts):
        return [round(part, digits) for part in parts]
    scale = 10**digits
    exact = [round(part * scale, 6) for part in parts]
    down = [math.floor(part) for part in exact]
    missing = round(math.fsum(exact)) - sum(down)
    order = sorted(range(len(parts)), key=lambda at: down[at] - exact[at])
    for at in order[:missing]:
        down[at] += 1
    return [part / scale for part in down]


def _measured(of: str, days: list[dt.date], language: Language) -> str:
    first, last = language.day(min(days)), language.day(max(days))
    if len(days) > _LISTED:
        number = language.number(len(days))
        values = {"number": number, "first": first, "last": last}
        if of:
            return language.text("{number} Internet.nl measurements, {first} to {last}", **values)
        return language.text("{number} measurements, {first} to {last}", **values)
    named = language.listed([language.day(day) for day in sorted(days)])
    if of:
        return language.text("Internet.nl measurement of {day}", day=named)
    return language.text("measurement of {day}", day=named)


@cache
def _dutch() -> Catalog:
    with (Path(__file__).parent / "nl.po").open("rb") as file:
        return read_po(file, locale="nl")
