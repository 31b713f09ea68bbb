"""Damaged copies of measurement files, and how reading each of them ends.

``python mutants.py COUNT SEED WHOLE PATH...`` is run by ``test_files`` as a process of its own,
whose memory can be measured. Of ``WHOLE`` in a hundred sources all is read, of the others the
beginning; one in ten tables that were read is written and read again. It prints a line of JSON:
how many were read and refused, its memory, and which variants harmed it: by a traceback, or by two
seconds of processor time, twice.
"""

import faulthandler
import io
import json
import random
import re
import resource
import signal
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from v6monitor.errors import InputError
from v6monitor.intake import intake as measurements

SECONDS = 2  # of processor time
BEGINNING, MOST = 2_000, 300_000  # bytes
SENT_BACK = 1_000  # rows
WAITING = 60  # seconds that a machine which is busy may need for them
NASTY = [
    "",
    " ",
    "=1+1",
    "\u202ea.example",
    "x" * 5000,
    "9" * 500,
    "-1e400",
    "NaN",
    "\ud7ff",
    "a.example, b.example",
    '"',
    "'",
    "\\",
    "\r",
    "1e999999999",
    "2022-99-99",
    "0000-00-00",
    "<a>",
    "{}",
    "\x0b",
]

Change = Callable[[random.Random, bytes], bytes]


def truncated(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def bits_flipped(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 3, 30])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def piece_moved(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    to = chance.randrange(len(data))
    return data[:to] + data[start:end][:10_000] + data[to + chance.randrange(100) :]


def encoded_again(chance: random.Random, data: bytes) -> bytes:
    codec = chance.choice(["utf-16", "utf-16-be", "utf-8-sig", "cp1252", "utf-32", "utf-7"])
    return data.decode("utf-8", "replace").encode(codec, "replace")


def delimited_again(chance: random.Random, data: bytes) -> bytes:
    delimiter = chance.choice([b";", b"\t", b"|", b" ", b"\x1f", b",,"])
    ends = chance.choice([b"\r\n", b"\n", b"\r", b"\n\n", b""])
    start = chance.choice([b"", b"", b"sep=;\r\n", b"\n\n", b",,,\n"])
    return start + re.sub(rb"\r?\n", ends, data.replace(b",", delimiter))


def cell_replaced(chance: random.Random, data: bytes) -> bytes:
    words = list(re.finditer(rb'[^,;:"<>{}\[\]\r\n]+', data))
    for word in sorted(chance.choices(words, k=3), key=re.Match.start, reverse=True):
        nasty = chance.choice(NASTY).encode()
        data = data[: word.start()] + nasty + data[word.end() :]
    return data


def joined(chance: random.Random, data: bytes) -> bytes:
    """Put something in front, or make one line of all."""
    if chance.random() < 0.5:
        return chance.choice([b"abcd", b'"', b",,,,", b"x\n", b"a;b\n"]) + data
    return re.sub(rb"[\r\n]+", chance.choice([b",", b" ", b""]), data)


def stretched(chance: random.Random, data: bytes) -> bytes:
    """Repeat a piece very often."""
    start = chance.randrange(len(data))
    piece = chance.choice(
        [data[start : start + chance.choice([1, 3, 40])], b" ", b"\xcc\x81", b"a."]
    )
    return data[:start] + piece * chance.choice([300, 9_000, 100_000]) + data[start:]


CHANGES: list[Change] = [
    truncated,
    bits_flipped,
    piece_moved,
    encoded_again,
    delimited_again,
    cell_replaced,
    joined,
    stretched,
]


def part_changed(chance: random.Random, data: bytes) -> bytes:
    """Change one part of a zip, and put it back where it was."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        names = [entry.filename for entry in old.infolist() if entry.file_size]
        chosen = chance.choice(names)
        for name in names:
            part = old.read(name)
            new.writestr(name, chance.choice(CHANGES)(chance, part) if name == chosen else part)
    return changed.getvalue()


def mutant(chance: random.Random, data: bytes) -> bytes:
    if data.startswith(b"PK") and chance.random() < 0.7:
        return part_changed(chance, data)
    return chance.choice(CHANGES)(chance, data)


def ending(path: Path, back: bool) -> str:
    """Read a file; its table must come back the same, its error be one line that names it."""
    try:
        found = measurements.read([path], measured_at="2019-03-25")
    except InputError as error:
        told = str(error)
        assert told.startswith(path.name), told
        assert "\n" not in told, told
        return "refused"
    if not back or len(found.table) > SENT_BACK:  # reading it again takes as long
        return "read"
    written = path.with_name("written.csv")
    measurements.write(found.table, written)
    assert measurements.read([written]).table.equals(found.table)
    return "read"


def overdue(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"more than {SECONDS} s of processor time")


def timed_ending(path: Path, back: bool) -> str:
    """Read a file within the limit; once more if it took longer, as it may on a busy machine."""
    for _ in range(2):
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        with suppress(TimeoutError):
            try:
                return ending(path, back)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
    raise TimeoutError(f"more than {SECONDS} s of processor time, twice")


def main(count: int, seed: int, whole: int, paths: list[Path]) -> None:
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    files = sorted(file for path in paths for file in (path, *path.rglob("*")) if file.is_file())
    contents = [file.read_bytes() for file in files]
    signal.signal(signal.SIGPROF, overdue)
    endings: Counter[str] = Counter(read=0, refused=0)
    harmed = []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(count):
            source, data = chance.choice(list(zip(files, contents, strict=True)))
            largest = MOST if 100 * chance.random() < whole or data[:2] == b"PK" else BEGINNING
            path = Path(scratch) / source.name
            path.write_bytes(mutant(chance, data[:largest]))
            faulthandler.dump_traceback_later(WAITING, exit=True)
            try:
                endings[timed_ending(path, number % 10 == 0)] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, it should have been refused
                harmed.append(f"variant {number} of {source.name}, seed {seed}: {error!r:.300}")
            faulthandler.cancel_dump_traceback_later()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps({**endings, "MiB": peak, "harmed": harmed}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]), list(map(Path, sys.argv[4:])))
