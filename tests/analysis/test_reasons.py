"""Why could it not be told? Reasons found in the words of the verdict table."""

import pandas as pd
import pytest
from seen import V6, host, name_servers, no_signals, seen

import v6monitor as v6
from v6monitor.analysis import breakdowns, shares
from v6monitor.verdicts.judge import judge


def judged() -> pd.DataFrame:
    """Return verdicts: an MX that timed out, a host with a server failure, one not asked, a yes."""
    rows = [
        seen("aa.example", "MX", outcome="timeout"),
        seen("bb.example", "MX", "10 mx.bb.example"),
        *host("mx.bb.example", outcome="servfail"),
        seen("cc.example", "MX", "10 mx.cc.example"),
        seen("dd.example", "MX", "10 mx.dd.example"),
        *host("mx.dd.example", V6),
    ]
    for name in ("aa", "bb", "cc", "dd"):
        rows += [*no_signals(f"{name}.example"), *name_servers(f"{name}.example", True, True)]
    return judge(rows, domains=[f"{name}.example" for name in ("aa", "bb", "cc", "dd")])


@pytest.mark.parametrize("measure", ["mail_all", "mail"])
def test_the_reason_of_a_verdict_is_an_outcome(measure: str):
    """Also when the states call the verdict by what it measures."""
    states = shares.verdict_states(judged(), "mail_all").assign(measure=measure)
    counted = breakdowns.unknown_by_reason(states)
    assert counted.to_dict("records") == [
        {"reason": "not_asked", "count": 1},
        {"reason": "servfail", "count": 1},
        {"reason": "timeout", "count": 1},
    ]


def test_the_quality_strip_has_the_reasons():
    """Known, and each reason apart."""
    states = shares.verdict_states(judged(), "mail_all")
    table = breakdowns.quality(states).set_index("outcome")["count"]
    assert table.to_dict() == {"timeout": 1, "servfail": 1, "not_asked": 1, "known": 1}


def test_groups_count_apart_and_sum_to_the_unknown():
    """The parts sum to the column ``unknown`` of the shares."""
    states = pd.DataFrame(
        {
            "domain": list("abcdef"),
            "state": ["unknown", "unknown", "yes", "unknown", "no", "unknown"],
            "sector": ["rijk", "rijk", "rijk", "gemeente", "gemeente", "gemeente"],
            "reason": ["timeout", "", "", "bogus", "", "bogus"],
        }
    )
    table = breakdowns.unknown_by_reason(states, by="sector")
    assert table.to_numpy().tolist() == [
        ["gemeente", "bogus", 2],
        ["rijk", "timeout", 1],
        ["rijk", "unknown", 1],
    ]
    shares = v6.shares(states, by="sector").set_index("sector")["unknown"]
    assert table.groupby("sector")["count"].sum().to_dict() == shares.to_dict()


def test_a_measured_unknown_has_no_reason():
    """The exports of a measurement do not say why."""
    states = pd.DataFrame({"domain": ["a", "b"], "state": ["unknown", "yes"]})
    assert breakdowns.unknown_by_reason(states).to_dict("records") == [
        {"reason": "unknown", "count": 1}
    ]
