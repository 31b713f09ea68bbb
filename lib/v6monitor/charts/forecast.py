"""Forecasts, their backtest, and the time domains took to get IPv6: working page, in English."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.gap import BEFORE
from v6monitor.charts.layout import (
    HALO,
    LINE,
    Mark,
    Row,
    Rows,
    draw_key,
    key_height,
    nothing,
    rows_chart,
    share_axis,
    width_of,
    wrapped,
)
from v6monitor.charts.months import (
    BOTTOM,
    LEFT,
    PLOT,
    End,
    Flag,
    draw_flags,
    flags_height,
    label_ends,
    level_axis,
    month_axis,
    ordinal,
    placed,
)
from v6monitor.charts.style import (
    BOUNDS,
    DPI,
    GREY_INK,
    INK,
    STATE_COLOURS,
    WIDTH,
    new_axes,
    new_figure,
    offset,
    pixels,
    styled,
)
from v6monitor.charts.wording import chance, domains, group_name, joined, percents, share_text
from v6monitor.language import Language

SPREAD = BEFORE
"""The colour of where eight of ten scenarios are."""

CAME = "#C8501E"
LATEST = 120
"""An axis of months ends at most so many after the newest month."""

ASIDE = 140
"""Room at the right for a column of months, in pixels."""

REFUSED: Mapping[str, str] = {
    "nothing_known": "There is no month with a share, so no forecast is made.",
    "target_reached": "The target of {target} has been reached.",
    "few_points": "There are fewer than six measurements of one list, so no forecast is made.",
    "small_panel": "Fewer than 80% of the domains were on the list all along, so no forecast is"
    " made.",
    "not_growing": "The share does not grow, so at this pace {target} is never reached.",
}
"""Why there is no forecast, by refusal."""

WITHOUT_DATE: Mapping[str, str] = {
    "target_reached": "Already there",
    "": "Not within twenty years",
    "not_growing": "Does not grow",
    "small_panel": "List changed too much",
    "few_points": "Too few measurements",
    "nothing_known": "No share known",
}
"""The heading of the groups without a date, by refusal."""


def forecast_answer(table: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return when the target is reached at this pace, and how sure that is, in words.

    Args:
        table: of ``v6.forecast``; its last row, all domains, is described.
        name: names the answer on a page.
    """
    return Chart(name, table, _answer_words, kind="answer", languages=("en",))


def forecast(table: pd.DataFrame, *, name: str = "forecast") -> Chart:
    """Return the month in which each group reaches the target, and where 8 of 10 scenarios are.

    Args:
        table: of ``v6.forecast``: a row per group, its name in the first column.
        name: names the files of the chart.

    Returns:
        A Chart; the share of the scenarios that make the deadline is at the right, and a group
        without a forecast has the reason in words.
    """
    return Chart(name, table, _forecast_words, _draw_forecast, languages=("en",))


def projection(table: pd.DataFrame, *, name: str = "projection") -> Chart:
    """Return a line of the measured share and where it goes at this pace: middle and 80 %.

    Args:
        table: of ``analysis.forecast.projection``: a row per month.
        name: names the files of the chart.
    """
    return Chart(name, table, _projection_words, _draw_projection, languages=("en",))


def backtest(table: pd.DataFrame, *, name: str = "backtest") -> Chart:
    """Return what each earlier month would have forecast for the newest, and the actual share.

    Args:
        table: of ``analysis.forecast.backtest``: a row per earlier month.
        name: names the files of the chart.
    """
    return Chart(name, table, _backtest_words, _draw_backtest, languages=("en",))


