"""How does anybody put a question of the log again? As a command line of dig."""

import shlex

from v6monitor.dns.resolvers import UDP, parse
from v6monitor.errors import UsageError

DNS_PORT = 53
_OPTION_SIGNS = ("-", "+", "@")


def command(qtype: str, name: str, resolver: str = "") -> str:
    """Return the command that asks for a name and type; of a ``resolver`` of the log, if one.

    Safe to paste, whatever stands in the name:

    >>> command("AAAA", "mx.town.example", "192.0.2.53")
    'dig @192.0.2.53 AAAA mx.town.example'
    >>> command("AAAA", "-f/etc/hosts; reboot")
    "dig AAAA -q '-f/etc/hosts; reboot'"
    """
    told = "-q " if name.startswith(_OPTION_SIGNS) else ""
    return f"dig {_server(resolver)}{qtype} {told}{shlex.quote(name)}"


def _server(label: str) -> str:
    """Return how dig is told whom to ask; "" where the log names no address."""
    try:
        resolver = parse([label])[0]
    except UsageError:
        return ""
    if resolver.transport != UDP or not resolver.host:
        return ""
    return f"@{resolver.host} " + (f"-p {resolver.port} " if resolver.port != DNS_PORT else "")
