"""Client for many queries at once: a few sockets, a window, and one loop that waits for them all.

No thread, task or timer per query: the loop waits for the sockets, reads what came, handles what
timed out and fills the window again. It therefore also runs where an event loop runs already (a
Jupyter kernel), and Ctrl-C ends it at once.
"""

import datetime as dt
import gc
import heapq
import math
import selectors
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count, cycle
from typing import Self

from v6monitor.dns import observation as outcomes
from v6monitor.dns.codec import decode, unaskable
from v6monitor.dns.fastpath import Decoder
from v6monitor.dns.observation import Observation, invalid_name
from v6monitor.dns.plan import Work
from v6monitor.dns.resolvers import UDP, Resolver
from v6monitor.dns.retry import Policy, Query, Step
from v6monitor.dns.transport import Lateness, Pace, Result, StreamPool, UdpSocket, random_id
from v6monitor.dns.wire import Malformed, is_response, repeats_question

_SOCKETS = 8  # per resolver: one alone loses answers when many come at once
_DATAGRAMS_PER_WAKE = 64
_LARGEST_DATAGRAM = 4096  # bytes: three times what is asked for (EDNS)
_BACK_OFF = (1, 2, 4)  # times the time-out, at each next message
_USUAL_COLLECTION = gc.get_threshold()
_OBJECTS_PER_COLLECTION = 50_000
"""Queries make no cycles: collecting them at the usual pace takes an eighth of the time."""
_TICK = 0.02  # seconds between two looks at the deadlines
OnWait = Callable[[int, float], None]
"""Called with how many questions pause before they are asked again, and for how many seconds."""

_STRAYS_COMPARED = 20
"""Of the stray packets of a tick so many are compared with the queries; all are counted."""


