"""Engines to compare with, each used as its documentation shows."""

# ruff: noqa: PLC0415 - only the process that uses an engine imports it

import asyncio
import functools
import itertools
import queue
from collections.abc import Awaitable, Callable
from typing import Any

from lookups_job import ATTEMPTS, CLOCK, TIMEOUT, WINDOW, Found, Result, questions
from lookups_world import Question, first_questions, hosts

Ask = Callable[[Question], Awaitable[Found]]


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


def naive(job: list[str], port: int) -> Result:
    """Ask a list of questions, a task each and a semaphore."""

    async def work() -> Result:
        return await _each(_naive(port), questions(job))

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


def _put(answers: queue.SimpleQueue[Any], *result: Any) -> None:
    answers.put(result)


def pycares(job: list[str], port: int) -> Result:
    """Ask a list of questions, the next one when an answer comes."""
    import pycares as ares

    asked = questions(job)
    answers: queue.SimpleQueue[tuple[Question, Any, int | None]] = queue.SimpleQueue()
    channel = ares.Channel(servers=[f"127.0.0.1:{port}"], timeout=TIMEOUT, tries=ATTEMPTS)
    found: dict[Question, Found] = {}
    waiting = iter(asked)

    def ask() -> None:
        for question in itertools.islice(waiting, 1):
            callback = functools.partial(_put, answers, question)
            channel.query(question[0], _ares_type(ares, question[1]), callback=callback)

    for _ in range(WINDOW):
        ask()
    while len(found) < len(asked):
        question, result, error = answers.get()
        ask()
        found[question] = _ares_found(result, error, f"{question[1]}RecordData")
    return Result(found, len(asked))


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

        return await _each(ask, questions(job))

    return asyncio.run(work())


# Rust and C


def blastdns(job: list[str], port: int) -> Result:
    """Ask a list of questions, one batch per type at the same time; failures are not reported."""
    import blastdns as blast

    asked = questions(job)
    found = dict.fromkeys(asked, Found(""))

    async def work() -> None:
        settings = blast.ClientConfig(
            max_concurrency=WINDOW, max_inflight_per_resolver=WINDOW, adaptive=False,
            request_timeout_ms=int(1000 * TIMEOUT), max_retries=ATTEMPTS, cache_capacity=0,
            purgatory_threshold=0,
        )  # fmt: skip
        client = blast.Client([f"127.0.0.1:{port}"], settings)

        async def batch(qtype: str) -> None:
            names = [name for name, of_type in asked if of_type == qtype]
            async for name, _, records in client.resolve_batch(names, qtype):
                passed = qtype in {"A", "AAAA"}  # the CNAMEs passed are among addresses
                kept = [one for one in records if not (passed and one.endswith("."))]
                found[name, qtype] = Found("", tuple(kept))

        await asyncio.gather(*(batch(qtype) for qtype in {qtype for _, qtype in asked}))

    asyncio.run(work())
    return Result(found, len(asked))


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
    asked = questions(job)
    raw: dict[Question, tuple[int, bool, list[bytes]]] = {}

    def take(question: Question, status: int, result: Any) -> None:
        data = list(result.data.raw) if status == 0 and result.havedata else []
        raw[question] = status or result.rcode, bool(status == 0 and result.nxdomain), data

    started = 0
    while len(raw) < len(asked):
        while started < len(asked) and started - len(raw) < WINDOW:
            name, qtype = asked[started]
            context.resolve_async(name, asked[started], take, dns.rdatatype.from_text(qtype), 1)
            started += 1
        select.select([context.get_fd()], [], [], 1)
        context.process()
    CLOCK.stop()
    found = {}
    for question, (code, missing, data) in raw.items():
        kind = dns.rdatatype.from_text(question[1])
        records = tuple(dns.rdata.from_wire(1, kind, d, 0, len(d)).to_text() for d in data)
        outcome = "nxdomain" if missing else "servfail" if code else "ok" if data else "nodata"
        found[question] = Found(outcome, records)
    return Result(found, len(asked))
