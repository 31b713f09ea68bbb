"""Charts of adoption: what is drawn and said of measures, sectors, states, sub-tests, provinces."""

from collections.abc import Sequence

import pandas as pd
import pytest
from chart_rules import words
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from measured import month

import v6monitor as v6
from v6monitor.charts.chart import Chart
from v6monitor.charts.provinces import PROVINCES
from v6monitor.charts.style import STATE_COLOURS
from v6monitor.errors import UsageError

STATES = {"y": "yes", "p": "partly", "n": "no", "?": "unknown", "-": "not_applicable"}


def states(text: str, **columns: str) -> pd.DataFrame:
    """Return a states table of ``y``, ``p``, ``n``, ``?`` and ``-``, a domain each."""
    table = pd.DataFrame({"domain": [f"d{n}" for n in range(len(text))]})
    return table.assign(state=[STATES[letter] for letter in text], **columns).astype("str")


def shares(*texts: str, measure: str = "web", step: int = 1, tests: Sequence[str] = ()) -> object:
    """Return the shares of one measure by month, a text per month."""
    first = pd.Period("2026-01", "M")
    months = [
        states(text, period=str(first + step * at), measure=measure).assign(tests=version)
        for at, (text, version) in enumerate(zip(texts, tests or [""] * len(texts), strict=True))
    ]
    return v6.shares(pd.concat(months), by=["period", "measure"])


def by_group(column: str = "sector", period: str = "2026-01", **groups: str) -> pd.DataFrame:
    """Return states of mail with a text per group."""
    parts = [
        states(text, period=period, measure="mail").assign(
            **{column: name}, domain=lambda rows, name=name: name + rows["domain"]
        )
        for name, text in groups.items()
    ]
    return pd.concat(parts, ignore_index=True)


def sectors(table: pd.DataFrame, **options: str) -> Chart:
    """Return the chart of states by sector."""
    return v6.chart.sectors(v6.shares(table, by=["period", "sector"]), **options)


def heights(chart: Chart) -> list[list[float]]:
    """Return the heights that each joined line of the first series passes through."""
    found = chart.figure().axes[0].get_lines()
    joined = [line for line in found if line.get_marker() == "None" and len(line.get_xdata()) > 1]
    series = [line for line in joined if line.get_color() == STATE_COLOURS["yes"]]
    return [[round(float(y), 3) for y in line.get_ydata()] for line in series]


@pytest.mark.parametrize(
    ("months", "drawn"),
    [
        ({"texts": ["yynnn", "yyynn", "yyyy?"]}, [[0.4, 0.6, 1.0]]),
        ({"texts": ["yynnn", "yyynn", "yyyyn"], "step": 6}, [[0.4, 0.6, 0.8]]),
        ({"texts": ["yynnn", "yyynn", "yyyyn", "yyyyy"], "tests": ["1.2.0"] * 2 + ["1.7.0"] * 2},
         [[0.4, 0.6], [0.8, 1.0]]),
    ],
    ids=["every month", "every half year", "another version of the tests"],
)  # fmt: skip
def test_a_line_passes_through_the_shares(months, drawn):
    """It joins neighbours at the series' own pace, and crosses no break."""
    chart = v6.chart.trend(shares(*months.pop("texts"), **months))
    assert heights(chart) == drawn
    broken = "other version of the tests" in words(chart.figure())
    assert broken == (len(drawn) > 1)


def test_no_line_crosses_a_missing_month():
    """A month that was not measured leaves a gap."""
    table = shares("yynnn", "yyynn", "yyyyy", "yyyyn", "yyyyy")
    assert heights(v6.chart.trend(table[table["period"] != "2026-03"])) == [[0.4, 0.6], [0.8, 1.0]]


def test_a_line_that_ends_early_says_when():
    """A measure without the newest month has its last month in the label."""
    table = pd.concat([shares("yynnn", "yyynn"), shares("yyynn", measure="mail")])
    assert "60.0% (2026-01)" in words(v6.chart.trend(table).figure())


def test_the_band_of_the_trend_is_the_bounds():
    """With one of five unknown it runs from 2/5 to 3/5, then from 3/5 to 4/5; it is hatched."""
    (band,) = v6.chart.trend(shares("yynn?", "yyyn?")).figure().axes[0].collections
    assert {round(float(y), 3) for y in band.get_paths()[0].vertices[:, 1]} == {0.4, 0.6, 0.8}
    assert band.get_hatch()


