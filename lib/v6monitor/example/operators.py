"""Who runs the fictional name servers, mail hosts and websites, and since when with IPv6?

Their IPv6 addresses stand in 3000::/16. They must pass for reachable ones, so no documentation
prefix will do; IANA keeps 3000::/4 in reserve and has never given out this part of it.
IPv4 addresses are those of RFC 5737, for documentation.
"""

from typing import NamedTuple

from v6monitor.example.chance import chance
from v6monitor.example.population import MONTHS, NOW

ALWAYS, NEVER = 0, NOW + 1
JUMP = MONTHS.index("2026-05")
"""The month in which the largest gateway gets IPv6: the jump in the mail series."""


class MailOperator(NamedTuple):
    """A fictional operator of MX hosts: ``mx1`` and so on in the domain that is its suffix."""

    suffix: str
    name: str
    kind: str
    hosts: int
    since: int
    """The index of the first month with IPv6."""
    name_servers: str


MAIL_OPERATORS = (
    MailOperator("poortwacht.example", "Poortwacht", "gateway", 2, JUMP, "zonewerk.example"),
    MailOperator("kering-mail.example", "Kering", "gateway", 2, ALWAYS, "naamloods.example"),
    MailOperator("zeefpost.example", "Zeefpost", "gateway", 3, NEVER, "oudezone.example"),
    MailOperator("postduif.example", "Postduif", "mailbox", 2, ALWAYS, "naamloods.example"),
    MailOperator("briefkast.example", "Briefkast", "mailbox", 1, NEVER, "enkelzone.example"),
    MailOperator("schakel-ict.example", "De Schakel", "shared", 2, ALWAYS, "zonewerk.example"),
    MailOperator(
        "regiorekencentrum.example", "Regiorekencentrum", "shared", 2, NOW, "zonewerk.example"
    ),
)
MAIL = {operator.suffix: operator for operator in MAIL_OPERATORS}

NAME_SERVERS = {
    "naamloods.example": (True, True, True),
    "zonewerk.example": (True, True),
    "enkelzone.example": (True, False),
    "oudezone.example": (False, False),
}
"""Per DNS operator whether its name servers have IPv6."""

WEB_HOSTERS = ("webakker.example", "sitestal.example")
"""Where a ``www`` can be a CNAME to."""

EXCHANGE_PREFIXES = ("2a01:111:f400", "2a01:111:f403")


def ipv4(host: str) -> str:
    """Return the documentation address (RFC 5737) of a host."""
    number = int(chance("ipv4", host) * 3 * 254)
    return f"{('192.0.2', '198.51.100', '203.0.113')[number // 254]}.{number % 254 + 1}"


def ipv6(host: str) -> str:
    """Return an address in space that nobody has."""
    number = int(chance("ipv6", host) * 2**32)
    return f"3000:{number >> 16:x}:{number & 0xFFFF:x}::1"


def exchange_ipv6(host: str) -> str:
    """Return an address in one of the prefixes at which Exchange Online receives mail."""
    number = int(chance("exchange ipv6", host) * 2**17)
    return f"{EXCHANGE_PREFIXES[number & 1]}:{(number >> 1) or 1:x}::1"


def mail_hosts(suffix: str) -> list[str]:
    """Return the MX hosts of a mail operator, the most preferred first."""
    return [f"mx{number}.{suffix}" for number in range(1, MAIL[suffix].hosts + 1)]


def name_servers(operator: str) -> list[str]:
    """Return the name-server hosts of a DNS operator."""
    return [f"ns{number}.{operator}" for number in range(1, len(NAME_SERVERS[operator]) + 1)]
