"""Resolvers over TLS and HTTPS that misbehave: a reason for each, never an answer, never a hang."""

import datetime as dt
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import dns.message
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from faultserver import framed, reply
from impatient import QUICK, ask

from v6monitor.dns.observation import UNKNOWN

HASTY = QUICK._replace(attempts=1, timeout=0.8)
"""A connection may take twice the time-out."""
LONGEST = 2 * HASTY.timeout + 2.0
PERSISTS = 20.0
"""Seconds for which a server goes on, so that a hang would show."""

Behaviour = Callable[[socket.socket], None]


def dribbled(connection: socket.socket, content: bytes) -> None:
    """Send a byte now and then, each long before a time-out."""
    until = time.monotonic() + PERSISTS
    while time.monotonic() < until:
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)


def posted(connection: socket.socket) -> bytes:
    """Return the DNS query in a request over HTTP/1.1."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    headers, _, body = received.partition(b"\r\n\r\n")
    length = int(headers.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(4096)
    return body


def response(
    status: str = "200 OK", kind: str = "application/dns-message", more: str = ""
) -> Behaviour:
    """Answer the query well, but under such a header."""

    def behave(connection: socket.socket) -> None:
        body = good(posted(connection))
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}"
        connection.sendall(head.encode() + b"\r\n\r\n" + body)

    return behave


def good(query: bytes) -> bytes:
    """Return a right answer."""
    return reply(dns.message.from_wire(query), "a.example. 300 IN AAAA 2a01::1")


def well(connection: socket.socket) -> None:
    """Answer over TLS as one should."""
    size = int.from_bytes(connection.recv(2), "big")
    connection.sendall(framed(good(connection.recv(size))))


def silent(connection: socket.socket) -> None:
    """Take the query and say nothing."""
    connection.settimeout(PERSISTS)
    while connection.recv(4096):
        pass


def endless(connection: socket.socket) -> None:
    """Send a body without end, as fast as it is taken."""
    posted(connection)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    while True:
        connection.sendall(b"1000\r\n" + bytes(4096) + b"\r\n")


def slow_body(connection: socket.socket) -> None:
    """Send a body byte by byte."""
    posted(connection)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\nContent-Length: 60000\r\n\r\n"
    )
    dribbled(connection, b"\0")


def slow_header(connection: socket.socket) -> None:
    """Send headers byte by byte, without end."""
    posted(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    dribbled(connection, b"X-Name: value\r\n")


def half(connection: socket.socket) -> None:
    """Promise a whole message, and close after a part of it."""
    connection.recv(4096)
    connection.sendall(b"\x01\x00abc")


def slow_message(connection: socket.socket) -> None:
    """Send the longest message there can be over TLS, byte by byte."""
    connection.recv(4096)
    connection.sendall(b"\xff\xff")
    dribbled(connection, b"\0")


def slow_handshake(connection: socket.socket) -> None:
    """Begin a TLS record of a handshake, and send it byte by byte."""
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x40\x00")
    dribbled(connection, b"\x02")


def saying(content: bytes) -> Behaviour:
    """Send what is no answer, whatever is asked."""
    return lambda connection: connection.sendall(content)


class Attack(NamedTuple):
    """A server, and what the row about it says."""

    name: str
    scheme: str
    behave: Behaviour
    reason: str
    outcome: str = "unreachable"
    certificate: str = "good"
    """``none``: the server speaks no TLS."""


ELSEWHERE = "Location: https://127.0.0.1/\r\n"
ATTACKS = [
    Attack("self-signed", "tls", well, "self.signed certificate", certificate="strange"),
    Attack("other name", "tls", well, "IP address mismatch", certificate="elsewhere"),
    Attack("expired", "tls", well, "certificate has expired", certificate="expired"),
    Attack("expired", "https", response(), "certificate has expired", certificate="expired"),
    Attack("other name", "https", response(), "IP address mismatch", certificate="elsewhere"),
    Attack("no handshake", "tls", silent, "no TLS handshake in time", "timeout", "none"),
    Attack("no handshake", "https", silent, "no TLS handshake in time", "timeout", "none"),
    Attack("slow handshake", "tls", slow_handshake, "no TLS handshake in time", "timeout", "none"),
    Attack("slow handshake", "https", slow_handshake, "no TLS handshake", "timeout", "none"),
    Attack("plain text", "tls", saying(b"hello, who is there?"), "SSL", certificate="none"),
    Attack("silence", "tls", silent, "no answer in time", "timeout"),
    Attack("silence", "https", silent, "no answer in time", "timeout"),
    Attack("slow message", "tls", slow_message, "no answer in time", "timeout"),
    Attack("half a message", "tls", half, "closed after 3 of 256 bytes"),
    Attack("redirect", "https", response("302 Found", more=ELSEWHERE), "HTTP 302: a redirect"),
    Attack("server error", "https", response("500 Oops"), "HTTP 500 instead of an answer"),
    Attack("content type", "https", response(kind="text/html"), "content of type 'text/html'"),
    Attack("endless body", "https", endless, "more than 65,535 bytes"),
    Attack("slow body", "https", slow_body, "no answer in time", "timeout"),
    Attack("slow header", "https", slow_header, "no answer in time", "timeout"),
    Attack("no HTTP", "https", saying(100 * b"\xff"), "illegal status line|disconnected"),
]  # fmt: skip


def certify(folder: Path, name: str, address: str, days: tuple[int, int]) -> None:
    """Write a self-signed certificate for an address, valid from and to so many days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days[0]))
        .not_valid_after(now + dt.timedelta(days[1]))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    (folder / f"{name}.pem").write_bytes(private + public)
    if name != "strange":
        with (folder / "trusted.pem").open("ab") as trusted:
            trusted.write(public)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make certificates, of which all but one are trusted."""
    folder = tmp_path_factory.mktemp("certificates")
    certify(folder, "good", "127.0.0.1", (-1, 1))
    certify(folder, "expired", "127.0.0.1", (-2, -1))
    certify(folder, "elsewhere", "192.0.2.1", (-1, 1))
    certify(folder, "strange", "127.0.0.1", (-1, 1))
    return folder


@contextmanager
def attacking(attack: Attack, certificates: Path) -> Iterator[str]:
    """Let a server misbehave on loopback; gives how a resolver list names it."""
    secured = None
    if attack.certificate != "none":
        secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secured.load_cert_chain(certificates / f"{attack.certificate}.pem")

    def handle(connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            if secured is None:
                attack.behave(connection)
                return
            with secured.wrap_socket(connection, server_side=True) as tls:
                attack.behave(tls)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=handle, args=server.accept()[:1], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        path = "/dns-query" if attack.scheme == "https" else ""
        yield f"{attack.scheme}://127.0.0.1:{server.getsockname()[1]}{path}"
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.scheme} {attack.name}")
def test_a_hostile_secure_resolver_gives_a_reason_and_no_answer(
    attack: Attack, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it sends a right answer after or beside what is wrong; and all within the time."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "trusted.pem"))
    with attacking(attack, certificates) as resolver:
        began = time.monotonic()
        (row,) = ask(resolver, policy=HASTY)
        took = time.monotonic() - began
    assert (row.outcome, row.answers) == (attack.outcome, ()), row.detail
    assert row.outcome in UNKNOWN
    assert re.search(attack.reason, row.detail), row.detail
    assert took < LONGEST


@pytest.mark.parametrize(("scheme", "behave"), [("tls", well), ("https", response())])
def test_the_same_servers_are_believed_when_nothing_is_wrong(
    scheme: str, behave: Behaviour, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it is the fault that is refused."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "trusted.pem"))
    with attacking(Attack("", scheme, behave, ""), certificates) as resolver:
        (row,) = ask(resolver, policy=HASTY._replace(timeout=5.0))
    assert (row.outcome, row.answers) == ("ok", ("2a01::1",))
