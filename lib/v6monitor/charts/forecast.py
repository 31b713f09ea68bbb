"""Forecasts in words, and their lines."""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.analysis.forecast import DEADLINE, TARGET
from v6monitor.analysis.futures import QUANTILES
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import Mark, fill, state_mark
from v6monitor.charts.months import End, Flag, level_axis, month_chart, ordinal
from v6monitor.charts.style import GREY_INK, STATE_COLOURS
from v6monitor.charts.trend import LINES
from v6monitor.charts.wording import chance, joined, measure_name
from v6monitor.language import Language, marked

SEEN = 0.05
"""Points of bias that round to more than none."""

PALE, SHADE = 0.25, "#9DB2CF"
"""How much of its colour the interval of a line has, and that of the key."""

REFUSED: Mapping[str, str] = {
    "nothing_known": marked("{measure}: no month has a share, so there is no forecast."),
    "target_reached": marked("{measure}: {target} has been reached."),
    "small_group": marked("{measure}: no date for fewer than 20 domains."),
    "few_points": marked("{measure}: no forecast with fewer than six measurements of one list."),
    "small_panel": marked(
        "{measure}: no forecast, for fewer than 80% of the domains were on the list all along."
    ),
    "not_growing": marked(
        "{measure}: the share does not grow, so at this pace {target} is never reached."
    ),
    "failed_backtest": marked(
        "{measure}: no forecast, for those of earlier months did not come true."
    ),
}
"""Why there is no forecast, by refusal."""

Row = Mapping[Hashable, Any]


def forecast_answer(table: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return when the target is reached at this pace, and how sure that is, in words.

    Args:
        table: of ``v6.forecast``; each row gets a sentence that names its measure.
        name: names the answer on a page.

    Source: METHOD.md §9.
    """
    return Chart(name, table, _answer_words, kind="answer")


def projection(table: pd.DataFrame, *, name: str = "projection") -> Chart:
    """Return a line per measure of the measured share and where it goes: middle and 80 %.

    Args:
        table: of ``v6.projection``: a row per measure and month.
        name: names the files of the chart.

    Source: METHOD.md §9.
    """
    return Chart(name, table, _projection_words, _draw_projection)


# Words


def _answer_words(table: pd.DataFrame, language: Language) -> Words:
    if table.empty:
        return Words(language.text("This measure is not in this source, so there is no forecast."))
    rows = table.to_dict("records")
    shares = _shares(table[table["adoption"].notna()], "adoption", language)
    based_on = max((row["measurements"] for row in rows if not row["refusal"]), default=0)
    basis = language.text(
        "Scenarios from {number} measurements and three growth curves: an extrapolation, not a"
        " plan.",
        number=language.number(based_on),
    )
    sentences = _sentences(rows, language)
    measured = language.text("Measured: {shares}", shares=shares) if shares else ""
    found = [_goal(table, language), measured]
    return Words.of(found, [*sentences, basis if based_on else ""])


def _goal(table: pd.DataFrame, language: Language) -> str:
    """Return whose target it is, and whether the agreement's was missed."""
    row = table.iloc[0].to_dict()
    target, deadline = _target(row, language), row["deadline"]
    if (row["target"], deadline) != (TARGET, DEADLINE):
        if not deadline:
            return language.text("Target of the reader: {target}.", target=target)
        return language.text(
            "Target of the reader: {target} by {month}.",
            target=target,
            month=language.month(deadline),
        )
    if table["period"].max() <= DEADLINE or not (table["adoption"] < TARGET).any():
        return language.text("Target of the agreement: {target} by the end of 2021.", target=target)
    return language.text("The agreement of {target} by the end of 2021 was missed.", target=target)


def _sentences(rows: Sequence[Row], language: Language) -> list[str]:
    """Return the sentence of each measure; those without a forecast for one reason share one."""
    parts: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        parts.setdefault((row["refusal"] or row.get("measure"), row["target"]), []).append(row)
    return [_sentence(part, language) for part in parts.values()]


def _sentence(rows: Sequence[Row], language: Language) -> str:
    """Return when a measure reaches the target, and how far off earlier forecasts were."""
    measure = _capital(language.listed([_measure(row, language) for row in rows]))
    row, target = rows[0], _target(rows[0], language)
    if row["refusal"]:
        return language.text(REFUSED[str(row["refusal"])], measure=measure, target=target)
    low, median, high = (
        language.month(row[end]) if row[end] else "" for end in ("low", "median", "high")
    )
    when = language.text(
        "{measure}: at this pace {target} is not reached within twenty years.",
        measure=measure,
        target=target,
    )
    if median:
        when = language.text(
            "{measure}: at this pace {target} is reached in {month} (eight of ten scenarios: {low}"
            " to {high}).",
            measure=measure,
            target=target,
            month=median,
            low=low,
            high=high or language.text("more than twenty years ahead"),
        )
    elif low:
        when += " " + language.text("One scenario in ten gets there by {month}.", month=low)
    in_time = bias = ""
    if row["deadline"] > row["period"]:
        in_time = language.text(
            "{part} of the scenarios make it by {month}.",
            month=language.month(row["deadline"]),
            part=chance(row["by_deadline"], language),
        )
    if abs(row["bias"]) >= SEEN:
        off = language.text("too high") if row["bias"] > 0 else language.text("too low")
        bias = language.text(
            "Earlier forecasts of {measure} were {points} points {off} on average.",
            measure=_measure(row, language),
            points=language.number(round(abs(row["bias"]), 1)),
            off=off,
        )
    return joined(when, in_time, bias)


def _projection_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Line chart of the measured share of domains with IPv6 and of where it goes at this pace."
        " It shows when the target comes within reach."
    )
    measured = _last(table[table["adoption"].notna()])
    if measured.empty:
        return Words(language.text("No month has a share."), "", alt)
    now = language.text("Measured: {shares}", shares=_shares(measured, "adoption", language))
    refused = joined(
        *_sentences([row for row in measured.to_dict("records") if row["refusal"]], language)
    )
    then = _last(table[table["middle"].notna()])
    if then.empty:
        return Words(language.text("No measure allows a forecast."), refused, alt)
    spread = [
        language.text(
            "{measure} {low} to {high}",
            measure=_measure(row, language),
            low=language.percent(row["low"]),
            high=language.percent(row["high"]),
        )
        for row in then.to_dict("records")
    ]
    note = language.text(
        "In eight of ten scenarios then: {shares}.", shares=language.listed(spread)
    )
    pace = language.text("At this pace: {shares}", shares=_shares(then, "middle", language))
    return Words.of([pace], [now, note, refused], alt)


