"""Can we measure from here? Which of the resolvers answer at all."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from v6monitor.errors import VantageError
from v6monitor.lookups.asking import Manners
from v6monitor.lookups.client import Client
from v6monitor.lookups.observation import (
    MISMATCH,
    NXDOMAIN,
    TIMEOUT,
    UNREACHABLE,
    Observation,
    Question,
)
from v6monitor.lookups.resolvers import Resolver

_PROBE = Question(".", "NS")  # every resolver has something to say about the root, if only no
_MANNERS = Manners(timeout=1.0, attempts=2, pause=0.0, rate=0.0)  # over within seven seconds


def answering(resolvers: Sequence[Resolver]) -> list[Resolver]:
    """Return the resolvers that can be used; VantageError when there is none, within 10 s.

    One that is silent cannot, nor one that denies everything: a network that is closed off often
    has such a resolver, and every "no" of it would be a lie.
    """
    with ThreadPoolExecutor(len(resolvers)) as pool:
        troubles = dict(zip(resolvers, pool.map(_trouble, resolvers), strict=True))
    found = [resolver for resolver, trouble in troubles.items() if not trouble]
    if not found:
        tried = "; ".join(trouble or "" for trouble in troubles.values())
        raise VantageError(
            f"no resolver answers ({tried}): check the network, or name another with --resolver"
        )
    return found


def _trouble(resolver: Resolver) -> str:
    """Return why a resolver cannot be used; an empty text when it can."""
    try:
        with Client([resolver], _MANNERS) as client:
            observation = next(client.run(_Single(_PROBE)))
    except OSError as error:
        return f"{resolver.label}: {error.strerror or error}"
    if observation.outcome == NXDOMAIN:
        return f"{resolver.label}: denies the root of DNS, so its denials mean nothing"
    silent = observation.outcome in {TIMEOUT, UNREACHABLE, MISMATCH}
    return observation.detail if silent else ""


class _Single:
    """Work of one question."""

    def __init__(self, question: Question) -> None:
        self._questions = [question]

    def pop(self) -> Question | None:
        return self._questions.pop() if self._questions else None

    def learn(self, observation: Observation) -> None:
        """Nothing follows."""
