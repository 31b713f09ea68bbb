"""What the tests of the batch share: a small world of files, and a look at what was made."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import GOOD, World

from v6monitor.batch import series
from v6monitor.batch.report import make
from v6monitor.batch.request import Request


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
    request = world.request(world.plan("good", **{"10_good": GOOD}), period=series.ALL)
    for one in series.requests(request):
        make(one, lambda _: None)
    return world, request


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    """Return the bytes of every file below a folder, by its path."""

    def read(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    return read
