"""Lookups belong to a month only when they were asked near its measurement."""

import datetime as dt
import json
from collections.abc import Callable

import pandas as pd
import pytest
from tiny import GOOD, World

from v6monitor.cli import report as cli_report
from v6monitor.dns import log
from v6monitor.language import Language
from v6monitor.month import lookup_days
from v6monitor.month.loading import load
from v6monitor.pages import notices
from v6monitor.probing import runs
from v6monitor.probing.connections import Probe
from v6monitor.report import runner
from v6monitor.report.request import Request
from v6monitor.report.results import run_facts
from v6monitor.report.runner import make


@pytest.fixture(scope="module")
def old_and_new(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a world measured on 4 March 2019 and 5 October 2026, looked up on 6 October 2026."""
    world = World(tmp_path_factory.mktemp("days"))
    text = world.measured.read_text().replace("2026-09-04", "2019-03-04")
    world.measured.write_text(text)
    return world


@pytest.fixture(scope="module")
def ask(old_and_new: World) -> Callable[..., Request]:
    """Return how to ask for reports of it."""
    plan = old_and_new.plan("plan", **{"30_adoption": GOOD})
    return lambda **options: old_and_new.request(plan, **options)


@pytest.mark.parametrize(
    ("moment", "belongs"),
    [
        ("2026-08-20T23:59:59", False),
        ("2026-08-21T00:00:00", True),
        ("2026-11-19T23:59:59", True),
        ("2026-11-20T00:00:00", False),
    ],
)
def test_the_limit_is_in_whole_days_on_both_sides(old_and_new, moment, belongs):
    """Of a measurement on 5 October and 45 days: 21 August up to and with 19 November."""
    rows = log.read_log(old_and_new.log).assign(asked_at=pd.Timestamp(moment, tz="UTC"))
    month = load(old_and_new.measured, observations=rows)
    assert len(month.observations) == (len(rows) if belongs else 0)
    assert ("reach" in month.provenance) == (not belongs)


def test_a_wider_limit_is_a_choice(old_and_new):
    """With it the same log is the month's; a log of another day is left out by its rows."""
    rows = log.read_log(old_and_new.log)
    late = rows.assign(asked_at=rows["asked_at"] + pd.Timedelta(days=60))
    both = pd.concat([rows, late], ignore_index=True)
    month = load(old_and_new.measured, observations=both)
    assert len(month.observations) == len(rows)
    assert month.provenance["reach"]["left_out"] == len(rows)
    wide = load(old_and_new.measured, observations=both, lookups_within_days=61)
    assert len(wide.observations) == len(both)


def test_the_example_was_looked_up_on_the_day_after_its_newest_measurement():
    """Whatever the clock says; so its old months have no lookups."""
    month = load()
    assert f"{month.asked[0]:%Y-%m-%d}" == "2026-10-06"
    assert "reach" not in month.provenance
    assert month.publishable
    assert load(period="2026-05").observations.empty


def test_connection_tests_of_another_month_are_left_out_in_a_sentence(tmp_path):
    """On every page and on the terminal, in both languages; those of the month are used."""
    world = World(tmp_path)
    (tmp_path / "reach").mkdir()
    for day in ("2026-10-06", "2026-07-03", "2026-06-30"):
        began = dt.datetime.fromisoformat(f"{day}T09:00:00+00:00")
        one = Probe("mx.aa.example", "3000::1", 25, 6, "ok", "220 mx", "", began, 5.0)
        runs.write(runs.table([one]), tmp_path / "reach" / f"{day}.parquet", {})
    month = load(world.measured, observations=world.log)
    assert [len(found) for found in month.reach_runs] == [1, 2]
    assert month.servers["address"].tolist() == ["3000::1"]
    (said,), (gezegd,) = (notices.reach_notices(month, Language(code)) for code in ("en", "nl"))
    assert said.text.startswith("Those of 30 June 2026 – 3 July 2026 were more than 45 days from")
    assert "30 juni 2026 – 3 juli 2026" in gezegd.text
    made = {**run_facts(month, [], {}), "lookups": {"questions": 1, "within_days": 45}}
    (line,) = cli_report._left_out(made)
    assert line.startswith("Left out: the connection tests of 2026-06-30, 2026-07-03, more than 45")


@pytest.mark.slow
def test_a_month_of_long_ago_is_made_without_lookups_and_says_so(old_and_new, ask):
    """On every page and in run.json; its own measurement decides the gate."""
    out = old_and_new.folder / "replayed"
    for request in runner.series(ask(period="all", out=out)):
        make(request, lambda *_: None)
    then, now = (json.loads((out / name / "run.json").read_text()) for name in MONTHS)
    asked = len(log.read_log(old_and_new.log))
    assert then["lookups"]["left_out"] == asked
    assert (then["lookups"]["questions"], now["lookups"]["questions"]) == (0, asked)
    assert (then["status"], then["publishable"], then["coverage"]) == (0, True, 1.0)
    assert {one["source"] for one in then["headline"]} == {"measurement"}
    words = "Those of 6 October 2026 were more than 45 days from the measurement"
    for file in (out / "2019-03").glob("*.en.html"):
        assert words in file.read_text(), file
    assert words not in (out / "2026-10" / "index.en.html").read_text()
    assert log.read_log(out / "2019-03" / "tables" / "observations.parquet").empty


@pytest.mark.slow
def test_a_month_of_long_ago_is_not_asked_about(old_and_new, ask):
    """The resolver cannot answer, and nobody notices: no question is asked."""
    out = old_and_new.folder / "asked"
    request = ask(period="2019-03", out=out, replay=None, resolvers=("192.0.2.1",))
    made = make(request, lambda *_: None)
    assert (made["status"], made["lookups"]["questions"]) == (0, 0)
    page = (out / "2019-03" / "index.en.html").read_text()
    assert "The measurement was more than 45 days ago, and DNS cannot be asked" in page
    (again,) = (one for one in runner.series(ask(period="all", out=out)) if one.period == "2019-03")
    assert again.identity


def test_out_of_reach_goes_by_the_clock(old_and_new):
    """2019 is, under a wide limit it is not; the example goes by its own newest day."""
    month = load(old_and_new.measured, period="2019-03", observations=old_and_new.log)
    newest = pd.Timestamp("2026-10-05")
    assert lookup_days.out_of_reach(month.current, newest, 45, example=False)
    assert not lookup_days.out_of_reach(month.current, newest, 36500, example=False)
    assert lookup_days.out_of_reach(month.current, newest, 45, example=True)


MONTHS = ("2019-03", "2026-10")
