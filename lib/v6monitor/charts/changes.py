"""Changes between two measurements: gains and losses, and the two sources of one month."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import (
    LINE,
    THICK,
    Mark,
    Row,
    Rows,
    bar,
    fill,
    rows_chart,
    width_of,
    wrapped,
    zero_line,
)
from v6monitor.charts.style import GREY_INK, INK, NARROW, STATE_COLOURS, offset, pixels
from v6monitor.charts.wording import (
    Record,
    domains,
    gained_and_lost,
    group_name,
    joined,
    measure_name,
)
from v6monitor.language import Language

GAIN, LOSS, UNKNOWN = STATE_COLOURS["yes"], STATE_COLOURS["no"], STATE_COLOURS["unknown"]
LOSSES = (
    ("loss_confirmed", LOSS, "square"),
    ("loss_suspected", LOSS, "hatched"),
    ("loss_recovered", UNKNOWN, "outlined"),
    ("loss_disputed", UNKNOWN, "hatched"),
)
LOST = ("loss_confirmed", "loss_suspected")
ASIDE = (
    ("joined", "#9DB2CF", "square"),
    ("left", "#9DB2CF", "square"),
    ("through_unknown", UNKNOWN, "hatched"),
)
"""Counted beside the gains and losses: changes of the list, and of what is known."""
COUNTS = ["panel", "gain", *(name for name, _, _ in LOSSES), *(name for name, _, _ in ASIDE)]

COLUMN = 100


def changes(table: pd.DataFrame, *, name: str = "changes") -> Chart:
    """Return diverging bars: gains to the right and losses to the left per measure and group.

    Args:
        table: of ``v6.changes``.
        name: names the files of the chart.

    Returns:
        A Chart. A loss is solid when confirmed and hatched when suspected; one that was back a
        measurement later is outlined, one that our lookups contradict is hatched grey. Columns at
        the right, on a phone the text of a row, count the domains that joined or left the list,
        and those that went to or from unknown.
    """
    return Chart(name, table, _change_words, _draw_changes)


def changes_answer(table: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return how many domains gained and lost IPv6, as the answer of a page.

    Args:
        table: of ``v6.changes``.
        name: names the answer on a page.
    """
    return Chart(name, table, _change_words, kind="answer")


def two_sources(table: pd.DataFrame, *, name: str = "two-sources") -> Chart:
    """Return what differs between the measurement and the lookups: so many fixed since, lost since.

    The shares of both would compete: a page gives that of the measurement.

    Args:
        table: of ``v6.staleness``, all of it or of some measures.
        name: names the sentence on a page.

    Returns:
        A Chart without a picture; its table counts the outcomes per measure.
    """
    counts = pd.crosstab(table["measure"], table["outcome"])
    found = counts.reindex(table["measure"].unique()).rename_axis(columns=None).reset_index()
    found.attrs = dict(table.attrs)
    return Chart(name, found, _source_words, kind="text")


def _change_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Diverging bar chart of the domains that gained and lost IPv6 per group, with the changes"
        " of the list beside it. It shows whether the domains changed, or the list did."
    )
    rows = _by_measure(table, language)
    there = {name: row for name, row in rows.items() if row["panel"]}
    if not there:
        return Words(_nothing_before(list(rows), language), "", alt)
    since: dict[str, list[str]] = {}
    for name, row in there.items():
        counts = f"{name} {gained_and_lost(row['gain'], _lost(row), language)}"
        since.setdefault(str(row["earlier"])[:7], []).append(counts)
    found = [
        language.text(
            "Since {month}: {counts}.", month=language.month(month), counts="; ".join(counts)
        )
        if month
        else language.text("IPv6: {counts}.", counts="; ".join(counts))
        for month, counts in since.items()
    ]
    what = language.text("Domains that gained IPv6 and lost it.")
    first = [name for name in rows if name not in there]
    rest = _nothing_before(first, language) if first else ""
    note = [what, _losses(there, language), _panels(there, language), rest]
    return Words.of(found, note, alt, _lines(table, language))


