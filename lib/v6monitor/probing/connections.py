"""Connections of one run: each server is greeted once, slowly, and left at once (docs/reach.md)."""

import asyncio
import contextlib
import datetime as dt
import errno
import random
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from v6monitor import __version__
from v6monitor.errors import VantageError

OK, REFUSED, TIMEOUT, NO_ROUTE = "ok", "refused", "timeout", "no_route"
CLOSED, TLS_FAILED, ODD, NOT_ASKED = "closed", "tls_failed", "odd", "not_asked"
FAILED = (REFUSED, TIMEOUT, CLOSED, TLS_FAILED, ODD)
"""Outcomes that say something of the server. No route says something of this place."""
OUTCOMES = (OK, *FAILED, NO_ROUTE, NOT_ASKED)

SMTP, HTTP, HTTPS = 25, 80, 443
PORTS = (SMTP, HTTP, HTTPS)
MOST_A_SECOND = 20
_MOST_BYTES = 64 * 1024
_AT_ONCE = _MOST_BYTES // 8  # what the system, and again the reader, may hold is twice as much
_LONGEST_SAID = 200  # characters
_MOST_OPEN = 200
_UNREACHED = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM, errno.ENETDOWN,
              errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL}  # fmt: skip

Progress = Callable[[int, int], None]


class Target(NamedTuple):
    """A port of a server; ``skip`` says why it is not to be touched."""

    host: str
    address: str
    port: int
    skip: str = ""


class Probe(NamedTuple):
    """What came of a connection; ``said`` is the greeting or the status line, made printable."""

    host: str
    address: str
    port: int
    family: int
    outcome: str
    said: str
    detail: str
    asked_at: dt.datetime
    duration_ms: float


