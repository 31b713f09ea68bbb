"""Adoption over time: a line per month, and the headline that answers how far along it is."""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v6monitor.charts.adoption import group_column, nothing_measured
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import LINE, Mark, draw_key, key_height, nothing, width_of, wrapped
from v6monitor.charts.months import (
    BOTTOM,
    LEFT,
    PLOT,
    End,
    Flag,
    draw_flags,
    flags,
    flags_height,
    label_ends,
    level_axis,
    month_axis,
    ordinal,
    placed,
)
from v6monitor.charts.style import BOUNDS, GREY_INK, INK, WIDTH, new_axes, new_figure, styled
from v6monitor.charts.wording import (
    SHARES,
    Record,
    definition_of,
    explained,
    group_name,
    joined,
    named_share,
    out_of,
    share_text,
)
from v6monitor.language import Language, marked

LABEL = 180
FIRST = ("web", "mail", "dns")
LINES = (("#154273", "-"), ("#C8501E", (0, (4, 1.6))), ("#3E8ECA", (0, (1, 1.2))))
OTHERS = ("#154273", "-")
BREAKS = {"domains": marked("other list of domains"), "tests": marked("other version of the tests")}


def trend(
    table: pd.DataFrame,
    *,
    events: pd.DataFrame | None = None,
    target: float | None = 1.0,
    name: str = "trend",
) -> Chart:
    """Return a line chart of the share of domains with IPv6 per month, a line per group.

    Args:
        table: shares by month and one group, such as measures or sectors:
            ``v6.shares(month.states, by=["period", "measure"])``.
        events: ``date`` (YYYY-MM or YYYY-MM-DD) and ``label`` of what to mark above the lines.
        target: a share of 1 to mark with a dashed line; None for no line.
        name: names the files of the chart.

    Returns:
        A Chart. A line joins neighbours at the series' own pace: none crosses a missing month, a
        month without a percentage or a break; grey is the undetermined part.

    Raises:
        UsageError: for a table that is not of shares by month and one group.
    """
    group_column(table)

    def draw(numbers: pd.DataFrame, language: Language) -> Figure:
        return _draw_trend(numbers, language, events, target)

    return Chart(name, table, _trend_words, draw)


