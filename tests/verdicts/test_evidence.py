import datetime as dt
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest
from seen import NOON, V6, host, name_servers, seen

from v6monitor.dns import log
from v6monitor.dns.observation import OUTCOMES, Observation
from v6monitor.verdicts.evidence import Evidence, is_definite
from v6monitor.verdicts.logic import Verdict

HOUR = dt.timedelta(hours=1)


def test_a_definite_answer_stands_above_a_later_failure_in_any_order() -> None:
    """A failed lookup never hides what another one found; among answers the latest counts."""
    observations = [
        seen("mx.example", "AAAA", V6, at=NOON),
        seen("mx.example", "AAAA", at=NOON + HOUR),
        seen("mx.example", "AAAA", outcome="timeout", at=NOON + 2 * HOUR),
    ]
    for order in permutations(observations):
        assert Evidence(order).has_ipv6("mx.example") == Verdict("no", "mx.example: nodata")


def test_aliases_are_followed_to_their_end_by_chains_and_by_the_hops_that_were_asked() -> None:
    """A chain has all hops at once, a CNAME question one; a loop ends, a failed hop adds none."""
    found = Evidence(
        [
            seen("mx.example", "A", "198.51.100.1", chain=("a.example", "b.example")),
            seen("mx.example", "AAAA", chain=("a.example", "b.example")),
            seen("auto.example", "CNAME", "one.example"),
            seen("one.example", "CNAME", "two.example"),
            seen("two.example", "CNAME", "one.example"),
            seen("lost.example", "CNAME", "one.example", outcome="timeout"),
        ]
    )
    assert found.aliases("mx.example") == ("a.example", "b.example")
    assert found.aliases("auto.example") == ("one.example", "two.example")
    assert found.aliases("lost.example") == found.aliases("unasked.example") == ()


@pytest.mark.parametrize("outcome", sorted(OUTCOMES - {"ok", "nodata", "nxdomain"}))
def test_a_failed_lookup_is_unknown_and_never_a_no(outcome: str) -> None:
    """Each outcome that tells nothing about the name leaves the verdict open."""
    found = Evidence([seen("mx.example", "AAAA", outcome=outcome)]).has_ipv6("mx.example")
    assert found == Verdict("unknown", f"mx.example: {outcome}")


@pytest.mark.parametrize("outcome", ["nodata", "nxdomain"])
def test_a_definite_absence_is_a_no(outcome: str) -> None:
    """No record and no such name both mean that the host has no IPv6."""
    found = Evidence([seen("mx.example", "AAAA", outcome=outcome)]).has_ipv6("mx.example")
    assert found == Verdict("no", f"mx.example: {outcome}")


def test_only_unusable_addresses_are_a_no_with_their_kind() -> None:
    """An AAAA at which nobody can be reached is no IPv6; one usable address is enough."""
    mapped = "::ffff:198.51.100.1"
    assert Evidence([seen("mx.example", "AAAA", mapped, "fe80::1")]).has_ipv6("mx.example") == (
        "no",
        "mx.example: only_unusable:link_local, mapped",
    )
    assert Evidence([seen("mx.example", "AAAA", mapped, V6)]).has_ipv6("mx.example").state == "yes"


def test_what_was_not_asked_and_an_ok_without_records_are_unknown() -> None:
    """An incomplete or a damaged log decides nothing."""
    assert Evidence([]).has_ipv6("mx.example") == ("unknown", "mx.example: AAAA not asked")
    assert Evidence([seen("mx.example", "AAAA", outcome="ok")]).has_ipv6("mx.example").state == (
        "unknown"
    )


def test_name_servers_are_found_label_by_label_upward() -> None:
    """The nearest zone above a name that has NS records is the zone it stands in."""
    log = [
        seen("mx.mail.town.example", "NS"),
        seen("mail.town.example", "NS", outcome="nxdomain"),
        *name_servers("town.example", True, True),
    ]
    found = Evidence(log).name_servers("mx.mail.town.example")
    assert found.hosts == ("ns1.town.example", "ns2.town.example")
    assert Evidence(log).name_servers_have_ipv6("mx.mail.town.example").state == "yes"


