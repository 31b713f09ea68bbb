from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from seen import V6, host, name_servers, no_signals, seen

from v6monitor.dns import log
from v6monitor.dns.observation import Question
from v6monitor.errors import InputError, UsageError
from v6monitor.mail.providers import Operator, Operators
from v6monitor.month.card import Card, card, explain
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


@pytest.fixture
def town() -> Card:
    """Return the card of town.example."""
    return card(Evidence(LOG), "town.example", Operators())


def test_the_card_has_all_that_concerns_the_domain_and_nothing_else(town: Card) -> None:
    """Its own questions come first, then those about its hosts; another domain's stay out."""
    assert town.judgement.verdicts["mail_all"] == ("no", "mx.gate.example: nodata")
    assert town.judgement.verdicts["web"].state == "yes"
    assert town.provider
    assert town.provider.operator == "gate.example"
    names = [row.qname for row in town.observations]
    assert set(names) == {row.qname for row in LOG} - {"other.example"}
    assert len(names) == len(LOG) - 1
    assert names.index("mx.gate.example") > names.index("town.example")


def test_what_a_lookup_would_ask_and_the_log_has_not_is_named(town: Card) -> None:
    """A reader sees where the evidence ends."""
    service = Question("_autodiscover._tcp.town.example", "SRV")
    www = (Question("www.town.example", "A"), Question("www.town.example", "AAAA"))
    assert town.missing == (service, *www)


def test_without_a_question_about_the_domain_the_card_is_empty() -> None:
    """Nothing known is shown as nothing, not as a verdict."""
    found = card(Evidence([]), "town.example", Operators())
    assert found.observations == ()
    assert found.provider is None
    assert {verdict.state for verdict in found.judgement.verdicts.values()} == {""}
    assert repr(found) == "<Card town.example: no verdict; 0 lookups>"


def test_a_card_shows_itself_in_few_words(town: Card) -> None:
    """The domain, the three main verdicts, and on how many lookups they stand."""
    number = len(LOG) - 1
    verdicts = "mail_all no, web yes, dns_2 yes"
    assert repr(town) == f"<Card town.example: {verdicts}; {number} lookups>"


class _Tables(HTMLParser):
    """Counts the elements of tables, and the cells without a scope where one is due."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.without_scope = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.without_scope += tag == "th" and "scope" not in dict(attrs)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_in_jupyter_every_table_has_a_caption_and_scopes(town: Card, language: str) -> None:
    """A row per verdict, per lookup and per missing one is headed; text from DNS is escaped."""
    found = _Tables(town.html(language))
    assert found.counts["table"] == found.counts["caption"] == 3
    assert found.without_scope == 0
    assert found.counts["tr"] == found.counts["thead"] + town.html(language).count('scope="row"')
    hostile = seen("town.example", "TXT", '"<script>alert(1)</script>"')
    shown = card(Evidence([*LOG[:1], hostile]), "town.example", Operators())._repr_html_()
    assert "<script>" not in shown
    assert "<strong>town.example</strong>" in shown


def test_the_text_has_headings_and_reasons_in_the_language(town: Card) -> None:
    """Codes stay as the tables have them, so that a reader finds them back."""
    english, dutch = town.text(), town.text("nl")
    assert "  mail_all         no      mx.gate.example: no such record\n" in english
    assert "Who runs the mail?" in english
    assert "Wie verzorgt de e-mail?" in dutch
    assert "  mail_all         no      mx.gate.example: geen record" in dutch
    commands = ["  dig @192.0.2.53 MX town.example", "  dig @192.0.2.53 AAAA mx.gate.example"]
    for text in (english, dutch):
        assert [line for line in text.splitlines() if "dig" in line] == commands


def test_explain_takes_a_name_and_a_log_or_a_month() -> None:
    """A URL or an address names the domain; the operators of a month are used."""
    table = log.frame(LOG)
    assert explain("https://Town.example/a", observations=table).domain == "town.example"
    gate = Operator("gate.example", "Gate", "gateway", "NL", "test", "2026-10-06")
    month = SimpleNamespace(observations=table, operators=Operators([gate]))
    found = explain("info@town.example", month=month)
    assert found.provider
    assert found.provider.operator == "Gate"


def test_explain_says_what_is_wrong() -> None:
    """A text that is no name, and a name that the log does not have."""
    with pytest.raises(UsageError, match="'no name' is not a valid host name"):
        explain("no name", observations=LOG)
    with pytest.raises(InputError, match=r"no question about absent\.example"):
        explain("absent.example", observations=LOG)
