"""What does the remaining gap consist of, and what would close it?

All functions but the first two take a *needs table*: a row for everything a domain needs to have
IPv6, with the columns ``domain``, ``host`` (empty where none is known), ``operator`` (who runs it),
``kind`` and ``tenant`` (both may be empty) and ``state`` (``yes``, ``no``, ``unknown``). A domain
has IPv6 when all its rows have it. ``mx_hosts`` makes the table of the headline (mail_all);
``name_servers`` that of what mail needs besides, end to end. Definitions: METHOD.md, "The gap".
"""

from v6monitor.analysis.gap_attribution import Concentration, attribution, concentration, overview
from v6monitor.analysis.gap_fixes import fix_order, scenarios, what_if
from v6monitor.analysis.gap_needs import domain_states, mx_hosts, name_servers

__all__ = [
    "Concentration",
    "attribution",
    "concentration",
    "domain_states",
    "fix_order",
    "mx_hosts",
    "name_servers",
    "overview",
    "scenarios",
    "what_if",
]
