"""The example, made once for these tests in a folder of their own."""

from pathlib import Path

import pytest

import v6monitor_example


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return v6monitor_example.make(tmp_path_factory.mktemp("data") / "example")
