"""How far is the government with IPv6? Shares with bounds, and the tables under the figures."""

from v6monitor.adoption.overviews import (
    operators,
    outcomes,
    quality,
    sectors,
    states_by_sector,
    sub_tests,
    trend,
)
from v6monitor.adoption.shares import (
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

__all__ = [
    "GATE",
    "SMALLEST_GROUP",
    "STATES",
    "below_gate",
    "compat",
    "definitions",
    "league",
    "one_per_domain",
    "operators",
    "outcomes",
    "quality",
    "sectors",
    "shares",
    "states_by_sector",
    "sub_tests",
    "trend",
    "verdict_states",
]
