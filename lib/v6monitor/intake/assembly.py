"""Raw cells of one measurement to rows of the canonical table, every fault listed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake import columns
from v6monitor.intake.cleaning import (
    CHANGED,
    DROPPED,
    KEPT,
    Faults,
    Reason,
    date_in,
    days,
    normalised,
    without_dates,
)
from v6monitor.intake.columns import (
    CANONICAL,
    COLUMNS,
    LATER,
    LOOKED_UP,
    MAIL_SOURCES,
    MAPPED,
    RESULTS,
)
from v6monitor.intake.sectors import SECTORS, province_in, sector_in
from v6monitor.intake.tables import by_arrow

_RESULT_FIELDS = tuple(dict.fromkeys(RESULTS["web"] + RESULTS["mail"]))
_UNREADABLE = "[\x00-\x1f\x7f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""White space other than spaces, and control characters: they would not survive in a row of text.
Spelled out, because so Arrow's own engine searches a column."""
_AFTER = {
    "ns_reach": "ns_address",
    "ws_reach": "ws_address",
    "ws_similar": "ws_address",
    "mx_reach": "mx_address",
}
"""The test without which another is not done."""
_YES_OR_NO = {"1", "0", "true", "false", "waar", "onwaar", "ja", "nee", "?", ""}
"""Results of a source that has no word for "not tested" and "not applicable"."""
_SAYS_MORE = (CANONICAL, MAPPED, "api-2", "netnl-findings")
"""Formats whose results are as they say, or of which nothing is known."""
_API_2 = "2020-07-13"
"""Since this day, Internet.nl v1.2.0, results say what was not tested."""


class Fault(NamedTuple):
    """Cells that a reader itself dropped or changed: their column by name, their row by index."""

    values: "pd.Series[str]"
    reason: Reason
    done: str


class Part(NamedTuple):
    """Raw cells of one measurement of one file: what a reader returns.

    ``cells`` has text columns named by fields of the canonical table, ``mail_view``,
    ``mail_testable`` and ``mail_configured``, as far as the file has them; its index is the row in
    the file.
    """

    format: str
    cells: pd.DataFrame
    sheet: str = ""
    unmeasured: str = "unknown"
    """What an empty result means: ``unknown``, or "" in a canonical table and a list of names."""
    dated_by: str = "column"
    """Where ``measured_at`` comes from when it is a column: of the rows, or of the ``request``."""
    faults: tuple[Fault, ...] = ()


class Context(NamedTuple):
    """What the caller and the file's name say of a file; ``measured_at`` is YYYY-MM-DD or ""."""

    file: str
    measured_at: str = ""
    sector: str = ""


