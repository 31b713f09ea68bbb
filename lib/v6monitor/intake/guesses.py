"""What does a column that nobody described seem to hold? Names, days or results, by its cells."""

import re
import shlex
from collections.abc import Iterable

import pandas as pd

from v6monitor.intake import vocabulary
from v6monitor.intake.columns import plain
from v6monitor.intake.dates import days
from v6monitor.intake.domains import is_name, split
from v6monitor.intake.sheet import Sheet, top

_SEEN = 60
_MOST = 0.8
_UNKNOWN = {"", "?", "unknown", "onbekend", "-"}
_ABOUT = {
    "mx_address": ("mail", "mx"),
    "ns_address": ("name server", "nameserver", "ns ", "dns"),
    "ws_address": ("web", "www", "site"),
}
"""Words in a label that tell which address test a column of results is about."""


def seem_names(cells: "pd.Series[str]") -> bool:
    """Tell whether most filled cells hold host names, web addresses or e-mail addresses."""
    filled = _filled(cells)
    return _most(any(map(is_name, split(cell))) for cell in filled)


def seem_results(cells: "pd.Series[str]") -> bool:
    """Tell whether most filled cells hold words for yes and no, or for passed and failed."""
    found = [vocabulary.result(cell) for cell in _filled(cells) if cell not in _UNKNOWN]
    return _most(word is not None for word in found)


def seem_days(cells: "pd.Series[str]") -> bool:
    """Tell whether most filled cells hold a day."""
    filled = _filled(cells)
    return _most(day != "" for day in days(pd.Series(filled, dtype="str"))[0])


def suggestion(sheet: Sheet) -> str:
    """Return ``--map`` options for a table of an unknown form, to be pasted; "" for no idea.

    They need a column of names with a label. A column of results that is about IPv6 by its label
    becomes the address test that this speaks of, else that of the websites (or of mail, when the
    names are e-mail addresses), for each field the first column that fits.
    """
    for number, labels in top(sheet):
        body = sheet.cells.iloc[number + 1 :]
        unique = [at for at, label in enumerate(labels) if label and labels.count(label) == 1]
        found = _fields({labels[at]: body.iloc[:, at] for at in unique})
        if "domain" in found:
            pairs = (f"{label}={field}" for field, label in found.items())
            return " ".join(f"--map {shlex.quote(pair)}" for pair in pairs)
    return ""


def _fields(columns: dict[str, "pd.Series[str]"]) -> dict[str, str]:
    """Return the label by field, of the columns in which something can be recognised."""
    results = [label for label, cells in columns.items() if seem_results(cells)]
    others = {label: cells for label, cells in columns.items() if label not in results}
    names = [label for label, cells in others.items() if seem_names(cells)]
    dates = [label for label, cells in others.items() if seem_days(cells)]
    found = dict(zip(("domain",), names, strict=False))
    found |= dict(zip(("measured_at",), dates, strict=False))
    by_mail = bool(names) and _most("@" in cell for cell in _filled(columns[names[0]]))
    untold = "mx_address" if by_mail else "ws_address"
    about_ipv6 = [label for label in results if re.search("v6|aaaa", plain(label))]
    for label in about_ipv6 or filter(_test, results):
        found.setdefault(_test(label) or untold, label)
    return found


def _test(label: str) -> str:
    words = f"{plain(label)} "
    return next(
        (field for field, about in _ABOUT.items() if any(word in words for word in about)), ""
    )


def _filled(cells: "pd.Series[str]") -> list[str]:
    text = cells.iloc[: 4 * _SEEN].str.strip()
    return [str(cell) for cell in text[text != ""].iloc[:_SEEN]]


def _most(told: Iterable[bool]) -> bool:
    """Tell whether most of these are true, and there is one."""
    answers = list(told)
    return bool(answers) and sum(answers) >= _MOST * len(answers)
