"""A name server that misbehaves as a test wants."""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class FromElsewhere(bytes):
    """A message that is sent from another port than it was asked at."""

    __slots__ = ()


Sent = bytes | tuple[float, bytes]
"""A message, or seconds to wait and a message; over TCP also a part of one."""
Behaviour = Callable[[dns.message.Message, int, bool], Iterable[Sent]]
"""What to send to a query; given how often the question came before, and whether by TCP."""


def _one_port(port: int) -> tuple[socket.socket, socket.socket]:
    """Return sockets for UDP and TCP on one port; 0: any that is free for both."""
    for _ in range(20):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", port))
        with suppress(OSError):
            return udp, socket.create_server(udp.getsockname())
        udp.close()
    raise OSError("no port is free for both UDP and TCP")


class FaultServer:
    """Serves one behaviour over UDP and TCP; ``asked`` has what came in.

    ``port`` is where it was before; without it, the server gets a port of its own.
    """

    def __init__(self, behaviour: Behaviour, port: int = 0) -> None:
        self._behaviour = behaviour
        self.port = port
        self._seen: Counter[str] = Counter()
        self.asked: list[tuple[str, str]] = []

    @property
    def spec(self) -> str:
        """How a resolver list names this server."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Open the ports before any test sends."""
        self._udp, self._tcp = _one_port(self.port)
        self.port = self._udp.getsockname()[1]
        self._others: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._over_udp, self._over_tcp)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._stopping.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in [*self._threads, *self._others]:
            thread.join()
        self._udp.close()
        self._tcp.close()

    def _react(self, message: bytes, tcp: bool) -> Iterable[Sent]:
        query = dns.message.from_wire(message)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        qtype = question.to_text().split()[-1]
        if name == ".":  # the probe: is anybody there
            return [reply(query)]
        self.asked.append((name, qtype))
        number = self._seen[f"{name} {qtype}"]
        self._seen[f"{name} {qtype}"] += 1
        return self._behaviour(query, number, tcp)

    def _over_udp(self) -> None:
        while True:
            message, client = self._udp.recvfrom(65535)
            if self._stopping.is_set():
                return
            for sent in self._react(message, tcp=False):
                if isinstance(sent, FromElsewhere):
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
                        elsewhere.sendto(sent, client)
                elif isinstance(sent, bytes):
                    self._udp.sendto(sent, client)
                else:
                    self._start(threading.Timer(sent[0], self._udp.sendto, (sent[1], client)))

    def _over_tcp(self) -> None:
        while True:
            connection, _ = self._tcp.accept()
            if self._stopping.is_set():
                connection.close()
                return
            self._start(threading.Thread(target=self._exchange, args=(connection,)))

    def _exchange(self, connection: socket.socket) -> None:
        with connection, suppress(ConnectionError):  # the client may have had enough
            message = connection.recv(65535)[2:]
            for sent in self._react(message, tcp=True):
                wait, part = (0.0, sent) if isinstance(sent, bytes) else sent
                if wait and self._stopping.wait(wait):
                    return
                connection.sendall(part)

    def _start(self, thread: threading.Thread) -> None:
        self._others.append(thread)
        thread.start()


def reply(
    query: dns.message.Message, *records: str, rcode: str = "NOERROR", authority: str = ""
) -> bytes:
    """Return an answer with records such as ``a.example. 300 IN AAAA 2a01::1``."""
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(dns.rcode.from_text(rcode))
    response.answer = [_rrset(record) for record in records]
    response.authority = [_rrset(authority)] if authority else []
    return response.to_wire(max_size=65535)


def truncated(query: dns.message.Message) -> bytes:
    """Return an answer that says it did not fit."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response.to_wire(max_size=65535)


def framed(message: bytes) -> bytes:
    """Return a message as it is sent over TCP."""
    return len(message).to_bytes(2, "big") + message


def _rrset(text: str) -> dns.rrset.RRset:
    name, ttl, rdclass, rdtype, data = text.split(" ", 4)
    return dns.rrset.from_text(name, int(ttl), rdclass, rdtype, data)
