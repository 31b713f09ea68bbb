"""A run of lookups that keeps a log, and survives being cut off."""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

import datetime as dt
import platform
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from v6monitor import __version__
from v6monitor.dns import arrow, log, vantage
from v6monitor.dns.client import Client
from v6monitor.dns.ipv6_only import Again, Controls, marked
from v6monitor.dns.journal import Journal, journal_of
from v6monitor.dns.name_list import canonical, digest
from v6monitor.dns.observation import (
    DEFINITE,
    IPV6_ONLY,
    OK,
    Observation,
    Question,
    is_readable,
    over_ipv6_only,
)
from v6monitor.dns.plan import ADDRESSES, ExtraQuestions, Plan, Questions
from v6monitor.dns.resolvers import Resolver, parse
from v6monitor.dns.retry import Policy
from v6monitor.dns.run import Progress, observe, policy_for, running
from v6monitor.dns.shards import Parts, Shard, Share, gather
from v6monitor.errors import UsageError, VantageError

DAY = dt.timedelta(days=1)

Recheck = Callable[[list[Observation]], Iterator[Iterable[Observation]]]
"""Given the rows of a run, yields those whose questions are to be asked again at another resolver.

It may do so several times: the answers of each round are added to the list before the next.
"""

Choose = Callable[[list[Observation], Iterable[tuple[str, str]]], Iterable[Question]]
"""Given the rows of a run and its subjects, returns what is asked again without IPv4."""

_NAP = 0.2  # seconds


class Task(NamedTuple):
    """Options of a run, besides the policy of its queries."""

    resume: bool = False
    """Go on with the run that was cut off, if there is one."""
    reuse: Sequence[Path] = ()
    """Logs whose definite answers are used again when they are no older than ``max_age``."""
    max_age: dt.timedelta = DAY
    test: bool = True
    """Test the resolvers first (``vantage``); one that fails stops the run."""
    probes: vantage.Probes | None = None
    extra: ExtraQuestions | None = None
    """Further questions about a mail domain."""
    recheck: Recheck | None = None
    """Chooses what is asked again at another resolver when the run is over."""
    recheck_after: dt.timedelta = dt.timedelta(0)
    """How long after the first answer; METHOD.md asks for an hour."""
    notify: Callable[[str], object] = str  # nobody hears of it
    """Called with what a user has to wait for."""
    must_answer: bool = True
    """Off: resolvers that cannot be used give a log without rows that says so (``failure``)."""
    ipv6_only: Sequence[str] = ()
    """Resolvers that may not use IPv4, for a second pass over what ``choose`` returns."""
    choose: Choose | None = None
    shard: Shard | None = None
    """Ask about names of this shard only; the log is a part of a whole (``shards``)."""


class Recorded(NamedTuple):
    """Summary of a run."""

    outcomes: Counter[str]
    """Rows by outcome."""
    kept: int
    """How many of them were in the journal of the run that was resumed."""
    reused: int
    """How many of them are from an earlier log."""
    ignored: int = 0
    """Packets that came in and answered no query."""
    ipv6_only: Counter[str] | None = None
    """Rows by outcome of the resolvers that may not use IPv4; ``outcomes`` has all others."""


def record(  # noqa: PLR0913 - each is a setting with a good default
    subjects: Collection[tuple[str, str]],
    resolvers: Sequence[str],
    path: Path,
    task: Task | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    **settings: Any,
) -> Recorded:
    """Ask about subjects, keep the answers in a log at ``path``, and return a summary.

    Until it ends they are in a journal beside it, which ``task.resume`` goes on with. Of the
    ``Parts`` of a run in shards all rows are kept, and what they leave open is asked.
    """
    task = task or Task()
    log.check_writable(path)
    chosen, second = parse(resolvers), marked(task.ipv6_only)
    policy = policy_for(chosen, **settings)
    if journal_of(path).exists() and not task.resume:
        raise UsageError(
            f"{journal_of(path)}: a run was cut off here; resume it with --resume, or remove "
            "the file to begin anew"
        )
    known = KnownAnswers(task.reuse, dt.datetime.now(dt.UTC) - task.max_age) if task.reuse else None
    session: dict[str, Any] = {
        "started": dt.datetime.now(dt.UTC).isoformat(),
        "resolvers": list(resolvers),
        "settings": {**policy._asdict(), "seed": seed},
        "vantage": {"tested": task.test, "checks": []},
    }
    if second:
        session["ipv6_only"] = list(task.ipv6_only)
    if task.extra:
        session["predicted"] = True
    if isinstance(subjects, Parts):
        gather(subjects, path)
    subjects, about = _share(subjects, task.shard, session)
    with running([*chosen, *second]) as there:
        second = there[len(chosen) :]
        try:
            usable = _usable(there[: len(chosen)], task, session)
            second = _usable_too(second, task, session)
        except VantageError as error:
            if task.must_answer:
                raise
            session["failure"] = str(error)
            log.save((), path, _provenance(subjects, [session]))
            return Recorded(Counter(), 0, 0)
        with (
            Journal(journal_of(path), about) as journal,
            log.Writer(path) as writer,
        ):
            journal.note(session)
            made = _Log(journal, writer)

            def on_wait(questions: int, seconds: float) -> None:
                names = "1 question" if questions == 1 else f"{questions:,} questions"
                task.notify(
                    f"waits {seconds:.0f} s to ask {names} again that failed at a server "
                    "(resolvers keep a failure for 5 s)"
                )
                journal.flush()
                made.add()

            plan = Plan(
                subjects,
                seed,
                settle=journal.append,
                known=known,
                extra=task.extra,
                owns=task.shard.owns if task.shard else None,
            )
            before = _recall(plan, journal)
            asking = partial(observe, keep=journal.append, progress=progress, on_wait=on_wait)
            with Client(usable, policy) as client:
                asking(plan, client, done=before)
            del plan  # its memory is wanted for the end
            ignored = client.ignored
            if task.recheck:
                ignored += _ask_again(task, usable, policy, journal)
            if second and (again := _second_pass(task, second, canonical(subjects), journal)):
                policy = policy_for(second, **settings)
                with Client(second, policy) as client:
                    asking(again, client)
                ignored += client.ignored
            made.finish(subjects)
            return Recorded(made.outcomes, before, made.reused, ignored, made.ipv6_only)


