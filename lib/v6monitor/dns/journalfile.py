"""How does an unfinished log stand on disk? As frames, one after the other; the last may be torn.

The file is one line that says what it is, then frames: a mark of the file's own, a kind, a length,
a checksum, and a content.
"""

import contextlib
import os
import re
import secrets
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from v6monitor.errors import InputError, UsageError

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two runs from writing the same journal
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".partial"  # after the name of the log that it will become

_TITLE = b"v6monitor journal 1 "
_FIRST_LINE = re.compile(_TITLE + rb"([0-9a-f]{32}) ([0-9a-f]{64})\n")
_LONGEST_LINE = 200
_FRAME = struct.Struct("<16scII")  # mark, kind, length, checksum


class _Frame(NamedTuple):
    kind: bytes
    content: bytes
    end: int


class JournalFile:
    """A file that only grows; what was cut off is dropped when it is opened.

    Raises UsageError when another run writes there, or nothing can be written; InputError when
    the file is no journal, is damaged, or is ``about`` another list. It is then left as it is.
    """

    def __init__(self, path: Path, about: str) -> None:
        self.path = path
        self._about = about
        with told_errors(path):
            self._file = path.open("a+b", buffering=0)
            try:
                self._lock()
                self._mark, self._start = self._identify()
                self._end = self._whole()
                self._file.truncate(self._end)
            except BaseException:
                self._file.close()
                raise

    def contents(self, kind: bytes) -> Iterator[bytes]:
        """Give what stands in the frames of a kind, in their order."""
        yield from (frame.content for frame in self._frames() if frame.kind == kind)

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

    def sync(self) -> None:
        """Wait until the disk has what was written: then a power cut takes nothing of it."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write nothing more."""
        self._file.close()

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

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"{self.path}: another lookup is writing it; wait for it") from error


def _advice(path: Path) -> str:
    return f"remove it to begin anew, or name another file than {path.name.removesuffix(SUFFIX)}"


@contextlib.contextmanager
def told_errors(path: Path) -> Iterator[None]:
    """Tell in one sentence what the system says about a file that cannot be written."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error
