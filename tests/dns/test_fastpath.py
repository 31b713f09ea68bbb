"""The fast path compared with dnspython and ``codec.read``."""

import itertools
import os
import random
import struct
from typing import NamedTuple

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from v6monitor.dns import codec, fastpath
from v6monitor.dns.codec import Reading
from v6monitor.dns.observation import Question
from v6monitor.dns.wire import Malformed, is_response

MUTATIONS = int(os.environ.get("V6MONITOR_MUTATIONS", "130000"))
"""How many damaged messages both read: enough for every run; by hand one may take more."""

SOA = "zone.example. 300 IN SOA ns1.zone.example. host.zone.example. 1 2 3 4 5"
SIGNATURE = "{} 300 IN RRSIG {} 13 2 300 20261201000000 20261101000000 12345 zone.example. aGVsbG8="
RECORDS = {
    "A": ["198.51.100.7", "198.51.100.8"],
    "AAAA": ["2a01:111:f403::1", "::1", "fe80::1", "2001:db8:0:0:1:0:0:1", "::ffff:192.0.2.1"],
    "NS": ["ns1.zone.example.", "NS2.Zone.Example.", "ns\\.3.zone.example."],
    "MX": ["10 mx1.zone.example.", "0 .", "20 caf\\233.example."],
    "CNAME": ["other.zone.example.", "www.a.example."],
    "TXT": ['"v=spf1 -all"', '"two" "strings"', '"quo\\"ted"', '"caf\\195\\169"', '""'],
    "SRV": ["0 0 443 auto.zone.example."],
}
CHAINS = [
    ["www.a.example. 60 IN CNAME b.example."],
    ["www.a.example. 60 IN CNAME a.zone.example.", "a.zone.example. 90 IN CNAME b.zone.example."],
    ["a.zone.example. 90 IN CNAME b.zone.example.", "www.a.example. 60 IN CNAME a.zone.example."],
    ["www.a.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME www.a.example."],
    ["www.a.example. 60 IN CNAME www.a.example."],
]
PLAIN_SHARE = 0.4


class Case(NamedTuple):
    """A message, and the question that it is to be read as an answer to."""

    wire: bytes
    question: Question


def fast(wire: bytes, question: Question) -> Reading | None:
    """Return what the fast reader says of a message."""
    return fastpath.read(wire, codec.question_section(*question), question.qname)


def readable(case: Case) -> bool:
    """Return whether the fast reader knows the type: of SRV it reads only that there is none."""
    return case.question.qtype != "SRV"


def answer(qtype: str, chosen: list[str], **more: list[str]) -> bytes:
    """Return an answer about www.a.example with these records, and others in its sections."""
    query = dns.message.make_query("www.a.example.", qtype, want_dnssec=True)
    query.id = 4711
    response = dns.message.make_response(query, recursion_available=True)
    owner = "www.a.example."
    texts = [f"{owner} 300 IN {'CNAME' if ' IN ' in one else qtype} {one}" for one in chosen]
    response.answer = [rrset(text) for text in [*texts, *more.get("answer", [])]]
    response.authority = [rrset(text) for text in more.get("authority", [])]
    response.additional = [rrset(text) for text in more.get("additional", [])]
    return response.to_wire(max_size=65535)


def rrset(text: str) -> dns.rrset.RRset:
    """Return one record as a set."""
    owner, ttl, group, rdtype, data = text.split(" ", 4)
    return dns.rrset.from_text(owner, int(ttl), group, rdtype, data)


def corpus() -> list[Case]:
    """Return messages of every kind that is met, plain and less so."""
    return [
        Case(wire, Question("www.a.example", qtype))
        for qtype, data in RECORDS.items()
        for wire in about(qtype, data)
    ]


def about(qtype: str, data: list[str]) -> list[bytes]:
    """Return messages about one type."""
    found = [answer(qtype, [one]) for one in data]
    found.append(answer(qtype, data))
    for chain in CHAINS:
        end = f"{chain[-1].split()[-1]} 300 IN {qtype} {data[0]}"
        found += [answer(qtype, [], answer=[*chain, end]), answer(qtype, [], answer=[end, *chain])]
        found += [answer(qtype, [], answer=chain, authority=one) for one in ([SOA], [])]
    signed = SIGNATURE.format("www.a.example.", qtype)
    found.append(answer(qtype, data[:1], answer=[signed]))
    glue = ["ns1.zone.example. 300 IN A 192.0.2.1", "ns1.zone.example. 300 IN AAAA ::1"]
    found.append(answer(qtype, data[:1], additional=glue))
    referral = ["a.example. 300 IN NS ns1.zone.example."]
    found += [answer(qtype, [], authority=one) for one in ([SOA], referral, [SOA, *referral])]
    nsec = "www.a.example. 300 IN NSEC z.a.example. A RRSIG NSEC TYPE1234"
    nsec3 = "x.a.example. 300 IN NSEC3 1 1 5 aabb 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX RRSIG"
    found += [answer(qtype, [], authority=[SOA, one]) for one in (nsec, nsec3)]
    missing = dns.message.from_wire(answer(qtype, [], authority=[SOA]))
    missing.set_rcode(dns.rcode.NXDOMAIN)
    missing.flags |= dns.flags.AD
    found.append(missing.to_wire())
    bare = dns.message.make_response(dns.message.make_query("www.a.example.", qtype))
    found.append(bare.to_wire())
    return found


def reference(wire: bytes, question: Question) -> Reading | None:
    """Return what dnspython and ``codec.read`` make of a message; None when it is no answer."""
    section = codec.question_section(*question)
    if not is_response(wire, int.from_bytes(wire[:2], "big"), section):
        return None
    try:
        reply = codec.decode(wire)
    except Malformed:
        return None
    return None if reply.truncated else codec.read(reply, *question)


