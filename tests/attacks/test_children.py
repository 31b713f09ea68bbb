"""Processes that tests start: stopped where Ctrl-C is ignored, and gone when their test ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from children import child


def test_ctrl_c_works_in_tests_where_it_is_ignored() -> None:
    """As under nohup: a child of a test gets SIGINT again, so no test waits for ever."""
    code = """if True:
        import signal, subprocess, sys
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        import conftest
        asleep = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        asleep.send_signal(signal.SIGINT)
        print(asleep.wait(timeout=20))
    """
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert int(done.stdout) in {-signal.SIGINT, 130}


def test_a_child_is_gone_when_its_test_fails() -> None:
    """Also one that listens to no signal that can be ignored."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError), child([sys.executable, "-c", deaf]) as started:
        raise ZeroDivisionError
    assert time.monotonic() - began < 50, "its test waited for it"
    with pytest.raises(ProcessLookupError):
        os.kill(started.pid, 0)


def test_no_test_waits_for_a_child_of_its_own() -> None:
    """``with subprocess.Popen`` waits for ever when its block fails: tests use ``child``."""
    waiting = "with subprocess." + "Popen("
    tests = Path(__file__).parents[1]
    files = [file for file in tests.rglob("*.py") if "bench" not in file.parts]
    found = {file.name for file in files if waiting in file.read_text(encoding="utf-8")}
    assert found == {"children.py"}
