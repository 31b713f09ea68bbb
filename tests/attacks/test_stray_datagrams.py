"""Packets that nobody asked for, from any sender: they change no answer and no run."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import dns.edns
import dns.flags
import dns.message
import dns.rdata
import faults
import forged
import pytest
import strays
from children import child
from faultserver import Behaviour, FaultServer, FromElsewhere, Sent, framed, reply, truncated
from faulty import asked_about, drawn, shown
from impatient import ASKED, QUICK, ask
from secureservers import secure
from strays import poison, question_of
from test_faults import CASES

from v6monitor.cli import main
from v6monitor.dns import codec, transport, vantage
from v6monitor.dns.client import Client
from v6monitor.dns.codec import encode, question_section
from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.plan import Questions
from v6monitor.dns.resolvers import parse
from v6monitor.dns.retry import Policy
from v6monitor.dns.wire import MAY_LACK_QUESTION, Malformed, is_response, sanitised

PACKETS = int(os.environ.get("V6MONITOR_PACKETS", "20000"))
TYPES = (1, 2, 5, 6, 15, 16, 28, 33, 65, 12345, 64999)
CLASSES = (255, 254, 3, 4, 0, 77, 65280)
GOOD = "a.example. 300 IN AAAA 2a01::1"
DEFINITE = [case for case in CASES if case.verdict in {"yes", "no"} and "AAAA" in case.types]


def tables() -> dict[str, Mapping[object, object]]:
    """Return what dnspython keeps for the whole process."""
    return {
        "rdata": dict(dns.rdata._rdata_classes),
        "types": dict(dns.rdatatype._registered_by_value),
        "options": dict(dns.edns._type_to_class),
    }


@pytest.fixture(params=["loaded", "empty"])
def unfed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See that dnspython's tables are as they were; and empty, that only class IN gets into them.

    Empty they are in a process that has not read an answer yet: what comes first decides.
    """
    if request.param == "empty":
        monkeypatch.setattr(dns.rdata, "_rdata_classes", {})
    before = tables()
    yield
    after = tables()
    if request.param == "loaded":
        assert after["rdata"] == before["rdata"]
    classes = {  # of OPT, which the server of a test reads too, it is the size of a datagram
        int(rdclass) for rdclass, rdtype in dns.rdata._rdata_classes if rdtype != dns.rdatatype.OPT
    }
    generic = {
        int(rdtype) for (_, rdtype), how in dns.rdata._rdata_classes.items()
        if how is dns.rdata.GenericRdata
    }  # fmt: skip
    assert classes <= {1, 255}
    assert generic <= {0xFF00}
    assert (after["types"], after["options"]) == (before["types"], before["options"])


def local_ports(server: int) -> list[int]:
    """Return the local ports of UDP sockets that are connected to a port on loopback."""
    lines = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return [int(at[1].split(":")[1], 16) for at in lines if at[2] == f"0100007F:{server:04X}"]


@contextmanager
def poisoned(server: FaultServer) -> Iterator[list[int]]:
    """Send poison to every local port of whoever asks a server; gives the ports that got it."""
    reached: list[int] = []
    stop = threading.Event()

    def send() -> None:
        for number in range(2000):
            for port in local_ports(server.port):
                for rdtype in TYPES:
                    message = poison(number, rdtype, CLASSES[number % len(CLASSES)])
                    server._udp.sendto(message, ("127.0.0.1", port))
                reached.append(port)
            if stop.wait(0.01):
                return

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield reached
    finally:
        stop.set()
        thread.join()


def after_poison(behaviour: Behaviour) -> Behaviour:
    """Send what nobody asked for before each answer, to the port that asked."""

    def behave(query: dns.message.Message, number: int, tcp: bool) -> Iterable[Sent]:
        if not tcp:
            for rdtype in TYPES:
                yield poison(query.id ^ 0x5555, rdtype, CLASSES[(number + rdtype) % len(CLASSES)])
        yield from behaviour(query, number, tcp)

    return behave


