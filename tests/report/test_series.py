"""Reports of all months, one after the other."""

import json
import shutil
from dataclasses import replace

import pytest

from v6monitor.cli import main
from v6monitor.report import archive, runner, stored
from v6monitor.report.runner import make

pytestmark = pytest.mark.slow  # a whole report

MONTHS = ["2026-09", "2026-10"]


@pytest.fixture
def copied(all_months, tmp_path):
    """Return the request for all of them, in a copy of the archive."""
    world, request = all_months
    shutil.copytree(world.out, tmp_path / "reports")
    return replace(request, out=tmp_path / "reports")


def test_every_month_measured_is_reported_the_oldest_first(all_months):
    """Each compares with the one before it, and leads to it."""
    world, request = all_months
    assert [one.period for one in runner.series(request)] == MONTHS
    assert [month["period"] for month in archive.months(world.out)] == MONTHS
    runs = [json.loads((world.out / month / "run.json").read_text()) for month in MONTHS]
    assert [run["previous"] for run in runs] == [None, "2026-09"]
    first, second = ((world.out / month / "index.en.html").read_text() for month in MONTHS)
    assert 'Previous report: <a href="../2026-09/index.en.html">September 2026</a>' in second
    assert "Previous report" not in first


def test_what_changed_is_told_in_the_feed_the_table_and_a_mail(all_months):
    """Four websites and four mail domains gained in the second month."""
    world, _ = all_months
    table = (world.out / "changes.csv").read_text().splitlines()
    assert len(table) == 1 + 8
    assert table[1].startswith("2026-10,aa.example,'=Organisation aa,gemeente,mail,gain,no,yes")
    assert (
        table[1:]
        == ((world.out / "2026-10" / "tables" / "changed-domains.csv").read_text().splitlines()[1:])
    )
    counts = (
        "websites 4 gained, 0 lost; e-mail domains 4 gained, 0 lost; name servers 0 gained, 0 lost"
    )
    mail = (world.out / "2026-10" / "mail.en.txt").read_text()
    assert mail.startswith(f"IPv6 in October 2026: {counts}\n\n")
    assert (
        f"<title>IPv6 in October 2026: {counts}</title>" in (world.out / "feed.en.atom").read_text()
    )


def test_an_old_month_made_again_from_what_it_kept_is_the_same(all_months, snapshot):
    """Every byte of the archive, feed, table of changes and index too, but the times of the run."""
    world, request = all_months
    before = snapshot(world.out)
    kept = archive.tables(world.out, "2026-09") / archive.OBSERVATIONS
    make(replace(request, period="2026-09", replay=kept), _quiet)
    after = snapshot(world.out)
    for files in (before, after):
        run = json.loads(files["2026-09/run.json"])
        run |= {"started": "", "ended": "", "notebooks": []}
        files["2026-09/run.json"] = run
    assert after == before


def test_nothing_is_made_twice(all_months, capsys):
    """The command finds all months there."""
    world, _ = all_months
    words = ["report", "--period", "all", "--measurements", str(world.measured)]
    assert main([*words, "--replay", str(world.log), "--out", str(world.out)]) == 0
    assert capsys.readouterr().out.count("nothing new: ") == 2


def test_a_month_that_is_there_keeps_its_lookups(copied):
    """When its inputs changed it is made again from them; a new month is looked up."""
    asked = replace(copied, replay=None, resolvers=("192.0.2.1",))
    shutil.rmtree(copied.out / "2026-10")
    months = [month for month in archive.months(copied.out) if month["period"] == "2026-09"]
    stored.write(archive.index(copied.out, months), copied.out / stored.INDEX)
    old, new = runner.series(asked)
    kept = archive.tables(copied.out, "2026-09") / archive.OBSERVATIONS
    assert (old.replay, old.resolvers) == (kept, ())
    assert (new.replay, new.resolvers) == (None, ("192.0.2.1",))


def test_a_report_that_compares_with_another_month_now_is_made_again(copied):
    """Its identity is the same, but the month before it is gone."""
    newest = replace(copied, period="2026-10")
    assert newest.held
    months = [month for month in archive.months(copied.out) if month["period"] == "2026-10"]
    stored.write(archive.index(copied.out, months), copied.out / stored.INDEX)
    assert newest.held is None


def _quiet(*_: object) -> None:
    """Take progress and say nothing."""
