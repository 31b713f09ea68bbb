import contextlib

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v6monitor.dns.codec import decode, encode, question_section, read, unaskable
from v6monitor.dns.wire import Malformed

ANSWER = dns.message.make_response(dns.message.make_query("Town.example.", "MX", want_dnssec=True))
ANSWER.answer = [
    dns.rrset.from_text("town.EXAMPLE.", 300, "IN", "MX", "10 MX1.Town.example.", "20 a\\.b.x.")
]
WIRE = ANSWER.to_wire()


@pytest.mark.parametrize("qtype", ["A", "AAAA", "MX", "NS", "CNAME", "TXT"])
@pytest.mark.parametrize("edns", [True, False])
def test_a_question_is_what_dnspython_would_send(qtype: str, edns: bool) -> None:
    """Recursion wanted; with EDNS 1232 bytes and DO."""
    name = "selector1._domainkey.town.example"
    theirs = dns.message.make_query(
        name, qtype, id=4660, use_edns=0 if edns else False, payload=1232, want_dnssec=edns
    )
    assert encode(question_section(name, qtype), 4660, edns=edns) == theirs.to_wire()


def test_the_root_can_be_asked() -> None:
    """It is how a resolver is asked whether it is there."""
    message = dns.message.from_wire(encode(question_section(".", "NS"), 1))
    assert message.question[0].name.to_text() == "."


def test_names_come_out_in_lower_case_without_final_dot() -> None:
    """Owner and hosts in the data; an escape stays one."""
    reply = decode(WIRE)
    assert [record.owner for record in reply.records] == ["town.example", "town.example"]
    assert {record.data for record in reply.records} == {"10 mx1.town.example", "20 a\\.b.x"}


@pytest.mark.parametrize(
    ("rdtype", "data", "expected"),
    [
        ("MX", "0 .", "0 ."),
        ("AAAA", "2A01:0:0::1", "2a01::1"),
        ("AAAA", "::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("TXT", '"V=spf1 A" "B;\\"\\200"', '"V=spf1 A" "B;\\"\\200"'),
        ("CNAME", "Autodiscover.Outlook.com.", "autodiscover.outlook.com"),
        ("NS", ".", "."),
    ],
)
def test_record_data_has_one_form(rdtype: str, data: str, expected: str) -> None:
    """Presentation form, as the log keeps it."""
    response = dns.message.make_response(dns.message.make_query("a.example.", rdtype))
    response.answer = [dns.rrset.from_text("a.example.", 300, "IN", rdtype, data)]
    assert [record.data for record in decode(response.to_wire()).records] == [expected]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_malformed(wire: bytes) -> None:
    """Nothing else comes out of reading what a stranger sent."""
    with contextlib.suppress(Malformed):
        decode(wire)


@given(st.data())
def test_a_damaged_answer_is_never_more_than_malformed_or_read(data: st.DataObject) -> None:
    """Bytes changed, cut or repeated in a real answer."""
    wire = bytearray(WIRE)
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(wire)))
    with contextlib.suppress(Malformed):
        reading = read(decode(bytes(wire[:cut])), "town.example", "MX")
        assert reading.outcome or reading.ask


def answer(
    *records: str,
    rcode: str = "NOERROR",
    authority: str = "",
    errors: tuple[tuple[int, str], ...] = (),
) -> bytes:
    """Return an answer about the AAAA of a.example."""
    response = dns.message.make_response(
        dns.message.make_query("a.example.", "AAAA", id=1, use_edns=0)
    )
    response.answer = [dns.rrset.from_text(*record.split(" ", 4)) for record in records]
    response.authority = [dns.rrset.from_text(*authority.split(" ", 4))] if authority else []
    response.use_edns(0, options=[dns.edns.EDEOption(code, text) for code, text in errors])
    response.set_rcode(dns.rcode.from_text(rcode))
    return response.to_wire()


SOA = "300 IN SOA ns.example. h.example. 1 2 3 4 5"
ALIAS = "a.example. 60 IN CNAME b.example."


