"""Synthetic example data of v6monitor: fictional organisations, their measurements and their DNS.

Made from a seed, the same bytes on every platform. ``python -m v6monitor_example [FOLDER]`` makes
the data; ``name_server()`` answers DNS questions from them on the loopback address.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from v6monitor.errors import InputError
from v6monitor_example.exports import exports, tables
from v6monitor_example.history import letters, logs
from v6monitor_example.server import ZoneServer, read_broken, read_out_of_reach
from v6monitor_example.technical import technical
from v6monitor_example.zonefiles import out_of_reach, zone_files

VERSION = "11"
"""Goes up when the generator makes other bytes; data of another version are made anew."""

_STAMP = "version"


def make(folder: Path) -> Path:
    """Return the folder with the example data in it, made unless this version is there already.

    It holds ``dashboards`` (measurements, of the newest months with technical results),
    ``register.csv``, ``renames.csv``, ``waivers.csv``, ``letters.csv``, ``mail_operators.csv``,
    ``lookups/*.csv`` (logs of earlier months), ``zones/*.zone``, ``broken.csv`` and
    ``out_of_reach.csv`` (DNS after the last measurement, and what of it is out of reach without
    IPv4). Other files in the folder are left as they are. The files are written beside the folder
    and moved in, the version last, so that an interrupted run is repeated.

    Raises InputError when the folder cannot be written.
    """
    if _is_current(folder):
        return folder
    try:
        _write(folder)
    except OSError as error:
        raise InputError(
            f"the example data cannot be made in {folder}: {error}; make that folder writable"
        ) from error
    return folder


def files() -> Iterator[tuple[str, str]]:
    """Give the name (with ``/``) and the text of every file of the example."""
    for name, text in exports():
        yield f"dashboards/{name}", text
    for name, text in technical():
        yield f"dashboards/{name}", text
    yield from tables()
    yield "letters.csv", letters()
    for name, text in logs():
        yield f"lookups/{name}", text
    for name, text in zone_files():
        yield f"zones/{name}", text
    yield "out_of_reach.csv", "".join(f"{line}\n" for line in ("zone", *out_of_reach()))
    yield _STAMP, f"{VERSION}\n"


def name_server(folder: Path, *, port: int = 0) -> ZoneServer:
    """Return the name server of the example data in a folder, which are made when missing."""
    make(folder)
    return ZoneServer(
        folder / "zones",
        read_broken(folder / "broken.csv"),
        out_of_reach=read_out_of_reach(folder / "out_of_reach.csv"),
        port=port,
    )


def _is_current(folder: Path) -> bool:
    stamp = folder / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == VERSION


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".example-") as scratch:
        for name, text in files():
            path = Path(scratch, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        if _is_current(folder):  # another process was first
            return
        (folder / _STAMP).unlink(missing_ok=True)
        for made in sorted(Path(scratch).iterdir(), key=lambda path: path.name == _STAMP):
            old = folder / made.name
            if old.is_dir():
                shutil.rmtree(old)
            made.replace(old)