def test_what_was_published_before_are_points_of_their_own():
    """Rings that no line joins, named after who published them; the deadline is a line."""
    rows = [("2019-03", "web", 0.48), ("2022-01", "web", 0.89), ("2022-01", "mail", 0.61)]
    before = pd.DataFrame(rows, columns=["period", "measure", "adoption"])
    happened = pd.DataFrame({"date": ["2021-12-31", "2014-06"], "event": ["deadline", "other"]})
    jumped = {"measure": "web", "period": "2026-02", "points": 20.0, "name": "rijk"}
    jumped |= {"domains": 4, "of": 5}
    around = {"published": before, "events": happened, "jumps": pd.DataFrame([jumped])}
    chart = v6.chart.trend(shares("yynnn", "yyynn"), **around)
    drawn = words(chart.figure())
    assert {"48%", "89%", "deadline: 100%", "published by Forum Standaardisatie"} <= set(drawn)
    assert "61%" not in drawn, "mail is not drawn"
    assert "Websites +20.0 (Central" in " ".join(drawn)
    assert heights(chart) == [[0.4, 0.6]]
    assert "Forum Standaardisatie published of its own list of domains, 2019–2022" in chart.note()
    assert "Forum" not in v6.chart.trend(shares("yynnn", "yyynn"), published=before[:0]).note()


def test_two_lines_differ_in_more_than_colour():
    """Web is solid and mail is dashed."""
    table = pd.concat([shares("yynnn", "yyynn", measure=name) for name in ("mail", "web")])
    found = v6.chart.trend(table).figure().axes[0].get_lines()
    lines: list[Line2D] = [line for line in found if len(line.get_xdata()) == 2]
    dashed = {line.get_color(): line.is_dashed() for line in lines if line.get_marker() == "None"}
    assert dashed["#154273"] is False
    assert dashed["#C8501E"] is True


@pytest.mark.parametrize(
    ("months", "trend"),
    [
        (["nnnnn", "ynnnn", "yyynn"], "websites 0.0% to 60.0%."),
        (["yyynn", "yynnn"], "Since January 2026: websites 60.0% to 40.0%."),
        (["yynnn", "yynnn"], "websites still 40.0%."),
        (
            ["nnnnn", "nnnnnnnnnn", "yyyyynnnnn"],
            "Since February 2026: websites 0.0% to 50.0%.",
        ),
        (["nnnnn", "nnnnnnnnnn"], "No earlier month has the same list and tests."),
        (["?????", "ynnnn"], "No earlier month has the same list and tests."),
        (["ynnnn"], "This is the first month"),
    ],
)
def test_the_change_since_the_first_comparable_month(months, trend):
    """Since the first month that can be compared; never across a break."""
    assert trend in v6.chart.trend(shares(*months)).caption()


def test_a_source_without_results_is_named_so():
    """No share is made up."""
    nothing = states("", period="2026-01", measure="web")
    table = v6.shares(nothing, by=["period", "measure"])
    assert v6.chart.trend(table).caption() == "This is not in the source of this month."


def test_the_words_are_about_the_month_of_the_report():
    """Mail was measured in May, and not in June: no sentence takes the newest point of a line."""
    results = {
        "mail": {"2026-05-05": {f"d{n}": "passed" for n in range(5)}},
        "web": {f"2026-0{at}-05": {f"d{n}": "failed" for n in range(5)} for at in (5, 6)},
    }
    found = month(results)
    assert found.measures == ["web"]
    table = v6.shares(found.states, by=["period", "measure"])
    answer = v6.chart.headline(v6.headline(found))
    assert answer.caption().startswith("Municipalities: in June 2026, 0.0% of websites had IPv6.")
    assert "Not in this source: e-mail domains." in answer.note()
    only_mail = table[table["measure"] == "mail"]
    ended = v6.chart.trend(only_mail, period="2026-06").caption()
    assert ended == "Not in the source of June 2026: the lines end earlier."
    by_sector = v6.shares(found.states[found.states["measure"] == "mail"], by=["period", "sector"])
    assert v6.chart.sectors(by_sector, period="2026-06").table.empty


def test_the_trend_names_every_denominator():
    """The note has numerator and denominator per measure."""
    chart = v6.chart.trend(pd.concat([shares("yynn??"), shares("yyyyy", measure="mail")]))
    assert "websites 50.0% (2 of 4); e-mail domains 100.0% (5 of 5)" in chart.note()
    assert "websites 50,0% (2 van de 4)" in chart.note("nl")


def test_any_column_is_a_line():
    """Shares by month alone are a line too; by two columns are refused, with what to do."""
    groups = {"rijk": "yynnn", "gemeente": "yyynn"}
    table = pd.concat(
        [by_group(**groups), by_group(period="2026-02", rijk="yyynn", gemeente="yyyyn")]
    )
    assert "Central government" in words(
        v6.chart.trend(v6.shares(table, by=["period", "sector"])).figure()
    )
    assert "E-mail domains" in words(v6.chart.trend(v6.shares(table, by="period")).figure())
    with pytest.raises(UsageError, match="grouped by sector, state: expected one group"):
        v6.chart.trend(v6.shares(table, by=["period", "sector", "state"]))
    with pytest.raises(UsageError, match="no column 'period'"):
        v6.chart.sectors(v6.shares(table.drop(columns="period"), by="sector"))


