"""Dates as people and programs write them, in cells and in the names of files and sheets."""

import datetime as dt
import re
from collections.abc import Iterator

import pandas as pd

_DUTCH = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {name: number for names in (_DUTCH, _ENGLISH) for number, name in enumerate(names, 1)}
_MONTH = "|".join(_MONTHS)
_BETWEEN = r"([-/._ ])"
_ISO = re.compile(rf"(?<!\d)(?P<y>\d{{4}}){_BETWEEN}(?P<m>\d{{1,2}})\2(?P<d>\d{{1,2}})(?!\d)")
_NUMBERS = re.compile(rf"(?<!\d)(?P<d>\d{{1,2}}){_BETWEEN}(?P<m>\d{{1,2}})\2(?P<y>\d{{4}})(?!\d)")
_WORDS = re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})[-/._ ](?P<m>{_MONTH})[-/._ ](?P<y>\d{{4}})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)")
_FORMS = (_ISO, _NUMBERS, _WORDS, _COMPACT)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_EPOCH = dt.date(1899, 12, 30)  # day 0 of Excel's and LibreOffice's calendar
_SERIALS = range(36_526, 73_051)  # 2000-01-01 to 2099-12-31
_LAST_MONTH = 12


def date_in(text: str) -> str:
    """Return the last full date in a file name or a sheet name as YYYY-MM-DD; "" for none.

    >>> date_in("internet-nl-dashboard-report-42-list-mail-2026-10-05.csv")
    '2026-10-05'
    >>> date_in("22-08-2022"), date_in("1 januari 2022"), date_in("export 2023-06")
    ('2022-08-22', '2022-01-01', '')
    """
    return next(_dates(text), "")


def without_dates(name: str) -> str:
    """Return the words of a file name that say nothing of when: what its series has in common.

    >>> without_dates("federal_sites-2026-10-05"), without_dates("federal-sites november 2026")
    ('federal sites', 'federal sites')
    """
    words = re.split(r"[\W_]+", name)
    return " ".join(word for word in words if not word.isdigit() and word.lower() not in _MONTHS)


def days(cells: "pd.Series[str]") -> tuple["pd.Series[str]", "pd.Series[bool]"]:
    """Return the day in each cell of a column ("" for none), and which are guesses.

    05-08-2022 is 5 August, unless the column proves the other order; a guess where nothing does.
    """
    codes, different = pd.factorize(cells)
    pairs = {raw: (int(found["d"]), int(found["m"])) for raw in different for found in _last(raw)}
    day_first = any(first > _LAST_MONTH >= second for first, second in pairs.values())
    month_first = any(second > _LAST_MONTH >= first for first, second in pairs.values())
    swapped = month_first and not day_first
    meant = [_day(str(raw), swapped) for raw in different]
    unproven = not day_first and not month_first
    guessed = [unproven and raw in pairs and len(set(pairs[raw])) > 1 for raw in different]
    table = pd.DataFrame({"day": pd.Series(meant, dtype="str"), "guessed": guessed})
    table = table.iloc[codes].set_axis(cells.index)
    return table["day"], table["guessed"].astype("bool")


def _last(cell: str) -> list[re.Match[str]]:
    """Return the last date in numbers with the year at the end that a cell holds, if any."""
    return [] if _ISO.search(cell) else list(_NUMBERS.finditer(cell))[-1:]


def _day(cell: str, swapped: bool) -> str:
    if serial := _SERIAL.fullmatch(cell):
        number = int(serial[1])
        return (_EPOCH + dt.timedelta(number)).isoformat() if number in _SERIALS else ""
    return next(_dates(cell, swapped), "")


def _dates(text: str, swapped: bool = False) -> Iterator[str]:
    for form in _FORMS:
        for found in reversed(list(form.finditer(text.lower()))):
            year, month, day = found["y"], found["m"], found["d"]
            if swapped and form is _NUMBERS:
                month, day = day, month
            try:
                number = _MONTHS.get(month) or int(month)
                yield dt.date(int(year), number, int(day)).isoformat()
            except ValueError:  # 31-02-2022 is no date; another in the text may be
                continue
