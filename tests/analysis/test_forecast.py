"""When is it done at this pace? Series whose answer is known, refusals in codes, and a backtest."""

import math

import numpy as np
import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.analysis.futures import curves, expit, futures, logit
from v6monitor.errors import UsageError

SIZE = 1000
NOISY = (0.30, 0.34, 0.37, 0.44, 0.46, 0.53, 0.55, 0.61)


def series(*shares: float, start: str = "2026-01", size: int = SIZE) -> pd.DataFrame:
    """Return the states of so many domains that have these shares, month by month."""
    first = pd.Period(start, "M")
    parts = [pd.DataFrame({"domain": [], "state": [], "period": []})]
    for month, share in enumerate(shares):
        yes = round(share * size)
        state = ["yes"] * yes + ["no"] * (size - yes)
        names = [f"d{number}.example" for number in range(size)]
        period = str(first + month)
        parts.append(pd.DataFrame({"domain": names, "state": state, "period": period}))
    return pd.concat(parts, ignore_index=True).astype("str")


def on_the_logit(months: int, start: float = -1.0, step: float = 0.25) -> list[float]:
    """Return shares on a straight line of log odds."""
    return [1 / (1 + math.exp(-(start + step * month))) for month in range(months)]


def test_a_line_on_the_logit_reaches_the_target_when_it_does():
    """Log odds −1 and +0.25 a month: 90 % (2.197) is passed in month 13, February 2027."""
    states = series(*on_the_logit(8))
    told = (
        v6.forecast(states, by="model", target=0.9, deadline="2027-02")
        .set_index("model")
        .loc["logit"]
    )
    assert (told["median"], told["low"], told["high"]) == ("2027-02", "2027-02", "2027-02")
    assert told["by_deadline"] == 1.0


def test_a_deadline_before_it_is_missed():
    """The same series by January 2027: no future of that model makes it."""
    told = v6.forecast(series(*on_the_logit(8)), by="model", target=0.9, deadline="2027-01")
    assert told.set_index("model").loc["logit", "by_deadline"] == 0.0


LEVELS_OFF = [0.7 / (1 + math.exp(-(-1 + 0.6 * month))) for month in range(12)]


def test_a_ceiling_below_the_target_is_never_passed():
    """Shares that level off at 70 %: the logistic curve does not reach 90 % in twenty years."""
    row = v6.forecast(series(*LEVELS_OFF), by="model", target=0.9).set_index("model")
    assert row.loc["logistic", ["median", "refusal"]].to_list() == ["", ""]


def test_a_model_that_fails_its_backtest_refuses():
    """The straight line of log odds went past 70 %: all its forecasts were too high, and outside.

    With one model left the whole is refused: a forecast needs two.
    """
    earlier = v6.backtest(series(*LEVELS_OFF), by="model").set_index("model").loc["logit"]
    assert (earlier["bias"] > 1).sum() > len(earlier) / 2
    each = v6.forecast(series(*LEVELS_OFF), by="model", target=0.9).set_index("model")
    assert each.loc["logit", ["median", "refusal"]].to_list() == ["", "failed_backtest"]
    together = v6.forecast(series(*LEVELS_OFF), target=0.9).iloc[0]
    assert together["refusal"] == ("failed_backtest" if each["refusal"].ne("").sum() > 1 else "")


def test_all_models_count_alike():
    """The part that makes the deadline is the mean of those of the three models."""
    each = v6.forecast(series(*NOISY), by="model", target=0.8, deadline="2027-03")
    together = v6.forecast(series(*NOISY), target=0.8, deadline="2027-03").iloc[0]
    assert together["by_deadline"] == pytest.approx(each["by_deadline"].mean())
    assert 0 < together["by_deadline"] < 1


