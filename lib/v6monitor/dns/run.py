"""A run of lookups in memory: from subjects to observations, without a log and without pandas."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from v6monitor.dns.client import Client, OnWait
from v6monitor.dns.ipv6_only import Again
from v6monitor.dns.observation import IPV6_ONLY, Observation
from v6monitor.dns.plan import Plan
from v6monitor.dns.resolvers import Resolver, parse
from v6monitor.dns.retry import EMBEDDED, Policy
from v6monitor.dns.vantage import answering
from v6monitor.workspace import example_server

Progress = Callable[[int, int], None]
"""Called with the number of questions answered and about how many it will be, a thousand times."""

_REPORTS = 1000


def ask(
    subjects: Iterable[tuple[str, str]],
    resolvers: Sequence[str],
    *,
    seed: int = 0,
    progress: Progress | None = None,
    **settings: Any,
) -> list[Observation]:
    """Return one observation per question about the (name, type) pairs, sorted, without a log."""
    chosen = parse(resolvers)
    found: list[Observation] = []
    plan = Plan(subjects, seed, settle=found.append)
    policy = policy_for(chosen, **settings)
    with running(chosen) as usable, Client(answering(usable), policy) as client:
        observe(plan, client, found.append, progress=progress)
    return sorted(found)


def observe(  # noqa: PLR0913 - a run, and who hears of it
    plan: Plan | Again,
    client: Client,
    keep: Callable[[Observation], None],
    *,
    progress: Progress | None = None,
    done: int = 0,
    on_wait: OnWait | None = None,
) -> None:
    """Ask what a plan holds and what it grows by; ``done`` questions are answered already."""

    def say(number: int) -> None:
        if progress:
            progress(number, max(number, plan.expected))

    due = done
    for observation in client.run(plan, on_wait):
        done += 1
        keep(observation)
        if done >= due:
            say(done + plan.settled)
            due = done + plan.expected // _REPORTS
    say(done + plan.settled)


def policy_for(resolvers: Sequence[Resolver], **given: Any) -> Policy:
    """Return the policy for these resolvers: as given, and where that is None the default."""
    default = EMBEDDED if all(resolver.embedded for resolver in resolvers) else Policy()
    return default._replace(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def running(resolvers: Sequence[Resolver]) -> Iterator[list[Resolver]]:
    """Run the embedded name server if it is among the resolvers; yield them with its ports."""
    if not any(resolver.embedded for resolver in resolvers):
        yield list(resolvers)
        return
    with example_server() as server:
        ports = {False: server.port, True: server.ipv6_only_port}
        yield [
            one._replace(host=server.address, port=ports[one.label.startswith(IPV6_ONLY)])
            if one.embedded
            else one
            for one in resolvers
        ]
