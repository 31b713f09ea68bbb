"""Sockets to a resolver: UDP, and one message at a time over TCP, TLS or HTTPS in a few threads."""

import math
import os
import queue
import selectors
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, Self

from v6monitor.dns.resolvers import HTTPS, TLS, Resolver

WORKERS = 8
"""Threads, and so connections, at once."""

_RECEIVE_BUFFER = 4 << 20  # bytes: with the system's default, bursts of answers are lost
_IDS = struct.Struct("!1024H")
_LENGTH = struct.Struct("!H")
_LARGEST_MESSAGE = 0xFFFF
_WAKE_UPS = 4096
_DOH = "application/dns-message"  # RFC 8484

_drawn: list[int] = []


def random_id() -> int:
    """Return a message id of 16 bits from the system's random source: nobody can guess it."""
    if not _drawn:  # a system call per thousand, not per query
        _drawn.extend(_IDS.unpack(os.urandom(_IDS.size)))
    return _drawn.pop()


class UdpSocket:
    """A connected UDP socket; ``in_flight`` maps each message id sent here to its query."""

    __slots__ = ("in_flight", "resolver", "socket")

    def __init__(self, connected: socket.socket, resolver: int) -> None:
        self.socket = connected
        self.resolver = resolver
        self.in_flight: dict[int, Any] = {}

    @classmethod
    def connect(cls, resolver: Resolver, number: int) -> Self:
        """Return a socket to a resolver; OSError when there is no route to its kind of address."""
        family = socket.AF_INET6 if ":" in resolver.host else socket.AF_INET
        made = cls(socket.socket(family, socket.SOCK_DGRAM), number)
        try:
            made.socket.setblocking(False)
            made.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            made.socket.connect((resolver.host, resolver.port))
        except OSError:
            made.socket.close()
            raise
        return made

    def send(self, message: bytes) -> None:
        """Send a message; OSError when there is no route."""
        try:
            self.socket.send(message)
        except ConnectionRefusedError:
            # The system reports here that an earlier message found nobody, and did not send this
            # one. It goes out now; whether it finds anybody, the next read says.
            self.socket.send(message)

    def new_id(self) -> int:
        """Return a message id that nobody can guess and that no query here has."""
        message_id = random_id()
        while message_id in self.in_flight:
            message_id = random_id()
        return message_id


class Job(NamedTuple):
    """One query for one resolver over a connection."""

    ticket: Any
    """Returned with the result."""
    resolver: Resolver
    query: bytes
    seconds: float
    """From connecting to the last byte."""


class Result(NamedTuple):
    """The message that came back, or why none did."""

    ticket: Any
    answer: bytes
    error: OSError | None


