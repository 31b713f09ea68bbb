"""Every mistake that people make in a list is found once, with its place; else there is none."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v6monitor.intake import intake as measurements
from v6monitor.intake import list_check
from v6monitor.language.columns import value_name

HEADER = "domain,type,list,organisation,sector,province,measured_at,ws_address,mx_address\n"
NO_LOOKUPS = pd.DataFrame(columns=["qname", "qtype", "outcome"], dtype="str")
NO_WAIVERS = pd.DataFrame(
    columns=["domain", "type", "waiver_until", "waiver_status", "state"], dtype="str"
)


@pytest.fixture
def read(tmp_path):
    """Return what reads rows typed as ``domain,type,list,organisation,sector,province``."""

    def of(*rows: str, day: str = "2026-10-05") -> measurements.Intake:
        path = tmp_path / "export.csv"
        lines = [f"{row},{day},passed," for row in rows]
        path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
        mapping = {name: name for name in HEADER.strip().split(",")}
        return measurements.read([path], columns=mapping)

    return of


def found(intake, renames=None, waivers=NO_WAIVERS, observations=NO_LOOKUPS, ever=()):
    """Return (what, domain, detail) of everything to fix."""
    table = list_check.to_fix(
        intake.table,
        intake.faults,
        renames=renames or {},
        waivers=waivers,
        observations=observations,
        ever=ever,
    )
    assert tuple(table.columns) == list_check.FINDINGS
    return list(table[["what", "domain", "detail"]].itertuples(index=False, name=None))


def test_a_list_without_mistakes(read):
    """One finding less than one is none."""
    intake = read("www.a.example,web,Rijk,A,rijk,", "b.example,mail,Gemeenten,B,gemeente,Drenthe")
    assert found(intake) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["n.v.t.,web,L,A,rijk,"], ("placeholder", "n.v.t.", "")),
        (["afd_post.x.example,web,L,A,rijk,"],
         ("not_a_name", "afd_post.x.example", "underscore in a host name")),
        (["https://www.x.example/pad,web,L,A,rijk,"],
         ("rewritten", "https://www.x.example/pad", "")),
        (["k.example,web,Rijk,A,rijk,"], ("twice", "k.example", "export.csv 2")),
        (["k.example,web,Overig,A,rijk,"], ("two_lists", "k.example", "Rijk, Overig")),
        (["k.example,mail,Rijk,A,overig,"], ("two_sectors", "k.example", "overig, rijk")),
        (["www.k.example,web,Rijk,A,rijk,"], ("www_and_bare", "www.k.example", "k.example")),
        (["x.example,web,Rijk,,rijk,"], ("no_organisation", "x.example", "")),
        (["x.example,web,L,A,,"], ("no_sector", "x.example", "")),
        (["x.example,web,L,A,bedrijf,"], ("unknown_sector", "bedrijf", "")),
        (["x.example,web,L,A,gemeente,Brussel"], ("unknown_province", "Brussel", "")),
        (["x.example,web,L,A,gemeente,", "y.example,web,L,B,gemeente,Drenthe"],
         ("no_province", "x.example", "")),
    ],
)  # fmt: skip
def test_each_mistake_is_found(read, rows, expected):
    """What is wrong, of which name, and with what."""
    kept = "k.example,web,Rijk,K,rijk,"
    assert expected in found(read(kept, *rows))


def test_a_province_is_written_in_one_way(read):
    """Other spellings are no mistake."""
    intake = read("x.example,web,Gemeenten,A,gemeente,Friesland")
    assert intake.table["province"].tolist() == ["Fryslân"]
    assert found(intake) == []


def test_a_second_list_of_another_sector_is_both(read):
    """The lists differ, and what they say of the sector."""
    told = found(read("k.example,web,Rijk,K,rijk,", "k.example,web,Gemeenten,K,gemeente,"))
    assert told == [
        ("two_lists", "k.example", "Rijk, Gemeenten"),
        ("two_sectors", "k.example", "rijk, gemeente"),
    ]


def test_where_it_stands(read):
    """A finding names the file and the row, as the faults do."""
    intake = read("k.example,web,Rijk,K,rijk,", "x.example,web,Rijk,,rijk,")
    table = list_check.to_fix(intake.table, intake.faults, renames={}, waivers=NO_WAIVERS,
                           observations=NO_LOOKUPS, ever=())  # fmt: skip
    assert table[["file", "row", "list"]].to_numpy().tolist() == [["export.csv", 3, "Rijk"]]


def test_of_a_register_only_what_concerns_the_list(read):
    """A register of the whole government has mistakes that the keeper of a list cannot mend."""
    intake = read("k.example,web,Rijk,K,rijk,")
    rows = [
        ("domain", "n.v.t.", "placeholder"),
        ("domain", "k.example", "listed above with another organisation"),
        ("domain", "other.example", "listed above with another organisation"),
        ("sector", "bedrijf", "unknown sector, ignored"),
    ]
    faults = pd.DataFrame(rows, columns=["column", "value", "reason"])
    faults = faults.assign(file="register.csv", row=range(2, 6), done="dropped")
    assert found(replace(intake, faults=faults)) == [
        ("two_owners", "k.example", ""),
        ("unknown_sector", "bedrijf", ""),
    ]


def test_what_goes_for_the_whole_list_is_said_once(read):
    """Without a register nobody's organisation is known: one finding with the number."""
    told = found(read("a.example,web,Gemeenten,,gemeente,", "b.example,web,Rijk,,rijk,"))
    assert told == [("no_organisation", "", "2"), ("no_province", "", "1")]


