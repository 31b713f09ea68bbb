import csv
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v6monitor.mail.exchange_online import (
    domain_of,
    in_smtp_prefixes,
    label_of,
    parse_exchange_host,
    tenant_of,
)
from v6monitor.verdicts.domain import is_ownership_proof

LETTERS = string.ascii_lowercase + string.digits
LABELS = st.from_regex(
    r"[a-z0-9](?:[a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True, alphabet=LETTERS + "-"
)
DOMAINS = st.builds(
    lambda labels, top: ".".join([*labels, top]),
    st.lists(LABELS, min_size=1, max_size=3),
    st.sampled_from(["nl", "example", "frl", "xn--p1ai", "xn--80ao21a"]),
)


@given(DOMAINS)
def test_every_domain_comes_back_from_its_label(domain: str) -> None:
    """The code is reversible for any domain, international top-level domains included."""
    assert domain_of(label_of(domain)) == domain


@pytest.mark.parametrize(
    "label",
    ["", "townhall", "-", "a-b0", "town-example0a", "town-example01", "0", "x" * 500, "é-nl0c",
     "town-example0" + "9" * 400 + "b"],
)  # fmt: skip
def test_a_label_that_no_domain_encodes_to_gives_none(label: str) -> None:
    """What cannot be decoded is said to be so, whatever stands in the DNS."""
    assert domain_of(label) is None


def test_all_recorded_own_labels_agree_both_ways(real_data: Path) -> None:
    """Every recorded municipal domain with its own label, dashed or not, follows the code."""
    with (real_data / "mail-dns" / "exchange_online_mx_pairs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    own = 0
    for row in rows:
        plain = row["domain"].replace("-", "").replace(".", "-")
        code = "0[1-9b-p]+" if "-" in row["domain"] else ""
        if re.fullmatch(re.escape(plain) + code, row["label"]):
            own += 1
            assert label_of(row["domain"]) == row["label"]
            assert domain_of(row["label"]) == row["domain"]
        assert parse_exchange_host(row["mx_host"]) is not None
    assert (len(rows), own) == (1465, 1460)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("town-example.mail.protection.outlook.com", ("classic", "town-example")),
        ("town-example.e-v1.mx.microsoft", ("mx.microsoft", "town-example")),
        ("town-example.ab1-v12.mx.microsoft", ("mx.microsoft", "town-example")),
        ("town-example.mail.eo.outlook.com", ("obsolete", "town-example")),
        ("town-example.mail.protection.outlook.de", ("obsolete", "town-example")),
        ("mail.messaging.microsoft.com", ("obsolete", "")),
        ("mail.global.frontbridge.com", ("obsolete", "")),
        ("town.bigfish.com", ("obsolete", "")),
        ("town.mail.protection.office365.us", ("sovereign", "town")),
        ("town-example.mail.protection.partner.outlook.cn", ("sovereign", "town-example")),
        ("1234567890.mail.outlook.com", ("obsolete", "")),
        ("townhall.onmicrosoft.com", ("obsolete", "")),
        ("mail.protection.outlook.com", ("broken", "")),
        ("town.example.mail.protection.outlook.com", ("broken", "")),
    ],
)
def test_exchange_online_hosts_and_their_zones(host: str, expected: tuple[str, str]) -> None:
    """Each pattern of Microsoft's host names gives its zone and label."""
    assert parse_exchange_host(host)[:2] == expected


@pytest.mark.parametrize(
    "host",
    [
        "town-example.mail.protection.outlook.com",
        "town-example.e-v1.mx.microsoft",
        "town-example.mail.eo.outlook.com",
        "town-example.mail.protection.outlook.de",
        "town.mail.protection.office365.us",
        "town-example.mail.protection.partner.outlook.cn",
        "mail.protection.outlook.com",
        "mail.messaging.microsoft.com",
        "town.bigfish.com",
        "12.mail.outlook.com",
        "townhall.onmicrosoft.com",
    ],
)
def test_a_dot_of_a_zone_is_a_dot(host: str) -> None:
    """With another character in expected of any of its dots the name is somebody else's."""
    assert parse_exchange_host(host)
    for at, sign in enumerate(host):
        if sign == ".":
            assert parse_exchange_host(f"{host[:at]}x{host[at + 1 :]}") is None


