"""Notebooks: their form, their two languages, and that they run as users run them."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from v6monitor.report.execution import declared

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
ALL = sorted(NOTEBOOKS.glob("*.ipynb"))
POLICY = ["30_adoption", "40_exchange_online", "60_briefing", "70_factsheet"]
LONGEST_CELL = 20
NOT_IN_A_CELL = {ast.FunctionDef, ast.ClassDef, ast.Try, ast.While}
LINK = re.compile(r"\]\((.+?)\)")


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
def test_a_notebook_is_committed_without_outputs(file):
    """A notebook in the repository holds no result, so no data and no noise in its history."""
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
def test_a_notebook_shows_its_analysis(file):
    """One H1 that is a question, typed parameters with a comment, short cells of plain pandas."""
    cells = nbformat.read(file, as_version=4).cells
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    titles = [cell for cell in prose if cell.source.startswith("# ")]
    assert cells[0] is titles[0]
    assert all(cell.source.splitlines()[0].endswith("?") for cell in titles)
    assert [_tags(cell) for cell in titles] in ([set()], [set(), {"nl"}])
    for cell in cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= LONGEST_CELL
            assert not {type(one) for one in ast.walk(ast.parse(cell.source))} & NOT_IN_A_CELL
    parameters = declared(file)
    assert {"period", "measurements", "observations", "sectors"} <= set(parameters)
    assert all(parameter.help for parameter in parameters.values())


@pytest.mark.parametrize("name", POLICY)
def test_what_policy_readers_get_is_in_both_languages(name):
    """Under each English cell of a policy notebook is its Dutch twin, with as many headings."""
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    for cell, after in zip(cells, [*cells[1:], cells[0]], strict=True):
        if cell.cell_type == "markdown" and not _tags(cell) & {"nl", "analyst"}:
            assert _tags(after) == _tags(cell) | {"nl"}, cell.source
            assert cell.source.count("## ") == after.source.count("## ")
            assert LINK.findall(cell.source) == LINK.findall(after.source)


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
@pytest.mark.slow
def test_a_notebook_runs_from_its_own_folder(file, tmp_path):
    """With its defaults, offline, from notebooks/ as JupyterLab does."""
    made = _jupyter(["nbconvert", "--to", "notebook", "--execute", file.name], tmp_path)
    assert _errors(made) == []


@pytest.mark.slow
def test_a_notebook_runs_with_plain_papermill(tmp_path):
    """From the repository's root, with a month as parameter."""
    made = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", "notebooks/30_adoption.ipynb", str(made)]
    done = subprocess.run(
        [*command, "-p", "period", "2026-09"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "September 2026" in made.read_text(encoding="utf-8")


def _tags(cell: nbformat.NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _jupyter(arguments: list[str], folder: Path) -> Path:
    made = folder / "made.ipynb"
    jupyter = shutil.which("jupyter", path=str(Path(sys.executable).parent))
    subprocess.run(
        [str(jupyter), *arguments, "--output", str(made)],
        cwd=NOTEBOOKS,
        capture_output=True,
        timeout=300,
        check=True,
    )
    return made


def _errors(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [one for cell in cells for one in cell.get("outputs", [])]
    return [
        str(one.get("evalue") or one.get("text"))
        for one in outputs
        if one["output_type"] == "error" or one.get("name") == "stderr"
    ]
