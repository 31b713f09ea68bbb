from types import SimpleNamespace

import pytest
from seen import host, no_signals, seen

from v6monitor.dns import log
from v6monitor.errors import InputError, UsageError
from v6monitor.mail.operators import Operator, Operators
from v6monitor.report.explain import explain

LOG = [
    seen("town.example", "MX", "10 mx.gate.example"),
    *no_signals("town.example"),
    *host("mx.gate.example"),
]


def test_explain_takes_a_name_and_a_log_or_a_month() -> None:
    """A URL or an address names the domain; the operators of a month are used."""
    table = log.frame(LOG)
    assert explain("https://Town.example/a", observations=table).domain == "town.example"
    gate = Operator("gate.example", "Gate", "gateway", "NL", "test", "2026-10-06")
    month = SimpleNamespace(observations=table, operators=Operators([gate]))
    found = explain("info@town.example", month=month)
    assert found.provider
    assert found.provider.operator == "Gate"


def test_explain_says_what_is_wrong() -> None:
    """A text that is no name, and a name that the log does not have."""
    with pytest.raises(UsageError, match="'no name' is not a valid host name"):
        explain("no name", observations=LOG)
    with pytest.raises(InputError, match=r"no question about absent\.example"):
        explain("absent.example", observations=LOG)
