"""What is above and below every figure: a caption of at most twenty words, a line of source."""

import re
from functools import cache

import pandas as pd
import pytest
from chart_worlds import LONG, months, states
from measured import month

import v6monitor as v6
from v6monitor.charts.chart import MIME, Chart, Words
from v6monitor.charts.wording import LONGEST
from v6monitor.month.month import Month

ALL_MEASURES = ("web", "mail", "dns", "web_category", "mail_category")


def small() -> dict[str, Month]:
    """Return months of which not much is known: no lookups, one domain, one measure, a break."""
    day = "2026-10-05"
    twelve = {f"d{n}": "passed" if n % 3 else "failed" for n in range(12)}
    silent = dict.fromkeys(twelve, "error")
    earlier = dict.fromkeys(twelve, "failed")
    return {
        "one domain": month({"web": {day: {"a": "passed"}}}),
        "never measured before": month({"web": {day: twelve}, "mail": {day: twelve}}),
        "only mail": month({"mail": {"2026-09-05": earlier, day: twelve}}, asked=day),
        "none known": month({"mail": {day: silent}}, asked=day, without=list(twelve)),
        "each of another month": month(
            {
                "web": {"2026-09-05": earlier, day: twelve},
                "mail": {"2026-08-05": earlier, day: twelve},
                "dns": {"2026-07-05": twelve, day: earlier},
            },
            asked=day,
            without=["d1", "d2"],
        ),
        "all measures": month(
            {name: {"2026-09-05": earlier, day: twelve} for name in ALL_MEASURES}, asked=day
        ),
    }


def charts_of(found: Month) -> list[Chart]:
    """Return every chart of a month, also by groups with long names."""
    now = found.states[found.states["period"] == found.period]
    mail = found.fresh("mail", partly=True)
    long = found.states.assign(sector=[f"{LONG} {n % 9}" for n in range(len(found.states))])
    counts = mail.pivot_table("domain", "sector", "state", "count", fill_value=0)
    by_operator = mail.assign(operator=LONG).pivot_table(
        "domain", "operator", "state", "count", fill_value=0
    )
    charts = [
        v6.chart.changes_answer(v6.changes(found)),
        v6.chart.changes(v6.changes(found, by="sector")),
        v6.chart.two_sources(v6.staleness(found)),
        v6.chart.sub_tests(found.current),
        v6.chart.states(counts, measure="mail"),
        v6.chart.operators(by_operator),
        v6.chart.quality(now, observations=found.observations),
        v6.chart.vantage(found.provenance),
        v6.chart.laggards_now(found.laggards),
        v6.chart.laggard_list(found.laggards),
        v6.chart.laggards_by_month(v6.shares(found.states.query("measure == 'mail'"), by="period")),
        v6.chart.gap_answer(found.mx_hosts),
        v6.chart.fix_order(v6.gap.fix_order(found.mx_hosts, top=5)),
        v6.chart.fix_order(v6.gap.fix_order(found.mx_hosts.assign(operator=LONG), top=5)),
        v6.chart.provinces(v6.shares(found.fresh("mail"), by="province")),
        v6.chart.forecast_answer(v6.forecast(found.states)),
        v6.chart.projection(v6.projection(found.states)),
    ]
    for measure in found.measures:
        rows = long[long["measure"] == measure]
        by_group = v6.shares(rows, by=["period", "sector"])
        charts += [v6.chart.sectors(by_group, period=found.period), v6.chart.trend(by_group)]
    by_month = v6.shares(found.states, by=["period", "measure"])
    return [*charts, v6.chart.trend(by_month, jumps=v6.changes.jumps(found))]


MONTHS = small()


@cache
def charts_of_small(name: str) -> list[Chart]:
    """Return the charts of a small month, made once: they have words in both languages."""
    return charts_of(MONTHS[name])


@cache
def charts_of_example(period: str) -> list[Chart]:
    """Return the charts of a month of the example, made once."""
    return charts_of(v6.load(period=period))


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", MONTHS)
def test_a_caption_is_at_most_twenty_words(name, code):
    """In both languages, of odd months and of groups whose names fill a line."""
    for chart in charts_of_small(name):
        caption = chart.caption(code)
        assert caption
        assert len(caption.split()) <= LONGEST, f"{chart.name}: {caption}"
        assert "{" not in caption + chart.note(code) + chart.alt(code)


