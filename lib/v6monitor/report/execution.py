"""How is one notebook run? Papermill, and a strict look at what it left."""

import contextlib
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from v6monitor import workspace

_LONGEST = 300
"""So many characters of an error are told; the notebook that is kept has all of it."""


class Executed(NamedTuple):
    """A notebook after its run: ``error`` is empty when every cell did what it should."""

    name: str
    source: Path
    notebook: NotebookNode
    seconds: float
    error: str
    error_class: str


def execute(notebook: Path, parameters: Mapping[str, object], output: Path) -> Executed:
    """Run a local notebook in a fresh kernel and tell what is wrong with the result.

    The executed notebook is written to ``output``, also when it fails, and is named after it.
    Wrong is: an error, a cell that was not run (``SystemExit`` ends a kernel without one),
    anything on stderr.
    """
    start = time.monotonic()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    error, error_class = _attempt(notebook, parameters, output)
    executed = nbformat.read(output if output.exists() else notebook, as_version=4)
    if error and not any(cell.get("execution_count") for cell in executed.cells):
        error, error_class = _attempt(notebook, parameters, output)  # the kernel did not start
        executed = nbformat.read(output if output.exists() else notebook, as_version=4)
    if not error:
        error, error_class = _fault(executed)
    return Executed(output.stem, notebook, executed, time.monotonic() - start, error, error_class)


def _attempt(notebook: Path, parameters: Mapping[str, object], output: Path) -> tuple[str, str]:
    """Run a notebook; return how its kernel failed and the class of that error, if it did."""
    try:
        with contextlib.suppress(PapermillExecutionError):
            execute_notebook(
                str(notebook.resolve()),
                str(output),
                parameters=dict(parameters),
                kernel_name="python3",
                progress_bar=False,
                cwd=str(workspace.root()),
                extra_arguments=["--log-level=CRITICAL"],
            )
    except (DeadKernelError, RuntimeError, TimeoutError) as failure:
        return f"the kernel stopped: {failure}", type(failure).__name__
    return "", ""


def _fault(notebook: NotebookNode) -> tuple[str, str]:
    """Return what is wrong, in one line, and the class of the error; empty when nothing is."""
    idle = 0
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        for output in cell.outputs:
            if output.output_type == "error":
                told = _line(f"{output.ename}: {output.evalue}")
                return f"In [{cell.execution_count}]: {told}", output.ename
            if output.output_type == "stream" and output.name == "stderr":
                return f"In [{cell.execution_count}] wrote to stderr: {_line(output.text)}", ""
        idle += bool(cell.source.strip()) and cell.execution_count is None
    return (f"it stopped before its end: {idle} cells were not run", "") if idle else ("", "")


def _line(text: str) -> str:
    return text.strip().partition("\n")[0][:_LONGEST]
