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
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from v6monitor.cli import main
from v6monitor.dns import arrow, log
from v6monitor.dns.observation import Observation
from v6monitor.probing import runs

LOCAL = [f"2a00:1::{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9)]
LOCAL += [f"9.1.1.{n}" for n in (1, 2, 3, 4, 6, 9)]
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
SLOW = ("2a00:1::6", "9.1.1.6")
BUSY = {
    "mx.slow.example": SLOW,
    "slow.example": SLOW,  # the same addresses by another name
    "mx.mute.example": ("2a00:1::7", "9.1.1.2"),
    "mx.endless.example": ("2a00:1::8", "9.1.1.2"),
}
SEEN: list[tuple[str, int, float, bytes]] = []
STARTS: list[tuple[str, float]] = []
OPEN: Counter[str] = Counter()  # connections now, by address and by port of slow servers
MOST: Counter[str] = Counter()
COUNTING = threading.Lock()
ACKNOWLEDGED: list[int] = []


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
        if kind == "endless":
            endless(connection)
        with contextlib.suppress(OSError), connection:
            if kind == "reset":
                linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            if kind == "mute":
                connection.sendall(b"220 mx\r\n")
                time.sleep(5)
                return
            if kind == "slow":
                with counted(address, str(port)):
                    time.sleep(0.3)
                connection.sendall(b"220 mx\r\n" if port == 25 else b"HTTP/1.1 200 OK\r\n")
                connection.recv(1000)
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


@contextlib.contextmanager
def counted(*names: str) -> Iterator[None]:
    """Count a connection while it lasts, by address and by port; and the most at once."""
    with COUNTING:
        OPEN.update([*names, "all"])
        for name in OPEN:
            MOST[name] = max(MOST[name], OPEN[name])
    yield
    with COUNTING:
        OPEN.subtract([*names, "all"])


def endless(connection: socket.socket) -> None:
    """Send one line for ever; note how many bytes the other side took."""
    with contextlib.suppress(OSError), connection:
        connection.setblocking(False)
        for _ in range(100):
            with contextlib.suppress(BlockingIOError):
                connection.send(b"2" * 100_000)
            state = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 128)
            ACKNOWLEDGED.append(int.from_bytes(state[120:128], sys.byteorder))
            time.sleep(0.02)


def watch(event: str, particulars: tuple[object, ...]) -> None:
    """Note when every connection begins: an audit hook of Python itself."""
    if event == "socket.connect":
        STARTS.append((particulars[1][0], time.monotonic()))  # type: ignore[index]


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


def observations(path: Path, hosts: dict[str, tuple[str, str]]) -> None:
    """Write the log that names the servers."""
    now = dt.datetime.now(dt.UTC)
    rows, subjects = [], []

    def say(name: str, qtype: str, *answers: str) -> None:
        rows.append(Observation(name, qtype, "ok" if answers else "nodata", answers, (), 60, False,
                                "192.0.2.53", now, 1.0, 1, ""))  # fmt: skip

    for host, (six, four) in hosts.items():
        say(host, "AAAA", six)
        say(host, "A", four)
        domain = host.removeprefix("mx.")
        kind = "mail" if host.startswith("mx.") else "web"
        subjects.append((domain, kind))
        if kind == "mail":
            say(domain, "MX", f"10 {host}")
    log.save([arrow.batch(rows)], path, {"subjects": subjects, "resolvers": ["192.0.2.53"]})


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
    for address in SLOW:
        serve(address, 25, "slow")
        serve(address, 80, "slow")
    serve("2a00:1::7", 25, "mute")
    serve("2a00:1::8", 25, "endless")
    (folder / "ca.pem").write_text("".join(one.read_text() for one in folder.glob("*.example.pem")))
    (folder / "exclude.txt").write_text("# asked us not to\nobjects.example\n")
    kept = drop("2a00:1::5", 25)
    observations(folder / "obs.parquet", HOSTS)
    observations(folder / "busy.parquet", BUSY)
    common = ["reach", str(folder / "obs.parquet"), "--contact", "https://asks.example/why",
              "--timeout", "1.5", "--quiet", "--exclude", str(folder / "exclude.txt")]  # fmt: skip
    controls = ["--control", "25=2a00:1::1", "80=2a00:1::1", "443=2a00:1::1"]
    sys.addaudithook(watch)
    first = main([*common, *controls, "--out", str(folder / "one.parquet")])
    starts = list(STARTS)
    seen = [(address, port, at, sent.decode()) for address, port, at, sent in SEEN]
    no_ipv6 = main([*common, "--control", "25=2a00:1::2", "80=2a00:1::1", "443=2a00:1::1",
                    "--out", str(folder / "none.parquet")])  # fmt: skip
    again = [*common, *controls, "--earlier"]
    hours_ago(folder / "one.parquet", folder / "before.parquet", 2)
    hours_ago(folder / "one.parquet", folder / "long-ago.parquet", 24 * 60)
    second = main([*again, str(folder / "before.parquet"), "--out", str(folder / "two.parquet")])
    touched = len(STARTS)
    other = main([*again, str(folder / "long-ago.parquet"), "--out", str(folder / "none.parquet")])
    touched = len(STARTS) - touched
    busy = ["reach", str(folder / "busy.parquet"), *common[2:]]
    small = main([*busy, "--control", "25=2a00:1::1", "80=2a00:1::1", "443=2a00:1::1",
                  "--out", str(folder / "busy-run.parquet")])  # fmt: skip
    web = main([*busy, "--ports", "80", "--control", "80=2a00:1::1",
                "--out", str(folder / "web.parquet")])  # fmt: skip
    once("2a00:1::2", 80)
    lost = main([*busy, "--ports", "80", "--control", "80=2a00:1::2",
                 "--out", str(folder / "none.parquet")])  # fmt: skip
    for one in kept:
        one.close()
    return {"first": first, "no_ipv6": no_ipv6, "seen": seen, "starts": starts, "second": second,
            "other": other, "touched": touched, "small": small, "web": web, "lost": lost,
            "most": MOST, "acknowledged": max(ACKNOWLEDGED)}  # fmt: skip


def hours_ago(path: Path, moved: Path, hours: int) -> None:
    """Write the log of a run as if it was made earlier."""
    run = runs.read(path)
    runs.write(run.assign(asked_at=run["asked_at"] - dt.timedelta(hours=hours)), moved, {})


def once(address: str, port: int) -> None:
    """Answer one connection, and refuse all later ones."""
    server = socket.create_server((address, port), family=socket.AF_INET6)

    def answer() -> None:
        connection, _ = server.accept()
        server.close()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    threading.Thread(target=answer, daemon=True).start()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run()))
