"""What changed between two measurements: domains that moved, or the list that did?

``before`` and ``after`` are states tables: one row per domain with the columns ``domain`` and
``state`` (``yes``, ``no``, ``unknown``, ``not_applicable``), and any others. ``renames`` maps an
old name to a new one: it is followed where the old name is gone from ``after`` and the new one was
not in ``before``; of several names that merged into one, the first of ``before`` is the one that
stays and the others are leavers. Definitions: METHOD.md §7.
"""

from v6monitor.analysis.change_history import flaps, losses
from v6monitor.analysis.change_pairs import by_sector, moves, pair, panel, transitions
from v6monitor.analysis.decomposition import decompose, decompose_by, kitagawa, parts

__all__ = [
    "by_sector",
    "decompose",
    "decompose_by",
    "flaps",
    "kitagawa",
    "losses",
    "moves",
    "pair",
    "panel",
    "parts",
    "transitions",
]
