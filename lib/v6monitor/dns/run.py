"""Which call asks? From subjects to observations; ``recording`` does the same and keeps a log."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from v6monitor.dns.asking import Manners
from v6monitor.dns.client import Client
from v6monitor.dns.observation import Observation
from v6monitor.dns.plan import Plan
from v6monitor.dns.resolvers import UDP, Resolver, parse
from v6monitor.dns.vantage import answering
from v6monitor.workspace import example_server

EMBEDDED = Manners(timeout=0.4, attempts=3, pause=0.0, rate=0.0)
"""How to ask the embedded name server: nobody shares it, and it caches no failures."""

Progress = Callable[[int, int], None]
"""Told how many questions are answered, and about how many it will be: each thousandth of them."""

_TOLD = 1000  # times, over a whole run


def lookup(  # noqa: PLR0913 - each is a setting with a good default
    subjects: Iterable[tuple[str, str]],
    resolvers: Sequence[str],
    *,
    timeout: float | None = None,
    attempts: int | None = None,
    rate: float | None = None,
    concurrency: int | None = None,
    unvalidated: bool = False,
    mixed_case: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Observation]:
    """Ask all that is to be known about the subjects; one observation per question, sorted.

    ``subjects`` are (name, ``web`` or ``mail``) pairs, ``resolvers`` what ``resolvers.FORMS``
    tells. ``timeout``: seconds for the first answer; ``attempts``: how often silence is put up
    with; ``rate``: new questions per second to each resolver, 0 for no limit; ``concurrency``: how
    many at once; ``unvalidated``: ask what does not validate once more without validation, and
    keep both; ``mixed_case``: ask in letters of random case, which an answer must repeat. The
    defaults are ``Manners()``, and ``EMBEDDED`` for the embedded name server.

    Raises UsageError for a resolver that is not written as one, VantageError when none answers.
    """
    chosen = parse(resolvers)
    manners = manners_for(
        chosen,
        timeout=timeout,
        attempts=attempts,
        rate=rate,
        concurrency=concurrency,
        unvalidated=unvalidated,
        mixed_case=mixed_case,
    )
    found: list[Observation] = []
    plan = Plan(subjects, seed, settle=found.append)
    with running(chosen) as usable, Client(answering(usable), manners) as client:
        observe(plan, client, found.append, progress)
    return sorted(found)


def observe(
    plan: Plan,
    client: Client,
    keep: Callable[[Observation], None],
    progress: Progress | None = None,
    done: int = 0,
) -> None:
    """Ask what a plan holds and what it grows by; ``done`` questions are answered already."""
    tell = progress or _tell_nobody
    due = done
    for observation in client.run(plan):
        done += 1
        keep(observation)
        if done >= due:
            tell(done + plan.settled, plan.expected)
            due = done + plan.expected // _TOLD
    tell(done + plan.settled, plan.expected)


def manners_for(resolvers: Sequence[Resolver], **given: Any) -> Manners:
    """Return how to ask these resolvers: as given, and where that is None by default."""
    default = EMBEDDED if all(resolver.embedded for resolver in resolvers) else Manners()
    return default._replace(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def running(resolvers: Sequence[Resolver]) -> Iterator[list[Resolver]]:
    """Give the resolvers, the embedded name server among them with its port while it runs."""
    if not any(resolver.embedded for resolver in resolvers):
        yield list(resolvers)
        return
    with example_server() as server:
        at = Resolver("example", UDP, server.address, server.port, embedded=True)
        yield [at if resolver.embedded else resolver for resolver in resolvers]


def _tell_nobody(done: int, expected: int) -> None:
    """Nobody watches."""
