"""The example, made once for these tests in a folder of their own."""

from pathlib import Path

import pytest

from v6monitor import example


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example.ensure(tmp_path_factory.mktemp("data") / "example")
