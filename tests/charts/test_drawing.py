"""The rules of drawing: readable text, fixed bytes, colours; no, one and many groups."""

import re
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from chart_rules import check, check_chart, words
from chart_worlds import LONG, months, states
from matplotlib import font_manager, get_data_path
from matplotlib.patches import Patch

import v6monitor as v6
from v6monitor.charts.chart import Chart
from v6monitor.charts.provinces import PROVINCES
from v6monitor.charts.style import FONTS, PHONE, STATE_COLOURS, contrast, ink_on, luminance, svg

EVENTS = pd.DataFrame(
    {
        "date": ["2025-12", "2026-01-20", "2026-08-01", "2022"],
        "event": ["default_on", "agreement", "default_on", "deadline"],
    }
)


def one_month(sectors: int, **options: int) -> pd.DataFrame:
    """Return one month of mail states of so many groups, those after seven with long names."""
    mail = states(["2026-08"], ("mail",), **options)
    names = list(dict.fromkeys(mail["sector"]))[:sectors]
    few = mail[mail["sector"].isin(names)]
    if sectors <= len(names):
        return few
    more = [few.assign(sector=f"{LONG} {n}", domain=f"{n}." + few["domain"]) for n in range(18)]
    return pd.concat([few, *more], ignore_index=True)


def trend(table: pd.DataFrame, by: str = "measure", **options: object) -> Chart:
    """Return the chart of shares by month."""
    return v6.chart.trend(v6.shares(table, by=["period", by]), **options)


def by_state(table: pd.DataFrame) -> Chart:
    """Return the chart of the states of each sector."""
    return v6.chart.states(pd.crosstab(table["sector"], table["state"]))


def provinces(letters: str) -> Chart:
    """Return the map of provinces with 0, 3, 6 … domains, of these states in turn."""
    names = {"y": "yes", "n": "no", "?": "unknown"}
    rows = [
        (f"{province}{n}", province, names[letters[n % len(letters)]])
        for size, province in enumerate(PROVINCES if letters else [])
        for n in range(3 * size)
    ]
    table = pd.DataFrame(rows, columns=["domain", "province", "state"], dtype="str")
    return v6.chart.provinces(v6.shares(table.assign(explained=True), by="province"))


def charts() -> dict[str, Chart]:
    """Return charts of tables from nothing to much."""
    year = states(months(10))
    mail = year[year["measure"] == "mail"]
    outcomes = ["ok"] * 9000 + ["servfail", "timeout", "refused", "bogus", "chain", "mismatch"] * 9
    found = {
        "trend, ten months": trend(year),
        "trend, one month": trend(states(["2026-08"])),
        "trend, forty months": trend(states(months(40), ("mail",))),
        "trend, missing months": trend(year[~year["period"].isin(["2026-01", "2026-04"])]),
        "trend, all unknown": trend(states(months(3), unknown=1)),
        "trend, none": trend(year[:0]),
        "trend, 25 groups": trend(one_month(25), "sector"),
        "trend, events": trend(year, events=EVENTS),
        "sectors, a year": v6.chart.sectors(v6.shares(mail, by=["period", "sector"])),
        "quality, lookups": v6.chart.quality(
            year, observations=pd.DataFrame({"outcome": outcomes, "resolver": "192.0.2.1"})
        ),
        "provinces, mixed": provinces("yyn?y"),
        "provinces, unknown": provinces("?"),
        "provinces, none": provinces(""),
        "provinces, of nothing": v6.chart.provinces(
            v6.shares(one_month(1)[:0].assign(province=""), by="province")
        ),
    }
    for name, number, unknown in [("0", 0, 40), ("1", 1, 40), ("25", 25, 40), ("unknown", 7, 1)]:
        month = one_month(number, unknown=unknown)
        by_sector = v6.shares(month, by=["period", "sector"])
        found[f"sectors, {name}"] = v6.chart.sectors(by_sector)
        found[f"states, {name}"] = by_state(month)
        found[f"quality, {name}"] = v6.chart.quality(month)
    return found


CHARTS = charts()


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", CHARTS)
def test_text_is_large_horizontal_inside_and_apart(name, code):
    """No text is small, turned, cut off by the edge or on top of another, at 720 pixels."""
    check_chart(CHARTS[name], code)


@pytest.mark.parametrize("name", CHARTS)
def test_the_alternative_text_is_two_sentences(name):
    """A screen reader hears chart type, what data and why it is here; the caption has an end."""
    chart = CHARTS[name]
    if len(chart.table):
        assert chart.alt().count(". ") == 1
        assert {"chart", "map"} & set(chart.alt().split(".")[0].split())
    assert chart.caption().endswith(".")
    assert chart.caption("nl") != chart.caption()


@pytest.mark.parametrize("name", [name for name in CHARTS if "unknown" in name])
def test_what_is_unknown_is_drawn_and_named(name):
    """A month of which nothing is known shows that, and no percentage of yes."""
    chart = CHARTS[name]
    drawn = words(chart.figure()) if "<figure" in chart.html() else [chart.caption(), chart.note()]
    assert "undetermined" in " ".join(drawn).lower()


def test_the_picture_has_the_same_bytes_again():
    """The same table gives the same SVG, without a date in it."""
    chart = CHARTS["trend, events"]
    first, second = (svg(chart.figure("nl")) for _ in range(2))
    assert first == second
    assert "<dc:date>" not in first


