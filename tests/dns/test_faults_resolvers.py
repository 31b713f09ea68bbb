"""Resolvers that are absent, refuse, or die half-way."""

import threading
from collections.abc import Iterable

import dns.message
import faults as f
import pytest
from faultserver import FaultServer, Sent
from faulty import POLICY, SUBJECTS, asked_about, drawn, shown
from impatient import ask

from v6monitor.dns.client import Client
from v6monitor.dns.observation import Question
from v6monitor.dns.plan import Questions
from v6monitor.dns.resolvers import parse
from v6monitor.verdicts.judge import judge


def test_a_resolver_that_nobody_listens_at_tells_nothing() -> None:
    """No port, no verdict, whatever the type."""
    with FaultServer(f.answer) as closed:
        pass
    rows = asked_about(SUBJECTS, closed.spec)
    assert {row.outcome for row in rows} == {"unreachable"}
    verdicts = judge(rows, domains=SUBJECTS.values())
    assert set(verdicts.web) | set(verdicts.mail_all) == {"", "unknown"}
    assert set(verdicts.dns_2) == {"unknown"}


@pytest.mark.parametrize("fault", ["SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"])
def test_what_one_resolver_will_not_tell_another_does(fault: str) -> None:
    """Whichever of the two is asked first."""
    with FaultServer(shown(f.rcode(fault))) as failing, FaultServer(f.answer) as good:
        rows = asked_about(SUBJECTS, failing.spec, good.spec)
    assert {drawn(rows, qtype) for qtype in SUBJECTS} == {("ok", "yes")}


MANY = [Question(f"n{number}.example", "AAAA") for number in range(200)]
PATIENT = POLICY._replace(attempts=6, concurrency=20)


def test_a_resolver_that_dies_half_way_and_comes_back_loses_nothing() -> None:
    """Its port is closed for a while; who waits long enough gets all answers."""
    with FaultServer(f.answer) as first:
        client = Client(parse([first.spec]), PATIENT)
        client.__enter__()
        answers = client.run(Questions(MANY))
        rows = [next(answers) for _ in range(50)]
    second = FaultServer(f.answer, first.port)
    back = threading.Timer(0.3, second.__enter__)
    back.start()
    rows += answers
    back.join()
    second.__exit__()
    client.__exit__(None, None, None)
    assert sorted(row[:3] for row in rows) == sorted((*question, "ok") for question in MANY)


def test_a_resolver_that_dies_and_stays_dead_costs_no_answers() -> None:
    """The other one does the rest."""
    with FaultServer(f.answer) as healthy, FaultServer(f.answer) as dying:
        client = Client(parse([dying.spec, healthy.spec]), PATIENT)
        client.__enter__()
        answers = client.run(Questions(MANY))
        rows = [next(answers) for _ in range(50)]
        dying.__exit__()
        rows += answers
        client.__exit__(None, None, None)
        dying.__enter__()
    assert {row.outcome for row in rows} == {"ok"}
    assert len(rows) == len(MANY)


def test_a_resolver_that_falls_silent_half_way_makes_no_verdicts() -> None:
    """What was answered before counts, and the rest is unknown."""
    total = [0]

    def behave(query: dns.message.Message, number: int, tcp: bool) -> Iterable[Sent]:
        total[0] += 1
        return f.answer(query, number, tcp) if total[0] <= 100 else []

    with FaultServer(behave) as server:
        rows = ask(server.spec, questions=MANY, policy=POLICY)
    outcomes = [row.outcome for row in rows]
    assert (outcomes.count("ok"), outcomes.count("timeout")) == (100, 100)
    verdicts = judge(rows, domains=[(question.qname, "web") for question in MANY])
    assert verdicts.web.value_counts().to_dict() == {"yes": 100, "unknown": 100}