@pytest.mark.usefixtures("unfed")
@pytest.mark.parametrize("case", DEFINITE, ids=lambda case: case.fault)
def test_poison_changes_no_answer_of_the_fault_suite(case) -> None:
    """Wrong id, no question, any class: the right verdicts still, and no detail about them."""
    with FaultServer(shown(after_poison(case.behaviour))) as server:
        rows = asked_about(case.types.split(), server.spec, timeout=case.timeout)
    for qtype in case.types.split():
        assert drawn(rows, qtype) == (case.outcome, case.verdict), qtype
    assert not any("do not answer" in row.detail for row in rows)


@pytest.mark.usefixtures("unfed")
def test_poison_to_every_local_port_changes_no_verdict() -> None:
    """The sender guesses nothing; answers are late, so that it comes first."""

    def slow(query: dns.message.Message, number: int, tcp: bool) -> Iterator[Sent]:
        yield from ((0.15, message) for message in faults.answer(query, number, tcp))

    with FaultServer(shown(slow)) as server, poisoned(server) as reached:
        rows = asked_about(["AAAA", "MX", "NS"], server.spec, timeout=1.0)
        assert len(set(reached)) >= 8
    for qtype in ("AAAA", "MX", "NS"):
        assert drawn(rows, qtype) == ("ok", "yes")


def guessed(section: int, rdtype: int, rdclass: int, *, tcp: bool = False) -> Behaviour:
    """Answer with the right id and question, and a record of another class."""

    def behave(query: dns.message.Message, _number: int, over_tcp: bool) -> Iterator[Sent]:
        message = poison(query.id, rdtype, rdclass, question_of(query.to_wire()), section)
        if tcp and not over_tcp:
            yield truncated(query)
        else:
            yield framed(message) if over_tcp else message

    return behave


@pytest.mark.usefixtures("unfed")
@pytest.mark.parametrize("section", [0, 1, 2])
@pytest.mark.parametrize("rdtype", [28, 5, 6, 2, 12345])
@pytest.mark.parametrize("rdclass", [255, 3])
def test_a_record_of_another_class_is_a_mismatch_in_any_section(
    section: int, rdtype: int, rdclass: int
) -> None:
    """Not "no such record": the message is no answer in class IN, and the row says why."""
    with FaultServer(guessed(section, rdtype, rdclass)) as server:
        (row,) = ask(server.spec, policy=QUICK._replace(timeout=0.05))
    assert row.outcome == "mismatch"
    assert f"a record of class {rdclass}" in row.detail
    with FaultServer(forged.before(guessed(section, rdtype, rdclass))) as server:
        (row,) = ask(server.spec)
    assert (row.outcome, row.attempts) == ("ok", 1)


@pytest.mark.usefixtures("unfed")
def test_a_record_of_another_class_over_tcp_is_no_answer() -> None:
    """After a truncated answer over UDP."""
    with FaultServer(guessed(0, 28, 255, tcp=True)) as server:
        (row,) = ask(server.spec)
    assert (row.outcome, row.answers) == ("truncated", ())