class KnownAnswers:
    """Definite, readable answers of logs since a moment, by question; of several the latest."""

    def __init__(self, paths: Sequence[Path], since: dt.datetime) -> None:
        table = pa.concat_tables([log.load(path) for path in paths])
        definite = np.isin(np.array(table["outcome"].to_pylist(), str), sorted(DEFINITE))
        labels = np.array(table["resolver"].to_pylist(), str)
        definite &= ~np.char.startswith(labels, IPV6_ONLY)
        asked_at = table["asked_at"].to_numpy().astype(np.int64)
        chosen = np.flatnonzero(definite & (asked_at >= arrow.microseconds(since)))
        kept = table.take(chosen[np.argsort(-asked_at[chosen], kind="stable")])
        self._rows = kept.combine_chunks().to_batches()[0] if len(kept) else arrow.batch([])
        names, types = (self._rows[name].to_pylist() for name in Question._fields)
        keys = (hash(Question(*question)) for question in zip(names, types, strict=True))
        found = np.fromiter(keys, np.int64, self._rows.num_rows)
        self._order = np.argsort(found, kind="stable")
        self._keys = found[self._order]

    def __call__(self, question: Question) -> Observation | None:
        """Return the answer to a question; None when there is none."""
        place = int(np.searchsorted(self._keys, hash(question)))
        if place == len(self._keys) or self._keys[place] != hash(question):
            return None
        row = next(arrow.observations(self._rows.slice(int(self._order[place]), 1)))
        readable = all(is_readable(row.qtype, text) for text in row.answers)
        usable = row.outcome != OK or (row.answers and readable)
        return row if row[:2] == question and usable else None


def _share(
    subjects: Collection[tuple[str, str]], shard: Shard | None, session: dict[str, Any]
) -> tuple[Collection[tuple[str, str]], str]:
    """Return the subjects that are a shard's, and what the journal is about."""
    about = subjects.about if isinstance(subjects, Parts) else digest(subjects)
    if shard is None:
        return subjects, about
    session["shard"] = {**shard._asdict(), "list": about}
    return Share(subjects, shard), digest([(f"{shard.number}/{shard.of}", about)])


def _usable(found: Sequence[Resolver], task: Task, session: dict[str, Any]) -> list[Resolver]:
    if task.test:
        checks = vantage.examine(found, task.probes)
        session["vantage"]["checks"] = [check._asdict() for check in checks]
        usable = vantage.trusted(found, checks)
    else:
        usable = vantage.answering(found)
    if task.recheck and len(usable) == 1:
        raise UsageError(
            f"losses are confirmed at another resolver, and only {usable[0].label} answers: name "
            "a second one with --resolver"
        )
    return usable


def _usable_too(found: Sequence[Resolver], task: Task, session: dict[str, Any]) -> list[Resolver]:
    """Return the IPv6-only resolvers that pass the test, which they are never spared."""
    if not found:
        return []
    if not vantage.probes_of(found[0], task.probes).rewriting:
        raise UsageError(
            "an IPv6-only resolver is watched with names below the zone of the check `rewriting`: "
            "leave out --probe rewriting=, or name a zone that is delegated over IPv6"
        )
    checks = vantage.examine(found, task.probes)
    session["vantage"]["checks"] += [check._asdict() for check in checks]
    try:
        return vantage.trusted(found, checks)
    except VantageError as error:
        if task.must_answer:
            raise
        session["ipv6_only_failure"] = str(error)
        return []


def _second_pass(
    task: Task,
    resolvers: Sequence[Resolver],
    subjects: Iterable[tuple[str, str]],
    journal: Journal,
) -> Again | None:
    """Return what is to be asked of the IPv6-only resolvers now, all rows in memory."""
    rows = _rows(journal)
    asked = {row[:2] for row in rows if over_ipv6_only(row)}
    chosen = task.choose(rows, subjects) if task.choose else ()
    questions = [question for question in dict.fromkeys(chosen) if question not in asked]
    probes = vantage.probes_of(resolvers[0], task.probes)
    controls = Controls(probes.rewriting, probes.ipv4_only)
    return Again(questions, controls, resolvers) if questions else None


