"""Whatever goes wrong on the way to an answer, is it ever taken for a yes or a no that it is not?

One server shows one fault to the questions of ``SUBJECTS``, one of each type, and answers all
others well. The whole plan is asked, and what came of it is judged.
"""

import threading
from collections.abc import Iterable
from typing import NamedTuple

import faults as f
import pytest
from faultserver import Behaviour, FaultServer, Sent
from impatient import Questions, ask

from v6monitor.evidence import Evidence
from v6monitor.lookups.asking import Manners
from v6monitor.lookups.client import Client
from v6monitor.lookups.observation import Observation, Question
from v6monitor.lookups.plan import Plan
from v6monitor.lookups.resolvers import parse
from v6monitor.verdicts import judge

MANNERS = Manners(timeout=f.TIMEOUT, attempts=3, pause=0.02, rate=0, concurrency=200)
SUBJECTS = {
    "A": ("a.example", "web"),
    "AAAA": ("aaaa.example", "web"),
    "MX": ("mx.example", "mail"),
    "NS": ("ns.example", "mail"),
    "CNAME": ("cname.example", "mail"),
    "TXT": ("txt.example", "mail"),
}
FAULTY = {
    Question("autodiscover.cname.example" if qtype == "CNAME" else name, qtype)
    for qtype, (name, _) in SUBJECTS.items()
}
DECIDES = {"AAAA": "web", "MX": "mail_all", "NS": "dns_2"}
"""The verdict that a type decides; A, CNAME and TXT decide none, and there the table has whether
the name is known to have such records."""
ALL = "A AAAA MX NS CNAME TXT"
ALIASED = "A AAAA MX TXT"
"""What a name with a CNAME may be asked for: not the CNAME itself, and NS has a case of its own."""
NONE = "not_applicable"


class Case(NamedTuple):
    """A fault, the types that it is shown for, and what is to come of it."""

    fault: str
    behaviour: Behaviour
    types: str
    outcome: str
    verdict: str
    patience: float = f.TIMEOUT
    """Seconds; more where the answer itself takes long."""