def assemble(part: Part, context: Context, faults: Faults) -> pd.DataFrame:
    """Return the canonical rows of a part; the index is the row. InputError without any day."""
    for fault in part.faults:
        faults.add(*fault)
    cells = _cleaned(part.cells)
    cells = _with_domain(cells, faults)
    cells = _with_type(cells, faults)
    listed = _listed(cells, part)
    dates = _dates(cells, listed, part, context, faults)
    kept = listed | dates["measured_at"].ne("")
    cells, dates, listed = _only(kept, cells), dates[kept], listed[kept]
    if not part.format.startswith(_SAYS_MORE):
        cells = _not_failed(cells, dates["measured_at"], faults)
    if cells.empty:
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    table = pd.DataFrame(index=cells.index)
    for column in COLUMNS:
        table[column] = dates[column] if column in dates else cells.get(column, "")
    for column in _RESULT_FIELDS:
        if column in cells:
            table[column] = _results(cells, column, part.unmeasured, faults)
    if part.format == MAPPED:  # two tables without a name are two lists, of two months one
        table["list"] = table["list"].mask(
            table["list"].eq(""), without_dates(Path(context.file).stem)
        )
    table["score"] = _scores(table["score"], faults)
    table["mail_status"] = _mail_status(cells, faults).mask(listed, "")
    table["status"] = _status(table, cells, listed, faults)
    own_table = part.format == CANONICAL
    file_name = "" if own_table else Path(context.file).stem
    table["sector"] = _sectors(table, context, file_name, faults)
    table["province"] = _provinces(table["province"], faults)
    if own_table:
        number = table["source_row"].str.fullmatch("[0-9]{1,15}")
        table["source_row"] = table["source_row"].where(number, "0").astype("int64")
    else:
        table["source_format"] = part.format
        table["source_file"] = context.file
        table["source_row"] = table.index
    return _typed(table)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the canonical table in their order and with their types."""
    types: dict[str, str] = dict.fromkeys(COLUMNS, "str")
    types |= {"measured_at": "datetime64[us]", "score": "float64", "source_row": "int64"}
    return table[list(COLUMNS)].astype(types)


def _cleaned(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells without surrounding white space, and with spaces for control characters."""
    cleaned = {}
    for name, column in cells.items():
        cleaned[name] = column
        padded = by_arrow("starts_with", column, " ") | by_arrow("ends_with", column, " ")
        if (by_arrow("ascii_is_printable", column) & ~padded).all():
            continue
        codes, different = pd.factorize(column)
        text = pd.Series(different, dtype="str").str.strip()
        odd = text.str.contains(_UNREADABLE, regex=True)
        if odd.any():
            text = text.mask(odd, text.str.replace(_UNREADABLE, " ", regex=True).str.strip())
        if not text.equals(pd.Series(different, dtype="str")):
            cleaned[name] = text.iloc[codes].set_axis(cells.index)
    return pd.DataFrame(cleaned, index=cells.index, dtype="str")


