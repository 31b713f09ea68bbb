"""Who receives a domain's mail, and what keeps that mail from IPv6?"""

from v6monitor.mail.advice import readable, worded
from v6monitor.mail.classifier import providers
from v6monitor.mail.lagging import EXCHANGE_GROUPS
from v6monitor.mail.listing import by_month, laggards, tally

__all__ = ["EXCHANGE_GROUPS", "by_month", "laggards", "providers", "readable", "tally", "worded"]
