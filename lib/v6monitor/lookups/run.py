"""Which calls do it all? From subjects to observations."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from v6monitor.errors import VantageError
from v6monitor.lookups import log
from v6monitor.lookups.asking import Manners
from v6monitor.lookups.client import Client
from v6monitor.lookups.observation import Observation
from v6monitor.lookups.plan import Plan
from v6monitor.lookups.resolvers import Resolver, parse
from v6monitor.lookups.vantage import answering
from v6monitor.lookups.zoneserver import started

EMBEDDED = Manners(timeout=0.4, pause=0.0, rate=0.0)
"""How to ask the embedded name server: nobody shares it, and it caches no failures."""

Progress = Callable[[int, int], None]
"""Told how many questions are answered, and how many are known so far."""


def lookup(  # noqa: PLR0913 - each is a setting with a good default
    subjects: Iterable[tuple[str, str]],
    resolvers: Sequence[str],
    *,
    timeout: float | None = None,
    attempts: int | None = None,
    rate: float | None = None,
    concurrency: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Observation]:
    """Ask all that is to be known about the subjects; one observation per question, sorted.

    ``subjects`` are (name, ``web`` or ``mail``) pairs, ``resolvers`` what ``resolvers.FORMS``
    tells. ``timeout``: seconds for the first answer; ``attempts``: how often silence is put up
    with; ``rate``: new questions per second to each resolver, 0 for no limit; ``concurrency``: how
    many at once. The defaults are ``Manners()``, and ``EMBEDDED`` for the embedded name server.

    Raises UsageError for a resolver that is not written as one, VantageError when none answers.
    """
    given = {"timeout": timeout, "attempts": attempts, "rate": rate, "concurrency": concurrency}
    chosen = parse(resolvers)
    default = EMBEDDED if all(resolver.embedded for resolver in chosen) else Manners()
    set_here: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    manners = default._replace(**set_here)
    return sorted(observe(Plan(subjects, seed), chosen, manners, progress))


def record(
    subjects: Sequence[tuple[str, str]],
    resolvers: Sequence[str],
    path: Path,
    *,
    must_answer: bool = True,
    **settings: Any,
) -> list[Observation]:
    """Ask as ``lookup`` does, and keep the answers in a log at ``path``; returns them.

    With ``must_answer`` off, resolvers that do not answer leave a log without rows that says so in
    its provenance (``failure``): a report can still be made of it, with everything unknown.
    """
    log.check_writable(path)
    failure = {}
    try:
        found = lookup(subjects, resolvers, **settings)
    except VantageError as error:
        if must_answer:
            raise
        found, failure = [], {"failure": str(error)}
    provenance = log.describe(found, subjects, resolvers) | failure
    log.write(log.frame(found), path, provenance)
    return found


def observe(
    plan: Plan, resolvers: Sequence[Resolver], manners: Manners, progress: Progress | None = None
) -> Iterator[Observation]:
    """Give the observations of a plan as they come in; the resolvers that answer are asked."""
    with started(resolvers) as running, Client(answering(running), manners) as client:
        yield from plan.rejected
        done = len(plan.rejected)
        for observation in client.run(plan):
            done += 1
            if progress:
                progress(done, len(plan))
            yield observation
