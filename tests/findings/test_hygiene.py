"""The page about the list, in words: right for nothing, one and many, in both languages."""

import pandas as pd
import pytest

from v6monitor import findings
from v6monitor.findings.hygiene import REMEDIES
from v6monitor.intake import list_check
from v6monitor.language import Language
from v6monitor.language.columns import value_name

EN, NL = Language("en"), Language("nl")


def _account(**numbers: object) -> pd.DataFrame:
    nothing = dict.fromkeys(("dropped", "changed", "kept", "fixes", "most_count"), 0)
    row = {"period": "2026-10", "files": 1, "rows": 5, "most": "", **nothing, **numbers}
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("numbers", "caption", "note"),
    [
        (
            {},
            "For October 2026, 1 file with 5 rows came in. Nothing in the list is to be corrected.",
            ("0 rows were dropped, 0 cells were read in another way than they were written, "
            "0 rows were kept with a doubt."),
        ),
        (
            {"fixes": 1, "most": "twice", "most_count": 1, "dropped": 1},
            ("For October 2026, 1 file with 5 rows came in. "
            "1 point in the list is to be corrected."),
            ("Most frequent: twice in one list, 1 of 1. 1 row was dropped, 0 cells were read in "
            "another way than they were written, 0 rows were kept with a doubt."),
        ),
        (
            {"files": 2, "rows": 1200, "fixes": 12, "most": "old_name", "most_count": 7,
             "changed": 1, "kept": 1},
            ("For October 2026, 2 files with 1,200 rows came in. "
            "12 points in the list are to be corrected."),
            ("Most frequent: old name after a merger, 7 of 12. 0 rows were dropped, 1 cell was "
            "read in another way than it was written, 1 row was kept with a doubt."),
        ),
    ],
)  # fmt: skip
def test_the_answer(numbers, caption, note):
    """What came in, and how much is to be done."""
    told = findings.intake(_account(**numbers), EN)
    assert (told.caption, told.note) == (caption, note)


def test_the_answer_in_dutch():
    """The same, as a reader of the Dutch page gets it."""
    told = findings.intake(_account(fixes=1, most="twice", most_count=1, kept=2), NL)
    assert told.caption == (
        "Voor oktober 2026 is 1 bestand met 5 rijen binnengekomen. "
        "1 punt in de lijst moet worden verbeterd."
    )


def test_every_kind_has_a_name_and_something_to_do():
    """No code reaches a reader, in either language."""
    assert set(REMEDIES) == set(list_check.FIXES)
    for what in (*list_check.FIXES, *list_check.LIST_CHANGES):
        assert value_name(what, "nl")
        assert NL.label(what) != EN.label(what) or what == "nonexistent"
    table = pd.DataFrame({"what": list_check.FIXES, "count": 1, "example": "x.example"})
    shown = findings.hygiene.with_remedies(table, NL)
    assert shown["to_do"].str.len().min() > 10
    assert not set(shown["to_do"]) & set(REMEDIES.values())


@pytest.mark.parametrize(
    ("number", "caption"),
    [
        (0, "Nothing in the list is to be corrected."),
        (1, "1 point to correct in the list"),
        (2, "2 points to correct in the list"),
    ],
)
def test_the_rows(number, caption):
    """Their number, also when there is none."""
    rows = pd.DataFrame({name: ["x"] * number for name in list_check.FINDINGS})
    assert findings.to_fix(rows, EN).caption == caption


def test_what_came_and_went():
    """Each kind counted; nothing changed is said to be so."""
    moved = pd.DataFrame({"what": ["new", "new", "renamed"]})
    assert findings.came_and_went(moved, EN).caption == (
        "Since the month before: 2 new, 0 disappeared, 1 renamed."
    )
    same = findings.came_and_went(moved[:0], EN)
    assert same.caption == "The list is the same as the month before."


def test_findings_in_words():
    """The detail in the reader's words, and where it stands in one cell."""
    rows = [
        ("two_sectors", "a.example", "web", "Rijk", "a.csv", 7, "gemeente, rijk"),
        ("no_answer", "b.example", "mail", "", f"{'x' * 60}-mail-2026-10-05.csv", 8, "servfail"),
        ("twice", "c.example", "", "", "c.csv", 9, "c.csv 4"),
        ("twice", "c.example", "", "", "d.csv", 9, "c.csv 4"),
        ("no_organisation", "", "", "", "", 0, "12"),
        ("old_name", "Web", "web", "L", "", 0, "new.example"),
        ("waiver_expired", "d.example", "", "", "", 0, "2026-03-31"),
        ("not_a_name", "Postbus 1", "", "", "e.csv", 2, "white space in the name"),
    ]
    table = pd.DataFrame(rows, columns=list(list_check.FINDINGS))
    shown = findings.hygiene.readable(table, EN)
    assert shown["detail"].tolist() == [
        "Municipalities, Central government",
        "server failure (SERVFAIL)",
        "row 4",
        "c.csv, row 4",
        "all 12 names that it applies to",
        "new.example",
        "31 March 2026",
        "white space in the name",
    ]
    assert shown["where"].tolist() == [
        "Web, Rijk: a.csv, row 7",
        "Mail: …xxxxx-mail-2026-10-05.csv, row 8",
        "c.csv, row 9",
        "d.csv, row 9",
        "",
        "Web, L",
        "",
        "e.csv, row 2",
    ]
    assert shown["domain"].tolist()[5] == "Web"
    assert findings.hygiene.readable(table, NL)["detail"].tolist()[0] == "Gemeenten, Rijk"
