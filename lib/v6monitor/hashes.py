"""Hashes of files, and of the code that makes what follows from them."""

import hashlib
import importlib.util
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from v6monitor import workspace


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def below(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by its path within the folder."""
    return {file.relative_to(folder).as_posix(): sha256(file) for file in sorted(files)}


@cache
def code(*, notebooks: bool = True) -> str:
    """Return the hash of the files of this library and of the example's, and of the notebooks."""
    names = ("v6monitor", "v6monitor_example")
    specs = [found for name in names if (found := importlib.util.find_spec(name)) is not None]
    folders = [Path(str(found.origin)).parent for found in specs]
    folders += [workspace.notebooks()] if notebooks else []
    listing = [
        below(folder, (file for file in folder.rglob("*") if file.is_file() and _is_source(file)))
        for folder in folders
    ]
    return hashlib.sha256(json.dumps(listing, sort_keys=True).encode()).hexdigest()


def _is_source(file: Path) -> bool:
    return not {"__pycache__", ".ipynb_checkpoints"} & set(file.parts)