class Pacer:
    """When the next connection may begin: evenly spaced over all hosts, controls included."""

    def __init__(self, rate: float = MOST_A_SECOND) -> None:
        self._apart = 1 / rate
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until a connection may begin."""
        while (left := self._next - time.monotonic()) > 0:
            await asyncio.sleep(left)
        self._next = time.monotonic() + self._apart


class Limits(NamedTuple):
    """How the servers are asked."""

    contact: str
    """Web or e-mail address of who asks, in the User-Agent."""
    pacer: Pacer
    timeout: float = 10.0


def probe_all(
    targets: Iterable[Target], limits: Limits, progress: Progress | None = None
) -> list[Probe]:
    """Return a probe of every target, in their order.

    A greeting on port 25 is the same for all names of an address, so that is asked once.
    """
    return asyncio.run(_Run(limits, progress).all(list(targets)))


def check_place(controls: Sequence[tuple[int, str]], limits: Limits) -> None:
    """Raise VantageError unless a control host answers over IPv6 on every port.

    ``controls`` are (port, host name or address) pairs.
    """
    by_port: defaultdict[int, list[Target]] = defaultdict(list)
    for port, host in controls:
        with contextlib.suppress(OSError):
            found = socket.getaddrinfo(host, port, socket.AF_INET6, socket.SOCK_STREAM)
            by_port[port] += [Target(host, str(one[4][0]), port) for one in found[:1]]
    for port in dict.fromkeys(port for port, _ in controls):
        probes = probe_all(by_port[port], limits)
        if not any(probe.outcome in {OK, ODD, TLS_FAILED} for probe in probes):
            hosts = ", ".join(host for at, host in controls if at == port)
            why = ", ".join(sorted({probe.outcome for probe in probes})) or "has no IPv6 address"
            raise VantageError(
                f"this place does not reach port {port} over IPv6: control host {hosts} ({why}); "
                "nothing was written: run it where IPv6 works and the port is open, "
                "or name other controls or ports"
            )


def printable(received: bytes) -> str:
    r"""Return the first line of untrusted bytes, without anything that a terminal or page obeys.

    >>> printable(b"220 mx\x1b[2J \xff\r\n250 more")
    '220 mx\\x1b[2J \\xff'
    """
    line = received[: 4 * _LONGEST_SAID].replace(b"\r", b"\n").partition(b"\n")[0]
    text = line.decode("ascii", "backslashreplace")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)[:_LONGEST_SAID]


class _Run:
    """The state of one run: whose turn it is, and which address is in use."""

    def __init__(self, limits: Limits, progress: Progress | None) -> None:
        self._limits = limits
        self._progress = progress
        self._begin = asyncio.Lock()
        self._done = 0
        self._in_use: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._greetings: dict[str, Probe] = {}
        self._tls = ssl.create_default_context()

    async def all(self, targets: list[Target]) -> list[Probe]:
        hosts: defaultdict[str, list[Target]] = defaultdict(list)
        for target in dict.fromkeys(targets):
            hosts[target.host].append(target)
        order = sorted(hosts)
        random.Random(0).shuffle(order)  # noqa: S311 - so that no operator gets all at once
        found: dict[Target, Probe] = {}
        free = asyncio.Semaphore(_MOST_OPEN)

        async def one_host(name: str) -> None:
            async with free:
                for target in hosts[name]:
                    found[target] = await self._probe(target)
                    self._done += 1
                    if self._progress:
                        self._progress(self._done, len(targets))

        async with asyncio.TaskGroup() as group:
            for name in order:
                group.create_task(one_host(name))
        return [found[target] for target in dict.fromkeys(targets)]

    async def _probe(self, target: Target) -> Probe:
        family = 6 if ":" in target.address else 4
        if target.skip:
            now = dt.datetime.now(dt.UTC)
            return Probe(*target[:3], family, NOT_ASKED, "", target.skip, now, 0.0)
        async with self._in_use[target.address]:
            if target.port == SMTP and target.address in self._greetings:
                return self._greetings[target.address]._replace(host=target.host)
            async with self._begin:
                await self._limits.pacer.turn()
            began, start = dt.datetime.now(dt.UTC), time.monotonic()
            outcome, said, detail = await self._ask(target)
            took = round(1000 * (time.monotonic() - start), 1)
            probe = Probe(*target[:3], family, outcome, said, detail, began, took)
            if target.port == SMTP:
                self._greetings[target.address] = probe
            return probe

    async def _ask(self, target: Target) -> tuple[str, str, str]:
        """Return outcome, what was said, and what went wrong."""
        steps = ["connecting"]
        try:
            received = await self._talk(target, steps)
        except TimeoutError:
            return TIMEOUT, "", steps[-1]
        except OSError as error:
            return _failure(error, steps[-1])
        if not received:
            return CLOSED, "", "closed without an answer"
        expected = received[:3].isdigit() if target.port == SMTP else received[:5] == b"HTTP/"
        return (OK if expected else ODD), printable(received), ""

    async def _talk(self, target: Target, steps: list[str]) -> bytes:
        """Connect, and return the first line that the server says."""
        async with asyncio.timeout(self._limits.timeout) as limit:
            reader, writer = await _connected(target)
            try:
                if target.port == HTTPS:
                    steps.append("handshake")
                    await writer.start_tls(self._tls, server_hostname=target.host)
                steps.append("waiting for an answer")
                if target.port != SMTP:
                    writer.write(self._request(target.host))
                received = await _first_line(reader)
                limit.reschedule(None)  # it answered, however it takes the goodbye
                if target.port == SMTP:
                    await _quit(writer, reader, received)
                return received
            finally:
                writer.transport.abort()

    def _request(self, host: str) -> bytes:
        agent = f"v6monitor/{__version__} (IPv6 reachability; +{self._limits.contact})"
        lines = ("HEAD / HTTP/1.1", f"Host: {host}", f"User-Agent: {agent}", "Accept: */*",
                 "Connection: close", "", "")  # fmt: skip
        return "\r\n".join(lines).encode("ascii")


def _failure(error: OSError, step: str) -> tuple[str, str, str]:
    """Return what an error of the network says: of the server, or of this place."""
    if isinstance(error, ConnectionRefusedError):
        return REFUSED, "", ""
    if isinstance(error, ssl.SSLError):
        return TLS_FAILED, "", str(getattr(error, "verify_message", "") or error.reason)[:80]
    name = errno.errorcode.get(error.errno or 0, "ended")
    if error.errno in _UNREACHED:
        return NO_ROUTE, "", name
    return (TLS_FAILED if step == "handshake" else CLOSED), "", f"{name} while {step}"


async def _connected(target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect, with a receive buffer that keeps what comes unread within the limit."""
    one = socket.socket(socket.AF_INET6 if ":" in target.address else socket.AF_INET)
    try:
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _AT_ONCE)
        await asyncio.get_running_loop().sock_connect(one, (target.address, target.port))
        return await asyncio.open_connection(sock=one, limit=_AT_ONCE)
    except BaseException:
        one.close()
        raise


async def _first_line(reader: asyncio.StreamReader) -> bytes:
    """Return what is received up to the end of a line, and never more than the limit."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError:
        return await reader.read(_AT_ONCE)


async def _quit(
    writer: asyncio.StreamWriter, reader: asyncio.StreamReader, greeting: bytes
) -> None:
    """Read the rest of a greeting of several lines, say goodbye and wait for the answer."""
    with contextlib.suppress(OSError, ValueError, TimeoutError):
        async with asyncio.timeout(2):
            size, line = len(greeting), greeting
            while line[3:4] == b"-" and size < _AT_ONCE:
                line = await _first_line(reader)
                size += len(line)
            writer.write(b"QUIT\r\n")
            await writer.drain()
            await _first_line(reader)
