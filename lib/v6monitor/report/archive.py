"""An archive of reports on disk: which months it holds, and one writer at a time.

A month's folder is its report, with a manifest in it (``run.json``); it changes in one step. The
index (``index.json``), the archive's pages, its feeds and ``changes.csv`` follow from the
manifests, and the index is the last of them to be written. See ``transactions``.
"""

import contextlib
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from v6monitor.errors import InputError, UsageError
from v6monitor.intake.sectors import SECTORS
from v6monitor.report import stored

OBSERVATIONS = "observations.parquet"
"""The lookups that a report was made from, among its tables."""
LOCK = ".lock"
UNFINISHED = ".unfinished"
"""Is there while an archive is changed, and after a run that was ended then."""
_KEPT = ("period", "run_id", "publishable", "synthetic", "scope", "sources", "headline", "changes")

Entry = dict[str, Any]
"""A month: ``_KEPT`` facts of its manifest, ``languages``, and, None without: ``withdrawn`` (``at``
when and for what ``reason``) and ``corrects`` (that of the report whose place it took)."""


def months(reports: Path) -> list[Entry]:
    """Return the months of the archive, the oldest first; none where there is no archive yet.

    Without an index, or with one that cannot be read, as the manifests of its months say.
    """
    file = reports / stored.INDEX
    if not file.exists():
        return by_manifests(reports)
    try:
        found = {month["period"]: month for month in stored.read(file)["months"]}
    except InputError as error:
        if held := by_manifests(reports):
            return held
        raise InputError(
            f"{error}, and no month is there to make it again from: move it away, or name another "
            "folder with --out"
        ) from error
    return [found[period] for period in sorted(found)]


def by_manifests(reports: Path) -> list[Entry]:
    """Return the months of which a report is there, the oldest first, by their manifests."""
    found = []
    for file in sorted(reports.glob(f"????-??/{stored.RUN}")):
        try:
            manifest = stored.read(file)
        except InputError as error:
            raise InputError(
                f"{error}: move {file.parent} away, and make its report again"
            ) from error
        if manifest["period"] != file.parent.name:
            raise InputError(f"{file.parent} holds a report of {manifest['period']}: move it away")
        found.append(entry_of(manifest))
    return found


def entry_of(manifest: Mapping[str, Any]) -> Entry:
    """Return what the index has of a report."""
    acts = {name: manifest.get(name) for name in ("withdrawn", "corrects")}
    kept = {key: manifest[key] for key in _KEPT}
    return kept | {"languages": manifest["parameters"]["languages"]} | acts


def entry(reports: Path, period: str) -> Entry | None:
    """Return the month with this period; None when the archive does not hold it."""
    return next((month for month in months(reports) if month["period"] == period), None)


def previous(reports: Path, period: str) -> Entry | None:
    """Return the month reported before this one and not withdrawn since."""
    published = [month for month in months(reports) if not month["withdrawn"]]
    return next((month for month in reversed(published) if month["period"] < period), None)


def tables(reports: Path, period: str) -> Path:
    """Return the folder of a month's tables, ``OBSERVATIONS`` among them."""
    return reports / period / "tables"


def with_entry(reports: Path, new: Entry) -> list[Entry]:
    """Return the months with this one in the place of an older one of its month."""
    others = [month for month in months(reports) if month["period"] != new["period"]]
    return sorted([*others, new], key=lambda month: str(month["period"]))


def parts(reports: Path) -> dict[str, list[Entry]]:
    """Return the months of the archives of some sectors that are in this one, by their folder."""
    files = sorted(reports.glob(f"*/{stored.INDEX}"))
    found = {file.parent.name: months(file.parent) for file in files}
    return {
        folder: held
        for folder, held in found.items()
        if held and folder == "--".join(held[0]["scope"]["sectors"])
    }


def narrowed(reports: Path) -> list[Path]:
    """Return the folders of archives of some sectors that are in this one, also without reports."""
    return [
        folder
        for folder in sorted(reports.glob("*/"))
        if all(sector in SECTORS for sector in folder.name.split("--"))
    ]


def index(reports: Path, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the content of the index with these months."""
    narrowed = [
        {"folder": folder, "scope": held[0]["scope"], "months": [one["period"] for one in held]}
        for folder, held in parts(reports).items()
    ]
    return {"id": identity(reports, entries), "months": list(entries), "parts": narrowed}


def identity(reports: Path, entries: Sequence[Entry]) -> str:
    """Return the UUID of the archive, which follows from the first report put in it."""
    with contextlib.suppress(InputError):
        return str(stored.read(reports / stored.INDEX)["id"])
    first = next(iter([*entries, *(one for held in parts(reports).values() for one in held)]))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(first["run_id"])))


def is_unfinished(reports: Path) -> bool:
    """Return whether a run was ended while it changed the archive, or does so now."""
    return (reports / UNFINISHED).exists()


@contextlib.contextmanager
def locked(reports: Path) -> Iterator[None]:
    """Let one run at a time write in an archive; UsageError for the second.

    The operating system frees the lock when its holder ends, also by force.
    """
    file = reports / LOCK
    lock = FileLock(file, timeout=0)
    try:
        reports.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        file.write_text(str(os.getpid()), encoding="ascii")
    except Timeout as error:
        raise UsageError(
            f"{reports}: another run (process {_holder(file)}) is writing there; start again when "
            "it has ended, or name another folder with --out"
        ) from error
    except OSError as error:
        lock.release()
        raise UsageError(
            f"{reports}: cannot write a report there ({error.strerror}); name another with --out"
        ) from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps a file that is open
            file.unlink()
        lock.release()


def _holder(lock: Path) -> str:
    """Return the process that wrote its number in a lock file."""
    with contextlib.suppress(OSError, UnicodeError):
        return lock.read_text(encoding="ascii") or "unknown"
    return "unknown"
