"""Lists of names, and exports of organisations: what is to be measured, and nothing that was."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from measured_files import booked, values, web_export, web_row

from v6monitor.dns.name_list import read_names
from v6monitor.errors import InputError
from v6monitor.intake import intake as measurements
from v6monitor.intake import states as intake_states

BOTH = [("a.example", "web"), ("a.example", "mail")]

DAY = dt.date(2026, 10, 7)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("rijk,a.example,tag\n", BOTH),
        ("rijk,a.example\n", BOTH),
        ("a.example\n", BOTH),
        ("a.example,mail\n", [("a.example", "mail")]),
        ("Category / List,Website\nrijk,a.example,tag\n", BOTH),
        ("List,Domain,Tags\nrijk,a.example,tag\n", BOTH),
        ("domain,type\na.example,Mail\na.example,web\n", BOTH[::-1]),
        ("Domain Name,Domain Type,Agency\nA.EXAMPLE,Federal,GSA\n", BOTH),
        (
            "name,web,mail,type\nA,www.a.example,a.example,University\nB,,b.example,Other\n",
            [("www.a.example", "web"), ("a.example", "mail"), ("b.example", "mail")],
        ),
        (
            "Gemeente,E-mail,website\nA,info@a.example,https://www.a.example\n",
            [("www.a.example", "web"), ("a.example", "mail")],
        ),
        ("\n\nDomein;Organisatie\na.example;A\n", BOTH),
    ],
)
def test_names_to_measure(intake, content, rows):
    """A list gives each name as website and for mail, or as its columns say."""
    found = intake(content, "list.csv")
    assert values(found, "domain", "type") == rows
    assert found.files["format"].tolist() == ["list"]


@pytest.mark.parametrize(
    "content",
    [
        "# ours\na.example\nb.example,mail\n",
        "b.example;mail\na.example\n",
        "b.example\tmail\na.example",
    ],
)
def test_a_report_and_lookups_read_the_same_in_a_list(intake, tmp_path, content):
    """Lines with and without a type, comments, and any of the usual separators."""
    (tmp_path / "names.txt").write_text(content)
    rows = values(intake(content, "names.txt"), "domain", "type")
    assert sorted(rows) == sorted([("b.example", "mail"), *BOTH])
    assert list(read_names(str(tmp_path / "names.txt"))) == rows


def test_what_a_list_says_of_its_names(intake):
    """Organisation, list, tags, sector and province come along; an unlabelled third column too."""
    text = "Gemeente,Sector,Provincie,Domein\nA,Gemeenten,Drenthe,a.example\n"
    found = intake(text, "x.csv")
    fields = ("organisation", "sector", "province")
    assert values(found, *fields)[0] == ("A", "gemeente", "Drenthe")
    text = "Gemeente,E-mail\nA,info@a.example\n"
    assert values(intake(text, "x.csv"), "organisation", "sector") == [("A", "gemeente")]
    upload = intake("Lijst,Website\nrijk,a.example,t\nrijk,b.example\n", "x.csv")
    assert values(upload, "list", "tags", "sector")[::2] == [
        ("rijk", "t", "rijk"),
        ("rijk", "", "rijk"),
    ]


def test_listed_is_not_measured(intake):
    """A listed name has no day, no status and no result, and gives no state, also read again."""
    found = intake("List,Domain\nrijk,a.example\n", "list-2026-10-05.csv", measured_at="2026-10-05")
    for table in (found.table, intake(found.table.to_csv(index=False), "own.csv").table):
        assert table["measured_at"].isna().all()
        empty = ["status", "ipv6", "ws_address", "mx_address", "mail_status", "date_source"]
        assert (table[empty] == "").all(axis=None)
        assert table["file_date"].tolist() == ["2026-10-05"] * 2
        assert intake_states.states(table).empty
        asked = intake_states.measured(table, DAY)
        assert set(asked["measured_at"]) == {pd.Timestamp("2026-10-07")}
        assert set(asked["date_source"]) == {intake_states.LOOKED_UP}


def test_listed_beside_measured(tmp_path):
    """A list beside measurements adds names, and takes nothing away."""
    (tmp_path / "a-2026-10-05.csv").write_text(web_export(web_row("a.example")))
    (tmp_path / "list.csv").write_text("List,Domain\nrijk,a.example\nrijk,a.example\n")
    found = measurements.read([tmp_path])
    assert len(found.table) == 3
    assert values(replace(found, table=intake_states.measured(found.table, DAY)), "domain") == [
        ("a.example",)
    ]
    twice = (3, "a.example", "listed twice: list.csv 2", "dropped")
    assert booked(found) == [twice, twice]


def test_list_as_names_for_lookups(intake, tmp_path):
    """The canonical table of a list is what ``v6monitor lookup`` takes."""
    found = intake("name,web,mail\nA,www.a.example,a.example\n", "list.csv")
    measurements.write(found.table, tmp_path / "names.csv")
    assert list(read_names(str(tmp_path / "names.csv"))) == [
        ("www.a.example", "web"),
        ("a.example", "mail"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "domain,organisation,ok\na.example,A,ja\n",
        "domain,standard,explanation,owner,valid_until\na.example,IPv6,x,A,2027-01-01\n",
        "web,mail\n1,0\n",
        "old,new,date\na.example,b.example,2026-01-01\n",
    ],
)
def test_what_is_no_list(intake, content):
    """A table with results, or mostly about something else, is not taken for a list."""
    with pytest.raises(
        InputError, match="is a table in a format that v6monitor does not recognise"
    ):
        intake(content, "x.csv")


EXPORT = (
    "Officiële naam;Type;E-mail adressen;Internetpagina's;TOOi URI\n"
    "Gemeente A;Gemeente;info@a.example, label: algemeen;"
    '"https://www.a.example, label: algemeen; https://b.example/x,y, label: toerisme";gm0001\n'
    "Archief;Organisatieonderdeel;;https://archief.example;oo0002\n"
    "Provincie P;Provincie;;https://p.example, label: algemeen;pv03\n"
    ";;;;\n"
)


def test_export_of_organisations(intake):
    """Pages are websites, e-mail addresses are mail; units of organisations are dropped."""
    found = intake(EXPORT, "Gemeenten.csv")
    assert values(found, "domain", "type", "organisation", "org_id", "sector") == [
        ("www.a.example", "web", "Gemeente A", "gm0001", "gemeente"),
        ("b.example", "web", "Gemeente A", "gm0001", "gemeente"),
        ("a.example", "mail", "Gemeente A", "gm0001", "gemeente"),
        ("p.example", "web", "Provincie P", "pv03", "provincie"),
    ]
    dropped = [fault for fault in booked(found) if fault[-1] == "dropped"]
    assert dropped == [
        (3, "Archief", "unit of an organisation, not measured separately", "dropped"),
        (5, "", "empty row", "dropped"),
    ]


@pytest.mark.parametrize(
    ("file", "rows", "faults"),
    [
        ("waterschappen.csv", 48, 2),
        ("waterschappen.xlsx", 48, 2),
        ("domains-name-web-mail-type.xlsx", 14, 0),
    ],
)
def test_real_lists(real_data, file, rows, faults):
    """The lists that people upload, as they are."""
    found = measurements.read_files([real_data / "dashboard-lists" / file])
    assert (len(found.table), len(found.faults)) == (rows, faults)
    assert found.files["format"].tolist() == ["list"]


def test_own_domain_for_mail(intake):
    """A column of mail domains beside one of websites is measured for mail."""
    found = intake("Gemeente;Website;E-maildomein\nA;www.a.example;post.example\n", "x.csv")
    assert values(found, "domain", "type") == [("www.a.example", "web"), ("post.example", "mail")]


def test_names_first_and_other_columns(intake):
    """A list may have any further columns when its names come first."""
    found = intake("Domain Name,Owner,City,Phone\na.example,A,B,\nb.example,A,B,\n", "x.csv")
    assert set(found.table["domain"]) == {"a.example", "b.example"}


def test_a_list_of_mostly_placeholders(intake):
    """A label of names is enough; what is no name is listed, and cells beyond the header too."""
    found = intake("Domein,Type\nn.v.t.,web\ngeen,web\n-,web\na.example,web,x,y\n", "l.csv")
    assert values(found, "domain") == [("a.example",)]
    assert booked(found) == [
        (2, "n.v.t.", "placeholder", "dropped"),
        (3, "geen", "placeholder", "dropped"),
        (4, "-", "placeholder", "dropped"),
        (5, "x", "more cells than the header", "dropped"),
    ]
