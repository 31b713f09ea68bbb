"""What came in, what was wrong with it, and what is to be fixed in the list?"""

import datetime as dt
from collections.abc import Hashable, Mapping

import pandas as pd

from v6monitor.charts.chart import Words
from v6monitor.charts.wording import joined, out_of
from v6monitor.language import Language

REMEDIES = {
    "placeholder": "Put the domain name in its place, or take the row out.",
    "not_a_name": "Write the plain domain name: letters, digits, hyphens and dots.",
    "nonexistent": "Check the spelling; if the domain was given up, take it out.",
    "no_answer": "Look again next month; if it lasts, tell the organisation.",
    "rewritten": "Write the plain domain name, in lower case and one in a cell.",
    "twice": "Take out one of the rows: the first one counts.",
    "two_lists": "Choose the list that it belongs to: it counts once.",
    "two_sectors": "Choose the sector of the organisation that has it.",
    "two_owners": "Keep the row with the organisation that has it now.",
    "www_and_bare": "Choose the address that the public uses; the other one counts double.",
    "old_name": "Put the new name in its place.",
    "new_name_missing": "Add the new name to the list, or correct the renames.",
    "no_organisation": "Add it to the register, with the organisation that has it.",
    "no_sector": "Give it a sector in the register, or put it in a list named after one.",
    "unknown_sector": "Write one of the known sectors.",
    "no_province": "Give the organisation its province in the register.",
    "unknown_province": "Write one of the twelve provinces.",
    "waiver_expired": "Ask its owner to comply, or to explain anew.",
    "waiver_needless": "Take the waiver out: the domain has IPv6, or nothing to test.",
    "waiver_not_listed": "Correct the name in the waiver, or take it out.",
}
"""What the keeper of the list does about each kind of finding (``hygiene.FIXES``)."""

LONGEST_FILE = 26
"""Of the name of a file so many characters are shown; the download has them all."""

_CODED = ("two_sectors", "not_a_name", "no_answer")
"""Findings of which the detail is a code, or several with commas between."""


def intake(account: pd.DataFrame, language: Language) -> Words:
    """Answer what came in and how much is to be fixed; ``hygiene.account``."""
    row = account.iloc[0]
    came = language.plural(
        "For {month}, {number} file with {rows} rows came in.",
        "For {month}, {number} files with {rows} rows came in.",
        int(row["files"]),
        month=language.month(str(row["period"])),
        rows=language.number(row["rows"]),
    )
    fixes = int(row["fixes"])
    if fixes:
        todo = language.plural(
            "{number} point in the list is to be corrected.",
            "{number} points in the list are to be corrected.",
            fixes,
        )
        most = language.text(
            "Most frequent: {what}, {counts}.",
            what=language.label(str(row["most"])),
            counts=out_of(row["most_count"], fixes, language),
        )
    else:
        todo, most = language.text("Nothing in the list is to be corrected."), ""
    dropped = language.plural("{number} row was dropped", "{number} rows were dropped", row.dropped)
    changed = language.plural(
        "{number} cell was read in another way than it was written",
        "{number} cells were read in another way than they were written",
        row.changed,
    )
    kept = language.plural(
        "{number} row was kept with a doubt", "{number} rows were kept with a doubt", row.kept
    )
    done = language.text(
        "{dropped}, {changed}, {kept}.", dropped=dropped, changed=changed, kept=kept
    )
    return Words(joined(came, todo), joined(most, done), "")


