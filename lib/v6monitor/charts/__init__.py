"""What does a table look like? One function per figure: (table, language) -> Figure.

No titles and no prose in the picture: the finding stands beside it (``v6monitor.findings``).
"""

from v6monitor.charts.adoption import sectors, states, sub_tests
from v6monitor.charts.changes import changes, changes_answer, decomposition, staleness
from v6monitor.charts.forecast import backtest, forecast, forecast_answer, projection, times
from v6monitor.charts.gap import attribution, fix_order, gap_answer, zones
from v6monitor.charts.mail import (
    laggard_list,
    laggard_steps,
    laggards_by,
    laggards_by_month,
    laggards_now,
    operators,
)
from v6monitor.charts.provinces import provinces
from v6monitor.charts.quality import quality
from v6monitor.charts.style import png, svg
from v6monitor.charts.trend import trend
from v6monitor.charts.vantage import vantage

__all__ = [
    "attribution",
    "backtest",
    "changes",
    "changes_answer",
    "decomposition",
    "fix_order",
    "forecast",
    "forecast_answer",
    "gap_answer",
    "laggard_list",
    "laggard_steps",
    "laggards_by",
    "laggards_by_month",
    "laggards_now",
    "operators",
    "png",
    "projection",
    "provinces",
    "quality",
    "sectors",
    "staleness",
    "states",
    "sub_tests",
    "svg",
    "times",
    "trend",
    "vantage",
    "zones",
]
