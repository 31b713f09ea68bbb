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
from v6monitor.findings.gap import (
    attribution,
    end_to_end,
    fix_order,
    fix_order_tenants,
    gap_overview,
    scenarios,
    zones,
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
    gateways,
    lacking,
    laggard_groups,
    laggard_list,
    laggards_by_month,
    laggards_by_sector,
    laggards_now,
    measured,
    outcomes,
    tenants,
)
from v6monitor.findings.mail import laggards, operators
from v6monitor.findings.quality import quality
from v6monitor.findings.trust import vantage
from v6monitor.findings.waivers import waivers, waivers_expired, waivers_in_words

__all__ = [
    "attribution",
    "came_and_went",
    "compat",
    "definitions",
    "end_to_end",
    "fault_reasons",
    "faults",
    "files",
    "fix_order",
    "fix_order_tenants",
    "fixed_since",
    "fixes",
    "gap_overview",
    "gateways",
    "headline_adoption",
    "intake",
    "lacking",
    "laggard_groups",
    "laggard_list",
    "laggards",
    "laggards_by_month",
    "laggards_by_sector",
    "laggards_now",
    "measured",
    "operators",
    "outcomes",
    "provinces",
    "quality",
    "scenarios",
    "sectors",
    "states",
    "sub_tests",
    "tenants",
    "to_fix",
    "trend",
    "vantage",
    "waivers",
    "waivers_expired",
    "waivers_in_words",
    "zones",
]
