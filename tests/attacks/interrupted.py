"""A change to an archive, ended at every file operation of it; run as a program.

``python interrupted.py FOLDER CASE SIGNAL STEP SYSTEM``: FOLDER is an empty one, and of all moments
every STEPth is tried. SYSTEM ``other`` is one that cannot let two folders change places. Prints how
many moments there were, and what was wrong after each.
"""

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import sys
from pathlib import Path

from months import add, report

from v6monitor.report import archive, archive_pages, manifest, stored, transactions

OLD = {"index.html": "old", "index.en.html": "old", "letters/001.html": "old"}
NEW = {"index.html": "new", "index.en.html": "new", "30_adoption.html": "new"}
PERIOD = "2026-10"
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "ctypes.dlsym"}
SECTOR = {"sectors": ["waterschap"], "notebooks": []}


def first(out: Path) -> None:
    """Put the first report in an archive."""
    add(out, report(PERIOD), NEW)


def again(out: Path) -> None:
    """Put a report in the place of an older one."""
    add(out, report(PERIOD, run="again"), NEW)


def part(out: Path) -> None:
    """Put a report in an archive of some sectors, within that of the whole."""
    place = out / "waterschap"
    with transactions.writing(out, place), transactions.scratch(place, PERIOD) as made:
        (made / "index.html").write_text("new")
        hashes = manifest.hashes(made, [made / "index.html"])
        found = report(PERIOD, run="part", scope=SECTOR, outputs=hashes)
        transactions.put(made, found, place, out)


def withdraw(out: Path) -> None:
    """Withdraw a report."""
    transactions.withdraw(out, PERIOD, "The resolver hid addresses.")


CASES = {"first": first, "again": again, "part": part, "withdraw": withdraw}


def ended(out: Path, case: str, stop: int, moment: int) -> int:
    """Make the change in a process that ends at a moment; return its status, 0 if it came later."""
    if child := os.fork():
        return os.waitpid(child, 0)[1]
    moments = itertools.count()

    def end(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and str(arguments[0]).startswith(str(out)) and arguments[1] != "r"
        if (writes or event in CHANGES) and next(moments) == moment:
            os.kill(os.getpid(), stop)

    if stop == signal.SIGTERM:  # as the command does: all that is open is closed
        signal.signal(stop, lambda *_: sys.exit(130))
    sys.addaudithook(end)
    with contextlib.suppress(SystemExit):
        CASES[case](out)
    os._exit(0 if next(moments) <= moment else 1)


def files(out: Path) -> dict[str, bytes]:
    """Return the bytes of all files of an archive, without the moment of a withdrawal."""
    moment = rb"20\d\d-\d\d-\d\dT[\d:]+Z|[0-9a-f]{64}"
    return {
        path.relative_to(out).as_posix(): re.sub(moment, b"", path.read_bytes())
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def wrong(out: Path, exchanges: bool, whole: list[dict[str, bytes]]) -> str:
    """Return what is wrong with an archive after its change was ended, and after the next run."""
    for folder in out.glob("**/????-??"):
        if not folder.parent.name.startswith((".", "_")):
            found = stored.read(folder / stored.RUN)
            if not all((folder / name).is_file() for name in found["outputs"]):
                return f"{folder} is not whole"
    if exchanges and whole[0] and not (out / PERIOD).is_dir():
        return "the older report is away"
    for one in (out / "waterschap", out):
        if one.is_dir():
            with transactions.writing(out, one):
                pass
            if (one / stored.INDEX).exists():
                held = archive.by_manifests(one)
                if stored.read(one / stored.INDEX) != archive.index(one, held):
                    return f"{one}: its index is not that of its reports"
    if (now := files(out)) not in whole:
        names = [name for one in whole for name in sorted(now.keys() ^ one.keys())]
        return f"neither as before nor as after: {names}"
    empty = [path for path in out.glob("*/**/") if not any(path.iterdir())]
    empty = [path for path in empty if path.parent != out or path.name != "waterschap"]
    return f"left: {empty}" if empty else ""


def main(place: str, case: str, stop: str, step: str, system: str) -> None:
    """Try every moment; print what was found as JSON."""
    folder, number = Path(place), getattr(signal, stop)
    if system == "other":
        sys.platform = "other"
    old, after = folder / "old", folder / "after"
    old.mkdir()
    if case != "first":
        add(old, report("2026-09"), OLD)
        add(old, report(PERIOD), OLD)
    shutil.copytree(old, after)
    CASES[case](after)
    archive_pages.write(after, archive.months(after))  # all is loaded before the first fork
    whole, bad = [files(old), files(after)], {}
    for moment in itertools.count(0, int(step)):
        out = folder / "tried" / "reports"
        shutil.copytree(old, out)
        status = ended(out, case, number, moment)
        if problem := wrong(out, system != "other", whole):
            bad[moment] = problem
        shutil.rmtree(out.parent)
        if status == 0:
            break
    sys.stdout.write(json.dumps({"moments": moment, "wrong": bad}))


if __name__ == "__main__":
    main(*sys.argv[1:])
