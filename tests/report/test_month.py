"""A month knows the files about its list that lie beside its measurements."""

from pathlib import Path

import pytest
from tiny import World

from v6monitor.errors import InputError
from v6monitor.report.month import Month


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return eight domains of which one is explained, and one was called otherwise."""
    made = World(tmp_path)
    (tmp_path / "waivers.csv").write_text(
        "domain;type;standard;explanation;owner;valid_from;valid_until\n"
        "aa.example;mail;IPv6;Waits;CIO;01-09-2026;30-09-2026\n"
        "cc.example;;IPv6;Waits too;CIO;;\n"
    )
    (tmp_path / "renames.csv").write_text("old,new,date\nz.example,aa.example,2026-10-01\n")
    return made


def load(world: World, measured: Path, **options: str) -> Month:
    """Return the month of a file or folder, with the lookups of the world."""
    return Month.load(measurements=str(measured), observations=str(world.log), **options)


def test_files_beside_a_file_or_in_a_folder_are_used(world: World) -> None:
    """Semicolons and Dutch dates are read; each state is explained on its own day."""
    for measured in (world.measured, world.folder):
        month = load(world, measured)
        explained = month.states[month.states["explained"]]
        rows = explained[["period", "domain", "measure"]].to_numpy().tolist()
        assert sorted(map(tuple, rows)) == [
            ("2026-09", "aa.example", "mail"),
            *[("2026-09", "cc.example", name) for name in ("dns", "dns", "mail", "web")],
            *[("2026-10", "cc.example", name) for name in ("dns", "dns", "mail", "web")],
        ]
        assert month.waiver_list[["domain", "waiver_status"]].to_numpy().tolist() == [
            ["aa.example", "expired"],
            ["cc.example", "valid"],
        ]
        assert month.renames == {"z.example": "aa.example"}
    assert load(world, world.measured, period="2026-09").renames == {}


def test_lookups_are_explained_on_the_day_of_asking(world: World) -> None:
    """A waiver that ran out before the lookups explains none of them."""
    month = load(world, world.measured)
    fresh = month.fresh("mail").set_index("domain")["explained"]
    assert fresh[fresh].index.tolist() == ["cc.example"]


def test_a_waiver_that_is_not_right_stops_the_month(world: World) -> None:
    """It is not left out without a word."""
    (world.folder / "waivers.csv").write_text("domain,explanation,valid_until\naa.example,x,soon\n")
    with pytest.raises(InputError, match=r"waivers\.csv row 2: 'soon' is no date"):
        _ = load(world, world.measured).states
