"""Cells made sense of: domain names, dates, duplicates, and the faults that list every change."""

import datetime as dt
import re
from collections.abc import Iterator
from enum import StrEnum

import pandas as pd

from v6monitor.intake.columns import COLUMNS
from v6monitor.language import marked
from v6monitor.names import PLACEHOLDERS, InvalidNameError, is_name, normalise

KEPT, CHANGED, DROPPED = "kept", "changed", "dropped"
FAULT_COLUMNS = ("file", "row", "column", "value", "reason", "done")
KEY = ["measured_at", "domain", "type"]
"""What one row of the canonical table is about."""

_SOURCE = {"source_format", "source_file", "source_row", "date_source", "file_date"}
_CONTENT = [column for column in COLUMNS if column not in _SOURCE]
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_LONGEST_PLAIN = 200
_DIVIDER = re.compile(r"[;,|\n]")


class Reason(StrEnum):
    """Why a cell was changed or doubted, or a row dropped; Dutch is in nl.po."""

    NOT_READ = marked("sheet or part in a format that is not recognised")
    HIDDEN = marked("hidden in the spreadsheet, read all the same")
    MERGED = marked("merged cells, each read with the value of the first")
    BEYOND = marked("more cells than the header")
    EMPTY_ROW = marked("empty row")
    CONTINUATION = marked("no domain name (continuation of the row above)")
    REWRITTEN = marked("normalised to a plain domain name")
    SEVERAL_NAMES = marked("several names in one cell")
    SPLIT = marked("several names in one cell, split into a row each")
    EMPTY_NAME = marked("empty")
    PLACEHOLDER = marked("placeholder")
    ADDRESS = marked("IP address")
    WHITE_SPACE = marked("white space in the name")
    NOT_A_URL = marked("not a URL")
    UNDERSCORE = marked("underscore in a host name")
    NO_DOT = marked("no dot in the name")
    NOT_A_NAME = marked("not a valid host name")
    UNIT = marked("unit of an organisation, not measured separately")
    NO_TYPE = marked("neither web nor mail")
    NO_DAY = marked("no measurement date")
    OTHER_DAY = marked("not a date, another one used")
    DAY_OR_MONTH = marked("ambiguous date, read as day first")
    FILE_DISAGREES = marked("measurement date differs from the file name")
    STRANGE_RESULT = marked("unrecognised result, counted as unknown")
    MISPLACED_RESULT = marked("result of the other type of test, ignored")
    NO_RESULTS = marked("no results")
    NOT_TESTED = marked("address test not done, counted as no mail servers")
    NO_MX = marked("category passed without mail server address, counted as no mail servers")
    REACH = marked("reachability taken from the technical results")
    NOT_AN_ADDRESS = marked("not an IP address")
    NOT_REACHED = marked("test after a failed one, counted as not tested")
    NO_SCORE = marked("not a score from 0 to 100, ignored")
    DECIMAL_COMMA = marked("decimal comma in a score")
    NO_SECTOR = marked("unknown sector, ignored")
    NO_PROVINCE = marked("unknown province, ignored")
    TWO_OWNERS = marked("listed above with another organisation")
    MEASURED_TWICE = marked("measured twice that day")
    MEASURED_AGAIN = marked("measured again later that month, which counts")
    LISTED_TWICE = marked("listed twice")


