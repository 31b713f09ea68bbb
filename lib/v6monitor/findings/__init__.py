"""What does a table say? One function per figure: (table, language) -> Words.

Every sentence is made from the numbers that the chart of the same name draws. The caption and
the note of each also make the two-line answer at the top of a notebook.
"""

from v6monitor.findings.adoption import (
    headline_adoption,
    provinces,
    sectors,
    states,
    sub_tests,
    trend,
)
from v6monitor.findings.hygiene import (
    came_and_went,
    fault_reasons,
    faults,
    files,
    fixes,
    intake,
    to_fix,
)
from v6monitor.findings.lists import (
    compat,
    definitions,
    fixed_since,
    lacking,
    measured,
    outcomes,
)
from v6monitor.findings.quality import quality
from v6monitor.findings.trust import vantage
from v6monitor.findings.waivers import waivers, waivers_expired, waivers_in_words

__all__ = [
    "came_and_went",
    "compat",
    "definitions",
    "fault_reasons",
    "faults",
    "files",
    "fixed_since",
    "fixes",
    "headline_adoption",
    "intake",
    "lacking",
    "measured",
    "outcomes",
    "provinces",
    "quality",
    "sectors",
    "states",
    "sub_tests",
    "to_fix",
    "trend",
    "vantage",
    "waivers",
    "waivers_expired",
    "waivers_in_words",
]
