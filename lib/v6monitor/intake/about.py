"""Which files about the list of domains go with measurements: registers, renames, waivers?

They lie in the folder of the measurements or, where that has none, in ``data/measurements`` (of
the example: in its own folder), else inside the package. Every file whose name begins with
``register`` is one; renames and waivers have just that name.
"""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from v6monitor import workspace
from v6monitor.workspace import REFERENCE

SINGLE = ("renames", "waivers")
REGISTER = "register"
_FORMS = (".csv", ".xlsx", ".ods", ".xml")


def is_about(file_name: str) -> bool:
    """Tell whether a file beside measurements is none itself, by its name.

    >>> is_about("register-gemeenten.csv"), is_about("waivers.xlsx"), is_about("gemeenten.csv")
    (True, True, False)
    """
    path = Path(file_name.lower())
    named = path.stem in SINGLE or path.stem.startswith(REGISTER)
    return named and path.suffix in _FORMS


def folders(measurements: Iterable[Path], *, synthetic: bool = False) -> tuple[Path, ...]:
    """Return where files about the list are looked for, the nearest first."""
    beside = [path if path.is_dir() else path.parent for path in measurements]
    usual = workspace.example_folder() if synthetic else workspace.measurements()
    return tuple(dict.fromkeys([*beside, usual, REFERENCE]))


def single(name: str, places: Iterable[Path]) -> Path:
    """Return the file of a name (of ``SINGLE``) in the first folder that has it.

    Where none has it, the path that the reference would have: a file that is absent.
    """
    found = (file for place in places for file in _files(place) if file.stem.lower() == name)
    return next(found, REFERENCE / f"{name}.csv")


def registers(places: Iterable[Path]) -> list[Path]:
    """Return the registers in the first folder that has any, by name: ``register.csv`` first."""
    for place in places:
        if found := [file for file in _files(place) if file.stem.lower().startswith(REGISTER)]:
            return found
    return []


def files(places: Sequence[Path]) -> list[Path]:
    """Return one's own files that will be used; those in the reference are part of the code."""
    named = [single(name, places) for name in SINGLE]
    used = [*registers(places), *(file for file in named if file.is_file())]
    return [file for file in used if file.parent != REFERENCE]


def keep(places: Sequence[Path], target: Path) -> None:
    """Copy renames and waivers to the folder of a report's tables, for its notebooks to find."""
    for file in (single(name, places) for name in SINGLE):
        if file.is_file():
            shutil.copyfile(file, target / f"{file.stem.lower()}{file.suffix.lower()}")


def _files(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    found = [file for file in place.iterdir() if file.is_file() and is_about(file.name)]
    return sorted(found, key=lambda file: (file.stem.lower(), file.name))
