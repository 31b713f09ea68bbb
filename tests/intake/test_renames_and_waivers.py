"""Names that changed, and bodies that explained why they do not comply."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import v6monitor as v6
from v6monitor.errors import InputError
from v6monitor.intake.annotations import (
    explain,
    matched,
    proposals,
    read_renames,
    read_waivers,
    waiver_list,
)
from v6monitor.workspace import REFERENCE

HEADER = "domain,type,standard,explanation,owner,valid_from,valid_until\n"


def test_files_that_are_not_there_or_not_text(tmp_path):
    """A missing table is an error, never an empty one; so is a binary file."""
    for read in (read_renames, read_waivers):
        with pytest.raises(InputError, match="cannot be read"):
            read(tmp_path / "absent.csv")
    (tmp_path / "binary.csv").write_bytes(b"\x00\xff\xfedomain")
    with pytest.raises(InputError, match="is a binary file"):
        read_renames(tmp_path / "binary.csv")


def test_renames(file):
    """Up to the month that is asked for."""
    text = "OLD.example,new.example,2026-05-01\nb.example,c.example,1-6-2026\n"
    path = file("old,new,date\n" + text, "utf-8-sig")
    assert read_renames(path, "2026-05") == {"old.example": "new.example"}
    assert len(read_renames(path)) == 2


def test_a_file_of_a_header_alone_has_no_waivers():
    """As the one that comes with v6monitor: its columns are text, so that states can be matched."""
    waivers = read_waivers(REFERENCE / "waivers.csv")
    assert waivers.empty
    assert set(map(str, waivers.dtypes)) == {"str"}
    rows = pd.DataFrame({"domain": ["a.example"], "day": ["2026-10-05"]})
    assert matched(rows, waivers, "mail")["waiver_status"].to_list() == [""]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("old,date\na.example,2026-05-01\n", "has no column new"),
        (
            "old,new\na b,c.example\n",
            r"row 2: 'a b' is not a valid host name \(white space in the name\)",
        ),
        ("old,new\na.example,b.example\na.example,c.example\n", "row 3: a.example has another"),
        ("old,new,date\na.example,b.example,1 mei\n", "row 2: '1 mei' is no date"),
    ],
)
def test_renames_that_are_not_right(file, text, says):
    """The panel follows names, so the first row that is not right is named."""
    with pytest.raises(InputError, match=says):
        read_renames(file(text))


def test_waivers(file):
    """Those of the standard that is asked for, also under its official name; expired ones too."""
    path = file(
        HEADER
        + "a.example,,IPv6,In 2027,CIO,,31-12-2026\n"
        + "b.example,,DANE,No,CIO,,\n"
        + "c.example,Mail,,Old,CIO,,2020-01-01\n"
        + "d.example,web,IPv6 en IPv4,New,CIO,2026-01-01,\n"
    )
    assert read_waivers(path).drop(columns="owner").to_numpy().tolist() == [
        ["a.example", "", "IPv6", "In 2027", "", "2026-12-31"],
        ["c.example", "mail", "", "Old", "", "2020-01-01"],
        ["d.example", "web", "IPv6 en IPv4", "New", "2026-01-01", ""],
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a.example,,,x,,,1 mei\n", "row 2: '1 mei' is no date"),
        ("a.example,site,,x,,,\n", "row 2: type 'site' is not web, mail or empty"),
        ("a.example,,IPv6,,CIO,,\n", "row 2: explains nothing"),
        ("geen,,IPv6,x,CIO,,\n", "row 2: 'geen' is not a valid host name"),
    ],
)
def test_a_waiver_that_is_not_right_does_not_go_unnoticed(file, row, says):
    """A waiver that cannot be read is an error, not one waiver fewer."""
    with pytest.raises(InputError, match=says):
        read_waivers(file(HEADER + row))


def _waivers(*rows):
    names = ["domain", "type", "explanation", "owner", "valid_from", "valid_until"]
    return pd.DataFrame(rows, columns=names, dtype="str").assign(standard="")


def _states(*rows):
    names = ["domain", "measure", "state", "measured_at"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(measured_at=pd.to_datetime(table["measured_at"]))


def test_a_waiver_holds_for_its_domain_its_type_and_its_days():
    """Not for the name below it, not for the other type, not before or after."""
    waivers = _waivers(
        ("a.example", "", "all", "CIO", "2026-03-01", "2026-10-05"),
        ("m.example", "mail", "mail only", "CIO", "", ""),
    )
    states = _states(
        ("a.example", "web", "no", "2026-10-05"),
        ("a.example", "web", "no", "2026-10-06"),
        ("a.example", "mail", "no", "2026-02-28"),
        ("www.a.example", "web", "no", "2026-10-05"),
        ("a.example", "dns", "no", "2026-10-05"),
        ("m.example", "mail", "no", "2026-10-05"),
        ("m.example", "mail_category", "no", "2026-10-05"),
        ("m.example", "web", "no", "2026-10-05"),
        ("m.example", "dns", "no", "2026-10-05"),
    )
    found = explain(states.set_index(states.index + 7), waivers)
    told = [True, False, False, False, True, True, True, False, False]
    assert found["explained"].tolist() == told
    assert found.index.tolist() == list(range(7, 16))
    on_a_day = explain(states.drop(columns="measured_at"), waivers, "2026-10-06")
    assert on_a_day["explained"].sum() == 2


def test_the_waiver_that_is_shown():
    """One that holds goes before one that expired, a longer one before a shorter one."""
    waivers = _waivers(
        ("a.example", "", "old", "A", "", "2025-12-31"),
        ("a.example", "", "short", "B", "", "2026-12-31"),
        ("a.example", "mail", "long", "C", "", "2027-12-31"),
        ("a.example", "", "later", "D", "2027-01-01", ""),
        ("b.example", "", "older", "E", "", "2024-12-31"),
        ("b.example", "", "newer", "F", "", "2025-12-31"),
    )
    rows = pd.DataFrame({"domain": ["b.example", "a.example", "c.example"], "day": "2026-10-05"})
    assert matched(rows, waivers, "mail").to_numpy().tolist() == [
        ["newer", "F", "2025-12-31", "expired"],
        ["long", "C", "2027-12-31", "valid"],
        ["", "", "", ""],
    ]
    assert matched(rows[:0], waivers, "mail").empty
    assert matched(rows, _waivers(), "mail")["waiver"].tolist() == ["", "", ""]


def test_the_list_of_waivers_says_what_was_measured():
    """Expired ones first; yes only when all that it speaks of has IPv6."""
    waivers = _waivers(
        ("a.example", "", "both", "A", "", "2027-01-01"),
        ("a.example", "mail", "mail", "A", "", "2026-01-01"),
        ("b.example", "", "unsure", "B", "", ""),
        ("gone.example", "", "not listed", "C", "", ""),
        ("a.example", "", "not yet", "A", "2026-11-01", ""),
    )
    states = _states(
        ("a.example", "web", "no", "2026-10-05"),
        ("a.example", "mail", "yes", "2026-10-05"),
        ("a.example", "dns", "no", "2026-10-05"),
        ("b.example", "web", "yes", "2026-10-05"),
        ("b.example", "mail", "unknown", "2026-10-05"),
    ).assign(organisation="Body", sector="rijk")
    found = waiver_list(waivers, states, "2026-10-05")
    assert found[["domain", "waiver", "waiver_status", "state"]].to_numpy().tolist() == [
        ["a.example", "mail", "expired", "yes"],
        ["b.example", "unsure", "valid", "unknown"],
        ["gone.example", "not listed", "valid", "absent"],
        ["a.example", "both", "valid", "no"],
    ]
    assert found["organisation"].tolist() == ["Body", "Body", "", "Body"]


STATES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["yes", "no", "unknown"])),
    unique_by=lambda pair: pair[0],
)
WAIVERS = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.sampled_from(["", "web", "mail"]),
        st.sampled_from(["", "2026-06-01", "2026-12-01"]),
        st.sampled_from(["", "2026-05-01", "2026-11-01"]),
    )
)


@pytest.mark.slow
@settings(deadline=None)
@given(STATES, WAIVERS)
def test_a_waiver_never_changes_a_share(states, waivers):
    """Whatever is explained, the counts stay; explained are some of those without IPv6."""
    table = _states(*((f"{name}.example", "mail", state, "2026-10-05") for name, state in states))
    given_ = _waivers(
        *((f"{name}.example", kind, "x", "", since, until) for name, kind, since, until in waivers)
    )
    plain = v6.shares(table).iloc[0]
    shown = v6.shares(explain(table, given_)).iloc[0]
    pd.testing.assert_series_equal(shown.drop("explained"), plain)
    assert 0 <= shown["explained"] <= shown["no"]


def _seen(*rows):
    columns = ["domain", "measured_at", "org_id", "organisation"]
    table = pd.DataFrame(rows, columns=columns).assign(type="mail")
    return table.assign(measured_at=pd.to_datetime(table["measured_at"]))


def _proposed(table, hosts=(), known=None):
    addresses = pd.DataFrame(hosts, columns=["domain", "host"], dtype="str").assign(server="mx")
    found = proposals(table, addresses, known or {})
    return found[["old", "new", "date", "evidence"]].to_numpy().tolist()


def test_a_move_to_the_suffix_of_the_government_is_proposed():
    """All names move at once: each keeps its name before the suffix, some keep their servers."""
    before = [(name, "2026-09-05", "", "") for name in ("a.nl", "www.b.nl", "c.nl", "d.nl")]
    after = ["a.gov.nl", "www.b.gov.nl", "c.com", "d.nl"]
    table = _seen(*before, *((name, "2026-10-05", "", "") for name in after))
    expected = [
        ["a.nl", "a.gov.nl", "2026-10-05", "same name"],
        ["www.b.nl", "www.b.gov.nl", "2026-10-05", "same name"],
    ]
    assert _proposed(table) == expected
    assert _proposed(table, known={"a.nl": "a.gov.nl"}) == expected[1:]


def test_renames_within_an_organisation():
    """Its servers decide, then the name, then that there is one of each; nothing else is enough."""
    table = _seen(
        ("a1.example", "2026-09-05", "gm1", "A"),
        ("a2.example", "2026-09-05", "gm1", "A"),
        ("b.example", "2026-09-05", "", "B"),
        ("x.example", "2026-09-05", "gm2", "X"),
        ("x2.example", "2026-09-05", "gm2", "X"),
        ("stays.example", "2026-09-05", "gm1", "A"),
        ("stays.example", "2026-10-05", "gm1", "A"),
        ("new-a1.example", "2026-10-05", "gm1", "A"),
        ("new-a2.example", "2026-10-05", "gm1", "A"),
        ("new-b.example", "2026-10-05", "", "B"),
        ("new-x.example", "2026-10-05", "gm2", "X"),
    )
    hosts = [
        ("a1.example", "mx1.example"),
        ("a2.example", "mx2.example"),
        ("new-a1.example", "mx1.example"),
        ("new-a2.example", "mx2.example"),
    ]
    assert _proposed(table, hosts) == [
        ["a1.example", "new-a1.example", "2026-10-05", "same mail servers"],
        ["a2.example", "new-a2.example", "2026-10-05", "same mail servers"],
        ["b.example", "new-b.example", "2026-10-05", "only one of its organisation"],
    ]
