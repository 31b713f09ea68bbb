"""A change to an archive or a log, ended at every file operation of it; run as a program.

``python interrupted.py FOLDER CASE SIGNAL STEP SYSTEM``: FOLDER is an empty one, and of all moments
every STEPth is tried. SYSTEM ``other`` is one that cannot let two folders change places. Prints how
many moments there were, and what was wrong after each.

Killed, a run leaves what is on disk at that moment: the change is made once, and the folder copied
at every moment. With SIGTERM it tidies up first: the change is made as often, and a whole report by
a process that forks at every moment; SYSTEM ``once`` ends this process so, at the moment STEP.
"""

import contextlib
import io
import itertools
import json
import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from types import FrameType

from crashing import SUBJECTS, Remembering, write_zones
from months import add, report
from tiny import GOOD, World

from v6monitor import hashes
from v6monitor.dns import log
from v6monitor.dns.journal import journal_of
from v6monitor.dns.recording import Task, record
from v6monitor.dns.shards import Parts, Shard
from v6monitor.report import archive, stored, transactions
from v6monitor.report.runner import make

OLD = {"index.html": "old", "index.en.html": "old", "letters/001.html": "old"}
NEW = {"index.html": "new", "index.en.html": "new", "30_adoption.html": "new"}
PERIOD = "2026-10"
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "ctypes.dlsym"}
LONGEST = 60  # seconds in which a process that was asked to end does so
SECTOR = {"sectors": ["waterschap"], "notebooks": []}


executed = [False]
"""Whether the notebooks of the report that is being made have run."""


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
        outputs = hashes.below(made, [made / "index.html"])
        found = report(PERIOD, run="part", scope=SECTOR, outputs=outputs)
        transactions.put(made, found, place, out)


def withdraw(out: Path) -> None:
    """Withdraw a report."""
    transactions.withdraw(out, PERIOD, "The resolver hid addresses.")


Change = Callable[[Path], None]
Attack = tuple[Change, Callable[[Path], Callable[[Path], str]]]
"""A change to a folder; and what makes, of the folder after it, a check of one that was ended."""

CASES: dict[str, Change] = {"first": first, "again": again, "part": part, "withdraw": withdraw}


def whole_report(out: Path, world: World, plan: Path) -> None:
    """Make a report with a notebook."""
    world.out = out
    make(world.request(plan), lambda text, *_: executed.append(text == "writing the pages"))


def at_every_moment(out: Path, do: Callable[[], object]) -> None:
    """Call at every file operation from here on; also at those of threads, writes among them."""
    busy = threading.Lock()

    def look(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and str(arguments[0]).startswith(str(out)) and arguments[1] != "r"
        if (writes or event in CHANGES) and busy.acquire(blocking=False):
            do()
            busy.release()

    def written(_frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and isinstance(getattr(called, "__self__", None), io.FileIO):
            look(f"os.{getattr(called, '__name__', '')}", ())
        elif event == "c_return" and called is io.open:  # emptied, if it was for writing
            look("os.truncate", ())

    CHANGES.update({"os.write", "os.truncate"})
    sys.addaudithook(look)
    threading.setprofile(written)
    sys.setprofile(written)


def copied(out: Path, kept: Path, change: Change) -> int:
    """Make a change, and copy the folder at every moment; return how many there were."""
    moments = itertools.count()
    going = True

    def copy() -> None:
        if going:
            with contextlib.suppress(OSError, shutil.Error):  # a kernel writes at the same time
                shutil.copytree(out, kept / f"{next(moments)}" / out.name, symlinks=True)

    at_every_moment(out, copy)
    change(out)
    going = False
    return next(moments)


def forked(out: Path, kept: Path, change: Change, step: int) -> None:
    """Make a report; at every moment after its notebooks a copy of this process is ended.

    The copy finds a copy of the folder in its place; the kernels, which both have, are needed no
    more. Of earlier moments, and those that are passed over, only an empty folder is kept.
    """
    moments, this = itertools.count(), os.getpid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))

    def end() -> None:
        if os.getpid() != this:
            return
        place = kept / f"{(moment := next(moments))}"
        place.mkdir(parents=True)
        if moment % step or not executed[-1]:
            return
        out.rename(place / "own")
        shutil.copytree(place / "own", out, symlinks=True)
        if child := os.fork():
            os.waitpid(child, 0)
            out.rename(place / "after")
            (place / "own").rename(out)
        else:
            signal.alarm(LONGEST)
            os.kill(os.getpid(), signal.SIGTERM)

    at_every_moment(out, end)
    change(out)


def apart(call: Callable[[], None]) -> None:
    """Call in a process of its own, so that none gets the kernels of another."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    with contextlib.suppress(SystemExit):
        call()
    os._exit(0)


def ended(out: Path, change: Change, moment: int) -> None:
    """Make the change in a process that SIGTERM ends at a moment."""
    apart(partial(stopped, out, change, signal.SIGTERM, moment))


def stopped(out: Path, change: Change, stop: int, moment: int) -> None:
    """Make the change until a signal at a moment; what SIGTERM ends, closes all that is open."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    moments = itertools.count()
    at_every_moment(out, lambda: next(moments) == moment and os.kill(os.getpid(), stop))
    change(out)


