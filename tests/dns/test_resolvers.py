import pytest

from v6monitor.dns.resolvers import Resolver, from_resolv_conf, parse
from v6monitor.errors import UsageError


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("192.0.2.53", Resolver("192.0.2.53", "udp", "192.0.2.53", 53)),
        ("192.0.2.53:53", Resolver("192.0.2.53", "udp", "192.0.2.53", 53)),
        ("192.0.2.53:5353", Resolver("192.0.2.53:5353", "udp", "192.0.2.53", 5353)),
        ("2001:DB8::53", Resolver("2001:db8::53", "udp", "2001:db8::53", 53)),
        ("[2001:db8::53]", Resolver("2001:db8::53", "udp", "2001:db8::53", 53)),
        ("[2001:db8::53]:54", Resolver("[2001:db8::53]:54", "udp", "2001:db8::53", 54)),
        ("tls://dns.example", Resolver("tls://dns.example", "tls", "dns.example", 853)),
        ("tls://[::1]:8853", Resolver("tls://[::1]:8853", "tls", "::1", 8853)),
        (
            "https://dns.example/dns-query",
            Resolver("https://dns.example/dns-query", "https", "dns.example", 443,
                     "https://dns.example/dns-query"),
        ),
        ("example", Resolver("example", "udp", "", 0, embedded=True)),
    ],
)  # fmt: skip
def test_a_resolver_is_written_in_these_forms(spec: str, expected: Resolver) -> None:
    """Every form of the command line."""
    assert parse([spec]) == [expected]


def test_the_system_resolver_is_an_address() -> None:
    """Or none is configured, which is said."""
    assert all(resolver.host for resolver in parse(["system"]))


@pytest.mark.parametrize(
    ("line", "labels", "odd"),
    [
        ("nameserver localhost", [], ["nameserver localhost"]),
        ("nameserver 192.0.2.1:53", [], ["nameserver 192.0.2.1:53"]),
        ("nameserver", [], ["nameserver"]),
        ("nameserver fe80::1%lo", ["fe80::1%lo"], []),
        ("  nameserver\t2001:DB8::1 # comment", ["2001:db8::1"], []),
        ("", [], []),
        ("# nameserver 192.0.2.1", [], []),
        ("options timeout:1", [], []),
    ],
)
def test_an_odd_line_of_resolv_conf_is_left_out_and_named(
    line: str, labels: list[str], odd: list[str]
) -> None:
    """The other lines are used."""
    found, left_out = from_resolv_conf([line, "nameserver 192.0.2.53"])
    assert [resolver.label for resolver in found] == [*labels, "192.0.2.53"]
    assert left_out == odd


def test_a_resolver_given_twice_is_asked_once() -> None:
    """Also in another spelling."""
    assert len(parse(["192.0.2.53", "192.0.2.53:53"])) == 1


@pytest.mark.parametrize(
    "spec",
    [
        "", "dns.example", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2.53:x",
        "192.0.2.256", "[192.0.2.53]", "[2001:db8::53]x", "[2001:db8::53", "udp://192.0.2.53",
        "tls://", "tls://dns.example/path", "https://user@dns.example/", "https://dns.example:x/",
        "http://dns.example/dns-query", "SYSTEM ",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_forms(spec: str) -> None:
    """One sentence: what was found and what was expected."""
    with pytest.raises(UsageError, match=r"expected system, IP, IP:port"):
        parse([spec])


def test_no_resolver_at_all_is_refused() -> None:
    """An empty list is not the system's."""
    with pytest.raises(UsageError, match="no resolver given"):
        parse([])
