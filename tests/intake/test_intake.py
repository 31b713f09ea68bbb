"""Files, folders and patterns into one table; what is refused, and what is booked."""

import pandas as pd
import pytest
from measured_files import api_2, booked, domain_with, values, web_export, web_row

from v6monitor.errors import InputError, UsageError
from v6monitor.intake import cleaning as intake_cleaning
from v6monitor.intake import columns as intake_columns
from v6monitor.intake import intake as measurements
from v6monitor.intake.cleaning import Reason

EXPORT = web_export(web_row("a.example"), web_row("b.example", "failed"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"<!DOCTYPE html><title>Log in</title>", "is a web page or XML"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "is a web page or XML"),
        (api_2({"a.example": {"status": "error"}})[:-20].encode(), "breaks off or is damaged"),
        (b"[" * 100_000, "is JSON too deeply nested"),
        (b"PK\x03\x04 no zip", "is a damaged spreadsheet or zip"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is a binary file"),
        (b"a,b\x00c\n", "is a binary file"),
        (b"\xff\xfea", "is damaged text"),
        (b"name,colour\na.example,red\n", r"is a table in a format .*--map COLUMN=FIELD"),
        (b"List,Url", "holds a header and no rows"),
        (b"just one line of text", "is a table in a format"),
        (b'"' + b"x" * 200_000, "is no table"),
        (b"," * 100_000 + b"\n" * 1000, "is no table"),
        (b"a,b\n" + b"," * 100_000, "is no table"),
        (b"sep=;\n", "holds no cells"),
        (b"\n\na.example,b\n", "is a table in a format"),
        (EXPORT.replace("a.example", "n.v.t.").replace("b.example", "").encode(), "none of its"),
    ],
)
def test_what_cannot_be_read(intake, content, says):
    """One sentence tells what was found, and what to do."""
    with pytest.raises(InputError, match=says) as caught:
        intake(content, "x-2026-10-05.csv")
    assert str(caught.value).startswith("x-2026-10-05.csv: ")


def test_absent_file(tmp_path):
    """A name that is not there is an input error."""
    for path in (tmp_path / "absent.csv", tmp_path / "*.csv"):
        with pytest.raises(InputError, match="no such file"):
            measurements.read([path])


def test_folder_with_other_files(tmp_path):
    """Of a folder everything is read, each content once, and what is no measurement is named."""
    (tmp_path / "old").mkdir()
    (tmp_path / "b-2026-10-05.csv").write_text(EXPORT)
    (tmp_path / "old" / "a-2026-09-05.csv").write_text(EXPORT + "\n")
    (tmp_path / "old" / "copy-2026-09-05.csv").write_text(EXPORT)
    (tmp_path / "register.csv").write_text("domain,organisation\na.example,A\n")
    (tmp_path / ".hidden.csv").write_text("")
    found = measurements.read_files([tmp_path, tmp_path / "b-2026-10-05.csv"])
    assert found.files[["file", "format", "rows"]].to_numpy().tolist() == [
        ["b-2026-10-05.csv", "dashboard-2023-06", 2],
        ["old/a-2026-09-05.csv", "dashboard-2023-06", 2],
        ["old/copy-2026-09-05.csv", "", 0],
        ["register.csv", "", 0],
    ]
    assert found.files["note"].tolist()[2] == "holds the same bytes as b-2026-10-05.csv; read once"
    assert len(found.table) == 4
    again = measurements.read_files([tmp_path / "**" / "*-09-05.csv"])
    assert (
        again.files["note"].tolist()[1]
        == "holds the same measurement as a-2026-09-05.csv; read once"
    )


def test_one_unreadable_file(tmp_path):
    """By default it stops everything; on request the others are read and the sentence kept."""
    (tmp_path / "a-2026-10-05.csv").write_text(EXPORT)
    (tmp_path / "b-2026-10-05.csv").write_text("<html>")
    with pytest.raises(InputError, match=r"b-2026-10-05\.csv: is a web page"):
        measurements.read([tmp_path])
    found = measurements.read_files([tmp_path], keep_going=True)
    assert len(found.table) == 2
    assert len(found.errors) == 1
    with pytest.raises(InputError, match="web page"):
        measurements.read_files([tmp_path / "b-2026-10-05.csv"], keep_going=True)