def test_the_futures_start_at_the_newest_share():
    """After a jump the curves are above the 66 % measured; the next month is a step from it."""
    shares = (0.535, 0.534, 0.542, 0.551, 0.634, 0.641, 0.653, 0.660, 0.661, 0.660)
    line = v6.projection(series(*shares), target=0.95)
    ahead = line[line["middle"].notna()].iloc[0]
    assert ahead["low"] <= 0.66 <= ahead["high"]
    assert ahead["middle"] == pytest.approx(0.66, abs=0.015)
    odds = logit(np.array([0.5, 0.6, 0.55, 0.6, 0.7, 0.6]))
    steps = np.abs(logit(futures(np.arange(6.0), odds, 1, seed=0)["logit"]) - odds[-1])
    assert steps.max() < 1  # no future begins at the curve, but at most a step away


def test_the_bias_of_the_backtest_is_in_points():
    """0.5, and 0.1 a month on: from the sixth month the seventh is 0.66 on the logit; it is 0.6."""
    states = series(*on_the_logit(6, start=0.0, step=0.1), 0.6)
    row = v6.backtest(states, by="model").set_index("model").loc["logit"]
    expected = 1 / (1 + math.exp(-0.6))
    assert row["middle"] == pytest.approx(expected, abs=0.001)
    assert row["bias"] == pytest.approx(100 * (expected - 0.6), abs=0.1)


def test_the_interval_is_in_order_and_ahead():
    """Low, median and high in this order, all after the newest month."""
    told = v6.forecast(series(*NOISY), target=0.7).iloc[0]
    assert told["period"] < told["low"] <= told["median"] <= told["high"]


