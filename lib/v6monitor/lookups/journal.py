"""What is known when a run is cut off? All but its last second: the log while it is made.

A journal stands beside the log that it will become, as ``NAME.partial``, and only grows. It is one
line that says what it is, then frames: a mark of its own, a kind, a length, a checksum, and either
rows (an Arrow batch) or a note (JSON). A frame that was cut off is dropped when the run goes on.
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
from typing import Any, NamedTuple, Self

import pyarrow as pa

from v6monitor.errors import InputError, UsageError
from v6monitor.lookups.observation import Observation
from v6monitor.lookups.table import SCHEMA, batch

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two runs from writing the same journal
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".partial"

_TITLE = b"v6monitor journal 1 "
_FIRST_LINE = re.compile(_TITLE + rb"([0-9a-f]{32}) ([0-9a-f]{64})\n")
_LONGEST_LINE = 200
_FRAME = struct.Struct("<16scII")  # mark, kind, length, checksum
_ROWS, _NOTE = b"R", b"N"
_BATCH = 4096  # rows
_MOST_WAITING = 16 * _BATCH  # rows: a disk slower than the resolvers makes the asking wait
_WRITE_EVERY = 0.1  # seconds
_MAY_LAG = 0.5  # seconds that a row is not written: then the asking waits too
_SYNC_EVERY = 0.5  # seconds: what a power cut may take; a killed process loses no written row
_NAP = 0.01


class _Frame(NamedTuple):
    kind: bytes
    content: bytes
    end: int


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
        self._written_at = time.monotonic()  # rows from before are in the file
        self._closing = threading.Event()
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        """Open the file, drop what was cut off, and begin to write."""
        with _told_errors(self.path):
            self._file = self.path.open("a+b", buffering=0)
            try:
                self._lock()
                self._mark, self._start = self._identify()
                self._end = self._whole()
                self._file.truncate(self._end)
            except BaseException:
                self._file.close()
                raise
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
        with _told_errors(self.path):
            self._put(_NOTE, json.dumps(content).encode())

    def notes(self) -> Iterator[dict[str, Any]]:
        """Give the notes that are kept."""
        yield from (json.loads(f.content) for f in self._frames() if f.kind == _NOTE)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows that are kept, as Arrow batches."""
        for frame in self._frames():
            if frame.kind == _ROWS:
                yield pa.ipc.read_record_batch(pa.py_buffer(frame.content), SCHEMA)

    def flush(self) -> None:
        """Wait until all rows are in the file. UsageError when that fails."""
        while self._waiting and not self._failure:
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

    # What stands in the file

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
        end = self._start
        for frame in self._frames():
            end = frame.end
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

    def _frames(self) -> Iterator[_Frame]:
        """Give the whole frames up to what this run knows of; the first that is not ends it."""
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
                yield _Frame(kind, content, at)

    # What is written

    def _lags(self) -> bool:
        late = time.monotonic() - self._written_at > _MAY_LAG
        return late or len(self._waiting) > _MOST_WAITING

    def _kept_up(self, work: Callable[[], None]) -> None:
        """Do the work of a thread; what stops it is told to who appends."""
        try:
            work()
        except (OSError, ValueError, pa.ArrowException) as error:
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
        os.fsync(self._file.fileno())

    def _sync(self) -> None:
        """See now and then that the disk has what was written."""
        while not self._closing.wait(_SYNC_EVERY):
            os.fsync(self._file.fileno())

    def _put_rows(self, number: int) -> None:
        if number:
            rows = [self._waiting.popleft() for _ in range(number)]
            self._put(_ROWS, batch(rows).serialize().to_pybytes())

    def _put(self, kind: bytes, content: bytes) -> None:
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

    def _stop(self) -> None:
        self._closing.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"{self.path}: another lookup is writing it; wait for it") from error

    def _refusal(self, error: Exception) -> UsageError:
        reason = getattr(error, "strerror", None) or error
        return UsageError(
            f"{self.path}: cannot be written ({reason}); what it holds is kept: "
            "make room, then go on with --resume"
        )


def _advice(path: Path) -> str:
    return f"remove it to begin anew, or name another file than {path.name.removesuffix(SUFFIX)}"


@contextlib.contextmanager
def _told_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error