def _answer_words(table: pd.DataFrame, language: Language) -> Words:
    row = table.iloc[-1].to_dict()
    now = (
        f"Now: {share_text({**row, 'unknown': 0}, language)}."
        if row["measurements"]
        else "No month has enough domains with a known result."
    )
    if row["refusal"]:
        return Words(_refused(row, language), now)
    target, deadline = _target(row, language), _month(row["deadline"], language)
    low, median, high = (_month(row[name], language) for name in ("low", "median", "high"))
    if row["median"] and row["high"]:
        spread = f"is reached around {median}; in eight of ten scenarios between {low} and {high}."
    elif row["median"]:
        spread = (
            f"is reached around {median}; one scenario in ten gets there by {low}, one in ten not"
            " within twenty years."
        )
    elif row["low"]:
        spread = (
            "is not reached within twenty years in half of the scenarios; one in ten gets there by"
            f" {low}."
        )
    else:
        spread = "is not reached within twenty years."
    when = f"At this pace {target} {spread}"
    part = row["by_deadline"]
    in_time = (
        f"{chance(part, language)} of the scenarios reach it by {deadline}."
        if part
        else f"No scenario reaches it by {deadline}."
    )
    note = (
        f"Scenarios from {language.number(row['measurements'])} measurements and three growth"
        " curves: an extrapolation, not a plan."
    )
    return Words(joined(when, in_time), joined(now, note))


def _forecast_words(table: pd.DataFrame, language: Language) -> Words:
    alt = (
        "Chart of the month in which each group reaches the target at this pace, with the spread"
        " of the scenarios. It shows who will be late."
    )
    by = str(table.columns[0])
    groups = table[table[by] != "total"]
    row = table.iloc[-1].to_dict()
    target = _target(row, language)
    dated = groups[(groups["refusal"] == "") & (groups["median"] != "")].sort_values("median")
    found = []
    if len(dated):
        ends = [dated.iloc[at] for at in ((0,) if len(dated) == 1 else (0, -1))]
        names = [
            f"{group_name(end[by], language)}, {_month(end['median'], language)}" for end in ends
        ]
        found.append(f"Reaches {target} first: {names[0]}.")
        found += [f"Last: {name}." for name in names[1:]]
    undated = groups[groups["median"] == ""]
    for refusal, heading in WITHOUT_DATE.items():
        names = [
            group_name(name, language) for name in undated.loc[undated["refusal"] == refusal, by]
        ]
        if names:
            found.append(f"{heading}: {language.listed(names)}.")
    note = (
        f"Month in which half of the scenarios have reached {target}; an arrow: not within the"
        " years shown. On the right: the scenarios that do so by"
        f" {_month(row['deadline'], language)}."
    )
    return Words(joined(*found) or "There are no groups to compare.", note, alt)


@styled
def _draw_forecast(table: pd.DataFrame, language: Language) -> Figure:
    if not table["period"].any():
        return nothing("There are no measurements to draw.")
    rows = [
        Row(group_name(row[table.columns[0]], language), domains(row["yes"] + row["no"], language))
        for row in table.to_dict("records")
    ]
    key = [
        Mark("half of the scenarios", STATE_COLOURS["yes"], "dot"),
        Mark("eight of ten scenarios", SPREAD),
    ]
    deadline = str(table["deadline"].iloc[0])
    column = wrapped(f"by {language.month(deadline)}", ASIDE - 16, 2)
    chart = rows_chart(rows, key=key, right=ASIDE, bottom=56, header=LINE * len(column) + 6)
    low, high = _span(table, deadline)
    month_axis(chart.axes, low, high, chart.width, language)
    chart.axes.grid(axis="x")
    if low < ordinal(deadline) < high:
        chart.axes.axvline(ordinal(deadline), color=GREY_INK, linestyle=(0, (6, 3)), linewidth=1.2)
    for row, middle in zip(table.to_dict("records"), chart.middles, strict=True):
        if row["refusal"]:
            words = language.label(row["refusal"])
            chart.axes.annotate(
                words, (low, middle), offset(6, 0), textcoords="offset points",
                va="center_baseline", color=GREY_INK, path_effects=HALO,
            )  # fmt: skip
        else:
            _passage(chart, row, middle, high, language)
    _heading(chart, column)
    return chart.figure


