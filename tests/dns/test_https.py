import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from impatient import QUICK, ask
from realservers import certify

from v6monitor.dns.observation import Question
from v6monitor_example.server import ZoneServer


@pytest.fixture(scope="module")
def over_https(zones: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Answer from the zones over HTTPS; gives the port and the certificate."""
    folder = tmp_path_factory.mktemp("https")
    certify(folder)
    answers = ZoneServer(zones)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            right = self.path == "/dns-query"
            right &= self.headers["Content-Type"] == "application/dns-message"
            answer = (answers.respond(question) or b"") if right else b""
            self.send_response(200 if right else 404)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1], folder / "cert.pem"
        server.shutdown()
        thread.join()


def test_a_resolver_can_be_asked_over_https(
    over_https: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large answers come whole; a wrong path is said to be one."""
    port, certificate = over_https
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    manners = QUICK._replace(timeout=1)
    questions = [Question("large.town.example", "TXT"), Question("town.example", "AAAA")]
    rows = ask(f"https://127.0.0.1:{port}/dns-query", questions=questions, manners=manners)
    assert [(row.outcome, row.attempts) for row in rows] == [("ok", 1), ("nodata", 1)]
    (row,) = ask(f"https://127.0.0.1:{port}/wrong", questions=questions[:1], manners=manners)
    assert row.outcome == "unreachable"
    assert "404" in row.detail


def test_a_certificate_that_is_not_trusted_is_unreachable(over_https: tuple[int, Path]) -> None:
    """Nothing is asked over it."""
    question = Question("town.example", "AAAA")
    (row,) = ask(f"https://127.0.0.1:{over_https[0]}/dns-query", questions=[question])
    assert row.outcome == "unreachable"
    assert "certificate" in row.detail
