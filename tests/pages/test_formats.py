"""Tables in every form of download."""

import json

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from v6monitor.charts.packing import pack, unpack
from v6monitor.pages import tables

TABLE = pd.DataFrame(
    {
        "domain": ["=cmd|' /C calc'!A0", "b.example"],
        "adoption": [0.125, float("nan")],
        "domains": pd.array([1234, None], "Int64"),
        "sole_cause": [True, False],
        "measured_at": pd.to_datetime(["2026-10-06", "2026-09-01"]),
        "mx_hosts": [["mx1.b.example", "mx2.b.example"], []],
    }
)


@pytest.fixture
def written(tmp_path):
    """Return the folder in which the table stands in every form."""
    tables.write(TABLE, tmp_path, "of-domains")
    return tmp_path


def test_every_form_is_there(written):
    """One file per form, and no other."""
    assert {file.name for file in written.iterdir()} == {
        f"of-domains.{form}" for form in tables.FORMS
    }


def test_a_notebook_can_hold_a_table():
    """What comes out of a page is what went in; lists have become text."""
    back = unpack(pack(TABLE))
    pd.testing.assert_frame_equal(
        back.drop(columns="mx_hosts"), TABLE.drop(columns="mx_hosts"), check_dtype=False
    )
    assert back["mx_hosts"].tolist() == ["mx1.b.example, mx2.b.example", ""]
    assert back.dtypes.drop("mx_hosts").equals(TABLE.dtypes.drop("mx_hosts"))


def test_a_dutch_excel_opens_its_csv_right(written):
    """Semicolons, decimal commas, the mark of UTF-8, and no formula."""
    text = (written / "of-domains.nl.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbfdomain;adoption;domains;")
    assert b"'=cmd|' /C calc'!A0;0,125;1234;True;2026-10-06;" in text


def test_a_workbook_has_numbers_dates_and_texts(written):
    """A text that looks like a formula is text; the second sheet says what the columns mean."""
    book = CalamineWorkbook.from_path(written / "of-domains.xlsx")
    data = book.get_sheet_by_name("data").to_python()
    assert data[0] == list(TABLE.columns)
    assert data[1][:4] == ["=cmd|' /C calc'!A0", 0.125, 1234, True]
    assert str(data[1][4])[:10] == "2026-10-06"
    meanings = book.get_sheet_by_name("columns").to_python()
    assert meanings[0] == ["name", "type", "title", "meaning"]
    assert meanings[2][:2] == ["adoption", "number"]
    assert [row[1] for row in meanings[1:]] == [
        "string", "number", "integer", "boolean", "date", "string",
    ]  # fmt: skip


def test_json_has_a_record_per_row(written):
    """Numbers stay numbers, nothing is null, and dates are those of ISO 8601."""
    first, second = json.loads((written / "of-domains.json").read_text(encoding="utf-8"))
    assert first["domains"] == 1234
    assert second["adoption"] is None
    assert first["measured_at"].startswith("2026-10-06")


def test_parquet_keeps_the_types(written):
    """Who reads it needs no dictionary to compute."""
    back = pd.read_parquet(written / "of-domains.parquet")
    assert back["domains"].dtype == "Int64"
    assert back["measured_at"].dt.year.tolist() == [2026, 2026]


def test_the_same_table_gives_the_same_bytes(written, tmp_path):
    """No form says when it was made."""
    before = {file.name: file.read_bytes() for file in written.iterdir()}
    tables.write(TABLE, tmp_path, "of-domains")
    assert {file.name: file.read_bytes() for file in written.iterdir()} == before


@pytest.mark.parametrize("empty", [pd.DataFrame(), TABLE.iloc[:0]])
def test_a_table_without_rows_is_a_table(tmp_path, empty):
    """A month may have nothing to list."""
    tables.write(empty, tmp_path, "empty")
    assert json.loads((tmp_path / "empty.json").read_text()) == []
    assert len(pd.read_parquet(tmp_path / "empty.parquet")) == 0
