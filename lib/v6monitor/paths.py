"""Folders of the workspace, and the example data, which a tool beside the library makes."""

import importlib
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Protocol

from v6monitor.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
EXAMPLE = DATA / "example"
REFERENCE = Path(__file__).parent / "reference"
"""Tables that travel inside the package: mail operators, renames, published figures, events."""
OBSERVATIONS = DATA / "observations"
REPORTS = ROOT / "reports"


def from_root(path: str | Path) -> Path:
    """Return an absolute path; a relative one counts from the repository's root.

    Notebooks use it, because papermill starts them in the root and JupyterLab in ``notebooks/``.
    """
    return ROOT / Path(path).expanduser()


class Server(Protocol):
    """A name server while it runs: where it answers."""

    address: str
    port: int


def example() -> Path:
    """Return the folder of the example data, which are made when they are missing."""
    folder: Path = _generator().make(EXAMPLE)
    return folder


def example_server(port: int = 0) -> AbstractContextManager[Server]:
    """Return the name server of the example data: a context manager that yields its address."""
    server: AbstractContextManager[Server] = _generator().name_server(EXAMPLE, port=port)
    return server


def _generator() -> ModuleType:  # imported by name: it is built on this library
    try:
        return importlib.import_module("v6monitor_example")
    except ModuleNotFoundError as error:
        raise InputError(
            "the example's generator, v6monitor_example, is not installed: install v6monitor "
            "again, in a checkout with `make .venv/runtime`"
        ) from error
