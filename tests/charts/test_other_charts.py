"""The charts of the provinces and the vantage checks: rules, and what is drawn."""

from collections.abc import Callable

import pandas as pd
import pytest
from chart_rules import check, words
from chart_worlds import LONG

from v6monitor import charts
from v6monitor.analysis import breakdowns
from v6monitor.language import Language

EN = Language("en")


def provinces(states: str, explained: bool = False) -> pd.DataFrame:
    """Return twelve provinces with 0, 3, 6 … domains, of these states in turn."""
    names = {"y": "yes", "n": "no", "?": "unknown"}
    rows = [
        (f"{province}{n}", province, names[states[n % len(states)]])
        for size, province in enumerate(breakdowns.provinces(EMPTY)["province"][:12])
        for n in range(3 * size)
    ]
    table = pd.DataFrame(rows, columns=["domain", "province", "state"])
    return breakdowns.provinces(table.assign(explained=True) if explained else table)


EMPTY = pd.DataFrame({"domain": [], "province": [], "state": []}, dtype="str")


def vantage(results: str, resolvers: int = 2) -> pd.DataFrame:
    """Return a check per letter, passed, failed or not tested, of so many resolvers."""
    names = {"p": "passed", "f": "failed", "-": "not_tested"}
    checks = ["answers", "dns64", "rewriting", "ipv6", "dnssec", "udp", "tcp", "agreement"]
    rows = [
        (
            checks[place],
            f"192.0.2.{number}",
            "nodata",
            f"ok 64:ff9b::{number} {LONG}",
            names[letter],
        )
        for place, letter in enumerate(results)
        for number in range(resolvers)
    ]
    return pd.DataFrame(rows, columns=["check", "resolver", "expected", "found", "result"])


def drawn() -> dict[str, tuple[Callable[..., object], pd.DataFrame]]:
    """Return every chart with tables from nothing to much."""
    found: dict[str, tuple[Callable[..., object], pd.DataFrame]] = {}
    found["provinces, mixed"] = charts.provinces, provinces("yyn?y")
    found["provinces, explained"] = charts.provinces, provinces("yyn?y", explained=True)
    found["provinces, all unknown"] = charts.provinces, provinces("?")
    found["provinces, none"] = charts.provinces, breakdowns.provinces(EMPTY)
    found["vantage, one"] = charts.vantage, vantage("pppppp", 1)
    found["vantage, failed"] = charts.vantage, vantage("pfpfpp--", 3)
    found["vantage, none"] = charts.vantage, vantage("")
    return found


DRAWN = drawn()


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_text_is_large_horizontal_inside_and_apart(name: str, code: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    draw, table = DRAWN[name]
    check(draw(table, Language(code)))


def test_a_province_under_five_has_counts() -> None:
    """And no percentage; the others have one."""
    written = words(charts.provinces(provinces("yn"), EN))
    assert "2 yes, 1 no" in written
    assert len([text for text in written if text.endswith("%") and " " not in text]) == 10


def test_a_failing_check_says_what_was_found() -> None:
    """Under its bar, by resolver."""
    written = " ".join(words(charts.vantage(vantage("pf", 1), EN)))
    assert "192.0.2.0: ok 64:ff9b::0" in written
