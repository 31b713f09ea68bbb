"""What the reader survives: a line for each thing that real files do (see data/README.md)."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
import xlsxwriter
from measured_files import WEB_HEADER, api_2, booked, domain_with, mail_export, mail_row, values
from measured_files import web_export as export
from measured_files import web_row as row

from v6monitor.errors import InputError

NAME = "x-2026-10-05.csv"
SITES = "Website,IPv6 site,Getest\n"
SITE_FIELDS = {"Website": "domain", "IPv6 site": "ws_address", "Getest": "measured_at"}
REGISTER = (
    "1,,,,,1,,Websitetest Internet.nl,,,E-mailtest Internet.nl,,,\n"
    "URL,Organisatietype,Organisatie,Suborganisatie,Afdeling,Bezoeken/mnd,Voldoet,Totaal,IPv6,"
    "Testdatum,Totaal,IPv6,Testdatum,Platformgebruik\n"
)


class Case(NamedTuple):
    """A file, and what comes of it: cells of the table, faults, or an error."""

    what: str
    content: str | bytes
    rows: Sequence[tuple[Any, ...]] = ()
    faults: Sequence[tuple[Any, ...]] = ()
    error: str = ""
    columns: Sequence[str] = ("domain", "ws_address")
    name: str = NAME
    options: Mapping[str, Any] = MappingProxyType({})


def lines(*rows: str, above: int = 0, ends: str = "\r\n") -> str:
    """Return a web export with its header further down."""
    return ends.join([*["," * 10] * above, WEB_HEADER, *rows, ""])


def sites(*rows: str) -> str:
    """Return a table of nobody's form, to be read with ``SITE_FIELDS``."""
    return SITES + "\n".join(rows) + "\n"


def workbook(rows: Sequence[Sequence[Any]], sheet: str = "x-web-2026-10-05-y") -> bytes:
    """Return an XLSX file; a cell that is a function writes itself."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet(sheet)
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                page.write(number, column, cell)
    return made.getvalue()


def zipped(**parts: str) -> bytes:
    """Return a zip with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, part in parts.items():
            archive.writestr(path, part)
    return made.getvalue()


def xlsx_sheet(cells: str, shared: str = "") -> bytes:
    """Return an XLSX file of which the sheet holds this XML."""
    return zipped(
        **{
            "xl/workbook.xml": "<workbook><sheets/></workbook>",
            "xl/sharedStrings.xml": f"<sst>{shared}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
        }
    )


def ods_table(rows: str) -> bytes:
    """Return an ODS file of which the table holds this XML."""
    table = 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    return zipped(**{"content.xml": f"<table:table {table}>{rows}</table:table>"})


HEADER_CELLS = WEB_HEADER.split(",")
ROW_CELLS = row("a.example").split(",")
STATISTICS = [["Total", "=COUNTA(F13:F99)"], ["Passed", "=1+1"], *[[""]] * 9]
ONE = [("a.example", "passed")]
TWO = [("a.example", "passed"), ("b.example", "failed")]
NOT_ALLOWED = "Codepoint U+003D at position 1 of %r not allowed"
CHANGED = "normalised to a plain domain name"

LAYOUT = [
    Case("header in row 1", lines(row("a.example")), ONE),
    Case("header in row 3", lines(row("a.example"), above=2), ONE),
    Case("header in row 4", lines(row("a.example"), above=3), ONE),
    Case("header in row 12", lines(row("a.example"), above=11), ONE),
    Case("header in row 13", lines(row("a.example"), above=12), ONE),
    Case("first line of commas", "," * 10 + "\r\n" + lines(row("a.example")), ONE),
    Case("several header rows", export(row("a.example")), ONE),
    Case(
        "blank columns",
        "List,,Url,,IPv6 addresses for web server\nx,,a.example,,passed\n",
        ONE,
    ),
    Case(
        "the first of duplicate headers counts",
        "List,Url,IPv6 addresses for web server,IPv6 addresses for web server\n"
        "x,a.example,passed,failed\n",
        ONE,
    ),
    Case(
        "formula cells without values",
        workbook([*STATISTICS, HEADER_CELLS, ROW_CELLS]),
        ONE,
        name="x.xlsx",
    ),
    Case(
        "continuation row",
        export(row("a.example"), row("")),
        ONE,
        [(5, "", "no domain name (continuation of the row above)", "dropped")],
    ),
    Case("empty row", export(row("a.example"), "," * 10), ONE, [(5, "", "empty row", "dropped")]),
    Case(
        "missing sub-columns",
        "List,Url,IPv6 addresses for web server\nx,a.example,passed\n",
        [("a.example", "passed", "", "")],
        columns=("domain", "ws_address", "ns_address", "ipv6"),
    ),
    Case(
        "unknown extra columns",
        "List,Url,New test,IPv6 addresses for web server\nx,a.example,failed,passed\n",
        ONE,
    ),
]

