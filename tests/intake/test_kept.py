"""What was read of many files is kept: the next time only what is new is read."""

import json
import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from v6monitor.intake import intake as measurements
from v6monitor.kept import Kept, in_one_piece

HEADER = "domain,web_ipv6_ws_address\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace's folder with two measurements: one with faults, one of addresses."""
    path = tmp_path / "data" / "measurements"
    path.mkdir(parents=True)
    (path / "a-2026-10-05.csv").write_text(f"{HEADER}A.example,1\nn.v.t.,0\nb.example,?\n")
    addresses = [{"address": "2001:db8::1", "reachable": True}]
    found = {"a.example": {"webservers": {"ipv6": {"addresses": addresses}}}}
    (path / "b-2026-10-05.json").write_text(json.dumps({"domains": found}))
    monkeypatch.chdir(tmp_path)
    return path


def kept(folder: Path) -> list[Path]:
    """Return the files that are kept."""
    return sorted((folder.parent / "observations" / ".measurements").iterdir())


def same(one: measurements.Intake, other: measurements.Intake) -> None:
    """Check that two readings are one and the same, to the types and the sources."""
    for table in ("table", "faults", "files", "addresses"):
        first, second = getattr(one, table), getattr(other, table)
        pd.testing.assert_frame_equal(first, second)
        assert first.attrs == second.attrs


def test_what_is_kept_gives_the_same(folder, monkeypatch):
    """Read first, read again and read where nothing can be kept: the same tables and faults."""
    first = measurements.read(folder)
    assert len(first.faults) == 4
    before = [file.stat().st_ino for file in kept(folder)]
    same(measurements.read(folder), first)
    assert [file.stat().st_ino for file in kept(folder)] == before, "nothing was made again"
    monkeypatch.chdir(folder)  # no workspace: nothing is kept
    same(measurements.read(folder), first)
    assert not (folder / "data").exists()


def test_only_what_is_new_is_read(folder):
    """A third file adds one; other options, another name or other bytes are another file."""
    measurements.read(folder)
    (folder / "c-2026-11-05.csv").write_text(f"{HEADER}a.example,0\n")
    assert len(measurements.read(folder).table) == 3
    assert len(kept(folder)) == 3
    (folder / "c-2026-11-05.csv").write_text(f"{HEADER}a.example,1\n")
    results = measurements.read(folder).table["ws_address"]
    assert results.to_list() == ["passed", "unknown", "passed"]
    measurements.read(folder, sector="gemeente")
    assert len(kept(folder)) == 4 + 3


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-200]),
        lambda file: file.write_bytes(file.read_bytes().replace(b"PAR1", b"PAR0")),
        lambda file: file.write_bytes(max(kept_of(file), key=lambda one: one != file).read_bytes()),
        lambda file: file.chmod(0o666),
        lambda file: (file.rename(file.with_suffix(".x")), file.symlink_to(file.with_suffix(".x"))),
    ],
    ids=["empty", "cut off", "damaged", "of another file", "others may write", "a link"],
)
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners of files are those of POSIX")
def test_what_cannot_be_used_is_made_again(folder, harm):
    """A damaged or foreign one is left out with a sentence; the next time it is there again."""
    first = measurements.read(folder)
    harm(kept(folder)[0])
    with pytest.warns(UserWarning, match=r"cannot be used \(.*\); it is made again"):
        same(measurements.read(folder), first)
    same(measurements.read(folder), first)


def kept_of(file: Path) -> list[Path]:
    """Return all that is kept beside a file."""
    return list(file.parent.iterdir())


def test_where_nothing_can_be_written_nothing_is_kept(folder):
    """No error and no sentence: it is only slower."""
    (folder.parent / "observations").write_text("no folder")
    assert len(measurements.read(folder).table) == 2


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners of files are those of POSIX")
def test_a_folder_that_others_may_write_is_not_used(folder):
    """One sentence for all its files; nothing in it is read or written."""
    first = measurements.read(folder)
    before = [file.stat().st_mtime_ns for file in kept(folder)]
    kept(folder)[0].parent.chmod(0o777)
    with pytest.warns(UserWarning, match="others may write it; nothing is kept") as said:
        same(measurements.read(folder), first)
    assert len(said) == 1
    assert [file.stat().st_mtime_ns for file in kept(folder)] == before


def test_many_new_files_are_read_on_all_cores(folder):
    """What other processes read is what one would; what is no measurement has its error."""
    for number in range(40):
        (folder / f"{number}-2026-10-05.csv").write_text(f"{HEADER}w{number}.example,1\n")
    (folder / "x-2026-10-05.csv").write_text("<html>")
    found = measurements.read_files(folder, keep_going=True)
    assert len(found.table) == 42
    assert len(found.errors) == 1
    assert len(kept(folder)) == 42


def test_what_was_used_longest_ago_makes_room(tmp_path):
    """The folder does not grow without end."""
    place = tmp_path / "observations" / ".kept"
    table = pd.DataFrame({"n": [1]})
    for number in range(9):
        Kept(place, 5).put(f"k{number}", {}, table)
        os.utime(place / f"k{number}.zip", (number, number))
    assert Kept(place, 9).get("k3")
    Kept(place, 3)
    assert sorted(file.stem for file in place.iterdir()) == ["k3", "k7", "k8"]


def test_a_table_in_one_piece_is_the_same_table() -> None:
    """Whatever its types, its index and what it carries; also one without rows or text."""
    day = pd.Timestamp("2026-10-05").as_unit("s")
    part = pd.DataFrame({"domain": ["a.example", None], "score": [1, pd.NA], "day": day})
    table = pd.concat([part.astype({"domain": "str", "score": "Int64"})] * 3)
    table.attrs["source"] = ["measurement 2026-10-05"]
    whole = in_one_piece(table)
    pd.testing.assert_frame_equal(whole, table)
    assert whole.attrs == table.attrs
    pieces = [pa.Table.from_pandas(one[["domain"]])["domain"] for one in (table, whole)]
    assert [text.num_chunks for text in pieces] == [3, 1]
    for other in (table[:0], table[["score"]]):
        pd.testing.assert_frame_equal(in_one_piece(other), other)