def test_the_own_settings_of_a_user_change_nothing():
    """A matplotlibrc with another type and size gives the same picture."""
    chart = CHARTS["states, 1"]
    plain = svg(chart.figure())
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "text.color": "red"}):
        assert svg(chart.figure()) == plain


def test_the_typeface_is_the_one_matplotlib_ships():
    """A DejaVu of the system, of another version, would give other bytes."""
    assert font_manager.findfont("DejaVu Sans").startswith(get_data_path())


def test_untrusted_names_are_plain_text():
    """A name with markup for formulas or signs without a glyph is drawn as it is."""
    figure = by_state(one_month(1).assign(sector="$x^2$ \\frac 漢字")).figure()
    check(figure)
    assert "$x^2$ \\frac ??" in words(figure)


def average(patch: Patch) -> float:
    """Return the relative luminance of a patch: half of one hatched is white, a tenth of dots."""
    white = {"////": 0.5, "..": 0.1}.get(patch.get_hatch(), 0)
    colour = luminance(patch.get_edgecolor() if white == 0.5 else patch.get_facecolor())
    return white + (1 - white) * colour


@pytest.mark.parametrize(
    "name", [name for name in CHARTS if name.startswith(("states", "quality"))]
)
def test_neighbours_differ_without_colour(name):
    """Parts side by side in a bar differ in luminance by 1.5, in greyscale too."""
    if "<figure" not in CHARTS[name].html():
        return
    bars: dict[float, list[Patch]] = {}
    for patch in CHARTS[name].figure().axes[0].patches:
        bars.setdefault(patch.get_y(), []).append(patch)
    for parts in bars.values():
        for one, other in pairwise(sorted(parts, key=lambda part: part.get_x())):
            dark, light = sorted((average(one), average(other)))
            assert (light + 0.05) / (dark + 0.05) >= 1.5


def test_states_differ_in_a_grey_picture():
    """In the rendered picture, all colour taken away, yes, partly, no and unknown are apart."""
    counts = pd.DataFrame({state: [100] for state in STATE_COLOURS}, index=["rijk"])
    figure = v6.chart.states(counts.rename_axis("sector")).figure()
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[:, :, :3] / 255
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    grey = linear @ [0.2126, 0.7152, 0.0722]
    found = []
    for patch in figure.axes[0].patches[:4]:
        box = patch.get_window_extent()
        rows = slice(int(len(grey) - box.y1) + 2, int(len(grey) - box.y0) - 2)
        found.append(grey[rows, int(box.x0) + 4 : int(box.x0) + 36].mean())
    for one, other in pairwise(found):
        dark, light = sorted((one, other))
        assert (light + 0.05) / (dark + 0.05) >= 1.5, found
    assert 1.05 / (found[-1] + 0.05) >= 1.5


@pytest.mark.parametrize("name", ["trend, events", "sectors, a year", "quality, lookups"])
def test_letters_on_a_phone_are_eleven_pixels(name):
    """On a phone of 320 pixels, of which the page takes 40; as text, not outlines."""
    picture = svg(CHARTS[name].figure("nl", width=PHONE))
    wide = float(re.search(r'viewBox="0 0 ([\d.]+)', picture)[1])
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", picture)]
    assert len(sizes) > 10
    assert min(sizes) * 280 / wide >= 11
    assert set(re.findall(r"font-family: ([^;\"]+)", picture)) == {FONTS}


def test_markup_in_a_name_is_text_in_the_picture():
    """A name from a list cannot become an element of the SVG."""
    picture = svg(by_state(one_month(2).assign(sector="<script>x</script>")).figure())
    assert "<script>" not in picture
    assert "&lt;script&gt;x" in picture


def test_bars_of_one_part_each_are_a_list():
    """Five of five and three of three say as much in a line each; the table is there."""
    counts = pd.DataFrame({"yes": [5, 0], "no": [0, 5]}, index=["rijk", "gemeente"])
    page = v6.chart.states(counts.rename_axis("sector").iloc[:1]).html()
    assert "<figure" not in page
    assert '<li><span aria-hidden="true">✓</span> Central government: 5 yes</li>' in page
    assert "<table" in page


def test_lines_that_hardly_move_are_a_sentence():
    """A point up or down cannot be seen on an axis of 0 to 100 %."""
    rows = [("y" * 500 + "n" * 500), ("y" * 505 + "n" * 495)]
    names = {"y": "yes", "n": "no"}
    parts = [
        pd.DataFrame({"domain": range(1000), "state": [names[letter] for letter in row]}).assign(
            period=f"2026-0{at}", measure="mail"
        )
        for at, row in enumerate(rows, 1)
    ]
    page = trend(pd.concat(parts).astype("str")).html()
    assert "<figure" not in page
    assert "50.5%" in page


@pytest.mark.parametrize("state", STATE_COLOURS)
def test_colours_stand_out(state):
    """Every state is 3:1 on white, and the ink in it 4.5:1 (WCAG 2.1)."""
    colour = STATE_COLOURS[state]
    assert contrast(colour, "#FFFFFF") >= 3
    assert contrast(ink_on(colour), colour) >= 4.5