TEXT = [
    Case("semicolons", lines(row("a.example")).replace(",", ";"), ONE),
    Case("commas", lines(row("a.example")), ONE),
    Case(
        "semicolons, with commas within cells",
        'List;Domain;Tags\nx;"a.example, b.example";p, q, r\n',
        [("a.example", "p, q, r"), ("b.example", "p, q, r")] * 2,
        [
            (
                2,
                "a.example, b.example",
                "several names in one cell, split into a row each",
                "changed",
            )
        ],
        columns=("domain", "tags"),
    ),
    Case("tabs", lines(row("a.example")).replace(",", "\t"), ONE),
    Case("sep=; in front", "sep=;\r\n" + lines(row("a.example")).replace(",", ";"), ONE),
    Case("UTF-8 with a mark", lines(row("a.example")).encode("utf-8-sig"), ONE),
    Case("Windows-1252", lines(row("a.example", name="geméénten")).encode("cp1252"), ONE),
    Case("UTF-16", lines(row("a.example")).encode("utf-16"), ONE),
    Case("CR LF", lines(row("a.example"), ends="\r\n"), ONE),
    Case("LF", lines(row("a.example"), ends="\n"), ONE),
    Case("no final newline", lines(row("a.example")).rstrip(), ONE),
    Case(
        "quoted commas",
        lines(row("a.example", name='"gemeenten, 2026"')),
        [("a.example", "gemeenten, 2026")],
        columns=("domain", "list"),
    ),
]

NAMES = [
    *(
        Case(what, lines(row(written)), ONE, [(2, shown or written, CHANGED, "changed")])
        for what, written, shown in (
            ("URL", "https://a.example", ""),
            ("port", "a.example:8443", ""),
            ("path", "a.example/pad?x=1", ""),
            ("user part", "https://user@a.example/", ""),
            ("e-mail address", "info@a.example", ""),
            ("upper case", "A.Example", ""),
            ("trailing dot", "a.example.", ""),
            ("zero-width space", "a.exam\u200bple", ""),
            ("soft hyphen", "a.exam\u00adple", ""),
        )
    ),
    Case("white space around", lines(row("  a.example ")), ONE),
    Case("NBSP around", lines(row("\u00a0a.example\u00a0")), ONE),
    Case(
        "IDN in both forms is one key",
        lines(row("coöperatie.example"), row("xn--coperatie-17a.example")),
        [("xn--coperatie-17a.example", "coöperatie.example")],
        [(3, "xn--coperatie-17a.example", f"measured twice that day: {NAME} 2", "dropped")],
        columns=("domain", "domain_display"),
    ),
    Case(
        "the same domain twice in a file",
        lines(row("a.example"), row("a.example", "failed")),
        ONE,
        [(3, "a.example", f"measured twice that day: {NAME} 2", "dropped")],
    ),
    Case(
        "one domain in two lists",
        lines(row("a.example"), row("a.example", name="rijk")),
        ONE,
        [(3, "a.example", f"measured twice that day: {NAME} 2 (rijk)", "dropped")],
    ),
    Case(
        "www beside bare",
        lines(row("a.example"), row("www.a.example")),
        [*ONE, ("www.a.example", "passed")],
    ),
    Case(
        "several domains in one cell of results",
        lines(row("a.example"), row('"b.example, c.example"')),
        ONE,
        [(3, "b.example, c.example", "several names in one cell", "dropped")],
    ),
    Case(
        "several domains in one cell of a list",
        'List,Domain,Tags\nx,"b.example, c.example",t\n',
        [("b.example", "web"), ("c.example", "web"), ("b.example", "mail"), ("c.example", "mail")],
        [
            (
                2,
                "b.example, c.example",
                "several names in one cell, split into a row each",
                "changed",
            )
        ],
        columns=("domain", "type"),
    ),
    *(
        Case(what, lines(row("a.example"), row(written)), ONE, [(3, written, reason, "dropped")])
        for what, written, reason in (
            ("placeholder n.v.t.", "n.v.t.", "placeholder"),
            ("placeholder -", "-", "placeholder"),
            ("placeholder geen", "geen", "placeholder"),
            ("postal address", "Postbus 1 Assen", "white space in the name"),
            ("cell that begins with =", "=a", f"not a valid host name: {NOT_ALLOWED % '=a'}"),
            ("cell that begins with +", "+31 70 1234567", "white space in the name"),
            ("cell that begins with @", "@a", "no dot in the name"),
            ("IP address", "192.0.2.1", "IP address"),
            ("underscore", "a_b.example", "underscore in a host name"),
        )
    ),
    Case(
        ".frl, .aw and other top-level domains",
        lines(row("fryslan.frl"), row("overheid.aw"), row("a.amsterdam")),
        [("fryslan.frl",), ("overheid.aw",), ("a.amsterdam",)],
        columns=("domain",),
    ),
    Case(
        "names gone since a merger stay as they were measured",
        lines(row("haren.example"), row("groningen.example")),
        [("haren.example",), ("groningen.example",)],
        columns=("domain",),
    ),
]

