"""Shared by all tests: no network but loopback, real data, a report, a browser, slow tests."""

import ipaddress
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from tiny import World

    from v6monitor.report.request import Request

REAL_DATA = Path(
    os.environ.get("V6MONITOR_REAL_DATA", Path(__file__).parents[2] / "shared" / "data")
)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def _only_loopback(event: str, arguments: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        return
    address = arguments[1]
    if not isinstance(address, tuple):  # a Unix socket, or a socket that is connected already
        return
    host = str(address[0]).split("%")[0]
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise PermissionError(f"a test sends to {host}: tests talk to loopback only")


sys.addaudithook(_only_loopback)

# Under nohup, as in some CI, Ctrl-C is ignored, also by every child: tests that send it would wait
# for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

SLOW_FIXTURES = {"archive", "browser", "all_months", "shared_world", "scheduled"}
"""Whole reports and a browser: tests that use them are marked ``slow``."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a slow fixture."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with the real measurement files; skip where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real data are absent: set V6MONITOR_REAL_DATA to their folder")
    return REAL_DATA


@pytest.fixture(scope="session")
def example_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with the newest example month, in both languages."""
    out = tmp_path_factory.mktemp("archive")
    command = [sys.executable, "-m", "v6monitor", "report", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=900)
    return out


@pytest.fixture(scope="module")  # its event loop runs until it ends: others need theirs
def browser() -> "Iterator[Browser]":
    """Return a real browser; skip where there is none."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium to look with")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture
def world(tmp_path: Path) -> "World":
    """Return a small world of files."""
    from tiny import World  # noqa: PLC0415 - heavy

    return World(tmp_path)


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> "World":
    """Return a small world that the tests of a module look at together."""
    from tiny import World  # noqa: PLC0415 - heavy

    return World(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def all_months(tmp_path_factory: pytest.TempPathFactory) -> "tuple[World, Request]":
    """Return a world with a report of each of its two months, and the request for all."""
    from tiny import GOOD, World  # noqa: PLC0415 - heavy

    from v6monitor.report import ALL, runner  # noqa: PLC0415
    from v6monitor.report.runner import make  # noqa: PLC0415

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
