"""What is under way? Questions in flight, and the sockets they went out on."""

from __future__ import annotations

import datetime as dt
import math
import os
import socket
import struct
import time
from typing import NamedTuple

from v6monitor.dns.asking import Asking
from v6monitor.dns.observation import Observation
from v6monitor.dns.resolvers import Resolver

NEVER = math.inf

_RECEIVE_BUFFER = 4 << 20  # bytes: with the system's default, bursts of answers are lost
_IDS = struct.Struct("!1024H")
_drawn: list[int] = []


class Flight:
    """A question in flight: its rules (``asking``), its deadline, and where answers may come in."""

    __slots__ = (
        "_asked_at", "_started", "asking", "deadline", "done", "name", "sent", "tickets",
    )  # fmt: skip

    def __init__(self, asking: Asking, asked_at: dt.datetime) -> None:
        self.asking = asking
        self.name = asking.name
        self.deadline = NEVER
        self.done = False
        self.sent = 0
        self.tickets: list[tuple[Line, int]] = []
        self._asked_at = asked_at
        self._started = time.monotonic()

    def is_latest(self, line: Line, message_id: int) -> bool:
        """Tell whether an answer there is to the latest attempt, not to an earlier one."""
        return bool(self.tickets) and self.tickets[-1] == (line, message_id)

    def forget(self) -> None:
        """Expect no more answers to what was sent."""
        for line, message_id in self.tickets:
            del line.waiting[message_id]
        self.tickets.clear()

    def observation(self) -> Observation:
        """Return the row, when the question is done."""
        microseconds = int(1e6 * (time.monotonic() - self._started))
        return self.asking.observation(self._asked_at, microseconds / 1000, self.sent)


class Line:
    """A connected UDP socket: the system lets only that resolver's address and port in.

    ``waiting`` has the question that each message id was sent with.
    """

    __slots__ = ("resolver", "socket", "waiting")

    def __init__(self, connected: socket.socket, resolver: int) -> None:
        self.socket = connected
        self.resolver = resolver
        self.waiting: dict[int, Flight] = {}

    def send(self, message: bytes) -> None:
        """Send a message; OSError when there is no way.

        What the system tells first may be that an earlier message found nobody; then this one did
        not go out yet, and what becomes of it is told to whoever reads.
        """
        try:
            self.socket.send(message)
        except ConnectionRefusedError:
            self.socket.send(message)

    def new_id(self) -> int:
        """Return a message id that nobody can guess and that is free here."""
        message_id = random_id()
        while message_id in self.waiting:
            message_id = random_id()
        return message_id


class StreamTicket(NamedTuple):
    """Which question an exchange over TCP, TLS or HTTPS belongs to."""

    flight: Flight
    message_id: int
    resolver: int


def open_line(resolver: Resolver, number: int) -> Line:
    """Return a socket to a resolver; OSError when there is no way to its kind of address."""
    family = socket.AF_INET6 if ":" in resolver.host else socket.AF_INET
    line = Line(socket.socket(family, socket.SOCK_DGRAM), number)
    try:
        line.socket.setblocking(False)
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        line.socket.connect((resolver.host, resolver.port))
    except OSError:
        line.socket.close()
        raise
    return line


def random_id() -> int:
    """Return 16 bits that nobody can guess."""
    if not _drawn:
        _drawn.extend(_IDS.unpack(os.urandom(_IDS.size)))
    return _drawn.pop()