class Faults:
    """Collects the faults of a file, a column of cells at a time."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[pd.DataFrame] = []

    def add(
        self,
        values: "pd.Series[str]",
        reason: "str | pd.Series[str]",
        done: str,
        particulars: "str | pd.Series[str]" = "",
    ) -> None:
        """Add cells of the column that ``values`` is named after; its index is their row."""
        if len(values):
            found = pd.DataFrame({"value": values.array, "row": values.index})
            for column, given in (("reason", reason), ("particulars", particulars)):
                found[column] = given.array if isinstance(given, pd.Series) else str(given)
            suffix = ": " + found.pop("particulars").astype("str")
            found["reason"] = found["reason"].astype("str") + suffix.where(suffix != ": ", "")
            found = found.assign(column=str(values.name), done=done)
            self._found.append(found.assign(file=self._file))

    def table(self) -> pd.DataFrame:
        """Return the faults in the order of the rows: columns ``FAULT_COLUMNS``."""
        empty = pd.DataFrame(columns=list(FAULT_COLUMNS), dtype="str").astype({"row": "int64"})
        if not self._found:
            return empty
        table = pd.concat(self._found, ignore_index=True)[list(FAULT_COLUMNS)]
        table = table.astype(empty.dtypes.to_dict())
        return table.sort_values("row", kind="stable", ignore_index=True)


def summary(faults: pd.DataFrame) -> pd.DataFrame:
    """Return ``reason``, ``done``, ``faults`` (number) and ``example``, most frequent first."""
    reasons = faults.assign(reason=faults["reason"].str.replace(r"(?s): .*", "", regex=True))
    counted: pd.DataFrame = reasons.groupby(["reason", "done"], as_index=False).agg(
        faults=("row", "size"), example=("value", "first")
    )
    counted.attrs = dict(faults.attrs)
    return counted.sort_values(["faults", "reason"], ascending=[False, True], ignore_index=True)


def normalised(cells: "pd.Series[str]") -> pd.DataFrame:
    """Return ``domain``, ``domain_display``, ``reason`` (why it is no name) and ``particulars``."""
    codes, different = pd.factorize(cells)
    names = pd.Series(different, dtype="str")
    plain = (
        names.str.fullmatch(_PLAIN)
        & ~names.str.contains("--", regex=False)
        & (names.str.len() < _LONGEST_PLAIN)
        & ~names.isin(PLACEHOLDERS)
    )
    as_they_are = cells if plain.all() else names
    found = {"domain": as_they_are, "domain_display": as_they_are, "reason": "", "particulars": ""}
    table = pd.DataFrame(found, as_they_are.index, dtype="str")
    if plain.all():
        return table
    others = names[~plain]
    cleaned = [_normalised(name) for name in others]
    table.loc[~plain] = pd.DataFrame(cleaned, others.index, table.columns, dtype="str")
    return table.iloc[codes].set_index(cells.index)


def split(cell: str) -> list[str]:
    """Return the names in a cell; in a web address only a comma before white space ends one."""
    if not _DIVIDER.search(cell):
        return [cell]
    between = r"[;,|]\s|\n" if "//" in cell else _DIVIDER
    pieces = (piece.strip() for piece in re.split(between, cell))
    return [piece for piece in pieces if piece and not piece.startswith("label:")]


def outline(table: pd.DataFrame) -> tuple[object, ...]:
    """Return what two canonical tables share if they are the same measurement: a quick test."""
    return len(table), *table[KEY].iloc[0]


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two canonical tables hold the same, wherever they were read."""
    first, second = (table[_CONTENT].reset_index(drop=True) for table in (one, other))
    return first.equals(second)


def one_per_key(table: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the first row of each ``KEY``, and the faults of the others, which name that row."""
    twice = table.duplicated(KEY).to_numpy()
    once = table[~twice] if twice.any() else table  # without a copy of a million rows
    kept = once.drop(columns="file").reset_index(drop=True)
    if not twice.any():
        return kept, []
    rows = table[[*KEY, "list", "file"]].rename_axis("row").reset_index()
    pairs = rows[twice].merge(rows[~twice], on=KEY, how="left", suffixes=("", "_first"))
    other_list = (" (" + pairs["list"] + ")").where(pairs["list"] != pairs["list_first"], "")
    pairs["kept"] = pairs["file_first"] + " " + pairs["row_first"].astype("str") + other_list
    reasons = {True: Reason.MEASURED_TWICE.value, False: Reason.LISTED_TWICE.value}
    pairs["reason"] = pairs["measured_at"].notna().map(reasons)
    found = []
    for file, dropped in pairs.groupby("file"):
        faults = Faults(str(file))
        by_row = dropped.set_index("row")
        faults.add(by_row["domain"], by_row["reason"], DROPPED, by_row["kept"])
        found.append(faults.table())
    return kept, found


def _normalised(cell: str) -> tuple[str, str, str, str]:
    try:
        return *normalise(cell), "", ""
    except InvalidNameError as error:
        if len(pieces := split(cell)) > 1 and all(map(is_name, pieces)):
            return "", "", Reason.SEVERAL_NAMES, ""
        reason, _, particulars = str(error).partition(": ")
        return "", "", reason, particulars


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


def has_day(cell: str) -> bool:
    """Return whether a cell holds a day."""
    return _day(cell, swapped=False) != "" or _day(cell, swapped=True) != ""


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
