"""How is an answer fetched that does not come by UDP? TCP, TLS and HTTPS, in a few threads."""

import queue
import selectors
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from v6monitor.dns.resolvers import HTTPS, TLS, Resolver
from v6monitor.dns.underway import StreamTicket

WORKERS = 8

_LENGTH = struct.Struct("!H")
_MANY = 4096


class Job(NamedTuple):
    """One question for one resolver."""

    ticket: StreamTicket
    """It comes back with the result."""
    resolver: Resolver
    question: bytes
    seconds: float
    """From connecting to the last byte."""


class Result(NamedTuple):
    """The message that came back, or why none did."""

    ticket: StreamTicket
    answer: bytes
    error: OSError | None


class Streams:
    """A few threads that exchange one message per job; the loop that selects tells each result.

    The threads are daemons: Ctrl-C does not wait for a slow server.
    """

    def __init__(self, selector: selectors.BaseSelector, tell: Callable[[Result], None]) -> None:
        self._tell = tell
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
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
        """Tell what the threads have fetched."""
        with suppress(BlockingIOError):
            self._woken.recv(_MANY)
        while not self._results.empty():
            self._tell(self._results.get())

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                result = Result(job.ticket, exchange(job.resolver, job.question, job.seconds), None)
            except OSError as error:
                result = Result(job.ticket, b"", error)
            except ValueError as error:  # a host that cannot be a name, found when it is resolved
                result = Result(job.ticket, b"", OSError(str(error)))
            self._results.put(result)
            with suppress(BlockingIOError, OSError):  # full: it is awake; closed: nobody waits
                self._waker.send(b"\0")


def exchange(resolver: Resolver, question: bytes, seconds: float) -> bytes:
    """Send one message over a connection of its own and return the answer; OSError if none."""
    if resolver.transport == HTTPS:
        return _over_https(resolver.url, question, seconds)
    deadline = time.monotonic() + seconds
    with socket.create_connection((resolver.host, resolver.port), seconds) as connection:
        if resolver.transport == TLS:
            context = ssl.create_default_context()
            with context.wrap_socket(connection, server_hostname=resolver.host) as secured:
                return _over_stream(secured, question, deadline)
        return _over_stream(connection, question, deadline)


def _over_stream(connection: socket.socket, question: bytes, deadline: float) -> bytes:
    connection.sendall(_LENGTH.pack(len(question)) + question)
    (size,) = _LENGTH.unpack(_receive(connection, _LENGTH.size, deadline))
    return _receive(connection, size, deadline)


def _receive(connection: socket.socket, size: int, deadline: float) -> bytes:
    """Return exactly so many bytes; a server that sends them one by one does not get longer."""
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


def _over_https(url: str, question: bytes, seconds: float) -> bytes:
    import httpx2  # noqa: PLC0415 - only those who ask over HTTPS need it

    headers = {"Accept": "application/dns-message", "Content-Type": "application/dns-message"}
    try:
        answer = httpx2.post(url, content=question, headers=headers, timeout=seconds)
        answer.raise_for_status()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ConnectionError(str(error)) from error
    return answer.content
