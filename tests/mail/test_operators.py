import csv
import datetime as dt
from pathlib import Path

import pytest
from seen import seen

from v6monitor.errors import InputError
from v6monitor.mail import providers as operators
from v6monitor.mail.providers import KINDS, Operator, Operators, providers, read_operators
from v6monitor.workspace import REFERENCE

TABLE = REFERENCE / "mail_operators.csv"
SOURCES = {"MX records of European municipalities (mxmap.it)", "Microsoft documentation"}
"""Where a suffix comes from when not from a page with an address."""
HEADER = ",".join(Operator._fields)


@pytest.fixture(scope="module")
def rows() -> list[Operator]:
    """Return the rows of the project's own table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Operator(**row) for row in csv.DictReader(file)]


def test_the_table_is_large_and_every_row_is_complete(rows: list[Operator]) -> None:
    """At least a hundred suffixes, each with an operator, a source to check, and a day."""
    assert len(rows) >= 100
    for row in rows:
        assert all(row)
        assert row.kind in KINDS
        assert len(row.country) == 2
        assert row.country.isupper()
        assert dt.date.fromisoformat(row.checked_on) <= dt.date(2030, 1, 1)
        assert row.source.startswith("http") or row.source in SOURCES
        assert "." in row.suffix
        assert row.suffix == row.suffix.lower().strip(".")


def test_no_suffix_is_there_twice_or_swallows_another_operator(rows: list[Operator]) -> None:
    """A host belongs to one operator, whichever row matches."""
    owners = {row.suffix: row.operator for row in rows}
    assert len(owners) == len(rows)
    for suffix, operator in owners.items():
        for other, owner in owners.items():
            assert owner == operator or not other.endswith(f".{suffix}"), (suffix, other)


def test_an_operator_has_one_kind_and_country(rows: list[Operator]) -> None:
    """Spelling and kind of an operator are the same in all its rows."""
    kinds: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        kinds.setdefault(row.operator, set()).add((row.kind, row.country))
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_the_longest_suffix_wins_dot_by_dot() -> None:
    """A more precise row stands above a general one, and part of a label is no match."""
    general = Operator("mail.example", "General", "mailbox", "NL", "test", "2026-10-06")
    precise = general._replace(suffix="gate.mail.example", operator="Precise")
    table = Operators([general, precise])
    names = {
        "mx.gate.mail.example": "Precise",
        "mx.mail.example": "General",
        "mail.example": "General",
        "mx.notmail.example": None,
        "example": None,
        "": None,
    }
    for host, operator in names.items():
        row = table.of(host)
        assert (row.operator if row else None) == operator


def test_a_later_file_adds_and_corrects(tmp_path: Path) -> None:
    """An example or an own table is one more file; adding an operator is one row."""
    own = tmp_path / "own.csv"
    own.write_text(f"{HEADER}\ngate.example,Gate,gateway,NL,own,2026-10-06\n", encoding="utf-8")
    table = read_operators([TABLE, own])
    found = [table.of("mx.gate.example"), table.of("smtp.google.com")]
    assert [row.operator for row in found if row] == ["Gate", "Google"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("suffix,operator\n", "no column kind"),
        (f"{HEADER}\na.example,A,post,NL,s,d\n", "row 2: kind 'post'"),
        (f"{HEADER}\n.A.example,A,mailbox,NL,s,d\n", "row 2: suffix '.A.example'"),
        (f"{HEADER}\na.example,A,mailbox,NL,s,d\na.example,B,gateway,NL,s,d\n", "row 3: .*twice"),
        (f"{HEADER}\nshort\n", "row 2: kind ''"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The message says which file and row, what was found and what was expected."""
    path = tmp_path / "operators.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_operators(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """No file and no text both give one sentence."""
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("absent.csv", "binary.csv"):
        with pytest.raises(InputError, match=name):
            read_operators(tmp_path / name)


def test_without_the_table_of_the_package_nobody_is_classified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing table is an error, never an empty list of operators."""
    row = providers([seen("town.nl", "MX", "1 aspmx.l.google.com")]).iloc[0]
    assert (row["class"], row["operator"]) == ("other_mailbox", "Google")
    monkeypatch.setattr(operators, "REFERENCE", tmp_path)
    with pytest.raises(InputError, match=r"mail_operators\.csv"):
        providers([])
