"""Files joined, merged cells, and what an analyst hid in a spreadsheet."""

import io
from datetime import date

import pytest
import xlsxwriter
from measured_files import booked, values
from test_survives import zipped

from v6monitor.errors import InputError

HEADER = ["domain", "status", "web_ipv6_ws_address"]
HIDDEN = "hidden in the spreadsheet, read all the same"
MERGED = "merged cells, each read with the value of the first"


def _workbook(fill):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        fill(book)
    return made.getvalue()


def ods(rows, sheet="s"):
    """Return an ODS file with a sheet of these rows."""
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    spaces = f'xmlns:table="{table}" xmlns:office="{office}" xmlns:text="{text}"'
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="{sheet}">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:x"/>'
    parts = {"content.xml": content, "META-INF/manifest.xml": manifest}
    return zipped(mimetype=mimetype, **parts)


def ods_cell(text, attributes=""):
    """Return a cell of such a sheet."""
    return (
        f'<table:table-cell office:value-type="string" {attributes}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def test_hidden_rows_columns_and_sheets(intake):
    """They are read, and the faults say so: a filter or a hidden sheet may be meant otherwise."""

    def fill(book):
        shown = book.add_worksheet("now")
        shown.write_row(0, 0, HEADER)
        for row, name in enumerate(("a", "b"), 1):
            shown.write_row(row, 0, [f"{name}.example", "ok", "passed"])
        shown.set_row(2, options={"hidden": True})
        shown.set_row(7, options={"hidden": True})
        shown.set_column(1, 1, options={"hidden": True})
        shown.set_column(9, 9, options={"hidden": True})
        old = book.add_worksheet("old")
        old.hide()
        old.write_row(0, 0, HEADER)
        old.write_row(1, 0, ["c.example", "ok", "failed"])

    found = intake(_workbook(fill), "x-2026-10-05.xlsx")
    assert values(found, "domain") == [("a.example",), ("b.example",), ("c.example",)]
    assert booked(found) == [
        (1, "status", HIDDEN, "kept"),
        (2, "old", HIDDEN, "kept"),
        (3, "now", HIDDEN, "kept"),
    ]


def test_merged_cells(intake):
    """One merged cell names the organisation of several rows."""

    def fill(book):
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 1, "A list of names")
        sheet.write_row(1, 0, ["Organisatie", "Domein"])
        sheet.merge_range(2, 0, 3, 0, "A")
        sheet.write_column(2, 1, ["a.example", "b.example"])
        sheet.write_row(4, 0, ["", "c.example"])

    found = intake(_workbook(fill), "list.xlsx")
    web = found.table[found.table["type"] == "web"]
    assert web["organisation"].tolist() == ["A", "A", ""]
    assert booked(found) == [(3, "A", MERGED, "changed")]


def test_opendocument(intake):
    """The same of a table of OpenDocument."""
    row = "<table:table-row>"
    rows = (
        f"{row}{ods_cell('Organisatie')}{ods_cell('Domein')}</table:table-row>"
        + row
        + ods_cell("A", 'table:number-rows-spanned="2"')
        + ods_cell("a.example")
        + '</table:table-row><table:table-row table:visibility="collapse">'
        + "<table:covered-table-cell/>"
        + ods_cell("b.example")
        + "</table:table-row>"
    )
    found = intake(ods(rows), "list.ods")
    assert set(values(found, "domain", "organisation")) == {("a.example", "A"), ("b.example", "A")}
    assert booked(found) == [(2, "A", MERGED, "changed"), (3, "s", HIDDEN, "kept")]


def test_closed_groups_of_opendocument(intake):
    """Rows and columns in a closed group are hidden; those behind it are shown."""
    rows = [
        f"<table:table-row>{ods_cell(owner)}{ods_cell(name)}</table:table-row>"
        for owner, name in (("Organisatie", "Domein"), ("A", "a.example"), ("B", "b.example"))
    ]
    closed = 'table:display="false"'
    columns = f"<table:table-column-group {closed}><table:table-column/></table:table-column-group>"
    group = "<table:table-row-group"
    opened = f"{columns}<table:table-column/>{rows[0]}{group}>{group} {closed}>{rows[1]}"
    found = intake(ods(f"{opened}{'</table:table-row-group>' * 2}{rows[2]}"), "list.ods")
    assert len(set(values(found, "domain"))) == 2
    assert booked(found) == [(1, "Organisatie", HIDDEN, "kept"), (2, "s", HIDDEN, "kept")]


def test_sheet_that_is_not_read(intake):
    """A sheet that is no measurement beside one that is, is named."""

    def fill(book):
        sheet = book.add_worksheet("results")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["a.example", "ok", "passed"])
        book.add_worksheet("notes").write(0, 0, "made by hand")

    found = intake(_workbook(fill), "x-2026-10-05.xlsx")
    assert booked(found) == [
        (1, "notes", "sheet or part in a format that is not recognised", "dropped")
    ]


def test_joined_files(intake):
    """A later header begins a part of its own, with its own columns and its own days."""
    first = "\ufeffdomain,status,submit_date,web_ipv6_ws_address\na.example,ok,2026-09-07,passed\n"
    second = (
        "\ufeffdomain,status,submit_date,web_ipv6_ns_address,web_ipv6_ws_address\n"
        "a.example,ok,2026-10-05,passed,failed\n"
    )
    found = intake(first + second, "all.csv")
    days = found.table["measured_at"].dt.date.tolist()
    assert days == [date(2026, 9, 7), date(2026, 10, 5)]
    assert values(found, "ns_address", "ws_address", "source_row") == [
        ("", "passed", 2),
        ("passed", "failed", 4),
    ]
    assert booked(found) == []
    with pytest.raises(InputError, match="row 2 has the labels of a header behind other cells"):
        intake(first.rstrip() + second, "all.csv")


def test_a_label_that_is_a_value(intake):
    """A table of faults has the names of columns as values: no files were joined there."""
    rows = "".join(f"a.csv,{row},domain,{row}.example,no results,kept\n" for row in range(2, 5))
    with pytest.raises(InputError, match="a format that v6monitor does not recognise"):
        intake("file,row,column,value,reason,done\n" + rows, "a.faults.csv")


def test_merged_cells_that_take_all_memory(intake):
    """A long text merged over many cells is refused before it is written in each."""

    def fill(book):
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 9_999, 9, "x" * 1_000)
        sheet.write(9_999, 10, "end")

    with pytest.raises(InputError, match="made to take all memory"):
        intake(_workbook(fill), "list.xlsx")


def test_an_encoding_that_does_not_exist(intake):
    """A part that names none that XML can have is damaged, like any other."""
    content = '<?xml version="1.0" encoding="NaN"?><a/>'
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:x"/>'
    parts = {"content.xml": content, "META-INF/manifest.xml": manifest}
    with pytest.raises(InputError, match="unknown encoding: NaN"):
        intake(zipped(mimetype=mimetype, **parts), "list.ods")
