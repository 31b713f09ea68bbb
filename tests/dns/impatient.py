"""Asking with short time-outs, as the tests do."""

from collections.abc import Iterable

from v6monitor.dns.client import Client
from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.plan import Questions
from v6monitor.dns.resolvers import parse
from v6monitor.dns.retry import Policy

QUICK = Policy(timeout=0.15, attempts=3, pause=0.05, rate=0, concurrency=50)
ASKED = Question("a.example", "AAAA")


def ask(
    *specs: str, questions: Iterable[Question] = (ASKED,), policy: Policy = QUICK
) -> list[Observation]:
    """Ask with short time-outs."""
    with Client(parse(specs), policy) as client:
        return sorted(client.run(Questions(questions)))
