"""How does each engine do one job? In a process of its own, its answers checked against the truth.

``python lookups_engines.py ENGINE JOB PORT DOMAINS`` prints what it took as JSON. JOB is a file of
questions, or of domains for the engines in ``FROM_NAMES``. The clock runs while it asks and
decodes, not while it is imported; the world that knows the truth is made after that, so that memory
is the engine's own.
"""

# ruff: noqa: PLC0415, T201 - only the process that uses an engine imports it, and it prints

import asyncio
import functools
import itertools
import json
import queue
import re
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from lookups_world import Question, World, first_questions, hosts

WINDOW = 300
TIMEOUT = 1.0
SHORT = 3
ATTEMPTS = 8
"""Of those engines that let one choose: enough for a line that loses one message in ten."""


class Found(NamedTuple):
    """What an engine tells of a question; an ``outcome`` of "" is one that it does not tell."""

    outcome: str
    records: tuple[str, ...] = ()


class Result(NamedTuple):
    """What came of a job."""

    found: dict[Question, Found]
    asked: int
    """Questions that the caller put to the engine."""
    sent: int = 0
    """Messages, where the engine tells."""


Ask = Callable[[Question], Awaitable[Found]]


# v6monitor


def _manners() -> dict[str, Any]:
    return {"timeout": TIMEOUT, "attempts": ATTEMPTS, "pause": 0.0, "rate": 0.0}


def _told(rows: Iterable[Any]) -> Result:
    rows = list(rows)
    found = {(row.qname, row.qtype): Found(row.outcome, tuple(row.answers)) for row in rows}
    return Result(found, len(rows), sum(row.attempts for row in rows))


def v6monitor(job: list[str], port: int) -> Result:
    """Ask a list of questions."""
    from v6monitor.lookups.asking import Manners
    from v6monitor.lookups.client import Client
    from v6monitor.lookups.observation import Question as Asked
    from v6monitor.lookups.resolvers import parse
    from v6monitor.lookups.work import Questions

    questions = Questions(Asked(*line.split()) for line in job)
    manners = Manners(**_manners(), concurrency=WINDOW)
    with Client(parse([f"127.0.0.1:{port}"]), manners) as client:
        rows = list(client.run(questions))
    return _told(rows)


def v6monitor_names(job: list[str], port: int) -> Result:
    """Ask all about a list of domains, and keep it in a log."""
    from v6monitor.lookups import log, recording

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "observations.parquet"
        task = recording.Task(test=False)
        recording.record(
            _subjects(job), [f"127.0.0.1:{port}"], path, task, **_manners(), concurrency=WINDOW
        )
        if not _clocks:  # the short run before: reading would count as memory
            return Result({}, 0)
        _stop_the_clock()
        return _told(log.read(path).itertuples(index=False))


def v6monitor_unlogged(job: list[str], port: int) -> Result:
    """Ask all about a list of domains, and keep nothing."""
    from v6monitor.lookups.asking import Manners
    from v6monitor.lookups.client import Client
    from v6monitor.lookups.plan import Plan
    from v6monitor.lookups.resolvers import parse

    manners = Manners(**_manners(), concurrency=WINDOW)
    with Client(parse([f"127.0.0.1:{port}"]), manners) as client:
        asked = sum(1 for _ in client.run(Plan(_subjects(job))))
    return Result({}, asked)


def _subjects(job: list[str]) -> list[tuple[str, str]]:
    return [(domain, kind) for domain in job for kind in ("mail", "web")]


# dnspython, as most people write it


def _naive(port: int) -> Ask:
    import dns.asyncresolver
    import dns.exception
    import dns.resolver

    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    resolver.timeout, resolver.lifetime = TIMEOUT, TIMEOUT * ATTEMPTS
    window = asyncio.Semaphore(WINDOW)

    async def ask(question: Question) -> Found:
        async with window:
            try:
                answer = await resolver.resolve(*question, raise_on_no_answer=False)
            except dns.resolver.NXDOMAIN:
                return Found("nxdomain")
            except dns.resolver.NoNameservers:
                return Found("servfail")
            except dns.exception.Timeout:
                return Found("timeout")
            records = tuple(record.to_text() for record in answer.rrset or ())
            return Found("ok" if records else "nodata", records)

    return ask


async def _each(ask: Ask, questions: list[Question]) -> Result:
    answers = await asyncio.gather(*(ask(question) for question in questions))
    return Result(dict(zip(questions, answers, strict=True)), len(questions))


def _questions(job: list[str]) -> list[Question]:
    return [(name, qtype) for name, qtype in map(str.split, job)]