class Client:
    """Asks resolvers many questions at once; a context manager.

    Each question gives one observation, whatever happens. ``ignored`` counts packets that came in
    and answered no query.
    """

    def __init__(self, resolvers: Sequence[Resolver], policy: Policy) -> None:
        self._resolvers = tuple(resolvers)
        self._labels = [resolver.label for resolver in resolvers]
        self._policy = policy
        self._paces = [Pace(policy.rate, policy.timeout) for _ in resolvers]
        self._turn = cycle(range(len(self._resolvers)))
        self._timeouts = [policy.timeout * longer for longer in _BACK_OFF]
        self._in_flight: set[Query] = set()
        self._paused: list[tuple[float, int, Query]] = []
        self._order = count()  # makes the heap's entries comparable
        self._settled: deque[Observation] = deque()
        self._decoder = Decoder()
        self._lateness = Lateness(policy.timeout)
        self._strays_compared = 0
        self._compared_since = 0.0
        self.ignored = 0

    def __enter__(self) -> Self:
        """Open the sockets; OSError when there is no route to a resolver's kind of address."""
        with ExitStack() as opened:
            opened.callback(gc.set_threshold, *_USUAL_COLLECTION)
            gc.set_threshold(_OBJECTS_PER_COLLECTION)
            self._selector = opened.enter_context(selectors.DefaultSelector())
            self._sockets = [self._connect(number, opened) for number in range(len(self._paces))]
            self._streams = StreamPool(self._selector, self._on_result)
            opened.callback(self._streams.close)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the sockets; queries in flight are dropped."""
        self._opened.close()

    def run(self, work: Work, on_wait: OnWait | None = None) -> Iterator[Observation]:
        """Ask everything, and what is added meanwhile; yield each observation as it comes.

        ``on_wait`` is called once, when all that is left are questions that pause.
        """
        self._work = work
        while True:
            exhausted = self._fill(work)
            if exhausted and not self._settled and not self._in_flight:
                until = [moment for moment, _, query in self._paused if not query.done]
                if not until:
                    return
                if on_wait:
                    on_wait(len(until), max(0.0, max(until) - time.monotonic()))
                    on_wait = None
            for key, _ in self._selector.select(0 if self._settled else _TICK):
                key.data()
                exhausted = self._fill(work)  # the resolver has work while the rest is read
            self._sweep(time.monotonic(), exhausted=exhausted)
            for _ in range(len(self._settled)):
                observation = self._settled.popleft()
                work.learn(observation)
                yield observation

    # What goes out

    def _fill(self, work: Work) -> bool:
        """Send what was paused for long enough, and start queries, as window and pace allow.

        Return whether no question is left.
        """
        moment, now = dt.datetime.now(dt.UTC), time.monotonic()
        while self._paused and self._paused[0][0] <= now and self._has_room(self._paused[0][-1]):
            query = heapq.heappop(self._paused)[-1]
            if not query.done:
                self._send(query)
        while len(self._in_flight) < self._policy.concurrency:
            resolver = self._next_resolver()
            if resolver is None:
                return False
            question = work.pop()
            if question is None:
                return True
            if reason := unaskable(question.qname):
                self._settled.append(invalid_name(question, reason))
            else:
                self._send(Query(question, resolver, self._labels, self._policy, moment))
        return False

    def _next_resolver(self) -> int | None:
        """Return whose turn it is; None when every resolver has had its share for now."""
        for _ in self._resolvers:
            number = next(self._turn)
            if self._paces[number].allows():
                return number
        return None

    def _send(self, query: Query) -> None:
        """Send the next message of a query."""
        if query.name != query.sent_name:  # a CNAME was followed
            query.forget()
            query.sent_name = query.name
        self._in_flight.add(query)
        self._paces[query.resolver].take()
        if self._resolvers[query.resolver].transport != UDP:
            self._stream(query)
            return
        udp = next(self._sockets[query.resolver])
        message_id = udp.new_id()
        message = query.message(message_id)
        now, timeout = time.monotonic(), self._timeout(query)
        query.time_out = now + timeout
        query.deadline = now + min(timeout, self._lateness.usual)
        try:
            udp.send(message)
        except BlockingIOError:  # the system's own buffer is full: no fault of the resolver
            self._pause(query, _TICK)
            return
        except OSError as error:
            query.sent += 1
            self._do(query, query.on_unreachable(_reason(error)))
            return
        query.sent += 1
        udp.in_flight[message_id] = query
        query.latest = udp, message_id
        query.sent_on.append(query.latest)

    def _stream(self, query: Query) -> None:
        """Fetch the answer over a connection, in another thread."""
        query.sent += 1
        query.deadline = query.time_out = math.inf  # the exchange has its own
        resolver, message_id = query.resolver, random_id()
        self._streams.submit(
            (query, message_id, resolver),
            self._resolvers[resolver],
            query.message(message_id),
            2 * self._timeout(query),
        )

    def _timeout(self, query: Query) -> float:
        """Return how many seconds an answer may take now."""
        return self._timeouts[min(query.timeouts, len(_BACK_OFF) - 1)]

    # What comes in

    def _receive(self, udp: UdpSocket) -> None:
        receive = udp.socket.recv
        for _ in range(_DATAGRAMS_PER_WAKE):
            try:
                message = receive(_LARGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:  # an ICMP message came: nobody listens there
                self._on_unreachable(udp, _reason(error))
            else:
                self._on_datagram(udp, message)

    def _on_datagram(self, udp: UdpSocket, message: bytes) -> None:
        message_id = int.from_bytes(message[:2], "big")
        query: Query | None = udp.in_flight.get(message_id)
        if query is None:
            self._on_stray(udp, message)
            return
        latest = query.latest == (udp, message_id)
        try:
            step = self._step(query, message, message_id, udp.resolver, latest=latest)
        except Malformed as error:
            self.ignored += 1
            query.on_mismatch(str(error))
            return
        if not query.timeouts:
            self._paces[udp.resolver].answered += 1
            if not query.chain and (query.sent == 1 or not latest):
                self._lateness.note(time.monotonic() - query.started)
        if step is not Step.DONE:
            del udp.in_flight[message_id]
            query.sent_on.remove((udp, message_id))
        self._do(query, step)

    def _step(  # noqa: PLR0913 - all about one message
        self,
        query: Query,
        message: bytes,
        message_id: int,
        resolver: int,
        *,
        latest: bool = True,
        streamed: bool = False,
    ) -> Step:
        """Return what follows from a message; ``Malformed`` when it does not answer the query."""
        if not query.chain and int.from_bytes(message[:2], "big") == message_id:
            reading = self._decoder.read(message, query.section, query.question)
            if reading is not None:
                return query.on_reading(reading, resolver, current=latest)
        if not is_response(message, message_id, query.section, exact=query.mixed_case):
            raise Malformed
        return query.on_reply(decode(message), resolver, current=latest, streamed=streamed)

    def _on_stray(self, udp: UdpSocket, message: bytes) -> None:
        """Count a packet with an unknown id; a query about its question counts it as a wrong id."""
        self.ignored += 1
        if self._strays_compared == _STRAYS_COMPARED:
            if time.monotonic() < self._compared_since + _TICK:
                return
            self._strays_compared = 0
        if not self._strays_compared:
            self._compared_since = time.monotonic()
        self._strays_compared += 1
        for query in udp.in_flight.values():
            if repeats_question(message, query.section):
                query.on_mismatch("")

    def _on_unreachable(self, udp: UdpSocket, why: str) -> None:
        for message_id, query in list(udp.in_flight.items()):
            if query.latest == (udp, message_id) and query.resolver == udp.resolver:
                self._do(query, query.on_unreachable(why))

    def _on_result(self, ticket: tuple[Query, int, int], result: Result) -> None:
        """Take what came over TCP, TLS or HTTPS."""
        query, message_id, resolver = ticket
        if query.done:
            return
        if isinstance(result, bytes):
            try:
                step = self._step(query, result, message_id, resolver, streamed=True)
            except Malformed as error:
                why = f"no answer to the question over the connection ({error})".replace(" ()", "")
                outcome = outcomes.MISMATCH
            else:
                self._do(query, step)
                return
        else:
            late = isinstance(result, TimeoutError)
            outcome, why = outcomes.TIMEOUT if late else outcomes.UNREACHABLE, _reason(result)
        if self._resolvers[resolver].transport == UDP:  # asked because UDP was truncated
            outcome, why = outcomes.TRUNCATED, f"truncated, then TCP: {why}"
        self._do(query, query.on_broken_stream(outcome, why))

    # What happens with time

    def _sweep(self, now: float, *, exhausted: bool) -> None:
        """Handle what is late or timed out; ``exhausted``: there is nothing else to ask."""
        late = []
        for query in [query for query in self._in_flight if query.deadline <= now]:
            if query.time_out <= now:
                late.append(query)
            else:
                self._repeat(query, exhausted=exhausted)
        for query in late:
            self._paces[query.resolver].timed_out += not query.timeouts
        for pace in self._paces:  # before the late ones are sent again
            pace.adjust(now)
        for query in late:
            step = query.on_timeout(self._timeout(query))
            if step is Step.SEND and not self._paces[query.resolver].allows():
                self._pause(query, 0.0)
            else:
                self._do(query, step)

    def _repeat(self, query: Query, *, exhausted: bool) -> None:
        """Send a message again whose answer is unusually late, and wait for either."""
        time_out = query.deadline = query.time_out
        pace = self._paces[query.resolver]
        if (exhausted or pace.at_most) and pace.allows() and self._lateness.may_repeat():
            self._send(query)
            query.deadline = query.time_out = time_out

    def _has_room(self, query: Query) -> bool:
        """Return whether a paused query may be sent again now."""
        room = len(self._in_flight) < self._policy.concurrency
        return query.done or (room and self._paces[query.resolver].allows())

    def _do(self, query: Query, step: Step) -> None:
        match step:
            case Step.DONE:
                self._finish(query)
            case Step.SEND:
                self._send(query)
            case Step.STREAM:
                self._in_flight.add(query)
                self._stream(query)
            case Step.PAUSE:
                self._work.hasten(query.question.qname)
                self._pause(query, self._policy.pause)

    def _finish(self, query: Query) -> None:
        query.done = True
        query.forget()
        self._in_flight.discard(query)
        self._settled.append(query.observation())

    def _pause(self, query: Query, seconds: float) -> None:
        """Leave the window to others for a while."""
        self._in_flight.discard(query)
        heapq.heappush(self._paused, (time.monotonic() + seconds, next(self._order), query))

    def _connect(self, number: int, opened: ExitStack) -> Iterator[UdpSocket]:
        made = []
        for _ in range(_SOCKETS if self._resolvers[number].transport == UDP else 0):
            udp = UdpSocket.connect(self._resolvers[number], number)
            opened.callback(udp.socket.close)
            self._selector.register(udp.socket, selectors.EVENT_READ, partial(self._receive, udp))
            made.append(udp)
        return cycle(made)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