def _with_domain(cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    written = cells["domain"]
    names = normalised(written)
    nameless = written.eq("")
    reason = names["reason"].mask(nameless, Reason.EMPTY_ROW.value)
    filled = nameless.copy()
    others = cells[nameless].drop(columns=["domain", "type"])
    filled[nameless] = (others != "").any(axis=1).to_numpy()
    reason = reason.mask(filled, Reason.CONTINUATION.value)
    dropped = reason.ne("")
    faults.add(written[dropped], reason[dropped], DROPPED, names["particulars"][dropped])
    other = ~dropped & written.ne(names["domain"]) & written.ne(names["domain_display"])
    faults.add(written[other], Reason.REWRITTEN, CHANGED)
    return _only(~dropped, cells.assign(**names[["domain", "domain_display"]]))


def _with_type(cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    kinds = cells["type"].str.lower()
    known = kinds.isin(list(RESULTS))
    faults.add(cells["type"][~known], Reason.NO_TYPE, DROPPED)
    return _only(known, cells.assign(type=kinds))


def _only(kept: "pd.Series[bool]", cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are kept; without a copy where that is all of a million."""
    return cells if kept.all() else cells[kept]


def _not_failed(cells: pd.DataFrame, days: "pd.Series[str]", faults: Faults) -> pd.DataFrame:
    """Return the cells with what a plain yes and no cannot say, each change a doubt.

    The category cannot pass while a mail server lacks an address: such a domain has no MX. A test
    after a failed one was not done, in a source of yes and no, or in an early one (before
    ``_API_2``).
    """
    fields = [field for field in _RESULT_FIELDS if field in cells]
    no = pd.Series(False, cells.index)
    failed = dict.fromkeys(_RESULT_FIELDS, no)
    failed |= {field: _by_value(cells[field], columns.result).eq("failed") for field in fields}
    no_mx = failed["mx_address"]
    if "ipv6" in fields:
        no_mx = no_mx & _by_value(cells["ipv6"], columns.result).eq("passed")
    else:
        no_mx = no
    for source, words in MAIL_SOURCES.items():
        if source in cells and source != "mx_address":
            has_mail = _mail_words(cells[source], words).isin(["has_mx", "null_mx"])
            no_mx = no_mx & ~has_mail
    impossible = no_mx | failed["ws_address"] & (failed["ws_reach"] | failed["ws_similar"])
    plain = all(set(cells[field].str.lower().unique()) <= _YES_OR_NO for field in fields)
    early = days.lt(_API_2) | bool(plain or impossible.any())
    found = cells.copy()
    changes = [("mx_address", no_mx, "no_mx", Reason.NO_MX)] + [
        (child, failed[child] & failed[parent] & early, "not_tested", Reason.NOT_REACHED)
        for child, parent in _AFTER.items()
    ]
    for field, where, word, reason in changes:
        if where.any():
            faults.add(cells[field][where], reason, KEPT)
            found[field] = found[field].mask(where, word)
    return found


def _listed(cells: pd.DataFrame, part: Part) -> "pd.Series[bool]":
    """Return which rows only name a domain: no result, no status and no day of a measurement."""
    measured = [*_RESULT_FIELDS, "status", "measured_at"]
    said = cells[[column for column in measured if column in cells]]
    if part.format == CANONICAL:
        said = said.mask(cells["date_source"].eq(LOOKED_UP) & cells["status"].eq(""), "")
    blank = (said == "").all(axis=1)
    return blank & (part.unmeasured == "")


def _dates(
    cells: pd.DataFrame,
    listed: "pd.Series[bool]",
    part: Part,
    context: Context,
    faults: Faults,
) -> pd.DataFrame:
    """Return the dates of each row: its own day, else that of the file, the sheet or the caller."""
    written = cells.get("measured_at", pd.Series("", index=cells.index, dtype="str"))
    written = written.rename("measured_at")
    named = {"file name": date_in(context.file), "sheet name": date_in(part.sheet)}
    elsewhere = {source: day for source, day in named.items() if day}
    file_date = next(iter(elsewhere.values()), "")
    if context.measured_at:
        elsewhere["parameter"] = context.measured_at
    source, other = next(iter(elsewhere.items()), ("", ""))
    own, guessed = days(written)
    undated = own.eq("") & ~listed
    if not other:
        if len(cells) and undated.all():
            raise InputError(_no_date(context.file, written))
        faults.add(written[undated], Reason.NO_DAY, DROPPED)
    else:
        wrong = written.ne("") & own.eq("")
        faults.add(written[wrong], Reason.OTHER_DAY, CHANGED, other)
    faults.add(written[guessed], Reason.DAY_OR_MONTH, KEPT)
    dates = pd.DataFrame({"measured_at": own.mask(undated, other)})
    dates["date_source"] = own.ne("").map({True: part.dated_by, False: ""}).mask(undated, source)
    dates["file_date"] = file_date
    if part.format == CANONICAL:
        return _unchanged(dates, cells, undated)
    different = own.ne("") & own.ne(file_date)
    if file_date and different.any():
        faults.add(written[different].head(1), Reason.FILE_DISAGREES, KEPT, file_date)
    return dates


def _unchanged(
    dates: pd.DataFrame, cells: pd.DataFrame, undated: "pd.Series[bool]"
) -> pd.DataFrame:
    """Return the date columns of a canonical table; new ones for a row that lost its day."""
    for column in LATER:
        dates[column] = cells[column].where(~undated, dates[column])
    return dates


def _no_date(file: str, written: "pd.Series[str]") -> str:
    found = written[written.ne("")]
    cell = f" (such as {found.iloc[0][:40]!r} in row {found.index[0]})" if len(found) else ""
    return (
        f"{file}: nothing says when it was measured: no date in a column{cell} or in the name of "
        "the file or its sheet; add it to the name, as in x-2026-10-05.csv, or give it with "
        "v6monitor intake --measured-at YYYY-MM-DD"
    )


def _results(cells: pd.DataFrame, column: str, unmeasured: str, faults: Faults) -> "pd.Series[str]":
    """Return the words of a column of results, each different cell looked at once."""
    written = cells[column]
    kinds = [kind for kind, fields in RESULTS.items() if column in fields]
    applies = cells["type"].isin(kinds).to_numpy()
    codes, different = pd.factorize(written)
    words = [(columns.result(raw) or "?") if raw else "" for raw in different]
    strange = np.array([word == "?" for word in words], dtype="bool")
    known = np.array([word not in {"", "?", "unknown"} for word in words], dtype="bool")
    faults.add(written[strange[codes]], Reason.STRANGE_RESULT, CHANGED)
    faults.add(written[known[codes] & ~applies], Reason.MISPLACED_RESULT, CHANGED)
    meant = [{"": unmeasured, "?": "unknown"}.get(word, word) for word in words]
    last = len(words)  # of the other type of test: nothing
    found = pd.Series([*meant, ""], dtype="str").iloc[np.where(applies, codes, last)]
    return found.set_axis(cells.index)


def _scores(written: "pd.Series[str]", faults: Faults) -> "pd.Series[float]":
    scores = _by_value(written, columns.score).astype("float64")
    faults.add(written[scores.isna() & written.ne("")], Reason.NO_SCORE, CHANGED)
    comma = scores.notna() & written.str.contains(",", regex=False)
    faults.add(written[comma], Reason.DECIMAL_COMMA, CHANGED)
    return scores


def _mail_status(cells: pd.DataFrame, faults: Faults) -> "pd.Series[str]":
    """Return whether each mail domain has mail servers, by the surest column that says so."""
    mail = cells["type"].eq("mail")
    found = pd.Series("", index=cells.index, dtype="str")
    for column, words in MAIL_SOURCES.items():
        if column in cells:
            open_yet = found.eq("")
            found = found.mask(open_yet, _mail_words(cells[column], words))
            doubtful = mail & open_yet & cells[column].isin(["not_tested", "good_not_tested"])
            faults.add(cells[column][doubtful & found.eq("no_mx")], Reason.NOT_TESTED, KEPT)
    return found.mask(found.eq(""), "unknown").where(mail, "")


def _mail_words(cells: "pd.Series[str]", words: Mapping[str, str]) -> "pd.Series[str]":
    return _by_value(cells, lambda raw: words.get(raw.lower(), ""))


def _status(
    table: pd.DataFrame, cells: pd.DataFrame, listed: "pd.Series[bool]", faults: Faults
) -> "pd.Series[str]":
    """Return ``ok`` or ``error``; of what was measured, a domain without a result is an error."""
    results = table[list(_RESULT_FIELDS)]
    resultless = results.isin(["", "unknown"]).all(axis=1) & ~listed
    stated = cells.get("status", pd.Series("", index=cells.index, dtype="str")).str.lower()
    failed = stated.ne("ok") & (stated.ne("") | resultless)
    faults.add(table["domain"][resultless], Reason.NO_RESULTS, KEPT)
    status = pd.Series("ok", index=cells.index, dtype="str")
    return status.mask(failed, "error").mask(listed, "")


def _sectors(
    table: pd.DataFrame, context: Context, file_name: str, faults: Faults
) -> "pd.Series[str]":
    """Return the caller's sector, else the row's own, else that in the name of its list or file."""
    if context.sector:
        return pd.Series(context.sector, index=table.index, dtype="str")
    written = table["sector"]
    own = _by_value(written, lambda raw: raw if raw in SECTORS else sector_in(raw))
    faults.add(written[written.ne("") & own.eq("")], Reason.NO_SECTOR, CHANGED)
    by_list = _by_value(table["list"], lambda name: sector_in(name) or sector_in(file_name))
    return own.where(own.ne(""), by_list)


def _provinces(written: "pd.Series[str]", faults: Faults) -> "pd.Series[str]":
    found = _by_value(written, province_in)
    faults.add(written[written.ne("") & found.eq("")], Reason.NO_PROVINCE, CHANGED)
    return found


def _by_value(cells: "pd.Series[str]", meaning: Callable[[str], object]) -> "pd.Series[Any]":
    """Apply a function to a column, once for each different value."""
    codes, different = pd.factorize(cells)
    meant = pd.Series([meaning(value) for value in different])
    meant = meant if len(meant) else pd.Series(dtype="str")
    return meant.iloc[codes].set_axis(cells.index)
