"""Changes to an archive: a report is put in it, or withdrawn, wholly or not at all.

A change has four steps, of which only the second changes what readers find under a month:

1. all of it is made in a folder of its own, ``.making-*``, and ``.unfinished`` is written;
2. that folder and the month's change places in one step;
3. what follows from the months is written anew: pages, feeds, ``changes.csv``, last the index;
4. ``.unfinished`` is removed.

The next run that writes in the archive finds what one that was ended by force left behind
(``.unfinished``, ``.making-*``, ``_preview``), takes away what was half made, and repeats the third
step by the manifests of the months.
"""

import contextlib
import ctypes
import datetime as dt
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from v6monitor import hashes
from v6monitor.errors import InputError, UsageError
from v6monitor.pages.exports import write_text
from v6monitor.report import archive, archive_pages, manifest, stored
from v6monitor.report.archive import Entry

WITHDRAWN = "_withdrawn"
"""The folder of reports that were withdrawn, as they were."""
_PREVIEWS = "_preview"
_MAKING, _ASIDE, _NEW = ".making-", ".old-", ".*.new"
_FULL = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EROFS: "make it writable, or name another folder with --out",
    errno.EACCES: "make it writable, or name another folder with --out",
}


@contextlib.contextmanager
def writing(reports: Path, part: Path | None = None) -> Iterator[None]:
    """Let one run at a time write in an archive, and in one within it; UsageError for the second.

    What a run that was ended by force left behind is put right first.
    """
    with contextlib.ExitStack() as locks:
        locks.enter_context(archive.locked(reports))  # so nobody else is in one within it either
        if part and part != reports:
            locks.callback(_without_reports, part)
            locks.enter_context(archive.locked(part))
        try:
            for one in archive.narrowed(reports):
                _mend(one)
                if one != part:
                    _without_reports(one)
            _mend(reports)
            yield
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise UsageError(
                f"{error.filename or reports}: cannot be written ({error.strerror}): "
                f"{_FULL[error.errno]}, and run again; no report was lost"
            ) from error


