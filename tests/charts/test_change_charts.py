"""Charts of changes: rules of layout, what is drawn, and the numbers in the words."""

import pandas as pd
import pytest
from chart_rules import check, words
from chart_worlds import months
from chart_worlds import states as world
from test_adoption import states

import v6monitor as v6
from v6monitor import charts as chart
from v6monitor.analysis import staleness
from v6monitor.charts.chart import Chart


def matrix(measured: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return the number of domains per measured and fresh state."""
    three = ["yes", "no", "unknown"]
    found = staleness.compare(measured, fresh)
    table = pd.crosstab(found["measured"], found["fresh"]).reindex(index=three, columns=three)
    return table.fillna(0).astype(int).rename_axis(columns=None).reset_index()


def every() -> dict[str, Chart]:
    """Return the charts with tables from nothing to much."""
    year = world(months(10))
    mail = year[year["measure"] == "mail"]
    before, after = mail[mail["period"] == "2026-07"], mail[mail["period"] == "2026-08"]
    swapped = after.replace({"state": {"yes": "no", "no": "yes"}})[5:]
    unknown = world(["2026-08"], ("mail",), unknown=1)
    found = {}
    for name, (one, other) in {
        "none": (after[:0], after[:0]),
        "the same": (after, after),
        "unknown": (unknown, unknown),
        "many": (before, swapped),
    }.items():
        found[f"changes, {name}"] = chart.changes(v6.changes.move_counts(one, other))
        found[f"decomposition, {name}"] = chart.decomposition(v6.changes.parts(one, other))
        found[f"staleness, {name}"] = chart.staleness(matrix(one, other))
    return found


CHARTS = every()


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", CHARTS)
def test_text_is_large_horizontal_inside_and_apart(name: str, code: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    check(CHARTS[name].figure(code))


def test_gains_go_right_and_losses_left() -> None:
    """Three gained and one lost, suspected: +3 and −1, hatched."""
    table = v6.changes.move_counts(states("nnnyyy", sector="rijk"), states("yyynyy", sector="rijk"))
    figure = chart.changes(table).figure()
    bars = figure.axes[0].patches
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars] == [(-1, 0), (0, 3)]
    assert [bool(bar.get_hatch()) for bar in bars] == [True, False]
    assert {"+3", "−1"} <= set(words(figure))


def test_groups_without_a_change_are_one_row_at_the_end() -> None:
    """Two still sectors of three are joined, with their domains; one alone keeps its name."""
    before = pd.concat([states("nn", sector=sector) for sector in ("rijk", "overig", "provincie")])
    before = before.assign(domain=[f"d{number}" for number in range(len(before))])
    after = before.assign(state=["yes", *before["state"][1:]])
    figure = chart.changes(v6.changes.move_counts(before, after)).figure()
    rest = words(figure).index("Others: no change")
    assert words(figure)[rest + 1] == "4 domains"
    assert "Provinces" not in words(figure)
    two = before["sector"] != "overig"
    assert "Provinces" in words(
        chart.changes(v6.changes.move_counts(before[two], after[two])).figure()
    )
    ceased = after.assign(state=[*after["state"][:-1], "not_applicable"])
    assert "Provinces" in words(chart.changes(v6.changes.move_counts(before, ceased)).figure())


def test_the_parts_of_the_decomposition_are_drawn_in_points() -> None:
    """Bars of within, entrants, leavers and the total below a line."""
    before, after = states("yynnn"), states("yyyyn")[1:]
    table = v6.changes.parts(before, after)
    bars = chart.decomposition(table).figure().axes[0].patches
    drawn = [points for points in table["points"] if points]
    assert [bar.get_width() for bar in bars] == pytest.approx(drawn)
    assert bars[-1].get_width() == pytest.approx(100 * (3 / 4 - 2 / 5))


def test_staleness_has_a_bar_per_measured_state() -> None:
    """Of four measured no, one is yes now: a quarter of that bar."""
    bars = chart.staleness(matrix(states("yynnnn"), states("yyynnn"))).figure().axes[0].patches
    assert [bar.get_width() for bar in bars] == [1.0, 0.25, 0.75]


def test_the_words_have_the_numbers_of_the_table() -> None:
    """Three gains, one suspected loss and two that joined, in both languages."""
    before = states("nnnyyy", sector="rijk", period="2026-01")
    after = states("yyynyyyn", sector="rijk", period="2026-02")
    drawn = chart.changes(v6.changes.move_counts(before, after))
    assert "3 domains gained IPv6, 1 lost it (0 confirmed, 1 suspected)" in drawn.caption("en")
    assert "3 domeinen" in drawn.caption("nl")
    assert "6 domains with a known result both times" in drawn.note("en")
    assert "2 joined" in drawn.note("en")


def test_the_decomposition_says_its_three_parts() -> None:
    """The share went from 2 of 5 to 3 of 4: +35 points, in three parts that add up."""
    drawn = chart.decomposition(v6.changes.parts(states("yynnn"), states("yyyyn")[1:]))
    assert "+35.00 percentage points" in drawn.caption()
    assert "40.0% (2 of 5), then 75.0% (3 of 4)" in drawn.note()


def test_the_measurement_is_compared_with_the_lookups() -> None:
    """Of four measured without IPv6 one has it now; of two with it none lost it."""
    caption = chart.staleness(matrix(states("yynnnn"), states("yyynnn"))).caption()
    assert caption.startswith("1 of 4 results measured without IPv6 have it now; 0 of 2")