def _lines(table: pd.DataFrame, language: Language) -> list[tuple[str, str]]:
    """Return the groups with a gain or loss in words; the caption has the measures."""
    if list(table.columns[: table.columns.get_loc("panel")]) in ([], ["measure"]):
        return []
    rows = table.assign(group=_names(table, language)).to_dict("records")
    return [
        (
            "",
            f"{row['group']}: {gained_and_lost(row['gain'], _lost(row), language)}",
        )
        for row in rows
        if row["gain"] or _lost(row)
    ]


def _losses(rows: dict[str, Record], language: Language) -> str:
    """Return how sure the losses are, by kind, with the measures that have them."""
    found = []
    for kind, _, _ in LOSSES:
        each = [f"{name} {language.number(row[kind])}" for name, row in rows.items() if row[kind]]
        if each:
            label = language.label(kind)
            found.append(f"{label[:1].upper()}{label[1:]}: {', '.join(each)}.")
    return joined(*found)


def _panels(rows: dict[str, Record], language: Language) -> str:
    return language.text(
        "Compared, with a known result both times: {counts}.",
        counts="; ".join(f"{name} {language.number(row['panel'])}" for name, row in rows.items()),
    )


def _nothing_before(measures: list[str], language: Language) -> str:
    if not any(measures):
        return language.text("There is no earlier measurement of this list to compare with.")
    return language.text(
        "No earlier measurement of this list: {measures}.", measures=language.listed(measures)
    )


def _by_measure(table: pd.DataFrame, language: Language) -> dict[str, Record]:
    """Return the counts of each measure, by its name; of tables without one by an empty name."""
    measures = table["measure"] if "measure" in table else pd.Series("", index=table.index)
    summed = table[COUNTS].groupby(measures, sort=False).sum()
    if "earlier" in table:
        summed["earlier"] = table["earlier"].groupby(measures, sort=False).first()
    rows = summed.assign(earlier=summed.get("earlier", "")).to_dict("index")
    return {
        measure_name(name, language) if name else language.text("all"): row
        for name, row in rows.items()
    }


def _lost(row: Record) -> int:
    return int(sum(row[kind] for kind in LOST))


def _draw_changes(table: pd.DataFrame, language: Language, width: int) -> Figure | None:
    if not table["panel"].sum():
        return None
    table = _joined(table.assign(group=_names(table, language)), language)
    narrow = width < NARROW
    rows = [
        Row(
            row["group"],
            "\n".join(
                [domains(row["panel"], language), *(_aside(row, language) if narrow else [])]
            ),
        )
        for row in table.to_dict("records")
    ]
    there = [kind for kind in LOSSES if table[kind[0]].sum()]
    key = [Mark(language.label("gain"), GAIN)]
    key += [Mark(language.label(name), colour, shape) for name, colour, shape in there]
    aside, header = (0, 0) if narrow else (COLUMN * len(ASIDE) + 12, 2 * LINE + 8)
    chart = rows_chart(rows, width, key=key, right=aside, bottom=8, header=header)
    lost = -table[[name for name, _, _ in LOSSES]].sum(axis=1)
    _diverge(chart, lost.min(), table["gain"].max(), 44)
    for index, row in enumerate(table.to_dict("records")):
        start = 0
        for name, colour, shape in there:
            start -= int(row[name])
            bar(chart, index, start, row[name], colour, shape=shape)
        bar(chart, index, 0, row["gain"], GAIN)
        _at_end(chart, index, start, f"−{language.number(-start)}" if start else "")
        gained = f"+{language.number(row['gain'])}" if row["gain"] else ""
        _at_end(chart, index, row["gain"], gained)
    zero_line(chart)
    if not narrow:
        _columns(chart, table, language)
    return chart.figure


def _aside(row: Record, language: Language) -> list[str]:
    """Return what is counted beside the gains and losses, for where there is no column for it."""
    return [
        f"{language.label(name)}: {language.number(row[name])}" for name, _, _ in ASIDE if row[name]
    ]


