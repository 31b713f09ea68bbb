"""The numbers of a real monthly panel: some 22,000 sites over twelve usable snapshots."""

from pathlib import Path

import pandas as pd
import pytest

import v6monitor as v6


@pytest.fixture(scope="module")
def panel(real_data: Path) -> pd.DataFrame:
    """Return the states; the first known row of a site in a snapshot counts."""
    rows = pd.read_csv(
        real_data / "panel" / "us_federal_sites_monthly.csv.gz",
        usecols=["target_url", "target_url_branch", "snapshot", "ipv6"],
        dtype="str",
        keep_default_na=False,
    )
    states = rows["ipv6"].str.lower().map({"true": "yes", "false": "no"})
    table = pd.DataFrame(
        {
            "domain": rows["target_url"],
            "period": rows["snapshot"],
            "sector": rows["target_url_branch"],
            "state": states,
        }
    )
    return table.dropna().drop_duplicates(["period", "domain"], ignore_index=True)


def test_the_change_of_one_month_is_mostly_one_of_the_list(panel: pd.DataFrame) -> None:
    """−3.99 points, of which −0.11 by the sites themselves."""
    before = panel[panel["period"] == "2024-12-31"]
    after = panel[panel["period"] == "2025-01-16"]
    split = v6.changes.decompose(before, after)
    found = [round(split[part], 2) for part in ("total", "within", "entrants", "leavers")]
    assert found == [-3.99, -0.11, -1.85, -2.04]
    assert split["total"] == pytest.approx(
        split["within"] + split["entrants"] + split["leavers"], abs=1e-9
    )


def test_of_the_losses_more_than_a_third_is_back_a_month_later(panel: pd.DataFrame) -> None:
    """15,246 names known throughout, 1,167 losses, 1,024 with a next snapshot, 387 back."""
    assert v6.changes.flaps(panel).drop("share").to_dict() == {
        "periods": 12,
        "domains": 15246,
        "losses": 1167,
        "followed": 1024,
        "recovered": 387,
    }


def test_all_months_hold_together(panel: pd.DataFrame) -> None:
    """Every pair of months: each site is there once, the parts sum to the change."""
    months = dict(iter(panel.groupby("period")))
    shares = v6.shares(panel, by="period").set_index("period")["adoption"]
    for one, other in zip(list(months), list(months)[1:], strict=False):
        split = v6.changes.decompose(months[one], months[other])
        assert split["total"] == pytest.approx(100 * (shares[other] - shares[one]), abs=1e-9)
        both = v6.changes.pair(months[one], months[other])
        assert set(both["domain"]) == set(months[one]["domain"]) | set(months[other]["domain"])
        assert both["after"].eq("no").sum() == months[other]["state"].eq("no").sum()


def test_sites_that_joined_late_have_no_speed(panel: pd.DataFrame) -> None:
    """1,601 of the 3,864 had it when first seen; 23 of the others got it since: no half."""
    first = panel.groupby("domain")["period"].transform("min")
    late = panel.assign(joined=first > panel["period"].min())
    row = v6.adoption_times(late, by="joined").set_index("joined").loc[True]
    assert row.drop("months_half").to_list() == [3864, 1601, 23, 2240]
    assert pd.isna(row["months_half"])


def test_little_by_little_the_list_becomes_another(panel: pd.DataFrame) -> None:
    """No month differs a fifth from the one before, while the first is another list than the last.

    65.5 % of the sites of February 2024 and January 2025 are in both.
    """
    table = v6.shares(panel, by="period")
    assert (table["break_reason"] == "").all()
    assert table["comparable_since"].iloc[-1] > table["period"].iloc[0]
    first, last = table["period"].iloc[[0, -1]]
    months = [panel[panel["period"] == period] for period in (first, last)]
    (row,) = v6.changes(months[0], after=months[1]).to_dict("records")
    assert row["break_reason"] == "domains"
    assert row["common"] == pytest.approx(0.655, abs=0.001)