def naive(job: list[str], port: int) -> Result:
    """Ask a list of questions, a task each and a semaphore."""

    async def work() -> Result:
        return await _each(_naive(port), _questions(job))

    return asyncio.run(work())


def naive_names(job: list[str], port: int, *, once: bool = False) -> Result:
    """Ask all about a list of domains, a task each; ``once``: each question once."""
    found: dict[Question, Found] = {}
    known: dict[Question, asyncio.Task[Found]] = {}
    asked = [0]

    async def work() -> None:
        send = _naive(port)

        async def ask(question: Question) -> Found:
            if once and question in known:
                return await known[question]
            asked[0] += 1
            known[question] = task = asyncio.ensure_future(send(question))
            found[question] = await task
            return found[question]

        await asyncio.gather(*(_domain(ask, domain) for domain in job))

    asyncio.run(work())
    return Result(found, asked[0])


def naive_names_once(job: list[str], port: int) -> Result:
    """Ask all about a list of domains, each question once."""
    return naive_names(job, port, once=True)


async def _domain(ask: Ask, domain: str) -> None:
    questions = first_questions(domain)
    answers = await asyncio.gather(*(ask(question) for question in questions))
    more = []
    for (_, qtype), answer in zip(questions, answers, strict=True):
        for host in hosts(qtype, [record.rstrip(".") for record in answer.records]):
            more += [ask((host, "A")), ask((host, "AAAA"))]
            more += [_name_servers(ask, host)] if qtype == "MX" else []
    await asyncio.gather(*more)


async def _name_servers(ask: Ask, name: str) -> None:
    """Seek name servers label by label upward, and their addresses."""
    while True:
        answer = await ask((name, "NS"))
        if answer.records or name.count(".") == 1:
            break
        name = name.partition(".")[2]
    for host in hosts("NS", [record.rstrip(".") for record in answer.records]):
        await asyncio.gather(ask((host, "A")), ask((host, "AAAA")))


# c-ares


_ARES = {1: "nodata", 3: "servfail", 4: "nxdomain"}


def _ares_type(ares: Any, qtype: str) -> int:
    return int(getattr(ares, f"QUERY_TYPE_{qtype}"))


def _ares_found(result: Any, error: int | None, kind: str) -> Found:
    if error:
        return Found(_ARES.get(error, f"error {error}"))
    data = [record.data for record in result.answer if type(record.data).__name__ == kind]
    return Found("ok" if data else "nodata", tuple(map(_ares_record, data)))


def _ares_record(data: Any) -> str:
    if hasattr(data, "exchange"):
        return f"{data.priority} {data.exchange}"
    if hasattr(data, "data"):
        return str(data.data.decode("latin-1"))
    fields = (name for name in ("addr", "nsdname", "cname") if hasattr(data, name))
    return str(getattr(data, next(fields)))


def _put(answers: queue.SimpleQueue[Any], *told: Any) -> None:
    answers.put(told)


def pycares(job: list[str], port: int) -> Result:
    """Ask a list of questions, the next one when an answer comes."""
    import pycares as ares

    questions = _questions(job)
    answers: queue.SimpleQueue[tuple[Question, Any, int | None]] = queue.SimpleQueue()
    channel = ares.Channel(servers=[f"127.0.0.1:{port}"], timeout=TIMEOUT, tries=ATTEMPTS)
    found: dict[Question, Found] = {}
    waiting = iter(questions)

    def ask() -> None:
        for question in itertools.islice(waiting, 1):
            callback = functools.partial(_put, answers, question)
            channel.query(question[0], _ares_type(ares, question[1]), callback=callback)

    for _ in range(WINDOW):
        ask()
    while len(found) < len(questions):
        question, result, error = answers.get()
        ask()
        found[question] = _ares_found(result, error, f"{question[1]}RecordData")
    return Result(found, len(questions))


def aiodns(job: list[str], port: int) -> Result:
    """Ask a list of questions, a task each and a semaphore."""
    import aiodns as ares

    async def work() -> Result:
        resolver = ares.DNSResolver([f"127.0.0.1:{port}"], timeout=TIMEOUT, tries=ATTEMPTS)
        window = asyncio.Semaphore(WINDOW)

        async def ask(question: Question) -> Found:
            async with window:
                try:
                    result = await resolver.query_dns(*question)
                except ares.error.DNSError as error:
                    return _ares_found(None, error.args[0], "")
            return _ares_found(result, None, f"{question[1]}RecordData")

        return await _each(ask, _questions(job))

    return asyncio.run(work())


# Rust and C


