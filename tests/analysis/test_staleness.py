"""Measured against fresh, domain by domain."""

from types import SimpleNamespace

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.analysis import staleness


def compare(measured: str, fresh: str, days: float = 30, reason: str = "") -> str:
    """Return the outcome for one domain."""
    asked_at = pd.Timestamp("2026-10-01", tz="UTC") + pd.Timedelta(days=days)
    compared = staleness.compare(
        pd.DataFrame({"domain": ["a"], "state": [measured], "measured_at": ["2026-10-01"]}),
        pd.DataFrame(
            {"domain": ["a"], "state": [fresh], "asked_at": [asked_at], "reason": [reason]}
        ),
    )
    assert list(compared["age_days"]) == [days]
    return str(compared["outcome"].iloc[0])


@pytest.mark.parametrize(
    ("measured", "fresh", "outcome"),
    [
        ("yes", "yes", "agrees"),
        ("no", "no", "agrees"),
        ("no", "yes", "fixed_since"),
        ("yes", "no", "lost_since"),
        ("unknown", "yes", "could_not_tell"),
        ("no", "unknown", "could_not_tell"),
        ("not_applicable", "yes", "applicability"),
        ("unknown", "not_applicable", "applicability"),
    ],
)
def test_every_pair_has_an_outcome(measured: str, fresh: str, outcome: str) -> None:
    """Unknown on either side decides nothing."""
    assert compare(measured, fresh) == outcome


@pytest.mark.parametrize(("measured", "fresh"), [("no", "yes"), ("yes", "no")])
def test_a_difference_within_a_day_is_unexplained(measured: str, fresh: str) -> None:
    """Time cannot be the reason then, nor when the lookup is the older one."""
    assert compare(measured, fresh, days=0.5) == "unexplained"
    assert compare(measured, fresh, days=-3) == "unexplained"


def test_a_stricter_rule_is_no_loss() -> None:
    """An address that nobody can reach passed there and does not pass here."""
    assert compare("yes", "no", reason="only_unusable:unique local") == "unexplained"


def test_without_moments_the_difference_is_still_told() -> None:
    """No dates: the age is not a number, and the outcome follows the states."""
    one = pd.DataFrame({"domain": ["a", "b"], "state": ["no", "yes"], "sector": "rijk"})
    compared = staleness.compare(one, one.assign(state=["yes", "yes"]))
    assert list(compared["outcome"]) == ["fixed_since", "agrees"]
    assert compared["age_days"].isna().all()
    assert list(compared["sector"]) == ["rijk", "rijk"]


def test_nothing_to_compare() -> None:
    """No domain in both: an empty table with its columns."""
    one = pd.DataFrame({"domain": ["a"], "state": ["no"]})
    compared = staleness.compare(one, one.assign(domain="b"))
    assert compared.empty
    assert {"measured", "fresh", "age_days", "outcome"} <= set(compared.columns)


def test_a_month_has_a_row_per_domain_and_measure() -> None:
    """Each measure against its verdict; an earlier month and a measure without one are left out."""
    states = pd.DataFrame(
        [
            ("a", "2026-09", "mail", "yes"),
            ("a", "2026-10", "mail", "no"),
            ("a", "2026-10", "web", "yes"),
            ("b", "2026-10", "dns", "yes"),
            ("b", "2026-10", "mail_category", "yes"),
        ],
        columns=["domain", "period", "measure", "state"],
    ).assign(measured_at=pd.Timestamp("2026-10-05"))
    verdicts = pd.DataFrame(
        {
            "domain": ["a", "b"],
            "mail_all": ["yes", ""],
            "web": ["no", ""],
            "dns_2": ["", "yes"],
            "reasons": ["web: a: only_unusable:mapped", ""],
        }
    )
    verdicts.attrs["source"] = ["lookups 2026-10-07T12:00:00+00:00"]
    asked = pd.DataFrame({"asked_at": [pd.Timestamp("2026-10-07 12:00", tz="UTC")]})
    month = SimpleNamespace(period="2026-10", states=states, verdicts=verdicts, observations=asked)
    table = v6.staleness(month)
    assert table[["domain", "measure", "outcome", "age_days"]].to_numpy().tolist() == [
        ["a", "web", "unexplained", 2.5],
        ["a", "mail", "fixed_since", 2.5],
        ["b", "dns", "agrees", 2.5],
    ]
    assert table.attrs["source"] == ["lookups 2026-10-07T12:00:00+00:00"]
