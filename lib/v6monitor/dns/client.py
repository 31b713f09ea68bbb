"""How are many questions asked at once? A few sockets, a window, and one place that waits.

No thread, task or timer per question: one loop waits for the sockets, reads what came, sweeps what
took too long and fills the window again. Therefore it also runs where an event loop runs already
(a Jupyter kernel), and Ctrl-C ends it at once.
"""

import datetime as dt
import gc
import heapq
import selectors
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count, cycle
from types import TracebackType
from typing import Self

from v6monitor.dns import observation as outcomes
from v6monitor.dns.asking import Asking, Manners, Step
from v6monitor.dns.codec import decode, unaskable
from v6monitor.dns.decoding import Decoder
from v6monitor.dns.observation import Observation, invalid_name
from v6monitor.dns.pacing import Pace
from v6monitor.dns.reading import Reading
from v6monitor.dns.resolvers import UDP, Resolver
from v6monitor.dns.streams import Job, Result, Streams
from v6monitor.dns.underway import (
    NEVER,
    Flight,
    Line,
    StreamTicket,
    open_line,
    random_id,
)
from v6monitor.dns.wire import Malformed, answers, asks
from v6monitor.dns.work import Work

_LINES = 8  # sockets per resolver: one alone loses answers when many come at once
_DATAGRAMS_PER_WAKE = 64
_LARGEST_DATAGRAM = 4096  # bytes: three times what is asked for (EDNS)
_LONGER = (1, 2, 4)  # times the time to wait, at each next message
_USUAL_SEARCHES = gc.get_threshold()
_OBJECTS_PER_SEARCH = 50_000
"""For cycles, which asking does not make: as often as usual they take an eighth of the time."""
_TICK = 0.02  # seconds between two looks at the deadlines
_STRAYS_COMPARED = 20
"""Of the stray packets of a tick so many are compared with what is under way; all are counted."""


