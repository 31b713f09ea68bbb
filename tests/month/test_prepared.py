"""What follows from a month's files is kept, and is what it would be without."""

import shutil
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from tiny import World

import v6monitor as v6
from v6monitor.month import loading, prepared
from v6monitor.month.measurements import day_of, read_measurements
from v6monitor.month.month import Month
from v6monitor.month.prepared import Prepared
from v6monitor.report import forks, runner

KEPT = (
    *("states", "verdicts", "providers", "mx_hosts", "laggards", "hosts_by_month", "zones"),
    *("without_ipv4", "corrections"),
)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return eight domains in a folder that keeps logs, which is the workspace."""
    made = v6.example()
    (tmp_path / "data" / "observations").mkdir(parents=True)
    (tmp_path / "data" / "example").symlink_to(made)
    monkeypatch.chdir(tmp_path)
    return World(tmp_path)


def month_of(world: World, **options: str) -> Month:
    """Return its month, as a notebook loads it."""
    return v6.load(world.measured, observations=world.log, **options)


def kept(name: str) -> Path:
    """Return the one file in which a table is kept."""
    (path,) = prepared.folder().glob(f"*.{name}.zip")
    return path


def months() -> set[str]:
    """Return the keys of what the months were made from of which something is kept."""
    return {path.name.split(".")[0] for path in prepared.folder().iterdir()}


def test_a_table_that_is_kept_is_the_one_that_was_made(world):
    """All of them are kept, with their types and sources; nothing is made a second time."""
    made, again = month_of(world), month_of(world)
    tables = {name: getattr(made, name) for name in KEPT}
    files = {name: kept(name).stat().st_ino for name in (*KEPT, "measurements", "faults")}
    for name, table in tables.items():
        pd.testing.assert_frame_equal(getattr(again, name), table)
        assert getattr(again, name).attrs == table.attrs
    pd.testing.assert_frame_equal(again.history, made.history)
    pd.testing.assert_frame_equal(again.faults, made.faults)
    assert files == {name: kept(name).stat().st_ino for name in files}
    assert not list(prepared.folder().glob("*.new"))


def test_what_was_kept_as_it_was_written_is_not_read_again(world):
    """So a report may have more months than there is room for in a file that is read."""
    day = day_of(v6.read_log(world.log))
    too_large = world.folder / "measurements.csv"
    too_large.write_text("what is in it nobody reads")
    loading.keep(read_measurements([world.measured], day=day), too_large, day)
    found = v6.load(too_large, observations=world.log)
    pd.testing.assert_frame_equal(found.history, month_of(world).history)
    pd.testing.assert_frame_equal(found.states, month_of(world).states)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _take_another(path: Path) -> None:
    shutil.copyfile(kept("states"), path)


def _take_poison(path: Path) -> None:
    """Put a table there with other numbers, which was kept for another month."""
    path.unlink()
    Prepared([], "other").table("verdicts", lambda: pd.DataFrame({"domain": ["evil.example"]}))
    kept("verdicts").replace(path)


@pytest.mark.parametrize("harm", [_cut, _change, _take_another, _take_poison])
def test_what_is_damaged_or_foreign_is_made_again(world, harm):
    """One sentence says so, the numbers are right, and the next time nothing is wrong."""
    right = month_of(world)
    _ = right.states
    table = right.verdicts
    harm(kept("verdicts"))
    with pytest.warns(UserWarning, match=r"verdicts\.zip: cannot be used .* made again") as said:
        pd.testing.assert_frame_equal(month_of(world).verdicts, table)
    assert len(said) == 1
    pd.testing.assert_frame_equal(month_of(world).verdicts, table)


def _file_in_its_place(place: Path) -> None:
    place.write_text("no folder")


def _link_in_its_place(place: Path) -> None:
    (place.parent / "elsewhere").mkdir()
    place.symlink_to(place.parent / "elsewhere")


def _folder_of_all(place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)


@pytest.mark.parametrize("harm", [_file_in_its_place, _link_in_its_place, _folder_of_all])
def test_where_nothing_can_be_kept_one_sentence_says_so(world, harm):
    """Of a folder that cannot be written, or that is not one's own; the tables are the same."""
    harm(prepared.folder())
    with pytest.warns(UserWarning, match="nothing is kept for the next time") as said:
        month = month_of(world)
    counts = len(month.verdicts), len(month.states)
    assert (len(said), counts) == (1, (8, 64))
    assert prepared.folder().is_file() or not list(prepared.folder().iterdir())


