"""Processes that run notebooks end with the run."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from children import child
from nbformat.v4 import new_code_cell, new_notebook

from v6monitor.report.execution import workers

RUN = """
import os, time
from v6monitor.report.execution import workers
with workers() as pool:
    print(pool.submit(os.getppid).result(), flush=True)
    pool.submit(time.sleep, 60).result()
"""


STARTS = """
import sys
from pathlib import Path
from v6monitor.report.execution import execute, workers
if __name__ == "__main__":
    with workers() as pool:
        notebook, out = map(Path, sys.argv[1:])
        pool.submit(execute, notebook, {}, out).result()
"""
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)


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


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_kernel_that_was_still_starting_ends_with_the_run(tmp_path):
    """It looks whether its parent is there only later: its new one is no init here, and stays."""
    notebook = tmp_path / "slow.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("import time; time.sleep(60)")]), notebook)
    script = tmp_path / "run.py"
    script.write_text(STARTS)
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    try:
        command = [sys.executable, str(script), str(notebook), str(tmp_path / "out.ipynb")]
        with child(command, stderr=subprocess.DEVNULL) as run:
            kernel = _kernel_below(run.pid)
            os.kill(kernel, signal.SIGSTOP)  # it is slow to start
            run.kill()
        time.sleep(2)
        with contextlib.suppress(ProcessLookupError):
            os.kill(kernel, signal.SIGCONT)
        deadline = time.monotonic() + 20
        while _runs(kernel) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not _runs(kernel)
    finally:
        ctypes.CDLL(None).prctl(SUBREAPER, 0)
        with contextlib.suppress(ProcessLookupError, UnboundLocalError):
            os.kill(kernel, signal.SIGKILL)


def _kernel_below(run: int) -> int:
    """Return the first kernel that a run starts: below what runs a notebook, below what loads."""
    parents: dict[int, int] = {}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                status = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(status[1])
                loads = parents.get(parents.get(int(folder.name), 0), 0)
                if loads and parents.get(loads) == run:
                    return int(folder.name)
    raise AssertionError("no kernel started")


def _runs(process: int) -> bool:
    """Return whether a process is there and has not ended."""
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{process}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def test_an_error_in_a_worker_is_that_of_the_run():
    """It arrives where the result is asked for."""
    with pytest.raises(ZeroDivisionError), workers() as pool:
        pool.submit(divmod, 1, 0).result()
