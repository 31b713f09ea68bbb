"""Servers that answer over TLS or HTTPS as a test wants."""

import http.server
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from faultserver import framed
from realservers import certify

Answer = Callable[[bytes], bytes]
"""From a query to what is sent back."""


def _over_tls(answer: Answer) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            size = int.from_bytes(self.rfile.read(2), "big")
            if query := self.rfile.read(size):
                self.wfile.write(framed(answer(query)))

    return Handler


def _over_https(answer: Answer) -> type[socketserver.BaseRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            right = self.path == "/dns-query"
            right &= self.headers["Content-Type"] == "application/dns-message"
            content = answer(query) if right else b""
            self.send_response(200 if right else 404)
            self.send_header("Content-Type", "application/dns-message")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that does not trust the certificate."""


@contextmanager
def secure(scheme: str, answer: Answer, folder: Path) -> Iterator[str]:
    """Answer over ``tls`` or ``https``; gives the resolver. The certificate is in the folder."""
    if not (folder / "cert.pem").exists():
        certify(folder)
    handler = _over_tls(answer) if scheme == "tls" else _over_https(answer)
    with _Server(("127.0.0.1", 0), handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        path = "/dns-query" if scheme == "https" else ""
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}{path}"
        server.shutdown()
        thread.join()