def test_mergers(read):
    """An old name that is still listed, a new one that is not there; a chain is followed."""
    renames = {
        "old.example": "new.example",
        "gone.example": "nowhere.example",
        "first.example": "second.example",
        "second.example": "third.example",
        "never.example": "other.example",
    }
    rows = ("old.example,web,Rijk,A,rijk,", "third.example,web,Rijk,A,rijk,")
    ever = {"old.example", "gone.example", "first.example"}
    assert found(read(*rows), renames, ever=ever) == [
        ("old_name", "old.example", "new.example"),
        ("new_name_missing", "nowhere.example", "gone.example"),
    ]


def test_what_our_own_lookups_say(read):
    """No such name, and nobody who answers; one answer of two is an answer."""
    intake = read(*(f"{name}.example,web,Rijk,A,rijk," for name in "abc"),
                  *(f"{name}.example,mail,Rijk,A,rijk," for name in "de"))  # fmt: skip
    rows = [
        ("a.example", "A", "nxdomain"),
        ("a.example", "AAAA", "nxdomain"),
        ("b.example", "A", "servfail"),
        ("b.example", "AAAA", "timeout"),
        ("c.example", "A", "ok"),
        ("c.example", "AAAA", "timeout"),
        ("d.example", "MX", "refused"),
        ("e.example", "MX", "nodata"),
        ("e.example", "AAAA", "nxdomain"),
        ("elsewhere.example", "A", "nxdomain"),
    ]
    observations = pd.DataFrame(rows, columns=["qname", "qtype", "outcome"])
    assert found(intake, observations=observations) == [
        ("nonexistent", "a.example", ""),
        ("no_answer", "b.example", "servfail"),
        ("no_answer", "d.example", "refused"),
    ]


def test_waivers(read):
    """Expired, of no use, and of a name that is not there; a valid one of use is no finding."""
    waivers = pd.DataFrame(
        [
            ("a.example", "", "2027-01-01", "valid", "no"),
            ("b.example", "mail", "2026-01-01", "expired", "no"),
            ("c.example", "", "", "valid", "yes"),
            ("d.example", "", "2026-01-01", "expired", "absent"),
        ],
        columns=list(NO_WAIVERS.columns),
    )
    assert found(read("k.example,web,Rijk,K,rijk,"), waivers=waivers) == [
        ("waiver_expired", "b.example", "2026-01-01"),
        ("waiver_needless", "c.example", ""),
        ("waiver_not_listed", "d.example", ""),
    ]


