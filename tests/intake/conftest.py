from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from v6monitor.intake import intake as measurements

DATED = "internet-nl-dashboard-report-7-list-2026-10-05.csv"


@pytest.fixture
def intake(tmp_path: Path) -> Callable[..., measurements.Intake]:
    """Return a function that reads one file with the given text or bytes."""

    def read(content: str | bytes, name: str = DATED, **options: Any) -> measurements.Intake:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return measurements.read_files([path], **options)

    return read


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a text to a file and gives its path."""

    def write(text: str, encoding: str = "utf-8", name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return write