@pytest.mark.usefixtures("unfed")
@pytest.mark.parametrize("scheme", ["tls", "https"])
@pytest.mark.parametrize("wrong", ["id", "question", "class", "query"])
def test_tls_and_https_are_checked_alike(
    scheme: str,
    wrong: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What comes over a connection is poison; then the right answer comes."""

    def answer(query: bytes) -> bytes:
        sent.append(query)
        asked = question_of(query)
        if len(sent) > 1:
            return reply(dns.message.from_wire(query), GOOD)
        message_id = int.from_bytes(query[:2], "big") ^ (wrong == "id")
        other = question_section("b.example", "AAAA") if wrong == "question" else asked
        message = bytearray(poison(message_id, 28, 255, other))
        if wrong == "query":
            message[2] &= 0x7F
        return bytes(message)

    sent: list[bytes] = []
    folder = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
    with secure(scheme, answer, folder) as resolver:
        (row,) = ask(resolver, policy=QUICK._replace(timeout=5.0))
    assert (row.outcome, row.answers, row.attempts) == ("ok", ("2a01::1",), 2)
    assert "no answer to the question over the connection" in row.detail


@pytest.mark.usefixtures("unfed")
def test_the_probes_of_the_self_test_are_checked_too() -> None:
    """Over UDP poison is passed over, over TCP it is a failure of the check."""

    def behave(query: dns.message.Message, _number: int, tcp: bool) -> Iterator[Sent]:
        asked = question_of(query.to_wire())
        if tcp:
            yield framed(poison(query.id, 28, 255, asked))
            return
        yield poison(query.id ^ 1, 28, 255)
        yield poison(query.id, 28, 255, question_section("b.example", "AAAA"))
        yield FromElsewhere(reply(query, rcode="NXDOMAIN"))
        data = " ".join(f'"{number:0100d}"' for number in range(8))
        response = dns.message.from_wire(reply(query, f"a.example. 300 IN TXT {data}"))
        response.use_edns(0)
        yield response.to_wire()

    with FaultServer(behave) as server:
        (resolver,) = parse([server.spec])
        found = vantage.large_answer(resolver, Question("a.example", "TXT"), "udp")
        assert found is not None
        assert (found[1], found[0].endswith(" bytes")) == (True, True)
        assert vantage.large_answer(resolver, Question("a.example", "TXT"), "tcp") == (
            "a record of class 255",
            False,
        )


UNREADABLE = {
    "A": b"\1\2\3",
    "AAAA": 15 * b"\1",
    "MX": b"\0\x0a",
    "NS": b"\4ns1",
    "CNAME": b"\4to",
    "TXT": b"\x05abc",
    "SOA": b"\0\0\0\0\0\1",
}


@pytest.mark.usefixtures("unfed")
@pytest.mark.parametrize("qtype", UNREADABLE)
def test_record_data_that_cannot_be_read_are_a_mismatch(qtype: str) -> None:
    """Data too short, or too long by a byte: unknown for each type, and the row says why."""
    for data in (UNREADABLE[qtype], b"", 300 * b"\xc1"):

        def behave(
            query: dns.message.Message, _number: int, _tcp: bool, data: bytes = data
        ) -> Iterator[Sent]:
            message = bytearray(reply(query))[: 12 + len(question_of(query.to_wire()))]
            message[6:12] = b"\0\1\0\0\0\0"
            kind = int(query.question[0].rdtype)
            message += b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\1\0\0\0\x3c"
            yield bytes(message + len(data).to_bytes(2, "big") + data)

        with FaultServer(behave) as server:
            quick = QUICK._replace(attempts=1, timeout=0.05)
            (row,) = ask(server.spec, questions=[Question("a.example", qtype)], policy=quick)
        assert (row.outcome, row.answers) == ("mismatch", ())
        assert "that do not answer the question (" in row.detail


def test_a_table_that_another_program_part_has_fed_gives_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Were dnspython to read AAAA in generic form, that would be no address, and no "no"."""
    key = (dns.rdataclass.IN, dns.rdatatype.AAAA)
    monkeypatch.setitem(dns.rdata._rdata_classes, key, dns.rdata.GenericRdata)

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        response = dns.message.make_response(query)  # with an option, it is not for the fast reader
        response.use_edns(0, options=[dns.edns.GenericOption(65001, b"x")])
        wire = bytearray(response.to_wire())
        end = 12 + len(question_of(query.to_wire()))
        wire[6:8] = b"\0\1"
        yield bytes(wire[:end] + strays.ANSWER + wire[end:])

    with FaultServer(behave) as server:
        (row,) = ask(server.spec, policy=QUICK._replace(attempts=1, timeout=0.05))
    assert row.outcome == "mismatch"
    assert "AAAA unreadable" in row.detail


@pytest.mark.usefixtures("unfed")
def test_unknown_types_options_and_flags_of_a_real_answer_feed_no_table() -> None:
    """An answer to the question may hold records of any type in class IN, and any option."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        response = dns.message.make_response(query, recursion_available=True)
        response.use_edns(0, options=[dns.edns.GenericOption(65001, b"x")])
        wire = bytearray(response.to_wire())
        end = 12 + len(question_of(query.to_wire()))
        owner = b"\xc0\x0c"
        data = b"\0\1\0\0\0\0\0\2ab"
        wire[6:8] = b"\0\3"
        more = b"".join(owner + kind.to_bytes(2, "big") + data for kind in (29, 64001))
        wire[3] |= 0x50  # reserved, and checking disabled
        yield bytes(wire[:end] + strays.ANSWER + more + wire[end:])

    with FaultServer(behave) as server:
        (row,) = ask(server.spec)
    assert (row.outcome, row.answers) == ("ok", ("2a01::1",))
    assert 0x81D0 not in dns.flags.Flag._value2member_map_


SECTION = question_section("mixed.example", "AAAA")
HEADER = b"\x12\x34\x81\x80\0\1\0\0\0\0\0\0"


@pytest.mark.parametrize(
    ("message", "exact", "answered"),
    [
        (HEADER + SECTION, False, True),
        (HEADER + SECTION.replace(b"mixed", b"MiXed"), False, True),
        (HEADER + SECTION.replace(b"mixed", b"MiXed"), True, False),
        (HEADER + SECTION[:-2] + b"\0\3", False, False),
        (HEADER + SECTION[:-3] + b"\x01\0\1", False, False),
        (HEADER + question_section("other.example", "AAAA"), False, False),
        (b"\x12\x35" + HEADER[2:] + SECTION, False, False),
        (b"\x12\x34\x01\x80" + HEADER[4:] + SECTION, False, False),
        (b"\x12\x34\xa9\x80" + HEADER[4:] + SECTION, False, False),
        (HEADER[:5] + b"\2" + HEADER[6:] + SECTION + SECTION, False, False),
        (b"\x12\x34\x81\x81" + 8 * b"\0", False, True),
        (b"\x12\x34\x81\x85" + 8 * b"\0", True, True),
        (b"\x12\x34\x81\x83" + 8 * b"\0", False, False),
        (b"\x12\x34\x81\x82\0\0\0\1\0\0\0\0", False, False),
        (HEADER[:11], False, False),
        (b"", False, False),
    ],
)
def test_what_answers_a_query(message: bytes, exact: bool, answered: bool) -> None:
    """Id, QR bit, opcode, one question: the same in bytes but for case; or a failure without."""
    assert is_response(message, 0x1234, SECTION, exact=exact) == answered
    assert {int(rcode) & 0xF for rcode in codec._FAILURES} == MAY_LACK_QUESTION


@pytest.mark.parametrize("cut", [13, 30, 40, 45, -1])
def test_a_message_that_ends_too_early_or_too_late_is_not_handed_over(cut: int) -> None:
    """Its records are walked over first, to the last byte."""
    message = poison(1, 28, 1, SECTION)
    with pytest.raises(Malformed):
        sanitised(message[:cut])
    with pytest.raises(Malformed):
        sanitised(message + b"\0")


# In volume


@contextmanager
def flooding(per_answer: int) -> Iterator[str]:
    """Run ``strays`` in a process of its own; gives how a resolver list names it."""
    command = [sys.executable, strays.__file__, str(per_answer)]
    with child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        yield f"127.0.0.1:{int(server.stdout.readline())}"


def timed(per_answer: int, questions: list[Question]) -> tuple[float, list[Observation], int]:
    """Ask with so many strays for each answer; returns seconds, rows and strays."""
    policy = Policy(timeout=1.0, rate=1500, concurrency=100)
    with flooding(per_answer) as spec, Client(parse([spec]), policy) as client:
        began = time.monotonic()
        rows = sorted(client.run(Questions(questions)))
        return time.monotonic() - began, rows, client.ignored


def test_a_flood_of_strays_changes_no_answer_and_does_not_halve_the_speed(
    tried: Callable[..., None],
) -> None:
    """Ten for each answer; every question has its answer, and the strays are counted."""
    questions = [
        Question(f"{'none' if n % 3 == 0 else 'some'}.n{n}.example", "AAAA")
        for n in range(PACKETS // 10)
    ]
    tried(PACKETS, "packets")
    alone, expected, none = timed(0, questions)
    flooded, rows, ignored = timed(10, questions)
    assert none == 0
    assert ignored > PACKETS // 2
    assert [row[:4] for row in rows] == [row[:4] for row in expected]
    assert {row.outcome for row in rows} == {"ok", "nxdomain"}
    assert flooded < 2 * alone


def test_strays_are_mentioned_once_at_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command, in its summary; where none came nothing is said."""
    names = tmp_path / "names.txt"
    names.write_text("town.example,web\n")
    for behaviour, mentioned in ((after_poison(faults.answer), True), (faults.answer, False)):
        out = tmp_path / f"{mentioned}.csv"
        with FaultServer(behaviour) as server:
            command = ["lookup", str(names), "--out", str(out), "--resolver", server.spec]
            assert main([*command, "--no-vantage"]) == 0
        output = capsys.readouterr().out
        assert output.count("packets that answered nothing were ignored") == mentioned


# What a sender would have to guess


def test_message_ids_cannot_be_guessed_from_earlier_ones() -> None:
    """Some hundreds of questions on real sockets: no row of numbers, every bit both ways."""
    ids: list[int] = []

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        ids.append(query.id)
        yield reply(query, rcode="NXDOMAIN")

    questions = [Question(f"n{number}.example", "A") for number in range(400)]
    runs = []
    for _ in range(2):
        ids.clear()
        with FaultServer(behave) as server:
            ask(server.spec, questions=questions, policy=QUICK._replace(timeout=2.0))
        runs.append(list(ids))
    for found in runs:
        near = [abs(later - earlier) < 64 for earlier, later in pairwise(found)]
        assert sum(near) < 20
        assert len(set(found)) > 380
        assert len({one >> 12 for one in found}) == 16
        for bit in range(16):
            assert 120 < sum(one >> bit & 1 for one in found) < 280, bit
    assert runs[0][:20] != runs[1][:20]


@pytest.mark.skipif(not Path("/proc/net/udp").exists(), reason="reads /proc")
def test_source_ports_cannot_be_guessed_from_earlier_ones() -> None:
    """A run asks from eight ports, which are others in each run and no row of numbers."""
    runs = []
    for _ in range(6):
        with FaultServer(faults.silent) as server, Client(parse([server.spec]), QUICK):
            runs.append(local_ports(server.port))
    assert [len(set(ports)) for ports in runs] == [8] * 6
    drawn_ports = [port for ports in runs for port in ports]
    assert len(set(drawn_ports)) > 40
    assert max(drawn_ports) - min(drawn_ports) > 4_000
    ordered = sorted(drawn_ports)
    assert sum(later - earlier < 3 for earlier, later in pairwise(ordered)) < 12


def test_one_query_is_in_flight_per_id_and_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """An id that is drawn while a query has it is not used for another."""
    drawn_ids = iter([7, 7, 7, 8, 8, 9])
    monkeypatch.setattr(transport, "random_id", lambda: next(drawn_ids))
    with FaultServer(faults.silent) as server:
        udp = transport.UdpSocket.connect(parse([server.spec])[0], 0)
        with udp.socket:
            given = []
            for _ in range(3):
                given.append(udp.new_id())
                udp.in_flight[given[-1]] = None
    assert given == [7, 8, 9]


@pytest.mark.parametrize("repeats", [True, False])
def test_mixed_case_is_asked_for_and_must_come_back(repeats: bool) -> None:
    """The letters differ from question to question; an answer in lower case is not believed."""
    asked: list[bytes] = []

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        wire = reply(query, rcode="NXDOMAIN")
        section = question_of(query.to_wire())
        asked.append(section)
        yield wire if repeats else wire.replace(section, section.lower())

    name = "a-long-name-with-many-letters.municipality.example"
    policy = QUICK._replace(mixed_case=True, attempts=1, timeout=0.1)
    with FaultServer(behave) as server:
        questions = [Question(name, "A"), Question(name, "AAAA")]
        rows = ask(server.spec, questions=questions, policy=policy)
    assert {row.outcome for row in rows} == {"nxdomain" if repeats else "mismatch"}
    assert {row.qname for row in rows} == {name}
    names = {section[:-4] for section in asked}
    assert len(names) == 2
    assert {one.lower() for one in names} == {question_section(name, "A")[:-4]}


def test_by_default_a_question_is_in_lower_case_and_any_case_comes_back() -> None:
    """Servers may answer in the case of their zone."""
    assert not Policy().mixed_case
    with FaultServer(faults.mixed_case) as server:
        (row,) = ask(server.spec, questions=[ASKED])
    assert row.outcome == "ok"
    assert encode(question_section("a.example", "A"), 1)[12:23] == b"\1a\7example\0"
