"""Source lines: where the numbers of a table come from, in the reader's language.

Tables carry their sources in ``attrs["source"]``, a list of texts: ``measurement 2026-10-06
Internet.nl``, ``lookups 2026-10-07T09:00:00+00:00``, or the name of a file.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from v6monitor.language import Language

_LISTED = 3  # days of measurement that are named one by one


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
        else:
            others.append(source)
    return "; ".join([*(_measured(of, days, language) for of, days in measured.items()), *others])


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
