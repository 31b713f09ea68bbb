"""Sub-tests, quality and reasons of a month, and the vantage checks of its resolvers."""

import pandas as pd
import pytest
from seen import V6, host, name_servers, no_signals, seen

from v6monitor.analysis import breakdowns, shares
from v6monitor.verdicts.judge import judge

STATES = {"y": "yes", "p": "partly", "n": "no", "?": "unknown", "-": "not_applicable"}


def states(text: str, **columns: str) -> pd.DataFrame:
    """Return a states table of ``y``, ``p``, ``n``, ``?`` and ``-``, a domain each."""
    table = pd.DataFrame({"domain": [f"d{n}" for n in range(len(text))]})
    return table.assign(state=[STATES[letter] for letter in text], **columns).astype("str")


def test_sub_tests_know_what_they_apply_to() -> None:
    """Not tested is out of the denominator, a warning partly or unknown, no MX no case."""
    web = pd.DataFrame(
        {
            "domain": list("abcd"),
            "type": "web",
            "ns_address": ["passed", "failed", "error", "passed"],
            "ns_reach": ["passed", "not_tested", "", "failed"],
            "ws_address": ["passed", "passed", "failed", "unknown"],
            "ws_reach": ["passed", "passed", "not_tested", "unknown"],
            "ws_similar": ["passed", "warning", "not_tested", "unknown"],
            "mx_address": "",
            "mx_reach": "",
        }
    )
    mail = web.assign(type="mail", mx_address=["passed", "failed", "warning", "failed"])
    mail["mail_status"] = ["has_mx", "has_mx", "has_mx", "no_mx"]
    table = breakdowns.sub_tests(pd.concat([web, mail])).set_index(["type", "test"])
    columns = ["yes", "partly", "no", "unknown", "not_applicable"]
    assert list(table.loc[("web", "ns_address"), columns]) == [2, 0, 1, 1, 0]
    assert list(table.loc[("web", "ws_similar"), columns]) == [1, 1, 0, 1, 1]
    assert list(table.loc[("mail", "mx_address"), columns]) == [1, 0, 1, 1, 1]
    assert table.loc[("mail", "mx_address"), "applicable"] == 3


def test_quality_keeps_the_reasons() -> None:
    """Definite answers are known; what is unknown is counted by its reason or outcome.

    What a resolver without IPv4 does not find is a result, not a lookup that failed.
    """
    month = states("yn??-", measure="mail").assign(reason=["", "", "servfail", "", ""])
    log = pd.DataFrame({"outcome": ["ok", "nodata", "nxdomain", "timeout", "timeout", "servfail"]})
    log["resolver"] = ["192.0.2.1"] * 5 + ["ipv6-only:[2001:db8::1]:53"]
    table = breakdowns.quality(month, log)
    counts = {(row["subject"], row["outcome"]): row["count"] for row in table.to_dict("records")}
    assert counts == {
        ("mail", "known"): 2,
        ("mail", "servfail"): 1,
        ("mail", "unknown"): 1,
        ("mail", "not_applicable"): 1,
        ("lookups", "known"): 3,
        ("lookups", "timeout"): 2,
    }


def test_quality_counts_a_domain_once() -> None:
    """The name servers of a domain tested as website and as mail domain are one row."""
    both = pd.concat([states("yn", measure="dns"), states("y?", measure="dns")])
    table = breakdowns.quality(both)
    assert table.to_dict("records") == [{"subject": "dns", "outcome": "known", "count": 2}]


@pytest.mark.parametrize("log", [None, pd.DataFrame({"outcome": [], "resolver": []}, dtype="str")])
def test_quality_of_nothing_is_an_empty_table(log: pd.DataFrame | None) -> None:
    """No measurement and no lookups: no rows, the same columns."""
    table = breakdowns.quality(states(""), log)
    assert list(table.columns) == ["subject", "outcome", "count"]
    assert table.empty


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
    found = breakdowns.reasons(states)
    assert dict(zip(states["domain"], found, strict=True)) == {
        "aa.example": "timeout",
        "bb.example": "servfail",
        "cc.example": "not_asked",
        "dd.example": "",
    }


def test_the_quality_strip_has_the_reasons():
    """Known, and each reason apart."""
    states = shares.verdict_states(judged(), "mail_all")
    table = breakdowns.quality(states).set_index("outcome")["count"]
    assert table.to_dict() == {"timeout": 1, "servfail": 1, "not_asked": 1, "known": 1}


def test_a_measured_unknown_has_no_reason():
    """The exports of a measurement do not say why; a column that does is taken as it is."""
    states = pd.DataFrame({"domain": ["a", "b"], "state": ["unknown", "yes"]})
    assert breakdowns.reasons(states).to_list() == ["unknown", ""]
    with_reason = states.assign(reason=["bogus", "bogus"])
    assert breakdowns.reasons(with_reason).to_list() == ["bogus", ""]


CHECK = {
    "check": "dns64",
    "resolver": "192.0.2.53",
    "question": "ipv4only.arpa AAAA",
    "expected": "nodata",
    "found": "ok 64:ff9b::c000:aa",
    "result": "failed",
}


def test_a_row_per_check_and_resolver():
    """As the self-test found it."""
    table = breakdowns.vantage({"vantage": {"tested": True, "checks": [CHECK]}})
    assert table.to_dict("records") == [{key: CHECK[key] for key in table.columns}]


@pytest.mark.parametrize(
    "provenance",
    [
        {},
        {"vantage": "not tested"},
        {"vantage": {"tested": False, "checks": []}},
        {"vantage": {"checks": "none"}},
        {"vantage": {"checks": [1, {}, {"result": "perhaps"}]}},
    ],
)
def test_what_is_no_check_is_no_row(provenance: dict[str, object]):
    """An older log, one without a test, one by another program."""
    assert breakdowns.vantage(provenance).empty
