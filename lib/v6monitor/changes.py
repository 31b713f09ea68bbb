"""What changed between two measurements: ``v6.changes(month)`` is the function ``changes``."""

from v6monitor.analysis.changes import changes, flaps, losses, moves, pair
from v6monitor.analysis.decomposition import decompose, jumps, kitagawa, parts
from v6monitor.analysis.headline import named
from v6monitor.callable_module import make_callable

__all__ = [
    "changes",
    "decompose",
    "flaps",
    "jumps",
    "kitagawa",
    "losses",
    "moves",
    "named",
    "pair",
    "parts",
]

make_callable(__name__, changes)