def blastdns(job: list[str], port: int) -> Result:
    """Ask a list of questions, one batch per type at the same time; failures are not told."""
    import blastdns as blast

    questions = _questions(job)
    found = dict.fromkeys(questions, Found(""))

    async def work() -> None:
        settings = blast.ClientConfig(
            max_concurrency=WINDOW, max_inflight_per_resolver=WINDOW, adaptive=False,
            request_timeout_ms=int(1000 * TIMEOUT), max_retries=ATTEMPTS, cache_capacity=0,
            purgatory_threshold=0,
        )  # fmt: skip
        client = blast.Client([f"127.0.0.1:{port}"], settings)

        async def batch(qtype: str) -> None:
            names = [name for name, of_type in questions if of_type == qtype]
            async for name, _, records in client.resolve_batch(names, qtype):
                passed = qtype in {"A", "AAAA"}  # the CNAMEs passed stand among addresses
                kept = [one for one in records if not (passed and one.endswith("."))]
                found[name, qtype] = Found("", tuple(kept))

        await asyncio.gather(*(batch(qtype) for qtype in {qtype for _, qtype in questions}))

    asyncio.run(work())
    return Result(found, len(questions))


def libunbound(job: list[str], port: int) -> Result:
    """Ask a list of questions; record data are read after the clock."""
    import select

    import dns.rdata
    import dns.rdatatype
    import unbound

    context = unbound.ub_ctx()
    context.set_option("do-not-query-localhost:", "no")
    context.set_option("do-ip6:", "no")
    context.set_option("module-config:", "iterator")
    context.set_fwd(f"127.0.0.1@{port}")
    questions = _questions(job)
    raw: dict[Question, tuple[int, bool, list[bytes]]] = {}

    def take(question: Question, status: int, result: Any) -> None:
        data = list(result.data.raw) if status == 0 and result.havedata else []
        raw[question] = status or result.rcode, bool(status == 0 and result.nxdomain), data

    started = 0
    while len(raw) < len(questions):
        while started < len(questions) and started - len(raw) < WINDOW:
            name, qtype = questions[started]
            context.resolve_async(name, questions[started], take, dns.rdatatype.from_text(qtype), 1)
            started += 1
        select.select([context.get_fd()], [], [], 1)
        context.process()
    _stop_the_clock()
    found = {}
    for question, (code, missing, data) in raw.items():
        kind = dns.rdatatype.from_text(question[1])
        records = tuple(dns.rdata.from_wire(1, kind, d, 0, len(d)).to_text() for d in data)
        outcome = "nxdomain" if missing else "servfail" if code else "ok" if data else "nodata"
        found[question] = Found(outcome, records)
    return Result(found, len(questions))


ENGINES = {
    engine.__name__: engine for engine in (v6monitor, naive, pycares, aiodns, blastdns, libunbound)
}
FROM_NAMES = {
    engine.__name__: engine
    for engine in (v6monitor_names, v6monitor_unlogged, naive_names, naive_names_once)
}

# What it took, and whether it is right


class _Clock:
    """Seconds and memory, until the first time it is stopped."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.seconds = self.mib = 0.0

    def stop(self) -> None:
        if not self.seconds:
            self.seconds = time.perf_counter() - self.started
            self.mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


_clocks: list[_Clock] = []


def _stop_the_clock() -> None:
    for clock in _clocks:
        clock.stop()


def _plain(qtype: str, record: str) -> str:
    """Return a record as all engines agree on it: strings of TXT joined, no final dot."""
    if qtype == "TXT":
        return "".join(re.findall(r'"([^"]*)"', record)) if record.startswith('"') else record
    return record.lower().removesuffix(".")


def wrong(world: World, found: dict[Question, Found]) -> list[Question]:
    """Return the questions whose answer is not the truth."""
    different = []
    for (name, qtype), told in found.items():
        truth = world.truth(name, qtype)
        records = {_plain(qtype, record) for record in told.records}
        same = records == {_plain(qtype, record) for record in truth.records}
        if not same or told.outcome not in {"", truth.outcome}:
            different.append((name, qtype))
    return different


def main(engine: str, path: str, port: int, domains: int) -> None:
    """Do a job, and print what it took."""
    job = Path(path).read_text().splitlines()
    work = (ENGINES | FROM_NAMES)[engine]
    try:
        work(job[:SHORT], port)  # imports what it needs
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    clock = _Clock()
    _clocks.append(clock)
    result = work(job, port)
    clock.stop()
    different = wrong(World(domains), result.found)
    told = {
        "seconds": clock.seconds,
        "MiB": clock.mib,
        "asked": result.asked,
        "unique": len(result.found),
        "sent": result.sent,
        "wrong": len(different),
        "example": [[*question, *result.found[question]] for question in different[:3]],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
