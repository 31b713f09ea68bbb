"""Which name server answers when there is no network? This one, from zone files, on loopback.

It stands in for a resolver in the example and in tests: authoritative answers over UDP and TCP,
with EDNS, truncation, CNAMEs chased, and names that are broken on purpose.
"""

import csv
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import dns.rcode

from v6monitor.dns.codec import EDNS_PAYLOAD
from v6monitor.dns.resolvers import UDP, Resolver
from v6monitor.dns.serverwire import LARGEST_MESSAGE, parse, render
from v6monitor.dns.zones import Answer, Labels, Zones, labels, upward
from v6monitor.errors import InputError, UsageError

BEHAVIOURS = ("servfail", "refused", "silence")
"""How a broken name behaves."""

_BIND_ATTEMPTS = 10  # a port that is free for UDP may be taken for TCP
_RECEIVE_BUFFER = 4 << 20
_RCODES = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED}


class ZoneServer:
    """A name server on a free port of 127.0.0.1, in threads of its own; a context manager.

    ``zones`` is a folder of ``<origin>.zone`` files. ``broken`` maps names to ``servfail``,
    ``refused`` or ``silence``: this holds for the name, everything below it, and whatever leads to
    it by CNAME; of two that apply the longer name counts. When the ``with`` block begins, both
    ports are open.

    Raises InputError when the zones cannot be read.
    """

    address = "127.0.0.1"

    def __init__(
        self, zones: Path, broken: Mapping[str, str] | None = None, *, port: int = 0
    ) -> None:
        self._zones = Zones(zones)
        self._broken = {labels(name): behaviour for name, behaviour in (broken or {}).items()}
        self.port = port

    def __enter__(self) -> Self:
        """Open the ports and begin to answer."""
        self._udp, self._tcp = _bind(self.address, self.port, self.respond)
        self.port = self._udp.getsockname()[1]
        self._stopping = False
        self._threads = [
            threading.Thread(target=work, name="v6monitor-zones", daemon=True)
            for work in (self._serve_udp, partial(self._tcp.serve_forever, poll_interval=0.05))
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop answering and close the ports."""
        self._stopping = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (self.address, self.port))
        self._tcp.shutdown()
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.server_close()

    def respond(self, message: bytes, largest: int = LARGEST_MESSAGE) -> bytes | None:
        """Return the answer to a message, or None where silence is the answer.

        Above ``largest`` bytes, or what the client takes if that is less, it comes truncated.
        """
        query = parse(message)
        if query is None:
            return None
        if query.rcode is not None:
            return render(query, Answer(query.rcode), largest)
        answer, names = self._zones.answer(query.name, query.qtype)
        behaviour = next((found for name in names if (found := self._behaviour(name))), "")
        if behaviour == "silence":
            return None
        return render(query, Answer(_RCODES[behaviour]) if behaviour else answer, largest)

    def _behaviour(self, name: Labels) -> str:
        return next((self._broken[n] for n in upward(name) if n in self._broken), "")

    def _serve_udp(self) -> None:
        while True:
            message, client = self._udp.recvfrom(LARGEST_MESSAGE)
            if self._stopping:
                return
            if answer := self.respond(message, EDNS_PAYLOAD):
                self._udp.sendto(answer, client)


def read_broken(path: Path) -> dict[str, str]:
    """Return the broken names of a CSV file with the columns ``name`` and ``behaviour``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row.get("name", ""), row.get("behaviour", "")) for row in csv.DictReader(file)]
    for name, behaviour in rows:
        if not name or behaviour not in BEHAVIOURS:
            expected = ", ".join(BEHAVIOURS)
            raise InputError(f"{path}: {name!r}, {behaviour!r}: expected a name and {expected}")
    return dict(rows)


def of_example(port: int = 0) -> ZoneServer:
    """Return the name server of the example data, which are made if they are not there."""
    from v6monitor import example  # noqa: PLC0415 - only those who ask for it need its maker

    folder = example.ensure()
    return ZoneServer(folder / "zones", read_broken(folder / "broken.csv"), port=port)


@contextmanager
def started(resolvers: Sequence[Resolver]) -> Iterator[list[Resolver]]:
    """Start the embedded name server if it is among the resolvers; gives them with its port."""
    if not any(resolver.embedded for resolver in resolvers):
        yield list(resolvers)
        return
    with of_example() as server:
        at = Resolver("example", UDP, server.address, server.port, embedded=True)
        yield [at if resolver.embedded else resolver for resolver in resolvers]


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, place: tuple[str, int], respond: Callable[[bytes], bytes | None]) -> None:
        self.respond = respond
        super().__init__(place, _TcpHandler)


class _TcpHandler(socketserver.StreamRequestHandler):
    timeout = 10
    server: _TcpServer

    def handle(self) -> None:
        with suppress(OSError):
            while len(size := self.rfile.read(2)) == 2:  # noqa: PLR2004 - the length of a message
                message = self.rfile.read(int.from_bytes(size, "big"))
                if answer := self.server.respond(message):
                    self.wfile.write(len(answer).to_bytes(2, "big") + answer)


def _bind(
    address: str, port: int, respond: Callable[[bytes], bytes | None]
) -> tuple[socket.socket, _TcpServer]:
    """Open the same port for UDP and TCP; a free one when it is 0."""
    attempts = 1 if port else _BIND_ATTEMPTS
    while True:
        attempts -= 1
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            udp.bind((address, port))
            return udp, _TcpServer(udp.getsockname(), respond)
        except OSError as error:
            udp.close()
            if not attempts:
                reason = error.strerror or error
                raise UsageError(f"port {port} of {address} cannot be opened: {reason}") from error
