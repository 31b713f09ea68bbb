"""Processes that tests start: none outlives its test, however that ends."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def child(command: Sequence[Any], **streams: Any) -> Iterator[subprocess.Popen[Any]]:
    """Run a program; what is still running at the end of the block is killed, never waited for."""
    with subprocess.Popen(command, **streams) as process:
        try:
            yield process
        finally:
            process.kill()
