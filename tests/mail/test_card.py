from seen import V6, host, name_servers, no_signals, seen

from v6monitor.dns.observation import Question
from v6monitor.mail.card import card
from v6monitor.mail.operators import Operators
from v6monitor.verdicts.evidence import Evidence

LOG = [
    seen("town.example", "MX", "10 mx.gate.example"),
    *no_signals("town.example"),
    *host("mx.gate.example"),
    *name_servers("town.example", True, True),
    seen("mx.gate.example", "NS", outcome="nxdomain"),
    *name_servers("gate.example", True, True),
    *host("town.example", V6),
    seen("other.example", "MX", "10 mx.gate.example"),
]


def test_the_card_has_all_that_concerns_the_domain_and_nothing_else() -> None:
    """Its own questions come first, then those about its hosts; another domain's stay out."""
    found = card(Evidence(LOG), "town.example", Operators())
    assert found.judgement.verdicts["mail_all"] == ("no", "mx.gate.example: nodata")
    assert found.judgement.verdicts["web"].state == "yes"
    assert found.provider
    assert found.provider.operator == "gate.example"
    names = [row.qname for row in found.observations]
    assert set(names) == {row.qname for row in LOG} - {"other.example"}
    assert len(names) == len(LOG) - 1
    assert names.index("mx.gate.example") > names.index("town.example")


def test_what_a_lookup_would_ask_and_the_log_has_not_is_told() -> None:
    """A reader sees where the evidence ends."""
    found = card(Evidence(LOG), "town.example", Operators())
    assert found.missing == (
        Question("www.town.example", "A"),
        Question("www.town.example", "AAAA"),
    )


def test_without_a_question_about_the_domain_the_card_is_empty() -> None:
    """Nothing known is shown as nothing, not as a verdict."""
    found = card(Evidence([]), "town.example", Operators())
    assert found.observations == ()
    assert found.provider is None
    assert {verdict.state for verdict in found.judgement.verdicts.values()} == {""}