def test_the_dumbbell_is_at_then_and_now():
    """The ring is the earlier share, the dot the share now, and a small group has words."""
    then = by_group(rijk="yynnn", overig="yn")
    now = then.replace({"state": {"no": "yes"}}).assign(period="2026-02")
    figure = sectors(pd.concat([then, now])).figure()
    dots = [line for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [0.4, 1.0]
    assert "2 yes" in words(figure)


def test_a_group_with_a_break_has_no_ring():
    """The others keep theirs; when most groups broke there is no month to compare with."""
    then = by_group(rijk="yynnn", gemeente="yynnn", provincie="yynnn")
    now = by_group(period="2026-02", rijk="yyynn", gemeente="yyynn", provincie="yyyyyyynnn")
    table = sectors(pd.concat([then, now])).table.set_index("sector")
    assert table["earlier"].unique().tolist() == ["2026-01"]
    assert table["earlier_adoption"].notna().to_dict() == {
        "provincie": False, "gemeente": True, "rijk": True,
    }  # fmt: skip
    two = by_group(period="2026-02", rijk="yyynn", gemeente="y" * 9, provincie="yyyyyyynnn")
    assert "No earlier month has the same list" in sectors(pd.concat([then, two])).note()


def test_another_month_can_count_as_now():
    """With ``period`` later months are left out."""
    then, now = by_group(rijk="yynnn"), by_group(period="2026-02", rijk="yyynn")
    chart = sectors(pd.concat([then, now]), period="2026-01")
    assert chart.caption().startswith("Central government 40.0% (2 of 5).")


@pytest.mark.parametrize(
    ("groups", "caption"),
    [
        ({"rijk": "yyyyn", "gemeente": "ynnnn", "provincie": "yyynn"},
         "Lowest: Municipalities 20.0% (1 of 5); highest: Central government 80.0% (4 of 5)."),
        ({"rijk": "yyyyn", "gemeente": "ynnnn", "provincie": "y????"},
         ("Lowest: Municipalities 20.0% and Provinces 100.0%;"
         " highest: Provinces 100.0% and Central government 80.0%.")),
        ({"rijk": "yyynn", "gemeente": "yyynn"},
         ("No group is certainly ahead: Municipalities 60.0% (3 of 5)"
         " and Central government 60.0% (3 of 5).")),
        ({"rijk": "yyynn"}, "Central government 60.0% (3 of 5)."),
        ({"rijk": "yn"}, "No group has five domains with a known result: counts only."),
    ],
)  # fmt: skip
def test_the_lowest_and_the_highest_group(groups, caption):
    """With all that are tied with them; no percentage of a small group."""
    chart = sectors(by_group(**groups))
    said = f"{chart.caption()} {chart.note()}"
    assert said.startswith(f"{caption} No earlier month has the same list and tests.")


def test_the_group_that_gained_most():
    """Since the earlier month, in percentage points."""
    table = pd.concat([by_group(rijk="ynnnn"), by_group(period="2026-02", rijk="yynnn")])
    assert "January 2026: Central government, +20.0 percentage" in sectors(table).caption()
    assert "januari 2026: Rijk, +20,0 procentpunt." in sectors(table).caption("nl")


def test_parts_of_a_bar_are_parts_of_what_applies():
    """Yes, partly, no and unknown fill the bar; not applicable is outside it."""
    counts = pd.crosstab("rijk", states("yyyppnn?-")["state"]).rename_axis("sector")
    bars = v6.chart.states(counts).figure().axes[0].patches[:4]
    assert [round(bar.get_width(), 3) for bar in bars] == [0.375, 0.25, 0.25, 0.125]
    assert [round(bar.get_x(), 3) for bar in bars] == [0, 0.375, 0.625, 0.875]


def test_groups_of_states_are_sorted_with_the_total_last():
    """The highest part with IPv6 is first; a state that is missing is 0."""
    counts = pd.DataFrame({"sector": ["rijk", "overig"], "yes": [1, 3], "no": [3, 1]})
    table = v6.chart.states(counts).table
    assert table["sector"].tolist() == ["overig", "rijk", "total"]
    assert table[["yes", "partly", "no", "applicable"]].to_numpy().tolist() == [
        [3, 0, 1, 4], [1, 0, 3, 4], [4, 0, 4, 8],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("yyppn?-", "IPv6 at 6 domains: 2 yes, 2 partly, 1 no, 1 undetermined."),
        ("n", "IPv6 at 1 domain: 0 yes, 1 no."),
        ("??", "The results of all 2 domains are undetermined."),
        ("--", "There is no domain to which this applies."),
        ("", "This is not in the source of this month."),
    ],
)
def test_states_in_numbers(text, caption):
    """Counts add up to the domains to which it applies; what does not apply is in the note."""
    counts = pd.crosstab(states(text, sector="rijk")["sector"], states(text)["state"])
    chart = v6.chart.states(counts, measure="mail")
    assert chart.caption() == caption
    assert (f"{text.count('-')} domain" in chart.note()) == ("-" in text)


