import asyncio
import time
from collections.abc import Iterator

import dns.edns
import dns.message
import pytest
from faultserver import Behaviour, FaultServer, Sent, framed, reply, truncated
from impatient import ASKED, QUICK, ask

from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.run import ask as lookup
from v6monitor.errors import VantageError

GOOD = "a.example. 300 IN AAAA 2a01::1"


def ask_one(*behaviours: Behaviour) -> Observation:
    """Ask for the AAAA of a.example at servers that behave so, in that order."""
    servers = [FaultServer(behaviour) for behaviour in behaviours]
    for server in servers:
        server.__enter__()
    try:
        (observation,) = ask(*(server.spec for server in servers))
    finally:
        for server in servers:
            server.__exit__()
    return observation


def good(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Answer."""
    yield reply(query, GOOD)


def silent(_query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Never answer."""
    yield from ()


def rcode(name: str) -> Behaviour:
    """Answer with a response code only."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        yield reply(query, rcode=name)

    return behave


def test_an_answer_becomes_a_row_with_all_that_the_log_keeps() -> None:
    """Outcome, answers, time to live, resolver, attempts and time are there."""
    with FaultServer(good) as server:
        (row,) = ask(server.spec)
    assert row[:7] == ("a.example", "AAAA", "ok", ("2a01::1",), (), 300, False)
    assert row.resolver == server.spec
    assert row.attempts == 1
    assert row.detail == ""
    assert 0 < row.duration_ms < 1000
    assert row.asked_at.utcoffset() is not None


@pytest.mark.parametrize(
    ("name", "outcome", "attempts"),
    [
        ("NXDOMAIN", "nxdomain", 1),
        ("NOERROR", "nodata", 1),
        ("SERVFAIL", "servfail", 2),
        ("REFUSED", "refused", 1),
        ("NOTIMP", "notimp", 1),
        ("FORMERR", "formerr", 2),
        ("NOTAUTH", "servfail", 2),
    ],
)
def test_a_response_code_has_its_outcome(name: str, outcome: str, attempts: int) -> None:
    """Only NXDOMAIN and an empty NOERROR are a no; SERVFAIL is asked once more."""
    row = ask_one(rcode(name))
    assert (row.outcome, row.attempts) == (outcome, attempts)
    assert (name in row.detail) == (name not in {"NXDOMAIN", "NOERROR"})


def test_silence_is_a_timeout_after_growing_waits() -> None:
    """Three attempts wait 1, 2 and 4 times as long."""
    row = ask_one(silent)
    assert (row.outcome, row.attempts) == ("timeout", 3)
    assert row.duration_ms >= 1000 * 7 * QUICK.timeout


def test_an_answer_after_two_silences_counts() -> None:
    """Lost messages do not lose a question, and the row mentions them."""

    def behave(query: dns.message.Message, number: int, _tcp: bool) -> Iterator[Sent]:
        if number == 2:
            yield reply(query, GOOD)

    row = ask_one(behave)
    assert (row.outcome, row.attempts) == ("ok", 3)
    assert "no answer in" in row.detail


def test_a_late_answer_is_believed() -> None:
    """The answer to the first attempt comes during the second: its id is still known."""

    def behave(query: dns.message.Message, number: int, _tcp: bool) -> Iterator[Sent]:
        if number == 0:
            yield 1.5 * QUICK.timeout, reply(query, GOOD)

    row = ask_one(behave)
    assert (row.outcome, row.attempts) == ("ok", 2)


@pytest.mark.parametrize("name", ["REFUSED", "NOTIMP", "FORMERR", "SERVFAIL"])
def test_a_failing_resolver_is_made_up_for_by_the_next(name: str) -> None:
    """What one resolver refuses, another answers."""
    row = ask_one(rcode(name), good)
    assert row.outcome == "ok"
    assert name in row.detail


def test_a_silent_resolver_is_made_up_for_by_the_next() -> None:
    """A time-out goes to the next resolver."""
    row = ask_one(silent, good)
    assert (row.outcome, row.attempts) == ("ok", 2)


def test_servfail_once_then_good_is_good() -> None:
    """A failure that passes is no failure, with one resolver too."""

    def behave(query: dns.message.Message, number: int, _tcp: bool) -> Iterator[Sent]:
        yield reply(query, GOOD) if number else reply(query, rcode="SERVFAIL")

    row = ask_one(behave)
    assert (row.outcome, row.attempts) == ("ok", 2)


def test_failed_validation_is_bogus() -> None:
    """SERVFAIL with extended error 6 says more than SERVFAIL, whoever answers last."""

    def bogus(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        response = dns.message.make_response(query)
        response.set_rcode(2)
        response.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "sig\n")])
        yield response.to_wire()

    row = ask_one(bogus, rcode("SERVFAIL"))
    assert row.outcome == "bogus"
    assert "EDE 6 DNSSEC_BOGUS sig" in row.detail


def test_a_server_without_edns_is_asked_without() -> None:
    """FORMERR to a question with EDNS is followed by the plain question."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        yield reply(query, GOOD) if query.edns < 0 else reply(query, rcode="FORMERR")

    row = ask_one(behave)
    assert (row.outcome, row.attempts) == ("ok", 2)


def wrong_id(query: dns.message.Message) -> bytes:
    """Answer somebody else's question of the same name."""
    message = reply(query, "a.example. 300 IN AAAA 2a01::bad")
    return ((query.id + 1) % 65536).to_bytes(2, "big") + message[2:]


def wrong_question(query: dns.message.Message) -> bytes:
    """Answer about another name."""
    other = dns.message.make_query("b.example.", "AAAA", id=query.id)
    return reply(other, "b.example. 300 IN AAAA 2a01::bad")


def no_answer_bit(query: dns.message.Message) -> bytes:
    """Send a query back."""
    message = bytearray(reply(query, "a.example. 300 IN AAAA 2a01::bad"))
    message[2] &= 0x7F
    return bytes(message)


def garbage(query: dns.message.Message) -> bytes:
    """Send bytes that are no message."""
    return query.id.to_bytes(2, "big") + b"\x84\x00garbage that is no message"


WRONG = [wrong_id, wrong_question, no_answer_bit, garbage]


@pytest.mark.parametrize("wrong", WRONG)
def test_only_wrong_answers_are_a_mismatch(wrong) -> None:
    """A message that does not answer the question is never believed and never a no."""
    row = ask_one(lambda query, _number, _tcp: [wrong(query)])
    assert row.outcome == "mismatch"
    assert "do not answer the question" in row.detail


@pytest.mark.parametrize("wrong", WRONG)
def test_a_forged_answer_before_the_real_one_does_no_harm(wrong) -> None:
    """The right answer still counts, at the first attempt."""
    row = ask_one(lambda query, _number, _tcp: [wrong(query), reply(query, GOOD)])
    assert (row.outcome, row.answers, row.attempts) == ("ok", ("2a01::1",), 1)


def test_duplicate_answers_do_no_harm() -> None:
    """The second copy is nobody's."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        yield from 3 * [reply(query, rcode="SERVFAIL")]

    row = ask_one(behave)
    assert (row.outcome, row.attempts) == ("servfail", 2)


def test_a_truncated_answer_is_fetched_over_tcp() -> None:
    """TC, then the whole answer."""

    def behave(query: dns.message.Message, _number: int, tcp: bool) -> Iterator[Sent]:
        yield framed(reply(query, GOOD)) if tcp else truncated(query)

    row = ask_one(behave)
    assert (row.outcome, row.attempts) == ("ok", 2)


@pytest.mark.parametrize(
    ("over_tcp", "what"),
    [
        (lambda _query: [], "closed after 0 of 2 bytes"),
        (lambda query: [framed(reply(query, GOOD))[:-3]], "closed after"),
        (lambda query: [framed(wrong_question(query))], "no answer to the question"),
        (lambda query: [framed(truncated(query))], "truncated, over TCP too"),
        (lambda query: [framed(garbage(query))], "no answer to the question"),
    ],
)
def test_no_usable_answer_over_tcp_is_truncated(over_tcp, what: str) -> None:
    """A cut answer is no answer, whatever goes wrong after it."""
    row = ask_one(
        lambda query, _number, tcp: over_tcp(query) if tcp else [truncated(query)],
    )
    assert row.outcome == "truncated"
    assert what in row.detail


def chain_of(length: int) -> Behaviour:
    """Answer with so many CNAMEs, one a message, and then an address."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        name = query.question[0].name.to_text()
        place = 0 if name == "a.example." else int(name.partition(".")[0][1:])
        if place == length:
            yield reply(query, f"{name} 60 IN AAAA 2a01::1")
        else:
            yield reply(query, f"{name} 300 IN CNAME n{place + 1}.example.")

    return behave


@pytest.mark.parametrize(
    ("length", "outcome", "followed"), [(1, "ok", 1), (16, "ok", 16), (17, "chain", 17)]
)
def test_a_chain_is_followed_by_asking_its_targets(
    length: int, outcome: str, followed: int
) -> None:
    """A CNAME whose target the answer is silent about is asked on, sixteen times at most."""
    row = ask_one(chain_of(length))
    assert (row.outcome, len(row.chain)) == (outcome, followed)
    assert row.ttl == (60 if outcome == "ok" else None)


def test_a_loop_is_a_chain() -> None:
    """Two names that point at each other have no addresses."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        name = query.question[0].name.to_text()
        other = "b.example." if name == "a.example." else "a.example."
        yield reply(query, f"{name} 300 IN CNAME {other}")

    row = ask_one(behave)
    assert (row.outcome, row.detail) == ("chain", "a CNAME loop at a.example")


def test_the_end_of_a_chain_decides() -> None:
    """A dangling CNAME to a name that does not exist, or is silent, has that outcome."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        name = query.question[0].name.to_text()
        if name == "a.example.":
            yield reply(query, "a.example. 300 IN CNAME gone.example.")
        elif query.question[0].rdtype == 28:
            yield reply(query, rcode="NXDOMAIN")

    with FaultServer(behave) as server:
        first, second = ask(server.spec, questions=[ASKED, Question("a.example", "A")])
    assert (first.qtype, first.outcome, first.chain) == ("A", "timeout", ("gone.example",))
    assert (second.qtype, second.outcome, second.chain) == ("AAAA", "nxdomain", ("gone.example",))


def test_the_ad_bit_holds_when_every_answer_on_the_way_has_it() -> None:
    """A chain is authenticated as far as its weakest part."""

    def behave(unsigned: str) -> Behaviour:
        def answer(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
            name = query.question[0].name.to_text()
            end = name == "b.example."
            data = "IN AAAA 2a01::1" if end else "IN CNAME b.example."
            message = bytearray(reply(query, f"{name} 300 {data}"))
            message[3] |= 0 if name == unsigned else 0x20
            yield bytes(message)

        return answer

    assert ask_one(behave("")).authenticated
    assert not ask_one(behave("a.example.")).authenticated
    assert not ask_one(behave("b.example.")).authenticated


def test_nobody_at_the_port_is_unreachable() -> None:
    """The system says that nobody listens: that is not a time-out, and surely not a no."""
    with FaultServer(good) as server:
        spec = server.spec
    (row,) = ask(spec)
    assert row.outcome == "unreachable"


def test_a_dead_resolver_is_left_at_once() -> None:
    """With another resolver there is no waiting."""
    with FaultServer(good) as dead:
        spec = dead.spec
    with FaultServer(good) as server:
        (row,) = ask(spec, server.spec)
    assert (row.outcome, row.resolver) == ("ok", server.spec)
    assert row.duration_ms < 1000 * QUICK.timeout


def test_a_name_that_cannot_be_sent_is_invalid_and_not_sent() -> None:
    """A host that an answer named may be anything."""
    names = ["a b.example", "x" * 64 + ".example", "a..example", "192.0.2.1", "é.example"]
    with FaultServer(good) as server:
        rows = ask(server.spec, questions=[Question(name, "A") for name in names])
        assert server.asked == []
    assert {row.outcome for row in rows} == {"invalid_name"}
    assert {row.attempts for row in rows} == {0}


def test_many_questions_at_once_are_each_answered_once() -> None:
    """More questions than the window holds, over few sockets, none lost and none twice."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        yield reply(query, f"{query.question[0].name} 300 IN AAAA 2a01::1")

    questions = [Question(f"n{number}.example", "AAAA") for number in range(500)]
    patient = QUICK._replace(timeout=60.0)  # on a busy machine no answer counts as lost
    with FaultServer(behave) as server:
        rows = ask(server.spec, questions=questions, policy=patient)
    assert [row.outcome for row in rows] == 500 * ["ok"]
    assert len(server.asked) == len(set(server.asked)) == 500


def test_the_rate_is_kept() -> None:
    """At 100 questions a second, 30 questions take at least a fifth of a second."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        yield reply(query)

    questions = [Question(f"n{number}.example", "AAAA") for number in range(30)]
    with FaultServer(behave) as server:
        start = time.monotonic()
        patient = QUICK._replace(rate=100, timeout=60.0)
        rows = ask(server.spec, questions=questions, policy=patient)
    assert len(rows) == 30
    assert time.monotonic() - start >= 0.19


def test_it_works_where_an_event_loop_is_running() -> None:
    """As in a Jupyter kernel."""

    async def cell() -> list[Observation]:
        return lookup([("a.example", "web")], [server.spec])

    with FaultServer(good) as server:
        rows = asyncio.run(cell())
    assert next(row for row in rows if row[:2] == ASKED).outcome == "ok"


def test_no_resolver_that_answers_is_one_clear_error_in_time() -> None:
    """All that were tried are named, with what happened, within ten seconds."""
    with FaultServer(good) as server:
        closed = server.spec
    with FaultServer(silent) as server:
        server._react = lambda _message, **_: []  # silent to the probe as well
        start = time.monotonic()
        with pytest.raises(VantageError) as caught:
            lookup([("a.example", "web")], [server.spec, closed, f"tls://{closed}"])
        assert time.monotonic() - start < 10
        assert f"{server.spec}: no answer in" in str(caught.value)
    assert f"{closed}: Connection refused" in str(caught.value)
    assert f"tls://{closed}: Connection refused" in str(caught.value)


@pytest.mark.parametrize("spec", [f"tls://{'x' * 70}.example", f"https://{'x' * 70}.example/"])
def test_a_resolver_whose_host_is_no_name_is_unreachable(spec: str) -> None:
    """That comes to light when it is resolved, in a thread, and is an outcome all the same."""
    with pytest.raises(VantageError, match="no resolver answers"):
        lookup([("a.example", "web")], [spec])


def test_a_resolver_that_does_not_answer_is_left_out() -> None:
    """The others do the work, without waiting for it again and again."""

    def behave(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
        yield reply(query, rcode="NXDOMAIN")

    with FaultServer(behave) as dead:
        closed = dead.spec
    with FaultServer(behave) as server:
        rows = lookup([("a.example", "mail")], [closed, server.spec])
    assert {(row.outcome, row.attempts) for row in rows} == {("nxdomain", 1)}


def test_a_resolver_that_denies_everything_is_not_believed() -> None:
    """A resolver without a network behind it often says NXDOMAIN; that is no evidence of a no."""
    with FaultServer(good) as server:
        server._react = lambda message, **_: [
            reply(dns.message.from_wire(message), rcode="NXDOMAIN")
        ]
        with pytest.raises(VantageError, match="says the DNS root does not exist"):
            lookup([("a.example", "mail")], [server.spec])
