"""Journal of a run in progress: an append-only file that loses at most the last second.

A journal is beside the log that it will become, as ``NAME.partial``. The file is one line that
identifies it, then frames: a mark of the file's own, a kind, a length, a checksum, and the content,
which is rows (an Arrow batch) or a note (JSON). The last frame may be torn.
"""

# pyarrow has half its types:
# mypy: disable-error-code="no-untyped-call, attr-defined, name-defined"

import contextlib
import json
import os
import re
import secrets
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from filelock import FileLock, Timeout

from v6monitor.dns.arrow import SCHEMA, batch
from v6monitor.dns.log import writing
from v6monitor.dns.observation import Observation
from v6monitor.errors import InputError, UsageError

SUFFIX = ".partial"  # after the name of the log that it will become

_TITLE = b"v6monitor journal 1 "
_FIRST_LINE = re.compile(_TITLE + rb"([0-9a-f]{32}) ([0-9a-f]{64})\n")
_LONGEST_LINE = 200
_FRAME = struct.Struct("<16scII")  # mark, kind, length, checksum
_ROWS, _NOTE = b"R", b"N"
_BATCH = 4096  # rows
_MOST_WAITING = 16 * _BATCH  # rows: a disk slower than the resolvers makes the client wait
_WRITE_EVERY = 0.1  # seconds
_MAY_LAG = 0.5  # seconds without a write: then the client waits too
_SYNC_EVERY = 0.5  # seconds that a power cut may take; a killed process loses no written row
_NAP = 0.01


def journal_of(path: Path) -> Path:
    """Return the path of a log's journal."""
    return path.with_name(path.name + SUFFIX)


