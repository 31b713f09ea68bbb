"""Measured against fresh, domain by domain."""

import pandas as pd
import pytest
from measured import month

import v6monitor as v6
from v6monitor.analysis import breakdowns as staleness


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
        ("not_applicable", "not_applicable", "agrees"),
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
    """Each measure against its verdict; an earlier month and the category are left out."""
    results = {
        "mail": {"2026-09-05": {"a": "passed"}, "2026-10-05": {"a": "failed"}},
        "web": {"2026-10-05": {"b": "passed"}},
        "mail_category": {"2026-10-05": {"c": "passed"}},
    }
    table = v6.staleness(month(results, asked="2026-10-07 12:00", without=["b"]))
    assert table[["domain", "measure", "outcome", "age_days"]].to_numpy().tolist() == [
        ["b.example", "web", "lost_since", 2.5],
        ["a.example", "mail", "fixed_since", 2.5],
    ]
    assert table.attrs["source"] == [
        "measurement 2026-10-05 Internet.nl",
        "lookups 2026-10-07T12:00:00+00:00",
    ]
    assert v6.staleness(month(results)).empty


def test_name_servers_that_the_lookups_see_are_a_known_disagreement() -> None:
    """Measured since May 2025 without IPv6, it may be a fault of Internet.nl; before it is not."""
    for day, outcome in (("2025-04-30", "fixed_since"), ("2025-05-01", "known_disagreement")):
        asked = str(pd.Timestamp(day) + pd.Timedelta(days=3))
        table = v6.staleness(month({"dns": {day: {"a": "failed"}}}, asked=asked))
        assert table["outcome"].to_list() == [outcome]
