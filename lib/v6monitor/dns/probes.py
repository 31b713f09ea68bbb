"""Which names tell whether a resolver is honest? Each has an answer that is known beforehand."""

from typing import NamedTuple


class Probes(NamedTuple):
    """The names that the self-test asks for; an empty one leaves its check out.

    Those given here are public and have been what they are for years. On a closed network, name
    some of your own.
    """

    dns64: str = "ipv4only.arpa"
    """Has IPv4 addresses only, by RFC 7050 for this very question: an AAAA is made up."""
    rewriting: str = "nl"
    """Below it a random name is asked for, which cannot exist."""
    ipv6: str = "k.root-servers.net"
    """Has an AAAA: a root name server, run by RIPE NCC. Where it has none, AAAA are hidden."""
    dnssec: str = "dnssec-failed.org"
    """Its signatures are wrong on purpose (Comcast): who checks them gets no answer."""
    large: str = "./DNSKEY"
    """NAME/TYPE of an answer that needs more than 512 bytes: the keys of the root."""


PUBLIC = Probes()
EXAMPLE = Probes(
    dns64="ipv4.meetpunt.example",
    rewriting="meetpunt.example",
    ipv6="ipv6.meetpunt.example",
    dnssec="dnssec.meetpunt.example",
    large="groot.meetpunt.example/TXT",
)
"""The same for the embedded name server, which knows nothing else than the example's zones."""
