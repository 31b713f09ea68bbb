"""Losses from yes to no, and what confirms one."""

import datetime as dt

import pytest

from v6monitor.dns.observation import Observation
from v6monitor.verdicts.confirmation import (
    CONFIRMS_WITHIN,
    HOUR,
    Loss,
    is_no,
    losses,
    second_answers,
)
from v6monitor.verdicts.evidence import Evidence

AT = dt.datetime(2026, 10, 3, 4, 5, 6, tzinfo=dt.UTC)
LOSS = Loss("town.example", "web", "web")


def seen(outcome: str, resolver: str = "r1", after: dt.timedelta = dt.timedelta(0)) -> Observation:
    """Return what a resolver says of the website."""
    answers = ("2a01::1",) if outcome == "ok" else ()
    return Observation(
        "town.example", "AAAA", outcome, answers, (), None, False, resolver, AT + after, 1.0, 1, ""
    )


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("ok", "nodata", True),
        ("ok", "nxdomain", False),
        ("ok", "ok", False),
        ("ok", "servfail", False),
        ("nodata", "nodata", False),
        ("timeout", "nodata", False),
    ],
)
def test_a_loss_goes_from_yes_to_no(before: str, after: str, lost: bool) -> None:
    """A lookup that failed, before or after, tells of no loss, nor does a website that is gone."""
    found = losses(Evidence([seen(before)]), Evidence([seen(after)]), [("town.example", "web")])
    assert (LOSS in list(found)) == lost


@pytest.mark.parametrize(
    ("second", "confirmed"),
    [
        (seen("nodata", "r2", HOUR), True),
        (seen("nodata", "r2", HOUR - dt.timedelta(seconds=1)), False),
        (seen("nodata", "r2", CONFIRMS_WITHIN), True),
        (seen("nodata", "r2", CONFIRMS_WITHIN + dt.timedelta(seconds=1)), False),
        (seen("nodata", "r1", HOUR), False),
        (seen("timeout", "r2", HOUR), False),
        (seen("ok", "r2", HOUR), False),
    ],
)
def test_a_loss_is_confirmed_by_another_resolver_an_hour_later(
    second: Observation, confirmed: bool
) -> None:
    """METHOD.md: definite negatives from two resolvers, an hour to 45 days apart."""
    assert is_no(LOSS, second_answers([second, seen("nodata")])) == confirmed