class Journal:
    """The rows of a run in progress; a context manager that keeps them when it is left.

    ``about`` (64 hexadecimal digits, ``plan.digest``) identifies the list of names: a run is
    resumed with the same list only. One thread writes the rows, so that they are kept also
    while nothing comes in, and Ctrl-C cuts no frame; another syncs the disk, which may take long.

    Raises UsageError when another run writes there, or nothing can be written; InputError when
    the file is no journal, is damaged, or is about another list. The file is then left as it is.
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
        self._file = _JournalFile(self.path, self._about)
        self._written_at = time.monotonic()
        self._threads = [
            threading.Thread(target=self._run_thread, args=(work,), name=name, daemon=True)
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

    def add(self, rows: pa.RecordBatch) -> None:
        """Keep rows that are a batch already. UsageError when they cannot be written."""
        with writing(self.path):
            self._file.put(_ROWS, rows.serialize().to_pybytes())

    def clear(self) -> None:
        """Drop all that is in it."""
        with writing(self.path):
            self._file.clear()

    def note(self, content: Mapping[str, Any]) -> None:
        """Keep a note about the run."""
        with writing(self.path):
            self._file.put(_NOTE, json.dumps(content).encode())

    def notes(self) -> Iterator[dict[str, Any]]:
        """Yield the notes."""
        yield from map(json.loads, self._file.contents(_NOTE))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows as Arrow batches."""
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
        """Write what waits; nothing is added from here on. UsageError when that fails."""
        self._stop()
        if self._failure:
            raise self._refusal(self._failure)

    def remove(self) -> None:
        """Delete the journal: the log is written."""
        self._file.close()
        self.path.unlink()

    def _lags(self) -> bool:
        late = time.monotonic() - self._written_at > _MAY_LAG
        return late or len(self._waiting) > _MOST_WAITING

    def _run_thread(self, work: Callable[[], None]) -> None:
        """Run a thread; what stops it is raised by the next ``append``."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - else append would wait for ever
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
        """Sync the disk now and then."""
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


class _JournalFile:
    """Append-only file of frames; a torn last frame is dropped when it is opened."""

    def __init__(self, path: Path, about: str) -> None:
        self.path = path
        self._about = about
        if path.is_symlink():
            raise UsageError(f"{path}: is a link, through which nothing is written; remove it")
        with writing(path):
            self._file = path.open("a+b", buffering=0)
            try:
                self._locked = self._lock()
            except BaseException:
                self._file.close()
                raise
            try:
                self._mark, self._start = self._identify()
                self._end = self._whole()
                self._file.truncate(self._end)
            except BaseException:
                self.close()
                raise

    def contents(self, kind: bytes) -> Iterator[bytes]:
        """Yield the contents of the frames of a kind, in their order."""
        yield from (content for found, content, _ in self._frames() if found == kind)

    def put(self, kind: bytes, content: bytes) -> None:
        """Add a frame, whole or not at all; OSError when it cannot be written."""
        frame = _FRAME.pack(self._mark, kind, len(content), zlib.crc32(content)) + content
        try:
            written = self._file.write(frame) or 0
            while written < len(frame):  # a disk takes a part of what it has no room for
                written += self._file.write(frame[written:]) or 0
        except OSError:
            with contextlib.suppress(OSError):
                self._file.truncate(self._end)
            raise
        self._end += len(frame)

    def clear(self) -> None:
        """Drop all frames."""
        self._end = self._start
        self._file.truncate(self._end)

    def sync(self) -> None:
        """Wait until the disk has what was written, so that a power cut takes nothing of it."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close and unlock the file."""
        self._file.close()
        with contextlib.suppress(OSError):  # Windows deletes no open file
            Path(self._locked.lock_file).unlink()  # locked still, so nobody else has it open
        self._locked.release()

    def _identify(self) -> tuple[bytes, int]:
        """Return the mark and where the frames begin; write the first line of a new file."""
        with self.path.open("rb") as file:
            line = file.readline(_LONGEST_LINE)
            is_all = not file.read(1)
        found = _FIRST_LINE.fullmatch(line)
        cut_off = is_all and not line.endswith(b"\n") and _TITLE.startswith(line[: len(_TITLE)])
        if found is None and not cut_off:
            raise InputError(
                f"{self.path}: damaged, or no unfinished lookup run; {_advice(self.path)}"
            )
        if found is None:  # new, or cut off before there was anything in it
            mark = secrets.token_bytes(16)
            line = _TITLE + f"{mark.hex()} {self._about}\n".encode()
            self._file.truncate(0)
            self._file.write(line)
            return mark, len(line)
        if found[2].decode() != self._about:
            raise InputError(
                f"{self.path}: was begun with another list of names; {_advice(self.path)}"
            )
        return bytes.fromhex(found[1].decode()), len(line)

    def _whole(self) -> int:
        """Return where the last whole frame ends; InputError when there is more after damage."""
        self._end = os.fstat(self._file.fileno()).st_size
        end = max((after for _, _, after in self._frames()), default=self._start)
        with self.path.open("rb") as file:
            file.seek(end)
            beyond = file.read(_FRAME.size)
            while more := file.read(1 << 20):
                if self._mark in beyond[1:] + more:
                    raise InputError(
                        f"{self.path}: is damaged at byte {end:,}; {_advice(self.path)}"
                    )
                beyond = b"." + more[-len(self._mark) :]
        return end

    def _frames(self) -> Iterator[tuple[bytes, bytes, int]]:
        """Yield kind, content and end of each frame, up to one that is torn or this run's end."""
        with self.path.open("rb") as file:
            at = file.seek(self._start)
            while at + _FRAME.size <= self._end:
                mark, kind, length, checksum = _FRAME.unpack(file.read(_FRAME.size))
                at += _FRAME.size + length
                if mark != self._mark or at > self._end:
                    return
                content = file.read(length)
                if zlib.crc32(content) != checksum:
                    return
                yield kind, content, at

    def _lock(self) -> FileLock:
        lock = FileLock(self.path.with_name(f".{self.path.name}.lock"), thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise UsageError(f"{self.path}: another lookup is writing it; wait for it") from error
        return lock


def _advice(path: Path) -> str:
    return f"remove it to begin anew, or name another file than {path.name.removesuffix(SUFFIX)}"
