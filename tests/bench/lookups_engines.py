"""One job by one engine, in a process of its own, its answers checked against the truth.

``python lookups_engines.py ENGINE JOB PORT DOMAINS`` prints what it took as JSON. JOB is a file of
questions, or of domains for the engines in ``FROM_NAMES``. The clock runs while it asks and
decodes, not while it is imported; the world that knows the truth is made after that, so that memory
is the engine's own.
"""

# ruff: noqa: PLC0415, T201 - only the process that uses an engine imports it, and it prints

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lookups_job import ATTEMPTS, CLOCK, SHORT, TIMEOUT, WINDOW, Found, Result, wrong
from lookups_others import (
    aiodns,
    blastdns,
    libunbound,
    naive,
    naive_names,
    naive_names_once,
    pycares,
)
from lookups_world import World


def _policy() -> dict[str, Any]:
    return {"timeout": TIMEOUT, "attempts": ATTEMPTS, "pause": 0.0, "rate": 0.0}


def _result(rows: Iterable[Any]) -> Result:
    found, sent = {}, 0
    for row in rows:
        found[row.qname, row.qtype] = Found(row.outcome, tuple(row.answers))
        sent += row.attempts
    return Result(found, len(found), sent)


def v6monitor(job: list[str], port: int) -> Result:
    """Ask a list of questions."""
    from v6monitor.dns.client import Client
    from v6monitor.dns.observation import Question as Asked
    from v6monitor.dns.plan import Questions
    from v6monitor.dns.resolvers import parse
    from v6monitor.dns.retry import Policy

    questions = Questions(map(Asked._make, map(str.split, job)))
    policy = Policy(**_policy(), concurrency=WINDOW)
    with Client(parse([f"127.0.0.1:{port}"]), policy) as client:
        return _result(client.run(questions))


def v6monitor_names(job: list[str], port: int) -> Result:
    """Ask all about a list of domains, and keep it in a log."""
    from v6monitor.dns import recording

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "observations.parquet"
        task = recording.Task(test=False)
        recording.record(
            _subjects(job), [f"127.0.0.1:{port}"], path, task, **_policy(), concurrency=WINDOW
        )
        if not CLOCK.running:  # the short run before: reading would count as memory
            return Result({}, 0)
        CLOCK.stop()
        from v6monitor.dns import log  # loads pandas, which asking does not

        return _result(log.read_log(path).itertuples(index=False))


def v6monitor_unlogged(job: list[str], port: int) -> Result:
    """Ask all about a list of domains, and keep nothing."""
    from v6monitor.dns.client import Client
    from v6monitor.dns.plan import Plan
    from v6monitor.dns.resolvers import parse
    from v6monitor.dns.retry import Policy

    policy = Policy(**_policy(), concurrency=WINDOW)
    with Client(parse([f"127.0.0.1:{port}"]), policy) as client:
        asked = sum(1 for _ in client.run(Plan(_subjects(job))))
    return Result({}, asked)


def _subjects(job: list[str]) -> list[tuple[str, str]]:
    return [(domain, kind) for domain in job for kind in ("mail", "web")]


ENGINES = {
    engine.__name__: engine for engine in (v6monitor, naive, pycares, aiodns, blastdns, libunbound)
}
FROM_NAMES = {
    engine.__name__: engine
    for engine in (v6monitor_names, v6monitor_unlogged, naive_names, naive_names_once)
}


def main(engine: str, path: str, port: int, domains: int) -> None:
    """Do a job, and print what it took."""
    job = Path(path).read_text().splitlines()
    work = (ENGINES | FROM_NAMES)[engine]
    try:
        work(job[:SHORT], port)  # imports what it needs
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    CLOCK.start()
    result = work(job, port)
    CLOCK.stop()
    different = wrong(World(domains), result.found)
    report = {
        "seconds": CLOCK.seconds,
        "MiB": CLOCK.mib,
        "asked": result.asked,
        "unique": len(result.found),
        "sent": result.sent,
        "wrong": len(different),
        "example": [[*question, *result.found[question]] for question in different[:3]],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
