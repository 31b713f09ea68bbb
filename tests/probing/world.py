"""Runs ``v6monitor reach`` in a network namespace of its own, between servers that misbehave.

``python world.py FOLDER`` in a namespace without any network; writes what came of it as JSON.
"""

import contextlib
import datetime as dt
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

from v6monitor.cli import main
from v6monitor.dns import log
from v6monitor.dns.observation import Observation

LOCAL = [f"2a00:1::{n}" for n in (1, 2, 3, 4, 5, 9)] + [f"9.1.1.{n}" for n in (1, 2, 3, 4, 9)]
GOOD = ("2a00:1::1", "9.1.1.1")
HOSTS = {
    "mx.good.example": GOOD,
    "mx.same.example": GOOD,  # the same server by another name
    "mx.refused.example": ("2a00:1::2", "9.1.1.2"),
    "mx.dropped.example": ("2a00:1::5", "9.1.1.2"),
    "mx.rejected.example": ("2a00:3::1", "9.1.1.2"),
    "mx.reset.example": ("2a00:1::3", "9.1.1.3"),
    "mx.private.example": ("2a00:1::1", "10.0.0.1"),
    "mx.objects.example": ("2a00:1::9", "9.1.1.9"),
    "good.example": GOOD,
    "badtls.example": ("2a00:1::4", "9.1.1.4"),
}
SEEN: list[tuple[str, int, float, bytes]] = []


def serve(address: str, port: int, kind: str, tls: ssl.SSLContext | None = None) -> None:
    """Serve in a thread; every connection is counted, with the first bytes that come."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.create_server((address, port), family=family)

    def loop() -> None:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        row = [address, port, time.monotonic(), b""]
        SEEN.append(row)  # type: ignore[arg-type]
        with contextlib.suppress(OSError), connection:
            if kind == "reset":
                linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            if kind == "smtp":
                connection.sendall(b"220-mx \x1b[2J ready\r\n220 second line\r\n")
                row[3] = connection.recv(100)
                connection.sendall(b"221 bye\r\n")
                return
            stream = tls.wrap_socket(connection, server_side=True) if tls else connection
            row[3] = stream.recv(1000)
            stream.sendall(
                b"HTTP/1.1 301 Moved\r\nLocation: http://2a00:9::9/\r\n\r\n" + b"x" * 999
            )

    threading.Thread(target=loop, daemon=True).start()


def drop(address: str, port: int) -> list[socket.socket]:
    """Return the sockets that keep a port full: the system drops what comes after them."""
    server = socket.create_server((address, port), family=socket.AF_INET6, backlog=0)
    waiting = [server]
    for _ in range(4):
        one = socket.socket(socket.AF_INET6)
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            one.connect((address, port))
        waiting.append(one)
    return waiting


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """Return the TLS of a server with a certificate of its own for a name."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", cert, "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def observations(path: Path) -> None:
    """Write the log that names the servers."""
    now = dt.datetime.now(dt.UTC)
    rows, subjects = [], []

    def say(name: str, qtype: str, *answers: str) -> None:
        rows.append(Observation(name, qtype, "ok" if answers else "nodata", answers, (), 60, False,
                                "192.0.2.53", now, 1.0, 1, ""))  # fmt: skip

    for host, (six, four) in HOSTS.items():
        say(host, "AAAA", six)
        say(host, "A", four)
        domain = host.removeprefix("mx.")
        kind = "mail" if host.startswith("mx.") else "web"
        subjects.append((domain, kind))
        if kind == "mail":
            say(domain, "MX", f"10 {host}")
    log.save([log.batch(rows)], path, {"subjects": subjects, "resolvers": ["192.0.2.53"]})


def run() -> dict[str, object]:
    """Run twice, the second time an hour later by the log, and once where port 25 is closed."""
    folder = Path(sys.argv[1])
    for words in ("link set lo up", *(f"addr add {one} dev lo" for one in LOCAL),
                  "-6 route add unreachable 2a00:3::/64"):  # fmt: skip
        subprocess.run(["ip", *words.split()], check=True)
    good = certificate(folder, "good.example")
    for address in GOOD:
        serve(address, 25, "smtp")
        serve(address, 80, "http")
        serve(address, 443, "http", good)
    serve("9.1.1.2", 25, "smtp")
    serve("2a00:1::3", 25, "reset")
    serve("9.1.1.3", 25, "smtp")
    serve("2a00:1::4", 443, "http", good)  # the certificate of another name
    serve("9.1.1.4", 443, "http", certificate(folder, "badtls.example"))
    for address in ("2a00:1::9", "9.1.1.9"):
        serve(address, 25, "smtp")
    (folder / "ca.pem").write_text("".join(one.read_text() for one in folder.glob("*.example.pem")))
    (folder / "exclude.txt").write_text("# asked us not to\nobjects.example\n")
    kept = drop("2a00:1::5", 25)
    observations(folder / "obs.parquet")
    common = ["reach", str(folder / "obs.parquet"), "--contact", "https://asks.example/why",
              "--timeout", "1.5", "--quiet", "--exclude", str(folder / "exclude.txt")]  # fmt: skip
    controls = ["--control", "25=2a00:1::1", "80=2a00:1::1", "443=2a00:1::1"]
    first = main([*common, *controls, "--out", str(folder / "one.parquet")])
    seen = [(address, port, at, sent.decode()) for address, port, at, sent in SEEN]
    no_ipv6 = main([*common, "--control", "25=2a00:1::2", "80=2a00:1::1", "443=2a00:1::1",
                    "--out", str(folder / "none.parquet")])  # fmt: skip
    for one in kept:
        one.close()
    return {"first": first, "no_ipv6": no_ipv6, "seen": seen}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run()))
