"""Limits of what is kept of an answer."""

from collections.abc import Iterator

import dns.message
from faultserver import FaultServer, Sent, framed, reply, truncated
from impatient import QUICK, ask

from v6monitor.dns.codec import LONGEST_RECORD, MOST_RECORDS
from v6monitor.dns.observation import Question

PATIENT = QUICK._replace(timeout=30.0)  # large answers take their time on a busy machine


def over_tcp(*records: str):
    """Answer with these over TCP only: they do not fit in a datagram."""

    def behave(query: dns.message.Message, _number: int, tcp: bool) -> Iterator[Sent]:
        yield framed(reply(query, *records)) if tcp else truncated(query)

    return behave


def test_of_very_many_records_the_first_are_kept():
    """The outcome is what it is, and the detail says that there is more."""
    many = [f"a.example. 300 IN AAAA 2a01::{number:x}" for number in range(1, MOST_RECORDS + 201)]
    with FaultServer(over_tcp(*many)) as server:
        (row,) = ask(server.spec, policy=PATIENT)
    assert row.outcome == "ok"
    assert len(row.answers) == MOST_RECORDS
    assert f"{MOST_RECORDS + 200} records, {MOST_RECORDS} kept" in row.detail


def test_a_very_long_text_is_cut():
    """60 kB in one TXT record is nobody's SPF."""
    strings = " ".join(f'"{"x" * 250}"' for _ in range(240))
    with FaultServer(over_tcp(f"a.example. 300 IN TXT {strings}")) as server:
        (row,) = ask(server.spec, questions=[Question("a.example", "TXT")], policy=PATIENT)
    assert row.outcome == "ok"
    assert [len(answer) for answer in row.answers] == [LONGEST_RECORD]
    assert f"{LONGEST_RECORD} kept" in row.detail


def test_an_ordinary_answer_is_kept_whole():
    """500 records are many, and not too many."""
    many = [f"a.example. 300 IN AAAA 2a01::{number:x}" for number in range(1, 501)]
    with FaultServer(over_tcp(*many)) as server:
        (row,) = ask(server.spec, policy=PATIENT)
    assert (row.outcome, len(row.answers), row.detail) == ("ok", 500, "")
