"""How does the example world make its choices? By the key of a choice, never by its order.

A number that hangs on its key alone stays the same when another part of the world grows, and on
every platform and Python version; ``random.choice`` and ``hash`` promise neither.

>>> chance("web", "town.example") == chance("web", "town.example")
True
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

SEED = "v6monitor example 1"
T = TypeVar("T")


def chance(*key: str) -> float:
    """Return a number in [0, 1) that belongs to the key."""
    digest = blake2b("\0".join((SEED, *key)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def happens(probability: float, *key: str) -> bool:
    """Tell whether something with this probability happens."""
    return chance(*key) < probability


def pick(options: Sequence[T], *key: str) -> T:
    """Return one of the options, each as likely."""
    return options[int(chance(*key) * len(options))]


def weighted(options: Sequence[tuple[T, float]], *key: str) -> T:
    """Return one of the (option, weight) pairs' options, by weight."""
    left = chance(*key) * sum(weight for _, weight in options)
    for option, weight in options:
        left -= weight
        if left < 0:
            return option
    return options[-1][0]
