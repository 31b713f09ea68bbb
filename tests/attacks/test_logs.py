"""Logs of lookups that are damaged, or whose place is full, taken or a trap."""

import os
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from crashing import SUBJECTS, Remembering, write_zones
from seen import V6, host

from v6monitor.dns import log
from v6monitor.dns.journal import Journal, journal_of
from v6monitor.dns.name_list import digest
from v6monitor.dns.recording import Task, record
from v6monitor.errors import InputError, UsageError

UNTESTED = Task(test=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remembering]:
    """Return a name server on loopback."""
    zones = tmp_path_factory.mktemp("zones")
    write_zones(zones)
    with Remembering(zones) as running:
        yield running


def looked_up(server: Remembering, out: Path, task: Task = UNTESTED) -> None:
    """Look up some domains."""
    record(SUBJECTS[:12], [f"127.0.0.1:{server.port}"], out, task, rate=0)


@pytest.mark.parametrize("target", ["elsewhere", "there"])
def test_nothing_is_written_through_a_link_at_the_journal(tmp_path, server, target):
    """Dangling or not: one sentence, and what it leads to stays as it was."""
    out = tmp_path / "obs.parquet"
    (tmp_path / "there").write_bytes(b"")
    journal_of(out).symlink_to(tmp_path / target)
    with pytest.raises(UsageError, match=r"obs\.parquet\.partial: .*remove"):
        looked_up(server, out)
    with pytest.raises(UsageError, match="is a link, through which nothing is written; remove it"):
        looked_up(server, out, UNTESTED._replace(resume=True))
    assert not (tmp_path / "elsewhere").exists()
    assert (tmp_path / "there").read_bytes() == b""


def test_a_link_at_the_scratch_file_or_the_log_is_replaced(tmp_path, server):
    """What it leads to stays as it was; so does a scratch file of a killed run not stay."""
    precious = tmp_path / "precious"
    precious.write_text("kept")
    out = tmp_path / "out" / "obs.parquet"
    out.parent.mkdir()
    for name in (out, out.with_name(".obs.parquet.new")):
        name.symlink_to(precious)
    looked_up(server, out)
    assert precious.read_text() == "kept"
    assert [path.name for path in out.parent.iterdir()] == ["obs.parquet"]
    assert not out.is_symlink()


def test_damaged_parquet_is_one_sentence_or_a_log(tmp_path, tried):
    """Bits flipped, pieces cut out or put in: no traceback, no second of time, no gigabyte."""
    path, chance = tmp_path / "obs.parquet", random.Random(5)  # noqa: S311 - to be repeated
    log.write(log.frame(host("a.example", V6) * 40), path, {"resolvers": ["192.0.2.53"]})
    whole, refused = path.read_bytes(), []
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 1, 8])):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        at = chance.randrange(len(data))
        data[at : at + chance.choice([0, 0, 1, 300])] = chance.randbytes(chance.choice([0, 0, 40]))
        path.write_bytes(data)
        began = time.process_time()
        try:
            log.read_log(path)
        except InputError as error:
            refused.append(str(error))
        assert time.process_time() - began < 1
    tried(400, "files")
    assert len(refused) > 100
    assert all(words.startswith(f"{path}: ") and "\n" not in words for words in refused)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 << 20  # KiB, of all tests here


def test_a_disk_that_is_full_when_a_log_is_closed_loses_no_answer(small, server):
    """Whatever room is left: one sentence, the older log stays, and with room --resume ends it."""
    out = small / "obs.parquet"
    looked_up(server, out)
    older, told = out.read_bytes(), []
    for room in (4, 8, 16, 24, 32, 40, 48):
        free = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
        (small / "filler").write_bytes(b"x" * max(0, free - room * 1024))
        try:
            looked_up(server, out)
        except UsageError as error:
            told.append(str(error))
            assert out.read_bytes() == older
        (small / "filler").unlink()
        if journal_of(out).exists():
            looked_up(server, out, UNTESTED._replace(resume=True))
        assert len(log.read_log(out)) > 30
        assert [path.name for path in small.iterdir()] == ["obs.parquet"]
        older = out.read_bytes()
    assert any("all answers are in" in words for words in told)
    assert all("--resume" in words for words in told)


def test_a_disk_that_takes_half_of_what_is_written_is_full(small):
    """The half is taken out again and one sentence says so; with room the next is kept whole."""
    with Journal(small / "obs.parquet.partial", digest(SUBJECTS)) as journal:
        free = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
        (small / "filler").write_bytes(b"x" * (free - 8 * 1024))
        with pytest.raises(UsageError, match="space"):
            journal.note({"text": "x" * 20_000})
        (small / "filler").unlink()
        journal.note({"text": "kept"})
        assert list(journal.notes()) == [{"text": "kept"}]
