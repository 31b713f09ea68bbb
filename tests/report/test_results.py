"""Headline figures for programs, compared with the pages."""

import json

import pandas as pd
import pytest

from v6monitor.month.loading import load
from v6monitor.month.month import Month
from v6monitor.report.results import results

pytestmark = pytest.mark.slow  # a whole report


@pytest.fixture(scope="module")
def told(example_archive):
    """Return the results of the newest example month, and its folder."""
    (file,) = example_archive.rglob("results.json")
    return json.loads(file.read_text(encoding="utf-8")), file.parent


def test_the_sectors_add_up_to_the_whole(told):
    """Per source and measure, every count."""
    found, _ = told
    keys, counts = ["source", "measure"], ["yes", "no", "unknown", "not_applicable", "applicable"]
    whole = pd.DataFrame(found["shares"]).set_index(keys)[counts]
    parts = pd.DataFrame(found["shares_by_sector"]).groupby(keys)[counts].sum()
    assert len(whole) == 6
    pd.testing.assert_frame_equal(parts.sort_index(), whole.sort_index())


def test_the_parts_of_a_change_add_up_to_it(told):
    """Within, entrants and leavers make the total, and no loss is counted twice."""
    found, _ = told
    assert [one["measure"] for one in found["changes"]] == ["web", "mail", "dns"]
    for one in found["changes"]:
        points = one["points"]
        parts = points["within"] + points["entrants"] + points["leavers"]
        assert parts == pytest.approx(points["total"], abs=1e-5)
        assert one["panel"] > one["gain"] + one["loss_confirmed"] + one["loss_suspected"]


def test_the_laggards_are_those_of_the_list(told):
    """The list and its count come from the same table."""
    found, folder = told
    listed = pd.read_csv(folder / "tables" / "laggards.csv")["group"].value_counts().to_dict()
    assert {group: n for group, n in found["laggards"].items() if n} == listed


def test_a_first_month_has_no_changes_and_without_lookups_nothing_is_told(told):
    """A share that is not there is null, not 0."""
    _, folder = told
    month = load(folder / "tables" / "measurements.csv", period="2026-01")
    silent = Month(month.period, month.history, month.faults, month.observations.iloc[:0], {})
    found = results(silent)
    assert found["changes"] == []
    assert found["earlier"] is None
    assert found["publishable"] is False
    assert {one["source"] for one in found["shares"]} == {"measurement"}