CELLS = [
    Case(
        "23.245.794 is a number of visits, not a score",
        REGISTER
        + "a.example,Rijksoverheid,AZ,,,23.245.794,ja,ja,ja,22-08-2022,ja,nee,22-08-2022,\n",
        [("a.example", "passed", ""), ("a.example", "failed", "")],
        columns=("domain", "ipv6", "ws_address"),
        name="register.csv",
    ),
    Case(
        "decimal comma: 48,0%",
        lines(row("a.example").replace(",80,", ',"48,0%",')),
        [("a.example", 48.0)],
        [(2, "48,0%", "decimal comma in a score", "changed")],
        columns=("domain", "score"),
    ),
    Case(
        "score error",
        lines(row("a.example").replace(",80,", ",error,")),
        ONE,
        [(2, "error", "not a score from 0 to 100, ignored", "changed")],
    ),
    Case(
        "organisations called NA, None, null",
        "Website,IPv6 site,Body\na.example,ja,NA\nb.example,ja,None\nc.example,ja,null\n",
        [("a.example", "NA"), ("b.example", "None"), ("c.example", "null")],
        columns=("domain", "organisation"),
        options={
            "columns": {"Website": "domain", "IPv6 site": "ws_address", "Body": "organisation"}
        },
    ),
    Case(
        "list called -cmd, and +, =, @",
        lines(row("a.example", name="-cmd"), row("b.example", name="=1+1")),
        [("a.example", "-cmd"), ("b.example", "=1+1")],
        columns=("domain", "list"),
    ),
    *(
        Case(f"result {written!r}", lines(row("a.example", written)), [("a.example", meant)])
        for written, meant in (
            ("ja", "passed"),
            ("nee", "failed"),
            ("waarschuwing", "warning"),
            ("WAAR", "passed"),
            ("ONWAAR", "failed"),
            ("TRUE", "passed"),
            ("FALSE", "failed"),
            ("1", "passed"),
            ("0", "failed"),
            ("info", "info"),
            ("good_not_tested", "not_tested"),
            ("not_tested", "not_tested"),
            ("untestable", "error"),
            ("not_testable", "error"),
            ("unreachable", "error"),
            ("not_applicable", "not_applicable"),
            ("?", "unknown"),
            ("", "unknown"),
            (" ", "unknown"),
        )
    ),
    Case(
        "result that nobody knows",
        lines(row("a.example", "misschien")),
        [("a.example", "unknown")],
        [(2, "misschien", "unrecognised result, counted as unknown", "changed")],
    ),
    Case(
        "not_tested of mail servers, and nothing else tells",
        mail_export(mail_row("a.example", "not_tested")),
        [("a.example", "not_tested", "no_mx")],
        [(5, "not_tested", "address test not done, counted as no mail servers", "kept")],
        columns=("domain", "mx_address", "mail_status"),
    ),
    Case(
        "not_tested of mail servers, and a view tells",
        mail_export(mail_row("a.example", "not_tested", "no_mx")),
        [("a.example", "not_tested", "no_mx")],
        columns=("domain", "mx_address", "mail_status"),
    ),
    *(
        Case(
            f"list called {name}",
            lines(row("a.example", name=name)),
            [("a.example", sector)],
            columns=("domain", "sector"),
        )
        for name, sector in (
            ("Gemeenten", "gemeente"),
            ("Gemeente", "gemeente"),
            ("Uitvoerders", "uitvoeringsorganisatie"),
            ("Manifestgroep", "uitvoeringsorganisatie"),
            ("Rijk", "rijk"),
            ("Ministerie van Financiën", "rijk"),
        )
    ),
]

