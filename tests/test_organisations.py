"""Registers, sectors, renames and waivers."""

import pandas as pd
import pytest

from v6monitor import organisations
from v6monitor.errors import InputError

HEADER = "domain,type,organisation,org_id,sector,province\n"


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "file.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


def _table(*domains, **columns):
    blank = dict.fromkeys(("organisation", "org_id", "sector", "province"), "")
    rows = [{"domain": domain, "type": kind, **blank} for domain, kind in domains]
    return pd.DataFrame(rows, dtype="str", index=range(10, 10 + len(rows))).assign(**columns)


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Gemeente", "gemeente"),
        ("mailtest_gemeenten", "gemeente"),
        ("Uitvoerders", "uitvoeringsorganisatie"),
        ("Manifestgroep 2026", "uitvoeringsorganisatie"),
        ("ZBO's", "uitvoeringsorganisatie"),
        ("Ministerie van Financiën", "rijk"),
        ("hoogheemraadschappen", "waterschap"),
        ("gemeenschappelijke-regelingen", "gemeenschappelijke_regeling"),
        ("gemeenten, waterschappen", ""),
        ("overheid", ""),
        ("gemeentenlijst", ""),
        ("", ""),
    ],
)
def test_sector_in_a_name(text, sector):
    """A name speaks of a sector when exactly one is in it, as a word."""
    assert organisations.sector_in(text) == sector


def test_attach(file):
    """Owners come from the name itself or the nearest above it; what is filled stays."""
    register = organisations.read_register(
        file(
            HEADER
            + "town.example,,Town,id1,Gemeenten,Drenthe\n"
            + "town.example,mail,Town Mail,id2,overig,\n"
            + "Loket.Town.example,web,Desk,id3,,\n"
        )
    )
    table = _table(
        ("www.town.example", "web"),
        ("town.example", "mail"),
        ("a.loket.town.example", "web"),
        ("loket.town.example", "mail"),
        ("other.example", "web"),
        sector=["", "", "rijk", "", ""],
    )
    found = organisations.attach(table, register)
    assert found[["organisation", "org_id", "sector", "province"]].to_numpy().tolist() == [
        ["Town", "id1", "gemeente", "Drenthe"],
        ["Town Mail", "id2", "overig", ""],
        ["Desk", "id3", "rijk", ""],
        ["Town Mail", "id2", "overig", ""],
        ["", "", "", ""],
    ]
    assert found.index.tolist() == table.index.tolist()
    assert table["organisation"].eq("").all()
    pd.testing.assert_frame_equal(organisations.attach(found, register), found)


def test_organisations_called_na(file):
    """NA, None and null are names."""
    register = organisations.read_register(file(HEADER + "a.example,,NA,null,,None\n"))
    assert register.iloc[0].tolist() == ["a.example", "", "NA", "null", "", "None"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a CSV file"),
        ("url,organisation\na.example,A\n", "has no column domain"),
        (HEADER + "a b,,A,,,\n", r"row 2: 'a b' is no host name \(white space inside\)"),
        (HEADER + "a.example,,A,,bedrijf,\n", "row 2: sector 'bedrijf' is not one of"),
        (HEADER + "a.example,,A,,,\n\na.example,,B,,,\n", "row 4: a.example stands above with"),
        (HEADER + "a.example,site,A,,,\n", "row 2: type 'site' is not web, mail or empty"),
    ],
)
def test_register_that_is_not_right(file, text, says):
    """The first row that is not right is named."""
    with pytest.raises(InputError, match=says):
        organisations.read_register(file(text))


def test_files_that_are_not_there_or_not_text(tmp_path):
    """A register must be there; renames and waivers need not. A binary file is an error."""
    absent = tmp_path / "absent.csv"
    assert organisations.read_renames(absent) == {}
    assert organisations.read_waivers(absent).columns.tolist() == [
        "domain",
        "standard",
        "explanation",
        "owner",
        "valid_until",
    ]
    with pytest.raises(InputError, match="cannot be read"):
        organisations.read_register(absent)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00domain")
    with pytest.raises(InputError, match="is not a CSV file in UTF-8"):
        organisations.read_renames(tmp_path / "binary.csv")


def test_renames(file):
    """Up to the month that is asked for."""
    text = "OLD.example,new.example,2026-05-01\nb.example,c.example,2026-06-01\n"
    path = file("old,new,date\n" + text, "utf-8-sig")
    assert organisations.read_renames(path, "2026-05") == {"old.example": "new.example"}
    assert len(organisations.read_renames(path)) == 2


def test_waivers(file):
    """Those of the standard that is asked for, expired ones too."""
    path = file(
        "domain,standard,explanation,owner,valid_until\n"
        "a.example,IPv6,In 2027,CIO,2027-01-01\n"
        "b.example,DANE,No,CIO,\n"
        "c.example,,Old,CIO,2020-01-01\n"
    )
    assert organisations.read_waivers(path)[
        ["domain", "explanation", "valid_until"]
    ].to_numpy().tolist() == [
        ["a.example", "In 2027", "2027-01-01"],
        ["c.example", "Old", "2020-01-01"],
    ]
    with pytest.raises(InputError, match="row 2: '1 mei' is no date"):
        organisations.read_waivers(file("domain,explanation,valid_until\na.example,x,1 mei\n"))
