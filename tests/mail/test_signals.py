import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seen import MICROSOFT_V6, V6, host, seen

from v6monitor.dns.observation import OUTCOMES, UNKNOWN, Observation, Question
from v6monitor.mail.providers import Operators
from v6monitor.mail.signals import (
    OTHER_ZONE_SINCE,
    predicted,
    predicted_host,
    predicted_questions,
)
from v6monitor.month.card import card
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.judge import subjects

DOMAIN = "bad-fischau-brunn.at"
HOST = "badfischaubrunn-at0i1i.mail.protection.outlook.com"
EARLIER = OTHER_ZONE_SINCE - dt.timedelta(days=1)
A = seen(HOST, "A", "198.51.100.25")


def shown(*log: Observation) -> tuple[str, str]:
    """Return whether the domain is accepted and whether its switch is on."""
    found = predicted(Evidence(log), DOMAIN)
    assert found.host == HOST
    assert HOST in found.reason
    return found.accepted, found.switch


def test_the_questions_are_two_about_the_name_that_follows_from_the_domain() -> None:
    """Its address records, at the classic zone."""
    assert predicted_host(DOMAIN) == HOST
    assert predicted_questions(DOMAIN) == (Question(HOST, "A"), Question(HOST, "AAAA"))


@pytest.mark.parametrize(
    ("log", "accepted", "switch"),
    [
        ([A, seen(HOST, "AAAA", MICROSOFT_V6)], "yes", "yes"),
        ([A, seen(HOST, "AAAA")], "yes", "no"),
        ([A, seen(HOST, "AAAA", outcome="timeout")], "yes", "unknown"),
        ([A], "yes", "unknown"),
        ([A, seen(HOST, "AAAA", V6)], "yes", "unknown"),
        ([seen(HOST, "A", outcome="nxdomain", at=EARLIER)], "no", "not_applicable"),
        ([seen(HOST, "A", outcome="nxdomain")], "unknown", "unknown"),
        ([seen(HOST, "A")], "unknown", "unknown"),
        ([seen(HOST, "A", outcome="servfail")], "unknown", "unknown"),
        ([], "", ""),
    ],
)
def test_what_the_answers_mean(log: list[Observation], accepted: str, switch: str) -> None:
    """Off is A without AAAA; a name that is not there says "not accepted" only before July 2026."""
    assert shown(*log) == (accepted, switch)


def test_a_predicted_name_is_no_website_and_stands_on_the_card_when_it_was_asked() -> None:
    """A log without provenance speaks of the domain only, and its card tells what was found."""
    log = [seen(DOMAIN, "MX", "10 mx.gate.example"), *host("mx.gate.example")]
    probes = [A, seen(HOST, "AAAA")]
    assert subjects([*log, *probes]) == [(DOMAIN, "mail")]
    found = card(Evidence([*log, *probes]), DOMAIN, Operators())
    assert found.predicted
    assert (found.predicted.accepted, found.predicted.switch) == ("yes", "no")
    assert set(probes) < set(found.observations)
    assert "Is IPv6 switched on for it?" in found.html()
    assert card(Evidence(log), DOMAIN, Operators()).predicted is None


@given(st.sampled_from(sorted(OUTCOMES - UNKNOWN)), st.sampled_from(sorted(UNKNOWN)))
def test_a_failure_never_turns_one_answer_into_another(outcome: str, failure: str) -> None:
    """What was definite stays or becomes unknown."""
    answers = (MICROSOFT_V6,) if outcome == "ok" else ()
    ipv6 = seen(HOST, "AAAA", *answers, outcome=outcome)
    before = shown(A, ipv6)
    assert shown(A, ipv6._replace(outcome=failure, answers=()))[1] in {before[1], "unknown"}
    assert shown(A._replace(outcome=failure, answers=()), ipv6) == ("unknown", "unknown")
