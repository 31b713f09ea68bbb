"""Whatever the cells hold: a table or a clear error, and no row lost."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from measured_files import WEB_HEADER

from v6monitor import measurements
from v6monitor.errors import InputError

KNOWN = ["", " ", "?", "passed", "1", "WAAR", "n.v.t.", "a.example", "https://B.example/x", "48,0%"]
CELLS = st.sampled_from(KNOWN) | st.text(st.characters(codec="utf-8"), max_size=12)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=12), max_size=12)


def _written(rows, delimiter):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([WEB_HEADER.split(","), *rows])
    return text.getvalue().encode()


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, delimiter=st.sampled_from(",;\t"))
def test_rows_in_are_rows_out_or_dropped(rows, delimiter):
    """Each row is in the table or among the dropped; reading the table again changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        export, own = Path(folder) / "2026-10-05.csv", Path(folder) / "own.csv"
        export.write_bytes(_written(rows, delimiter))
        try:
            found = measurements.read([export])
        except InputError:
            return
        dropped = found.faults["done"].eq("dropped").sum()
        assert len(found.table) + dropped == len(rows)
        measurements.write(found.table, own)
        again = measurements.read([own])
        assert again.table.equals(found.table)
        assert again.faults["done"].eq("kept").all()
