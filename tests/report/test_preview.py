"""Pages can be read while a report is being made; they are gone when it is there or stopped."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from children import child

NOTEBOOKS = ("10_measurements", "30_adoption", "50_changes", "58_pace")


def _previews(out: Path) -> dict[str, str]:
    """Return the pages that are written to their end, by name."""
    pages = {path.name: path.read_text("utf-8") for path in out.glob("_preview/*/*.html")}
    return {name: page for name, page in pages.items() if "</html>" in page}


@pytest.mark.parametrize("stopped", [False, True])
def test_pages_can_be_read_before_the_report_is_there(tmp_path, stopped):
    command = [sys.executable, "-m", "v6monitor", "report", "--example", "--quiet", "--out"]
    with child([*command, tmp_path, "--notebook", *NOTEBOOKS], stderr=subprocess.DEVNULL) as run:
        while not (read := _previews(tmp_path)) and run.poll() is None:
            time.sleep(0.05)
        there = {path.name for path in tmp_path.iterdir()}
        if stopped:
            run.send_signal(signal.SIGTERM)
        code = run.wait(timeout=120)
    assert read, "the report was there before any preview"
    assert "2026-10" not in there
    for name, page in read.items():
        assert ("Preview." if name.endswith(".en.html") else "Voorlopige versie.") in page
    assert code == (130 if stopped else 0)
    assert not (tmp_path / "_preview").exists()
    pages = [path.read_text("utf-8") for path in tmp_path.glob("2026-10/*.html")]
    assert bool(pages) is not stopped
    assert not any("Voorlopige versie." in page or "Preview." in page for page in pages)
