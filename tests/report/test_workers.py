"""Processes that run notebooks end with the run."""

import os
import signal
import subprocess
import sys
import time

import pytest
from children import child

from v6monitor.report.execution import workers

RUN = """
import os, time
from v6monitor.report.execution import workers
with workers() as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 60).result()
"""


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_leaves_no_process(stop):
    """Also when it is killed and cannot tidy up."""
    command = [sys.executable, "-c", RUN]
    with child(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        worker = int(run.stdout.readline())
        assert _is_there(worker)
        run.send_signal(stop)
        run.wait(timeout=20)
    deadline = time.monotonic() + 20
    while _is_there(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_there(worker)


def test_an_error_in_a_worker_is_that_of_the_run():
    """It arrives where the result is asked for."""
    with pytest.raises(ZeroDivisionError), workers() as pool:
        pool.submit(divmod, 1, 0).result()