class StreamPool:
    """Daemon threads that exchange one message per job; the caller's loop gets each result."""

    def __init__(self, selector: selectors.BaseSelector, on_result: Callable[[Result], None]):
        self._on_result = on_result
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        # Results come in through a socket pair, so that the loop selects them like datagrams.
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        selector.register(self._woken, selectors.EVENT_READ, self._collect)

    def submit(self, job: Job) -> None:
        """Queue a job; threads start as they are needed."""
        self._jobs.put(job)
        if len(self._threads) < WORKERS:
            thread = threading.Thread(target=self._work, name="v6monitor-stream", daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Let the threads end, without waiting for them."""
        for _ in self._threads:
            self._jobs.put(None)
        self._woken.close()
        self._waker.close()

    def _collect(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(_WAKE_UPS)
        while not self._results.empty():
            self._on_result(self._results.get())

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                result = Result(job.ticket, exchange(job.resolver, job.query, job.seconds), None)
            except OSError as error:
                result = Result(job.ticket, b"", error)
            except ValueError as error:  # a host that cannot be a name, found when it is resolved
                result = Result(job.ticket, b"", OSError(str(error)))
            self._results.put(result)
            with suppress(BlockingIOError, OSError):  # full: it is awake; closed: nobody waits
                self._waker.send(b"\0")


def exchange(resolver: Resolver, query: bytes, seconds: float) -> bytes:
    """Send one message over a new connection; return the answer unread, OSError if none came."""
    if resolver.transport == HTTPS:
        return _over_https(resolver.url, query, seconds)
    deadline = time.monotonic() + seconds
    with socket.create_connection((resolver.host, resolver.port), seconds) as connection:
        if resolver.transport == TLS:
            context = ssl.create_default_context()
            with context.wrap_socket(connection, server_hostname=resolver.host) as secured:
                return _over_stream(secured, query, deadline)
        return _over_stream(connection, query, deadline)


def _over_stream(connection: socket.socket, query: bytes, deadline: float) -> bytes:
    connection.sendall(_LENGTH.pack(len(query)) + query)
    (size,) = _LENGTH.unpack(_receive(connection, _LENGTH.size, deadline))
    return _receive(connection, size, deadline)


def _receive(connection: socket.socket, size: int, deadline: float) -> bytes:
    """Return exactly so many bytes; a server that sends them one by one gets no longer."""
    received = bytearray()
    while len(received) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        connection.settimeout(left)
        piece = connection.recv(size - len(received))
        if not piece:
            raise ConnectionError(f"closed after {len(received)} of {size} bytes")
        received += piece
    return bytes(received)


def _over_https(url: str, query: bytes, seconds: float) -> bytes:
    # dns.query.https would decode the answer before anybody could check it.
    import httpx2  # noqa: PLC0415 - a tenth of a second that only those who ask over HTTPS pay

    headers = {"Accept": _DOH, "Content-Type": _DOH}
    deadline = time.monotonic() + seconds
    received = bytearray()
    try:
        with (
            httpx2.Client(http2=True, timeout=seconds) as client,
            client.stream("POST", url, content=query, headers=headers) as answer,
        ):
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                received += piece
                if len(received) > _LARGEST_MESSAGE:
                    raise ConnectionError(f"more than {_LARGEST_MESSAGE:,} bytes")
                if time.monotonic() > deadline:
                    raise TimeoutError("timed out")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ConnectionError(str(error)) from error
    return bytes(received)


_SHORTEST_INTERVAL = 1.0  # seconds
_SAMPLE = 20  # queries: fewer prove nothing
_MANY_TIMEOUTS = 0.1  # share of the queries: more than a bad line loses
_LEAST = 20.0  # queries a second
_BACK, _FURTHER = 1.5, 1.05  # times the rate: far below the last ceiling, and near it
_BURST = 0.1  # seconds of pace that may be saved up


class Pace:
    """Token bucket of one resolver, which learns its rate.

    A resolver that gets more than it can or will answer drops the rest without a word, and so does
    a network that is too narrow. When many first messages time out, the rate falls to what the
    resolver answered, and then grows slowly. A few lost messages are no sign of excess.

    ``answered`` and ``timed_out`` count the first messages of queries since the last ``adjust``,
    once an ``interval`` of seconds: a time-out is known that much later.
    """

    def __init__(self, most: float, interval: float) -> None:
        self.rate = self._most = self._ceiling = most or math.inf
        self.answered = self.timed_out = 0
        self._interval = max(interval, _SHORTEST_INTERVAL)
        self._at = self._adjusted_at = time.monotonic()
        self._tokens = most * _BURST
        self._settling = False
        self._answers = 0.0  # a second, in the interval before

    def allows(self) -> bool:
        """Return whether a query may go out now."""
        if self.rate == math.inf:
            return True
        now = time.monotonic()
        room = max(1.0, self.rate * _BURST)
        self._tokens = min(room, self._tokens + (now - self._at) * self.rate)
        self._at = now
        return self._tokens >= 1

    def take(self) -> None:
        """Count a query that goes out."""
        self._tokens -= 1

    def adjust(self, now: float) -> None:
        """Set the rate from the answers and time-outs, once an interval."""
        seconds = now - self._adjusted_at
        if seconds < self._interval:
            return
        total = self.answered + self.timed_out
        answers = self.answered / seconds
        if self._settling:  # these answers are to queries at the rate before
            self._settling = False
        elif total >= _SAMPLE and self.timed_out > _MANY_TIMEOUTS * total:
            if self.rate < self._most:
                self._ceiling = self.rate
            self.rate = min(self._most, max(_LEAST, answers, self._answers))
            self._tokens = 0.0
            self._settling = True
        elif self.rate < self._most:
            faster = _BACK if self.rate < self._ceiling / 2 else _FURTHER
            self.rate = min(self._most, self.rate * faster)
        self.answered = self.timed_out = 0
        self._answers = answers
        self._adjusted_at = now
