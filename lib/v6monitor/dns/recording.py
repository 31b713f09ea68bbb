"""Which call keeps what was asked? From subjects to a log that survives being cut off."""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

import datetime as dt
import platform
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from v6monitor import __version__
from v6monitor.dns import journal, logfile, vantage
from v6monitor.dns.client import Client
from v6monitor.dns.confirm import Confirmation, Confirmed
from v6monitor.dns.earlier import Earlier
from v6monitor.dns.journal import Journal
from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.plan import RAISING, Besides, Plan
from v6monitor.dns.probes import Probes
from v6monitor.dns.resolvers import Resolver, parse
from v6monitor.dns.run import Progress, manners_for, observe, running
from v6monitor.dns.subjects import canonical, digest
from v6monitor.dns.table import microseconds, observations
from v6monitor.errors import UsageError, VantageError

DAY = dt.timedelta(days=1)


class Task(NamedTuple):
    """What a run is to do, besides asking."""

    resume: bool = False
    """Go on with the run that was cut off, if there is one."""
    reuse: Sequence[Path] = ()
    """Logs whose definite answers are taken over when they are no older than ``max_age``."""
    max_age: dt.timedelta = DAY
    test: bool = True
    """Test the resolvers first (``vantage``); one that fails stops the run."""
    probes: Probes | None = None
    besides: Besides | None = None
    """What else to ask about a mail domain."""
    confirm: Sequence[Path] = ()
    """Logs of an earlier run: what is lost against them is asked again at another resolver."""
    apart: dt.timedelta = dt.timedelta(0)
    """How long after the first answer; METHOD.md asks for an hour."""
    tell: Callable[[str], None] = print
    """Told what a user waits for."""
    must_answer: bool = True
    """Off: resolvers that cannot be used leave a log without rows that says so (``failure``)."""


class Recorded(NamedTuple):
    """What came of a run."""

    outcomes: Counter[str]
    """Rows by outcome."""
    kept: int
    """How many of them were in the journal that the run went on with."""
    reused: int
    """How many of them an earlier log gave."""
    losses: Confirmed | None
    """What became of the losses, if ``Task.confirm`` asked for that."""
    ignored: int = 0
    """Packets that came in while it asked and answered nothing."""


def record(  # noqa: PLR0913 - as lookup
    subjects: Collection[tuple[str, str]],
    resolvers: Sequence[str],
    path: Path,
    task: Task | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    **settings: Any,
) -> Recorded:
    """Ask as ``lookup`` does (its ``settings``), and keep the answers in a log at ``path``.

    While it asks, the answers stand in a journal beside the log (``journal.place``), which is left
    there by an error and by Ctrl-C, and which ``task.resume`` goes on with. Rows are in the order
    of asking.

    Raises UsageError when nothing can be written, or a journal is there and is not to be gone on
    with; InputError for a journal or an earlier log that is none; VantageError when no resolver
    can be used, or one fails the test.
    """
    task = task or Task()
    logfile.check_writable(path)
    chosen = parse(resolvers)
    manners = manners_for(chosen, **settings)
    _check_journal(journal.place(path), resume=task.resume)
    earlier = Earlier(task.reuse, dt.datetime.now(dt.UTC) - task.max_age) if task.reuse else None
    confirming = [logfile.load(file) for file in task.confirm]  # an error is told before asking
    session: dict[str, Any] = {
        "started": dt.datetime.now(dt.UTC).isoformat(),
        "resolvers": list(resolvers),
        "settings": {**manners._asdict(), "seed": seed},
        "vantage": {"tested": task.test, "checks": []},
    }
    with running(chosen) as there:
        try:
            usable = _usable(there, task, session)
        except VantageError as error:
            if task.must_answer:
                raise
            session["failure"] = str(error)
            logfile.save((), path, _provenance(subjects, [session]))
            return Recorded(Counter(), 0, 0, None)
        with Journal(journal.place(path), digest(subjects)) as kept:
            kept.note(session)
            plan = Plan(subjects, seed, kept.append, earlier, task.besides)
            before = _recall(plan, kept)
            with Client(usable, manners) as client:
                observe(plan, client, kept.append, progress, before)
            losses, ignored = None, client.ignored
            if confirming:
                confirmation = _confirmation(confirming, kept, subjects, task)
                confirmation.ask(usable, manners, task.apart)
                losses = confirmation.outcome()
                ignored += confirmation.ignored
            kept.finish()
            found = _finished(kept, subjects, path, before)
            return found._replace(losses=losses, ignored=ignored)


