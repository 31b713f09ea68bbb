"""A report takes the place of an older one in one step."""

import os
import signal
import subprocess
import sys

import pytest
from children import child

from v6monitor.errors import UsageError
from v6monitor.report import transactions

HOLDS = """
import sys, time
from pathlib import Path
from v6monitor.report import transactions
with transactions.writing(Path(sys.argv[1])), transactions.scratch(Path(sys.argv[1]), "2026-10"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_new_report_and_the_old_change_places(tmp_path):
    """In one step; nothing of the older one stays."""
    target, made = tmp_path / "2026-10", tmp_path / "made"
    target.mkdir()
    (target / "old.html").touch()
    made.mkdir()
    (made / "new.html").touch()
    transactions.exchange(made, target)
    assert [path.name for path in target.iterdir()] == ["new.html"]
    assert [path.name for path in made.iterdir()] == ["old.html"]


def test_an_exchange_that_fails_leaves_the_old_report(tmp_path):
    """As when the new one is not there."""
    target = tmp_path / "2026-10"
    target.mkdir()
    (target / "old.html").touch()
    with pytest.raises(FileNotFoundError):
        transactions.exchange(tmp_path / "absent", target)
    with transactions.writing(tmp_path):
        assert [path.name for path in target.iterdir()] == ["old.html"]


def test_a_report_set_aside_by_a_crash_comes_back(tmp_path):
    """A machine that stopped between the two renames left the old report aside."""
    aside = tmp_path / ".old-2026-10"
    aside.mkdir()
    (aside / "old.html").touch()
    with transactions.writing(tmp_path):
        assert (tmp_path / "2026-10" / "old.html").exists()
    assert not aside.exists()


def test_scratch_is_gone_afterwards_also_after_an_error(tmp_path):
    """Half-made reports are not left behind, nor is the lock."""
    with (
        pytest.raises(FileNotFoundError),
        transactions.writing(tmp_path),
        transactions.scratch(tmp_path, "2026-10") as folder,
    ):
        (folder / "half.html").rename(folder / "absent" / "half.html")
    assert list(tmp_path.iterdir()) == []


def test_one_run_at_a_time(tmp_path):
    """The second is told who is at work, and harms nothing; after the first it goes on."""
    with transactions.writing(tmp_path), transactions.scratch(tmp_path, "2026-10") as made:
        told = rf"another run \(process {os.getpid()}\) is writing there; start again when"
        with pytest.raises(UsageError, match=told), transactions.writing(tmp_path):
            pass
        assert made.exists()
    with transactions.writing(tmp_path):
        pass


def test_a_run_that_was_killed_is_in_nobody_s_way(tmp_path):
    """Its lock is no lock any more, and its half-made report is cleared by the next run."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with child(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=f"process {run.pid}"), transactions.writing(tmp_path):
            pass
        run.send_signal(signal.SIGKILL)
    assert {path.name[:8] for path in tmp_path.iterdir()} == {".lock", ".making-"}
    with transactions.writing(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    """A file where the archive should be gives one sentence."""
    (tmp_path / "reports").touch()
    with (
        pytest.raises(UsageError, match="cannot write a report there"),
        transactions.writing(tmp_path / "reports"),
    ):
        pass