@pytest.mark.parametrize(
    ("log", "verdict"),
    [
        ([], ("", "NS of mx.town.example not asked")),
        ([seen("mx.town.example", "NS")], ("unknown", "NS of mx.town.example: nodata")),
        (
            [seen("mx.town.example", "NS"), seen("town.example", "NS")],
            ("unknown", "NS of town.example: nodata"),
        ),
        (
            [seen(name, "NS", outcome="nxdomain") for name in ("mx.town.example", "town.example")],
            ("no", "no name servers found for mx.town.example"),
        ),
        (
            [seen("town.example", "NS", outcome="nxdomain"), *host("town.example", V6)],
            ("unknown", "NS of town.example: nxdomain"),
        ),
        (
            [seen("mx.town.example", "NS"), seen("town.example", "NS", outcome="servfail")],
            ("unknown", "NS of town.example: servfail"),
        ),
        (
            [
                seen("mx.town.example", "NS", "ns1.else.example", chain=("mx.else.example",)),
                *name_servers("town.example", True, False, False),
            ],
            ("no", "1 of 3 name servers have IPv6"),
        ),
        (
            [seen("town.example", "NS", "ns1.else.example", chain=("else.example",))],
            ("unknown", "NS of town.example: an alias"),
        ),
    ],
)
def test_a_walk_that_finds_nothing_says_why(
    log: list[Observation], verdict: tuple[str, str]
) -> None:
    """Only a domain that does not exist has none: one that resolves denies what it must have."""
    assert Evidence(log).name_servers_have_ipv6("mx.town.example") == verdict


DENIED = "zone town.example"


@pytest.mark.parametrize("failure", ["refused", "notimp"])
@pytest.mark.parametrize(
    ("rows", "zone"),
    [
        ([], "mail.town.example"),  # one label up, which answers
        ([seen("mx.mail.town.example", "AAAA", detail=DENIED)], "town.example"),
    ],
)
def test_servers_that_do_not_answer_about_ns_have_the_zone_above(
    failure: str, rows: list[Observation], zone: str
) -> None:
    """The zone that denies the host's addresses, else one label up; the reason says so."""
    up = [
        *name_servers("mail.town.example", True, True),
        *name_servers("town.example", True, True, False),
    ]
    asked = seen("mx.mail.town.example", "NS", outcome=failure)
    found = Evidence([asked, *rows, *up])
    assert found.name_servers("mx.mail.town.example").zone == zone
    verdict = found.name_servers_have_ipv6("mx.mail.town.example")
    assert verdict.state == "yes"
    assert verdict.reason.endswith(f"(zone {zone}, NS of mx.mail.town.example: {failure})")


@pytest.mark.parametrize(
    "rows",
    [
        [seen("town.example", "NS", outcome="refused")],
        [seen("mx.town.example", "NS", outcome="refused")],
        [
            seen("mx.town.example", "NS", outcome="refused"),
            seen("mx.town.example", "AAAA", detail="zone mx.town.example"),
            *name_servers("town.example", True, True),
        ],
        [
            seen("mx.town.example", "NS", outcome="timeout"),
            *name_servers("town.example", True, True),
        ],
        [
            seen("mx.town.example", "NS", outcome="notimp"),
            seen("town.example", "NS", outcome="servfail"),
        ],
    ],
)
def test_a_refusal_without_a_zone_above_is_unknown(rows: list[Observation]) -> None:
    """At the apex, where nothing above answers, and for every other failure."""
    assert Evidence(rows).name_servers_have_ipv6("mx.town.example").state == "unknown"