def _names(table: pd.DataFrame, language: Language) -> list[str]:
    """Return the name of each row: its measure and its groups, the columns before the panel."""
    keys = list(table.columns[: table.columns.get_loc("panel")])
    return [
        ": ".join(group_name(row[key], language) for key in keys) or language.text("All")
        for row in table.to_dict("records")
    ]


def _joined(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Make one row of the groups of a measure without gains and losses, when there are several."""
    keys = list(table.columns[: table.columns.get_loc("panel")])
    if keys in ([], ["measure"]):
        return table
    parts = []
    of = table["measure"] if "measure" in table else pd.Series("", index=table.index)
    for measure, rows in table.groupby(of, sort=False):
        still = rows[["gain", *(name for name, _, _ in LOSSES)]].sum(axis=1) == 0
        if still.sum() < 2 or (still.all() and not measure):  # noqa: PLR2004 - several
            parts.append(rows)
            continue
        rest = rows.loc[still, COUNTS].sum().to_frame().T
        others = language.text("Others: no gain or loss")
        named = group_name(measure, language)
        rest["group"] = f"{named}: {others}" if measure else others
        parts += [rows[~still], rest]
    return pd.concat(parts, ignore_index=True)


def _source_words(table: pd.DataFrame, language: Language) -> Words:
    rows = table.to_dict("records")
    counts = "; ".join(
        f"{measure_name(row['measure'], language)} "
        + gained_and_lost(row.get("fixed_since", 0), row.get("lost_since", 0), language)
        for row in rows
    )
    found = language.text("After the measurement: {counts}.", counts=counts)
    return Words.of([found], [_beside(row, language) for row in rows])


def _beside(row: Record, language: Language) -> str:
    """Return what else differs between measurement and lookups of a measure; empty without."""
    outcomes = {
        "could_not_tell": language.text("of {number} one of the two is undetermined"),
        "applicability": language.text("to {number} it applies in one of the two only"),
        "unexplained": language.text("of {number} the two disagree"),
        "known_disagreement": language.text(
            "of {number} they disagree in a way known of Internet.nl (issue 1747)"
        ),
    }
    found = [
        words.format(number=language.number(row[outcome]))
        for outcome, words in outcomes.items()
        if row.get(outcome, 0)
    ]
    return f"{group_name(row['measure'], language)}: {'; '.join(found)}." if found else ""


def _diverge(chart: Rows, low: float, high: float, room: float) -> None:
    """Scale the axis for bars both ways from 0, with room in pixels for the numbers at the ends."""
    span = (high - low) or 1.0
    unit = span / (chart.width - 2 * room)
    chart.axes.set_xlim(low - room * unit, high + room * unit)
    chart.axes.set_xticks([])


def _at_end(chart: Rows, index: int, end: float, text: str) -> None:
    side = 1 if end >= 0 else -1
    chart.axes.annotate(
        text, (end, chart.middles[index]), offset(5 * side, 0), textcoords="offset points",
        ha="left" if side > 0 else "right", va="center_baseline", color=INK,
    )  # fmt: skip


def _columns(chart: Rows, table: pd.DataFrame, language: Language) -> None:
    """Draw small bars with their numbers at the right, under their names."""
    figure, place = chart.figure, pixels(chart.figure)
    box = chart.axes.get_window_extent()
    top, edge = box.y1, box.x1 + 24
    most = max(1, int(table[[name for name, _, _ in ASIDE]].max().max()))
    for column, (name, colour, shape) in enumerate(ASIDE):
        x = edge + COLUMN * column
        for number, line in enumerate(reversed(wrapped(language.label(name), COLUMN - 12))):
            y = top + 4 + LINE * (number + 0.5)
            figure.text(x, y, line, va="center", color=GREY_INK, transform=place)
        for value, middle in zip(table[name], chart.middles, strict=True):
            length = (COLUMN - 22 - width_of(language.number(most))) * value / most
            y = top - middle
            figure.add_artist(
                Rectangle(
                    (x, y - THICK / 2),
                    length,
                    THICK,
                    linewidth=0,
                    transform=place,
                    **fill(colour, shape),
                )
            )
            text = language.number(value)
            figure.text(
                x + length + (4 if value else 0), y, text, va="center_baseline", transform=place
            )
