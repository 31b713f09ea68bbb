from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import pytest

from v6monitor.errors import InputError, UsageError
from v6monitor_example.server import ZoneServer, read_broken

BROKEN = {
    "fails.town.example": "servfail",
    "mx.gate.example": "refused",
    "quiet.town.example": "silence",
    "works.quiet.town.example": "refused",
}


@pytest.fixture(scope="module")
def server(zones: Path) -> Iterator[ZoneServer]:
    """Serve the zones, some names broken."""
    with ZoneServer(zones, BROKEN) as running:
        yield running


def ask(server: ZoneServer, name: str, qtype: str, **edns: object) -> dns.message.Message:
    """Ask over UDP, by default with EDNS."""
    query = dns.message.make_query(name, qtype, **({"use_edns": 0, "payload": 1232} | edns))
    return dns.query.udp(query, server.address, port=server.port, timeout=5)


def summary(message: dns.message.Message) -> tuple[str, list[str], list[str]]:
    """Return the response code, the answer's record data and the types in the authority."""
    data = [item.to_text() for rrset in message.answer for item in rrset]
    authority = [dns.rdatatype.to_text(rrset.rdtype) for rrset in message.authority]
    return dns.rcode.to_text(message.rcode()), sorted(data), authority


@pytest.mark.parametrize(
    ("name", "qtype", "expected"),
    [
        ("TOWN.example", "A", ("NOERROR", ["192.0.2.1"], [])),
        ("town.example", "AAAA", ("NOERROR", [], ["SOA"])),
        ("nothere.town.example", "A", ("NXDOMAIN", [], ["SOA"])),
        ("b.deep.town.example", "A", ("NOERROR", [], ["SOA"])),
        ("deep.town.example", "NS", ("NOERROR", [], ["SOA"])),
        ("c.deep.town.example", "A", ("NXDOMAIN", [], ["SOA"])),
        ("www.town.example", "A", ("NOERROR", ["192.0.2.1", "town.example."], [])),
        ("www.town.example", "CNAME", ("NOERROR", ["town.example."], [])),
        ("empty.town.example", "TXT", ("REFUSED", [], [])),
        ("gone.town.example", "A", ("NXDOMAIN", ["nothere.gate.example."], ["SOA"])),
        ("outside.town.example", "A", ("NOERROR", ["www.elsewhere.example."], [])),
        ("x.wild.town.example", "AAAA", ("NOERROR", ["2a01::7"], [])),
        ("x.y.wild.town.example", "AAAA", ("NOERROR", ["2a01::7"], [])),
        ("x.wild.town.example", "A", ("NOERROR", [], ["SOA"])),
        ("under.wild.town.example", "AAAA", ("NOERROR", [], ["SOA"])),
        ("x.under.wild.town.example", "AAAA", ("NXDOMAIN", [], ["SOA"])),
        ("wild.town.example", "AAAA", ("NOERROR", [], ["SOA"])),
        ("x.alias.town.example", "A", ("NOERROR", ["192.0.2.4", "mx1.town.example."], [])),
        ("child.town.example", "AAAA", ("NOERROR", ["2a01::c"], [])),
        ("host.sub.town.example", "A", ("SERVFAIL", [], [])),
        ("elsewhere.example", "A", ("REFUSED", [], [])),
        ("fails.town.example", "A", ("SERVFAIL", [], [])),
        ("below.fails.town.example", "MX", ("SERVFAIL", [], [])),
        ("mx.gate.example", "A", ("REFUSED", [], [])),
        ("works.quiet.town.example", "A", ("REFUSED", [], [])),
    ],
)
def test_each_name_has_its_answer(
    server: ZoneServer, name: str, qtype: str, expected: tuple[str, list[str], list[str]]
) -> None:
    """NODATA and NXDOMAIN with SOA, chased CNAMEs, wildcards, and what is broken on purpose."""
    assert summary(ask(server, name, qtype)) == expected


