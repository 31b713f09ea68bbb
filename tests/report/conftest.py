"""What the tests of pages share: a real report and a real browser."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tiny import GOOD, World

from v6monitor.report import ALL, runner
from v6monitor.report.request import Request
from v6monitor.report.runner import make

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="package")
def example_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with the newest example month, in both languages."""
    out = tmp_path_factory.mktemp("archive")
    command = [sys.executable, "-m", "v6monitor", "report", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=900)
    return out


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a real browser; skip where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium to look with")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a small world of files."""
    return World(tmp_path)


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a small world that the tests of a module look at together."""
    return World(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="package")
def all_months(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Request]:
    """Return a world with a report of each of its two months, and the request for all."""
    world = World(tmp_path_factory.mktemp("series"))
    request = world.request(world.plan("good", **{"10_good": GOOD}), period=ALL)
    for one in runner.series(request):
        make(one, lambda *_: None)
    return world, request


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    """Return the bytes of every file below a folder, by its path."""

    def read(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    return read
