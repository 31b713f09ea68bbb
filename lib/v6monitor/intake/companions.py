"""Companion files of measurements: registers, renames, waivers and letters that were sent.

They are looked for in the folder of the measurements or, where that has none, in
``data/measurements`` (of the example: in its own folder), else inside the package. Every file
whose name begins with ``register`` is one; renames, waivers and letters have just that name.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from v6monitor import workspace
from v6monitor.errors import InputError
from v6monitor.workspace import REFERENCE

_SINGLE = {"renames": "renames", "waivers": "waivers", "letters": "letters-sent"}
"""What each is called beside measurements, and in a report, which has a table of letters itself."""
_REGISTER = "register"
_NAMED = re.compile(
    rf"({'|'.join({*_SINGLE, *_SINGLE.values()})}|{_REGISTER}.*)\.(csv|xlsx|ods|xml)", re.DOTALL
)


def is_companion(file_name: str) -> bool:
    """Return whether a file beside measurements is a companion, by its name.

    >>> is_companion("register-rio.xml"), is_companion("waivers.xlsx"), is_companion("rijk.csv")
    (True, True, False)
    """
    return _NAMED.fullmatch(file_name.lower()) is not None


def search_path(measurements: Iterable[Path], *, synthetic: bool = False) -> tuple[Path, ...]:
    """Return the folders in which companions are looked for, the nearest first."""
    beside = [path if path.is_dir() else path.parent for path in measurements]
    usual = workspace.example_folder() if synthetic else workspace.measurements()
    return tuple(dict.fromkeys([*beside, usual, REFERENCE]))


def find(name: str, folders: Iterable[Path]) -> Path:
    """Return the ``renames``, ``waivers`` or ``letters`` of the first folder that has them."""
    for folder in (*folders, REFERENCE):
        named = {file.stem.lower(): file for file in _files(folder)}
        if file := named.get(_SINGLE[name], named.get(name)):
            return file
    raise InputError(f"{REFERENCE / name}.csv: is missing; install v6monitor again")


def registers(folders: Iterable[Path]) -> list[Path]:
    """Return the registers of the first folder that has any, by name: ``register.csv`` first."""
    for folder in folders:
        found = [file for file in _files(folder) if file.stem.lower().startswith(_REGISTER)]
        if found:
            return found
    return []


def own_files(folders: Iterable[Path]) -> list[Path]:
    """Return the companions that will be used, without those of the package."""
    searched = list(folders)
    used = [*registers(searched), *(find(name, searched) for name in _SINGLE)]
    return [file for file in used if file.parent != REFERENCE]


def copy(folders: Iterable[Path], target: Path) -> None:
    """Copy all but registers to the folder of a report's tables, for its notebooks to find."""
    searched = list(folders)
    for name, called in _SINGLE.items():
        file = find(name, searched)
        shutil.copyfile(file, target / f"{called}{file.suffix.lower()}")


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [file for file in folder.iterdir() if is_companion(file.name) and file.is_file()]
    return sorted(found, key=lambda file: (file.stem.lower(), file.name))
