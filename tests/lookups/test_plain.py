"""Does the fast reader of messages say what dnspython says?"""

import itertools
import os
import random
import struct

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from v6monitor.lookups import codec, decoding, plain

MUTATIONS = int(os.environ.get("V6MONITOR_MUTATIONS", "120000"))
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
}
PLAIN_SHARE = 0.7


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


def corpus() -> list[bytes]:
    """Return messages of every kind that is met, plain and less so."""
    found = []
    for qtype, data in RECORDS.items():
        found += [answer(qtype, [one]) for one in data]
        found.append(answer(qtype, data))
        alias = "www.a.example. 60 IN CNAME b.example."
        end = f"b.example. 300 IN {qtype} {data[0]}"
        found.append(answer(qtype, [], answer=[alias, end]))
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
        bare = dns.message.make_response(dns.message.make_query("a.example.", qtype))
        found.append(bare.to_wire())
    return found


def reference(wire: bytes) -> codec.Reply | None:
    """Return what dnspython reads; None when it is no message to it."""
    try:
        return codec.decode(wire)
    except codec.Malformed:
        return None


@pytest.fixture(scope="module")
def messages() -> list[bytes]:
    """Return the corpus."""
    return corpus()


def test_ordinary_messages_are_read_fast_and_the_same(messages):
    """Those with odd names, addresses or texts are left to dnspython."""
    fast = [wire for wire in messages if plain.decode(wire) is not None]
    assert len(fast) > PLAIN_SHARE * len(messages)
    for wire in fast:
        assert plain.decode(wire) == reference(wire)


def test_damaged_messages_are_never_read_otherwise(messages):
    """What the fast reader makes of any bytes is what dnspython makes of them."""
    chance = random.Random(20261101)  # noqa: S311 - damages messages, keeps no secret
    read = 0
    for _ in range(MUTATIONS):
        wire = damaged(chance.choice(messages), chance)
        found = plain.decode(wire)
        if found is not None:
            read += 1
            assert found == reference(wire), wire.hex()
    assert read > MUTATIONS / 20


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


def test_a_pointer_to_any_place_is_followed_alike(messages):
    """Forward, to itself, into the header, into a label, past the end."""
    wire = answer("NS", ["ns1.zone.example."])
    place = wire.index(b"\x03ns1")
    for target in range(len(wire) + 4):
        pointed = bytearray(wire)
        pointed[place : place + 2] = struct.pack("!H", 0xC000 | target)
        found = plain.decode(bytes(pointed))
        assert found is None or found == reference(bytes(pointed))


def test_of_names_that_are_too_long_dnspython_tells():
    """255 bytes is the longest name (RFC 1035 §2.3.4)."""
    for length, count in itertools.product((61, 62, 63), (3, 4)):
        name = ".".join(["a" * length] * count)
        header = struct.pack("!HHHHHH", 1, 0x8180, 1, 0, 0, 0)
        labels = b"".join(bytes([length]) + b"a" * length for _ in range(count))
        wire = header + labels + b"\0\0\1\0\1"
        found = plain.decode(wire)
        assert found == (reference(wire) if len(name) <= 253 else None)


def test_readers_that_differ_are_noticed_in_a_run(monkeypatch):
    """Then dnspython's reading counts, from there on for every message."""
    wire = answer("A", RECORDS["A"])
    wrong = plain.decode(wire)._replace(authenticated=True)
    monkeypatch.setattr(plain, "decode", lambda _: wrong)
    reader = decoding.Decoder()
    for _ in range(decoding.CHECKED - 1):
        assert reader.decode(wire) == wrong
    with pytest.warns(RuntimeWarning, match="read in two ways"):
        assert reader.decode(wire) == reference(wire)
    assert reader.decode(wire) == reference(wire)
