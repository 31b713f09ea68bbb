"""What came in, what was wrong with it, and what is to be fixed in the list?"""

import pandas as pd

from v6monitor.findings.telling import Telling
from v6monitor.language import Language


def intake(faults: pd.DataFrame, language: Language) -> Telling:
    """Answer what was wrong with the files; the faults list of the intake."""
    counts = faults["done"].value_counts()
    dropped, changed, kept = (int(counts.get(done, 0)) for done in ("dropped", "changed", "kept"))
    if not len(faults):
        caption = language.text("Nothing was wrong with the files.")
    else:
        caption = language.plural(
            "{number} row was dropped.", "{number} rows were dropped.", dropped
        )
    note = language.text(
        "{changed} cells were read in another way than they were written, and {kept} rows were "
        "kept with a doubt.",
        changed=language.number(changed),
        kept=language.number(kept),
    )
    return Telling(caption, note, "")


def files(table: pd.DataFrame, language: Language) -> Telling:
    """Tell how many files were read; ``Month.files``."""
    caption = language.plural("{number} file was read", "{number} files were read", len(table))
    rows = language.number(int(table["rows"].sum()))
    return Telling(caption, language.text("{rows} rows, of all months so far.", rows=rows), "")


def fault_reasons(table: pd.DataFrame, language: Language) -> Telling:
    """Tell of how many kinds the faults are; ``measurements.summary``."""
    caption = language.plural(
        "{number} kind of fault was found", "{number} kinds of faults were found", len(table)
    )
    return Telling(caption, language.text("Counted by reason, with one example each."), "")


def to_correct(faults: pd.DataFrame, language: Language) -> Telling:
    """Tell how many rows of the list of domains want a correction; the faults list."""
    caption = language.plural(
        "{number} cell to correct in the list", "{number} cells to correct in the list", len(faults)
    )
    return Telling(caption, language.text("Dropped, or read in another way than written."), "")