class Client:
    """Asks resolvers many questions at once; a context manager.

    Each question gives one observation, whatever happens.
    """

    def __init__(self, resolvers: Sequence[Resolver], manners: Manners) -> None:
        self._resolvers = tuple(resolvers)
        self._labels = [resolver.label for resolver in resolvers]
        self._manners = manners
        self._paces = [Pace(manners.rate, manners.timeout) for _ in resolvers]
        self._turn = cycle(range(len(self._resolvers)))
        self._patience = [manners.timeout * longer for longer in _LONGER]
        self._waiting: set[Flight] = set()
        self._paused: list[tuple[float, int, Flight]] = []
        self._order = count()  # makes the heap's entries comparable
        self._unfinished = 0
        self._settled: deque[Observation] = deque()
        self._decoder = Decoder()
        self._strays_compared = 0
        self._compared_since = 0.0
        self.ignored = 0
        """Packets that came in and answered nothing that was asked."""

    def __enter__(self) -> Self:
        """Open the sockets; OSError when there is no way to a resolver's kind of address."""
        with ExitStack() as opened:
            opened.callback(gc.set_threshold, *_USUAL_SEARCHES)
            gc.set_threshold(_OBJECTS_PER_SEARCH)
            self._selector = opened.enter_context(selectors.DefaultSelector())
            self._lines = [self._open_lines(number, opened) for number in range(len(self._paces))]
            self._streams = Streams(self._selector, self._on_result)
            opened.callback(self._streams.close)
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the sockets; what is under way is lost."""
        self._opened.close()

    def run(self, work: Work) -> Iterator[Observation]:
        """Ask everything, and what is added meanwhile; gives each observation when it is there."""
        while True:
            nothing_waits = self._fill(work)
            if nothing_waits and not self._unfinished and not self._settled:
                return
            for key, _ in self._selector.select(0 if self._settled else _TICK):
                key.data()
            self._sweep(time.monotonic())
            for _ in range(len(self._settled)):
                observation = self._settled.popleft()
                work.learn(observation)
                yield observation

    # What goes out

    def _fill(self, work: Work) -> bool:
        """Start questions as far as the window and the pace allow; tell whether none is left."""
        moment = dt.datetime.now(dt.UTC)
        while len(self._waiting) < self._manners.concurrency:
            resolver = self._next_resolver()
            if resolver is None:
                return False
            question = work.pop()
            if question is None:
                return True
            if reason := unaskable(question.qname):
                self._settled.append(invalid_name(question, reason))
                continue
            self._unfinished += 1
            asking = Asking(question, resolver, self._labels, self._manners)
            self._send(Flight(asking, moment))
        return False

    def _next_resolver(self) -> int | None:
        """Return whose turn it is; None when every resolver has had its share for now."""
        for _ in self._resolvers:
            number = next(self._turn)
            if self._paces[number].allows():
                return number
        return None

    def _send(self, flight: Flight) -> None:
        """Ask what is to be asked now."""
        asking = flight.asking
        if asking.name != flight.name:  # a CNAME was followed
            flight.forget()
            flight.name = asking.name
        self._waiting.add(flight)
        self._paces[asking.resolver].take()
        if self._resolvers[asking.resolver].transport != UDP:
            self._stream(flight)
            return
        line = next(self._lines[asking.resolver])
        message_id = line.new_id()
        message = asking.message(message_id)
        flight.deadline = time.monotonic() + self._wait(flight)
        try:
            line.send(message)
        except BlockingIOError:  # the system's own buffer is full: nobody's silence
            self._put_aside(flight, _TICK)
            return
        except OSError as error:
            flight.sent += 1
            self._do(flight, asking.on_unreachable(_reason(error)))
            return
        flight.sent += 1
        line.waiting[message_id] = flight
        flight.tickets.append((line, message_id))

    def _stream(self, flight: Flight) -> None:
        """Fetch the answer over a connection, in another thread."""
        asking = flight.asking
        flight.sent += 1
        flight.deadline = NEVER  # the exchange has its own
        ticket = StreamTicket(flight, random_id(), asking.resolver)
        message = asking.message(ticket.message_id)
        resolver = self._resolvers[asking.resolver]
        self._streams.submit(Job(ticket, resolver, message, 2 * self._wait(flight)))

    def _wait(self, flight: Flight) -> float:
        """Return how many seconds an answer may take now."""
        return self._patience[min(flight.asking.silences, len(_LONGER) - 1)]

    # What comes in

    def _receive(self, line: Line) -> None:
        receive = line.socket.recv
        for _ in range(_DATAGRAMS_PER_WAKE):
            try:
                message = receive(_LARGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:  # an ICMP message came: nobody listens there
                self._on_unreachable(line, _reason(error))
            else:
                self._on_datagram(line, message)

    def _on_datagram(self, line: Line, message: bytes) -> None:
        message_id = int.from_bytes(message[:2], "big")
        flight = line.waiting.get(message_id)
        if flight is not None and (reading := self._ordinary(flight, message)):
            self._count(flight, line)
            self._do(flight, flight.asking.on_reading(reading, line.resolver, current=True))
            return
        if flight is None:
            self._on_stray(line, message)
            return
        asking = flight.asking
        if not answers(message, message_id, asking.asked, exact=asking.mixed_case):
            self._ignore(flight, "")
            return
        try:
            reply = decode(message)
        except Malformed as error:
            self._ignore(flight, str(error))
            return
        latest = flight.is_latest(line, message_id)
        step = asking.on_reply(reply, line.resolver, current=latest, streamed=False)
        if step is Step.WAIT and latest:
            return
        self._count(flight, line)
        if step is not Step.DONE:
            del line.waiting[message_id]
            flight.tickets.remove((line, message_id))
        self._do(flight, step)

    def _ignore(self, flight: Flight, why: str) -> None:
        """Count a packet that came in with a query's id and is no answer to it."""
        self.ignored += 1
        flight.asking.on_mismatch(why)

    def _on_stray(self, line: Line, message: bytes) -> None:
        """Count a packet with an id that no query on this socket has.

        What asks the same as one of them counts there too: that is an answer with a wrong id.
        """
        self.ignored += 1
        if self._strays_compared == _STRAYS_COMPARED:
            if time.monotonic() < self._compared_since + _TICK:
                return
            self._strays_compared = 0
        if not self._strays_compared:
            self._compared_since = time.monotonic()
        self._strays_compared += 1
        for flight in line.waiting.values():
            if asks(message, flight.asking.asked):
                flight.asking.on_mismatch("")

    def _count(self, flight: Flight, line: Line) -> None:
        self._paces[line.resolver].answered += flight.sent == 1

    def _ordinary(self, flight: Flight, message: bytes) -> Reading | None:
        """Return what an answer says, when it is an ordinary one to this question."""
        asking = flight.asking
        if asking.chain:  # it is about the last target
            return None
        return self._decoder.read(message, asking.asked, asking.question)

    def _on_unreachable(self, line: Line, why: str) -> None:
        for message_id, flight in list(line.waiting.items()):
            if flight.is_latest(line, message_id) and flight.asking.resolver == line.resolver:
                self._do(flight, flight.asking.on_unreachable(why))

    def _on_result(self, result: Result) -> None:
        """Take what came over TCP, TLS or HTTPS."""
        if not result.ticket.flight.done:
            self._do(result.ticket.flight, self._on_stream(result))

    def _on_stream(self, result: Result) -> Step:
        flight, message_id, resolver = result.ticket
        over_udp = self._resolvers[resolver].transport == UDP
        if result.error is not None:
            silent = isinstance(result.error, TimeoutError)
            outcome = outcomes.TIMEOUT if silent else outcomes.UNREACHABLE
            why = "no answer in time" if silent else _reason(result.error)
        else:
            reading = self._ordinary(flight, result.answer)
            if reading is not None and result.answer[:2] == message_id.to_bytes(2, "big"):
                return flight.asking.on_reading(reading, resolver, current=True)
            outcome, why = outcomes.MISMATCH, "no answer to the question over the connection"
            step = self._step_of_stream(result)
            if step is not Step.WAIT:
                return step
        if over_udp:  # asked because the answer over UDP was truncated
            outcome, why = outcomes.TRUNCATED, f"truncated, then TCP: {why}"
        return flight.asking.on_broken_stream(outcome, why)

    def _step_of_stream(self, result: Result) -> Step:
        """Take a message that dnspython is to read; ``WAIT`` when it is no answer."""
        flight, message_id, resolver = result.ticket
        asking = flight.asking
        if not answers(result.answer, message_id, asking.asked, exact=asking.mixed_case):
            return Step.WAIT
        try:
            reply = decode(result.answer)
        except Malformed as error:
            return asking.on_mismatch(str(error))
        return asking.on_reply(reply, resolver, current=True, streamed=True)

    # What happens with time

    def _sweep(self, now: float) -> None:
        """See to what has waited long enough."""
        for pace in self._paces:
            pace.weigh(now)
        for flight in [flight for flight in self._waiting if flight.deadline <= now]:
            pace = self._paces[flight.asking.resolver]
            pace.silent += flight.sent == 1
            step = flight.asking.on_silence(self._wait(flight))
            if step is Step.SEND and not self._paces[flight.asking.resolver].allows():
                self._put_aside(flight, 0.0)
            else:
                self._do(flight, step)
        while self._paused and self._paused[0][0] <= now and self._has_room(self._paused[0][-1]):
            flight = heapq.heappop(self._paused)[-1]
            if not flight.done:
                self._send(flight)

    def _has_room(self, flight: Flight) -> bool:
        """Tell whether a question that was put aside may be asked again now."""
        room = len(self._waiting) < self._manners.concurrency
        return flight.done or (room and self._paces[flight.asking.resolver].allows())

    def _do(self, flight: Flight, step: Step) -> None:
        match step:
            case Step.DONE:
                self._finish(flight)
            case Step.SEND:
                self._send(flight)
            case Step.STREAM:
                self._waiting.add(flight)
                self._stream(flight)
            case Step.PAUSE:
                self._put_aside(flight, self._manners.pause)

    def _finish(self, flight: Flight) -> None:
        flight.done = True
        flight.forget()
        self._waiting.discard(flight)
        self._unfinished -= 1
        self._settled.append(flight.observation())

    def _put_aside(self, flight: Flight, seconds: float) -> None:
        """Leave the window to others for a while."""
        self._waiting.discard(flight)
        heapq.heappush(self._paused, (time.monotonic() + seconds, next(self._order), flight))

    def _open_lines(self, number: int, opened: ExitStack) -> Iterator[Line]:
        lines = []
        for _ in range(_LINES if self._resolvers[number].transport == UDP else 0):
            line = open_line(self._resolvers[number], number)
            opened.callback(line.socket.close)
            self._selector.register(line.socket, selectors.EVENT_READ, partial(self._receive, line))
            lines.append(line)
        return cycle(lines)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
