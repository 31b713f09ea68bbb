"""Who receives a domain's mail, and what keeps that mail from IPv6?"""

from v6monitor.mail.advice import readable, worded
from v6monitor.mail.classifier import providers
from v6monitor.mail.lagging import EXCHANGE_GROUPS
from v6monitor.mail.listing import by_group, by_month, laggards, of_groups, tally

__all__ = [
    "EXCHANGE_GROUPS",
    "by_group",
    "by_month",
    "laggards",
    "of_groups",
    "providers",
    "readable",
    "tally",
    "worded",
]