def test_a_folder_that_is_no_workspace_is_left_as_it_was(world, tmp_path, monkeypatch):
    """Reading a file there makes no folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("v6monitor.workspace.example_folder", lambda: tmp_path / "data" / "example")
    assert len(month_of(world).states)
    assert not list(folder.iterdir())


def test_what_is_made_from_something_else_is_kept_apart(world):
    """Another log, waiver, choice or measurement gives another month; a changed month none."""
    seen = []

    def load(**options: str) -> Month:
        month = month_of(world, **options)
        _ = month.verdicts
        seen.append(len(months()))
        return month

    month = load()
    assert month.with_lookups(month.observations[:9], {}).kept is None
    load(period="2026-09")
    (world.folder / "waivers.csv").write_text("domain,explanation\naa.example,Waits\n")
    load()
    world.measured.write_text(world.measured.read_text().replace("2026-10-05", "2026-10-06"))
    load()
    before = month.observations[month.observations["qtype"] == "MX"]
    before.to_parquet(world.log)
    load()
    assert seen == [2, 3, 5, 7, 8]
    assert load().kept.key == month_of(world).kept.key


def test_a_file_that_changed_after_it_was_hashed_is_not_kept(world):
    """What is worked out of its new content would be taken for that of the old."""
    month = month_of(world)
    world.log.write_bytes(world.log.read_bytes() + b" ")
    assert len(month.verdicts)
    assert not list(prepared.folder().glob("*.verdicts.zip"))


def test_many_that_write_at_once_leave_one_table(world):
    """Each gets its table, and so does the next."""
    table = month_of(world).states

    def one(_: int) -> int:
        return len(Prepared([world.log]).table("states", table.copy))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(one, range(40))) == {len(table)}
    assert len(list(prepared.folder().glob(f"{Prepared([world.log]).key}.*"))) == 1


READS_ALL = (
    "month = v6.load(measurements, period=period, observations=observations)",
    *(f"month.{name}" for name in KEPT),
)


@pytest.mark.slow
def test_a_report_is_the_same_bytes_with_and_without(world, monkeypatch):
    """Its kernel has the month, reads what the run kept, or makes it where nothing can be kept."""
    plan, made = world.plan("plan", **{"30_adoption": READS_ALL}), []
    for out in map(Path, ("kept", "not", "ordinary")):
        monkeypatch.setattr(forks, "AVAILABLE", forks.AVAILABLE and out.name != "ordinary")
        runner.make(world.request(plan, out=out), lambda *_: None)
        assert out.name != "kept" or kept("laggards")
        files = (file for file in out.rglob("*") if file.suffix not in {".ipynb", ".json"})
        made.append({file.relative_to(out): file.read_bytes() for file in files if file.is_file()})
        if out.name == "kept":
            shutil.rmtree(prepared.folder())
            prepared.folder().write_text("no folder")
        warnings.simplefilter("ignore")
    assert made[0] == made[1] == made[2]


def test_a_part_of_a_month_that_is_held_shares_the_answers(world, monkeypatch):
    """A kernel for one sector does not index the lookups again; one with other lookups does."""
    monkeypatch.setattr(loading, "_held", {})
    monkeypatch.setattr(loading, "_indexed", [])
    given = str(world.measured), str(world.log)
    loading.hold(*given, period="", sectors=(), lookups_within_days=28)
    whole = v6.load(given[0], observations=given[1], lookups_within_days=28)
    part = v6.load(given[0], observations=given[1], sectors=["gemeente"])
    assert part.evidence is whole.evidence
    fewer = v6.load(given[0], observations=v6.read_log(given[1])[1:])
    assert fewer.evidence is not whole.evidence


def test_what_a_reader_does_to_a_table_of_a_month_stays_there(world):
    """The states of a month are worked out once, and given as a copy."""
    month = month_of(world)
    table = month.measured("mail")
    before = month.measured_before("mail", month.period)
    table["state"] = before["state"] = "changed"
    assert "changed" not in set(month.measured("mail")["state"])
    assert "changed" not in set(month.measured_before("mail", month.period)["state"])