def test_silence_is_silence(server: ZoneServer) -> None:
    """No answer at all, over UDP and TCP."""
    query = dns.message.make_query("quiet.town.example", "A").to_wire()
    assert server.respond(query) is None


def test_the_server_looks_like_a_resolver(server: ZoneServer) -> None:
    """Recursion available, the id and the question repeated as they were written."""
    response = ask(server, "Town.Example", "A")
    assert response.flags & dns.flags.RA
    assert response.question[0].name.to_text() == "Town.Example."
    assert response.edns == 0


def test_the_time_to_live_of_no_is_the_zones_minimum(server: ZoneServer) -> None:
    """RFC 2308."""
    assert [rrset.ttl for rrset in ask(server, "town.example", "AAAA").authority] == [60]


@pytest.mark.parametrize("edns", [{}, {"use_edns": False}])
def test_what_does_not_fit_is_truncated_and_comes_whole_over_tcp(
    server: ZoneServer, edns: dict[str, object]
) -> None:
    """Four thousand bytes of TXT."""
    response = ask(server, "large.town.example", "TXT", **edns)
    assert response.flags & dns.flags.TC
    assert not response.answer
    query = dns.message.make_query("large.town.example", "TXT")
    whole = dns.query.tcp(query, server.address, port=server.port, timeout=5)
    assert not whole.flags & dns.flags.TC
    assert len(whole.answer[0][0].strings) == 20


def test_without_edns_the_answer_has_none(server: ZoneServer) -> None:
    """And is cut at 512 bytes."""
    assert ask(server, "town.example", "MX", use_edns=False).edns == -1


def test_odd_queries_get_their_response_code(server: ZoneServer) -> None:
    """Other opcodes, EDNS versions, classes and types have theirs; answers get no answer."""
    query = dns.message.make_query("town.example", "A", use_edns=0)
    answered = dns.message.make_response(query).to_wire()
    assert server.respond(answered) is None
    assert server.respond(b"\0\1\2") is None
    for change, rcode in (
        (lambda q: q.set_opcode(dns.opcode.NOTIFY), "NOTIMP"),
        (lambda q: q.use_edns(1), "BADVERS"),
        (lambda q: q.question.clear(), "FORMERR"),
    ):
        query = dns.message.make_query("town.example", "A", use_edns=0)
        change(query)
        response = dns.message.from_wire(server.respond(query.to_wire()) or b"")
        assert dns.rcode.to_text(response.rcode()) == rcode
    for qtype, rdclass in (("AXFR", "IN"), ("ANY", "IN"), ("A", "CH")):
        query = dns.message.make_query("town.example", qtype, rdclass)
        response = dns.message.from_wire(server.respond(query.to_wire()) or b"")
        assert dns.rcode.to_text(response.rcode()) == "REFUSED"


def test_a_taken_port_is_a_clear_error(server: ZoneServer, zones: Path) -> None:
    """Not a traceback."""
    with pytest.raises(UsageError, match=f"port {server.port} of 127.0.0.1 cannot be opened"):
        ZoneServer(zones, port=server.port).__enter__()


def test_a_folder_without_zones_is_a_clear_error(tmp_path: Path) -> None:
    """So is a file that is no zone."""
    with pytest.raises(InputError, match="no zone files"):
        ZoneServer(tmp_path)
    (tmp_path / "town.example.zone").write_text("no zone at all")
    with pytest.raises(InputError, match=r"town\.example\.zone: expected a zone file"):
        ZoneServer(tmp_path)


def test_broken_names_come_from_a_csv(tmp_path: Path) -> None:
    """An unknown behaviour is refused."""
    path = tmp_path / "broken.csv"
    path.write_text("name,behaviour\ntown.example,silence\n")
    assert read_broken(path) == {"town.example": "silence"}
    path.write_text("name,behaviour\ntown.example,slow\n")
    with pytest.raises(InputError, match=r"'slow'.*servfail, refused, silence"):
        read_broken(path)
