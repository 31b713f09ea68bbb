"""Who has which domain: one's own register and the exports of the government's."""

import pandas as pd
import pytest

from v6monitor.errors import InputError
from v6monitor.intake import columns as intake_columns
from v6monitor.intake import intake as measurements
from v6monitor.intake import organisations

HEADER = "domain,type,organisation,org_id,sector,province\n"
EXPORT = (
    "Officiële naam;Afkorting;Type;Onderdeel van;E-mail adressen;Internetpagina's;TOOi URI\n"
    "Gemeente Voorbeeld;;Gemeente;;info@voorbeeld.example, label: algemeen;"
    '"https://www.Voorbeeld.example/, label: algemeen; https://loket.town.example, label: loket";'
    "https://identifier.overheid.nl/tooi/id/gemeente/gm9999\n"
    "Loket;;Organisatieonderdeel;Gemeente Voorbeeld;;https://www.part.example;\n"
    "Provincie Friesland;;Provincie;;;https://www.prov.example, label: algemeen;"
    "https://identifier.overheid.nl/tooi/id/provincie/pv99\n"
    "Raad voor Voorbeelden;;Adviescollege;;;n.v.t.;\n"
    "Raad voor Beelden;;Adviescollege;;;https://raad.example;\n"
)
RIO = """<?xml version="1.0" encoding="UTF-8"?>
<p:RegisterInternetdomeinenOverheid xmlns:p="https://organisaties.overheid.nl/static/schema/x">
 <p:organisatie p:systeemId="1"
   p:resourceIdentifierTOOI="https://identifier.overheid.nl/tooi/id/ministerie/mnre9999">
  <p:naam>Ministerie van Voorbeelden &amp; Zaken</p:naam>
  <p:types><p:type>Ministerie</p:type></p:types>
  <p:domeinnaamregistraties>
   <p:domeinnaamregistratie><p:naam>zaken.example</p:naam></p:domeinnaamregistratie>
   <p:domeinnaamregistratie><p:naam>oud.example</p:naam>
    <p:opgezegdSinds>2025-01-01</p:opgezegdSinds></p:domeinnaamregistratie>
  </p:domeinnaamregistraties>
  <p:domeinen><p:domein><p:url>https://www.campagne.example/x</p:url></p:domein></p:domeinen>
 </p:organisatie>
</p:RegisterInternetdomeinenOverheid>
"""


def _table(*domains, **columns):
    blank = dict.fromkeys(("organisation", "org_id", "sector", "province"), "")
    rows = [{"domain": domain, "type": kind, **blank} for domain, kind in domains]
    return pd.DataFrame(rows, dtype="str", index=range(10, 10 + len(rows))).assign(**columns)


def test_attach(file):
    """Owners come from the name itself or the nearest above it; what is filled stays."""
    register = organisations.read_register(
        file(
            HEADER
            + "town.example,,Town,id1,Gemeenten,Drenthe\n"
            + "town.example,mail,Town Mail,id2,overig,\n"
            + "Loket.Town.example,web,Desk,id3,,\n"
            + "www.site.example,web,Site,id4,,\n"
        )
    ).table
    table = _table(
        ("www.town.example", "web"),
        ("town.example", "mail"),
        ("a.loket.town.example", "web"),
        ("loket.town.example", "mail"),
        ("other.example", "web"),
        ("site.example", "web"),
        sector=["", "", "rijk", "", "", ""],
    )
    found = organisations.attach(table, register)
    assert found[["organisation", "org_id", "sector", "province"]].to_numpy().tolist() == [
        ["Town", "id1", "gemeente", "Drenthe"],
        ["Town Mail", "id2", "overig", ""],
        ["Desk", "id3", "rijk", ""],
        ["Town Mail", "id2", "overig", ""],
        ["", "", "", ""],
        ["Site", "id4", "", ""],
    ]
    assert found.index.tolist() == table.index.tolist()
    assert table["organisation"].eq("").all()
    pd.testing.assert_frame_equal(organisations.attach(found, register), found)


def test_organisations_called_na(file):
    """NA, None and null are names."""
    register = organisations.read_register(file(HEADER + "a.example,,NA,null,,\n"))
    assert register.table.iloc[0].tolist() == ["a.example", "", "NA", "null", "", ""]


def test_ones_own_register_from_a_dutch_spreadsheet_program(file):
    """Semicolons, Windows-1252, Dutch labels and spellings: one way of writing comes out."""
    text = (
        "Domeinnaam;Organisatie;TOOI;Organisatietype;Provincie\n"
        "https://www.skoatter.example/;Gemeente Skoatterlân;"
        "https://identifier.overheid.nl/tooi/id/gemeente/gm0085;Gemeenten;Friesland\n"
    )
    register = organisations.read_register(file(text, "cp1252"))
    assert register.table.iloc[0].tolist() == [
        "www.skoatter.example",
        "",
        "Gemeente Skoatterlân",
        "gm0085",
        "gemeente",
        "Fryslân",
    ]
    assert register.faults.empty