def test_the_same_seed_gives_the_same_table():
    """And another seed other futures."""
    states = series(*NOISY)
    first, again = (v6.projection(states, target=0.9, seed=1) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(v6.projection(states, target=0.9, seed=2))


@pytest.mark.parametrize(
    ("states", "why"),
    [
        (series(), "nothing_known"),
        (series(0.5, 0.6).assign(state="unknown"), "nothing_known"),
        (series(*on_the_logit(5)), "few_points"),
        (series(0.5, 0.5, 0.5, 0.5, 0.5, 0.5), "not_growing"),
        (series(0.6, 0.58, 0.55, 0.5, 0.45, 0.4), "not_growing"),
        (series(0.6, 0.7, 0.8, 0.85, 0.9, 0.96), "target_reached"),
        (series(0.96), "target_reached"),
        (series(0.3, 0.5, 0.7, size=4), "nothing_known"),
        (series(*on_the_logit(8), size=19), "small_group"),
        (series(*on_the_logit(8), 0.2, 0.3, 0.4), "failed_backtest"),
    ],
)
def test_a_forecast_is_refused(states: pd.DataFrame, why: str):
    """With a reason, and without a month or a part of the futures."""
    told = v6.forecast(states, target=0.95, deadline="2027-12").iloc[0]
    assert told["refusal"] == why
    assert (told["median"], told["low"], told["high"]) == ("", "", "")
    assert math.isnan(told["by_deadline"])
    assert "low" not in v6.projection(states, target=0.95).dropna(axis=1, how="all").columns


def test_only_months_since_the_last_break_count():
    """Another list of domains: five months after it are too few."""
    before = series(0.1, 0.2, 0.3, start="2025-08")
    before["domain"] = "old." + before["domain"]
    states = pd.concat([before, series(*on_the_logit(5))], ignore_index=True)
    told = v6.forecast(states).iloc[0]
    assert (told["measurements"], told["refusal"]) == (5, "few_points")


def test_a_list_that_slowly_becomes_another_is_refused():
    """No month differs by a fifth from the one before, the last by half from the first."""
    states = series(*on_the_logit(8))
    number = states["domain"].str.extract(r"(\d+)")[0].astype(int)
    month = pd.PeriodIndex(states["period"], freq="M").month
    moved = number < 70 * (month - 1)
    states["domain"] = states["domain"].where(~moved, "new." + states["domain"])
    told = v6.forecast(states).iloc[0]
    assert told["refusal"] == "small_panel"
    assert told["panel_share"] == pytest.approx(0.51)


def test_all_of_a_list_is_reached_when_less_than_half_a_domain_lacks():
    """100 % is never on a curve; of 1,000 domains 99.95 % is as good."""
    told = (
        v6.forecast(series(*on_the_logit(8)), by="model", target=1.0)
        .set_index("model")
        .loc["logit"]
    )
    months = math.ceil((math.log(0.9995 / 0.0005) + 1) / 0.25)
    assert told["median"] == str(pd.Period("2026-01", "M") + months)


def test_groups_have_a_row_each():
    """One parameter, another group: each by its own series."""
    fast = series(*on_the_logit(8)).assign(sector="rijk")
    slow = series(*on_the_logit(8, step=0.05)).assign(sector="gemeente")
    slow["domain"] = "s." + slow["domain"]
    table = v6.forecast(pd.concat([fast, slow]), by="sector", target=0.8).set_index("sector")
    assert list(table.index) == ["gemeente", "rijk"]
    assert table.loc["rijk", "median"] < table.loc["gemeente", "median"]


def test_every_measure_has_rows_of_its_own():
    """Web and mail are forecast apart, in every table."""
    both = pd.concat([series(*NOISY).assign(measure=name) for name in ("web", "mail")])
    alone = v6.forecast(series(*NOISY), target=0.7).iloc[0]
    table = v6.forecast(both, target=0.7).set_index("measure")
    assert list(table.index) == ["web", "mail"]
    assert table.loc["web", "median"] == table.loc["mail", "median"] == alone["median"]
    assert v6.projection(both)["measure"].value_counts().to_dict() == {"mail": 20, "web": 20}
    assert v6.backtest(both)["measure"].to_list() == ["web", "web", "mail", "mail"]
    with pytest.raises(UsageError, match="there is no column 'sector'"):
        v6.forecast(both, by="sector")


def test_a_projection_joins_what_was_measured():
    """Measured months have a share, those up to the deadline an interval."""
    table = v6.projection(series(*NOISY), target=0.9, deadline="2027-12")
    measured, ahead = table[table["adoption"].notna()], table[table["adoption"].isna()]
    assert (len(measured), ahead["period"].iloc[0]) == (8, "2026-09")
    assert ahead["period"].iloc[-1] == "2027-12"
    assert (ahead["low"] <= ahead["middle"]).all()
    assert (ahead["middle"] <= ahead["high"]).all()


def test_the_backtest_holds_what_came_against_what_was_said():
    """A pace that goes on is within the interval; a sudden stop is not."""
    noise = np.random.default_rng(5).normal(0, 0.01, 12)
    steady = v6.backtest(series(*(np.array(on_the_logit(12)) + noise)))
    assert steady["origin"].to_list() == [f"2026-{month:02}" for month in range(6, 12)]
    assert steady["ahead"].to_list() == [6, 5, 4, 3, 2, 1]
    assert (steady["inside"] == "yes").mean() > 0.5
    stopped = v6.backtest(series(*on_the_logit(7), 0.6, 0.6, 0.6))
    assert stopped["inside"].iloc[0] == "no"
    assert (stopped["adoption"] == 0.6).all()


def test_where_nothing_would_have_been_said_the_backtest_says_so():
    """A series that did not grow then has no interval, and is neither inside nor outside."""
    table = v6.backtest(series(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6))
    assert table[["refusal", "inside"]].to_numpy().tolist() == [["not_growing", ""]]
    assert math.isnan(table["low"].iloc[0])
    assert v6.backtest(series(0.5, 0.6)).empty


@pytest.mark.parametrize("target", [0.0, -1.0, 1.01, float("nan")])
def test_a_target_that_is_no_share_is_told(target: float):
    """95 instead of 0.95 is a likely mistake."""
    with pytest.raises(UsageError, match="expected a share above 0 and at most 1"):
        v6.forecast(series(0.5), target=target)


@pytest.mark.parametrize("deadline", ["2027", "2027-13", "december 2027", "2027-12-31"])
def test_a_deadline_that_is_no_month_is_told(deadline: str):
    """The month is given as everywhere."""
    with pytest.raises(UsageError, match="expected a month as YYYY-MM"):
        v6.projection(series(0.5), deadline=deadline)


def test_the_models_pass_through_their_own_curves():
    """Each model fits a series of its own kind without an error."""
    months = np.arange(8.0)
    ahead = np.array([12.0])
    shapes = {
        "logit": lambda t: 1 / (1 + np.exp(1 - 0.3 * t)),
        "gompertz": lambda t: np.exp(-np.exp(0.5 - 0.2 * t)),
        "logistic": lambda t: 0.8 / (1 + np.exp(1 - 0.5 * t)),
    }
    for model, shape in shapes.items():
        found = expit(curves(model, months, logit(shape(months))[None, :], ahead)[0, 0])
        assert found == pytest.approx(shape(ahead)[0], abs=0.01), model


@pytest.mark.parametrize(("end", "part"), [("low", 0.1), ("median", 0.5), ("high", 0.9)])
def test_the_interval_holds_eight_of_ten_futures(end: str, part: float):
    """A tenth of the futures has reached the target by its low end, nine tenths by its high end."""
    states = series(*NOISY)
    month = v6.forecast(states, target=0.7, deadline="").iloc[0][end]
    before = str(pd.Period(month, "M") - 1)
    by_then, by_before = (
        v6.forecast(states, target=0.7, deadline=deadline).iloc[0]["by_deadline"]
        for deadline in (month, before)
    )
    assert by_before < part <= by_then


def test_the_interval_of_the_share_holds_eight_of_ten_futures():
    """A tenth of the futures is at its low end or below it, nine tenths at its high end."""
    months, shares = np.arange(6.0), np.array([0.2, 0.3, 0.38, 0.5, 0.6, 0.72])
    found = futures(months, logit(shares), 1, seed=0)
    ahead = np.concatenate([found[model][:, 0] for model in ("logit", "logistic", "gompertz")])
    line = v6.projection(series(*shares), target=0.9).query("middle.notna()").iloc[0]
    assert (ahead <= line["low"] + 1e-9).mean() == pytest.approx(0.1, abs=0.01)
    assert (ahead <= line["high"] + 1e-9).mean() == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(("stayed", "why"), [(16, ""), (15, "small_panel")])
def test_exactly_four_fifths_known_all_along_is_enough(stayed: int, why: str):
    """Of twenty domains in the first and in the last month sixteen are in both, or fifteen."""
    states = series(*(yes / 10 for yes in range(1, 9)), size=20)
    number = states["domain"].str.extract(r"(\d+)")[0].astype(int)
    month = pd.PeriodIndex(states["period"], freq="M").month
    replaced = (number >= stayed) & (number < stayed + month - 1)
    states["domain"] = states["domain"].where(~replaced, "new." + states["domain"])
    row = v6.forecast(states, target=0.95, deadline="2027-12").iloc[0]
    assert row["panel_share"] == pytest.approx(stayed / 20)
    assert row["refusal"] == why


def test_by_default_the_agreement_of_2021_is_the_goal():
    """All of the list by the end of 2021: no future makes that any more."""
    row = v6.forecast(series(*NOISY)).iloc[0]
    assert (row["target"], row["deadline"], row["by_deadline"]) == (1.0, "2021-12", 0.0)


def test_of_a_list_without_any_known_result_nothing_is_backtested():
    """One register of mail domains that receive no mail: an empty table, no error."""
    states = pd.DataFrame({"domain": ["a.example"], "state": ["not_applicable"]})
    found = v6.backtest(states.assign(period="2022-07", measure="mail", measured_at="2022-07-14"))
    assert found.empty
