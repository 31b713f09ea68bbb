from collections.abc import Iterator
from pathlib import Path

import pytest
from impatient import QUICK, ask
from secureservers import secure

from v6monitor.dns.observation import Question
from v6monitor_example.server import ZoneServer

PATIENT = QUICK._replace(timeout=5.0)


@pytest.fixture(scope="module")
def over_https(zones: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Answer from the zones over HTTPS; gives the resolver and the certificate."""
    folder = tmp_path_factory.mktemp("https")
    answers = ZoneServer(zones)
    with secure("https", lambda query: answers.respond(query) or b"", folder) as resolver:
        yield resolver, folder / "cert.pem"


def test_a_resolver_can_be_asked_over_https(
    over_https: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large answers come whole; a wrong path is said to be one."""
    resolver, certificate = over_https
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    questions = [Question("large.town.example", "TXT"), Question("town.example", "AAAA")]
    rows = ask(resolver, questions=questions, policy=PATIENT)
    assert [(row.outcome, row.attempts) for row in rows] == [("ok", 1), ("nodata", 1)]
    wrong = resolver.replace("/dns-query", "/wrong")
    (row,) = ask(wrong, questions=questions[:1], policy=PATIENT)
    assert row.outcome == "unreachable"
    assert "404" in row.detail


def test_a_certificate_that_is_not_trusted_is_unreachable(over_https: tuple[str, Path]) -> None:
    """Nothing is asked over it."""
    question = Question("town.example", "AAAA")
    (row,) = ask(over_https[0], questions=[question], policy=PATIENT)
    assert row.outcome == "unreachable"
    assert "certificate" in row.detail


def test_more_than_a_message_can_be_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that sends without end is cut off at 65,535 bytes."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with secure("https", lambda _query: bytes(70_000), tmp_path) as resolver:
        (row,) = ask(resolver, policy=PATIENT._replace(attempts=1))
    assert row.outcome == "unreachable"
    assert "more than 65,535 bytes" in row.detail
