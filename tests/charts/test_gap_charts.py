"""The charts of the gap, the provinces and the vantage checks: rules, and what is drawn."""

from collections.abc import Callable

import pandas as pd
import pytest
from chart_rules import check, words
from chart_worlds import LONG
from needs_tables import needs

from v6monitor import charts
from v6monitor.analysis import adoption, gap
from v6monitor.charts.style import STATE_COLOURS
from v6monitor.language import Language

EN = Language("en")
MANY = "ABCDEFGHIJKLMNOPQRST"
WORLDS = {
    "none": needs(),
    "no gap": needs(**{f"d{n}": "Xy" for n in range(6)}),
    "all unknown": needs(**{f"d{n}": "-?" for n in range(6)}),
    "small": needs(a="Xn", b="Xy"),
    "many": needs(
        **{
            f"d{n}": f"{'ABCDEFGHIJKLMNOPQRST'[n * n % 20]}n{n % 9} Z{'yn?'[n % 3]}"
            for n in range(90)
        }
    ),
    "long names": needs(**{f"d{n}": "Xn" for n in range(7)}).assign(operator=LONG, tenant=LONG),
}


def provinces(states: str, explained: bool = False) -> pd.DataFrame:
    """Return twelve provinces with 0, 3, 6 … domains, of these states in turn."""
    names = {"y": "yes", "n": "no", "?": "unknown"}
    rows = [
        (f"{province}{n}", province, names[states[n % len(states)]])
        for size, province in enumerate(adoption.provinces(EMPTY)["province"][:12])
        for n in range(3 * size)
    ]
    table = pd.DataFrame(rows, columns=["domain", "province", "state"])
    return adoption.provinces(table.assign(explained=True) if explained else table)


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
    for name, world in WORLDS.items():
        found[f"attribution, {name}"] = charts.attribution, gap.attribution(world, top=12)
        found[f"fix order, {name}"] = charts.fix_order, gap.fix_order(world, top=12)
        tenants = gap.fix_order(world, "tenant", top=12)
        found[f"tenants, {name}"] = charts.fix_order_tenants, tenants
    found["provinces, mixed"] = charts.provinces, provinces("yyn?y")
    found["provinces, explained"] = charts.provinces, provinces("yyn?y", explained=True)
    found["provinces, all unknown"] = charts.provinces, provinces("?")
    found["provinces, none"] = charts.provinces, adoption.provinces(EMPTY)
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


def test_every_step_begins_where_the_one_before_ended() -> None:
    """Now 2 of 6; X then gives 3, Y the rest: bars from 0, 1/3 and 1/2."""
    table = gap.fix_order(needs(a="Xy", b="Xy", c="Xn", d="Yn", e="Yn", f="Yn"))
    figure = charts.fix_order(table, EN)
    steps = [bar for bar in figure.axes[0].patches if _colour(bar) == STATE_COLOURS["yes"].lower()]
    ends = [(round(bar.get_x(), 3), round(bar.get_x() + bar.get_width(), 3)) for bar in steps]
    assert ends == [(0.0, 0.333), (0.333, 0.833), (0.833, 1.0)]
    assert {"Y", "X", "+50.00", "+16.67", "83.3%"} <= set(words(figure))


def test_what_could_not_be_told_is_grey_in_every_step() -> None:
    """One unknown of six: a grey bar between the bounds."""
    table = gap.fix_order(needs(a="Xy", b="Xy", c="Xn", d="Xn", e="Xn", f="-?"))
    figure = charts.fix_order(table, EN)
    assert "undetermined" in words(figure)
    assert len([bar for bar in figure.axes[0].patches if _colour(bar) == "#949494"]) == 2


def test_causes_are_parts_of_a_bar() -> None:
    """Sole, with others and unclear side by side, from 0."""
    table = gap.attribution(needs(a="Xn", b="Xn", c="Xn Yn", d="Xn Y?"))
    bars = charts.attribution(table, EN).axes[0].patches
    assert [(bar.get_x(), bar.get_width()) for bar in bars[:3]] == [(0, 2), (2, 1), (3, 1)]


def test_a_province_under_five_has_counts() -> None:
    """And no percentage; the others have one."""
    written = words(charts.provinces(provinces("yn"), EN))
    assert "2 yes, 1 no" in written
    assert len([text for text in written if text.endswith("%") and " " not in text]) == 10


def test_a_failing_check_says_what_was_found() -> None:
    """Under its bar, by resolver."""
    written = " ".join(words(charts.vantage(vantage("pf", 1), EN)))
    assert "192.0.2.0: ok 64:ff9b::0" in written


def _colour(bar: object) -> str:
    from matplotlib.colors import to_hex  # noqa: PLC0415 - only here

    return to_hex(bar.get_facecolor())  # type: ignore[attr-defined]