@pytest.mark.parametrize(
    ("detail", "zone"),
    [
        ("zone town.example", "town.example"),
        ("r1: no answer in 2.0 s; zone example", "example"),
        ("", "b.town.example"),
        ("zone own.example", "b.town.example"),  # does not have the name
        ("r1: zone town.example", "b.town.example"),  # somebody's words
        ("zone a.b.town.example", ""),  # it denies its own name servers
    ],
)
def test_the_zone_that_denies_is_the_zone_of_the_name(detail: str, zone: str) -> None:
    """However many labels above; no other zone is believed."""
    zones = ["b.town.example", "town.example", "example", "own.example"]
    rows = [row for name in zones for row in name_servers(name, True, True)]
    found = Evidence([*rows, seen("a.b.town.example", "NS", detail=detail)])
    assert found.name_servers("a.b.town.example").zone == zone
    if not zone:
        assert found.name_servers_have_ipv6("a.b.town.example").state == "unknown"


def test_one_name_server_more_or_less_when_some_are_unknown() -> None:
    """Two are needed: unknown ones can still be the second, not the second of one."""
    two = [*name_servers("town.example", True, False), seen("ns2.town.example", "AAAA")]
    unknown = [row for row in two if (row.qname, row.qtype) != ("ns2.town.example", "AAAA")]
    unknown += host("ns2.town.example", outcome="timeout")
    assert Evidence(two).name_servers_have_ipv6("town.example").state == "no"
    assert Evidence(unknown).name_servers_have_ipv6("town.example") == (
        "unknown",
        "1 of 2 name servers have IPv6, 1 unknown",
    )


def test_a_table_and_its_observations_give_the_same_evidence() -> None:
    """The index reads a DataFrame with lists, as the log holds them, in any order of columns."""
    log = [*host("mx.example", V6), seen("town.example", "MX", "10 mx.example")]
    table = pd.DataFrame(log)
    table = table.assign(answers=table["answers"].map(list))[table.columns[::-1]]
    assert list(Evidence.of(table)) == list(Evidence(log))


@pytest.mark.parametrize("text", ["\\# 16 2a020898000000000000000000000001", "192.0.2.1", "", "x"])
def test_an_address_that_cannot_be_read_is_unknown_and_never_a_no(text: str) -> None:
    """Alone, and beside an unusable one; a usable one beside it decides."""
    for beside in ([], ["fe80::1"]):
        found = Evidence([seen("mx.example", "AAAA", text, *beside)])
        reason = f"mx.example: AAAA unreadable: {text or 'an empty text'}"
        assert found.has_ipv6("mx.example") == ("unknown", reason)
        assert found.records("mx.example", "AAAA") is None
    found = Evidence([seen("mx.example", "AAAA", text, V6)])
    assert found.has_ipv6("mx.example") == ("yes", f"mx.example: {V6}")


@pytest.mark.parametrize("qtype", ["A", "AAAA", "MX", "NS", "CNAME", "TXT", "SOA"])
def test_data_in_generic_form_tell_nothing_of_any_type(qtype: str) -> None:
    """What a program could not read (RFC 3597) is unknown; a lookup that could read it counts."""
    unread = seen("a.example", qtype, "\\# 4 c0000201", at=NOON + HOUR)
    assert Evidence([unread]).records("a.example", qtype) is None
    assert not is_definite(unread)
    assert Evidence([seen("a.example", qtype), unread]).records("a.example", qtype) == ()


@pytest.mark.parametrize("text", ["\\# 4 036e7331", "two words", ""])
def test_name_servers_that_cannot_be_read_are_unknown(text: str) -> None:
    """The walk does not go on upward from them: the zone is there."""
    rows = [*name_servers("example.org", True, True), seen("a.example.org", "NS", text)]
    found = Evidence(rows).name_servers_have_ipv6("a.example.org")
    assert found.state == "unknown"
    assert "NS unreadable" in found.reason


def test_an_unreadable_log_from_disk_is_unknown(tmp_path: Path) -> None:
    """As CSV and as Parquet: what others wrote is judged by the same rule."""
    rows = [seen("a.example", "AAAA", "\\# 16 2a020898000000000000000000000001")]
    for suffix in (".csv", ".parquet"):
        path = tmp_path / f"log{suffix}"
        log.write(log.frame(rows), path, {})
        found = Evidence.of(log.read_log(path)).has_ipv6("a.example")
        assert (found.state, "unreadable" in found.reason) == ("unknown", True)
