"""Where is a report made, by one run at a time, and how does it take the place of an older one?"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from v6monitor.errors import UsageError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
_MAKING = ".making-"
_OLD = ".old-"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Let one run at a time write in an archive; UsageError for the second.

    The operating system frees the lock when its holder ends, also by force: none is ever stale.
    What a run that was ended by force left behind is put right first. On Windows nothing keeps
    a second run out.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = _lock(out / LOCK)
    except OSError as error:
        raise UsageError(
            f"{out}: no report can be made there ({error.strerror}); name another with --out"
        ) from error
    try:
        if held is not None:
            _tidy(out)
        yield
    finally:
        if held is not None:
            (out / LOCK).unlink(missing_ok=True)
            os.close(held)


@contextmanager
def scratch(out: Path, period: str) -> Iterator[Path]:
    """Give a folder beside the reports to make this one in; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=_MAKING, dir=out) as folder:
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


def _lock(file: Path) -> int | None:
    """Return the open lock file that is this run's alone; it holds the number of its process."""
    while fcntl is not None:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), file.stat()):
                os.truncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
                return descriptor
        except BlockingIOError as error:
            holder = os.read(descriptor, 20).decode("ascii", "replace")
            os.close(descriptor)
            raise UsageError(
                f"{file.parent}: another run (process {holder or 'unknown'}) is at work there; "
                "start again when it has ended, or name another folder with --out"
            ) from error
        except FileNotFoundError:
            pass
        os.close(descriptor)  # the holder before us took the file away just now: try again
    return None


def _tidy(out: Path) -> None:
    for folder in out.glob(f"{_MAKING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    for aside in out.glob(f"{_OLD}*"):
        _recover(aside.with_name(aside.name.removeprefix(_OLD)))


def _recover(target: Path) -> None:
    """Put back a report that was set aside and not replaced; clear one that was."""
    aside = _aside(target)
    if aside.exists() and not target.exists():
        aside.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _aside(target: Path) -> Path:
    return target.with_name(f"{_OLD}{target.name}")
