"""Charts of the gap: whose mail servers it depends on, and the fix order, drawn and in words."""

import re

import pandas as pd
import pytest
from chart_rules import check_chart, words
from chart_worlds import LONG
from dependencies import dependencies
from matplotlib.colors import to_hex

import v6monitor as v6
from v6monitor import charts
from v6monitor.charts.chart import Chart
from v6monitor.charts.style import STATE_COLOURS

TYPICAL = dependencies(a="Xn", b="Xn Yn", c="Yn", d="Yn", e="Zy", f="-?")
ONE = dependencies(a="Xn")
CLOSED = dependencies(a="Xy", b="Xy", c="Yy", d="Yy", e="Yy")
UNKNOWN = dependencies(a="-?", b="X?")
OWN = dependencies(a="An", b="Bn", c="Cy", d="Dy", e="Ey")
NONE = dependencies()
MANY = "ABCDEFGHIJKLMNOPQRST"
WORLDS = {
    "none": NONE,
    "no gap": CLOSED,
    "all unknown": UNKNOWN,
    "small": dependencies(a="Xn", b="Xy"),
    "many": dependencies(
        **{f"d{n}": f"{MANY[n * n % 20]}n{n % 9} Z{'yn?'[n % 3]}" for n in range(90)}
    ),
    "long names": dependencies(**{f"d{n}": "Xn" for n in range(7)}).assign(
        operator=LONG, tenant=LONG
    ),
}


def drawn() -> dict[str, Chart]:
    """Return every chart with tables from nothing to much."""
    found = {}
    for name, world in WORLDS.items():
        found[f"fix order, {name}"] = charts.fix_order(v6.gap.fix_order(world, top=12))
        tenants = v6.gap.fix_order(world, by="tenant", top=12)
        found[f"tenants, {name}"] = charts.fix_order(tenants)
    return found


DRAWN = drawn()


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_text_is_large_horizontal_inside_and_apart(name: str, code: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    check_chart(DRAWN[name], code)


def test_every_step_begins_where_the_one_before_ended() -> None:
    """Now 2 of 6; X then gives 3, Y the rest: bars from 0, 1/3 and 1/2."""
    table = v6.gap.fix_order(dependencies(a="Xy", b="Xy", c="Xn", d="Yn", e="Yn", f="Yn"))
    figure = charts.fix_order(table).figure()
    steps = [bar for bar in figure.axes[0].patches if _colour(bar) == STATE_COLOURS["yes"].lower()]
    ends = [(round(bar.get_x(), 3), round(bar.get_x() + bar.get_width(), 3)) for bar in steps]
    assert ends == [(0.0, 0.333), (0.333, 0.833), (0.833, 1.0)]
    assert {"Y", "X", "+50.0", "+16.7"} <= set(words(figure))


def test_what_is_unknown_is_hatched_in_every_step() -> None:
    """One unknown of six: a hatched bar between the bounds."""
    table = v6.gap.fix_order(dependencies(a="Xy", b="Xy", c="Xn", d="Xn", e="Xn", f="-?"))
    figure = charts.fix_order(table).figure()
    assert "undetermined" in words(figure)
    assert len([bar for bar in figure.axes[0].patches if bar.get_hatch()]) == 2


@pytest.mark.parametrize(
    ("world", "caption", "note"),
    [
        (TYPICAL, ["2"], ["4", "5", "3", "1", "6"]),
        (ONE, [], ["1", "1"]),
        (OWN, ["2"], ["2", "5"]),
        (CLOSED, [], []),
        (UNKNOWN, [], ["2", "2"]),
        (NONE, [], []),
    ],
)
def test_the_answer_has_the_size_of_the_gap(
    world: pd.DataFrame, caption: list[str], note: list[str]
) -> None:
    """At how many operators; then how many of how many, and who has most of more than one."""
    answer = charts.gap_answer(world)
    assert numbers(answer.caption()) == caption
    assert numbers(answer.note()) == note


def test_the_answer_says_how_much_the_three_largest_have() -> None:
    """A domain that fails at two of them counts once: 5 of 6."""
    world = dependencies(a="An", b="An Bn", c="Bn", d="Cn", e="Cn", f="Dn", g="Zy")
    assert numbers(charts.gap_answer(world).caption()) == ["4", "83%"]


@pytest.mark.parametrize(
    ("world", "found"),
    [
        (TYPICAL, ["40.0", "80.0"]),
        (ONE, ["0", "1"]),
        (CLOSED, ["100.0%", "5", "5"]),
        (OWN, ["60.0%", "3", "5"]),
        (UNKNOWN, []),
        (NONE, []),
    ],
)
def test_the_caption_of_the_fix_order_has_the_shares(world: pd.DataFrame, found: list[str]) -> None:
    """How many points the first steps bring mail, in both languages; few domains: counts."""
    chart = charts.fix_order(v6.gap.fix_order(world, top=5))
    for code in ("en", "nl"):  # what does not fit in twenty words begins the note
        said = [number.replace(",", ".") for number in numbers(chart.caption(code))]
        rest = [number.replace(",", ".") for number in numbers(chart.note(code))]
        assert [*said, *rest][: len(found)] == found


def test_the_fix_order_names_who_acts() -> None:
    """The administrators of the tenants at Microsoft, or the one of a tenant; never Microsoft."""
    world = dependencies(a="Mnt", b="Mnt", c="Mnu", d="Mnv", e="My", f="Gn", g="Gn")
    world["operator"] = world["operator"].replace("M", "Microsoft")
    tenants = charts.fix_order(v6.gap.fix_order(world, by="tenant", top=5))
    assert tenants.caption().startswith("If the administrator of tenant t turned IPv6 on, ")
    assert tenants.caption("nl").startswith("Zet de beheerder van tenant t IPv6 aan, ")
    order = charts.fix_order(v6.gap.fix_order(world, top=5))
    assert order.caption().startswith(
        "If the administrators of all tenants at Microsoft turned IPv6 on, e-mail would gain"
    )
    assert "At Microsoft the administrator of each tenant turns IPv6 on" in order.note()
    assert {"Microsoft", "4 domains", "3 known tenants"} <= set(words(order.figure()))


def test_what_the_steps_leave_is_a_counted_line() -> None:
    """Two operators of one domain each are no step and no bar."""
    chart = charts.fix_order(
        v6.gap.fix_order(dependencies(a="An", b="An", c="Bn", d="Cn", e="Ey"), top=5)
    )
    assert "After these steps 2 domains still lack IPv6." in chart.note()
    assert "other" not in " ".join(words(chart.figure())).lower()


def test_without_mail_servers_the_words_stand_alone() -> None:
    """A list of websites, or a month without lookups: not in this source, and no empty picture."""
    chart = charts.fix_order(v6.gap.fix_order(NONE, top=5))
    assert "<img" not in chart.html()
    for one in (chart, charts.gap_answer(NONE)):
        assert one.caption() == "Mail servers are not in this source."


def numbers(text: str) -> list[str]:
    """Return the numbers of a sentence, in their order."""
    return re.findall(r"(?<!v)\d[\d.,]*%?(?<![.,])", text.replace("IPv6", ""))


def _colour(bar: object) -> str:
    return to_hex(bar.get_facecolor())  # type: ignore[attr-defined]
