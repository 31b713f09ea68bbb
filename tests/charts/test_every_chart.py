"""Every chart in both languages, with no, one and many groups, and with nothing known."""

from collections.abc import Callable

import pandas as pd
import pytest
from chart_rules import check, words
from chart_worlds import LONG, months, states

import v6monitor as v6
from v6monitor import charts
from v6monitor.analysis import breakdowns, shares
from v6monitor.language import Language

Drawn = tuple[Callable[..., object], pd.DataFrame]
EVENTS = pd.DataFrame(
    {
        "date": ["2025-12", "2026-01-20", "2026-08-01", "2022"],
        "label": [
            "Exchange Online turns IPv6 on by default, in steps",
            "Agreement: government web and mail on IPv6 before the end of 2021",
            "New accepted domains get an mx.microsoft name",
            "not drawn: only the year is known",
        ],
    }
)


def one_month(sectors: int, **options: int) -> pd.DataFrame:
    """Return one month of mail states of so many groups."""
    mail = states(["2026-08"], ("mail",), **options)
    names = list(dict.fromkeys(mail["sector"]))[:sectors]
    few = mail[mail["sector"].isin(names)]
    if sectors <= len(names):
        return few
    more = [few.assign(sector=f"{LONG} {n}", domain=f"{n}." + few["domain"]) for n in range(18)]
    return pd.concat([few, *more], ignore_index=True)


def explained(table: pd.DataFrame) -> pd.DataFrame:
    """Return states of which every third domain has a waiver, whatever its state."""
    return table.assign(explained=[number % 3 == 0 for number in range(len(table))])


def tables() -> dict[str, Drawn]:
    """Return every chart with tables from nothing to much."""
    year = states(months(10))
    found: dict[str, Drawn] = {}
    for name, states_ in {
        "ten months": year,
        "one month": states(["2026-08"]),
        "forty months": states(months(40), ("mail",)),
        "missing months": year[~year["period"].isin(["2026-01", "2026-04", "2026-05"])],
        "all unknown": states(months(3), unknown=1),
        "none": year[:0],
    }.items():
        found[f"trend, {name}"] = charts.trend, v6.shares(states_, by=["period", "measure"])
    found["trend, 25 groups"] = (
        lambda table, language: charts.trend(table, language, by="sector"),
        v6.shares(one_month(25), by=["period", "sector"]),
    )
    found["trend, events"] = (
        lambda table, language: charts.trend(table, language, events=EVENTS),
        v6.shares(year, by=["period", "measure"]),
    )
    mail = year[year["measure"] == "mail"]
    found["sectors, a year"] = (
        charts.sectors,
        shares.with_earlier(v6.shares(mail, by=["period", "sector"])),
    )
    for name, number, unknown in [("0", 0, 40), ("1", 1, 40), ("25", 25, 40), ("unknown", 7, 1)]:
        month = one_month(number, unknown=unknown)
        found[f"sectors, {name}"] = (
            charts.sectors,
            shares.with_earlier(v6.shares(month, by=["period", "sector"])),
        )
        found[f"states, {name}"] = charts.states, breakdowns.state_counts(month)
        found[f"quality, {name}"] = charts.quality, breakdowns.quality(month)
    outcomes = ["ok"] * 9000 + ["servfail", "timeout", "refused", "bogus", "chain", "mismatch"] * 9
    log = pd.DataFrame({"outcome": outcomes})
    found["quality, lookups"] = charts.quality, breakdowns.quality(year, log)
    told = explained(one_month(7))
    found["sectors, explained"] = (
        charts.sectors,
        shares.with_earlier(v6.shares(told, by=["period", "sector"])),
    )
    found["states, explained"] = charts.states, breakdowns.state_counts(told)
    return found


TABLES = tables()


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", TABLES)
def test_text_is_large_horizontal_inside_and_apart(name: str, code: str) -> None:
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    draw, table = TABLES[name]
    check(draw(table, Language(code)))


@pytest.mark.parametrize("name", [name for name in TABLES if "unknown" in name])
def test_what_is_unknown_is_drawn_and_named(name: str) -> None:
    """A month of which nothing could be told shows that, and no percentage of yes."""
    draw, table = TABLES[name]
    written = " ".join(words(draw(table, Language("en"))))
    assert "undetermined" in written or "There are no" in written


@pytest.mark.parametrize("name", [name for name in TABLES if name.endswith("explained")])
def test_what_is_explained_is_written_in_the_picture(name: str) -> None:
    """A waiver is shown apart in every chart, and takes nothing off a bar."""
    draw, table = TABLES[name]
    written = " ".join(words(draw(table, Language("en"))))
    assert "explained" in written
    plain = " ".join(words(draw(table.drop(columns="explained"), Language("en"))))
    assert "explained" not in plain


def test_the_picture_has_the_same_bytes_again() -> None:
    """The same table gives the same SVG, without a date in it."""
    draw, table = TABLES["trend, events"]
    first, second = (charts.svg(draw(table, Language("nl"))) for _ in range(2))
    assert first == second
    assert "<dc:date>" not in first


def test_the_own_settings_of_a_user_change_nothing() -> None:
    """A matplotlibrc with another type and size gives the same picture."""
    import matplotlib as mpl  # noqa: PLC0415 - its settings are what this test is about

    draw, table = TABLES["states, 1"]
    plain = charts.svg(draw(table, Language("en")))
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "text.color": "red"}):
        assert charts.svg(draw(table, Language("en"))) == plain


def test_the_typeface_is_the_one_matplotlib_ships() -> None:
    """A DejaVu of the system, of another version, would give other bytes."""
    from matplotlib import font_manager, get_data_path  # noqa: PLC0415

    assert font_manager.findfont("DejaVu Sans").startswith(get_data_path())


def test_untrusted_names_are_plain_text() -> None:
    """A name with markup for formulas or signs without a glyph is drawn as it stands."""
    month = one_month(1).assign(sector="$x^2$ \\frac 漢字")
    figure = charts.states(breakdowns.state_counts(month), Language("en"))
    check(figure)
    assert "$x^2$ \\frac ??" in words(figure)
