import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from v6monitor.report.exhibits import Exhibit
from v6monitor.report.explore import COLUMNS, FILTERS, Explorer, domains, explorer, matching
from v6monitor.report.month import Month
from v6monitor.workspace import notebooks

WITHOUT = "import sys; sys.modules['ipywidgets'] = None"


@pytest.fixture(scope="module")
def month() -> Month:
    """Return the newest month of the example, looked up at the embedded name server."""
    return Month.load()


@pytest.fixture
def shown(month: Month) -> Explorer:
    """Return the tool with its widgets, outside a notebook."""
    pytest.importorskip("ipywidgets", reason="the extra explore is not installed")
    found = explorer(month)
    assert isinstance(found, Explorer)
    return found


def test_there_is_a_row_for_every_mail_domain(month: Month) -> None:
    """Nothing is dropped; what is not known is an empty cell, or could not be told."""
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


def test_a_filter_leaves_what_matches_and_a_click_shows_the_card(shown: Explorer) -> None:
    """The count, the list and the card follow the filters and the chosen domain."""
    everything = len(shown.listed.options)
    shown.filters["state"].value = "no"
    shown.filters["class"].value = "exo_direct"
    assert 0 < len(shown.listed.options) < everything
    assert shown.count.value == f"{len(shown.listed.options)} of {everything} mail domains"
    _, domain = shown.listed.options[1]
    shown.listed.value = domain
    assert f"dig MX {domain}" in shown.shown.value
    assert "Exchange Online" in shown.shown.value


def test_asking_again_asks_now(shown: Explorer, month: Month) -> None:
    """The card after the click is of answers that the log of the month does not have."""
    before = shown.shown.value
    shown.again.click()
    assert shown.shown.value.startswith("<p>Asked again just now.</p>")
    assert shown.shown.value.removeprefix("<p>Asked again just now.</p>") != before
    assert f"dig MX {shown.listed.value}" in shown.shown.value


def test_a_resolver_that_does_not_answer_is_said(month: Month) -> None:
    """One sentence in the place of the card, and the tool goes on."""
    pytest.importorskip("ipywidgets", reason="the extra explore is not installed")
    broken = explorer(month, ["no resolver"])
    assert isinstance(broken, Explorer)
    broken.again.click()
    assert "resolver" in broken.shown.value
    assert "<table" not in broken.shown.value
    broken.filters["state"].value = "yes"
    assert "<table" in broken.shown.value


def test_nothing_matches_without_an_error(shown: Explorer) -> None:
    """An empty list has no card, and nothing to ask again."""
    shown.filters["class"].value = "exo_behind"
    shown.filters["operator"].value = "Microsoft"
    assert shown.listed.options == ()
    assert shown.shown.value == ""
    assert shown.again.disabled


def test_without_ipywidgets_it_is_a_table(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says in one sentence what to install, and shows the same domains."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    found = explorer(month)
    assert isinstance(found, Exhibit)
    assert "pip install ipywidgets" in found.html["en"]
    assert found.html["en"].count("<tr>") == len(domains(month)) + 1


@pytest.mark.parametrize("start", ["", WITHOUT], ids=["with", "without"])
def test_the_notebook_runs_with_and_without_ipywidgets(tmp_path: Path, start: str) -> None:
    """Top to bottom, offline, and it shows the tool or the table."""
    if not start:
        pytest.importorskip("ipywidgets")
    (tmp_path / "sitecustomize.py").write_text(start, encoding="utf-8")
    made = tmp_path / "made.ipynb"
    jupyter = shutil.which("jupyter", path=str(Path(sys.executable).parent))
    subprocess.run(
        [
            *(str(jupyter), "nbconvert", "--to", "notebook", "--execute", "90_explore.ipynb"),
            *("--output", str(made)),
        ],
        cwd=notebooks(),
        env={"PATH": str(Path(sys.executable).parent), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        timeout=300,
        check=True,
    )
    cells = json.loads(made.read_text(encoding="utf-8"))["cells"]
    (output,) = cells[-1]["outputs"]
    expected = "text/html" if start else "application/vnd.jupyter.widget-view+json"
    assert expected in output["data"]
