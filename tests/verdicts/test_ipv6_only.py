import datetime as dt

import pytest
from seen import NOON, V6, host, name_servers, seen

from v6monitor.dns.ipv6_only import control
from v6monitor.dns.observation import IPV6_ONLY, Observation
from v6monitor.verdicts.judge import judge


def without_ipv4(row: Observation) -> Observation:
    """Return a row as the log has it of a resolver that may not use IPv4."""
    return row._replace(resolver=f"{IPV6_ONLY}192.0.2.54")


def judged(outcome: str, control_outcome: str = "nxdomain", seconds: int = 30) -> str:
    """Return ``mail_ipv6_only`` where the AAAA of the one MX host has this outcome without IPv4."""
    mx = seen("town.example", "MX", "10 mx.town.example")
    at = NOON + dt.timedelta(seconds=seconds)
    controls = [
        seen(*control("control.example"), outcome=control_outcome, at=at),
        seen(*control("old.example", "ipv4"), outcome="servfail", at=at),
    ]
    aaaa = seen("mx.town.example", "AAAA", *([V6] if outcome == "ok" else []), outcome=outcome)
    log = [mx, *host("mx.town.example", V6), *name_servers("town.example", True, True)]
    log += map(without_ipv4, [mx, aaaa, *controls])
    return str(judge(log, domains=["town.example"]).iloc[0]["mail_ipv6_only"])


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        ("ok", "yes"),
        *((outcome, "no") for outcome in ("servfail", "timeout", "nodata", "nxdomain")),
        *((outcome, "unknown") for outcome in ("mismatch", "refused", "formerr", "notimp")),
        *((outcome, "unknown") for outcome in ("bogus", "truncated", "chain", "unreachable")),
    ],
)
def test_only_what_tells_of_the_way_there_is_a_no(outcome: str, verdict: str) -> None:
    """A refusal, an answer that cannot be read, a network that fails here: could not tell."""
    assert judged(outcome) == verdict


@pytest.mark.parametrize(
    ("control_outcome", "seconds", "verdict"),
    [
        ("nxdomain", -60, "no"),
        ("nxdomain", 60, "no"),
        ("nxdomain", -61, "unknown"),
        ("nxdomain", 61, "unknown"),
        ("servfail", 30, "unknown"),
    ],
)
def test_a_failure_needs_a_control_within_a_minute(
    control_outcome: str, seconds: int, verdict: str
) -> None:
    """One that failed, or one longer ago, does not show that the resolver worked."""
    assert judged("servfail", control_outcome, seconds) == verdict
