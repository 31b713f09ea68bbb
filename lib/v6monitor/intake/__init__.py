"""Intake: files of Internet.nl and others, read into one canonical table.

One reader per format (``result_tables``, ``api``, ``lists``, ``mapped``) returns raw cells as
parts, ``assembly`` makes canonical rows of them with ``columns``, ``cleaning``, ``dates`` and
``organisations``, and ``intake`` joins the files. ``states`` turns results into yes, no and
unknown; ``companions``, ``organisations`` and ``waivers`` read the files beside measurements, and
``list_check`` says what to correct in the list.
"""

from v6monitor.intake.cleaning import summary
from v6monitor.intake.columns import COLUMNS, RESULTS
from v6monitor.intake.intake import Batch, Intake, join, read, read_files, write
from v6monitor.intake.states import MEASURES, measured, overview, states

__all__ = [
    "COLUMNS",
    "MEASURES",
    "RESULTS",
    "Batch",
    "Intake",
    "join",
    "measured",
    "overview",
    "read",
    "read_files",
    "states",
    "summary",
    "write",
]
