"""The register of letters: what was sent, and what is refused."""

from pathlib import Path

import pytest

from v6monitor.errors import InputError
from v6monitor.intake.annotations import read_letters


def _read(folder: Path, *rows: str, header: str = "addressee,domains,sent_on,sent_by,note"):
    path = folder / "letters.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return read_letters(path)


def test_a_letter_has_a_row_per_domain(tmp_path: Path):
    """Domains are separated by spaces, commas or semicolons, and written in any way."""
    found = _read(tmp_path, 'Town,"WWW.Town.example; b.example, c.example",16-03-2026,me,')
    assert found["domain"].to_list() == ["www.town.example", "b.example", "c.example"]
    assert {f"{day:%Y-%m-%d}" for day in found["sent_on"]} == {"2026-03-16"}
    assert set(found["sent_by"]) == {"me"}


def test_a_letter_without_a_day_was_not_sent(tmp_path: Path):
    """The file that a report proposes has no days yet."""
    assert _read(tmp_path, "Town,town.example,,,", "City,city.example,2026-03-16,,").shape[0] == 1
    assert _read(tmp_path, "Town,town.example,,,").empty


def test_the_merge_table_with_days_is_such_a_register(tmp_path: Path):
    """Other columns are left alone; no addressee is needed."""
    header = "letter,tenant,domains,powershell,sent_on"
    row = 'domain-town,t,"a.example; b.example","Enable-IPv6ForAcceptedDomain",2026-03-16'
    assert len(_read(tmp_path, row, header=header)) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Town,town.example,2199-01-01,,", "letters.csv row 2: 2199-01-01 has yet to come"),
        ("Town,town.example,soon,,", "letters.csv row 2: 'soon' is no date"),
        ("Town,no_host!,2026-03-16,,", "letters.csv row 2: 'no_host!' is not a valid host name"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(tmp_path: Path, row: str, said: str):
    """A day in the future, a day that is none, a name that is none."""
    with pytest.raises(InputError, match=said):
        _read(tmp_path, row)
