"""What was measured? Files of Internet.nl and others, read into one canonical table.

``read`` recognises each format by its content, ``write`` keeps the table as CSV, and ``states``
makes verdict words of its results. One reader per format (``own``, ``dashboard``, ``api``,
``flat``, ``websiteregister``, ``mapped``; ``government`` and ``lists`` for names without results)
hands raw cells to ``assembly``. There ``domains``, ``vocabulary`` and ``dates`` say what they mean,
and ``faults`` collects what was wrong.
"""

from v6monitor.intake.columns import COLUMNS, RESULTS
from v6monitor.intake.faults import summary
from v6monitor.intake.intake import Intake, read, write
from v6monitor.intake.states import MEASURES, measured, overview, states

__all__ = [
    "COLUMNS",
    "MEASURES",
    "RESULTS",
    "Intake",
    "measured",
    "overview",
    "read",
    "states",
    "summary",
    "write",
]
