"""Charts of changes: rules of layout, what is drawn, and the numbers in the words."""

import pandas as pd
import pytest
from chart_rules import check_chart, words
from chart_worlds import months
from chart_worlds import states as world
from measured import month
from test_adoption import states

import v6monitor as v6
from v6monitor import charts as chart
from v6monitor.charts.chart import Chart, plain_table
from v6monitor.language import Language


def changed(before: pd.DataFrame, after: pd.DataFrame, by: str = "sector") -> pd.DataFrame:
    """Return the changes by sector."""
    return v6.changes(before, after=after, by=by)


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
        for by in ("sector", ()):
            found[f"changes {by}, {name}"] = chart.changes(changed(one, other, by))
    return found


CHARTS = every()


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", CHARTS)
def test_text_is_large_horizontal_inside_and_apart(name: str, code: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    check_chart(CHARTS[name], code)


def test_gains_go_right_and_losses_left() -> None:
    """Three gained and one lost, suspected: +3 and −1, hatched."""
    table = changed(states("nnnyyy", sector="rijk"), states("yyynyy", sector="rijk"))
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
    page = chart.changes(changed(before, after)).html()
    assert "<figure" not in page, "a single bar"
    assert page.count("<li>") == 1
    assert "Central government: 1 gained, 0 lost</li>" in page
    before["state"] = ["no", "yes", "no", "no", "no", "no"]
    after["state"] = ["yes", "no", "no", "no", "no", "no"]
    figure = chart.changes(changed(before, after)).figure()
    rest = words(figure).index("Others: no gain or loss")
    assert words(figure)[rest + 1] == "4 domains"
    assert "Provinces" not in words(figure)
    two = before["sector"] != "overig"
    assert "Provinces" in words(chart.changes(changed(before[two], after[two])).figure())


def test_the_words_have_the_numbers_of_the_table() -> None:
    """Three gains, one suspected loss and two that joined, in both languages."""
    before = states("nnnyyy", sector="rijk", period="2026-01", measure="mail")
    after = states("yyynyyyn", sector="rijk", period="2026-02", measure="mail")
    drawn = chart.changes(changed(before, after))
    assert drawn.caption("en") == "Since January 2026: e-mail domains 3 gained, 1 lost."
    assert drawn.caption("nl") == "Sinds januari 2026: e-maildomeinen 3 erbij, 1 eraf."
    assert "Compared, with a known result both times: e-mail domains 6." in drawn.note("en")
    assert "Lost IPv6, not yet confirmed: e-mail domains 1." in drawn.note("en")


def test_each_measure_says_what_it_is_compared_with() -> None:
    """Web with September, mail with August; name servers are new."""
    results = {
        "web": {"2026-09-05": {"a": "failed"}, "2026-10-05": {"a": "passed"}},
        "mail": {"2026-08-05": {"a": "passed"}, "2026-10-05": {"a": "failed"}},
        "dns": {"2026-10-05": {"a": "passed"}},
    }
    drawn = chart.changes(v6.changes(month(results)))
    first, second = drawn.caption().split(". ")
    assert first == "Since September 2026: websites 1 gained, 0 lost"
    assert second == "Since August 2026: e-mail domains 0 gained, 1 lost."
    assert "known result both times: websites 1; e-mail domains 1." in drawn.note()
    assert "No earlier measurement of this list: name servers." in drawn.note()


def test_a_first_month_has_nothing_to_compare_with() -> None:
    """In words, whatever was measured."""
    first = month({"web": {"2026-10-05": {"a": "passed"}}})
    drawn = chart.changes(v6.changes(first))
    assert drawn.caption() == "No earlier measurement of this list: websites."
    none = "<p>There is no earlier measurement of this list to compare with.</p>"
    for table in (v6.changes.pair(first), v6.changes.parts(first), v6.changes.moves(first)):
        assert plain_table(table, Language("en"), "") == none


def test_two_sources_are_reconciled() -> None:
    """One gained IPv6 since; no share, which would compete with the measured one."""
    results = {"mail": {"2026-10-05": {"a": "failed", "b": "passed", "c": "failed"}}}
    found = month(results, asked="2026-10-07", without=["c"])
    drawn = chart.two_sources(found.stale)
    assert drawn.caption() == "After the measurement: e-mail domains 1 gained, 0 lost."
    assert not drawn.note()
    silent = chart.two_sources(month(results).stale)
    assert silent.caption() == "There are no lookups of this month."


def test_no_caption_of_three_measures_is_cut_off() -> None:
    """Twenty words are enough for web, mail and name servers, in both languages."""
    days = {"2026-09-05": {"a": "failed"}, "2026-10-05": {"a": "passed"}}
    found = month(dict.fromkeys(("web", "mail", "dns"), days), asked="2026-10-07")
    for drawn in (chart.changes(v6.changes(found)), chart.two_sources(found.stale)):
        for code in ("nl", "en"):
            assert not drawn.caption(code).endswith("…")