def _rows(journal: Journal) -> list[Observation]:
    journal.flush()
    return [row for part in journal.batches() for row in arrow.observations(part)]


def _recall(plan: Plan, journal: Journal) -> int:
    """Give a plan what a journal holds; return how many rows that is."""
    number = 0

    def asked() -> Iterator[Question]:
        nonlocal number
        for rows in journal.batches():
            number += rows.num_rows
            names, types = (rows.column(name).to_pylist() for name in Question._fields)
            yield from map(Question._make, zip(names, types, strict=True))

    answers = (row for rows in journal.batches() for row in arrow.observations(_telling(rows)))
    plan.recall(asked(), (row for row in answers if not over_ipv6_only(row)))
    return number


def _telling(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return the rows that may raise questions: of most types only those that say something."""
    import pyarrow.compute as pc  # noqa: PLC0415 - for a run that goes on

    kind = rows["qtype"]
    address = pc.is_in(kind, pa.array(ADDRESSES))
    telling = pc.greater(pc.list_value_length(rows["answers"]), 0)
    for one in (
        pc.is_in(kind, pa.array(["MX", "NS"])),
        pc.starts_with(rows["qname"], "autodiscover."),
    ):
        telling = pc.or_(telling, one)
    aliased = pc.greater(pc.list_value_length(rows["chain"]), 0)
    return rows.filter(pc.if_else(address, aliased, telling))


def _ask_again(task: Task, resolvers: Sequence[Resolver], policy: Policy, journal: Journal) -> int:
    """Ask again what ``task.recheck`` chooses, all rows in memory; return the stray packets."""
    rows = [row for row in _rows(journal) if not over_ipv6_only(row)]
    ignored = 0
    for chosen in task.recheck(rows) if task.recheck else ():
        by_resolver = defaultdict(list)
        answered = Counter((row.qname, row.qtype, row.resolver) for row in rows)
        latest = dt.datetime.min.replace(tzinfo=dt.UTC)
        for row in chosen:
            question = Question(row.qname, row.qtype)
            latest = max(latest, row.asked_at)
            others = [one for one in resolvers if one.label != row.resolver]
            least = min(others, key=lambda one: answered[*question, one.label])
            by_resolver[least].append(question)
        if by_resolver:
            number = sum(map(len, by_resolver.values()))
            _wait_until(latest + task.recheck_after, number, task.notify)
        for resolver, questions in by_resolver.items():
            with Client([resolver], policy) as client:
                for row in client.run(Questions(questions)):
                    journal.append(row)
                    rows.append(row)
            ignored += client.ignored
    return ignored


def _wait_until(moment: dt.datetime, questions: int, notify: Callable[[str], object]) -> None:
    if dt.datetime.now(dt.UTC) < moment:
        notify(f"waits until {moment:%H:%M:%S} UTC to ask {questions:,} questions again")
    while dt.datetime.now(dt.UTC) < moment:
        time.sleep(_NAP)


class _Log:
    """The log of a journal, written in steps."""

    def __init__(self, journal: Journal, writer: log.Writer) -> None:
        self._journal = journal
        self._writer = writer
        self._added = 0  # batches
        started = next(journal.notes())["started"]
        self._since = arrow.microseconds(dt.datetime.fromisoformat(started))
        self.outcomes: Counter[str] = Counter()
        self.ipv6_only: Counter[str] = Counter()
        self.reused = 0

    def add(self) -> None:
        """Write what the journal has by now."""
        with self._kept():
            self._writer.add(self._new())

    def finish(self, subjects: Iterable[tuple[str, str]]) -> None:
        """Write the rest, and delete the journal."""
        self._journal.finish()
        self.add()
        made = _provenance(subjects, list(self._journal.notes())) | {"reused": self.reused}
        with self._kept():
            self._writer.finish(made)
        self._journal.remove()

    def _new(self) -> Iterator[pa.RecordBatch]:
        for rows in islice(self._journal.batches(), self._added, None):
            self._added += 1
            for outcome, label in zip(
                rows["outcome"].to_pylist(), rows["resolver"].to_pylist(), strict=True
            ):
                kind = self.ipv6_only if label.startswith(IPV6_ONLY) else self.outcomes
                kind[outcome] += 1
            moments = rows["asked_at"].view(pa.int64()).to_pylist()
            self.reused += sum(moment < self._since for moment in moments)
            yield rows

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except UsageError as error:
            kept = f"all answers are in {self._journal.path}, --resume ends it"
            raise UsageError(f"{error}: {kept}") from error


def _provenance(
    subjects: Iterable[tuple[str, str]], sessions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what ``log.provenance`` promises of a run that is finished now."""
    tests = [session["vantage"] for session in sessions]
    kept = ("failure", "ipv6_only", "ipv6_only_failure", "predicted")
    said = {name: one[name] for one in sessions for name in kept if name in one}
    said |= {name: one for name, one in sessions[-1].items() if name == "shard"}
    return said | {
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
