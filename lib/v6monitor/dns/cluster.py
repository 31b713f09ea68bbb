"""Work on Dask: a run in shards, of which each is a future and its part on a disk that all share.

A worker that dies leaves what it asked in the journal of its part; the one that gets the shard next
goes on with it.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from v6monitor.dns.journal import journal_of
from v6monitor.dns.recording import Task, record
from v6monitor.dns.retry import Policy
from v6monitor.dns.shards import Shard
from v6monitor.errors import UsageError

LOCAL = "local"
_RETRIES = 3
Item = TypeVar("Item")
Result = TypeVar("Result")


def parts_of(path: Path) -> Path:
    """Return the folder with the parts of a log."""
    return path.with_name(f"{path.name}.parts")


def ask_on_cluster(  # noqa: PLR0913 - a run, and where it takes place
    subjects: Collection[tuple[str, str]],
    resolvers: Sequence[str],
    path: Path,
    task: Task,
    *,
    scheduler: str,
    shards: int,
    progress: Callable[[int, int], object],
    **settings: Any,
) -> list[Path]:
    """Ask about subjects on the workers of a scheduler, or of this machine; return the parts.

    A part that is finished is kept, one that was cut off is gone on with. The rate is that of all
    workers together. UsageError when there is no scheduler, or workers die again and again.
    """
    folder = parts_of(path).absolute()
    folder.mkdir(exist_ok=True)
    parts = [folder / f"{number}-of-{shards}.parquet" for number in range(1, shards + 1)]
    tasks = [
        Task(  # what else there is of a task is about the whole, or cannot go to a worker
            resume=True,
            reuse=task.reuse,
            max_age=task.max_age,
            test=task.test,
            probes=task.probes,
            extra=task.extra,
            shard=Shard(number, shards),
        )
        for number in range(1, shards + 1)
    ]
    with connected(scheduler) as cluster:
        rate = settings.pop("rate", None)
        settings["rate"] = (Policy().rate if rate is None else rate) / cluster.workers
        cluster.each(
            partial(_ask, subjects, resolvers, settings),
            list(zip(parts, tasks, strict=True)),
            progress,
            f"{folder} has what they asked: resume it with --resume",
        )
    return parts


def _ask(
    subjects: Collection[tuple[str, str]],
    resolvers: Sequence[str],
    settings: dict[str, Any],
    one: tuple[Path, Task],
) -> None:
    """Make a part, in a worker."""
    part, task = one
    if journal_of(part).exists() or not part.exists():
        record(subjects, resolvers, part, task, **settings)


class Cluster:
    """The workers of a Dask scheduler."""

    def __init__(self, client: Any, distributed: Any) -> None:
        self._client, self._distributed = client, distributed
        self.workers = len(client.nthreads())

    def each(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        progress: Callable[[int, int], object],
        advice: str = "see what they say, and begin again",
    ) -> list[Result]:
        """Return what the work gives for each item; UsageError when workers die again and again."""
        submit = partial(self._client.submit, work, retries=_RETRIES, pure=False)
        futures = [submit(item) for item in items]
        try:
            for done, future in enumerate(self._distributed.as_completed(futures), start=1):
                future.result()
                progress(done, len(items))
            return [future.result() for future in futures]
        except self._distributed.KilledWorker as error:
            raise UsageError(f"workers died again and again ({error}); {advice}") from error


@contextmanager
def connected(scheduler: str) -> Iterator[Cluster]:
    """Give the cluster of a scheduler, or of this machine; UsageError where there is none."""
    try:
        import distributed  # noqa: PLC0415 - of an extra
    except ImportError as error:
        raise UsageError(
            "--dask needs Dask.distributed: install it with pip install 'v6monitor[scale]'"
        ) from error
    local = {"n_workers": os.cpu_count(), "threads_per_worker": 1, "dashboard_address": None}
    connect: Any = distributed.Client  # it has half its types
    try:
        client = connect(**({"address": scheduler} if scheduler != LOCAL else local))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--dask {scheduler}: no scheduler answers there ({error}); expected an address such "
            f"as tcp://192.0.2.1:8786, or {LOCAL}"
        ) from error
    with client:
        yield Cluster(client, distributed)