def _check_journal(path: Path, *, resume: bool) -> None:
    if path.exists() and not resume:
        raise UsageError(
            f"{path}: a run was cut off here; go on with it with --resume, or remove the file to "
            "begin anew"
        )


def _usable(found: Sequence[Resolver], task: Task, session: dict[str, Any]) -> list[Resolver]:
    if task.test:
        checks = vantage.examine(found, task.probes)
        session["vantage"]["checks"] = [check._asdict() for check in checks]
        usable = vantage.trusted(found, checks)
    else:
        usable = vantage.answering(found)
    if task.confirm and len(usable) == 1:
        raise UsageError(
            f"losses are confirmed at another resolver, and only {usable[0].label} answers: name "
            "a second one with --resolver"
        )
    return usable


def _recall(plan: Plan, kept: Journal) -> int:
    """Tell a plan what a journal holds; returns how many rows."""

    def asked() -> Iterator[Question]:
        for rows in kept.batches():
            names, types = (rows.column(name).to_pylist() for name in Question._fields)
            yield from map(Question._make, zip(names, types, strict=True))

    def raising() -> Iterator[Observation]:
        for rows in kept.batches():
            yield from observations(rows.filter(pc.is_in(rows["qtype"], pa.array(RAISING))))

    plan.recall(asked(), raising())
    return sum(rows.num_rows for rows in kept.batches())


def _confirmation(
    earlier: Sequence[pa.Table], kept: Journal, subjects: Iterable[tuple[str, str]], task: Task
) -> Confirmation:
    """Compare what a journal holds with earlier logs; all their rows are then in memory."""
    kept.flush()
    before = (row for table in earlier for row in _rows(table.to_batches()))
    rows = _rows(kept.batches())
    return Confirmation(before, rows, canonical(subjects), kept.append, task.tell)


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[Observation]:
    for rows in batches:
        yield from observations(rows)


def _finished(
    kept: Journal, subjects: Iterable[tuple[str, str]], path: Path, before: int
) -> Recorded:
    """Make the log of the journal, and take the journal away."""
    sessions = list(kept.notes())
    outcomes: Counter[str] = Counter()
    reused = 0
    since = microseconds(dt.datetime.fromisoformat(sessions[0]["started"]))
    for rows in kept.batches():
        outcomes.update(rows["outcome"].to_pylist())
        reused += sum(moment < since for moment in rows["asked_at"].view(pa.int64()).to_pylist())
    told = _provenance(subjects, sessions) | {"reused": reused}
    try:
        logfile.save(kept.batches(), path, told)
    except UsageError as error:
        raise UsageError(f"{error}: all answers are in {kept.path}, --resume ends it") from error
    kept.remove()
    return Recorded(outcomes, before, reused, None)


def _provenance(
    subjects: Iterable[tuple[str, str]], sessions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what ``log.provenance`` promises of a run that is finished now."""
    tests = [session["vantage"] for session in sessions]
    told = {
        "subjects": canonical(subjects),
        "resolvers": list(dict.fromkeys(name for one in sessions for name in one["resolvers"])),
        "started": sessions[0]["started"],
        "finished": dt.datetime.now(dt.UTC).isoformat(),
        "versions": {
            "v6monitor": __version__,
            "dnspython": version("dnspython"),
            "python": platform.python_version(),
        },
        "settings": sessions[-1]["settings"],
        "sessions": len(sessions),
        "vantage": {
            "tested": all(test["tested"] for test in tests),
            "checks": [check for test in tests for check in test["checks"]],
        },
    }
    failures = {name: one[name] for one in sessions for name in one if name == "failure"}
    return told | failures
