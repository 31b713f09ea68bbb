"""How do raw cells become rows of the canonical table? Cell by column, each fault booked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.measurements import vocabulary
from v6monitor.measurements.columns import COLUMNS, RESULTS
from v6monitor.measurements.domains import normalised
from v6monitor.measurements.faults import CHANGED, DROPPED, KEPT, Faults
from v6monitor.measurements.own import FORMAT
from v6monitor.measurements.part import Part
from v6monitor.organisations import SECTORS, sector_in

_RESULT_FIELDS = tuple(dict.fromkeys(RESULTS["web"] + RESULTS["mail"]))
_UNREADABLE = r"[^\S ]|[\x00-\x1f\x7f]"  # would not survive being written as a row of text
_MAIL_SOURCES = {
    "mail_status": vocabulary.mail_status,
    "mail_view": vocabulary.mail_status_by_address_test,
    "mail_testable": vocabulary.mail_status,
    "mail_configured": vocabulary.mail_status_by_presence,
    "mx_address": vocabulary.mail_status_by_address_test,
}
"""What tells whether a domain has mail servers; the surest first."""


class Context(NamedTuple):
    """What the caller and the file's name say of a file; ``measured_at`` is YYYY-MM-DD or ""."""

    file: str
    measured_at: str = ""
    sector: str = ""


def assemble(part: Part, context: Context, faults: Faults) -> pd.DataFrame:
    """Return the canonical rows of a part, in the order of the file; the index is its row.

    Rows without a valid domain name or type are dropped, and unknown words become ``unknown``
    (or empty where they are no result): each is booked. InputError when nothing says when it was
    measured.
    """
    cells = _cleaned(part.cells)
    cells = _with_domain(cells, faults)
    cells = _with_type(cells, faults)
    if cells.empty:
        return typed(pd.DataFrame(columns=list(COLUMNS)))
    table = pd.DataFrame(index=cells.index)
    table["measured_at"] = _dates(cells, part, context, faults)
    for column in COLUMNS[1:]:
        table[column] = cells.get(column, "")
    for column in _RESULT_FIELDS:
        if column in cells:
            table[column] = _results(cells, column, part.unmeasured, faults)
    table["score"] = _scores(table["score"], faults)
    table["mail_status"] = _mail_status(cells)
    table["status"] = _status(table, cells, faults)
    own_table = part.format == FORMAT
    file_name = "" if own_table else Path(context.file).stem
    table["sector"] = _sectors(table, context, file_name, faults)
    if own_table:
        number = table["source_row"].str.fullmatch("[0-9]{1,15}")
        table["source_row"] = table["source_row"].where(number, "0").astype("int64")
    else:
        table["source_format"] = part.format
        table["source_file"] = context.file
        table["source_row"] = table.index
    return typed(table)


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the canonical table in their order and with their types."""
    types: dict[str, str] = dict.fromkeys(COLUMNS, "str")
    types |= {"measured_at": "datetime64[us]", "score": "float64", "source_row": "int64"}
    return table[list(COLUMNS)].astype(types)


def _cleaned(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells without surrounding white space, and with spaces for control characters."""
    columns = {}
    for name, column in cells.items():
        codes, different = pd.factorize(column)
        text = pd.Series(different, dtype="str").str.strip()
        odd = text.str.contains(_UNREADABLE, regex=True)
        if odd.any():
            text = text.mask(odd, text.str.replace(_UNREADABLE, " ", regex=True).str.strip())
        columns[name] = text.iloc[codes].set_axis(cells.index)
    return pd.DataFrame(columns, index=cells.index, dtype="str")


