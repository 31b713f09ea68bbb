"""The fault suite: no fault on the way to an answer is taken for a yes or a no."""

from typing import NamedTuple

import faults as f
import forged
import pytest
from faultserver import Behaviour, FaultServer
from faulty import SUBJECTS, asked_about, drawn, shown

from v6monitor.verdicts.judge import judge

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
    timeout: float = f.TIMEOUT
    """Seconds; more where the answer itself takes long."""


CASES = [
    # What there is and what there is not
    Case("answer", f.answer, ALL, "ok", "yes"),
    Case("mixed case", f.mixed_case, ALL, "ok", "yes"),
    Case("wildcard with its proof", f.wildcard, ALL, "ok", "yes"),
    Case("duplicate packets", f.thrice(f.answer), ALL, "ok", "yes"),
    Case("NODATA", f.rcode("NOERROR"), "A AAAA CNAME TXT", "nodata", "no"),
    Case("NODATA of name servers", f.rcode("NOERROR"), "NS", "nodata", "unknown"),
    Case("NODATA of a mail domain", f.rcode("NOERROR"), "MX", "nodata", NONE),
    Case("NODATA with SOA", f.rcode("NOERROR", f.SOA), "A AAAA CNAME TXT", "nodata", "no"),
    Case("NODATA thrice", f.thrice(f.rcode("NOERROR")), "A AAAA CNAME TXT", "nodata", "no"),
    Case("NXDOMAIN", f.rcode("NXDOMAIN"), "A AAAA CNAME TXT", "nxdomain", "no"),
    Case("NXDOMAIN of name servers", f.rcode("NXDOMAIN"), "NS", "nxdomain", "unknown"),
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
    Case("wrong id", forged.wrong_id, ALL, "mismatch", "unknown"),
    Case("wrong question", forged.wrong_question, ALL, "mismatch", "unknown"),
    Case("wrong type", forged.wrong_type, ALL, "mismatch", "unknown"),
    Case("wrong source port", forged.wrong_port, ALL, "timeout", "unknown"),
    Case("QR bit missing", forged.no_answer_bit, ALL, "mismatch", "unknown"),
    Case("wrong id first", forged.before(forged.wrong_id), ALL, "ok", "yes"),
    Case("wrong question first", forged.before(forged.wrong_question), ALL, "ok", "yes"),
    Case("wrong source port first", forged.before(forged.wrong_port), ALL, "ok", "yes"),
    Case("QR bit missing first", forged.before(forged.no_answer_bit), ALL, "ok", "yes"),
    Case("garbage first", forged.before(forged.garbage), ALL, "ok", "yes"),
    # Damaged messages
    Case("garbage", forged.garbage, ALL, "mismatch", "unknown"),
    Case("truncated header", forged.cut_header, ALL, "mismatch", "unknown"),
    Case("compression loop", forged.loop, ALL, "mismatch", "unknown"),
    Case("compression loop of two", forged.loop_of_two, ALL, "mismatch", "unknown"),
    Case("forward pointer", forged.forward, ALL, "mismatch", "unknown"),
    Case("pointer past the end", forged.past_the_end, ALL, "mismatch", "unknown"),
    Case("rdlength past the end", forged.data_past_the_end, ALL, "mismatch", "unknown"),
    Case("label of 64", forged.label_of_64, ALL, "mismatch", "unknown"),
    Case("name of 260", forged.name_of_260, ALL, "mismatch", "unknown"),
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


@pytest.mark.parametrize("case", CASES, ids=[case.fault for case in CASES])
def test_a_fault_has_its_outcome_and_is_never_a_wrong_yes_or_no(case: Case) -> None:
    """As the table has it, for each type."""
    types = case.types.split()
    with FaultServer(shown(case.behaviour)) as server:
        rows = asked_about(types, server.spec, timeout=case.timeout)
    expected = dict.fromkeys(types, (case.outcome, case.verdict))
    assert {qtype: drawn(rows, qtype) for qtype in types} == expected


@pytest.mark.parametrize(("address", "kind"), UNUSABLE.items())
def test_an_address_that_nobody_reaches_is_a_no_with_its_kind(address: str, kind: str) -> None:
    """And none beside a usable one."""
    with FaultServer(shown(f.answer_with(address))) as server:
        rows = asked_about(["AAAA"], server.spec)
    assert drawn(rows, "AAAA") == ("ok", "no")
    assert f"only_unusable:{kind}" in judge(rows, domains=[SUBJECTS["AAAA"]]).reasons[0]
    with FaultServer(shown(f.answer_with(address, "2a01::1"))) as server:
        assert drawn(asked_about(["AAAA"], server.spec), "AAAA") == ("ok", "yes")