def test_what_came_and_went(read):
    """New, gone, and merged: two old names into one new name are no disappearance."""
    before = read(*(f"{name}.example,web,Rijk,A,rijk," for name in ("a", "b", "c", "stays")),
                  "m.example,mail,Rijk,A,rijk,", day="2026-09-05").table  # fmt: skip
    now = read(*(f"{name}.example,web,Rijk,A,rijk," for name in ("ab", "stays", "new"))).table
    renames = {"a.example": "ab.example", "b.example": "ab.example"}
    told = list_check.list_changes(before, now, renames)
    assert told[["what", "domain", "detail"]].to_numpy().tolist() == [
        ["renamed", "a.example", "ab.example"],
        ["renamed", "b.example", "ab.example"],
        ["disappeared", "c.example", ""],
        ["new", "new.example", ""],
    ]
    assert list_check.list_changes(before[:0], now, renames).empty
    assert list_check.list_changes(now, now, renames).empty


def test_faults_of_other_months_are_left_out(read):
    """A file that holds only other months is not this month's; a register is."""
    table = read("k.example,web,Rijk,K,rijk,").table
    old = table.assign(source_file="old.csv", measured_at=pd.Timestamp("2026-09-05"))
    faults = pd.DataFrame({"file": ["old.csv", "export.csv", "register.csv"], "row": ["1"] * 3})
    kept = list_check.faults_of_month(faults, pd.concat([old, table]), table)
    assert kept["file"].tolist() == ["export.csv", "register.csv"]
    assert kept["row"].tolist() == [1, 1]


def test_every_kind_has_a_name_and_something_to_do():
    """No code reaches a reader, in either language."""
    for what in (*list_check.FIXES, *list_check.LIST_CHANGES):
        assert value_name(what, "nl")
        assert value_name(what, "en")
    assert all(remedy.endswith(".") for remedy in list_check.FIXES.values())


CELLS = st.tuples(
    st.sampled_from(["a.example", "www.a.example", "b.example", "n.v.t.", "A.example", "x_y", "-"]),
    st.sampled_from(["web", "mail"]),
    st.sampled_from(["Rijk", "Gemeenten", "L"]),
    st.sampled_from(["", "Body"]),
    st.sampled_from(["", "rijk", "gemeente", "bedrijf"]),
)


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(st.lists(CELLS, min_size=1, max_size=12))
def test_whatever_is_in_a_list_is_a_finding_of_a_known_kind(tmp_path_factory, rows):
    """No finding twice, each of a known kind, and none for a fault that was only kept."""
    path = tmp_path_factory.mktemp("list") / "export.csv"
    lines = [",".join([*row, "", "2026-10-05", "passed", ""]) for row in rows]
    good = "good.example,web,Rijk,Good,rijk,,2026-10-05,passed,"
    path.write_text(HEADER + "\n".join([good, *lines]) + "\n", encoding="utf-8")
    mapping = {name: name for name in HEADER.strip().split(",")}
    intake = measurements.read([path], columns=mapping)
    told = list_check.to_fix(intake.table, intake.faults, renames={}, waivers=NO_WAIVERS,
                          observations=NO_LOOKUPS, ever=())  # fmt: skip
    assert set(told["what"]) <= set(list_check.FIXES)
    assert not told.duplicated().any()
    assert "good.example" not in set(told["domain"])
    dropped = intake.faults[intake.faults["done"] == "dropped"]
    assert set(zip(dropped["file"], dropped["row"], strict=True)) <= set(
        zip(told["file"], told["row"], strict=True)
    )
