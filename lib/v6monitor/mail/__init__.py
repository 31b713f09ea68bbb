"""Who receives a domain's mail, and what keeps that mail from IPv6?"""

from v6monitor.mail.classifier import providers
from v6monitor.mail.listing import laggards, tally

__all__ = ["laggards", "providers", "tally"]