CASES = [
    # What there is and what there is not
    Case("answer", f.answer, ALL, "ok", "yes"),
    Case("mixed case", f.mixed_case, ALL, "ok", "yes"),
    Case("wildcard with its proof", f.wildcard, ALL, "ok", "yes"),
    Case("duplicate packets", f.thrice(f.answer), ALL, "ok", "yes"),
    Case("NODATA", f.rcode("NOERROR"), "A AAAA NS CNAME TXT", "nodata", "no"),
    Case("NODATA of a mail domain", f.rcode("NOERROR"), "MX", "nodata", NONE),
    Case("NODATA with SOA", f.rcode("NOERROR", f.SOA), "A AAAA NS CNAME TXT", "nodata", "no"),
    Case("NODATA thrice", f.thrice(f.rcode("NOERROR")), "A AAAA NS CNAME TXT", "nodata", "no"),
    Case("NXDOMAIN", f.rcode("NXDOMAIN"), "A AAAA NS CNAME TXT", "nxdomain", "no"),
    Case("NXDOMAIN of a mail domain", f.rcode("NXDOMAIN"), "MX", "nxdomain", NONE),
    # Response codes
    Case("SERVFAIL", f.rcode("SERVFAIL"), ALL, "servfail", "unknown"),
    Case("SERVFAIL thrice", f.thrice(f.rcode("SERVFAIL")), ALL, "servfail", "unknown"),
    Case("SERVFAIL, EDE 6 bogus", f.extended_error(6), ALL, "bogus", "unknown"),
    Case("SERVFAIL, EDE 22", f.extended_error(22), ALL, "servfail", "unknown"),
    Case("SERVFAIL once", f.first(1, f.rcode("SERVFAIL")), ALL, "ok", "yes"),
    Case("bogus once", f.first(1, f.extended_error(6)), ALL, "ok", "yes"),
    Case("REFUSED", f.rcode("REFUSED"), ALL, "refused", "unknown"),
    Case("FORMERR", f.rcode("FORMERR"), ALL, "formerr", "unknown"),
    Case("FORMERR to EDNS", f.formerr_to_edns, ALL, "ok", "yes"),
    Case("NOTIMP", f.rcode("NOTIMP"), ALL, "notimp", "unknown"),
    Case("NXDOMAIN with records", f.nxdomain_with_records, ALL, "servfail", "unknown"),
    Case("referral", f.rcode("NOERROR", f.REFERRAL), ALL, "servfail", "unknown"),
    # Silence
    Case("silence", f.silent, ALL, "timeout", "unknown"),
    Case("silence once", f.first(1, f.silent), ALL, "ok", "yes"),
    Case("silence twice", f.first(2, f.silent), ALL, "ok", "yes"),
    Case("late answer after the retry", f.late, ALL, "ok", "yes"),
    Case("NXDOMAIN when nobody waits", f.too_late, ALL, "timeout", "unknown"),
    # Messages that do not answer the question
    Case("wrong id", f.wrong_id, ALL, "mismatch", "unknown"),
    Case("wrong question", f.wrong_question, ALL, "mismatch", "unknown"),
    Case("wrong type", f.wrong_type, ALL, "mismatch", "unknown"),
    Case("wrong source port", f.wrong_port, ALL, "timeout", "unknown"),
    Case("QR bit missing", f.no_answer_bit, ALL, "mismatch", "unknown"),
    Case("wrong id first", f.before(f.wrong_id), ALL, "ok", "yes"),
    Case("wrong question first", f.before(f.wrong_question), ALL, "ok", "yes"),
    Case("wrong source port first", f.before(f.wrong_port), ALL, "ok", "yes"),
    Case("QR bit missing first", f.before(f.no_answer_bit), ALL, "ok", "yes"),
    Case("garbage first", f.before(f.garbage), ALL, "ok", "yes"),
    # Damaged messages
    Case("garbage", f.garbage, ALL, "mismatch", "unknown"),
    Case("truncated header", f.cut_header, ALL, "mismatch", "unknown"),
    Case("compression loop", f.loop, ALL, "mismatch", "unknown"),
    Case("compression loop of two", f.loop_of_two, ALL, "mismatch", "unknown"),
    Case("forward pointer", f.forward, ALL, "mismatch", "unknown"),
    Case("pointer past the end", f.past_the_end, ALL, "mismatch", "unknown"),
    Case("rdlength past the end", f.data_past_the_end, ALL, "mismatch", "unknown"),
    Case("label of 64", f.label_of_64, ALL, "mismatch", "unknown"),
    Case("name of 260", f.name_of_260, ALL, "mismatch", "unknown"),
    # Much
    Case("500 A", f.answer_with(*f.ADDRESSES), "A", "ok", "yes", 1.0),
    Case("500 AAAA", f.many(500, "2a01::{:x}"), "AAAA", "ok", "yes", 1.0),
    Case("500 MX", f.many(500, "{0} mail{0}.town.example."), "MX", "ok", "yes", 1.0),
    Case("60 MX", f.many(60, "{0} mail{0}.town.example."), "MX", "ok", "yes", 1.0),
    Case("500 NS", f.many(500, "ns{}.town.example."), "NS", "ok", "yes", 1.0),
    Case("500 TXT", f.many(500, '"text {}"'), "TXT", "ok", "yes", 1.0),
    Case("60 kB TXT", f.answer_with(" ".join(240 * [f'"{"x" * 250}"'])), "TXT", "ok", "yes", 1.0),
    # TC, and then over TCP
    Case("TC, TCP good", f.over_tcp(f.whole), ALL, "ok", "yes", 1.0),
    Case("TC, TCP slow byte by byte", f.over_tcp(f.drop_by_drop(0.5)), ALL, "ok", "yes", 1.0),
    Case("TC, TCP too slow", f.over_tcp(f.drop_by_drop(20)), ALL, "truncated", "unknown"),
    Case("TC, TCP dead", f.over_tcp(f.dead), ALL, "truncated", "unknown"),
    Case("TC, TCP short", f.over_tcp(f.short), ALL, "truncated", "unknown"),
    Case("TC, TC over TCP", f.over_tcp(f.again), ALL, "truncated", "unknown"),
    # CNAMEs
    Case("CNAME loop", f.alias_loop, "A AAAA MX NS TXT", "chain", "unknown"),
    Case("CNAME to itself", f.alias_to_itself, "A AAAA MX NS TXT", "chain", "unknown"),
    Case("chain of 8", f.chain(8), ALIASED, "ok", "yes"),
    Case("chain of 16", f.chain(16), ALIASED, "ok", "yes"),
    Case("chain of 17", f.chain(17), f"{ALIASED} NS", "chain", "unknown"),
    Case("NS behind a CNAME: another zone's", f.chain(1), "NS", "ok", "unknown"),
    Case("dangling CNAME, NODATA", f.dangling("NOERROR"), "A AAAA TXT", "nodata", "no"),
    Case("dangling CNAME, NXDOMAIN", f.dangling("NXDOMAIN"), "A AAAA TXT", "nxdomain", "no"),
    Case("NS CNAME, NODATA", f.dangling("NOERROR"), "NS", "nodata", "unknown"),
    Case("MX CNAME, NODATA", f.dangling("NOERROR"), "MX", "nodata", NONE),
    Case("MX CNAME, NXDOMAIN", f.dangling("NXDOMAIN"), "MX", "nxdomain", NONE),
    Case("stray record beside", f.stray_beside, ALL, "ok", "yes"),
    Case("stray records only", f.stray_only, ALL, "servfail", "unknown"),
    # Names
    Case("escaped MX", f.answer_with("10 a\\.b\\032c.example."), "MX", "ok", "unknown"),
    Case("non-ASCII MX", f.answer_with("10 caf\\195\\169.example."), "MX", "ok", "unknown"),
    Case("escaped NS", f.answer_with(*f.ESCAPED), "NS", "ok", "unknown"),
    Case("escaped CNAME", f.answer_with("a\\.b.example."), "CNAME", "ok", "yes"),
    Case("non-ASCII TXT", f.answer_with('"caf\\195\\169"'), "TXT", "ok", "yes"),
    # Mail hosts that are none
    Case("null MX", f.answer_with("0 ."), "MX", "ok", NONE),
    Case("null MX beside others", f.answer_with("0 .", "5 mail.town.example."), "MX", "ok", "yes"),
    Case("MX to a CNAME", f.answer_with("5 alias.town.example."), "MX", "ok", "yes"),
    Case("MX to an IPv4 literal", f.answer_with("5 192.0.2.1."), "MX", "ok", NONE),
    Case("MX to an IPv6 literal", f.answer_with("5 2a01::1."), "MX", "ok", NONE),
    Case("MX to localhost", f.answer_with("5 localhost."), "MX", "ok", NONE),
    Case("localhost beside", f.answer_with("5 localhost.", "9 m.town.example."), "MX", "ok", "yes"),
]

