"""Adoption over time: a line per month, with what happened and what was published before."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v6monitor.charts.adoption import group_column
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import BEHIND, Mark, fill, state_mark, wrapped
from v6monitor.charts.months import PLOT, End, Flag, flags, level_axis, month_chart, ordinal
from v6monitor.charts.style import GREY_INK, INK, NARROW, STATE_COLOURS, offset
from v6monitor.charts.wording import (
    Record,
    definition_of,
    group_name,
    joined,
    measure_name,
    out_of,
    share_text,
)
from v6monitor.language import Language, marked

LABEL, SHORT = 180, 124
"""Pixels that the name of a line may take, and on a phone."""

MANY = 48
"""From so many months on the axis the points of a line are small."""

FIRST = ("web", "mail", "dns")
LINES = (("#154273", "-"), ("#C8501E", (0, (4, 1.6))), ("#3E8ECA", (0, (1, 1.2))))
OTHERS = ("#154273", "-")
_CHANGED, _UNCHANGED = marked("{name} {before} to {after}"), marked("{name} still {after}")
BREAKS = {"domains": marked("other list of domains"), "tests": marked("other version of the tests")}


DEADLINE = marked("deadline: 100%")
EVENTS = {
    "agreement": marked("agreement"),
    "deadline": DEADLINE,
    "default_on": marked("Exchange Online: IPv6 on by default, in steps"),
}
"""The events of ``reference/events.csv`` that are in the chart, as messages."""


class Around(NamedTuple):
    """What is drawn around the lines: what happened, was published, jumped, and is aimed at."""

    events: pd.DataFrame | None
    published: pd.DataFrame | None
    jumps: pd.DataFrame | None
    target: float | None

    def before(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the published shares of the measures that are drawn."""
        if self.published is None or "measure" not in table:
            return pd.DataFrame(columns=["period", "measure", "adoption"])
        return self.published[self.published["measure"].isin(table["measure"])]

    def flags(self, low: float, high: float, language: Language) -> list[Flag]:
        """Return the flags of what happened and of the causes of jumps."""
        found = []
        if self.events is not None:
            labels = self.events["event"].map(EVENTS)
            found = flags(self.events.assign(label=labels).dropna(), low, high, language)
        rows = [] if self.jumps is None else self.jumps.to_dict("records")
        return found + [Flag(ordinal(row["period"]) - 0.5, _cause(row, language)) for row in rows]


def trend(  # noqa: PLR0913 - all but the first by keyword
    table: pd.DataFrame,
    *,
    period: str = "",
    events: pd.DataFrame | None = None,
    published: pd.DataFrame | None = None,
    jumps: pd.DataFrame | None = None,
    target: float | None = 1.0,
    name: str = "trend",
) -> Chart:
    """Return a line chart of the share of domains with IPv6 per month, a line per group.

    Args:
        table: shares by month and one group, such as measures or sectors:
            ``v6.shares(month.states, by=["period", "measure"])``.
        period: the month that its words are about, as YYYY-MM; by default the newest.
        events: what happened, such as ``month.events``: those of ``EVENTS`` are marked above the
            lines, the deadline by a line through the plot.
        published: shares of before, such as ``month.published``: points of their own, not joined.
        jumps: of ``v6.changes.jumps(month)``: their cause is marked above the lines.
        target: a share of 1 to mark with a dashed line; None for no line.
        name: names the files of the chart.

    Returns:
        A Chart, without a picture of a single month alone. A line joins neighbours at the series'
        own pace: none crosses a missing month, a month without a percentage or a break; grey is
        the undetermined part.

    Raises:
        UsageError: for a table that is not of shares by month and one group.
    """
    group_column(table)
    month = period or (str(table["period"].max()) if len(table) else "")

    around = Around(events, published, jumps, target)

    words = partial(_trend_words, month=month, around=around)
    draw = partial(_draw_trend, around=around)
    return Chart(name, table[table["period"] <= month], words, draw)


