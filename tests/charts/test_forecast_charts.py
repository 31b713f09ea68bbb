"""The charts of pace: rules, and what is drawn."""

import pandas as pd
import pytest
from chart_rules import check_chart
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
            projection = v6.projection(world, target=target, deadline="2027-12")
            found[f"projection, {name}, {target}"] = chart.projection(projection)
    return found


DRAWN = drawn()


@pytest.mark.parametrize("name", DRAWN)
def test_text_is_large_horizontal_inside_and_apart(name: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    check_chart(DRAWN[name])


@pytest.mark.parametrize("name", DRAWN)
def test_each_says_something(name: str) -> None:
    """A forecast, or why there is none: never an empty caption or an unfilled place."""
    assert DRAWN[name].caption()
    assert "{" not in DRAWN[name].caption() + DRAWN[name].note()


def test_the_projection_goes_on_from_what_was_measured() -> None:
    """The line has the measured shares; the dashed one the middle, from the newest share on."""
    table = v6.projection(YEAR, target=0.9)
    lines = chart.projection(table).figure().axes[0].get_lines()
    heights = [list(line.get_ydata()) for line in lines]
    measured, middle = (table[name].dropna().to_list() for name in ("adoption", "middle"))
    assert any(height[: len(measured)] == measured for height in heights)
    assert [measured[-1], *middle] in heights


def test_the_answer_names_target_month_interval_and_measure() -> None:
    """The agreement by its name, the reader's as such; the dates are those of the table."""
    table = v6.forecast(YEAR, target=0.9, deadline="2040-12")
    row = table.iloc[-1]
    answer = chart.forecast_answer(table)
    assert answer.caption().startswith(
        "Target of the reader: 90% by December 2040. Measured: e-mail domains "
    )
    assert (
        f"E-mail domains: at this pace 90% is reached in {month_name(row['median'])}"
        in answer.note()
    )
    assert "of the scenarios make it by December 2040" in answer.note()
    assert f"{row['measurements']} measurements" in answer.note()
    agreed = chart.forecast_answer(v6.forecast(YEAR))
    assert agreed.caption().startswith("The agreement of 100% by the end of 2021 was missed.")
    assert "make it by" not in agreed.note()
    early = YEAR.assign(period="2019" + YEAR["period"].str[4:])
    then = chart.forecast_answer(v6.forecast(early[early["period"] < "2019-11"]))
    assert then.caption().startswith(
        "Target of the agreement: 100% by the end of 2021. Measured: e-mail domains "
    )


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (
            "not growing",
            "E-mail domains: the share does not grow, so at this pace 90% is never reached.",
        ),
        (
            "five months",
            "E-mail domains: no forecast with fewer than six measurements of one list.",
        ),
    ],
)
def test_a_refusal_says_why(world: str, reason: str) -> None:
    """A share that falls, and too few months: no date, and the reason in words."""
    states = WORLDS[world]
    assert chart.forecast_answer(v6.forecast(states, target=0.9)).note() == reason
    projection = chart.projection(v6.projection(states, target=0.9))
    assert (projection.caption(), projection.note()) == ("No measure allows a forecast.", reason)


def test_measures_without_a_forecast_for_one_reason_share_a_sentence() -> None:
    """A first month has no forecast of any measure, and says so once."""
    mail = WORLDS["five months"]
    both = pd.concat([mail.assign(measure="web"), mail])
    reason = (
        "Websites and e-mail domains: no forecast with fewer than six measurements of one list."
    )
    assert chart.forecast_answer(v6.forecast(both, target=0.9)).note() == reason
    assert chart.projection(v6.projection(both, target=0.9)).note() == reason


def test_a_measure_that_a_source_lacks_is_not_in_it() -> None:
    """No empty chart and no refusal of a series that does not exist."""
    answer = chart.forecast_answer(v6.forecast(YEAR[:0]))
    assert answer.caption() == "This measure is not in this source, so there is no forecast."


def test_the_answer_states_the_bias_of_earlier_forecasts() -> None:
    """Too high or too low, by how much, per measure; nothing where it rounds to nothing."""
    table = v6.forecast(YEAR, target=0.9)
    for bias, words in [(4.74, "4.7 points too high"), (-0.1, "0.1 points too low")]:
        note = chart.forecast_answer(table.assign(bias=bias)).note()
        assert f"Earlier forecasts of e-mail domains were {words} on average." in note
    assert "Earlier" not in chart.forecast_answer(table.assign(bias=0.04)).note()


def month_name(period: str) -> str:
    """Return ``October 2026``."""
    return pd.Period(period, "M").strftime("%B %Y")
