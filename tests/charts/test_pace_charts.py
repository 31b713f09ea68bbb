"""The charts of pace: rules, and what is drawn."""

from collections.abc import Callable

import pandas as pd
import pytest
from chart_rules import check, words
from chart_worlds import months, states

from v6monitor import charts
from v6monitor.analysis import pace
from v6monitor.language import Language

EN = Language("en")
YEAR = states(months(10), ("mail",))
BACKWARDS = dict(zip(months(10), months(10)[::-1], strict=True))
WORLDS = {
    "ten months": YEAR,
    "forty months": states(months(40), ("mail",)),
    "five months": states(months(5), ("mail",)),
    "all unknown": states(months(8), ("mail",), unknown=1),
    "not growing": YEAR.assign(period=YEAR["period"].map(BACKWARDS)),
    "none": YEAR[:0],
}


def drawn() -> dict[str, tuple[Callable[..., object], pd.DataFrame]]:
    """Return every chart with tables from nothing to much."""
    found: dict[str, tuple[Callable[..., object], pd.DataFrame]] = {}
    for name, world in WORLDS.items():
        for target in (0.6, 0.95, 1.0):
            forecast = pace.forecast(world, "sector", target=target)
            found[f"pace, {name}, {target}"] = charts.pace, forecast
            projection = pace.projection(world, target=target, deadline="2027-12")
            found[f"projection, {name}, {target}"] = charts.projection, projection
        found[f"backtest, {name}"] = charts.backtest, pace.backtest(world)
        found[f"times, {name}"] = charts.times, pace.times(world)
    return found


DRAWN = drawn()


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_text_is_large_horizontal_inside_and_apart(name: str, code: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    draw, table = DRAWN[name]
    check(draw(table, Language(code)))


def test_a_group_of_which_nothing_is_said_has_the_reason() -> None:
    """Five months are too few for every sector."""
    written = words(charts.pace(pace.forecast(WORLDS["five months"], "sector"), EN))
    assert written.count("too few measurements") == 7
    assert "no share known" in written  # the other bodies are three


def test_the_projection_passes_through_what_was_measured() -> None:
    """The line has the measured shares, the dashed one the middle of the futures."""
    table = pace.projection(YEAR, target=0.9)
    lines = charts.projection(table, EN).axes[0].get_lines()
    heights = [list(line.get_ydata()) for line in lines]
    assert table["adoption"].dropna().to_list() in heights
    assert table["middle"].dropna().to_list() in heights


def test_the_backtest_draws_what_was_said_and_what_came() -> None:
    """A bar from low to high per earlier month."""
    table = pace.backtest(YEAR)
    bars = charts.backtest(table, EN).axes[0].patches
    assert [bar.get_x() for bar in bars] == pytest.approx(table["low"].to_list())


def test_the_parts_of_the_times_fill_the_bar() -> None:
    """There at first, since, and not yet are together 100 %."""
    table = pace.times(YEAR)
    bars = charts.times(table, EN).axes[0].patches
    assert sum(bar.get_width() for bar in bars[:3]) == pytest.approx(1)
    assert bars[0].get_width() == pytest.approx(table["at_first"].iloc[0])
