"""Charts of mail: who runs it and which Exchange Online domains lack IPv6, drawn and in words."""

import pandas as pd
import pytest
from chart_rules import check_chart, words
from chart_worlds import LONG, months, states

from v6monitor import charts
from v6monitor.charts.chart import Chart


def by_operator(**counts: str) -> pd.DataFrame:
    """Return counts per operator: ``A="3 1 1 0"`` has three yes, one partly, one no."""
    rows = [[name, *map(int, text.split())] for name, text in counts.items()]
    return pd.DataFrame(rows, columns=["operator", "yes", "partly", "no", "unknown"])


def by_month(*counts: tuple[int, int, int]) -> pd.DataFrame:
    """Return a month per triple of no, unknown and explained."""
    table = pd.DataFrame(counts, columns=["no", "unknown", "explained"], dtype="int64")
    table.insert(0, "period", months(len(counts), "2026-01"))
    return table


def listed(**columns: list[str]) -> pd.DataFrame:
    """Return a laggard list with these columns, and the others empty."""
    table = pd.DataFrame({"sole_cause": "yes", "waiver_status": "", **columns})
    return table.assign(domain=[f"d{number}.example" for number in range(len(table))])


def worlds() -> dict[str, Chart]:
    """Return the charts with tables from nothing to much."""
    mail = states(["2026-08"], ("mail",))
    many = pd.concat([mail.assign(sector=f"{LONG} {n}") for n in range(20)], ignore_index=True)
    found = {"laggards, none": charts.laggards_by_month(by_month()[:0])}
    for name, table in {"0": mail[:0], "7": mail, "20": many}.items():
        counts = table.pivot_table("domain", "sector", "state", "count", fill_value=0)
        counts = counts.rename_axis("operator").rename_axis(columns=None)
        found[f"operators, {name}"] = charts.operators(counts)
        found[f"operators, {name} explained"] = charts.operators(counts.assign(explained=3))
    for number in (1, 10, 40):
        rows = [(1200 - 20 * at, at % 3 * 90, 400 - at) for at in range(number)]
        found[f"laggards, {number}"] = charts.laggards_by_month(by_month(*rows))
        plain = by_month(*rows).drop(columns="explained")
        found[f"laggards, {number} plain"] = charts.laggards_by_month(plain)
    return found


