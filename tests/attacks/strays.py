"""A name server on loopback that also sends stray packets: many for each answer.

Run as a program: it prints its port, answers each query with one AAAA record, and with each answer
sends ``argv[1]`` strays from the same address and port to the sockets that have asked it. It stops
when its input is closed, and after 60 seconds in any case.
"""

import os
import random
import selectors
import socket
import struct
import sys
import time

HEADER = struct.Struct("!HHHHHH")
ANSWER = b"\xc0\x0c" + struct.pack("!HHIH", 28, 1, 300, 16) + bytes.fromhex("2a01" + 27 * "0" + "1")


def poison(
    message_id: int, rdtype: int, rdclass: int = 255, question: bytes = b"", section: int = 0
) -> bytes:
    """Return an answer with one record, of any type and class, in one of the three sections."""
    counts = [int(section == place) for place in range(3)]
    record = b"\0" + struct.pack("!HHIH", rdtype, rdclass, 0, 4) + b"\1\2\3\4"
    return HEADER.pack(message_id, 0x8180, bool(question), *counts) + question + record


def question_of(query: bytes) -> bytes:
    """Return the question section of a query."""
    end = query.index(b"\0", HEADER.size) + 5
    return query[HEADER.size : end]


def _serve(strays: int) -> None:
    numbers = random.Random(1)  # noqa: S311 - the strays of a test, the same each time
    ready = [poison(numbers.randrange(65536), numbers.choice((1, 28, 15))) for _ in range(1000)]
    clients: list[tuple[str, int]] = []
    until = time.monotonic() + 60
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        selectors.DefaultSelector() as ears,
    ):
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        server.bind(("127.0.0.1", 0))
        print(server.getsockname()[1], flush=True)  # noqa: T201 - it is how a test finds it
        ears.register(server, selectors.EVENT_READ)
        ears.register(sys.stdin, selectors.EVENT_READ)
        while time.monotonic() < until:
            found = [key.fileobj for key, _ in ears.select(1)]
            if sys.stdin in found and not os.read(0, 1):
                return
            if server not in found:
                continue
            query, client = server.recvfrom(512)
            if client not in clients:
                clients.append(client)
            question = question_of(query)
            reply = query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question + ANSWER
            if b"\x04none" in question:
                reply = query[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question
            for number in range(strays):
                server.sendto(numbers.choice(ready), clients[number % len(clients)])
            server.sendto(reply, client)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