def test_domain_measured_twice(intake, tmp_path):
    """The first row of a day, domain and type is kept; the other is booked with its list."""
    (tmp_path / "a.csv").write_text(web_export(web_row("a.example")))
    later = web_export(
        web_row("b.example"), web_row("A.example.", "failed", "rijk"), web_row("b.example")
    )
    (tmp_path / "b.csv").write_text(later)
    found = measurements.read([tmp_path / "a.csv", tmp_path / "b.csv"], measured_at="2026-10-05")
    assert values(found, "domain", "ws_address", "list") == [
        ("a.example", "passed", "gemeenten"),
        ("b.example", "passed", "gemeenten"),
    ]
    assert booked(found) == [
        (5, "A.example.", "normalised to a plain domain name", "changed"),
        (5, "a.example", "measured twice that day: a.csv 4 (rijk)", "dropped"),
        (6, "b.example", "measured twice that day: b.csv 4", "dropped"),
    ]


def test_www_beside_bare_and_two_days_are_not_the_same(tmp_path):
    """Another name, or another day, is another measurement."""
    (tmp_path / "x-2026-09-05.csv").write_text(EXPORT)
    (tmp_path / "x-2026-10-05.csv").write_text(
        web_export(web_row("a.example"), web_row("www.a.example"))
    )
    assert len(measurements.read([tmp_path]).table) == 4


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("x-2026-10-05.csv", "2026-10-05"),
        ("2026-09 herhaald 2026-10-05.csv", "2026-10-05"),
        ("x 05-10-2026.csv", "2026-10-05"),
        ("x 5 oktober 2026.csv", "2026-10-05"),
        ("20261005_x.csv", "2026-10-05"),
        ("x.csv", "2020-02-02"),
        ("x-2026-13-05.csv", "2020-02-02"),
        ("x-2026-10.csv", "2020-02-02"),
    ],
)
def test_day_of_measurement(intake, name, day):
    """The file's name says it, else the caller."""
    found = intake(EXPORT, name, measured_at="2020-02-02")
    assert found.table["measured_at"].dt.strftime("%Y-%m-%d").unique().tolist() == [day]


@pytest.mark.parametrize(
    ("list_name", "file", "option", "sector"),
    [
        ("Gemeenten", "x", None, "gemeente"),
        ("webtest_rijk", "x", None, "rijk"),
        ("Manifestgroep", "x", None, "uitvoeringsorganisatie"),
        ("Gemeenschappelijke regelingen", "x", None, "gemeenschappelijke_regeling"),
        ("overheid", "waterschappen", None, "waterschap"),
        ("gemeenten en provincies", "waterschappen", None, "waterschap"),
        ("overheid", "x", None, ""),
        ("rijk", "x", "Provincies", "provincie"),
    ],
)
def test_sector(intake, list_name, file, option, sector):
    """The caller's option, else the one sector that the list, or else the file, speaks of."""
    found = intake(
        web_export(web_row("a.example", name=list_name)), f"{file}-2026-10-05.csv", sector=option
    )
    assert values(found, "sector") == [(sector,)]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("measured_at", "yesterday"),
        ("measured_at", "5-10-2026"),
        ("sector", "bedrijf"),
        ("columns", {"Website": "url"}),
        ("columns", {"Website": "domain", "Url": "domain"}),
        ("columns", {"Score": "score"}),
    ],
)
def test_options_that_are_not_right(intake, option, value):
    """A wrong option is a usage error, before anything is read."""
    with pytest.raises(UsageError):
        intake("", **{option: value})


def test_cells_that_are_booked(intake):
    """What cannot be taken as it is becomes unknown or empty, and stands in the faults."""
    rows = [
        web_row("https://www.a.example/pad", "misschien").replace(",80,", ',"48,0%",'),
        web_row("afdeling_x.example").replace(",80,", ",error,"),
        web_row("b.example", "Ja").replace(",80,", ",error,"),
        web_row("c.example", "waarschuwing").replace(",80,", ",180,"),
        web_row("n.v.t."),
        web_row("Postbus 1 Assen"),
    ]
    found = intake(web_export(*rows))
    assert values(found, "domain", "ws_address")[:3] == [
        ("www.a.example", "unknown"),
        ("b.example", "passed"),
        ("c.example", "warning"),
    ]
    assert found.table["score"].isna().tolist() == [False, True, True]
    assert booked(found) == [
        (4, "https://www.a.example/pad", "normalised to a plain domain name", "changed"),
        (4, "misschien", "unrecognised result, counted as unknown", "changed"),
        (4, "48,0%", "decimal comma in a score", "changed"),
        (5, "afdeling_x.example", "underscore in a host name", "dropped"),
        (6, "error", "not a score from 0 to 100, ignored", "changed"),
        (7, "180", "not a score from 0 to 100, ignored", "changed"),
        (8, "n.v.t.", "placeholder", "dropped"),
        (9, "Postbus 1 Assen", "white space in the name", "dropped"),
    ]
    assert found.files[["rows", "faults"]].to_numpy().tolist() == [[3, 8]]
    counted = intake_cleaning.summary(found.faults)
    assert counted.iloc[0].tolist() == ["not a score from 0 to 100, ignored", "changed", 2, "error"]


