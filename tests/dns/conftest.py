"""Zones that hold every kind of answer an authoritative server gives."""

from pathlib import Path

import pytest

_SOA = "@ SOA ns1.town.example. host.town.example. 1 7200 900 604800 60\n"

ZONES = {
    "town.example": f"""$TTL 300
{_SOA}
@ NS ns1
@ NS NS2.town.example.
@ MX 10 mx1
@ MX 20 MX.Gate.example.
@ TXT "v=spf1 -all" "second"
@ TXT "=1+1; \\"quoted\\" \\195\\169"
@ A 192.0.2.1
ns1 A 192.0.2.2
ns1 AAAA 2a01::2
ns2 A 192.0.2.3
mx1 A 192.0.2.4
mx1 AAAA 2a01::4
mx1 AAAA 2A01:0:0::5
www CNAME town.example.
autodiscover CNAME autodiscover.gate.example.
selector1._domainkey CNAME selector1-town-example._domainkey.town.onmicrosoft.example.
loop1 CNAME loop2
loop2 CNAME loop1
self CNAME self
gone CNAME nothere.gate.example.
empty CNAME mx.gate.example.
outside CNAME www.elsewhere.example.
a.b.deep A 192.0.2.9
*.wild AAAA 2a01::7
*.wild MX 10 mx1
under.wild A 192.0.2.8
*.alias CNAME mx1
sub NS ns.elsewhere.example.
large TXT {" ".join(f'"{number:0200d}"' for number in range(20))}
null MX 0 .
{"".join(f"chain{n} CNAME chain{n + 1}" + chr(10) for n in range(17))}chain17 AAAA 2a01::17
""",
    "gate.example": f"""$TTL 300
{_SOA}
@ NS ns1.town.example.
mx A 192.0.2.44
autodiscover A 192.0.2.45
""",
    "child.town.example": f"""$TTL 300
{_SOA}
@ NS ns1.town.example.
@ AAAA 2a01::c
""",
}


@pytest.fixture(scope="session")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the zone files."""
    folder = tmp_path_factory.mktemp("zones")
    for origin, text in ZONES.items():
        (folder / f"{origin}.zone").write_text(text)
    return folder
