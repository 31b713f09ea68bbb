"""When is it done at this pace, how sure is that, and how long did others take?

``states`` are those of one measure: a states table with ``period``, a row per domain and month. What
is said of the future is that of a pace that goes on: no plan, no promise and no new policy is in it.
Definitions: METHOD.md, "Pace".

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
