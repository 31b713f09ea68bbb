"""An archive of reports on disk: its index of months, one writer at a time, and atomic swaps.

``index.json`` is the only place that says which months the archive holds.
"""

import contextlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from v6monitor.errors import InputError, UsageError

INDEX = "index.json"
OBSERVATIONS = "observations.parquet"
"""The lookups that a report was made from, among its tables."""
LOCK = ".lock"
_MAKING = ".making-"
_OLD = ".old-"
_KEPT = ("period", "run_id", "publishable", "synthetic", "scope", "sources", "headline", "changes")
_KEYS = (*_KEPT, "languages", "withdrawn", "corrects")

Entry = dict[str, Any]
"""A month: ``_KEPT`` facts of its manifest, ``languages``, and, None without: ``withdrawn`` (``at``
when and for what ``reason``) and ``corrects`` (that of the report whose place it took)."""
Scope = Mapping[str, Sequence[str]]
"""What a report is narrowed to: ``sectors`` and ``notebooks``."""
WHOLE: Scope = {"sectors": [], "notebooks": []}
"""The scope of a report that is not narrowed."""


def months(reports: Path) -> list[Entry]:
    """Return the months of the archive, the oldest first; none where there is no archive yet."""
    file = reports / INDEX
    if not file.exists():
        return []
    try:
        found: list[Entry] = json.loads(file.read_text(encoding="utf-8"))["months"]
        older: Entry = {"scope": WHOLE, "sources": []}
        whole = [{key: (older | month)[key] for key in _KEYS} for month in found]
        return sorted(whole, key=lambda month: str(month["period"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{file} is not an archive index ({error}); restore it, or move the folder away"
        ) from error


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


def with_report(reports: Path, manifest: Mapping[str, Any]) -> list[Entry]:
    """Return the months with this report in place of an older one of its month."""
    old = entry(reports, manifest["period"])
    new = {key: manifest[key] for key in _KEPT}
    new |= {"languages": manifest["parameters"]["languages"], "withdrawn": None}
    new["corrects"] = (old["withdrawn"] or old["corrects"]) if old else None
    return _replaced(reports, new)


def without_report(reports: Path, month: Entry, withdrawn: Mapping[str, str]) -> list[Entry]:
    """Return the months with this one withdrawn: it stays listed, with when and why."""
    return _replaced(reports, month | {"withdrawn": dict(withdrawn)})


def parts(reports: Path) -> dict[str, list[Entry]]:
    """Return the months of the archives of some sectors that are in this one, by their folder."""
    found = {file.parent.name: months(file.parent) for file in sorted(reports.glob(f"*/{INDEX}"))}
    return {
        folder: held
        for folder, held in found.items()
        if held and folder == "--".join(held[0]["scope"]["sectors"])
    }


def index(reports: Path, entries: Sequence[Entry]) -> str:
    """Return the content of the index with these months."""
    narrowed = [
        {"folder": folder, "scope": held[0]["scope"], "months": [one["period"] for one in held]}
        for folder, held in parts(reports).items()
    ]
    content = {"id": identity(reports, entries), "months": list(entries), "parts": narrowed}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def identity(reports: Path, entries: Sequence[Entry]) -> str:
    """Return the UUID of the archive, which follows from the first report put in it."""
    file = reports / INDEX
    held = json.loads(file.read_text(encoding="utf-8")).get("id") if file.exists() else None
    first = next(iter([*entries, *(one for held in parts(reports).values() for one in held)]))
    return str(held or uuid.uuid5(uuid.NAMESPACE_OID, str(first["run_id"])))


@contextlib.contextmanager
def locked(reports: Path, part: Path | None = None) -> Iterator[None]:
    """Let one run at a time write in an archive, and in one within it; UsageError for the second.

    The operating system frees the lock when its holder ends, also by force. What a run that was
    ended by force left behind is put right first.
    """
    with contextlib.ExitStack() as locks:
        for folder in dict.fromkeys([reports, part or reports]):
            locks.enter_context(_locked(folder))
        yield


@contextlib.contextmanager
def _locked(reports: Path) -> Iterator[None]:
    file = reports / LOCK
    lock = FileLock(file, timeout=0)
    try:
        reports.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UsageError(
            f"{reports}: another run (process {_holder(file)}) is writing there; start again when "
            "it has ended, or name another folder with --out"
        ) from error
    except OSError as error:
        raise UsageError(
            f"{reports}: cannot write a report there ({error.strerror}); name another with --out"
        ) from error
    try:
        file.write_text(str(os.getpid()), encoding="ascii")
        _tidy(reports)
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps a file that is open
            file.unlink()
        lock.release()


@contextlib.contextmanager
def scratch(reports: Path, period: str) -> Iterator[Path]:
    """Give a folder beside the reports to make this one in; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=_MAKING, dir=reports) as folder:
        inside = Path(folder) / period
        inside.mkdir()
        yield inside


def swap(made: Path, target: Path) -> None:
    """Put the new report where the old one was; stopped half-way, the old one comes back."""
    try:
        if target.exists():
            target.rename(_aside(target))
        made.rename(target)
    finally:
        _recover(target)


def _replaced(reports: Path, new: Entry) -> list[Entry]:
    others = [month for month in months(reports) if month["period"] != new["period"]]
    return sorted([*others, new], key=lambda month: str(month["period"]))


def _holder(lock: Path) -> str:
    """Return the process that wrote its number in a lock file."""
    with contextlib.suppress(OSError, UnicodeError):
        return lock.read_text(encoding="ascii") or "unknown"
    return "unknown"


def _tidy(reports: Path) -> None:
    for folder in reports.glob(f"{_MAKING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    for aside in reports.glob(f"{_OLD}*"):
        _recover(aside.with_name(aside.name.removeprefix(_OLD)))


def _recover(target: Path) -> None:
    """Put back a report that was set aside and not replaced; clear one that was."""
    aside = _aside(target)
    if aside.exists() and not target.exists():
        aside.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _aside(target: Path) -> Path:
    return target.with_name(f"{_OLD}{target.name}")
