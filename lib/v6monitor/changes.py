"""What changed between two measurements: ``v6.changes(month)`` is the function ``changes``."""

from v6monitor.analysis.changes import (
    changes,
    flaps,
    losses,
    move_counts,
    moves,
    pair,
    panel,
    transitions,
)
from v6monitor.analysis.decomposition import decompose, kitagawa, parts
from v6monitor.callable_module import make_callable

__all__ = [
    "changes",
    "decompose",
    "flaps",
    "kitagawa",
    "losses",
    "move_counts",
    "moves",
    "pair",
    "panel",
    "parts",
    "transitions",
]

make_callable(__name__, changes)
