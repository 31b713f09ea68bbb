"""Shared by all tests: no network but loopback, the folder of the real data, the slow tests."""

import ipaddress
import os
import signal
import sys
from pathlib import Path

import pytest

REAL_DATA = Path(
    os.environ.get("V6MONITOR_REAL_DATA", Path(__file__).parents[2] / "shared" / "data")
)


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
