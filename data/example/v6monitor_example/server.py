"""Name server that answers from zone files on the loopback address, over UDP and TCP.

It takes the place of a resolver in the example and in tests: authoritative answers with EDNS,
truncation, CNAMEs chased, and names that are broken on purpose.
"""

import csv
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from v6monitor.errors import InputError, UsageError
from v6monitor_example.zones import Answer, Labels, Zones, labels, upward

EDNS_PAYLOAD = 1232
"""Bytes that an answer over UDP may have (DNS flag day 2020)."""
LARGEST_MESSAGE = 65535
BEHAVIOURS = ("servfail", "refused", "silence")
"""What the server does at a broken name instead of answering."""

_BIND_ATTEMPTS = 10  # a port that is free for UDP may be taken for TCP
_RECEIVE_BUFFER = 4 << 20
_HEADER = struct.Struct("!HHHHHH")
_OPT_FIXED = struct.Struct("!HHBBHH")  # type, payload size, rcode, version, flags, length
_SMALLEST_PAYLOAD = 512  # bytes, without EDNS (RFC 1035 §4.2.1)
_ANSWER_BITS = 0x8480  # an answer, authoritative, recursion available
_KEPT_BITS = 0x0110  # recursion desired, checking disabled
_TRUNCATED = 0x0200
_META_TYPES = range(128, 256)  # transfers and ANY
_AT_QUESTION = b"\xc0\x0c"  # a pointer to the question's name
_RCODES = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED}


class ZoneServer:
    """A name server on a free port of 127.0.0.1, in threads of its own; a context manager.

    ``zones`` is a folder of ``<origin>.zone`` files. ``broken`` maps names to ``servfail``,
    ``refused`` or ``silence``: this holds for the name, everything below it, and whatever leads to
    it by CNAME; of two that apply the longer name counts. On ``ipv6_only_port`` it takes the place
    of a resolver that may not use IPv4: the zones of ``out_of_reach`` fail there. When the ``with``
    block begins, all ports are open.

    Raises InputError when the zones cannot be read.
    """

    address = "127.0.0.1"

    def __init__(
        self,
        zones: Path | Zones,
        broken: Mapping[str, str] | None = None,
        *,
        out_of_reach: Iterable[str] = (),
        port: int = 0,
    ) -> None:
        self._zones = Zones(zones) if isinstance(zones, Path) else zones
        broken = broken or {}
        self._broken = {labels(name): behaviour for name, behaviour in broken.items()}
        failing = dict.fromkeys(out_of_reach, "servfail")
        self._second = ZoneServer(self._zones, failing | dict(broken)) if failing else None
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
        self.ipv6_only_port = self._second.__enter__().port if self._second else 0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop answering and close the ports."""
        if self._second:
            self._second.__exit__(kind, error, trace)
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

        Above ``largest`` bytes, or the client's payload size if that is less, it is truncated.
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


def read_out_of_reach(path: Path) -> list[str]:
    """Return the zones that are out of reach without IPv4, of a CSV file with them below `zone`."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row["zone"] for row in csv.DictReader(file)]


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], respond: Callable[[bytes], bytes | None]) -> None:
        self.respond = respond
        super().__init__(address, _TcpHandler)


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


class Query(NamedTuple):
    """Query of a client, as far as it could be read."""

    message_id: int
    flags: int
    question: bytes
    name: Labels = ()
    qtype: int = 0
    payload: int | None = None
    """Largest answer that the client takes; None without EDNS."""
    rcode: int | None = None
    """Of a query that cannot be answered."""


def parse(message: bytes) -> Query | None:
    """Return the query of a message; None when it is an answer or too short."""
    if len(message) < _HEADER.size or message[2] & 0x80:
        return None
    message_id, flags, questions, answers, authority, _ = _HEADER.unpack_from(message)
    bare = Query(message_id, flags, b"")
    if (flags >> 11) & 15 != dns.opcode.QUERY:
        return bare._replace(rcode=dns.rcode.NOTIMP)
    if (questions, answers, authority) != (1, 0, 0):
        return bare._replace(rcode=dns.rcode.FORMERR)
    try:
        name, end = _parse_name(message)
        qtype, qclass = struct.unpack_from("!HH", message, end)
        payload, version = _parse_opt(message, end + 4)
    except (ValueError, IndexError, struct.error):
        return bare._replace(rcode=dns.rcode.FORMERR)
    rcode = None
    if version:
        rcode = int(dns.rcode.BADVERS)
    elif qclass != dns.rdataclass.IN or qtype in _META_TYPES:
        rcode = int(dns.rcode.REFUSED)
    question = message[_HEADER.size : end + 4]
    return Query(message_id, flags, question, name, qtype, payload, rcode)


def _parse_name(message: bytes) -> tuple[Labels, int]:
    at = _HEADER.size
    name = []
    while length := message[at]:
        if length > 63:  # noqa: PLR2004 - RFC 1035 §2.3.4; a pointer has nothing to point at
            raise ValueError("not a label")
        name.append(message[at + 1 : at + 1 + length].lower())
        at += 1 + length
    return tuple(name), at + 1


def _parse_opt(message: bytes, at: int) -> tuple[int | None, int]:
    """Return the payload size and the EDNS version; (None, 0) without EDNS."""
    if len(message) < at + 1 + _OPT_FIXED.size or message[at]:
        return None, 0
    rdtype, payload, _, version, _, _ = _OPT_FIXED.unpack_from(message, at + 1)
    if rdtype != dns.rdatatype.OPT:
        return None, 0
    return max(_SMALLEST_PAYLOAD, payload), version


def render(query: Query, answer: Answer, largest: int) -> bytes:
    """Return the answer as a message; truncated when it is too long.

    Over UDP that is above ``largest`` bytes or the client's payload size.
    """
    records = [
        (_AT_QUESTION if record.owner == query.name else _wire(record.owner)) + record.data
        for record in answer.records + answer.authority
    ]
    opt = b""
    if query.payload is not None:
        fields = (dns.rdatatype.OPT, EDNS_PAYLOAD, answer.rcode >> 4, 0, 0, 0)
        opt = b"\0" + _OPT_FIXED.pack(*fields)
    flags = _ANSWER_BITS | query.flags & _KEPT_BITS | answer.rcode & 15
    counts = len(answer.records), len(answer.authority)
    size = _HEADER.size + len(query.question) + sum(map(len, records)) + len(opt)
    if largest != LARGEST_MESSAGE:
        largest = min(largest, query.payload or _SMALLEST_PAYLOAD)
    if size > largest:
        flags, counts, records = flags | _TRUNCATED, (0, 0), []
    header = _HEADER.pack(query.message_id, flags, bool(query.question), *counts, bool(opt))
    return b"".join([header, query.question, *records, opt])


def _wire(name: Labels) -> bytes:
    return b"".join(bytes((len(label),)) + label for label in name) + b"\0"