DATES = [
    *(
        Case(
            f"date {written}",
            sites(f"a.example,ja,{written}"),
            [("a.example", day, "column")],
            columns=("domain", "day", "date_source"),
            name="x.csv",
            options={"columns": SITE_FIELDS},
        )
        for written, day in (
            ("22-08-2022", "2022-08-22"),
            ("22/08/2022", "2022-08-22"),
            ("1 januari 2022", "2022-01-01"),
            ("1 January 2022", "2022-01-01"),
            ("44795", "2022-08-22"),
            ("44795.5", "2022-08-22"),
            ("2026-10-04T23:50:00Z", "2026-10-04"),
            ("2026-10-05T00:20:00+02:00", "2026-10-05"),
            ("20261005", "2026-10-05"),
        )
    ),
    Case(
        "date cells of a spreadsheet",
        workbook(
            [["Website", "IPv6 site", "Getest"], ["a.example", "ja", dt.date(2022, 8, 22)]], "x"
        ),
        [("a.example", "2022-08-22", "column")],
        columns=("domain", "day", "date_source"),
        name="x.xlsx",
        options={"columns": SITE_FIELDS},
    ),
    Case(
        "day or month first: the Dutch way, with a doubt",
        sites("a.example,ja,05-08-2022"),
        [("a.example", "2022-08-05")],
        [(2, "05-08-2022", "ambiguous date, read as day first", "kept")],
        columns=("domain", "day"),
        name="x.csv",
        options={"columns": SITE_FIELDS},
    ),
    Case(
        "day or month first: another row proves that the day is",
        sites("a.example,ja,05-08-2022", "b.example,ja,22-08-2022"),
        [("a.example", "2022-08-05"), ("b.example", "2022-08-22")],
        columns=("domain", "day"),
        name="x.csv",
        options={"columns": SITE_FIELDS},
    ),
    Case(
        "day or month first: another row proves that the month is",
        sites("a.example,ja,5/8/2022", "b.example,ja,8/22/2022"),
        [("a.example", "2022-05-08"), ("b.example", "2022-08-22")],
        columns=("domain", "day"),
        name="x.csv",
        options={"columns": SITE_FIELDS},
    ),
    Case(
        "no date in one of the rows",
        sites("a.example,ja,2022-08-22", "b.example,ja,morgen"),
        [("a.example", "2022-08-22")],
        [(3, "morgen", "no measurement date", "dropped")],
        columns=("domain", "day"),
        name="x.csv",
        options={"columns": SITE_FIELDS},
    ),
    Case(
        "no date in one of the rows, and the file's name has one",
        sites("a.example,ja,2026-10-05", "b.example,ja,morgen"),
        [("a.example", "column", "2026-10-05"), ("b.example", "file name", "2026-10-05")],
        [(3, "morgen", "not a date, another one used: 2026-10-05", "changed")],
        columns=("domain", "date_source", "file_date"),
        options={"columns": SITE_FIELDS},
    ),
    Case(
        "a column and the file's name that disagree",
        sites("a.example,ja,2022-08-22", "b.example,ja,2022-08-22"),
        [("a.example", "2022-08-22", "2026-10-05"), ("b.example", "2022-08-22", "2026-10-05")],
        [
            (
                2,
                "2022-08-22",
                "measurement date differs from the file name: 2026-10-05",
                "kept",
            )
        ],
        columns=("domain", "day", "file_date"),
        options={"columns": SITE_FIELDS},
    ),
    Case(
        "the name of the sheet",
        workbook([HEADER_CELLS, ROW_CELLS]),
        [("2026-10-05", "sheet name", "2026-10-05")],
        columns=("day", "date_source", "file_date"),
        name="x.xlsx",
        options={"measured_at": "2020-02-02"},
    ),
    Case(
        "the file's name before that of the sheet",
        workbook([HEADER_CELLS, ROW_CELLS]),
        [("2026-11-06", "file name", "2026-11-06")],
        columns=("day", "date_source", "file_date"),
        name="x-2026-11-06.xlsx",
    ),
    Case(
        "the caller, when nothing else tells",
        lines(row("a.example")),
        [("2020-02-02", "parameter", "")],
        columns=("day", "date_source", "file_date"),
        name="x.csv",
        options={"measured_at": "2020-02-02"},
    ),
    Case(
        "the request of a batch result",
        api_2({"a.example": domain_with("web", "passed", {}, ws_address="passed")}, kind="web"),
        [("2026-10-05", "request", "")],
        columns=("day", "date_source", "file_date"),
        name="x.json",
    ),
    Case("no date at all", lines(row("a.example")), error="nothing says when", name="x.csv"),
]

