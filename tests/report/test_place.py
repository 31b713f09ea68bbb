"""A report takes the place of an older one in one step."""

import json
import os
import signal
import subprocess
import sys

import pytest
from months import report

from v6monitor.errors import UsageError
from v6monitor.report import archive, archive_pages

HOLDS = """
import sys, time
from pathlib import Path
from v6monitor.report import archive
with archive.locked(Path(sys.argv[1])), archive.scratch(Path(sys.argv[1]), "2026-10"):
    print("held", flush=True)
    time.sleep(60)
"""
DIES = """
import itertools, json, os, shutil, signal, sys
from pathlib import Path
from v6monitor.report import archive
from v6monitor.report import archive, archive_pages

old, manifest = Path(sys.argv[1]), json.loads(sys.argv[2])

def replace(out):
    with archive.locked(out), archive.scratch(out, "2026-10") as made:
        for name in ("index.html", "page.html"):
            (made / name).write_text("new")
        archive.swap(made, out / "2026-10")
        archive_pages.add(out, manifest)

def dies_at(moment, out):
    moments = itertools.count()
    def kill(event, arguments):
        touches = event in {"os.mkdir", "os.rename", "os.remove", "os.rmdir"}
        writes = event == "open" and str(arguments[0]).startswith(str(out)) and arguments[1] != "r"
        if (touches or writes) and next(moments) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(kill)
    replace(out)
    os._exit(0)

for moment in itertools.count():
    out = old.with_name(f"died-{moment}")
    shutil.copytree(old, out)
    if not (child := os.fork()):
        dies_at(moment, out)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_the_new_report_takes_the_place_of_the_old(tmp_path):
    """Nothing of the older one stays."""
    target, made = tmp_path / "2026-10", tmp_path / "made"
    target.mkdir()
    (target / "old.html").touch()
    made.mkdir()
    (made / "new.html").touch()
    archive.swap(made, target)
    assert [path.name for path in target.iterdir()] == ["new.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["2026-10"]


def test_a_swap_that_fails_half_way_leaves_the_old_report(tmp_path):
    """The older one comes back when the new one cannot be moved in."""
    target = tmp_path / "2026-10"
    target.mkdir()
    (target / "old.html").touch()
    with pytest.raises(FileNotFoundError):
        archive.swap(tmp_path / "absent", target)
    assert [path.name for path in target.iterdir()] == ["old.html"]


def test_a_report_set_aside_by_a_crash_comes_back(tmp_path):
    """A machine that stopped between the two renames left the old report aside."""
    aside = tmp_path / ".old-2026-10"
    aside.mkdir()
    (aside / "old.html").touch()
    with archive.locked(tmp_path):
        assert (tmp_path / "2026-10" / "old.html").exists()
    assert not aside.exists()


def test_scratch_is_gone_afterwards_also_after_an_error(tmp_path):
    """Half-made reports are not left behind, nor is the lock."""
    with (
        pytest.raises(FileNotFoundError),
        archive.locked(tmp_path),
        archive.scratch(tmp_path, "2026-10") as folder,
    ):
        (folder / "half.html").rename(folder / "absent" / "half.html")
    assert list(tmp_path.iterdir()) == []


def test_one_run_at_a_time(tmp_path):
    """The second is told who is at work, and harms nothing; after the first it goes on."""
    with archive.locked(tmp_path), archive.scratch(tmp_path, "2026-10") as made:
        told = rf"another run \(process {os.getpid()}\) is writing there; start again when"
        with pytest.raises(UsageError, match=told), archive.locked(tmp_path):
            pass
        assert made.exists()
    with archive.locked(tmp_path):
        pass


def test_a_run_that_was_killed_is_in_nobody_s_way(tmp_path):
    """Its lock is no lock any more, and its half-made report is cleared by the next run."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=f"process {run.pid}"), archive.locked(tmp_path):
            pass
        run.send_signal(signal.SIGKILL)
    assert {path.name[:8] for path in tmp_path.iterdir()} == {".lock", ".making-"}
    with archive.locked(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_killed_at_any_moment_the_archive_holds_a_whole_report(tmp_path):
    """The old one or the new one; and the index is one that can be read."""
    old = tmp_path / "old"
    (old / "2026-10").mkdir(parents=True)
    (old / "2026-10" / "index.html").write_text("old")
    archive_pages.add(old, report("2026-10", run_id="before"))
    new = json.dumps(report("2026-10"))
    subprocess.run([sys.executable, "-c", DIES, str(old), new], check=True)
    kinds = []
    for out in sorted(tmp_path.glob("died-*"), key=lambda path: int(path.name[5:])):
        with archive.locked(out):
            pages = {path.name: path.read_text() for path in (out / "2026-10").iterdir()}
        (month,) = archive.months(out)
        kinds.append((len(pages), month["run_id"]))
        assert pages in ({"index.html": "old"}, {"index.html": "new", "page.html": "new"})
        assert not [path for path in out.iterdir() if path.name.startswith((".old", ".making"))]
    assert len(kinds) > 15
    assert kinds[0] == (1, "before")
    assert kinds[-1] == (2, "run-2026-10")


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    """A file where the archive should be gives one sentence."""
    (tmp_path / "reports").touch()
    with (
        pytest.raises(UsageError, match="cannot write a report there"),
        archive.locked(tmp_path / "reports"),
    ):
        pass
