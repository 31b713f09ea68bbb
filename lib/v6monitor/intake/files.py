"""Which files are meant? Files, folders and patterns become a list in which each stands once."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from v6monitor.errors import InputError


class File(NamedTuple):
    """A file to read."""

    path: Path
    name: str
    """As faults and errors call it: below the folder that was given, with forward slashes."""
    in_folder: bool


def named(paths: Iterable[str | Path], left_out: Collection[Path] = ()) -> list[File]:
    """Return the files that are named, those below folders and those that match a pattern.

    Each stands there once, in the order named and by name within a folder; hidden ones and those
    in ``left_out`` do not. InputError for a name or pattern with nothing behind it.
    """
    given = {path.resolve() for path in left_out}
    found = []
    for raw in paths:
        try:
            for file in _meant(Path(raw).expanduser()):
                if (real := file.path.resolve()) not in given:
                    given.add(real)
                    found.append(file)
        except (OSError, RuntimeError, ValueError) as error:  # too long, no such home, "/x/**y"
            why = error.strerror if isinstance(error, OSError) else error
            raise InputError(f"{raw}: names no file or folder ({why}); check it") from error
    return found


def _meant(path: Path) -> Iterator[File]:
    if path.is_dir():
        for below in sorted(path.rglob("*")):
            name = below.relative_to(path)
            if below.is_file() and not any(part.startswith(".") for part in name.parts):
                yield File(below, name.as_posix(), in_folder=True)
        return
    if path.exists():
        yield File(path, path.name, in_folder=False)
        return
    met = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    if not met:
        raise InputError(f"{path}: there is no such file or folder; check its name")
    for found in met:
        yield from _meant(found)
