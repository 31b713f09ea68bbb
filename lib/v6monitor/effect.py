"""Does asking help? ``v6.effect(month)`` is the function ``effect``."""

from v6monitor.analysis.effect import effect, fixes, followed, times
from v6monitor.callable_module import make_callable

__all__ = ["effect", "fixes", "followed", "times"]

make_callable(__name__, effect)