UNUSABLE = {
    "::": "unspecified",
    "::1": "loopback",
    "::ffff:192.0.2.1": "mapped",
    "::192.0.2.1": "compatible",
    "64:ff9b::c000:201": "nat64",
    "64:ff9b:1::1": "nat64",
    "100::1": "discard",
    "100:0:0:1::1": "discard",
    "2001::1": "teredo",
    "2001:2::1": "benchmarking",
    "2001:10::1": "orchid",
    "2001:20::1": "orchid",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "2002:c000:201::1": "6to4",
    "3ffe::1": "6bone",
    "5f00::1": "srv6",
    "fd00::1": "unique_local",
    "fe80::1": "link_local",
    "fec0::1": "site_local",
    "ff02::1": "multicast",
    "4000::1": "not_global",
}


def shown(fault: Behaviour) -> Behaviour:
    """Show a fault to the questions that are to meet it, and a CNAME where a host is one."""

    def behave(query, number: int, tcp: bool) -> Iterable[Sent]:
        name, qtype = f.asked(query)
        if (name.removesuffix("."), qtype) in FAULTY:
            return fault(query, number, tcp)
        if name == "alias.town.example.":
            return f.chain(1)(query, number, tcp)
        return f.answer(query, number, tcp)

    return behave


def asked_about(types: Iterable[str], *specs: str, timeout: float = f.TIMEOUT) -> list[Observation]:
    """Ask all that is to be known about the subjects of these types."""
    plan = Plan([SUBJECTS[qtype] for qtype in types])
    with Client(parse(specs), MANNERS._replace(timeout=timeout)) as client:
        return list(client.run(plan))