def files(out: Path) -> dict[str, bytes]:
    """Return the bytes of all files of an archive, without the moment of a withdrawal."""
    moment = rb"20\d\d-\d\d-\d\dT[\d:]+(Z|[+]00:00)|[0-9a-f]{64}"
    return {
        path.relative_to(out).as_posix(): re.sub(moment, b"", path.read_bytes())
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def wrong(out: Path, whole: list[dict[str, bytes]]) -> str:
    """Return what is wrong with an archive after its change was ended, and after the next run."""
    if sys.platform == "linux" and whole[0] and not (out / PERIOD).is_dir():
        return "the older report is away"
    found = broken(out)
    if not found and (now := files(out)) not in whole:
        names = [name for one in whole for name in sorted(now.keys() ^ one.keys())]
        return f"neither as before nor as after: {names}"
    return found


def broken(out: Path) -> str:
    """Return what is wrong with the reports of an archive, and after the next run with the rest."""
    for folder in out.glob("**/????-??"):
        if not any(name.startswith((".", "_")) for name in folder.relative_to(out).parts):
            found = stored.read(folder / stored.RUN)["outputs"]
            if found != hashes.below(folder, filter(Path.is_file, map(folder.joinpath, found))):
                return f"{folder} is not whole"
    indexes = [one for one in (out / "waterschap", out) if (one / stored.INDEX).exists()]
    for one in indexes:
        stored.read(one / stored.INDEX)  # whole at any moment
    with transactions.writing(out):
        pass
    for one in (out / "waterschap", out):
        if (one / stored.INDEX).exists():
            held = archive.by_manifests(one)
            if stored.read(one / stored.INDEX) != archive.index(one, held):
                return f"{one}: its index is not that of its reports"
    empty = [path for path in out.glob("*/**/") if not any(path.iterdir())]
    left = [*empty, *out.glob("**/.*")]
    return f"left: {left}" if left else ""


def wrong_log(again: Change, old: log.pa.Table, new: log.pa.Table, out: Path) -> str:
    """Return what is wrong with a log after its run was killed, and after the next one."""
    file = out / "obs.parquet"
    if answers(file) not in (old, new):
        return "the log is neither the old nor the new one"
    if journal_of(file).exists() or answers(file) == old:  # else the command asks nothing
        ended(out, again, -1)  # by another process
    if answers(file) != new:
        return "the log is not whole"
    left = sorted(path.name for path in out.iterdir())
    return f"left: {left}" if left != [file.name] else ""


def looked_up(out: Path, asked: Collection[tuple[str, str]], port: int, rate: float) -> None:
    """Look subjects up, or what their parts left open; go on with a run that was ended."""
    task = Task(resume=True, test=False)
    record(asked, [f"127.0.0.1:{port}"], out / "obs.parquet", task, rate=rate)


def answers(file: Path) -> log.pa.Table:
    """Return the answers in a log, in order."""
    kept = ["qname", "qtype", "outcome", "answers"]
    return log.load(file).select(kept).sort_by([(name, "ascending") for name in kept[:2]])


def lookups(folder: Path, case: str, port: int) -> Attack:
    """Return a lookup, or a merge of one in shards, that takes the place of an older log."""
    old, new = folder / "old", folder / "undisturbed"
    for made in (old, new):
        made.mkdir()
    resolver, asked = [f"127.0.0.1:{port}"], SUBJECTS
    if case == "merge":
        paths = [folder / f"part-{number}.parquet" for number in (1, 2)]
        for number, path in enumerate(paths, start=1):
            record(SUBJECTS, resolver, path, Task(test=False, shard=Shard(number, 2)), rate=0.0)
        asked = Parts(paths)
    change = partial(looked_up, asked=asked, port=port)
    change(new, rate=0.0)
    record(SUBJECTS[:3], resolver, old / "obs.parquet", Task(test=False), rate=0.0)
    logs = [answers(one / "obs.parquet") for one in (old, new)]
    again = partial(change, rate=0.0)
    return partial(change, rate=300.0), lambda _: partial(wrong_log, again, *logs)


def reports(folder: Path, case: str) -> Attack:
    """Return a change to an archive, which is made too."""
    old = folder / "old"
    old.mkdir()
    change = CASES.get(case)
    if change is None:
        (folder / "in").mkdir()
        world = World(folder / "in")
        apart(partial(whole_report, old, world, world.plan("old", **{"10_all": GOOD})))
        other = world.plan("new", **{"10_all": ["# Which?", *GOOD[2:]]})
        change = partial(whole_report, world=world, plan=other)
    elif change is not first:
        add(old, report("2026-09"), OLD)
        add(old, report(PERIOD), OLD)
    return change, lambda after: partial(wrong, whole=[files(old), files(after)])


def main(place: str, case: str, stop: str, step: str, system: str) -> None:
    """Try every moment; print what was found as JSON."""
    folder, old = Path(place), Path(place) / "old"
    if system == "other":
        sys.platform = "other"
    with contextlib.ExitStack() as opened:
        if case in {"lookup", "merge"}:
            (folder / "zones").mkdir()
            write_zones(folder / "zones")
            server = opened.enter_context(Remembering(folder / "zones"))
            change, look = lookups(folder, case, server.port)
        else:
            change, look = reports(folder, case)
        if system == "once":
            stopped(old, change, getattr(signal, stop), int(step))
            return
        after, kept = folder / "after", folder / "kept"
        shutil.copytree(old, after)
        forks = (stop, case) == ("SIGTERM", "report")
        if forks:
            apart(partial(forked, after, kept, change, int(step)))
            moments = len([*kept.iterdir()])
        else:
            moments = copied(after, kept, change)
        bad, is_wrong = {}, look(after)
        for moment in range(0, moments, int(step)):
            out = kept / f"{moment}" / "after"
            if stop == "SIGTERM" and not (forks and out.exists()):
                shutil.rmtree(out, ignore_errors=True)
                shutil.copytree(old, out)
                ended(out, change, moment)
            if problem := is_wrong(out):
                bad[moment] = problem
    sys.stdout.write(json.dumps({"moments": moments, "wrong": bad}))


if __name__ == "__main__":
    main(*sys.argv[1:])
