"""Sockets to a resolver: UDP, and one message at a time over TCP, TLS or HTTPS in a few threads."""

import http
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
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from v6monitor.dns.resolvers import HTTPS, TLS, Resolver

if TYPE_CHECKING:
    import httpx2

WORKERS = 8
"""Threads, and so connections, at once."""

_RECEIVE_BUFFER = 4 << 20  # bytes: with the system's default, bursts of answers are lost
_IDS = struct.Struct("!1024H")
_LENGTH = struct.Struct("!H")
_LARGEST_MESSAGE = 0xFFFF
_WAKE_UPS = 4096
_DOH = "application/dns-message"  # RFC 8484
_LONGEST_KIND = 60
_NEXT_STAGE = {
    "connection.connect_tcp.complete": "TLS handshake",
    "connection.start_tls.complete": "answer",
}

Result = bytes | OSError
"""The message that came back, or why none did."""

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


class StreamPool:
    """Daemon threads that exchange one message per job; the caller's loop gets each result."""

    def __init__(self, selector: selectors.BaseSelector, on_result: Callable[[Any, Result], None]):
        self._on_result = on_result
        self._jobs: queue.SimpleQueue[tuple[Any, Callable[[], bytes]] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[Any, Result]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        # Results come in through a socket pair, so that the loop selects them like datagrams.
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        selector.register(self._woken, selectors.EVENT_READ, self._collect)

    def submit(self, ticket: Any, resolver: Resolver, query: bytes, seconds: float) -> None:
        """Queue an exchange, whose result comes with the ticket; threads start as needed."""
        self._jobs.put((ticket, partial(exchange, resolver, query, seconds)))
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
            self._on_result(*self._results.get())

    def _work(self) -> None:
        result: Result
        while (job := self._jobs.get()) is not None:
            try:
                result = job[1]()
            except OSError as error:
                result = error
            except Exception as error:  # noqa: BLE001 - else its query would wait for ever
                result = OSError(str(error) or type(error).__name__)
            self._results.put((job[0], result))
            with suppress(BlockingIOError, OSError):  # full: it is awake; closed: nobody waits
                self._waker.send(b"\0")


def exchange(resolver: Resolver, query: bytes, seconds: float) -> bytes:
    """Send one message over a new connection; return the answer unread, OSError if none came.

    It takes so many seconds at most, from connecting to the last byte, however the server dallies.
    """
    with ExitStack() as opened:
        how: Callable[[Resolver, bytes, _Progress], bytes] = _over_stream
        if resolver.transport == HTTPS:
            # Before the clock starts: a tenth of a second that only those who use it pay.
            import httpx2  # noqa: PLC0415

            client = opened.enter_context(httpx2.Client(http2=True, timeout=seconds))
            how = partial(_over_https, client)
        progress = _Progress(seconds)
        try:
            return how(resolver, query, progress)
        except TimeoutError as error:
            raise TimeoutError(f"no {progress.stage} in time") from error


class _Progress:
    """How far an exchange has come, and how long it may still take."""

    def __init__(self, seconds: float) -> None:
        self.stage = "connection"
        self._deadline = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; TimeoutError when none are."""
        if (left := self._deadline - time.monotonic()) <= 0:
            raise TimeoutError
        return left


def _over_stream(resolver: Resolver, query: bytes, progress: _Progress) -> bytes:
    address = resolver.host, resolver.port
    with ExitStack() as opened:
        connection = opened.enter_context(socket.create_connection(address, progress.left()))
        if resolver.transport == TLS:
            progress.stage = "TLS handshake"
            connection.settimeout(progress.left())
            context = ssl.create_default_context()
            secured = context.wrap_socket(connection, server_hostname=resolver.host)
            connection = opened.enter_context(secured)
        progress.stage = "answer"
        connection.sendall(_LENGTH.pack(len(query)) + query)
        (size,) = _LENGTH.unpack(_receive(connection, _LENGTH.size, progress))
        return _receive(connection, size, progress)


def _receive(connection: socket.socket, size: int, progress: _Progress) -> bytes:
    """Return exactly so many bytes; a server that sends them one by one gets no longer."""
    received = bytearray()
    while len(received) < size:
        connection.settimeout(progress.left())
        piece = connection.recv(size - len(received))
        if not piece:
            raise ConnectionError(f"closed after {len(received)} of {size} bytes")
        received += piece
    return bytes(received)


def _over_https(
    client: "httpx2.Client", resolver: Resolver, query: bytes, progress: _Progress
) -> bytes:
    # dns.query.https would decode the answer before anybody could check it.
    import httpx2  # noqa: PLC0415

    sockets: list[socket.socket] = []

    def note(event: str, info: dict[str, Any]) -> None:
        if event in _NEXT_STAGE:
            progress.stage = _NEXT_STAGE[event]
            sockets.append(info["return_value"].get_extra_info("socket"))

    def cut() -> None:
        with suppress(OSError, IndexError):  # closed, or not open yet
            socket.socket.shutdown(sockets[-1], socket.SHUT_RDWR)

    # The client's own time-outs are per read: a byte a second would go on for ever.
    timer = threading.Timer(progress.left(), cut)
    timer.daemon = True
    timer.start()
    headers = {"Accept": _DOH, "Content-Type": _DOH, "Accept-Encoding": "identity"}
    try:
        with client.stream(
            "POST", resolver.url, content=query, headers=headers, extensions={"trace": note}
        ) as answer:
            return _body(answer)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        progress.left()
        if isinstance(error, httpx2.TimeoutException):
            raise TimeoutError from error
        raise ConnectionError(str(error)) from error
    finally:
        timer.cancel()


def _body(answer: "httpx2.Response") -> bytes:
    """Return what an HTTP response holds when it is a DNS message, and no longer than one."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if answer.is_redirect:
        raise ConnectionError(f"HTTP {answer.status_code}: a redirect, which is not followed")
    if answer.status_code != http.HTTPStatus.OK:
        raise ConnectionError(f"HTTP {answer.status_code} instead of an answer")
    if kind != _DOH:
        raise ConnectionError(f"content of type {kind[:_LONGEST_KIND]!r} instead of {_DOH}")
    received = bytearray()
    for piece in answer.iter_raw():
        received += piece
        if len(received) > _LARGEST_MESSAGE:
            raise ConnectionError(f"more than {_LARGEST_MESSAGE:,} bytes")
    return bytes(received)


_SHORTEST_INTERVAL = 1.0  # seconds
_SAMPLE = 20  # queries: fewer prove nothing
_MANY_TIMEOUTS = 0.1  # share of the queries: more than a bad line loses
_LEAST = 20.0  # queries a second
_BACK, _FURTHER = 2.0, 1.05  # times the rate: far from the last ceiling, and near it
_NEAR = 0.5, 1.25  # times the ceiling
_USED = 0.9  # of the rate was answered: else more of it would be for nothing
_BURST = 0.1  # seconds of pace that may be saved up


class Pace:
    """Token bucket of one resolver, which learns its rate.

    A resolver that gets more than it can or will answer drops the rest without a word, and so does
    a network that is too narrow. When many first messages time out, the rate falls to what the
    resolver answered, and then grows slowly. A few lost messages are no sign of excess.

    ``answered`` and ``timed_out`` count the first attempts of queries since the last ``adjust``,
    once an ``interval`` of seconds: a time-out is known that much later. It is compared with the
    answers of the time when those were asked: a window that was lost times out all at once.
    """

    def __init__(self, most: float, interval: float) -> None:
        self.rate = self._most = most or math.inf
        self._ceiling = math.inf
        self.answered = self.timed_out = 0
        self._interval = max(interval, _SHORTEST_INTERVAL)
        self._at = self._adjusted_at = self._busy_until = time.monotonic()
        self._counted = self._answered_before = 0
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

    @property
    def at_most(self) -> bool:
        """Return whether nothing is known of a lower rate that the resolver would need."""
        return self.rate == self._most

    def take(self) -> None:
        """Count a query that goes out."""
        self._tokens -= 1

    def adjust(self, now: float) -> None:
        """Set the rate from the answers and time-outs, once an interval, or as soon as many fail.

        What is sent again has its pace then already; else a whole window would be lost twice.
        """
        seconds = now - self._adjusted_at
        if self.answered != self._counted:
            self._counted, self._busy_until = self.answered, now
        total = max(self.answered, self._answered_before) + self.timed_out
        failing = total >= _SAMPLE and self.timed_out > _MANY_TIMEOUTS * total
        if seconds < self._interval and (self._settling or not failing):
            return
        busy = self._busy_until - self._adjusted_at  # then all in flight was lost
        answers = self.answered / max(busy, _BURST)
        if self._settling:  # these answers are to queries at the rate before
            self._settling = False
        elif failing:
            found = min(self._most, max(_LEAST, answers, self._answers))
            if self.rate < math.inf:  # else these are answers to a burst, and say little
                self._ceiling = found
            self.rate = found
            self._tokens = 0.0
            self._settling = True
        elif answers > _USED * self.rate and self.rate < self._most:
            low, high = _NEAR
            near = low <= self.rate / self._ceiling <= high
            self.rate = min(self._most, self.rate * (_FURTHER if near else _BACK))
        self._answered_before = self.answered
        self.answered = self.timed_out = self._counted = 0
        self._answers = answers
        self._adjusted_at = self._busy_until = now


_REPEATED = 0.1  # of the answers: so many messages at most are sent again early
_AFTER, _SAVED = 100, 300  # answers before the first of them; messages that may be saved up
_SOONEST = 0.25  # of the time-out


class Lateness:
    """When an answer is so late that its message is probably lost, long before the time-out.

    As TCP reckons it (RFC 6298): the usual time and four times the usual difference from it. Where
    one message in twenty is lost, the window is else full of those that wait for their time-out,
    nearly all the time. Few messages are sent again early, so that a resolver that drops what is
    too much for it, or is slow about some names, gets hardly more than before.
    """

    def __init__(self, timeout: float) -> None:
        self.usual = self._mean = self._difference = timeout
        self._soonest = timeout * _SOONEST
        self._allowed = -_AFTER * _REPEATED

    def note(self, seconds: float) -> None:
        """Take how long an answer took."""
        self._difference += (abs(seconds - self._mean) - self._difference) / 4
        self._mean += (seconds - self._mean) / 8
        self.usual = max(self._soonest, self._mean + 4 * self._difference)
        self._allowed = min(_SAVED, self._allowed + _REPEATED)

    def may_repeat(self) -> bool:
        """Return whether a message may be sent again early, and count it."""
        allowed = self._allowed >= 1
        self._allowed -= allowed
        return allowed
