"""How do notebooks run side by side? In two processes that end with the run."""

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from v6monitor.errors import NotebookError

WORKERS = 2
"""Kernels at once: with more the small machines that reports are made on lose time."""

_SERVED = "forkserver" in multiprocessing.get_all_start_methods()


@contextmanager
def workers() -> Iterator[ProcessPoolExecutor]:
    """Give processes to execute notebooks in; an interrupted run leaves none behind.

    They start with papermill loaded, once for all where the system can fork.
    """
    context = multiprocessing.get_context("forkserver" if _SERVED else "spawn")
    if _SERVED:
        context.set_forkserver_preload(["v6monitor.batch.execution"])
    pool = ProcessPoolExecutor(WORKERS, context, initializer=_leave_interrupts)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise NotebookError(
            "the system stopped a process that ran a notebook, perhaps for want of memory: free "
            "some and run again"
        ) from error
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts() -> None:
    """Let the run decide what Ctrl-C means: the terminal sends it to all its processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
