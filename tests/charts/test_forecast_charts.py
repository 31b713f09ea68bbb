"""The charts of pace: rules, and what is drawn."""

import pandas as pd
import pytest
from chart_rules import check, words
from chart_worlds import months, states

import v6monitor as v6
from v6monitor import charts as chart
from v6monitor.charts.chart import Chart

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


def drawn() -> dict[str, Chart]:
    """Return every chart with tables from nothing to much."""
    found: dict[str, Chart] = {}
    for name, world in WORLDS.items():
        for target in (0.6, 0.95, 1.0):
            forecast = v6.forecast(world, by="sector", target=target)
            found[f"pace, {name}, {target}"] = chart.forecast(forecast)
            projection = v6.projection(world, target=target, deadline="2027-12")
            found[f"projection, {name}, {target}"] = chart.projection(projection)
        found[f"backtest, {name}"] = chart.backtest(v6.backtest(world))
    return found


DRAWN = drawn()


@pytest.mark.parametrize("name", DRAWN)
def test_text_is_large_horizontal_inside_and_apart(name: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    check(DRAWN[name].figure())


@pytest.mark.parametrize("name", DRAWN)
def test_each_says_something(name: str) -> None:
    """A forecast, or why there is none: never an empty caption or an unfilled place."""
    assert DRAWN[name].caption()
    assert "{" not in DRAWN[name].caption() + DRAWN[name].note()


def test_a_group_of_which_nothing_is_said_has_the_reason() -> None:
    """Five months are too few for every sector."""
    written = words(chart.forecast(v6.forecast(WORLDS["five months"], by="sector")).figure())
    assert written.count("too few measurements") == 7
    assert "no share known" in written  # the other bodies are three


def test_the_projection_passes_through_what_was_measured() -> None:
    """The line has the measured shares, the dashed one the middle of the futures."""
    table = v6.projection(YEAR, target=0.9)
    lines = chart.projection(table).figure().axes[0].get_lines()
    heights = [list(line.get_ydata()) for line in lines]
    assert table["adoption"].dropna().to_list() in heights
    assert table["middle"].dropna().to_list() in heights


def test_the_backtest_draws_what_was_said_and_what_came() -> None:
    """A bar from low to high per earlier month."""
    table = v6.backtest(YEAR)
    bars = chart.backtest(table).figure().axes[0].patches
    assert [bar.get_x() for bar in bars] == pytest.approx(table["low"].to_list())


def test_the_answer_gives_the_month_the_interval_and_the_chance() -> None:
    """The words of the answer are those of the last row of the table."""
    table = v6.forecast(YEAR, target=0.9, deadline="2040-12")
    row = table.iloc[-1]
    answer = chart.forecast_answer(table)
    assert str(pd.Period(row["median"], "M").year) in answer.caption()
    assert "of the scenarios reach it by December 2040" in answer.caption()
    assert f"{row['measurements']} measurements" in answer.note()
    assert answer.kind == "answer"


def test_a_refusal_says_why() -> None:
    """A share that falls, and too few months: no date, and the reason in words."""
    falling = chart.forecast_answer(v6.forecast(WORLDS["not growing"], target=0.9))
    assert falling.caption() == "The share does not grow, so at this pace 90% is never reached."
    few = chart.forecast_answer(v6.forecast(WORLDS["five months"]))
    assert few.caption().startswith("There are fewer than six measurements")