@pytest.fixture(scope="module")
def messages() -> list[Case]:
    """Return the corpus."""
    return corpus()


def test_ordinary_messages_are_read_fast_and_the_same(messages):
    """Those with odd names, addresses or texts are left to dnspython."""
    read = [case for case in messages if fast(*case) is not None]
    assert len(list(filter(readable, read))) > PLAIN_SHARE * len(list(filter(readable, messages)))
    for case in read:
        assert fast(*case) == reference(*case)


@pytest.mark.parametrize(
    ("proof", "whole", "broken"),
    [
        ("a.example. 300 IN NSEC z.example. A", b"\0\1\x40", b"\0\x21\x40"),
        ("x.a.example. 300 IN NSEC3 1 1 5 aabb 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX",
         b"\0\2\0\1", b"\0\2\0\0"),
        (SIGNATURE.format("a.example.", "SOA"), b"\4zone\7example\0", b"\4zone\x3fexample\0"),
    ],
)  # fmt: skip
def test_a_denial_whose_proof_cannot_be_read_is_no_answer(proof, whole, broken):
    """Neither reader takes it for a no: of the proof's data only the last place is damaged."""
    wire = answer("AAAA", [], authority=[SOA, proof])
    question = Question("www.a.example", "AAAA")
    assert reference(wire, question).outcome == "nodata"
    before, found, after = wire.rpartition(whole)
    assert found
    damaged = before + broken + after
    assert fast(damaged, question) is None
    assert reference(damaged, question) is None


def test_chains_are_read_fast_in_their_order(messages):
    """What follows them is the answer, or that there is none in the zone where they end."""
    alias, elsewhere = CHAINS[1], CHAINS[0]
    end = "b.zone.example. 80 IN AAAA 2a01:111:f403::1"
    question = Question("www.a.example", "AAAA")
    chain = ("a.zone.example", "b.zone.example")
    found = fast(answer("AAAA", [], answer=[*alias, end]), question)
    assert found == Reading("ok", ("2a01:111:f403::1",), chain, 60)
    silent = fast(answer("AAAA", [], answer=alias, authority=[SOA]), question)
    assert silent == Reading("nodata", chain=chain, detail="zone zone.example")
    assert fast(answer("AAAA", [], answer=elsewhere, authority=[SOA]), question) is None


def test_damaged_messages_are_never_read_otherwise(messages):
    """What the fast reader makes of any bytes is what dnspython makes of them."""
    chance = random.Random(20261101)  # noqa: S311 - damages messages, keeps no secret
    read = 0
    for _ in range(MUTATIONS):
        case = chance.choice(messages)
        wire = damaged(case.wire, chance)
        found = fast(wire, case.question)
        if found is not None:
            read += 1
            assert found == reference(wire, case.question), wire.hex()
    assert read > MUTATIONS * 6 / 130  # at least 6,000 are compared by default


def damaged(wire: bytes, chance: random.Random) -> bytes:
    """Return a message with one to three bytes changed, taken out or put in, or cut off."""
    found = bytearray(wire)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        at = chance.randrange(len(found))
        match chance.randrange(6):
            case 0:
                found[at] = chance.randrange(256)
            case 1:
                found[at] ^= 1 << chance.randrange(8)
            case 2:
                del found[at : at + chance.randrange(1, 4)]
            case 3:
                found[at:at] = chance.randbytes(chance.randrange(1, 4))
            case 4:
                found[at] = chance.choice([0, 1, 12, 32, 63, 64, 191, 192, 255, 5, 28, 41, 46])
            case 5:
                del found[at:]
        if len(found) <= 1:
            break
    return bytes(found)


def test_a_pointer_to_any_place_is_followed_alike():
    """Forward, to itself, into the header, into a label, past the end."""
    question = Question("www.a.example", "NS")
    wire = answer("NS", ["ns1.zone.example."])
    place = wire.index(b"\x03ns1")
    for target in range(len(wire) + 4):
        pointed = bytearray(wire)
        pointed[place : place + 2] = struct.pack("!H", 0xC000 | target)
        found = fast(bytes(pointed), question)
        assert found is None or found == reference(bytes(pointed), question)


def test_of_names_that_are_too_long_dnspython_tells():
    """255 bytes is the longest name (RFC 1035 §2.3.4)."""
    question = Question("a.example", "CNAME")
    for length, count in itertools.product((61, 62, 63), (3, 4)):
        labels = b"".join(bytes([length]) + b"a" * length for _ in range(count)) + b"\0"
        record = b"\xc0\x0c" + struct.pack("!HHIH", 5, 1, 60, len(labels)) + labels
        header = struct.pack("!HHHHHH", 1, 0x8180, 1, 1, 0, 0)
        wire = header + codec.question_section(*question) + record
        found = fast(wire, question)
        assert found == (reference(wire, question) if len(labels) <= 255 else None)
        assert (found is None) == (len(labels) > 255)


def test_readers_that_differ_are_noticed_in_a_run(monkeypatch):
    """Then dnspython's reading counts, from there on for every message."""
    question = Question("www.a.example", "A")
    wire, asked = answer("A", RECORDS["A"]), codec.question_section(*question)
    wrong = fastpath.read(wire, asked, question.qname)._replace(authenticated=True)
    monkeypatch.setattr(fastpath, "read", lambda *_: wrong)
    reader = fastpath.Decoder()
    for _ in range(fastpath.CHECKED - 1):
        assert reader.read(wire, asked, question) == wrong
    with pytest.warns(RuntimeWarning, match="read in two ways"):
        assert reader.read(wire, asked, question) is None
    assert reader.read(wire, asked, question) is None
