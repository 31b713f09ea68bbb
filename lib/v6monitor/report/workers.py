"""How do notebooks run side by side? In two processes that end with the run."""

import multiprocessing
import os
import signal
import threading
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
        context.set_forkserver_preload(["v6monitor.report.execution"])
    pool = ProcessPoolExecutor(WORKERS, context, initializer=_follow_the_run)
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


def _follow_the_run() -> None:
    """Let the run decide what Ctrl-C means, which a terminal sends to all; end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
    os._exit(1)
