"""What would a month look like? A fictional world with its measurements and its DNS.

Everything is made from a seed on first use: the same bytes on every platform.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from v6monitor import paths
from v6monitor.errors import InputError

VERSION = "7"
"""Goes up when the generator makes other bytes; data of another version are made anew."""

_STAMP = "version"


def ensure(folder: Path | None = None) -> Path:
    """Return the folder of the example data (default ``data/example``), made when not there yet.

    It holds ``dashboards/*.csv`` (measurements), ``register.csv``, ``renames.csv``,
    ``waivers.csv``, ``mail_operators.csv``, ``zones/*.zone`` and ``broken.csv`` (the world after
    the last measurement). A committed ``README.md`` stays. The files are written beside the
    folder and moved in, the version last: what is half made is made again. Raises InputError
    when the folder cannot be written.
    """
    target = folder or paths.EXAMPLE
    if _is_current(target):
        return target
    try:
        _make(target)
    except OSError as error:
        raise InputError(
            f"the example data cannot be made in {target}: {error}; make that folder writable"
        ) from error
    return target


def files() -> Iterator[tuple[str, str]]:
    """Give the name (with ``/``) and the text of every file of the example."""
    from v6monitor.example import exports, tables, zonefiles  # noqa: PLC0415 - only when made

    for name, text in exports.files():
        yield f"dashboards/{name}", text
    yield from tables.files()
    for name, text in zonefiles.files():
        yield f"zones/{name}", text
    yield _STAMP, f"{VERSION}\n"


def _is_current(target: Path) -> bool:
    stamp = target / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == VERSION


def _make(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".example-") as scratch:
        for name, text in files():
            path = Path(scratch, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        if _is_current(target):  # another process was first
            return
        (target / _STAMP).unlink(missing_ok=True)
        for made in sorted(Path(scratch).iterdir(), key=lambda path: path.name == _STAMP):
            old = target / made.name
            if old.is_dir():
                shutil.rmtree(old)
            made.replace(old)
