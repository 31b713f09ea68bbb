"""Folders that v6monitor reads and writes when no other is named, and the example data.

The workspace is the nearest folder, from the working directory upwards, that holds
``data/measurements``, example data made earlier, or this project's ``pyproject.toml``; without
one it is the working directory itself. So a notebook finds the same files when JupyterLab runs it
in ``notebooks/`` and when papermill runs it in the folder above, and an installed v6monitor writes
below the working directory.
"""

import importlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from glob import has_magic
from pathlib import Path
from types import ModuleType
from typing import IO, Protocol

from v6monitor.errors import InputError

_PACKAGE = Path(__file__).resolve().parent

REFERENCE = _PACKAGE / "reference"
"""Tables that travel inside the package: mail operators, renames, published figures, events."""
PLAN = "monthly.yaml"
"""The file beside the notebooks that lists those of the monthly run."""

PUBLISHER = "publisher.yaml"
"""The file that says who publishes the reports, and PICTURES: what its logo beside it ends in."""
PICTURES = (".png", ".jpg", ".svg")


class Server(Protocol):
    """A name server while it runs: where it answers."""

    address: str
    port: int
    ipv6_only_port: int
    """Where it answers as a resolver that may not use IPv4."""


def root() -> Path:
    """Return the workspace; see the module's docstring."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if _is_workspace(folder)), here)


def measurements() -> Path:
    """Return the folder of one's own measurement files, which may be absent."""
    return root() / "data" / "measurements"


def observations() -> Path:
    """Return the folder in which lookups are kept by month."""
    return root() / "data" / "observations"


def reports(*, synthetic: bool = False) -> Path:
    """Return the folder of the archive of reports; those on the example data have their own."""
    return root() / "reports" / "example" if synthetic else root() / "reports"


def notebooks() -> Path:
    """Return the folder of the notebooks: the workspace's own, else those of this version."""
    return _own_or_packaged("notebooks", PLAN)


def publisher() -> list[Path]:
    """Return the file of the publisher, the workspace's own or the example, and its pictures."""
    folder = _own_or_packaged("data", PUBLISHER)
    pictures = (file for file in sorted(folder.iterdir()) if file.suffix in PICTURES)
    return [folder / PUBLISHER, *pictures]


def checkout() -> Path | None:
    """Return the repository that this code runs from; None when it is installed."""
    place = _PACKAGE.parents[1]
    return place if _is_checkout(place) else None


def find(path: str | Path) -> Path:
    """Return an absolute path: below the working directory, else below the workspace.

    A pattern counts as there when a file matches it.
    """
    given = Path(path).expanduser()
    here = Path.cwd() / given
    if given.is_absolute() or here.exists():
        return here
    if has_magic(str(given)) and any(Path.cwd().glob(str(given))):
        return here
    return root() / given


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a new file that takes the place of one, whole or not at all.

    Until then it is beside it; a link at either place is replaced, and never written through.
    """
    scratch = path.with_name(f".{path.name}.new")
    scratch.unlink(missing_ok=True)  # of a run that was ended by force
    try:
        with scratch.open("xb") as file:
            yield file
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def example_folder() -> Path:
    """Return where the example data are, or will be when they are made."""
    return root() / "data" / "example"


def example() -> Path:
    """Return the folder of the example data, which are made when they are missing.

    Returns:
        A path: monthly exports of ten months, a register, renames, waivers, and zone files of
        their name server. All organisations are fictional, their names under ``.example``.

    Raises:
        InputError: the example's generator is not installed.

    Example:
        >>> (example() / "dashboards").is_dir()
        True
    """
    folder: Path = _generator().make(example_folder())
    return folder


def example_server(port: int = 0) -> AbstractContextManager[Server]:
    """Return the name server of the example data: a context manager that yields its address."""
    server: AbstractContextManager[Server] = _generator().name_server(example_folder(), port=port)
    return server


def _generator() -> ModuleType:  # imported by name: it is built on this library
    try:
        return importlib.import_module("v6monitor_example")
    except ModuleNotFoundError as error:
        raise InputError(
            "the example's generator, v6monitor_example, is not installed: install v6monitor "
            "again, in a checkout with `make .venv/runtime`"
        ) from error


def _own_or_packaged(folder: str, file: str) -> Path:
    """Return the folder with this file: the workspace's, else that of this version."""
    places = [place / folder for place in (root(), _PACKAGE, _PACKAGE.parents[1])]
    for place in places:
        if (place / file).is_file():
            return place
    raise InputError(f"no {folder} with {file} in {places[0]}: install v6monitor again")


def _is_workspace(folder: Path) -> bool:
    data = folder / "data"
    with suppress(OSError):  # a folder that may not be looked into is none
        if (data / "measurements").is_dir() or (data / "example" / "version").is_file():
            return True
    return _is_checkout(folder)


def _is_checkout(folder: Path) -> bool:
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return False
    return '\nname = "v6monitor"\n' in text