@pytest.mark.parametrize(
    ("message", "outcome", "chain"),
    [
        (answer(), "nodata", ()),
        (answer(authority=f"example. {SOA}"), "nodata", ()),
        (answer(rcode="NXDOMAIN"), "nxdomain", ()),
        (answer(ALIAS, rcode="NXDOMAIN"), "nxdomain", ("b.example",)),
        (answer(ALIAS, authority=f"example. {SOA}"), "nodata", ("b.example",)),
        (answer(ALIAS, "b.example. 300 IN AAAA 2a01::1"), "ok", ("b.example",)),
        (answer("b.example. 300 IN AAAA 2a01::1", ALIAS), "ok", ("b.example",)),
        (answer("b.example. 300 IN AAAA 2a01::1"), "servfail", ()),
        (answer("b.example. 300 IN AAAA 2a01::1", authority=f"example. {SOA}"), "nodata", ()),
        (answer(ALIAS, "b.example. 60 IN CNAME a.example."), "chain", ("b.example", "a.example")),
        (answer("a.example. 60 IN CNAME a.example."), "chain", ("a.example",)),
        (answer(authority="example. 300 IN NS ns.example."), "servfail", ()),
        (answer("a.example. 300 IN AAAA 2a01::1", rcode="NXDOMAIN"), "servfail", ()),
        (answer(rcode="SERVFAIL", errors=((22, ""),)), "servfail", ()),
        (answer(rcode="SERVFAIL", errors=((22, ""), (7, "expired"))), "bogus", ()),
        (answer(rcode="SERVFAIL", errors=((13, ""),)), "servfail", ()),
        (answer(rcode="BADVERS"), "formerr", ()),
    ],
)
def test_what_a_reply_says(message: bytes, outcome: str, chain: tuple[str, ...]) -> None:
    """Only a finished answer is a no; records beside the chain say nothing."""
    reading = read(decode(message), "a.example", "AAAA")
    assert (reading.outcome, reading.chain) == (outcome, chain)


@pytest.mark.parametrize(
    "authority", ["", f"other.example. {SOA}", "example. 300 IN NS ns.example."]
)
def test_a_cname_that_the_reply_leaves_open_is_to_be_asked_on(authority: str) -> None:
    """Its target is another server's: this one's silence about it is no no."""
    reading = read(decode(answer(ALIAS, authority=authority)), "a.example", "AAAA")
    assert (reading.outcome, reading.ask) == ("", "b.example")


@pytest.mark.parametrize("zone", ["b.example", "xb.example", "notb.example", "ample", "example"])
def test_only_a_zone_that_holds_the_target_denies_it(zone: str) -> None:
    """Names that merely end alike are no zones of it: the target is asked about."""
    alias = "a.example. 60 IN CNAME www.notb.example."
    reading = read(decode(answer(alias, authority=f"{zone}. {SOA}")), "a.example", "AAAA")
    denied = zone in {"notb.example", "example"}
    assert reading.outcome == ("nodata" if denied else "")
    assert reading.ask == ("" if denied else "www.notb.example")


def test_a_cname_question_is_not_followed() -> None:
    """The answer is the target itself."""
    response = dns.message.make_response(dns.message.make_query("a.example.", "CNAME"))
    response.answer = [dns.rrset.from_text("a.example.", 60, "IN", "CNAME", "B.example.")]
    reading = read(decode(response.to_wire()), "a.example", "CNAME")
    assert (reading.outcome, reading.answers, reading.chain) == ("ok", ("b.example",), ())


def test_a_truncated_message_may_be_cut_anywhere() -> None:
    """Its header and question are enough to ask again over TCP."""
    response = dns.message.from_wire(answer("a.example. 300 IN AAAA 2a01::1"))
    response.flags |= dns.flags.TC
    assert decode(response.to_wire()[:-7]).truncated


@pytest.mark.parametrize(
    "name",
    ["", "a..example", "a b.example", "a.example.", "x" * 64, ".".join(["abc"] * 64), "10.0"],
)
def test_what_cannot_be_a_name_is_told(name: str) -> None:
    """Each with a reason."""
    assert unaskable(name)
