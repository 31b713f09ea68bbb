"""The vantage checks that a log holds, whatever it holds."""

import pytest

from v6monitor.analysis import breakdowns

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
