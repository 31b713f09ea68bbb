"""How far is the government with IPv6? Shares with bounds, and the tables under the figures."""

from v6monitor.analysis.by_province import provinces
from v6monitor.analysis.lacking import lacking
from v6monitor.analysis.overviews import (
    operators,
    outcomes,
    quality,
    sectors,
    states_by_sector,
    sub_tests,
    trend,
)
from v6monitor.analysis.shares import (
    GATE,
    SMALLEST_GROUP,
    STATES,
    below_gate,
    compat,
    definitions,
    league,
    one_per_domain,
    shares,
    verdict_states,
)
from v6monitor.analysis.unknown_reasons import JUDGED, unknown_by_reason
from v6monitor.analysis.vantage_table import vantage

__all__ = [
    "GATE",
    "JUDGED",
    "SMALLEST_GROUP",
    "STATES",
    "below_gate",
    "compat",
    "definitions",
    "lacking",
    "league",
    "one_per_domain",
    "operators",
    "outcomes",
    "provinces",
    "quality",
    "sectors",
    "shares",
    "states_by_sector",
    "sub_tests",
    "trend",
    "unknown_by_reason",
    "vantage",
    "verdict_states",
]
