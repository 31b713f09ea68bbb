"""Where is a report made, and how does it take the place of an older one?"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from v6monitor.errors import UsageError


@contextmanager
def scratch(out: Path, period: str) -> Iterator[Path]:
    """Give a folder beside the reports to make this one in; it is gone afterwards."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        _recover(out / period)
        temporary = tempfile.TemporaryDirectory(prefix=".making-", dir=out)
    except OSError as error:
        raise UsageError(
            f"{out}: no report can be made there ({error.strerror}); name another with --out"
        ) from error
    with temporary as folder:
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


def _recover(target: Path) -> None:
    """Put back a report that was set aside and not replaced; clear one that was."""
    aside = _aside(target)
    if aside.exists() and not target.exists():
        aside.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _aside(target: Path) -> Path:
    return target.with_name(f".old-{target.name}")
