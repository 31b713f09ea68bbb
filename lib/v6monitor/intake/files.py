"""The files to read: those named, in folders or matched by a pattern, and their bytes."""

import os
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from v6monitor.errors import InputError, NoMeasurementError

_LARGEST = 512 << 20


_LINE_SEPARATORS = "\u2028\u2029"


class File(NamedTuple):
    """A file to read."""

    path: Path
    name: str
    """As faults and errors call it: below the folder that was given, with forward slashes."""
    in_folder: bool = False


def expanded(paths: Iterable[str | Path], exclude: Collection[Path] = ()) -> list[File]:
    """Return the files named, below folders or matched by a pattern, each once; no hidden ones."""
    seen = {path.resolve() for path in exclude}
    found, missing = [], []
    for raw in paths:
        try:
            for file in _expanded(Path(raw).expanduser()):
                real = Path(os.path.realpath(file.path))  # also of a link that leads to itself
                if real not in seen:
                    seen.add(real)
                    found.append(file)
        except InputError as error:
            missing.append(str(error))
        except (OSError, RuntimeError, ValueError) as error:  # too long, no such home, "/x/**y"
            why = error.strerror if isinstance(error, OSError) else error
            raise InputError(f"{raw}: names no file or folder ({why}); check it") from error
    if missing:
        raise InputError("\n".join(missing))
    return found


def _expanded(path: Path) -> Iterator[File]:
    if path.is_dir():
        yield from _below(path)
    elif path.exists():
        yield File(path, shown(path.name))
    else:
        met = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        if not met:
            raise InputError(f"{path}: there is no such file or folder; check its name")
        for found in met:
            yield from _expanded(found)


def _below(folder: Path) -> Iterator[File]:
    """Yield what is in a folder and its folders, in order; links to folders are not followed."""
    left = [folder]
    while left:
        path = left.pop()
        try:
            is_folder = path.is_dir() and (path == folder or not path.is_symlink())
            inside = sorted(path.iterdir(), reverse=True) if is_folder else []
        except OSError:  # `load` says why
            is_folder, inside = False, []
        left += [one for one in inside if not one.name.startswith(".")]
        if not is_folder:
            yield File(path, shown(path.relative_to(folder).as_posix()), in_folder=True)


def shown(name: str) -> str:
    """Return a name of a file with what a reader would not see, or would obey, as its code."""
    hidden = {one for one in name if unicodedata.category(one)[0] == "C" or one in _LINE_SEPARATORS}
    return "".join(ascii(one)[1:-1] if one in hidden else one for one in name)


def read_bytes(path: Path, name: str) -> bytes:
    """Return the bytes of a file that can be named, is not waited for and has an end."""
    if not path.as_posix().endswith(name):
        raise NoMeasurementError(f"{name}: has a sign in its name that is not shown; rename it")
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            next(path.iterdir(), None)  # perhaps nobody may
            raise NoMeasurementError(f"{name}: is a link to a folder; name that folder itself")
        if not stat.S_ISREG(about.st_mode):
            raise NoMeasurementError(f"{name}: is a pipe or a device, not a file; save it first")
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise NoMeasurementError(
            f"{name}: cannot be read ({error.strerror}); check its name and who may read it"
        ) from error
    if len(data) > _LARGEST:
        raise InputError(f"{name}: is larger than 512 MiB; split it by month")
    return data