def headline(table: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return in two lines how many domains have IPv6 and within which bounds: a page's answer.

    Args:
        table: shares by month and one group, as for ``trend``.
        name: names the answer on a page.

    Returns:
        A Chart without a picture.

    Raises:
        UsageError: for a table that is not of shares by month and one group.
    """
    group_column(table)
    return Chart(name, table, _headline_words, kind="answer")


def _trend_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Line chart of the share of domains with IPv6 per month. It shows how far the target of"
        " 100% is away, and how fast the distance shrinks."
    )
    if table.empty:
        return nothing_measured(language, alt)
    by, first, last = group_column(table), str(table["period"].min()), str(table["period"].max())
    rows = _newest(table, by)
    counts = [f"{group_name(name, language)} {share_text(rows[name], language)}" for name in rows]
    note = language.text(
        "Share of domains with a known result, {first} to {last}. In {last}: {counts}.",
        first=language.month(first),
        last=language.month(last),
        counts="; ".join(counts),
    )
    unsure = [
        f"{group_name(name, language)} {out_of(row['unknown'], row['applicable'], language)}"
        for name, row in rows.items()
        if row["unknown"]
    ]
    unknown = (
        language.text("Undetermined: {counts}.", counts="; ".join(unsure))
        if unsure
        else language.text("Every result is known.")
    )
    newest = pd.DataFrame([*rows.values()])
    reasons = explained(newest, language, by=by)
    note = joined(definition_of(table, language) if by != "measure" else "", note, unknown, reasons)
    return Words(_since(table, by, first, language), note, alt)


@styled
def _draw_trend(
    table: pd.DataFrame, language: Language, events: pd.DataFrame | None, target: float | None
) -> Figure:
    """Draw the lines, with their names and newest shares at their ends and breaks above them."""
    if table.empty:
        return nothing(language.text("There are no measurements to draw."))
    months = table["period"].map(ordinal)
    low, high = months.min() - 0.5, months.max() + 0.5
    series = _series(table, group_column(table))
    ends = [_end(rows, name, colour, months.max(), language) for name, rows, colour, _ in series]
    if target is not None:
        share = language.percent(target, 0)
        ends.append(End(high, target, [language.text("target: {share}", share=share)], GREY_INK))
    width = WIDTH - LEFT - max(width_of(line) for end in ends for line in end.lines) - 20
    breaks = _breaks(table, language)
    found = placed([*flags(events, low, high, language), *breaks], LEFT, width / (high - low), low)
    key = [Mark(language.label("unknown"), BOUNDS)] if table["unknown"].sum() else []
    height = max(PLOT, sum(LINE * len(end.lines) + 4 for end in ends))
    top = BOTTOM + height
    figure = new_figure(top + max(14.0, flags_height(found) + 6) + key_height(key))
    axes = new_axes(figure, LEFT, BOTTOM, width, height)
    month_axis(axes, low, high, width, language)
    level_axis(axes, language, target)
    pace = _pace(table)
    for _, rows, colour, dashes in series:
        for stretch in _stretches(rows, pace):
            _draw_stretch(axes, stretch, colour, dashes)
    draw_flags(figure, axes, found, top)
    label_ends(figure, axes, ends, height)
    draw_key(figure, key)
    return figure


def _headline_words(table: pd.DataFrame, language: Language) -> Words:
    if table.empty:
        return nothing_measured(language, "")
    by = group_column(table)
    rows = _newest(table, by)
    months = sorted(set(table["period"]))
    values = {
        "month": language.month(months[-1]),
        "shares": language.listed([named_share(name, row, language) for name, row in rows.items()]),
    }
    if all(name in SHARES and not math.isnan(row["adoption"]) for name, row in rows.items()):
        now = language.text(
            "In {month}, {shares} had IPv6. The agreement was 100% by the end of 2021.", **values
        )
    else:
        now = language.text("IPv6 in {month}: {shares}.", **values)
    bounds = [
        language.text(
            "{name} between {lower} and {upper}",
            name=group_name(name, language),
            lower=language.percent(row["lower"]),
            upper=language.percent(row["upper"]),
        )
        for name, row in rows.items()
        if row["unknown"] and not math.isnan(row["adoption"])
    ]
    note = (
        language.text(
            "Counting the undetermined domains either way: {bounds}.",
            bounds=language.listed(bounds),
        )
        if bounds
        else _trend_words(table, language).note
    )
    return Words(joined(now, _since(table, by, months[-2:][0], language)), note)


def _newest(table: pd.DataFrame, by: str) -> dict[str, Record]:
    """Return the rows of the newest month by group; web, mail and name servers first."""
    newest = table[table["period"] == table["period"].max()]
    rows: dict[str, Record] = {str(row[by]): row for row in newest.to_dict("records")}
    return {name: rows[name] for name in _in_order(rows)}


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def _since(table: pd.DataFrame, by: str, earlier: str, language: Language) -> str:
    """Return the change since an earlier month of every group that can be compared with it."""
    last = str(table["period"].max())
    if earlier == last:
        return language.text("This is the first month: there is nothing to compare with.")
    later = table[table["period"] > earlier]
    broken = set(later.loc[later["break_reason"] != "", by])
    comparable = table[table["adoption"].notna() & ~table[by].isin(broken)]
    before, now = (
        comparable[comparable["period"] == month].set_index(by)["adoption"]
        for month in (earlier, last)
    )
    moved = (100 * (now - before)).dropna()
    month = language.month(earlier)
    if moved.empty:
        return language.text("It cannot be compared with {month}.", month=month)
    return language.text(
        "Since {month}, in percentage points: {changes}.",
        month=month,
        changes=language.listed(
            [
                f"{group_name(name, language)} {language.points(moved[name])}"
                for name in _in_order(moved.index)
            ]
        ),
    )


def _series(table: pd.DataFrame, by: str) -> list[tuple[str, pd.DataFrame, str, object]]:
    """Return name, rows, colour and dashes of every line; web, mail and name servers first."""
    names = _in_order(dict.fromkeys(table[by]))
    looks = LINES if len(names) <= len(LINES) else [OTHERS] * len(names)
    rows = [table[table[by] == name].sort_values("period") for name in names]
    return [
        (str(name), part, colour, dashes)
        for name, part, (colour, dashes) in zip(names, rows, looks, strict=False)
    ]


def _stretches(rows: pd.DataFrame, pace: int) -> Iterator[pd.DataFrame]:
    """Cut a series where no line may be drawn; leave out months too small for a percentage."""
    all_unknown = rows["yes"].add(rows["no"]).eq(0) & rows["unknown"].gt(0)
    there = rows[rows["adoption"].notna() | all_unknown]
    gap = there["period"].map(ordinal).astype("int64").diff() > pace
    silent = there["adoption"].isna()
    cut = gap | there["break_reason"].ne("") | silent | silent.shift(fill_value=False)
    for _, stretch in there.groupby(cut.cumsum()):
        yield stretch


def _draw_stretch(axes: Axes, stretch: pd.DataFrame, colour: str, dashes: object) -> None:
    x = stretch["period"].map(ordinal).to_list()
    low, high = stretch["lower"].to_list(), stretch["upper"].to_list()
    if len(x) == 1:
        axes.vlines(x, low, high, color=BOUNDS, linewidth=10, zorder=1.5)
    else:
        axes.fill_between(x, low, high, color=BOUNDS, linewidth=0, zorder=1.5)
    axes.plot(x, stretch["adoption"], color=colour, linestyle=dashes, zorder=3)
    axes.plot(x, stretch["adoption"], "o", color=colour, markersize=5, zorder=3.1, clip_on=False)


def _end(rows: pd.DataFrame, name: str, colour: str, last: int, language: Language) -> End:
    label = wrapped(group_name(name, language), LABEL, 1)
    known = rows[rows["adoption"].notna()]
    if known.empty:
        return End(last, 0.5, [*label, _no_share(rows.iloc[-1], language)], INK)
    final = known.iloc[-1]
    x, share = ordinal(final["period"]), language.percent(final["adoption"])
    if x < last:
        share += f" ({final['period']})"
    return End(x, float(final["adoption"]), [*label, share], colour)


def _no_share(row: pd.Series, language: Language) -> str:
    if row["yes"] + row["no"]:
        return language.text("fewer than 5")
    return language.label("unknown" if row["unknown"] else "not_applicable")


def _breaks(table: pd.DataFrame, language: Language) -> list[Flag]:
    broken = table[table["break_reason"] != ""].drop_duplicates(["period", "break_reason"])
    points = zip(broken["period"], broken["break_reason"], strict=True)
    return [
        Flag(ordinal(period) - 0.5, language.text(BREAKS.get(why, why)), dashed=True)
        for period, why in points
    ]


def _pace(table: pd.DataFrame) -> int:
    """Return the months between two measurements: the smallest step of the whole table."""
    months = sorted(set(table["period"].map(ordinal)))
    return min((later - earlier for earlier, later in pairwise(months)), default=1)