WORLDS = worlds()


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", WORLDS)
def test_text_is_large_horizontal_inside_and_apart(name: str, code: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    check_chart(WORLDS[name], code)


def test_operators_count_from_zero_most_domains_first() -> None:
    """Bars are as long as their counts; the total is at the end."""
    chart = charts.operators(by_operator(A="3 0 1 0", B="1 0 0 1"))
    (axes,) = chart.figure("en").axes
    assert axes.get_xlim()[0] == 0
    assert [bar.get_width() for bar in axes.patches] == [3, 1, 1, 1]
    assert list(chart.table["operator"]) == ["A", "B"]
    assert "4" in words(chart.figure("en"))


def test_operators_after_the_largest_and_those_of_one_domain_are_one_row() -> None:
    """Of three operators with room for two rows: the largest, and the others with their counts."""
    table = by_operator(A="1 0 1 0", B="5 0 0 0", C="0 0 1 0", D="2 0 0 0")
    assert charts.operators(table).table["operator"].to_list() == ["B", "A", "D", "other"]
    folded = charts.operators(table, top=2).table
    assert folded[["operator", "domains", "no"]].to_numpy().tolist() == [
        ["B", 5, 0],
        ["other", 5, 2],
    ]
    assert charts.operators(folded).table.equals(folded)


def test_operators_are_counted_from_a_pivot_with_only_the_states_that_occur() -> None:
    """A pivoted table has the operators in its index and no column for what does not occur."""
    states = pd.DataFrame({"operator": list("AAB"), "state": ["yes", "no", "yes"], "n": 1})
    states.attrs["source"] = ["measurement 2026-10-06"]
    pivot = states.pivot_table("n", "operator", "state", "count", fill_value=0)
    chart = charts.operators(pivot)
    assert chart.table[["yes", "partly", "no", "unknown", "domains"]].to_numpy().tolist() == [
        [1, 0, 1, 0, 2],
        [1, 0, 0, 0, 1],
    ]
    assert chart.source() == "measurement of 6 October 2026"


def test_the_caption_of_the_operators_has_their_numbers() -> None:
    """Who has most domains, and of how many without IPv6 that operator has how many."""
    chart = charts.operators(by_operator(A="2 1 3 0", B="2 0 2 1"))
    for code in ("en", "nl"):
        assert numbers(chart.caption(code)) == ["6", "11", "4"]
        assert numbers(chart.note(code))[:2] == ["67%", "6"]
    assert "1 of 11" in chart.note("en")
    other = charts.operators(by_operator(A="6 0 0 0", B="2 0 2 0")).caption("en")
    assert other.endswith("B, 2 of 2.")
    assert "lacks" in charts.operators(by_operator(A="6 0 0 0", B="2 0 0 0")).caption("en")


def test_what_is_unknown_is_no_good_news() -> None:
    """Where nothing is known, no operator is named and no laggard counted, not even zero."""
    unknown = charts.operators(by_operator(A="0 0 0 6"))
    assert unknown.caption("en") == "Who runs the e-mail could not be determined."
    nobody = charts.operators(by_operator(A="1 0 0 0", B="0 0 1 0"))
    assert nobody.caption("nl") == (
        "Geen enkele beheerder verzorgt de e-mail van meer dan één domein."
    )
    laggards = charts.laggards_now(listed(group=["unknown"] * 2))
    assert not numbers(laggards.caption("en").replace("IPv6", ""))


def test_the_answer_counts_the_laggards_of_exchange_online() -> None:
    """Gateways and what is unknown are beside them."""
    groups = ["exchange_online"] * 3 + ["obsolete_name", "gateway", "gateway", "unknown"]
    causes = ["yes", "no", "yes", "yes", "yes", "yes", ""]
    status = ["valid", "expired", *[""] * 5]
    laggards = listed(group=groups, sole_cause=causes, waiver_status=status)
    for code in ("en", "nl"):
        answer = charts.laggards_now(laggards)
        assert numbers(answer.caption(code)) == ["4"]
        assert numbers(answer.note(code)) == ["3", "2", "1", "1", "1"]


def test_what_is_at_microsoft_and_no_laggard_is_counted_apart() -> None:
    """A wrong record and no address explain why Microsoft's domains are more; no zero is said."""
    groups = ["exchange_online", "broken_record", "no_address"]
    answer = charts.laggards_now(listed(group=groups, sole_cause=["yes"] * 3))
    assert answer.note("en") == (
        "For 1 of them that is the only cause."
        " Another 2 at Microsoft, 3 in all, have a wrong MX record or no address."
    )


def test_what_the_laggards_of_a_group_share_is_said_once() -> None:
    """Above a row for each: whose it is, since when, its tenant or operator, and its letter."""
    laggards = listed(
        organisation=["Town"] * 5,
        group=["exchange_online"] * 4 + ["gateway"],
        explanation=["off_by_default_on"] * 4 + ["gateway"],
        next_step=["enable_ipv6"] * 4 + ["ask_gateway"],
        failing_hosts=["mx1.example", "mx2.example", "mx3.example", "mx4.example", "gate.example"],
        operator=["Microsoft"] * 4 + ["Gate"],
        first_month_without=["2026-01"] * 5,
    ).assign(
        proofs="", doubt="", label_domain="", tenant="townhall", waiver="", sector="rijk",
        asked_at=pd.Timestamp("2026-10-06T12:00", tz="UTC"),
    )  # fmt: skip
    chart = charts.laggard_list(laggards)
    assert numbers(chart.caption("en")) == ["5"]
    page = chart.html("nl").replace("<wbr>", "")
    assert page.count("<table") == 1
    assert page.count('data-sector="Rijk"') == 5
    assert page.count("<tbody>") == page.count("<h3>") == 2
    assert page.count("<tr") == 1 + 2 + 5
    assert "<code><span>Enable-IPv6ForAcceptedDomain</span> <span>-Domain</span> <span>" in page
    assert page.count("stap voor stap") == 1
    assert "mx1.example" not in page
    assert "Gate" in page
    assert "gate.example" in page
    for kind in ("organisation:Town", "domain:d4.example", "letter:d4.example"):
        assert f'<a data-to="{kind}">' in page
    assert not numbers(charts.laggard_list(laggards[:0]).caption("en"))


def test_gateways_are_counted_by_who_runs_them() -> None:
    """A domain behind two operators is in both rows and once in the total; own hosts are named."""
    rows = [
        ("own_host", 1, "c.example"),
        ("Gate", 2, "a.example b.example"),
        ("Post", 1, "a.example"),
    ]
    table = pd.DataFrame(rows, columns=["operator", "laggards", "domains"])
    chart = charts.laggards_by(table)
    assert chart.caption() == "The largest group is behind Gate: 2 of 3 domains."
    assert "own mail servers" in chart.html("en")
    assert "eigen mailservers" in charts.laggards_by(table[:1]).caption("nl")


def test_laggards_have_a_bar_per_month() -> None:
    """The bars count from 0; explained is hatched; so is unknown, grey and not in the number."""
    figure = charts.laggards_by_month(by_month((9, 0, 0), (7, 2, 3))).figure("en")
    bars = [bar for bar in figure.axes[0].patches if bar.get_height()]
    assert [bar.get_height() for bar in bars] == [3, 9, 4, 2]
    assert [bool(bar.get_hatch()) for bar in bars] == [True, False, False, True]
    assert len({round(bar.get_x(), 2) for bar in bars}) == 2
    assert {"9", "7\n+2", "without IPv6, explained", "undetermined"} <= set(words(figure))


def test_the_caption_of_the_months_compares_the_first_with_the_last() -> None:
    """With how many of the newest are explained."""
    chart = charts.laggards_by_month(by_month((1200, 0, 0), (8, 0, 0), (7, 2, 3)))
    assert numbers(chart.caption("en")) == ["1,193", "2026", "2026"]
    assert numbers(chart.caption("nl")) == ["2026", "1.193", "2026"]
    assert chart.note("en").endswith("3 of 7.")
    assert chart.alt("en").count(". ") == 1
    assert numbers(charts.laggards_by_month(by_month((1, 0, 0))).caption("en")) == ["2026", "1"]


def test_the_note_of_the_months_says_what_the_lookups_found_since() -> None:
    """Of the same domains: gained, lost and undetermined; nothing without lookups."""
    outcomes = ["fixed_since"] * 3 + ["lost_since"] * 2 + ["agrees"] * 9 + ["could_not_tell"]
    since = pd.DataFrame({"outcome": outcomes})
    for code in ("en", "nl"):
        chart = charts.laggards_by_month(by_month((9, 0, 0)), since=since)
        assert numbers(chart.note(code)) == ["3", "2", "1"]
        assert numbers(charts.laggards_by_month(by_month((9, 0, 0))).note(code)) == []


def test_what_microsoft_changed_is_in_the_chart_of_its_month() -> None:
    """The start of IPv6 by default, on the months in which it was; nothing in other years."""
    table = by_month((9, 0, 0), (7, 0, 0), (7, 0, 0)).assign(period=months(3, "2024-09"))
    written = " ".join(words(charts.laggards_by_month(table).figure("en")))
    assert "IPv6 by default" in written
    earlier = table.assign(period=months(3, "2019-09"))
    written = " ".join(words(charts.laggards_by_month(earlier).figure("en")))
    assert "default" not in written


def test_laggards_by_tenant_gateway_and_place_name_the_largest() -> None:
    """Most first, what is elsewhere last; the finding is that of the first column."""
    tenants = pd.DataFrame({"tenant": ["a", "b"], "laggards": [2, 5]})
    assert charts.laggards_by(tenants).table["tenant"].to_list() == ["b", "a"]
    assert numbers(charts.laggards_by(tenants).caption("en").replace("IPv6", "")) == ["2", "7"]
    gates = pd.DataFrame({"operator": ["Gate", "Sieve"], "laggards": [2, 1]})
    caption = "De grootste groep zit achter Gate: 2 van de 3 domeinen."
    assert charts.laggards_by(gates).caption("nl") == caption
    assert "All of them (2)" in charts.laggards_by(gates[:1]).caption("en")
    places = pd.DataFrame({"sector": ["elsewhere", "rijk"], "laggards": [9, 1]}).set_index("sector")
    chart = charts.laggards_by(places.assign(explained=[2, 1]))
    assert chart.table["sector"].to_list() == ["rijk", "elsewhere"]
    assert chart.caption("en").endswith("Central government, 1 of 10.")
    assert chart.note("en").endswith("3 of 10.")
    for empty in (tenants[:0], gates[:0], places[:0]):
        assert not numbers(charts.laggards_by(empty).caption("en").replace("IPv6", ""))


def numbers(text: str) -> list[str]:
    """Return the numbers of a sentence, in their order."""
    words = [word.strip("().;:,") for word in text.replace("IPv6", "").split()]
    return [word for word in words if word[:1].isdigit()]