def _trend_words(table: pd.DataFrame, language: Language, month: str, around: Around) -> Words:
    alt = language.text(
        "Line chart of the share of domains with IPv6 per month. It shows how far the target of"
        " 100% is away, and how fast the distance shrinks."
    )
    by = group_column(table)
    now = table[table["period"] == month]
    rows = _records(now, by)
    if not rows:
        finding = language.text(
            "Not in the source of {month}: the lines end earlier.", month=language.month(month)
        )
        return Words(finding, definition_of(table, language), alt)
    counts = [f"{measure_name(name, language)} {share_text(rows[name], language)}" for name in rows]
    values = {"last": language.month(month), "counts": "; ".join(counts)}
    note = language.text("Share of domains with a known result in {last}: {counts}.", **values)
    about = definition_of(table, language) if by != "measure" else ""
    more = [_jumps_note(around.jumps, language), _published_note(around.published, language)]
    return Words.of(_since(table, now, by, language), [about, note, *more], alt)


def _published_note(published: pd.DataFrame | None, language: Language) -> str:
    if published is None or published.empty:
        return ""
    years = [period[:4] for period in (published["period"].min(), published["period"].max())]
    return language.text(
        "Rings: as Forum Standaardisatie published of its own list of domains, {years}.",
        years="–".join(dict.fromkeys(years)),
    )


def _draw_trend(table: pd.DataFrame, language: Language, width: int, around: Around) -> Figure:
    """Draw the lines, with their names and newest shares at their ends and breaks above them."""
    before = around.before(table)
    target = around.target
    months = pd.concat([table["period"], before["period"]]).map(ordinal)
    low, high = months.min() - 0.5, months.max() + 0.5
    series = _series(table, group_column(table))
    room = SHORT if width < NARROW else LABEL
    ends = [
        _end(rows, wrapped(group_name(name, language), room), colour, months.max(), language)
        for name, rows, colour, _ in series
    ]
    if target is not None:
        share = language.percent(target, 0)
        ends.append(End(high, target, [language.text("target: {share}", share=share)], GREY_INK))
    happened = [*around.flags(low, high, language), *_breaks(table, language)]
    key = [state_mark("unknown", language)] if table["unknown"].sum() else []
    if len(before):
        key.append(Mark(language.text("published by Forum Standaardisatie"), GREY_INK, "ring"))
    height = PLOT - (80 if happened else 0)
    figure, axes = month_chart(
        low, high, language, width, happened=happened, ends=ends, key=key, height=height
    )
    level_axis(axes, language, target)
    pace = _pace(table)
    for _, rows, colour, dashes in series:
        for stretch in _stretches(rows, pace):
            _draw_stretch(axes, stretch, colour, dashes)
    for name, _, colour, _ in series:
        _draw_published(axes, before[before["measure"] == name], colour, language)
    for flag in around.flags(low, high, language):
        if flag.text == language.text(DEADLINE):
            axes.axvline(flag.x, color=GREY_INK, linewidth=1.2)
    return figure


def _cause(row: Record, language: Language) -> str:
    """Return a jump and what it came from: ``Mail +8.3 (Briefkast)``."""
    measure, name = (group_name(row[of], language) for of in ("measure", "name"))
    return f"{measure} {language.points(row['points'])} ({name})"


def _jumps_note(jumps: pd.DataFrame | None, language: Language) -> str:
    """Return of each jump how much of it is of its cause."""
    sentences = [
        language.text(
            "{measure} in {month}: {counts} at {name}.",
            measure=group_name(row["measure"], language),
            month=language.month(row["period"]),
            counts=out_of(row["domains"], row["of"], language),
            name=group_name(row["name"], language),
        )
        for row in ([] if jumps is None else jumps.to_dict("records"))
    ]
    return joined(*sentences)