def drawn(rows: list[Observation], qtype: str) -> tuple[str, str]:
    """Return the outcome of the question that met the fault, and what is concluded from it."""
    (row,) = (row for row in rows if row[:2] in FAULTY and row.qtype == qtype)
    (verdicts,) = judge(rows, [SUBJECTS[qtype]]).to_dict("records")
    if qtype in DECIDES:
        return row.outcome, verdicts[DECIDES[qtype]]
    others = {verdicts[name] for name in ("web", "mail_all", "dns_2")}
    assert others == {"yes", ""}, "a type that decides nothing decides"
    known = Evidence(rows).records(row.qname, qtype)
    return row.outcome, "unknown" if known is None else "yes" if known else "no"


@pytest.mark.parametrize("case", CASES, ids=[case.fault for case in CASES])
def test_a_fault_has_its_outcome_and_is_never_a_wrong_yes_or_no(case: Case) -> None:
    """As the table has it, for each type."""
    types = case.types.split()
    with FaultServer(shown(case.behaviour)) as server:
        rows = asked_about(types, server.spec, timeout=case.patience)
    expected = dict.fromkeys(types, (case.outcome, case.verdict))
    assert {qtype: drawn(rows, qtype) for qtype in types} == expected


@pytest.mark.parametrize(("address", "kind"), UNUSABLE.items())
def test_an_address_that_nobody_reaches_is_a_no_with_its_kind(address: str, kind: str) -> None:
    """And none beside a usable one."""
    with FaultServer(shown(f.answer_with(address))) as server:
        rows = asked_about(["AAAA"], server.spec)
    assert drawn(rows, "AAAA") == ("ok", "no")
    assert f"only_unusable:{kind}" in judge(rows, [SUBJECTS["AAAA"]]).reasons[0]
    with FaultServer(shown(f.answer_with(address, "2a01::1"))) as server:
        assert drawn(asked_about(["AAAA"], server.spec), "AAAA") == ("ok", "yes")


def test_a_resolver_that_nobody_listens_at_tells_nothing() -> None:
    """No port, no verdict, whatever the type."""
    with FaultServer(f.answer) as closed:
        pass
    rows = asked_about(SUBJECTS, closed.spec)
    # which of the two depends on which socket hears first that the port is closed
    assert {row.outcome for row in rows} <= {"unreachable", "timeout"}
    verdicts = judge(rows, SUBJECTS.values())
    assert set(verdicts.web) | set(verdicts.mail_all) == {"", "unknown"}
    assert set(verdicts.dns_2) == {"unknown"}


@pytest.mark.parametrize("fault", ["SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"])
def test_what_one_resolver_will_not_tell_another_does(fault: str) -> None:
    """Whichever of the two is asked first."""
    with FaultServer(shown(f.rcode(fault))) as failing, FaultServer(f.answer) as good:
        rows = asked_about(SUBJECTS, failing.spec, good.spec)
    assert {drawn(rows, qtype) for qtype in SUBJECTS} == {("ok", "yes")}


MANY = [Question(f"n{number}.example", "AAAA") for number in range(200)]
PATIENT = MANNERS._replace(attempts=6, concurrency=20)


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

    def behave(query, number: int, tcp: bool) -> Iterable[Sent]:
        total[0] += 1
        return f.answer(query, number, tcp) if total[0] <= 100 else []

    with FaultServer(behave) as server:
        rows = ask(server.spec, questions=MANY, manners=MANNERS)
    outcomes = [row.outcome for row in rows]
    assert (outcomes.count("ok"), outcomes.count("timeout")) == (100, 100)
    verdicts = judge(rows, [(question.qname, "web") for question in MANY])
    assert verdicts.web.value_counts().to_dict() == {"yes": 100, "unknown": 100}
