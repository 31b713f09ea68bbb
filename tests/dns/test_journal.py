import datetime as dt
import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from v6monitor.dns.arrow import observations
from v6monitor.dns.journal import Journal, journal_of
from v6monitor.dns.observation import Observation
from v6monitor.errors import InputError, UsageError

AT = dt.datetime(2026, 10, 3, 4, 5, 6, tzinfo=dt.UTC)
LIST, OTHER_LIST = "a" * 64, "b" * 64


def row(number: int) -> Observation:
    """Return an observation that is like no other."""
    return Observation(
        f"{number}.example", "AAAA", "ok", ("2a01::1",), (), 60, False, "192.0.2.53", AT, 1.5, 1, ""
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a journal."""
    return journal_of(tmp_path / "obs.parquet")


def written(path: Path, numbers: range, about: str = LIST) -> None:
    """Write rows in frames of their own."""
    for number in numbers:
        with Journal(path, about) as kept:
            kept.append(row(number))


def held(path: Path) -> list[Observation]:
    """Return the rows that a journal holds."""
    with Journal(path, LIST) as kept:
        return [one for rows in kept.batches() for one in observations(rows)]


def test_rows_and_notes_are_kept(path: Path) -> None:
    """In their order, over sessions."""
    for number in range(3):
        with Journal(path, LIST) as kept:
            kept.note({"session": number})
            for each in range(10):
                kept.append(row(10 * number + each))
    assert held(path) == [row(number) for number in range(30)]
    with Journal(path, LIST) as kept:
        assert [note["session"] for note in kept.notes()] == [0, 1, 2]


def test_rows_are_on_disk_within_a_second_although_nothing_follows(path: Path) -> None:
    """A resolver that is silent for a while costs no rows."""
    with Journal(path, LIST) as kept:
        kept.append(row(1))
        before, deadline = path.stat().st_size, time.monotonic() + 1
        while path.stat().st_size == before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert path.stat().st_size > before


def test_cut_off_anywhere_it_holds_what_was_whole(path: Path) -> None:
    """Wherever that is: never an error, never a row that is not one, and it goes on."""
    sizes = []
    for number in range(2):
        written(path, range(number, number + 1))
        sizes.append(path.stat().st_size)
    whole = path.read_bytes()
    for length in [*range(0, sizes[0], 31), *range(sizes[0] - 2, sizes[1], 5), len(whole)]:
        path.write_bytes(whole[:length])
        complete = sum(size <= length for size in sizes)
        written(path, range(99, 100))
        assert held(path) == [*map(row, range(complete)), row(99)], length


def test_a_tail_of_zeros_is_dropped(path: Path) -> None:
    """As a power failure leaves it."""
    written(path, range(2))
    with path.open("ab") as file:
        file.write(bytes(5000))
    assert held(path) == [row(0), row(1)]


@pytest.mark.parametrize("part", [0.2, 0.5, 0.7])
def test_damage_before_the_end_is_told_and_left_as_it_is(path: Path, part: float) -> None:
    """Rows after it would be lost by going on."""
    written(path, range(4))
    content = bytearray(path.read_bytes())
    content[int(part * len(content))] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="is damaged at byte") as caught, Journal(path, LIST):
        pass
    assert "remove it to begin anew" in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [b"domain,type\na.example,web\n", b"PAR1", b"v6monitor journal 2 x y\n", b"\0" * 300],
)
def test_a_foreign_file_is_told_and_left_as_it_is(path: Path, content: bytes) -> None:
    """Whatever it is."""
    path.write_bytes(content)
    with (
        pytest.raises(InputError, match="damaged, or no unfinished lookup run"),
        Journal(path, LIST),
    ):
        pass
    assert path.read_bytes() == content


def test_another_list_is_not_mixed_in(path: Path) -> None:
    """A run is about one list."""
    written(path, range(2))
    before = path.read_bytes()
    with (
        pytest.raises(InputError, match="begun with another list of names"),
        Journal(path, OTHER_LIST),
    ):
        pass
    assert path.read_bytes() == before


def test_two_runs_do_not_write_the_same_journal(path: Path) -> None:
    """The second has to wait."""
    with (
        Journal(path, LIST),
        pytest.raises(UsageError, match="another lookup is writing it"),
        Journal(path, LIST),
    ):
        pass


def test_a_disk_that_takes_its_time_holds_up_no_row(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed process loses what it did not write; what the disk has not yet is safe from that."""
    disk_is_ready = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _: disk_is_ready.wait(10))
    with Journal(path, LIST) as kept:
        for number in range(3):
            time.sleep(0.6)
            kept.append(row(number))
            kept.flush()
        rows = [one for rows in kept.batches() for one in observations(rows)]
        assert rows == [row(number) for number in range(3)]
        assert not disk_is_ready.is_set()
        disk_is_ready.set()


def test_what_cannot_be_written_is_told_and_nobody_waits_for_it(path: Path) -> None:
    """Whatever stops the thread that writes; what was written before stays."""

    def run() -> None:
        with Journal(path, LIST) as kept:
            kept.append(None)  # type: ignore[arg-type]
            kept.flush()

    written(path, range(2))
    with pytest.raises(UsageError, match="cannot be written"):
        run()
    assert held(path) == [row(0), row(1)]


@contextmanager
def room(size: int) -> Iterator[None]:
    """Let files grow to a size only, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_what_is_kept_stays_whole(path: Path) -> None:
    """The run ends with one sentence, and can go on when there is room."""

    def run() -> None:
        with Journal(path, LIST) as kept:
            for number in range(100_000):
                kept.append(row(number))

    with room(1_000_000), pytest.raises(UsageError, match="make room, then go on with --resume"):
        run()
    rows = held(path)
    assert rows == [row(number) for number in range(len(rows))]
    assert 0 < len(rows) < 100_000


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    with pytest.raises(UsageError, match="cannot be written"), Journal(tmp_path / "no" / "x", LIST):
        pass