def test_own_output_read_again_changes_nothing(intake, tmp_path):
    """The canonical CSV gives back the table, whatever its cells hold."""
    odd = '"=1+1, ""NA""\n\tnull",xn--coperatie-17a.example,"1,5",https://x/, ,?,,1,Nee,ONWAAR,x'
    first = intake(web_export(web_row("a.example", name="@rijk"), odd, "NA,b.example"))
    measurements.write(first.table, tmp_path / "rijk" / "gemeenten 2020-01-01.csv")
    again = measurements.read_files([tmp_path / "rijk"])
    pd.testing.assert_frame_equal(again.table, first.table)
    assert again.files["format"].tolist() == ["canonical"]
    measurements.write(again.table, tmp_path / "again.csv")
    written = next((tmp_path / "rijk").iterdir())
    assert (tmp_path / "again.csv").read_bytes() == written.read_bytes()
    assert not list((tmp_path / "rijk").glob(".*"))


def test_canonical_table_that_someone_edited(intake, tmp_path):
    """Rows that no longer fit are booked, a column that is gone is an error."""
    table = intake(
        api_2({"a.example": domain_with("mail", "failed", {}, mx_address="failed")}), "x.json"
    ).table
    edited = table.assign(type="gopher", measured_at="morgen")
    text = pd.concat([table, edited]).to_csv(index=False)
    assert booked(intake(text, "x.csv")) == [(3, "gopher", "neither web nor mail", "dropped")]
    for row, day in (("inf", "0001-01-01"), ("1e30", "9999-12-31")):
        found = intake(table.assign(source_row=row, measured_at=day).to_csv(index=False), "x.csv")
        assert found.table["source_row"].tolist() == [0]
    with pytest.raises(InputError, match="canonical table without mx_address; make it again"):
        intake(table.drop(columns="mx_address").to_csv(index=False), "x.csv")


def test_dtypes(intake):
    """A date, two numbers, and text."""
    types = intake(EXPORT).table.dtypes
    assert list(types.index) == list(intake_columns.COLUMNS)
    assert types["measured_at"].kind == "M"
    assert types["score"] == "float64"
    assert types["source_row"] == "int64"
    assert {
        str(types[name])
        for name in types.index
        if name not in {"measured_at", "score", "source_row"}
    } == {"str"}


def test_table_of_an_unknown_form(intake):
    """With a mapping any table can be read; its header need not be the first row."""
    text = "Report of October\n\nWebsite;IPv6 site;Body\nwww.a.example;ja;A\nb.example;nee;B\n"
    mapping = {"website": "domain", "IPv6 site": "ws_address", "Body": "organisation"}
    found = intake(text, "x-2026-10-05.csv", columns=mapping)
    assert values(
        found, "domain", "type", "ws_address", "organisation", "ns_address", "source_format"
    ) == [
        ("www.a.example", "web", "passed", "A", "", "mapped"),
        ("b.example", "web", "failed", "B", "", "mapped"),
    ]


def test_mapped_results_of_websites_and_mail(intake):
    """A row with both results is two measurements; without a type of result it is an error."""
    text = "domain,web,mail,v6\na.example,1,0,1\n"
    both = {"domain": "domain", "web": "ws_address", "mail": "mx_address"}
    found = intake(text, "x-2026-10-05.csv", columns=both)
    assert values(found, "type", "ws_address", "mx_address") == [
        ("web", "passed", ""),
        ("mail", "", "failed"),
    ]
    with pytest.raises(UsageError, match="whether these results are of websites or of mail"):
        intake(text, "x-2026-10-05.csv", columns={"domain": "domain", "v6": "ipv6"})


@pytest.mark.parametrize(
    "written",
    [
        "\u200b",
        "n.v.t.",
        "192.0.2.1",
        "a b",
        "//[a",
        "a_b.example",
        "example",
        "-a.example",
        "=a.b",
    ],
)
def test_reason_is_one_that_has_a_translation(intake, written):
    """Why a name is none stands in the catalogue; particulars come behind a colon."""
    found = intake(web_export(web_row("a.example"), web_row(written)))
    reason = found.faults["reason"].iloc[0].partition(": ")[0]
    assert reason in set(Reason)
