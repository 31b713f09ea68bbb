"""A proxy in front of a resolver that delays, loses and caps the rate.

``python lookups_line.py RESOLVER_PORT DELAY LOSS RATE JITTER`` prints its port and works until its
input ends. DELAY: seconds there and back, up to JITTER more or less; LOSS: the share of exchanges
that is lost, half of it each way; RATE: the most questions a second, 0 for any number: the rest is
dropped. TCP has the delay only.
"""

# ruff: noqa: T201 - the port is printed

import contextlib
import heapq
import selectors
import socket
import sys
import threading
import time
from random import Random

BUFFER = 4 << 20
BURST = 0.05
"""Seconds of the rate that may come at once."""


class Line:
    """Passes messages on, with an id of its own, so that one socket to the resolver is enough."""

    def __init__(
        self, resolver: int, delay: float, loss: float, rate: float, jitter: float
    ) -> None:
        self._delay, self._loss, self._rate = delay, loss / 2, rate
        self._soonest, self._more = delay - jitter, 2 * jitter
        self._random = Random(3)  # noqa: S311 - loses messages
        self._tokens, self._at = 0.0, time.monotonic()
        self._front, self._tcp = _one_port()
        self._back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for end in (self._front, self._back):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            end.setblocking(False)
        self._back.connect(("127.0.0.1", resolver))
        self._resolver = resolver
        self.port = self._front.getsockname()[1]
        self._number = 0
        self._clients: dict[int, tuple[bytes, tuple[str, int]]] = {}
        self._late: list[tuple[float, bytes, tuple[str, int]]] = []

    def work(self) -> None:
        """Pass messages on until the input ends."""
        threading.Thread(target=self._connections, daemon=True).start()
        with selectors.DefaultSelector() as selector:
            selector.register(self._front, selectors.EVENT_READ, self._questions)
            selector.register(self._back, selectors.EVENT_READ, self._answers)
            selector.register(sys.stdin, selectors.EVENT_READ, None)
            while True:
                for key, _ in selector.select(0.001 if self._late else None):
                    if key.data is None:
                        return
                    key.data()
                now = time.monotonic()
                while self._late and self._late[0][0] <= now:
                    _, message, client = heapq.heappop(self._late)
                    with contextlib.suppress(BlockingIOError):
                        self._front.sendto(message, client)

    def _questions(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):
                message, client = self._front.recvfrom(4096)
                if self._lost() or not self._allowed():
                    continue
                self._number = (self._number + 1) % 65536
                self._clients[self._number] = message[:2], client
                self._back.send(self._number.to_bytes(2, "big") + message[2:])

    def _answers(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):
                message = self._back.recv(65535)
                known = self._clients.pop(int.from_bytes(message[:2], "big"), None)
                if known and not self._lost():
                    mark, client = known
                    at = time.monotonic() + self._soonest + self._more * self._random.random()
                    heapq.heappush(self._late, (at, mark + message[2:], client))

    def _lost(self) -> bool:
        return self._random.random() < self._loss

    def _allowed(self) -> bool:
        if not self._rate:
            return True
        now = time.monotonic()
        more = (now - self._at) * self._rate
        self._tokens, self._at = min(self._rate * BURST, self._tokens + more), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _connections(self) -> None:
        while True:
            connection, _ = self._tcp.accept()
            threading.Thread(target=self._exchange, args=(connection,), daemon=True).start()

    def _exchange(self, connection: socket.socket) -> None:
        with (
            connection,
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self._resolver), 5) as resolver,
        ):
            connection.settimeout(5)
            while question := connection.recv(4096):  # until the client has its answer
                resolver.sendall(question)
                answer = resolver.recv(65535)
                while len(answer) < 2 + int.from_bytes(answer[:2], "big"):
                    answer += resolver.recv(65535)
                time.sleep(self._delay)
                connection.sendall(answer)


def _one_port() -> tuple[socket.socket, socket.socket]:
    """Return sockets for UDP and TCP on a port that is free for both."""
    for _ in range(20):
        udp, tcp = (
            socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)
        )
        udp.bind(("127.0.0.1", 0))
        with contextlib.suppress(OSError):
            tcp.bind(udp.getsockname())
            tcp.listen()
            return udp, tcp
        udp.close()
        tcp.close()
    raise OSError("no port is free for both UDP and TCP")


if __name__ == "__main__":
    line = Line(int(sys.argv[1]), *map(float, sys.argv[2:6]))
    print(line.port, flush=True)
    line.work()