UNREADABLE = [
    Case("empty file", "", error="is empty"),
    Case("header only", lines(), error="holds a header and no rows"),
    Case("HTML page saved as CSV", "<!DOCTYPE html><p>Log in</p>", error="is a web page"),
    Case("JSON cut off", api_2({"a.example": {"status": "error"}})[:-9], error="breaks off"),
    Case("JSON nested deeply", '{"a":' * 90_000, error="too deeply nested"),
    Case("JSON with a number of 5,000 digits", '{"a": ' + "9" * 5000 + "}", error="at a number"),
    Case("zip cut off that claims to be XLSX", b"PK\x03\x04 x", error="is a damaged spreadsheet"),
    Case("zip that claims to be XLSX", zipped(letter="x"), error="is a zip and no spreadsheet"),
    Case("XLS, or XLSX with a password", b"\xd0\xcf\x11\xe0" + b"x" * 99, error="is an old Excel"),
    Case("picture", b"\x89PNG\r\n\x1a\n\x00\x00", error="is a binary file"),
    Case("cell of 200,000 characters", f'"{"x" * 200_000}"', error="is no table"),
    Case("100,000 columns", "," * 100_000 + "\n", error="is no table"),
    Case("short rows below a wide one", "," * 999 + "\n" + "a\n" * 9_000, error="unequal length"),
    Case(
        "cell at the far end of a sheet",
        xlsx_sheet('<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>'),
        error="more than 2,000,000 cells",
    ),
    Case(
        "one long text shown in every cell",
        xlsx_sheet(
            '<row><c t="s"><v>0</v></c></row>' * 2_000, f"<si><t>{'x' * 1_000_000}</t></si>"
        ),
        error="more than 2,000,000 cells",
    ),
    Case(
        "row repeated a million times",
        ods_table(
            '<table:table-row table:number-rows-repeated="1000000">'
            + "<table:table-cell>x</table:table-cell>" * 9
            + "</table:table-row>"
        ),
        error="more than 2,000,000 cells",
    ),
    Case(
        "cell repeated a thousand million times",
        ods_table(
            "<table:table-row><table:table-cell table:number-columns-repeated='1000000000'>x"
            "</table:table-cell></table:table-row>"
        ),
        error="more than 2,000,000 cells",
    ),
    Case(
        "entities that multiply",
        zipped(**{"content.xml": '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'}),
        error="made to take all memory",
    ),
]

TOO_LARGE = {  # made when they are read: they take seconds
    "five million values": (lambda: "[" + "[]," * 2_600_000, "128 MiB or 5,000,000 values"),
    "five million lines": (lambda: "a\n" * 5_000_000, "more than 2,000,000 rows"),
    "forty million cells": (lambda: ("," * 999 + "\n") * 41_000, "more than 40,000,000 cells"),
    "zip that unpacks to 200 MiB": (
        lambda: zipped(**{"xl/workbook.xml": "x" * (200 << 20)}),
        "unpacks to more than 128 MiB",
    ),
    "ten million empty elements": (
        lambda: zipped(**{"content.xml": "<a>" + "<b/>" * 10_000_000 + "</a>"}),
        "made to take all memory",
    ),
}

READABLE = [*LAYOUT, *TEXT, *NAMES, *CELLS, *DATES]


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.what)
def test_survives(intake, case):
    """The rows and the faults are these, or the error is."""
    if case.error:
        with pytest.raises(InputError, match=case.error):
            intake(case.content, case.name, **case.options)
        return
    found = intake(case.content, case.name, **case.options)
    day = found.table["measured_at"].dt.strftime("%Y-%m-%d")
    found = replace(found, table=found.table.assign(day=day))
    assert values(found, *case.columns) == list(case.rows)
    assert booked(found) == list(case.faults)


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case.what)
def test_refused(intake, case):
    """A file that cannot be read gives one sentence, which names it."""
    with pytest.raises(InputError, match=case.error) as caught:
        intake(case.content, case.name)
    assert str(caught.value).startswith(f"{case.name}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("what", TOO_LARGE)
def test_too_large(intake, what):
    """What would take all memory is refused before it does."""
    content, error = TOO_LARGE[what]
    with pytest.raises(InputError, match=error):
        intake(content())
