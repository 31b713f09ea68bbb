"""What Arrow no longer uses is given back, unless whoever runs this chose its pool."""

import os
import subprocess
import sys

import pyarrow as pa
import pytest

_SHOW = """
import pyarrow as pa
from v6monitor.memory import give_back
give_back()
print(pa.default_memory_pool().backend_name)
"""


@pytest.mark.skipif(
    "jemalloc" not in pa.supported_memory_backends(), reason="this Arrow has no jemalloc"
)
@pytest.mark.parametrize(("chosen", "used"), [("", "jemalloc"), ("system", "system")])
def test_arrow_has_the_pool_that_gives_back(chosen: str, used: str) -> None:
    """A process of its own: the pool is that of all its tables."""
    own = {"ARROW_DEFAULT_MEMORY_POOL": chosen} if chosen else {}
    others = {name: value for name, value in os.environ.items() if not name.startswith("ARROW_")}
    command = [sys.executable, "-c", _SHOW]
    shown = subprocess.run(command, env=others | own, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == used