def _projection_words(table: pd.DataFrame, language: Language) -> Words:
    alt = (
        "Line chart of the measured share of domains with IPv6 and of where it goes at this pace."
        " It shows when the target comes within reach."
    )
    if table.empty:
        return Words(REFUSED["nothing_known"], "", alt)
    row = table.iloc[-1].to_dict()
    measured = table[table["adoption"].notna()]
    newest = _month(measured["period"].iloc[-1], language)
    now = f"In {newest}: {language.percent(measured['adoption'].iloc[-1])}."
    if row["refusal"]:
        return Words(_refused(row, language), now, alt)
    ahead = table[(table["period"] == row["deadline"]) & table["adoption"].isna()]
    then = (table.tail(1) if ahead.empty else ahead).iloc[0]
    low, middle, high = (language.percent(then[name]) for name in ("low", "middle", "high"))
    finding = (
        f"At this pace the share is {middle} in {_month(then['period'], language)}; in eight of ten"
        f" scenarios between {low} and {high}."
    )
    target = _target(row, language)
    reached = (
        f"{chance(then['reached'], language)} of the scenarios have reached {target} by then."
        if then["reached"]
        else f"No scenario has reached {target} by then."
    )
    return Words(finding, joined(now, reached), alt)


@styled
def _draw_projection(table: pd.DataFrame, language: Language) -> Figure:
    measured = table[table["adoption"].notna()]
    if measured.empty:
        return nothing("There are no measurements to draw.")
    ahead = table[table["adoption"].isna()]
    months = table["period"].map(ordinal)
    low, high = months.min() - 0.5, months.max() + 0.5
    target, colour = float(table["target"].iloc[0]), STATE_COLOURS["yes"]
    ends = [End(high, target, [f"target: {language.percent(target, 0)}"], GREY_INK)]
    if len(ahead):
        words = ["at this pace", language.percent(ahead["middle"].iloc[-1])]
        ends.append(End(months.max(), float(ahead["middle"].iloc[-1]), words, colour))
    width = WIDTH - LEFT - max(width_of(line) for end in ends for line in end.lines) - 20
    deadline = ordinal(str(table["deadline"].iloc[0]))
    label = f"deadline: {language.month(str(table['deadline'].iloc[0]))}"
    flags = [Flag(deadline, label, dashed=True)] if low < deadline < high else []
    found = placed(flags, LEFT, width / (high - low), low)
    key = [Mark("measured", colour, "dot")]
    key += [Mark("eight of ten scenarios", SPREAD)] if len(ahead) else []
    if (measured["upper"] > measured["lower"]).any():
        key.append(Mark(language.label("unknown"), BOUNDS))
    top = BOTTOM + PLOT
    figure = new_figure(top + max(14.0, flags_height(found) + 6) + key_height(key))
    axes = new_axes(figure, LEFT, BOTTOM, width, PLOT)
    month_axis(axes, low, high, width, language)
    level_axis(axes, language, target)
    x = measured["period"].map(ordinal)
    axes.vlines(x, measured["lower"], measured["upper"], color=BOUNDS, linewidth=8, zorder=1.5)
    axes.plot(x, measured["adoption"], color=colour, zorder=3)
    axes.plot(x, measured["adoption"], "o", color=colour, markersize=5, zorder=3.1)
    if len(ahead):
        come = ahead["period"].map(ordinal)
        axes.fill_between(come, ahead["low"], ahead["high"], color=SPREAD, linewidth=0, zorder=1.5)
        axes.plot(come, ahead["middle"], color=colour, linestyle=(0, (4, 1.6)), zorder=3)
    draw_flags(figure, axes, found, top)
    label_ends(figure, axes, ends, PLOT)
    draw_key(figure, key)
    return figure


def _backtest_words(table: pd.DataFrame, language: Language) -> Words:
    alt = (
        "Chart of the share that each earlier month would have forecast for the newest, and the"
        " actual share. It shows how far the forecast can be trusted."
    )
    made = table[table["refusal"] == ""]
    if made.empty:
        return Words(
            "No earlier month allowed a forecast.",
            "It takes six measurements of one list, and a share that grows.",
            alt,
        )
    inside = int((made["inside"] == "yes").sum())
    finding = f"{inside} of {len(made)} earlier forecasts included the actual share."
    first = made.iloc[0].to_dict()
    low, high, actual = (language.percent(first[name]) for name in ("low", "high", "adoption"))
    earliest = (
        f"That of {_month(first['origin'], language)} gave {low} to {high} for"
        f" {_month(first['period'], language)}; the actual share was {actual}."
    )
    note = "Each uses only the months up to its own. Eight of ten should be right."
    return Words(joined(finding, earliest), note, alt)


