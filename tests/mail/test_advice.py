import pytest

from v6monitor.dns.observation import OUTCOMES
from v6monitor.language import Language
from v6monitor.mail.words import reason_text

DUTCH = Language("nl")


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
def test_every_outcome_is_said_in_words(outcome: str) -> None:
    """The name before it stays; the same word elsewhere, in a name, does too."""
    text = reason_text(f"{outcome}.example: {outcome}, mx.example: {outcome}", DUTCH)
    assert text == (
        f"{outcome}.example: {DUTCH.label(outcome)}, mx.example: {DUTCH.label(outcome)}"
    )


def test_what_was_not_asked_and_name_servers_are_said_too() -> None:
    """In the reader's language, whatever stands around it."""
    reason = (
        "MX of a.example: MX not asked; name servers of b.example: 1 of 2 name servers have IPv6"
    )
    assert reason_text(reason, DUTCH) == (
        "MX van a.example: MX niet gevraagd; nameservers van b.example: 1 van de 2 nameservers "
        "met IPv6"
    )


def test_what_is_no_such_word_stays_as_it_is() -> None:
    """A reason with text from DNS is not changed."""
    for text in ("", "town.example: null MX", "dropped localhost: no mail host", "a: {b}"):
        assert reason_text(text, DUTCH) == text
