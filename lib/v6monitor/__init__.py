"""Monthly measurement of IPv6 at Dutch government domains.

Measurement files and fresh DNS lookups go in; verdicts, shares, changes and the Exchange Online
domains still without IPv6 come out. Start with the notebooks, or with ``v6monitor report``.
"""

__version__ = "0.1.0"
