"""Forecasts, backtests and times to adoption of one measure (METHOD.md, "Pace").

``states`` is a states table with ``period``: a row per domain and month. A forecast extrapolates
the pace so far; it is no plan and knows of no new policy.
"""

from v6monitor.analysis.adoption_times import adoption_intervals, times, turnbull
from v6monitor.analysis.forecast import backtest, by_model, dates, forecast, projection
from v6monitor.analysis.growth_models import MODELS
from v6monitor.analysis.pace_series import REFUSALS

__all__ = [
    "MODELS",
    "REFUSALS",
    "adoption_intervals",
    "backtest",
    "by_model",
    "dates",
    "forecast",
    "projection",
    "times",
    "turnbull",
]