@contextlib.contextmanager
def scratch(reports: Path, period: str) -> Iterator[Path]:
    """Give a folder beside the reports to make this one in; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=_MAKING, dir=reports) as folder:
        inside = Path(folder) / period
        inside.mkdir()
        yield inside


@contextlib.contextmanager
def previews(reports: Path, period: str) -> Iterator[Path]:
    """Give a folder for pages to look at until this report is there; it is gone afterwards."""
    folder = reports / _PREVIEWS
    try:
        yield folder / period
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(made: Path, found: dict[str, Any], reports: Path, whole: Path) -> None:
    """Put a report in an archive, which may be one of some sectors within a whole one.

    Args:
        made: the folder of the report, made in ``scratch``.
        found: its manifest; when it takes the place of a withdrawn report, that is added.
        reports: the archive.
        whole: the archive that this one is a part of, or is.
    """
    old = archive.entry(reports, found["period"])
    if old and (corrected := old["withdrawn"] or old["corrects"]):
        found["corrects"] = corrected
    stored.write(found, made / stored.RUN)
    with _changing(*dict.fromkeys([reports, whole])):
        exchange(made, reports / found["period"])
        archive_pages.write(reports, archive.with_entry(reports, archive.entry_of(found)))
        if whole != reports:
            archive_pages.write(whole, archive.months(whole))


def withdraw(reports: Path, period: str, reason: str) -> tuple[Path, list[str]]:
    """Withdraw a report from an archive, for a reason that readers get to see.

    Every page of it now says when it was withdrawn and why, and so do its manifest, the archive's
    pages, index and feed. Returns the folder where it is kept as it was, and the months whose
    reports compare with it. UsageError when there is no such report, or no reason.
    """
    words = " ".join(reason.split())
    if not words or not words.isprintable():
        raise UsageError(f"--reason {reason!r}: give a reason in words, for readers get to see it")
    if not (reports / stored.INDEX).is_file():
        raise UsageError(f"{reports} is no archive: it has no {stored.INDEX}; name one with --out")
    with writing(reports):
        month = _published(reports, period)
        try:
            found = stored.read(reports / period / stored.RUN)
        except InputError as error:
            raise InputError(f"{error}: make the report again, and then withdraw it") from error
        act = {"at": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "reason": words}
        kept = reports / WITHDRAWN / f"{period}-{found['run_id']}"
        with scratch(reports, period) as made:
            for name in found["outputs"]:
                if name.endswith(".html"):
                    write_text(made / name, archive_pages.withdrawn_page(name, month, act))
            found |= {"withdrawn": act, "outputs": hashes.below(made, made.rglob("*.html"))}
            stored.write(found, made / stored.RUN)
            months = archive.with_entry(reports, archive.entry_of(found))
            with _changing(reports):
                kept.parent.mkdir(exist_ok=True)
                shutil.rmtree(kept, ignore_errors=True)
                made.rename(kept)
                exchange(kept, reports / period)
                archive_pages.write(reports, months)
    return kept, [one["period"] for one in months if one["changes"]["previous"] == period]


def exchange(made: Path, target: Path) -> None:
    """Let two folders change places in one step; where the target is absent the other goes there.

    Where the system cannot, the target is absent for a moment, and ``_mend`` brings it back.
    """
    if not target.exists():
        made.rename(target)
    elif not _exchanged(made, target):
        aside = target.with_name(f"{_ASIDE}{target.name}")
        target.rename(aside)
        made.rename(target)
        aside.rename(made)


def _exchanged(one: Path, other: Path) -> bool:
    """Return whether the system let two folders change places (Linux, most file systems)."""
    if sys.platform != "linux":
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    library = ctypes.CDLL(None, use_errno=True)
    call: Any = getattr(library, "renameat2", None)
    return call is not None and call(here, os.fsencode(one), here, os.fsencode(other), swap) == 0


@contextlib.contextmanager
def _changing(*archives: Path) -> Iterator[None]:
    """Mark archives as unfinished until all that follows from a change is written."""
    for reports in archives:
        (reports / archive.UNFINISHED).touch()
    yield
    for reports in archives:
        (reports / archive.UNFINISHED).unlink()


def _mend(reports: Path) -> None:
    """Put right what a run that was ended by force left in an archive."""
    for aside in reports.glob(f"{_ASIDE}*"):
        _bring_back(aside, aside.with_name(aside.name.removeprefix(_ASIDE)))
    for left in (*reports.glob(f"{_MAKING}*"), *reports.glob(_NEW), *reports.glob(_PREVIEWS)):
        is_folder = left.is_dir() and not left.is_symlink()
        shutil.rmtree(left, ignore_errors=True) if is_folder else left.unlink()
    if not archive.is_unfinished(reports):
        return
    for kept in reports.glob(f"{WITHDRAWN}/*"):
        if "withdrawn" in manifest.held(kept):  # its pages never took the place of the report
            shutil.rmtree(kept)
    with contextlib.suppress(OSError):  # it holds others
        (reports / WITHDRAWN).rmdir()
    months = {one["period"]: one for one in archive.months(reports)}
    for one in archive.by_manifests(reports):
        months[one["period"]] = one
    there = [months[period] for period in sorted(months) if (reports / period).is_dir()]
    if there or archive.parts(reports):
        archive_pages.write(reports, there)
    (reports / archive.UNFINISHED).unlink()


def _without_reports(part: Path) -> None:
    """Take away the folder of an archive of some sectors where it holds but a lock."""
    with contextlib.suppress(OSError):  # it holds more
        (part / archive.LOCK).unlink(missing_ok=True)
        part.rmdir()


def _bring_back(aside: Path, target: Path) -> None:
    """Put a report back that was set aside and not replaced; keep one that was withdrawn."""
    if not target.exists():
        aside.rename(target)
        return
    now = manifest.held(target)
    kept = target.parent / WITHDRAWN / f"{target.name}-{now.get('run_id')}"
    if "withdrawn" in now and not kept.exists():
        aside.rename(kept)
    else:
        shutil.rmtree(aside)


def _published(reports: Path, period: str) -> Entry:
    months = {one["period"]: one for one in archive.months(reports)}
    published = [name for name, one in months.items() if not one["withdrawn"]]
    if period in published:
        return months[period]
    raise UsageError(
        f"{reports}: no published report for {period!r}; "
        f"published: {', '.join(published) or 'none'}"
        + (": it was withdrawn already" if period in months else "")
    )
