"""Processes that are forked from one that has loaded all they need, and kernels with them (Linux).

One process, started with the run, imports what notebooks import and loads the month. It has a
single thread, so that what is forked from it is whole. Each task gets a process forked from it,
and that one another, which becomes a kernel when it is asked for: nothing is imported or loaded
again.
"""

import contextlib
import ctypes
import gc
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any

import nbformat

from v6monitor.charts.display import switch_on
from v6monitor.memory import give_back

_SYSTEM: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
_PDEATHSIG = 1  # of prctl(2)
_INLINE = "module://matplotlib_inline.backend_inline"
"""What a kernel has in MPLBACKEND, which matplotlib reads when it is imported."""
_KERNEL = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.core.completer", "matplotlib_inline"),
    *("pandas", "pyarrow.parquet", "matplotlib.figure", "matplotlib.font_manager"),
    *("v6monitor.charts", "v6monitor.month.loading", "v6monitor.report.organisations"),
    "v6monitor.report.execution",
)
"""What is imported once, for all kernels and what runs them."""

AVAILABLE = _SYSTEM is not None
"""Whether this system can fork such processes, and ends them with the run."""


def follow(parent: int) -> None:
    """Let the system end this process with its parent."""
    _SYSTEM.prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


class Forks(Executor):
    """An executor whose tasks are forked from one process, so many at once; ``load`` runs in it."""

    def __init__(self, workers: int, environment: Mapping[str, str]) -> None:
        """Start the process; it imports what tasks need while the run goes on."""
        here, there = multiprocessing.Pipe()
        handle = there.fileno()
        command = f"from {__name__} import serve; serve({handle}, {workers}, {os.getpid()})"
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-c", command],
            pass_fds=[handle],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "MPLBACKEND": _INLINE, **environment},
        )
        there.close()
        self._connection = here
        self._futures: dict[int, Future[Any]] = {}
        self._count = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def load(self, call: Callable[..., object], /, *given: Any, **named: Any) -> None:
        """Call a function in the process that tasks are forked from, before the next of them."""
        self._send(0, call, given, named)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Call a function in a process of its own."""
        self._count += 1
        future = self._futures[self._count] = Future()
        self._send(self._count, fn, args, kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """End the process and what was forked from it, also what is not done."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        self._reader.join()

    def _send(self, *message: object) -> None:
        try:
            self._connection.send_bytes(ForkingPickler.dumps(message))
        except OSError as error:
            raise BrokenProcessPool("the process that notebooks start from ended") from error

    def _read(self) -> None:
        """Give the results to those who wait for them."""
        try:
            while True:
                number, result, error = self._connection.recv()
                future = self._futures.pop(number)
                future.set_exception(error) if error else future.set_result(result)
        except (EOFError, OSError):
            for future in self._futures.values():
                future.set_exception(BrokenProcessPool("a process ended before its task did"))


def serve(handle: int, workers: int, run: int) -> None:
    """Do what comes on a connection until the run ends; the process of ``Forks``."""
    follow(run)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the run decides
    connection = Connection(handle)
    for name in _KERNEL:
        importlib.import_module(name)
    nbformat.validate(nbformat.v4.new_notebook())  # its schema is compiled once
    give_back()
    waiting: deque[tuple[Any, ...]] = deque()
    running: dict[Any, tuple[int, int]] = {}
    while True:
        for ready in wait([connection, *running]):
            if ready is connection:
                try:
                    waiting.append(connection.recv())
                except EOFError:
                    os._exit(0)
            else:
                number, process = running.pop(ready)
                connection.send_bytes(_result(number, ready))
                os.waitpid(process, 0)
        while waiting and (len(running) < workers or not waiting[0][0]):
            number, call, given, named = waiting.popleft()
            if not number:
                with contextlib.suppress(Exception):  # what needs it will meet the error itself
                    call(*given, **named)
                gc.collect()
                _SYSTEM.malloc_trim(0)
                gc.freeze()  # what was loaded is shared, not copied, as nobody looks through it
                continue
            receiving, sending = multiprocessing.Pipe(duplex=False)
            if not (process := os.fork()):
                connection.close()
                _do(sending, number, call, given, named)
            sending.close()
            running[receiving] = number, process


def _result(number: int, receiving: Any) -> bytes:
    """Return what a task sent; that it is broken if it ended before."""
    with receiving:
        try:
            return bytes(receiving.recv_bytes())
        except EOFError:
            error = BrokenProcessPool("a process ended before its task did")
            return bytes(ForkingPickler.dumps((number, None, error)))


def _do(sending: Connection, number: int, call: Callable[..., Any], given: Any, named: Any) -> None:
    """Do a task in a process just forked, with a kernel at hand; end the process."""
    global _kernel  # noqa: PLW0603 - there is one per process
    follow(os.getppid())
    _kernel = Kernel()
    result = error = None
    try:
        result = call(*given, **named)
    except Exception as failure:  # noqa: BLE001 - it is raised where the result is asked for
        error = failure
    sending.send_bytes(ForkingPickler.dumps((number, result, error)))
    os._exit(0)


def kernel() -> "Kernel | None":
    """Return the kernel that waits in this process, once."""
    global _kernel
    found, _kernel = _kernel, None
    return found


class Kernel:
    """A process that becomes a kernel when it gets its connection; used as ``Popen`` is."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        """Fork it."""
        receiving, self._start = multiprocessing.Pipe(duplex=False)
        self._process = multiprocessing.get_context("fork").Process(
            target=_become, args=(receiving, os.getpid()), daemon=True
        )
        self._process.start()
        receiving.close()
        self.pid = int(self._process.pid or 0)
        self.kill, self.terminate = self._process.kill, self._process.terminate

    def start(self, command: list[str], environment: Mapping[str, str], folder: str) -> None:
        """Let it run as a command of ipykernel would, in a folder."""
        self._start.send((command, dict(environment), folder))

    def poll(self) -> int | None:
        """Return how it ended; None while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Return how it ended when it has."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)


_kernel: Kernel | None = None


def _become(start: Connection, parent: int) -> None:
    """Wait for the connection, and run a kernel."""
    follow(parent)
    os.setsid()
    try:
        command, environment, folder = start.recv()
    except EOFError:  # no notebook was run
        os._exit(0)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = command
    application: Any = importlib.import_module("ipykernel.kernelapp").IPKernelApp.instance()
    application.initialize(command)
    switch_on()  # as importing the library in a kernel does
    application.start()
