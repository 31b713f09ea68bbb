"""A Dask cluster on this machine that loses a worker."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def losing_a_worker(is_busy: Callable[[Any], bool]) -> Iterator[str]:
    """Give the address of a scheduler with two workers; one is killed once they are busy."""
    distributed = pytest.importorskip("distributed")
    killed = []

    def kill(client: Any) -> None:
        while not is_busy(client):
            time.sleep(0.01)
        killed.append(min(client.run(os.getpid).values()))
        os.kill(killed[0], signal.SIGKILL)

    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        watch = threading.Thread(target=kill, args=(client,), daemon=True)
        watch.start()
        yield cluster.scheduler_address
        watch.join(60)
    assert killed