def test_a_dot_of_a_broken_name_or_of_a_tenant_is_a_dot() -> None:
    """The same for a label with dots in it, of which the last four count, and for DKIM targets."""
    host = "town.example.mail.protection.outlook.com"
    for at in [at for at, sign in enumerate(host) if sign == "."][1:]:
        assert parse_exchange_host(f"{host[:at]}x{host[at + 1 :]}") is None
    selector = "selector1-town-example._domainkey.townhall"
    for target in (f"{selector}.onmicrosoft.com", f"{selector}.q-v1.dkim.mail.microsoft"):
        assert tenant_of(target) == "townhall"
        for at in [at for at, sign in enumerate(target) if sign == "."]:
            assert tenant_of(f"{target[:at]}x{target[at + 1 :]}") == ""


@pytest.mark.parametrize(
    "host",
    [
        "nam.olc.protection.outlook.com",
        "outlook-com.olc.protection.outlook.com",
        "outlook.com",
        "mail.outlook.com",
        "onmicrosoft.com",
        "mx.townhall.onmicrosoft.com",
        "autodiscover.outlook.com",
        "mx.microsoft",
        "town-example.mx.microsoft",
        "town-example.mail.protection.outlook.com.example",
        "notmail.protection.outlook.com",
        "town-example.xmail.protection.outlook.com",
        "notbigfish.com",
        "mail.town.example",
    ],
)
def test_hosts_that_only_look_like_exchange_online(host: str) -> None:
    """Consumer Outlook and names with the same words elsewhere are not Exchange Online."""
    assert parse_exchange_host(host) is None


@pytest.mark.parametrize(
    ("host", "domain", "fault"),
    [
        ("town.example.mail.protection.outlook.com", "town.example", "dots"),
        ("mail.protection.outlook.com", "town.example", "bare"),
        ("town-example.mail.protection.outlook.com.town.example", "town.example", "final_dot"),
        ("town-example.e-v1.mx.microsoft.town.example", "post.town.example", "final_dot"),
        ("autodiscover.outlook.com.town.example", "town.example", "final_dot"),
        ("town-example.mail.protection.outlook.com", "town.example", ""),
    ],
)
def test_what_is_wrong_with_a_record_that_means_exchange_online(
    host: str, domain: str, fault: str
) -> None:
    """Dots for dashes, no label, or the own zone behind it; only the own zone tells the last."""
    found = parse_exchange_host(host, domain)
    assert found
    assert found.fault == fault
    assert (found.zone == "broken") == bool(fault)
    if fault == "final_dot":
        assert parse_exchange_host(host, "city.example") is None


@pytest.mark.parametrize(
    ("target", "tenant"),
    [
        ("selector1-town-example._domainkey.townhall.onmicrosoft.com", "townhall"),
        ("selector2-town-example._domainkey.townhall.q-v1.dkim.mail.microsoft", "townhall"),
        ("selector1-town-example._domainkey.onmicrosoft.com", ""),
        ("selector1._domainkey.mailer.example", ""),
        ("", ""),
    ],
)
def test_the_tenant_stands_in_the_dkim_target(target: str, tenant: str) -> None:
    """Both forms of the DKIM target name the tenant; anything else names none."""
    assert tenant_of(target) == tenant


@pytest.mark.parametrize(
    ("host", "proof"),
    [
        ("ms12345678.msv1.invalid", True),
        ("ms12345678.msv1.invalid.outlook.com", True),
        (f"{'0a' * 20}.msv1.invalid.town.example", True),
        ("msx.msv1.invalid", False),
        ("ms1.msv1.valid", False),
    ],
)
def test_left_over_proofs_of_ownership(host: str, proof: bool) -> None:
    """Proof-of-ownership records are recognised, also with a domain behind them."""
    assert is_ownership_proof(host) is proof


def test_addresses_of_exchange_online() -> None:
    """Only the two documented prefixes are Exchange Online's."""
    assert in_smtp_prefixes("2a01:111:f400:7c0d::10")
    assert in_smtp_prefixes("2a01:111:f403:ffff:ffff:ffff:ffff:ffff")
    assert not in_smtp_prefixes("2a01:111:f404::1")
