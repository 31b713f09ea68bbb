import ipaddress

import pytest

from v6monitor.verdicts.evidence import UNUSABLE, unusable

ROWS = [
    ("::/128", "unspecified", "::"),
    ("::1/128", "loopback", "::1"),
    ("::ffff:0:0/96", "mapped", "::ffff:192.0.2.1"),
    ("::/96", "compatible", "::192.0.2.1"),
    ("64:ff9b::/96", "nat64", "64:ff9b::192.0.2.1"),
    ("64:ff9b:1::/48", "nat64", "64:ff9b:1:ffff::1"),
    ("100::/64", "discard", "100::1"),
    ("100:0:0:1::/64", "discard", "100:0:0:1::1"),
    ("2001::/32", "teredo", "2001:0:ffff::1"),
    ("2001:2::/48", "benchmarking", "2001:2:0:ffff::1"),
    ("2001:10::/28", "orchid", "2001:1f::1"),
    ("2001:20::/28", "orchid", "2001:2f::1"),
    ("2001:db8::/32", "documentation", "2001:db8:ffff::1"),
    ("3fff::/20", "documentation", "3fff:fff::1"),
    ("2002::/16", "6to4", "2002:c000:201::1"),
    ("3ffe::/16", "6bone", "3ffe:ffff::1"),
    ("5f00::/16", "srv6", "5f00:1::1"),
    ("fc00::/7", "unique_local", "fdff::1"),
    ("fe80::/10", "link_local", "febf::1"),
    ("fec0::/10", "site_local", "feff::1"),
    ("ff00::/8", "multicast", "ff0e::1"),
]


@pytest.mark.parametrize(("network", "kind", "address"), ROWS)
def test_an_address_in_each_unusable_network(network: str, kind: str, address: str) -> None:
    """Every row of the table names its kind, and every row of the table is tested."""
    assert unusable(address) == kind
    assert (ipaddress.IPv6Network(network), kind) in UNUSABLE
    assert len(ROWS) == len(UNUSABLE)


@pytest.mark.parametrize(
    "address",
    ["2000::1", "2001:1::1", "2001:3::1", "2001:40::1", "2001:db9::1", "2003::1", "3fff:1000::1",
     "2a01:111:f403:c000::1", "2A02:0A10::1", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
)  # fmt: skip
def test_addresses_beside_the_unusable_networks_are_usable(address: str) -> None:
    """What lies just outside a row of the table, inside 2000::/3, is usable."""
    assert unusable(address) is None


@pytest.mark.parametrize(
    "address", ["100:0:0:2::1", "64:ff9b:2::1", "4000::1", "1fff::1", "::1:0:0:1"]
)
def test_the_rest_of_the_address_space_is_not_global(address: str) -> None:
    """Outside 2000::/3 nothing is usable, in the table or not."""
    assert unusable(address) == "not_global"


@pytest.mark.parametrize("text", ["", "192.0.2.1", "2001:db8::/32", "mail.example", "2a01:::1"])
def test_a_text_that_is_no_ipv6_address(text: str) -> None:
    """A log can hold anything; what is no address is malformed and no error."""
    assert unusable(text) == "malformed"
