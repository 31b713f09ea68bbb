"""IPv6 addresses that nobody on the internet can reach, by kind.

The table is the project's own: ``ipaddress.is_global`` accepts NAT64, 3fff::/20, 5f00::/16 and
multicast, and its answer changes between Python versions.
"""

import ipaddress
from functools import lru_cache

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

UNUSABLE = tuple(
    (ipaddress.IPv6Network(network), kind)
    for network, kind in (  # the first that contains an address names its kind
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "mapped"),  # RFC 4291; Internet.nl drops these since v1.7.0
        ("::/96", "compatible"),  # RFC 4291, deprecated
        ("64:ff9b::/96", "nat64"),  # RFC 6052
        ("64:ff9b:1::/48", "nat64"),  # RFC 8215
        ("100::/64", "discard"),  # RFC 6666
        ("100:0:0:1::/64", "discard"),  # RFC 9780, dummy prefix
        ("2001::/32", "teredo"),  # RFC 4380
        ("2001:2::/48", "benchmarking"),  # RFC 5180
        ("2001:10::/28", "orchid"),  # RFC 4843
        ("2001:20::/28", "orchid"),  # RFC 7343
        ("2001:db8::/32", "documentation"),  # RFC 3849
        ("3fff::/20", "documentation"),  # RFC 9637
        ("2002::/16", "6to4"),  # RFC 3056
        ("3ffe::/16", "6bone"),  # RFC 3701
        ("5f00::/16", "srv6"),  # RFC 9602
        ("fc00::/7", "unique_local"),  # RFC 4193
        ("fe80::/10", "link_local"),  # RFC 4291
        ("fec0::/10", "site_local"),  # RFC 3879
        ("ff00::/8", "multicast"),  # RFC 4291
    )
)
"""Networks at which nobody on the internet receives mail or shows a website."""


@lru_cache(maxsize=65_536)
def unusable(address: str) -> str | None:
    """Return why an AAAA reaches nobody: a kind, ``not_global``, ``malformed``; None: usable.

    >>> unusable("2a01:111:f400::1") is None
    True
    >>> unusable("::ffff:192.0.2.1")
    'mapped'
    """
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return "malformed"
    for network, kind in UNUSABLE:
        if parsed in network:
            return kind
    return None if parsed in GLOBAL_UNICAST else "not_global"
