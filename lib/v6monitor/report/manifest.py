"""Manifest of a report, ``run.json``: what it was made from, and the identity of the run."""

import hashlib
import importlib.metadata
import importlib.util
import json
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from v6monitor import __version__, workspace
from v6monitor.errors import InputError
from v6monitor.report import archive, stored

PACKAGES = ("pandas", "dnspython", "matplotlib", "papermill", "nbconvert", "pyarrow")


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def run_id(inputs: Mapping[str, str], parameters: Mapping[str, object]) -> str:
    """Return the identity of a run: its inputs' hashes, its parameters and the code itself."""
    facts = {"inputs": inputs, "parameters": parameters, "code": code()}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def find(reports: Path, identity: str) -> dict[str, Any] | None:
    """Return the manifest of the report with this identity, if it is still good; None otherwise.

    It is when it is whole, and compares with what is now the report before it. One that was
    withdrawn stays so.
    """
    for month in archive.months(reports):
        if month["run_id"] == identity:
            folder = reports / str(month["period"])
            manifest = held(folder)
            before = archive.previous(reports, str(month["period"]))
            if (
                manifest.get("run_id") == identity
                and (month["withdrawn"] or manifest["previous"] == (before and before["period"]))
                and _is_whole(folder, manifest)
            ):
                return manifest
    return None


def held(folder: Path) -> dict[str, Any]:
    """Return the manifest of the report in a folder; an empty one when there is none to read."""
    try:
        return stored.read(folder / stored.RUN)
    except InputError:
        return {}


def provenance() -> dict[str, Any]:
    """Return which code ran: versions of the packages, the git commit and whether it was dirty."""
    commit = _git("rev-parse", "HEAD")
    return {
        "version": __version__,
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "git_commit": commit,
        "git_dirty": bool(_git("status", "--porcelain")) if commit else None,
    }


def hashes(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by its path within the folder."""
    return {file.relative_to(folder).as_posix(): sha256(file) for file in sorted(files)}


def _is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    files = manifest["outputs"].items()
    return all((folder / name).is_file() and sha256(folder / name) == was for name, was in files)


@cache
def code(*, notebooks: bool = True) -> str:
    """Return the hash of the files of this library and of the example's, and of the notebooks."""
    names = ("v6monitor", "v6monitor_example")
    specs = [found for name in names if (found := importlib.util.find_spec(name)) is not None]
    folders = [Path(str(found.origin)).parent for found in specs]
    folders += [workspace.notebooks()] if notebooks else []
    listing = [
        hashes(folder, (file for file in folder.rglob("*") if file.is_file() and _is_source(file)))
        for folder in folders
    ]
    return hashlib.sha256(json.dumps(listing, sort_keys=True).encode()).hexdigest()


def _is_source(file: Path) -> bool:
    return not {"__pycache__", ".ipynb_checkpoints"} & set(file.parts)


def _git(*arguments: str) -> str:
    folder = workspace.checkout()
    if folder is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  (fixed arguments)
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