def _draw_published(axes: Axes, rows: pd.DataFrame, colour: str, language: Language) -> None:
    """Draw rings that no line joins, with the share at the first and the last."""
    x = rows["period"].map(ordinal).to_list()
    shares = rows["adoption"].to_list()
    axes.plot(
        x, shares, "o", color=colour, markerfacecolor="white", markersize=6, zorder=3, clip_on=False
    )
    for at in sorted({0, len(x) - 1}) if x else ():
        axes.annotate(
            language.percent(shares[at], 0), (x[at], shares[at]), offset(7, -9),
            textcoords="offset points", color=colour, bbox=BEHIND,
        )  # fmt: skip


def _records(rows: pd.DataFrame, by: str) -> dict[str, Record]:
    """Return the rows of one month by group; web, mail and name servers first."""
    found: dict[str, Record] = {str(row[by]): row for row in rows.to_dict("records")}
    return {name: found[name] for name in _in_order(found)}


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def _level(shares: "pd.Series[float]", month: str, language: Language) -> str:
    """Return the newest shares, of many groups the lowest and the highest."""
    if len(shares) > len(LINES):
        lowest, highest = (language.percent(share) for share in (shares.min(), shares.max()))
        return language.text(
            "IPv6 in {month}: from {lowest} to {highest} by group.",
            month=month,
            lowest=lowest,
            highest=highest,
        )
    each = [
        f"{measure_name(name, language)} {language.percent(shares[name])}"
        for name in _in_order(shares.index)
    ]
    return language.text("IPv6 in {month}: {shares}.", month=month, shares="; ".join(each))


def _since(table: pd.DataFrame, now: pd.DataFrame, by: str, language: Language) -> list[str]:
    """Return the shares since the first month that any group can be compared with."""
    shares = now.set_index(by)["adoption"].dropna()
    month = language.month(str(now["period"].iloc[0]))
    levels = [_level(shares, month, language)] if len(shares) else []
    if now["period"].eq(table["period"].min()).all():
        return [*levels, language.text("This is the first month of the series.")]
    first = str(now["comparable_since"].min())
    comparable = now[now["comparable_since"] <= first].set_index(by)["adoption"].dropna()
    before = table[table["period"] == first].set_index(by)["adoption"].dropna()
    both = [name for name in _in_order(comparable.index) if name in before.index]
    if first >= now["period"].iloc[0] or not both:
        return [*levels, language.text("No earlier month has the same list and tests.")]
    month = language.month(first)
    moved = {
        name: {
            "name": measure_name(name, language),
            "before": language.percent(before[name]),
            "after": language.percent(comparable[name]),
        }
        for name in both
    }
    if len(both) > len(LINES):
        most = max(both, key=lambda name: abs(comparable[name] - before[name]))
        sentence = language.text(
            "Of {number}, {name} changed most since {month}: from {before} to {after}.",
            number=language.number(len(both)),
            month=month,
            **moved[most],
        )
        return [sentence]
    changed = []
    for one in moved.values():
        moves = one["before"] != one["after"]
        changed.append(language.text(_CHANGED if moves else _UNCHANGED, **one))
    return [
        language.text("Since {month}: {changes}.", month=month, changes=language.listed(changed))
    ]


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
        x, low, high = [x[0] - 0.1, x[0] + 0.1], low * 2, high * 2
    look = fill(STATE_COLOURS["unknown"], "hatched")
    axes.fill_between(x, low, high, linewidth=0, zorder=1.5, **look)
    x = stretch["period"].map(ordinal).to_list()
    axes.plot(x, stretch["adoption"], color=colour, linestyle=dashes, zorder=3)
    months = axes.get_xlim()[1] - axes.get_xlim()[0]
    size = 5 if months < MANY else 3
    axes.plot(x, stretch["adoption"], "o", color=colour, markersize=size, zorder=3.1, clip_on=False)


def _end(rows: pd.DataFrame, label: list[str], colour: str, last: int, language: Language) -> End:
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
