"""Arrow's memory pool: memory that was freed goes back to the system."""

import os

import pyarrow.lib as pa

_CHOSEN = "ARROW_DEFAULT_MEMORY_POOL"
"""With which whoever runs this chooses Arrow's pool."""


def give_back() -> None:
    """Let Arrow give freed memory back at once, where it was built with a pool that does.

    Its usual pool keeps much of what a peak took (figures: tests/bench/README.md).
    """
    if "jemalloc" in pa.supported_memory_backends() and _CHOSEN not in os.environ:
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(0)
