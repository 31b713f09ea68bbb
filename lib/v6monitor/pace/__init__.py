"""When is it done at this pace, how sure is that, and how long did others take?

``states`` are those of one measure: a states table (see ``v6monitor.adoption``) with ``period``, a
row per domain and month. What is said of the future is that of a pace that goes on: no plan, no
promise and no new policy is in it. Definitions: METHOD.md, "Pace".
"""

from v6monitor.pace.forecast import backtest, by_model, dates, forecast, projection
from v6monitor.pace.models import MODELS
from v6monitor.pace.series import REFUSALS
from v6monitor.pace.times import adoption_intervals, times, turnbull

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
