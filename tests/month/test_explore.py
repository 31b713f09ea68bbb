"""The explorer of 90_explore: what it lists, filters, shows and gives back."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.month.explore import COLUMNS, FILTERS, Explorer, domains, matching
from v6monitor.month.month import Month
from v6monitor.workspace import notebooks

WITHOUT = "import sys; sys.modules['ipywidgets'] = None"


@pytest.fixture(scope="module")
def month() -> Month:
    """Return the newest month of the example, looked up at the embedded name server."""
    found: Month = v6.load()
    return found


@pytest.fixture
def explorer(month: Month) -> Explorer:
    """Return the tool with its widgets, outside a notebook."""
    pytest.importorskip("ipywidgets", reason="the extra explore is not installed")
    pytest.importorskip("itables", reason="the extra explore is not installed")
    found = v6.explore(month)
    assert isinstance(found, Explorer)
    return found


def test_there_is_a_row_for_every_mail_domain(month: Month) -> None:
    """Nothing is dropped; what is not known is an empty cell, or unknown."""
    table = domains(month)
    assert tuple(table.columns) == COLUMNS
    assert list(table["domain"]) == sorted(name for name, kind in month.subjects if kind == "mail")
    assert set(table["state"]) == {"yes", "no", "unknown", "not_applicable"}


def test_every_filter_narrows_and_none_keeps_all() -> None:
    """A row must have each of the chosen values; nothing chosen chooses everything."""
    rows = [
        ["a.example", "A", "gemeente", "Microsoft", "exo_direct", "t", "no"],
        ["b.example", "B", "gemeente", "Gate", "exo_behind", "t", "no"],
        ["c.example", "C", "rijk", "Microsoft", "exo_direct", "", "yes"],
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    assert len(matching(table, dict.fromkeys(FILTERS, ""))) == 3
    assert list(matching(table, {"sector": "gemeente"})["domain"]) == ["a.example", "b.example"]
    assert list(matching(table, {"tenant": "t", "class": "exo_direct"})["domain"]) == ["a.example"]
    assert matching(table, {"sector": "rijk", "state": "no"}).empty


def test_filters_narrow_the_table_and_a_click_shows_the_card(explorer: Explorer) -> None:
    """The count, the table and the card follow the filters and the selected row."""
    everything = len(explorer.selection)
    explorer.filters["state"].value = "no"
    explorer.filters["class"].value = "exo_direct"
    found = explorer.selection
    assert 0 < len(found) < everything
    assert set(found["state"]) == {"no"}
    assert explorer.count.value == f"{len(found)} of {everything} mail domains"
    explorer.table.selected_rows = [1]
    assert explorer.selection["domain"].to_list() == [found["domain"].iloc[1]]
    shown = re.sub(r"<[^>]*>", "", explorer.card.value)
    assert f"dig MX {found['domain'].iloc[1]}" in shown
    assert "Exchange Online" in explorer.card.value


def test_looking_up_again_asks_now(explorer: Explorer) -> None:
    """The card after the click is made from new answers."""
    explorer.table.selected_rows = [0]
    before = explorer.card.value
    explorer.again.click()
    assert explorer.card.value.startswith("<p>Looked up just now.</p>")
    assert explorer.card.value.removeprefix("<p>Looked up just now.</p>") != before


def test_a_resolver_that_does_not_answer_is_one_sentence(month: Month) -> None:
    """It takes the place of the card, and the tool goes on."""
    pytest.importorskip("ipywidgets", reason="the extra explore is not installed")
    pytest.importorskip("itables", reason="the extra explore is not installed")
    broken = v6.explore(month, resolvers=["no resolver"])
    broken.table.selected_rows = [0]
    broken.again.click()
    assert "resolver" in broken.card.value
    assert "<table" not in broken.card.value
    broken.table.selected_rows = [1]
    assert "<table" in broken.card.value


def test_nothing_matches_without_an_error(explorer: Explorer) -> None:
    """An empty table has no card, and nothing to look up."""
    explorer.filters["class"].value = "exo_behind"
    explorer.filters["operator"].value = "Microsoft"
    assert explorer.selection.empty
    assert "Select a row" in explorer.card.value
    assert explorer.again.disabled


def test_names_from_elsewhere_are_text_in_the_table(month: Month) -> None:
    """DataTables shows cells as HTML: an organisation's name carries no markup into it."""
    pytest.importorskip("itables", reason="the extra explore is not installed")
    hostile = domains(month).assign(organisation="<img src=x onerror=alert(1)>")
    shown = Explorer(month, hostile, ["example"])._named(hostile)
    assert not shown.map(lambda cell: "<" in str(cell)).to_numpy().any()


def test_without_the_extra_it_is_a_table(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says in one sentence what to install, and has the same domains."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    found = v6.explore(month)
    assert isinstance(found, pd.DataFrame)
    assert "pip install ipywidgets" in found.attrs["note"]
    assert len(found) == len(domains(month))


@pytest.mark.slow
@pytest.mark.parametrize("start", ["", WITHOUT], ids=["with", "without"])
def test_the_notebook_runs_with_and_without_the_extra(tmp_path: Path, start: str) -> None:
    """Top to bottom, offline, and it shows the tool or the table."""
    if not start:
        pytest.importorskip("ipywidgets", reason="the extra explore is not installed")
        pytest.importorskip("itables", reason="the extra explore is not installed")
    (tmp_path / "sitecustomize.py").write_text(start, encoding="utf-8")
    made = tmp_path / "made.ipynb"
    jupyter = shutil.which("jupyter", path=str(Path(sys.executable).parent))
    subprocess.run(
        [
            *(str(jupyter), "nbconvert", "--to", "notebook", "--execute", "90_explore.ipynb"),
            *("--output", str(made)),
        ],
        cwd=notebooks(),
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        timeout=300,
        check=True,
    )
    cells = json.loads(made.read_text(encoding="utf-8"))["cells"]
    shown = [output for cell in cells for output in cell.get("outputs", []) if "data" in output]
    expected = "text/html" if start else "application/vnd.jupyter.widget-view+json"
    assert expected in shown[0]["data"]
