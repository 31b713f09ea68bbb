"""The mail domains without IPv6, and who can fix them: ``v6.gap(month)`` is ``attribution``."""

from v6monitor.analysis.gap import attribution, fix_order, what_if
from v6monitor.callable_module import make_callable

__all__ = ["attribution", "fix_order", "what_if"]

make_callable(__name__, attribution)
