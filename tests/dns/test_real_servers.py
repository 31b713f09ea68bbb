from collections.abc import Iterator
from pathlib import Path

import pytest
from impatient import QUICK, ask
from realservers import nsd, unbound

from v6monitor.dns.observation import Observation, Question
from v6monitor_example.server import ZoneServer

PATIENT = QUICK._replace(timeout=0.5)
EXPECTED = {
    ("town.example", "MX"): ("ok", ("10 mx1.town.example", "20 mx.gate.example"), ()),
    ("town.example", "NS"): ("ok", ("ns1.town.example", "ns2.town.example"), ()),
    ("town.example", "TXT"): (
        "ok", ('"=1+1; \\"quoted\\" \\195\\169"', '"v=spf1 -all" "second"'), (),
    ),
    ("town.example", "AAAA"): ("nodata", (), ()),
    ("nothere.town.example", "AAAA"): ("nxdomain", (), ()),
    ("deep.town.example", "A"): ("nodata", (), ()),
    ("a.b.deep.town.example", "A"): ("ok", ("192.0.2.9",), ()),
    ("mx1.town.example", "AAAA"): ("ok", ("2a01::4", "2a01::5"), ()),
    ("null.town.example", "MX"): ("ok", ("0 .",), ()),
    ("www.town.example", "A"): ("ok", ("192.0.2.1",), ("town.example",)),
    ("www.town.example", "AAAA"): ("nodata", (), ("town.example",)),
    ("www.town.example", "CNAME"): ("ok", ("town.example",), ()),
    ("autodiscover.town.example", "CNAME"): ("ok", ("autodiscover.gate.example",), ()),
    ("gone.town.example", "A"): ("nxdomain", (), ("nothere.gate.example",)),
    ("empty.town.example", "AAAA"): ("nodata", (), ("mx.gate.example",)),
    ("outside.town.example", "A"): ("refused", (), ("www.elsewhere.example",)),
    ("x.wild.town.example", "AAAA"): ("ok", ("2a01::7",), ()),
    ("x.wild.town.example", "A"): ("nodata", (), ()),
    ("under.wild.town.example", "AAAA"): ("nodata", (), ()),
    ("x.alias.town.example", "A"): ("ok", ("192.0.2.4",), ("mx1.town.example",)),
    ("child.town.example", "AAAA"): ("ok", ("2a01::c",), ()),
    ("sub.town.example", "A"): ("servfail", (), ()),
    ("large.town.example", "TXT"): (
        "ok", (" ".join(f'"{number:0200d}"' for number in range(20)),), (),
    ),
    ("chain1.town.example", "AAAA"): (
        "ok", ("2a01::17",), tuple(f"chain{n}.town.example" for n in range(2, 18)),
    ),
    ("chain0.town.example", "AAAA"): (
        "chain", (), tuple(f"chain{n}.town.example" for n in range(1, 18)),
    ),
    ("loop1.town.example", "A"): ("chain", (), ("loop2.town.example", "loop1.town.example")),
    ("self.town.example", "A"): ("chain", (), ("self.town.example",)),
    ("elsewhere.example", "A"): ("refused", (), ()),
    ("not a name.example", "A"): ("invalid_name", (), ()),
}  # fmt: skip


def look_up(port: int) -> list[Observation]:
    """Ask everything at one server."""
    questions = [Question(*question) for question in EXPECTED]
    return ask(f"127.0.0.1:{port}", questions=questions, policy=PATIENT)


@pytest.fixture(scope="module")
def at_nsd(zones: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the zones, and one that has no data, with nsd."""
    with nsd(tmp_path_factory.mktemp("nsd"), zones, missing=("lame.example",)) as port:
        yield port


def test_nsd_gives_every_outcome_that_it_can(at_nsd: int) -> None:
    """Outcome, answers and chain of every kind of row."""
    rows = look_up(at_nsd)
    found = {(row.qname, row.qtype): (row.outcome, row.answers, row.chain) for row in rows}
    assert found == EXPECTED


def test_the_embedded_server_says_what_nsd_says(at_nsd: int, zones: Path) -> None:
    """The same rows but for the time and the way they took."""
    with ZoneServer(zones) as server:
        embedded = [row[:6] for row in look_up(server.port)]
    assert embedded == [row[:6] for row in look_up(at_nsd)]


def test_a_lame_zone_is_not_a_no(at_nsd: int) -> None:
    """Nsd knows the zone and has no data."""
    (row,) = ask(f"127.0.0.1:{at_nsd}", questions=[Question("lame.example", "MX")])
    assert row.outcome == "servfail"


RESOLVED = {
    ("town.example", "MX"): "ok",
    ("www.town.example", "AAAA"): "nodata",
    ("nothere.town.example", "A"): "nxdomain",
    ("large.town.example", "TXT"): "ok",
    ("loop1.town.example", "A"): "servfail",
    ("lame.example", "MX"): "servfail",
    ("refused.example", "A"): "refused",
    ("denied.example", "A"): "timeout",
}
LOCAL = """
  local-zone: "refused.example." refuse
  local-zone: "denied.example." deny
stub-zone:
  name: "example."
  stub-addr: 127.0.0.1@{port}
"""


@pytest.fixture(scope="module")
def at_unbound(
    at_nsd: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, int, Path]]:
    """Resolve with unbound, also over TLS."""
    folder = tmp_path_factory.mktemp("unbound")
    with unbound(folder, LOCAL.format(port=at_nsd)) as ports:
        yield *ports, folder / "cert.pem"


def test_unbound_gives_the_outcomes_of_a_resolver(at_unbound: tuple[int, int, Path]) -> None:
    """A lame zone, a loop, refusal and silence are failures; a large answer comes by TCP."""
    questions = [Question(*question) for question in RESOLVED]
    rows = ask(f"127.0.0.1:{at_unbound[0]}", questions=questions, policy=PATIENT)
    assert {(row.qname, row.qtype): row.outcome for row in rows} == RESOLVED


def test_a_resolver_can_be_asked_over_tls(
    at_unbound: tuple[int, int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a certificate that is trusted; without trust it is unreachable."""
    spec = f"tls://127.0.0.1:{at_unbound[1]}"
    question = Question("town.example", "MX")
    (row,) = ask(spec, questions=[question])
    assert row.outcome == "unreachable"
    assert "certificate" in row.detail
    monkeypatch.setenv("SSL_CERT_FILE", str(at_unbound[2]))
    (row,) = ask(spec, questions=[question], policy=PATIENT)
    assert (row.outcome, row.answers) == EXPECTED["town.example", "MX"][:2]
    assert row.resolver == spec
