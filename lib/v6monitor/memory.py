"""What becomes of memory that Arrow no longer uses."""

import os

import pyarrow.lib as pa

_CHOSEN = "ARROW_DEFAULT_MEMORY_POOL"
"""With which whoever runs this chooses Arrow's pool."""


def give_back() -> None:
    """Let Arrow give it back at once, where it was built with a pool that does.

    Its usual pool keeps what a peak took: a third of the memory of a report, or of a long lookup.
    """
    if "jemalloc" in pa.supported_memory_backends() and _CHOSEN not in os.environ:
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(0)