@pytest.mark.slow
@pytest.mark.parametrize("code", ["nl", "en"])
def test_the_captions_of_the_example_are_at_most_twenty_words(code):
    """Those of the whole list, of its newest month and its first."""
    for period in ("", "2026-01"):
        for chart in charts_of_example(period):
            caption = chart.caption(code)
            assert len(caption.split()) <= LONGEST, f"{chart.name}: {caption}"


def test_what_does_not_fit_in_a_caption_begins_the_note():
    """Whole sentences; of a first one that is too long, all of it."""
    assert Words.of(["One two.", "Three."], ["Note."]) == Words("One two. Three.", "Note.")
    nineteen = " ".join(["word"] * 19)
    found = Words.of([f"{nineteen} ends.", "And more."], ["Note."])
    assert found == Words(f"{nineteen} ends.", "And more. Note.")
    long = " ".join(["word"] * 21)
    assert Words.of([long], ["Note."]) == Words(f"{nineteen} …", f"{long} Note.")


def bars(*rows: str) -> Chart:
    """Return bars of states, a text per group."""
    names = {"y": "yes", "n": "no", "?": "unknown"}
    table = pd.DataFrame(
        [(f"g{at}", names[letter]) for at, row in enumerate(rows) for letter in row],
        columns=["sector", "state"],
    )
    return v6.chart.states(pd.crosstab(table["sector"], table["state"]))


def line(*shares: int) -> Chart:
    """Return a line through these percentages of a thousand domains."""
    rows = [
        pd.DataFrame({"domain": range(1000), "state": ["yes"] * 10 * share}, index=range(1000))
        if share == 100
        else pd.DataFrame(
            {"domain": range(1000), "state": ["yes"] * 10 * share + ["no"] * (1000 - 10 * share)}
        )
        for share in shares
    ]
    parts = [one.assign(period=f"2026-0{at}", measure="mail") for at, one in enumerate(rows, 1)]
    return v6.chart.trend(v6.shares(pd.concat(parts).astype("str"), by=["period", "measure"]))


def operators(**counts: int) -> Chart:
    """Return bars of the domains with IPv6 of each operator."""
    return v6.chart.operators(pd.DataFrame({"operator": [*counts], "yes": [*counts.values()]}))


@pytest.mark.parametrize(
    ("chart", "kind"),
    [
        (bars("yyyyy"), "table"),
        (bars("yyyyy", "yyyyy"), "table"),
        (bars("yyyyn", "nnnnn"), "figure"),
        (operators(A=5), "table"),
        (operators(A=5, B=5), "table"),
        (operators(A=5, B=9), "figure"),
        (line(50), "table"),
        (line(50, 51), "table"),
        (line(50, 53), "figure"),
        (v6.chart.quality(states(["2026-10"], unknown=0)), "table"),
        (v6.chart.quality(states(["2026-10"])), "figure"),
        (v6.chart.sectors(v6.shares(states(["2026-10"])[:0], by=["period", "sector"])), "text"),
        (v6.chart.provinces(v6.shares(bars("y").table.assign(province="Utrecht", domain="a",
            state="yes"), by="province")), "table"),
    ],
    ids=["n of n", "all of one part", "parts", "one bar", "equal bars", "bars", "one month",
         "a point more", "three points more", "all known", "some unknown", "no rows", "one tile"],
)  # fmt: skip
def test_what_a_picture_would_not_show_is_said(chart, kind):
    """One rule for every chart: a finding, or a list, and the table; without rows the finding."""
    held = chart._repr_mimebundle_()[MIME]
    assert held["kind"] == kind
    assert bool(held["svg"]) == (kind == "figure")
    assert bool(held["table"]) == (kind != "text")
    assert ("<picture>" in chart.html("nl")) == (kind == "figure")


@pytest.mark.parametrize("code", ["nl", "en"])
def test_under_a_figure_is_one_line_of_source(code):
    """The source with its day, and after it room for the files."""
    table = states(months(10))
    table.attrs["source"] = ["measurement 2026-10-06 Internet.nl"]
    page = v6.chart.trend(v6.shares(table, by=["period", "measure"])).html(code)
    (under,) = re.findall(r'</figure>(<p class="source">.*?</p>)<details>', page)
    assert page.count('class="source"') == 1
    assert "2026" in under
    assert "<br" not in under
