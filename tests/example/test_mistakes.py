"""The example holds every mistake in a list that is reported, and every kind of waiver."""

from pathlib import Path

import pytest

from v6monitor.intake import list_check
from v6monitor.month.loading import load
from v6monitor.month.month import Month
from v6monitor_example.exports import NOBODYS, SITE


@pytest.fixture(scope="module")
def month(made: Path) -> Month:
    """Return the newest month, with lookups of names that the name server does not answer for."""
    return load()


def test_every_kind_of_finding_is_there(month: Month) -> None:
    """But a sector that is not known: every list of the example is named after one."""
    found = month.corrections.groupby("what")["domain"].agg(list).to_dict()
    assert set(found) == set(list_check.FIXES) - {"no_sector"}
    assert NOBODYS in found["no_organisation"]
    assert SITE in found["nonexistent"]


def test_the_list_changed(month: Month) -> None:
    """One name took the place of another, one is gone, one is new."""
    moved = month.list_changes
    assert set(moved["what"]) == set(list_check.LIST_CHANGES)
    assert moved.loc[moved["what"] == "renamed", "detail"].tolist() == [SITE]


def test_every_kind_of_waiver_is_there(month: Month) -> None:
    """Valid and expired, for web, mail and both, of use, needless, and of a name not listed."""
    waivers = month.waiver_list
    assert set(waivers["waiver_status"]) == {"valid", "expired"}
    assert set(waivers["type"]) == {"", "web", "mail"}
    assert {"no", "yes", "absent"} <= set(waivers["state"])
    explained = month.states[month.states["explained"]]
    assert set(explained["measure"]) >= {"web", "mail"}
    assert explained["period"].nunique() == 10
