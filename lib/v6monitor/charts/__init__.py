"""Charts of ``v6.chart``: each function takes a table and returns a Chart that shows itself.

A module holds one subject: its tables, drawings and captions.
"""

from v6monitor.charts.adoption import sectors, states, sub_tests
from v6monitor.charts.changes import changes, changes_answer, two_sources
from v6monitor.charts.forecast import forecast_answer, projection
from v6monitor.charts.gap import effect_answer, fix_order, fixes_answer, gap_answer
from v6monitor.charts.headline import headline
from v6monitor.charts.laggards import (
    laggard_list,
    laggards_by,
    laggards_by_month,
    laggards_now,
)
from v6monitor.charts.mail import operators
from v6monitor.charts.provinces import provinces
from v6monitor.charts.quality import quality, vantage
from v6monitor.charts.reachability import answers
from v6monitor.charts.style import png, svg
from v6monitor.charts.trend import trend

__all__ = [
    "answers",
    "changes",
    "changes_answer",
    "effect_answer",
    "fix_order",
    "fixes_answer",
    "forecast_answer",
    "gap_answer",
    "headline",
    "laggard_list",
    "laggards_by",
    "laggards_by_month",
    "laggards_now",
    "operators",
    "png",
    "projection",
    "provinces",
    "quality",
    "sectors",
    "states",
    "sub_tests",
    "svg",
    "trend",
    "two_sources",
    "vantage",
]
