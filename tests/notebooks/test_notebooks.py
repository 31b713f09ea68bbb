"""Does every notebook read as it should and run as users run it?"""

import ast
import json
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
LONGEST_CELL = 12
STATEMENTS = {ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr}


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
def test_a_notebook_is_committed_without_outputs(file):
    """A notebook in the repository holds no result, so no data and no noise in its history."""
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
def test_a_notebook_is_prose_with_calls(file):
    """One H1 that is a question, typed parameters with a comment, short cells of calls."""
    cells = nbformat.read(file, as_version=4).cells
    title = cells[0].source.splitlines()[0]
    assert title.startswith("# ")
    assert title.endswith("?")
    titles = [cell for cell in cells if cell.source.startswith("# ")]
    assert len([cell for cell in titles if "nl" not in cell.metadata.get("tags", [])]) == 1
    for cell in cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= LONGEST_CELL
            assert {type(one) for one in ast.parse(cell.source).body} <= STATEMENTS
    parameters = declared(file)
    assert {"period", "measurements", "observations", "sectors"} <= set(parameters)
    assert all(parameter.help for parameter in parameters.values())


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
def test_a_notebook_runs_from_its_own_folder(file, tmp_path):
    """With its defaults, offline, from notebooks/ as JupyterLab does."""
    made = _jupyter(["nbconvert", "--to", "notebook", "--execute", file.name], tmp_path)
    assert _errors(made) == []


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
