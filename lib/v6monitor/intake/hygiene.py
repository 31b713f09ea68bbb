"""What is there to fix in the list of domains? Findings for whoever keeps it, from one month.

All functions are pure and take canonical tables (``measurements.COLUMNS``). A finding is a row of
``COLUMNS``; ``FIXES`` are what somebody corrects, ``MOVES`` what changed since the month before.
"""

from v6monitor.intake.list_finding import COLUMNS
from v6monitor.intake.list_fixes import FIXES, to_fix
from v6monitor.intake.list_moves import MOVES, came_and_went
from v6monitor.intake.list_overview import account, files, of_month, summary

__all__ = [
    "COLUMNS",
    "FIXES",
    "MOVES",
    "account",
    "came_and_went",
    "files",
    "of_month",
    "summary",
    "to_fix",
]