def _with_domain(cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    written = cells["domain"]
    names = normalised(written)
    nameless = written.eq("")
    filled = (cells.drop(columns=["domain", "type"]) != "").any(axis=1)
    reason = names["reason"].mask(nameless, "empty row")
    reason = reason.mask(nameless & filled, "no domain name: continuation of the row above")
    dropped = reason.ne("")
    faults.add(written[dropped], reason[dropped], DROPPED)
    other = ~dropped & written.ne(names["domain"]) & written.ne(names["domain_display"])
    faults.add(written[other], "not written as a plain domain name", CHANGED)
    kept = cells[~dropped].copy()
    kept["domain"] = names["domain"]
    kept["domain_display"] = names["domain_display"]
    return kept


def _with_type(cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    kinds = cells["type"].str.lower()
    known = kinds.isin(list(RESULTS))
    faults.add(cells["type"][~known], "neither web nor mail", DROPPED)
    return cells.assign(type=kinds)[known]


def _dates(
    cells: pd.DataFrame, part: Part, context: Context, faults: Faults
) -> "pd.Series[pd.Timestamp]":
    """Return the day of each row: of its own column, else of file, sheet or caller."""
    elsewhere = (
        vocabulary.date_in(context.file) or vocabulary.date_in(part.sheet) or context.measured_at
    )
    written = cells.get("measured_at", pd.Series("", index=cells.index, dtype="str"))
    days = _by_value(written, vocabulary.date_in)
    wrong = written.ne("") & days.eq("")
    undated = days.eq("")
    if undated.any() and not elsewhere:
        raise InputError(
            f"{context.file}: nothing says when it was measured: no date in a column or in the "
            "name of the file or its sheet; give it with --measured-at YYYY-MM-DD"
        )
    faults.add(written[wrong].rename("measured_at"), f"no date; taken as {elsewhere}", CHANGED)
    return pd.to_datetime(days.mask(undated, elsewhere))


def _results(cells: pd.DataFrame, column: str, unmeasured: str, faults: Faults) -> "pd.Series[str]":
    written = cells[column]
    applies = cells["type"].map({kind: column in fields for kind, fields in RESULTS.items()})
    words = _by_value(written, lambda raw: (vocabulary.result(raw) or "?") if raw else "")
    strange = words.eq("?")
    faults.add(written[strange], "not a known result; taken as unknown", CHANGED)
    words = words.mask(strange, "unknown").mask(written.eq("") & applies, unmeasured)
    misplaced = ~applies & ~words.isin(["", "unknown"])
    faults.add(written[misplaced], "a result of the other type of test", CHANGED)
    return words.where(applies, "")


def _scores(written: "pd.Series[str]", faults: Faults) -> "pd.Series[float]":
    scores = _by_value(written, vocabulary.score).astype("float64")
    faults.add(written[scores.isna() & written.ne("")], "no score of 0 to 100; left out", CHANGED)
    return scores


def _mail_status(cells: pd.DataFrame) -> "pd.Series[str]":
    found = pd.Series("", index=cells.index, dtype="str")
    for column, meaning in _MAIL_SOURCES.items():
        if column in cells:
            found = found.where(found.ne(""), _by_value(cells[column], meaning))
    mail = cells["type"].eq("mail")
    return found.mask(found.eq(""), "unknown").where(mail, "")


def _status(table: pd.DataFrame, cells: pd.DataFrame, faults: Faults) -> "pd.Series[str]":
    """Return ``ok`` or ``error``; a domain without any result was not measured."""
    results = table[list(_RESULT_FIELDS)]
    resultless = results.isin(["", "unknown"]).all(axis=1)
    stated = cells.get("status", pd.Series("", index=cells.index, dtype="str")).str.lower()
    failed = stated.ne("ok") & (stated.ne("") | resultless)
    faults.add(table["domain"][resultless], "no results: its state is unknown", KEPT)
    return pd.Series("ok", index=cells.index, dtype="str").mask(failed, "error")


def _sectors(
    table: pd.DataFrame, context: Context, file_name: str, faults: Faults
) -> "pd.Series[str]":
    """Return the caller's sector, else the row's own, else the one its list or file speaks of."""
    if context.sector:
        return pd.Series(context.sector, index=table.index, dtype="str")
    written = table["sector"]
    own = _by_value(written, lambda raw: raw if raw in SECTORS else sector_in(raw))
    faults.add(written[written.ne("") & own.eq("")], "not a known sector; left out", CHANGED)
    by_list = _by_value(table["list"], lambda name: sector_in(name) or sector_in(file_name))
    return own.where(own.ne(""), by_list)


def _by_value(cells: "pd.Series[str]", meaning: Callable[[str], object]) -> "pd.Series[Any]":
    """Apply a function to a column, once for each different value."""
    codes, different = pd.factorize(cells)
    meant = pd.Series([meaning(value) for value in different])
    meant = meant if len(meant) else pd.Series(dtype="str")
    return meant.iloc[codes].set_axis(cells.index)
