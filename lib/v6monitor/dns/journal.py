"""What is known when a run is cut off? All but its last second: the log while it is made.

A journal stands beside the log that it will become, as ``NAME.partial``, and only grows. Its frames
(``journalfile``) hold rows (an Arrow batch) or a note (JSON).
"""

# pyarrow has half its types:
# mypy: disable-error-code="no-untyped-call, attr-defined, name-defined"

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from v6monitor.dns.journalfile import SUFFIX, JournalFile, told_errors
from v6monitor.dns.observation import Observation
from v6monitor.dns.table import SCHEMA, batch
from v6monitor.errors import UsageError

_ROWS, _NOTE = b"R", b"N"
_BATCH = 4096  # rows
_MOST_WAITING = 16 * _BATCH  # rows: a disk slower than the resolvers makes the asking wait
_WRITE_EVERY = 0.1  # seconds
_MAY_LAG = 0.5  # seconds that a row is not written: then the asking waits too
_SYNC_EVERY = 0.5  # seconds: what a power cut may take; a killed process loses no written row
_NAP = 0.01


def place(path: Path) -> Path:
    """Return where the journal of a log stands."""
    return path.with_name(path.name + SUFFIX)


class Journal:
    """The rows of a run under way; a context manager that keeps them when it is left.

    ``about`` (64 hexadecimal digits) says what list of names the run is about: it goes on with the
    same list only. A thread of its own writes the rows, so that they are kept also while nothing
    comes in, and Ctrl-C cuts no frame; another sees to it that the disk has them, which may take
    long.

    Raises UsageError when another run writes there, or nothing can be written; InputError when
    the file is no journal, is damaged, or is about another list. It is then left as it is.
    """

    def __init__(self, path: Path, about: str) -> None:
        self.path = path
        self._about = about
        self._waiting: deque[Observation] = deque()
        self._wake = threading.Event()
        self._written_at = 0.0  # rows from before this moment are in the file
        self._closing = threading.Event()
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        """Open the file, drop what was cut off, and begin to write."""
        self._file = JournalFile(self.path, self._about)
        self._written_at = time.monotonic()
        self._threads = [
            threading.Thread(target=self._kept_up, args=(work,), name=name, daemon=True)
            for name, work in (("v6monitor-write", self._write), ("v6monitor-sync", self._sync))
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what waits, and close the file."""
        self._stop()
        self._file.close()
        if self._failure and error is None:
            raise self._refusal(self._failure)

    def append(self, row: Observation) -> None:
        """Keep a row. UsageError when the rows before it could not be written."""
        if self._failure:
            raise self._refusal(self._failure)
        self._waiting.append(row)
        if len(self._waiting) >= _BATCH:
            self._wake.set()
        while self._lags() and not self._failure:
            time.sleep(_NAP)

    def note(self, content: Mapping[str, Any]) -> None:
        """Keep a note about the run, before its first row."""
        with told_errors(self.path):
            self._file.put(_NOTE, json.dumps(content).encode())

    def notes(self) -> Iterator[dict[str, Any]]:
        """Give the notes that are kept."""
        yield from map(json.loads, self._file.contents(_NOTE))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows that are kept, as Arrow batches."""
        for content in self._file.contents(_ROWS):
            yield pa.ipc.read_record_batch(pa.py_buffer(content), SCHEMA)

    def flush(self) -> None:
        """Wait until all rows are in the file. UsageError when that fails."""
        now = time.monotonic()
        while self._written_at < now and not self._failure:
            self._wake.set()
            time.sleep(_NAP)
        if self._failure:
            raise self._refusal(self._failure)

    def finish(self) -> None:
        """Write what waits; from here on nothing is added. UsageError when that fails."""
        self._stop()
        if self._failure:
            raise self._refusal(self._failure)

    def remove(self) -> None:
        """Take the journal away: the log is written."""
        self._file.close()
        self.path.unlink()

    def _lags(self) -> bool:
        late = time.monotonic() - self._written_at > _MAY_LAG
        return late or len(self._waiting) > _MOST_WAITING

    def _kept_up(self, work: Callable[[], None]) -> None:
        """Do the work of a thread; what stops it is told to who appends."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - else who appends would wait for ever
            self._failure = error

    def _write(self) -> None:
        """Write the rows as they come, until the end."""
        while not self._closing.is_set() or self._waiting:
            if len(self._waiting) < _BATCH and not self._closing.is_set():
                self._wake.wait(_WRITE_EVERY)
                self._wake.clear()
            begun, number = time.monotonic(), len(self._waiting)
            self._put_rows(min(number, _BATCH))
            if number <= _BATCH:
                self._written_at = begun
        self._file.sync()

    def _sync(self) -> None:
        """See now and then that the disk has what was written."""
        while not self._closing.wait(_SYNC_EVERY):
            self._file.sync()

    def _put_rows(self, number: int) -> None:
        if number:
            rows = [self._waiting.popleft() for _ in range(number)]
            self._file.put(_ROWS, batch(rows).serialize().to_pybytes())

    def _stop(self) -> None:
        self._closing.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()

    def _refusal(self, error: Exception) -> UsageError:
        reason = getattr(error, "strerror", None) or error
        return UsageError(
            f"{self.path}: cannot be written ({reason}); what it holds is kept: "
            "make room, then go on with --resume"
        )
