"""What is drawn is what the table says: lengths, places, order and breaks of lines."""

import pandas as pd
import pytest
from chart_rules import words
from matplotlib.lines import Line2D

import v6monitor as v6
from v6monitor import charts
from v6monitor.analysis import breakdowns, shares
from v6monitor.charts.style import STATE_COLOURS, contrast, ink_on
from v6monitor.language import Language

EN = Language("en")


def states(text: str, **columns: str) -> pd.DataFrame:
    """Return a states table of ``y``, ``n``, ``?`` and ``-``, a domain each."""
    names = {"y": "yes", "n": "no", "?": "unknown", "-": "not_applicable"}
    table = pd.DataFrame({"domain": [f"d{n}" for n in range(len(text))]})
    table["state"] = [names[letter] for letter in text]
    return table.assign(**columns)


def history(**months: str) -> pd.DataFrame:
    """Return web states per month; months are given as ``m2026_01``."""
    parts = [
        states(text, period=name[1:].replace("_", "-"), measure="web")
        for name, text in months.items()
    ]
    return pd.concat(parts, ignore_index=True)


def lines(figure: object) -> list[list[float]]:
    """Return the heights that each joined line passes through."""
    found = figure.axes[0].get_lines()  # type: ignore[attr-defined]
    joined = [line for line in found if line.get_marker() == "None" and len(line.get_xdata()) > 1]
    series = [line for line in joined if line.get_color() == STATE_COLOURS["yes"]]
    return [[round(float(y), 3) for y in line.get_ydata()] for line in series]


def test_the_trend_passes_through_the_shares() -> None:
    """Three months of one measure are one line through yes / (yes + no)."""
    table = v6.shares(
        history(m2026_01="yynnn", m2026_02="yyynn", m2026_03="yyyy?"), by=["period", "measure"]
    )
    assert lines(charts.trend(table, EN)) == [[0.4, 0.6, 1.0]]


def test_no_line_crosses_a_missing_month() -> None:
    """A month that was not measured leaves a gap; two months on each side stay joined."""
    table = v6.shares(
        history(m2026_01="yynnn", m2026_02="yyynn", m2026_04="yyyyn", m2026_05="yyyyy"),
        by=["period", "measure"],
    )
    assert lines(charts.trend(table, EN)) == [[0.4, 0.6], [0.8, 1.0]]


def test_a_half_yearly_series_is_joined_at_its_own_pace() -> None:
    """When all steps are six months, none of the months between is missing."""
    table = v6.shares(
        history(m2025_03="yynnn", m2025_09="yyynn", m2026_03="yyyyn"), by=["period", "measure"]
    )
    assert lines(charts.trend(table, EN)) == [[0.4, 0.6, 0.8]]


def test_no_line_crosses_a_declared_break() -> None:
    """A new version of the tests ends the line and is named above it."""
    table = v6.shares(
        history(m2023_03="yynnn", m2023_04="yyynn", m2023_05="yyyyn", m2023_06="yyyyy"),
        by=["period", "measure"],
    )
    figure = charts.trend(table, EN)
    assert lines(figure) == [[0.4, 0.6], [0.8, 1.0]]
    assert "other version of the tests" in words(figure)


def test_a_line_that_ends_early_says_when() -> None:
    """A measure without the newest month has its last month in the label."""
    mail = states("yyynn", period="2026-01", measure="mail")
    table = v6.shares(
        pd.concat([history(m2026_01="yynnn", m2026_02="yyynn"), mail]), by=["period", "measure"]
    )
    assert "60.0% (2026-01)" in words(charts.trend(table, EN))


def test_the_band_of_the_trend_is_the_bounds() -> None:
    """With one of five unknown the grey runs from 2/5 to 3/5."""
    table = v6.shares(history(m2026_01="yynn?", m2026_02="yynn?"), by=["period", "measure"])
    (band,) = charts.trend(table, EN).axes[0].collections
    heights = {round(float(y), 3) for y in band.get_paths()[0].vertices[:, 1]}
    assert heights == {0.4, 0.6}


def test_the_dumbbell_stands_at_then_and_now() -> None:
    """The ring is the earlier share, the dot the share now, and a small group has words."""
    then = pd.concat(
        [states("yynnn", sector="rijk"), states("yn", sector="overig").assign(domain=["a", "b"])]
    ).assign(period="2026-01", measure="mail")
    now = then.replace({"state": {"no": "yes"}}).assign(period="2026-02")
    figure = charts.sectors(
        shares.with_earlier(v6.shares(pd.concat([then, now]), by=["period", "sector"])), EN
    )
    dots = [line for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [0.4, 1.0]
    assert "2 yes" in words(figure)


def test_parts_of_a_bar_are_parts_of_what_applies() -> None:
    """Yes, partly, no and unknown fill the bar; not applicable is outside it."""
    table = breakdowns.state_counts(
        pd.concat(
            [
                states("yyynn?-", sector="rijk"),
                pd.DataFrame({"domain": ["p", "q"], "state": "partly", "sector": "rijk"}),
            ]
        )
    )
    bars = charts.states(table, EN).axes[0].patches[:4]
    assert [round(bar.get_width(), 3) for bar in bars] == [0.375, 0.25, 0.25, 0.125]
    assert [round(bar.get_x(), 3) for bar in bars] == [0, 0.375, 0.625, 0.875]


def test_quality_shows_list_and_coverage() -> None:
    """The bar is the list; the coverage at its end is of what applies."""
    table = breakdowns.quality(states("yyyynnn?--", measure="mail"))
    figure = charts.quality(table, EN)
    assert [round(bar.get_width(), 3) for bar in figure.axes[0].patches] == [0.7, 0.2, 0.1]
    assert {"87.5%", "10 domains"} <= set(words(figure))


@pytest.mark.parametrize("state", STATE_COLOURS)
def test_colours_stand_out(state: str) -> None:
    """Every state is 3:1 on white, and the ink in it 4.5:1 (WCAG 2.1)."""
    colour = STATE_COLOURS[state]
    assert contrast(colour, "#FFFFFF") >= 3
    assert contrast(ink_on(colour), colour) >= 4.5


def test_two_lines_differ_in_more_than_colour() -> None:
    """Web is solid and mail is dashed."""
    both = [history(m2026_01="yynnn", m2026_02="yyynn").assign(measure=m) for m in ("mail", "web")]
    found = (
        charts.trend(v6.shares(pd.concat(both), by=["period", "measure"]), EN).axes[0].get_lines()
    )
    styles: list[Line2D] = [line for line in found if len(line.get_xdata()) == 2]
    dashed = {line.get_color(): line.is_dashed() for line in styles if line.get_marker() == "None"}
    assert dashed["#154273"] is False
    assert dashed["#C8501E"] is True