def test_rows_that_cannot_be_used_are_told(file):
    """One wrong row does not cost the register; each is told with its place and value."""
    register = organisations.read_register(
        file(
            HEADER
            + "a b,,A,,,\n"
            + "a.example,,A,,bedrijf,Brussel\n"
            + "\n"
            + "a.example,,B,,,\n"
            + "a.example,site,A,,,\n"
        )
    )
    assert register.table.to_numpy().tolist() == [["a.example", "", "A", "", "", ""]]
    told = register.faults[["row", "column", "value", "reason", "done"]].to_numpy().tolist()
    assert told == [
        [2, "domain", "a b", "white space in the name", "dropped"],
        [3, "sector", "bedrijf", "unknown sector, ignored", "changed"],
        [3, "province", "Brussel", "unknown province, ignored", "changed"],
        [5, "domain", "a.example", "listed above with another organisation", "dropped"],
        [6, "type", "site", "neither web nor mail", "dropped"],
    ]


def test_an_export_of_organisations(file):
    """Its pages speak for the whole organisation, mail too; parts of one are left out."""
    register = organisations.read_register(file(EXPORT, "utf-8-sig"))
    assert register.table.to_numpy().tolist() == [
        ["voorbeeld.example", "", "Gemeente Voorbeeld", "gm9999", "gemeente", ""],
        ["loket.town.example", "", "Gemeente Voorbeeld", "gm9999", "gemeente", ""],
        ["prov.example", "", "Provincie Friesland", "pv99", "provincie", "Fryslân"],
        ["raad.example", "", "Raad voor Beelden", "", "overig", ""],
    ]
    assert register.faults[["row", "value", "reason"]].to_numpy().tolist() == [
        [5, "n.v.t.", "placeholder"]
    ]
    town = organisations.attach(_table(("voorbeeld.example", "mail")), register.table)
    assert town["organisation"].item() == "Gemeente Voorbeeld"


def test_the_register_of_internet_domains(file):
    """Registered domains and the host names below them; those given up are not anybody's."""
    register = organisations.read_register(file(RIO, name="exportRIO.xml"))
    name = "Ministerie van Voorbeelden & Zaken"
    assert register.table.to_numpy().tolist() == [
        ["zaken.example", "", name, "mnre9999", "rijk", ""],
        ["campagne.example", "", name, "mnre9999", "rijk", ""],
    ]


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "a.csv", "is empty"),
        ("score,organisation\n1,A\n", "a.csv", "is no register"),
        ('{"a": 1}', "a.csv", "is JSON, not a table"),
        ("<html></html>", "a.csv", "is XML of 'html', not of Register"),
        (RIO[:300], "a.xml", "is XML that breaks off"),
        (RIO.replace("UTF-8", "NaN", 1), "a.xml", "is damaged .unknown encoding: NaN."),
        (f"<!DOCTYPE x [<!ENTITY a 'b'>]>{RIO[38:]}", "a.xml", "declares entities"),
        ("Internetpagina's;Type\nhttps://a.example;Gemeente\n", "a.csv", "is no register"),
    ],
)
def test_what_is_no_register(file, text, name, says):
    """A sentence tells what was found and what to do."""
    with pytest.raises(InputError, match=says):
        organisations.read_register(file(text, name=name))


def test_a_register_that_is_not_there(tmp_path):
    """A register that was named must be there."""
    with pytest.raises(InputError, match="cannot be read"):
        organisations.read_register(tmp_path / "absent.csv")


def test_an_earlier_register_goes_before_a_later_one(file):
    """What one's own register says of a domain is not changed by an export."""
    own = file(HEADER + "prov.example,,Ours,,overig,\n", name="register.csv")
    both = organisations.read_registers([own, file(EXPORT, name="register-x.csv")])
    owners = both.table.set_index("domain")["organisation"]
    assert owners["prov.example"] == "Ours"
    assert owners["raad.example"] == "Raad voor Beelden"
    assert both.faults["file"].tolist() == ["register-x.csv"]


def test_registers_are_joined_to_what_came_in(file, tmp_path):
    """The faults of a register stand beside those of the measurements."""
    row = dict.fromkeys(intake_columns.COLUMNS, "")
    row |= {"measured_at": "2026-10-05", "domain": "www.voorbeeld.example", "type": "web"}
    row |= {"ws_address": "passed"}
    measured = tmp_path / "measured.csv"
    pd.DataFrame([row]).to_csv(measured, index=False)
    intake = measurements.read([measured])
    joined = measurements.join(intake, [file(EXPORT, name="register.csv")])
    assert joined.table["organisation"].tolist() == ["Gemeente Voorbeeld"]
    assert joined.faults["file"].tolist() == ["register.csv"]
    assert list(joined.faults.columns) == list(intake.faults.columns)
    assert measurements.join(intake, []).table.equals(intake.table)