def files(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many files were read; ``hygiene.files``."""
    caption = language.plural("{number} file was read", "{number} files were read", len(table))
    rows = language.number(int(table["rows"].sum()))
    return Words(caption, language.text("{rows} rows, of the month of this report.", rows=rows), "")


def fixes(table: pd.DataFrame, language: Language) -> Words:
    """Tell of how many kinds the things to fix are; ``hygiene.summary`` of ``to_fix``."""
    caption = language.plural(
        "{number} kind of point to correct",
        "{number} kinds of points to correct",
        len(table),
    )
    if table.empty:
        caption = language.text("Nothing in the list is to be corrected.")
    note = language.text("Counted by kind, with one example each and what to do about it.")
    return Words(caption, note, "")


def to_fix(findings: pd.DataFrame, language: Language) -> Words:
    """Tell how much is to be fixed in the list; ``hygiene.to_fix``."""
    caption = language.plural(
        "{number} point to correct in the list",
        "{number} points to correct in the list",
        len(findings),
    )
    if findings.empty:
        caption = language.text("Nothing in the list is to be corrected.")
    note = language.text(
        "A name can stand here for more than one reason. Row: in the file that it came from."
    )
    return Words(caption, note, "")


def came_and_went(findings: pd.DataFrame, language: Language) -> Words:
    """Tell how the list changed since the month before; ``hygiene.came_and_went``."""
    kinds = findings["what"].value_counts()
    note = language.text("Compared per kind of test with the month measured before this one.")
    if findings.empty:
        return Words(language.text("The list is the same as the month before."), note, "")
    caption = language.text(
        "Since the month before: {new} new, {disappeared} disappeared, {renamed} renamed.",
        **{what: language.number(kinds.get(what, 0)) for what in ("new", "disappeared", "renamed")},
    )
    return Words(caption, note, "")


def fault_reasons(table: pd.DataFrame, language: Language) -> Words:
    """Tell of how many kinds the faults are; ``measurements.summary``."""
    caption = language.plural(
        "{number} kind of fault was found", "{number} kinds of faults were found", len(table)
    )
    return Words(caption, language.text("Counted by reason, with one example each."), "")


def faults(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many cells were dropped or changed; the faults list."""
    caption = language.plural(
        "{number} cell was dropped or changed", "{number} cells were dropped or changed", len(table)
    )
    note = language.text("In the files of this month; kept rows are counted above.")
    return Words(caption, note, "")


def with_remedies(summary: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the summary as a reader sees it, with what to do."""
    return summary.assign(to_do=[language.text(REMEDIES[what]) for what in summary["what"]])


def readable(findings: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return findings as a reader sees them: the detail in words, list, file and row together."""
    rows = findings.to_dict("records")
    shown = {
        "what": [str(row["what"]) for row in rows],
        "domain": [str(row["domain"]) for row in rows],
        "detail": [_detail(row, language) for row in rows],
        "where": [_where(row, language) for row in rows],
    }
    return pd.DataFrame(shown, dtype="str")


def _detail(row: Mapping[Hashable, object], language: Language) -> str:
    detail = str(row["detail"])
    if row["what"] in _CODED:
        return ", ".join(language.label(code) for code in detail.split(", "))
    if row["what"] == "waiver_expired":
        return language.day(dt.date.fromisoformat(detail))
    if row["what"] == "twice":
        file, _, number = detail.rpartition(" ")
        return _place(file if file != row["file"] else "", number, language)
    if not row["domain"]:
        return language.plural(
            "the one name that it applies to",
            "all {number} names that it applies to",
            int(detail),
        )
    return detail


def _where(row: Mapping[Hashable, object], language: Language) -> str:
    """Return ``Web, Gemeenten: file, row 7`` of what is known of it."""
    named = _joined(", ", language.label(str(row["type"])), str(row["list"]))
    return _joined(": ", named, _place(str(row["file"]), str(row["row"]), language))


def _place(file: str, row: str, language: Language) -> str:
    """Return ``file, row 7`` of what is known of a place."""
    if len(file) > LONGEST_FILE:  # its end tells the kind of test and the day
        file = f"…{file[1 - LONGEST_FILE :]}"
    number = language.text("row {row}", row=row) if row not in {"", "0"} else ""
    return _joined(", ", file, number)


def _joined(between: str, *parts: str) -> str:
    return between.join(filter(None, parts))
