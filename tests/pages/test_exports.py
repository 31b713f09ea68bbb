"""Exports that are safe to open."""

import csv
import io

import pandas as pd
import pytest

from v6monitor.charts.chart import slug
from v6monitor.pages.exports import safe_csv, safe_lines


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_is_never_a_formula(start):
    """Every start that a spreadsheet program takes for a formula is marked as text."""
    table = pd.DataFrame({"organisation": [f"{start}cmd|' /C calc'!A0"], "n": [1]})
    (_, row) = csv.reader(io.StringIO(safe_csv(table), newline=""))
    assert row == [f"'{start}cmd|' /C calc'!A0", "1"]


def test_numbers_stay_numbers():
    """A negative number is no formula, and an empty cell stays empty."""
    table = pd.DataFrame({"points": [-1.5, float("nan")], "n": pd.array([1, None], "Int64")})
    assert safe_csv(table) == "points,n\r\n-1.5,1\r\n,\r\n"


def test_a_column_label_is_no_formula_either():
    """Labels may come from a file too."""
    assert safe_csv(pd.DataFrame({"=1+1": ["x"]})).startswith("'=1+1\r\n")


def test_the_table_itself_is_left_as_it_was():
    """A copy is marked, not what the next figure is made of."""
    table = pd.DataFrame({"a": ["=x"]})
    safe_csv(table)
    assert table["a"].tolist() == ["=x"]


@pytest.mark.parametrize("rows", [0, 1, 25_000])
def test_a_table_in_parts_has_the_same_bytes(rows):
    """With one header, also where there is nothing else."""
    table = pd.DataFrame({"a": [f"={row % 7}" for row in range(rows)], "n": range(rows)})
    assert "".join(safe_lines(table)) == safe_csv(table)


@pytest.mark.parametrize("name", ["trend", "laggards-by-month", "10_measurements", "a1"])
def test_a_slug_names_a_file(name):
    """Lower-case letters and digits, joined by - or _."""
    assert slug(name) == name


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "A", "a b", "a.csv", "-a", "a-", "a--b", "é", "a\n", "con:"]
)
def test_any_other_name_is_refused(name):
    """What comes from outside can never lead to another place."""
    with pytest.raises(ValueError, match="cannot name a file"):
        slug(name)