def _shares(rows: pd.DataFrame, column: str, language: Language) -> str:
    """Return ``web 92.9% and mail 66.0% in October 2026.``, each month with its own measures."""
    found = []
    for period, part in rows.groupby("period"):
        shares = [
            f"{_measure(row, language)} {language.percent(row[column])}"
            for row in part.to_dict("records")
        ]
        month = language.month(str(period))
        found.append(
            language.text("{shares} in {month}", shares=language.listed(shares), month=month)
        )
    return f"{'; '.join(found)}." if found else ""


def _measure(row: Row, language: Language) -> str:
    """Return what the measure of a row is called within a sentence."""
    return (
        measure_name(row["measure"], language) if "measure" in row else language.text("the share")
    )


def _capital(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


def _target(row: Row, language: Language) -> str:
    target = float(row["target"])
    return language.percent(target, 0 if f"{target:.3f}".endswith("0") else 1)


def _parts(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of each measure, in the order of the table."""
    if "measure" not in table or table.empty:
        return [table]
    return [part for _, part in table.groupby("measure", sort=False)]


def _last(table: pd.DataFrame) -> pd.DataFrame:
    """Return the newest row of each measure."""
    return pd.concat([part.tail(1) for part in _parts(table)])


# Picture


def _draw_projection(table: pd.DataFrame, language: Language, width: int) -> Figure | None:
    if table["middle"].isna().all():
        return None
    months = table["period"].map(ordinal)
    low, high = months.min() - 0.5, months.max() + 0.5
    target = float(table["target"].iloc[0])
    parts = _parts(table)
    lines = [(rows, colour) for rows, (colour, _) in zip(parts, LINES * 2, strict=False)]
    ends = [
        End(
            high,
            target,
            [language.text("target: {target}", target=language.percent(target, 0))],
            GREY_INK,
        )
    ]
    for rows, colour in lines:
        last = rows.iloc[-1].to_dict()
        share = last["adoption"] if math.isnan(last["middle"]) else last["middle"]
        words = [_capital(_measure(last, language)), language.percent(share)]
        ends.append(End(ordinal(last["period"]), share, words, colour))
    deadline = str(table["deadline"].iloc[0])
    flags = []
    if deadline and low < ordinal(deadline) < high:
        text = language.text("deadline: {month}", month=language.month(deadline))
        flags = [Flag(ordinal(deadline), text, dashed=True)]
    key = [
        Mark(language.text("measured"), lines[0][1], "dot"),
        Mark(language.text("eight of ten scenarios"), SHADE),
    ]
    key += [state_mark("unknown", language)] if (table["lower"] < table["upper"]).any() else []
    figure, axes = month_chart(low, high, language, width, happened=flags, ends=ends, key=key)
    level_axis(axes, language, target)
    for rows, colour in lines:
        x = rows["period"].map(ordinal)
        unsure = rows["upper"] - rows["lower"]
        look = fill(STATE_COLOURS["unknown"], "hatched")
        axes.bar(x, unsure, 0.5, bottom=rows["lower"], linewidth=0, zorder=1.5, **look)
        axes.plot(x, rows["adoption"], "o-", color=colour, markersize=5, zorder=3)
        come = rows.tail(int(rows["middle"].notna().sum()) + 1)  # from the newest share on
        x, share = come["period"].map(ordinal), come["adoption"]
        low_end, middle, high_end = (come[end].fillna(share) for end in QUANTILES)
        axes.fill_between(x, low_end, high_end, color=colour, alpha=PALE, linewidth=0)
        axes.plot(x, middle, color=colour, linestyle=(0, (4, 1.6)), zorder=2.9)
    return figure
