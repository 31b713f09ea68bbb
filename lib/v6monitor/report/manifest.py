"""Manifest of a report, ``run.json``: what it was made from, and the identity of the run."""

import hashlib
import importlib.metadata
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from v6monitor import __version__, hashes, workspace
from v6monitor.errors import InputError
from v6monitor.report import archive, stored

PACKAGES = ("pandas", "dnspython", "matplotlib", "papermill", "nbconvert", "pyarrow")


def run_id(inputs: Mapping[str, str], parameters: Mapping[str, object]) -> str:
    """Return the identity of a run: its inputs' hashes, its parameters and the code itself."""
    facts = {"inputs": inputs, "parameters": parameters, "code": hashes.code()}
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


def _is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    files = manifest["outputs"].items()
    return all(
        (folder / name).is_file() and hashes.sha256(folder / name) == was for name, was in files
    )


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