@styled
def _draw_backtest(table: pd.DataFrame, language: Language) -> Figure:
    if table.empty:
        return nothing("There are too few months to look back.")
    rows = [
        Row(
            language.month(row["origin"]),
            f"{row['ahead']} months ahead",
        )
        for row in table.to_dict("records")
    ]
    key = [
        Mark("forecast (middle)", STATE_COLOURS["yes"], "dot"),
        Mark("forecast (8 of 10)", SPREAD),
        Mark("actual", CAME, "ring"),
    ]
    chart = rows_chart(rows, key=key, right=ASIDE)
    share_axis(chart.axes, percents(language))
    for row, middle in zip(table.to_dict("records"), chart.middles, strict=True):
        axes = chart.axes
        axes.barh(middle, row["high"] - row["low"], 16, left=row["low"], color=SPREAD)
        axes.plot([row["middle"]], [middle], "o", color=STATE_COLOURS["yes"], markersize=10)
        axes.plot([row["adoption"]], [middle], "o", color=CAME, markerfacecolor="none",
                  markersize=12, markeredgewidth=2)  # fmt: skip
        words = row["refusal"] or {"yes": "inside", "no": "outside"}[row["inside"]]
        for line, text in enumerate(shown := wrapped(language.label(words), ASIDE - 12, 2)):
            y = middle + LINE * (line - (len(shown) - 1) / 2)
            axes.annotate(
                text, (1, y), offset(ASIDE - 4, 0), textcoords="offset points", ha="right",
                va="center_baseline", color=INK, annotation_clip=False,
            )  # fmt: skip
    return chart.figure


def _passage(
    chart: Rows, row: Mapping[Any, Any], middle: float, high: float, language: Language
) -> None:
    ends = [ordinal(row[name]) if row[name] else high for name in ("low", "median", "high")]
    low, median, late = (min(end, high) for end in ends)
    chart.axes.barh(middle, late - low, 16, left=low, color=SPREAD)
    if late >= high:
        chart.axes.plot([high], [middle], ">", color=SPREAD, markersize=9, clip_on=False)
    if median < high:
        chart.axes.plot([median], [middle], "o", color=STATE_COLOURS["yes"], markersize=10)
    chart.axes.annotate(
        chance(row["by_deadline"], language), (1, middle), offset(ASIDE - 4, 0),
        xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
        va="center_baseline", color=INK, annotation_clip=False,
    )  # fmt: skip


def _span(table: pd.DataFrame, deadline: str) -> tuple[float, float]:
    """Return the first and last month to draw: to the latest that is known, within ten years."""
    newest = ordinal(str(table["period"].max()))
    known = [ordinal(month) for name in ("low", "median", "high") for month in table[name] if month]
    latest = max([*known, ordinal(deadline), newest + 12]) + 1.5
    return newest - 0.5, min(latest, newest + LATEST + 0.5)


def _heading(chart: Rows, lines: list[str]) -> None:
    """Write the name of the column at the right."""
    top = chart.axes.get_position().y1 * chart.figure.get_figheight() * DPI
    for number, line in enumerate(reversed(lines)):
        chart.figure.text(
            WIDTH - 4, top + 6 + LINE * (number + 0.5), line, ha="right", va="center",
            color=GREY_INK, transform=pixels(chart.figure),
        )  # fmt: skip


def _refused(row: Mapping[Any, Any], language: Language) -> str:
    return REFUSED[str(row["refusal"])].format(target=_target(row, language))


def _target(row: Mapping[Any, Any], language: Language) -> str:
    target = float(row["target"])
    return language.percent(target, 0 if f"{target:.3f}".endswith("0") else 1)


def _month(period: str, language: Language) -> str:
    return language.month(period) if period else "no date"
