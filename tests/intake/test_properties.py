"""Whatever the cells hold: a table or a clear error, and no row lost."""

import csv
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured_files import MAIL_HEADER, WEB_HEADER

from v6monitor.errors import InputError
from v6monitor.intake import columns as intake_columns
from v6monitor.intake import intake as measurements


class Form(NamedTuple):
    """A table of a known form: its header, and what must be said of it."""

    header: str
    mapping: Mapping[str, str] | None = None
    one_to_one: bool = True
    """Each row of the file is one of the table; else some become more, or none by themselves."""


MAPPING = {"Website": "domain", "IPv6 site": "ws_address", "Getest": "measured_at"}
BOTH = {"Website": "domain", "IPv6 site": "ws_address", "Mail": "mx_address", "Body": "list"}
FORMS = {
    "dashboard web": Form(WEB_HEADER),
    "dashboard mail": Form(MAIL_HEADER),
    "canonical": Form(",".join(intake_columns.COLUMNS)),
    "batch scripts": Form("submit_date,domain,md_type,status,score,mail_ipv6,url"),
    "flattened": Form("index,tests_web_ipv6_ws_address_status,categories_web_ipv6_verdict"),
    "mapped": Form("Website,IPv6 site,Getest", MAPPING),
    "mapped to both types": Form("Website,IPv6 site,Mail,Body", BOTH, one_to_one=False),
    "list": Form("List,Domain,Tags", one_to_one=False),
    "organisations": Form(
        "Officiële naam,Type,E-mail adressen,Internetpagina's,TOOi URI", one_to_one=False
    ),
}

KNOWN = (
    *("", " ", "?", "passed", "1", "0", "WAAR", "ja", "no_mx", "not_tested", "n.v.t.", "48,0%"),
    *("a.example", "https://B.example/x", "b.example, c.example", "info@d.example", "web", "mail"),
    *("05-08-2022", "22-08-2022", "44795", "Gemeenten", "Organisatieonderdeel", "ok", "error"),
)
CELLS = st.sampled_from(KNOWN) | st.text(st.characters(codec="utf-8"), max_size=12)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=12), max_size=12)


def _written(header, rows, delimiter):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode()


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=60, deadline=None)
@given(rows=ROWS, delimiter=st.sampled_from(",;\t"))
def test_no_row_is_lost(name, rows, delimiter):
    """Each row is in the table or among the dropped; reading the table again changes nothing."""
    form = FORMS[name]
    with tempfile.TemporaryDirectory() as folder:
        path, own = Path(folder) / "2026-10-05.csv", Path(folder) / "own.csv"
        path.write_bytes(_written(form.header.split(","), rows, delimiter))
        try:
            found = measurements.read([path], columns=form.mapping)
        except InputError:
            return
        assert set(found.faults["done"]) <= {"kept", "changed", "dropped"}
        dropped = found.faults[found.faults["done"] == "dropped"]
        dropped = dropped[dropped["column"] != "sheet"]  # cells past the header, not their rows
        if form.one_to_one:
            assert len(found.table) + len(dropped) == len(rows)
        if name != "canonical":
            assert {*found.table["source_row"], *dropped["row"]} == {*range(2, len(rows) + 2)}
        measurements.write(found.table, own)
        again = measurements.read([own])
        assert again.table.equals(found.table)
        assert again.faults["done"].eq("kept").all()