def test_the_sub_test_that_fails_most():
    """The test with the largest failing part is named; no failure is said too."""
    web = pd.DataFrame({"domain": list("abc"), "type": "web", "ns_address": "passed"})
    web = web.assign(mail_status="", ns_reach="passed", ws_address=["failed", "passed", "passed"])
    web = web.assign(ws_reach="passed", ws_similar="passed", mx_address="", mx_reach="")
    mail = web.assign(type="mail", mx_address="passed", mx_reach="passed")
    assert v6.chart.sub_tests(pd.concat([web, mail])).caption() == (
        "Websites fail most often at “IPv6 addresses for web server”: 1 of 3."
        " E-mail domains fail at no sub-test."
    )


@pytest.mark.parametrize(
    ("groups", "caption"),
    [
        ({"Limburg": "yyyyy", "Zeeland": "nnnnn"},
         "Lowest: Zeeland 0.0% (0 of 5); highest: Limburg 100.0% (5 of 5)."),
        ({"Limburg": "yyyyn"}, "Limburg 80.0% (4 of 5)."),
        ({"Limburg": "?????"}, "No group has five domains with a known result: counts only."),
        ({"": "yyyyy"}, "The province of no domain is known."),
        ({"Atlantis": "yyyyy"}, "The province of no domain is known."),
    ],
)  # fmt: skip
def test_provinces(groups, caption):
    """Lowest and highest, as for sectors; what is in none of the twelve is elsewhere."""
    chart = v6.chart.provinces(v6.shares(by_group("province", **groups), by="province"))
    assert chart.caption() == caption
    assert chart.table["province"].tolist() == [*PROVINCES, "elsewhere"]
    assert chart.table["applicable"].sum() == sum(map(len, groups.values()))


def test_a_map_of_nothing_says_why():
    """Without lookups no province is known, but that is not the reason."""
    nothing = by_group("province", Limburg="y").iloc[:0]
    nothing.attrs["source"] = []
    chart = v6.chart.provinces(v6.shares(nothing, by="province"))
    assert chart.caption() == "There are no lookups of this month."


def test_a_province_under_five_has_counts():
    """And no percentage; the others have one."""
    table = by_group("province", Limburg="yyn", Zeeland="yynnn", Utrecht="yyynn")
    written = words(v6.chart.provinces(v6.shares(table, by="province")).figure())
    assert "2 yes, 1 no" in written
    shares = [text for text in written if text.endswith("%") and " " not in text]
    assert shares == ["60.0%", "40.0%", "53.8%"]  # the last: all twelve, 7 of 13


def test_the_map_has_classes_that_differ():
    """Shares of 62 to 70 % are in classes of two points, not all between 60 and 80 %."""
    groups = {
        name: "y" * n + "n" * (50 - n) for name, n in zip(PROVINCES, range(31, 36), strict=False)
    }
    figure = v6.chart.provinces(v6.shares(by_group("province", **groups), by="province")).figure()
    tiles = [patch for patch in figure.findobj(Rectangle) if patch.get_height() > 50]
    assert len({patch.get_facecolor() for patch in tiles}) == 5


def test_explanations_are_counted_beside_those_without_ipv6():
    """Two of six are explained: in the note and in the picture, and the finding is the same."""
    plain = by_group(rijk="nnnnnnyyy?", overig="yyyyy").assign(province="Utrecht")
    explained = plain.assign(explained=[number < 2 for number in range(15)])
    for kind in ("sectors", "states", "provinces"):
        chart, other = _chart(kind, explained), _chart(kind, plain)
        assert "2 of 6" in chart.note()
        assert "2 of 6" not in other.note()
        assert chart.caption() == other.caption()
        if kind in {"sectors", "states"}:
            assert "2 explained" in " ".join(words(chart.figure()))


def _chart(kind: str, table: pd.DataFrame) -> Chart:
    if kind == "states":
        counts = table.pivot_table("domain", "sector", "state", "count", fill_value=0)
        if "explained" in table:
            counts["explained"] = table[table["explained"]].groupby("sector")["domain"].count()
        return v6.chart.states(counts)
    by = {"sectors": "sector", "provinces": "province"}[kind]
    keys = [by] if kind == "provinces" else ["period", by]
    return getattr(v6.chart, kind)(v6.shares(table, by=keys))
