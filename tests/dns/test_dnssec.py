"""Signed zones, good and spoilt, behind a resolver that validates."""

from collections.abc import Iterator
from pathlib import Path

import dns.dnssec
import dns.name
import dns.rdatatype
import dns.zone
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from dns.dnssectypes import Algorithm
from impatient import QUICK, ask
from realservers import nsd, unbound

from v6monitor.dns import fastpath
from v6monitor.dns.observation import Observation, Question

PATIENT = QUICK._replace(timeout=1.0)
ZONE = """$ORIGIN {origin}.
$TTL 300
@ SOA ns1 host 1 3600 600 86400 300
@ NS ns1
@ MX 10 mx1
ns1 A 127.0.0.1
mx1 A 192.0.2.25
mx1 AAAA 2a01:4f8::25
www CNAME mx1
"""


def signed(folder: Path, origin: str, *, spoilt: bool = False) -> str:
    """Write a signed zone; returns its trust anchor. Spoilt: an address changed after signing."""
    zone = dns.zone.from_text(ZONE.format(origin=origin), origin=f"{origin}.", relativize=False)
    private = ec.generate_private_key(ec.SECP256R1())
    key = dns.dnssec.make_dnskey(private.public_key(), Algorithm.ECDSAP256SHA256, flags=257)
    dns.dnssec.sign_zone(zone, keys=[(private, key)], lifetime=86400)
    text = zone.to_text(relativize=False)
    if spoilt:
        text = text.replace("2a01:4f8::25", "2a01:4f8::26")
    (folder / f"{origin}.zone").write_text(text)
    digest = dns.dnssec.make_ds(dns.name.from_text(origin), key, "SHA256")
    return f'trust-anchor: "{origin}. DS {digest}"'


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run unbound with validation in front of nsd with a good and a spoilt zone."""
    zones = tmp_path_factory.mktemp("signed")
    anchors = [signed(zones, "good.example"), signed(zones, "spoilt.example", spoilt=True)]
    with nsd(tmp_path_factory.mktemp("nsd"), zones) as port:
        stubs = "".join(
            f'stub-zone:\n  name: "{name}"\n  stub-addr: 127.0.0.1@{port}\n'
            for name in ("good.example", "spoilt.example")
        )
        validate = 'module-config: "validator iterator"\n  ede: yes\n  val-log-level: 2\n'
        lines = "".join(f"  {anchor}\n" for anchor in anchors)
        config = f"  {validate}{lines}{stubs}"
        with unbound(tmp_path_factory.mktemp("unbound"), config) as (udp, _):
            yield f"127.0.0.1:{udp}"


def rows(resolver: str, *questions: tuple[str, str], **policy: object) -> list[Observation]:
    """Ask the resolver."""
    asked = [Question(*question) for question in questions]
    return ask(resolver, questions=asked, policy=PATIENT._replace(**policy))


def test_what_validates_is_authenticated(resolver: str) -> None:
    """Records, aliases and denials alike carry the AD bit."""
    found = rows(
        resolver,
        ("mx1.good.example", "AAAA"),
        ("www.good.example", "AAAA"),
        ("ns1.good.example", "AAAA"),
        ("nothere.good.example", "MX"),
    )
    assert {(row.qname, row.outcome, row.authenticated) for row in found} == {
        ("mx1.good.example", "ok", True),
        ("www.good.example", "ok", True),
        ("ns1.good.example", "nodata", True),
        ("nothere.good.example", "nxdomain", True),
    }


def test_what_does_not_validate_is_bogus_and_never_a_yes_or_no(resolver: str) -> None:
    """The extended error says why; only what was spoilt is."""
    spoilt, good = rows(resolver, ("mx1.spoilt.example", "AAAA"), ("mx1.spoilt.example", "A"))[::-1]
    assert (good.outcome, good.authenticated) == ("ok", True)
    assert (spoilt.outcome, spoilt.answers) == ("bogus", ())
    assert "EDE" in spoilt.detail


def test_it_can_be_asked_again_without_validation(resolver: str) -> None:
    """Then the detail has the answer; the outcome remains bogus."""
    (row,) = rows(resolver, ("mx1.spoilt.example", "AAAA"), unvalidated=True)
    assert (row.outcome, row.answers, row.authenticated) == ("bogus", (), False)
    assert "without validation: ok 2a01:4f8::26" in row.detail


def test_signed_answers_are_read_fast(resolver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures and denials do not cost the slow way, and both readers agree on each."""
    read = []
    fast = fastpath.read
    monkeypatch.setattr(fastpath, "read", lambda *given: read.append(fast(*given)) or read[-1])
    monkeypatch.setattr(fastpath, "CHECKED", 1)
    rows(resolver, ("mx1.good.example", "AAAA"), ("ns1.good.example", "AAAA"))
    assert None not in read
    assert len(read) == 2
