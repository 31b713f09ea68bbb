"""Changes between two measurements: gains and losses, what the list did, and staleness."""

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
    nothing,
    rows_chart,
    share_axis,
    stacked,
    state_marks,
    width_of,
    wrapped,
    zero_line,
)
from v6monitor.charts.style import DPI, GREY_INK, INK, STATE_COLOURS, WIDTH, offset, pixels, styled
from v6monitor.charts.wording import domains, group_name, joined, out_of, percents, undetermined
from v6monitor.language import Language

GAIN, LOSS, UNKNOWN = STATE_COLOURS["yes"], STATE_COLOURS["no"], STATE_COLOURS["unknown"]
LOSSES = (
    ("loss_confirmed", LOSS, False),
    ("loss_suspected", LOSS, True),
    ("loss_recovered", UNKNOWN, True),
)
ASIDE = (("joined", "#9DB2CF"), ("left", "#9DB2CF"), ("through_unknown", UNKNOWN))
"""Counted beside the gains and losses: changes of the list, and of what is known."""

COLUMN = 100
PARTS = ("within", "entrants", "leavers", "total")
NOTHING = "There is no earlier measurement to compare with."


def changes(table: pd.DataFrame, *, name: str = "changes") -> Chart:
    """Return diverging bars: gains to the right and losses to the left per group.

    Args:
        table: of ``v6.changes``: a row per group, its name in the first column.
        name: names the files of the chart.

    Returns:
        A Chart. A loss is solid when confirmed and hatched when suspected; one that was back a
        measurement later is hatched grey. Columns at the right count the domains that joined or
        left the list, and those that went to or from unknown.
    """
    return Chart(name, table, _change_words, _draw_changes)


def changes_answer(table: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return how many domains gained and lost IPv6, as the answer of a page.

    Args:
        table: of ``v6.changes``.
        name: names the answer on a page.
    """
    return Chart(name, table, _change_words, kind="answer")


def decomposition(table: pd.DataFrame, *, name: str = "decomposition") -> Chart:
    """Return bars of what the domains that stayed, joined and left add to the change.

    Args:
        table: of ``v6monitor.changes.parts``.
        name: names the files of the chart.
    """
    return Chart(name, table, _decomposition_words, _draw_decomposition, languages=("en",))


def staleness(table: pd.DataFrame, *, name: str = "staleness") -> Chart:
    """Return stacked bars of what lookups say now of the domains measured yes, no and unknown.

    Args:
        table: a row per measured state (``measured``), a column per state looked up.
        name: names the files of the chart.
    """
    return Chart(name, table, _staleness_words, _draw_staleness, languages=("en",))


def _change_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Diverging bar chart of the domains that gained and lost IPv6 per group, with the changes"
        " of the list beside it. It shows whether the domains changed, or the list did."
    )
    panel = int(table["panel"].sum()) if len(table) else 0
    if not panel:
        return Words(language.text(NOTHING), "", alt)
    total = table.select_dtypes("number").sum()
    lost = int(total["loss_confirmed"] + total["loss_suspected"])
    gained = language.plural(
        "{number} domain gained IPv6", "{number} domains gained IPv6", int(total["gain"])
    )
    losses = language.plural("{number} lost it", "{number} lost it", lost)
    if lost:
        losses += language.text(
            " ({confirmed} confirmed, {suspected} suspected)",
            confirmed=language.number(total["loss_confirmed"]),
            suspected=language.number(total["loss_suspected"]),
        )
    between = _between(table, language)
    if total["gain"] or lost:
        finding = language.text(
            "{between}: {gained}, {losses}.", between=between, gained=gained, losses=losses
        )
    else:
        finding = language.text("{between}: no domain gained or lost IPv6.", between=between)
    note = language.text(
        "Compared: {panel} domains with a known result both times. Not compared: {joined} joined"
        " the list, {left} left it, {unknown} were undetermined once.",
        panel=language.number(panel),
        joined=language.number(total["joined"]),
        left=language.number(total["left"]),
        unknown=language.number(total["through_unknown"]),
    )
    back = int(total["loss_recovered"])
    returned = language.plural(
        "{number} domain lost it temporarily.", "{number} domains lost it temporarily.", back
    )
    return Words(finding, joined(note, returned if back else ""), alt)


@styled
def _draw_changes(table: pd.DataFrame, language: Language) -> Figure:
    if table.empty:
        return nothing(language.text("There are no domains to draw."))
    by = str(table.columns[0])
    table = _joined(
        table.assign(group=[group_name(name, language) for name in table[by]]), language
    )
    rows = [
        Row(name, domains(n, language))
        for name, n in zip(table["group"], table["panel"], strict=True)
    ]
    there = [kind for kind in LOSSES if table[kind[0]].sum()]
    key = [Mark(language.label("gain"), GAIN)]
    key += [
        Mark(language.label(name), colour, "hatched" if hatched else "square")
        for name, colour, hatched in there
    ]
    aside = COLUMN * len(ASIDE) + 12
    chart = rows_chart(rows, key=key, right=aside, bottom=8, header=2 * LINE + 8)
    lost = -table[[name for name, _, _ in LOSSES]].sum(axis=1)
    _diverge(chart, lost.min(), table["gain"].max(), 44)
    for index, row in enumerate(table.to_dict("records")):
        start = 0
        for name, colour, hatched in there:
            start -= int(row[name])
            bar(chart, index, start, row[name], colour, hatched=hatched)
        bar(chart, index, 0, row["gain"], GAIN)
        _at_end(chart, index, start, f"−{language.number(-start)}" if start else "")
        gained = f"+{language.number(row['gain'])}" if row["gain"] else ""
        _at_end(chart, index, row["gain"], gained)
    zero_line(chart.axes)
    _columns(chart, table, language)
    return chart.figure


def _joined(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Make one row of the groups in which nothing changed, when there are several beside others."""
    kinds = ["gain", *(name for name, _, _ in LOSSES), *(name for name, _ in ASIDE)]
    still = table[[*kinds, "applicability"]].sum(axis=1) == 0
    if still.all() or still.sum() < 2:  # noqa: PLR2004 - several
        return table
    rest = table.loc[still, ["panel", *kinds]].sum().to_frame().T
    rest["group"] = language.text("Others: no change")
    return pd.concat([table[~still], rest], ignore_index=True)


def _decomposition_words(table: pd.DataFrame, language: Language) -> Words:
    alt = (
        "Bar chart of what domains that stayed, joined and left add to the change of the share, in"
        " percentage points. It shows how much of the change is one of the list."
    )
    if table.empty or bool(table["points"].isna().any()):
        return Words(NOTHING, "", alt)
    rows = {str(row["part"]): row for row in table.to_dict("records")}
    points = {part: language.points(row["points"]) for part, row in rows.items()}
    finding = (
        f"{_between(table, language)}: {points['total']} percentage points, of which"
        f" {points['within']} from the domains counted both times, {points['entrants']} from new"
        f" ones and {points['leavers']} from those no longer counted."
    )
    total = rows["total"]
    before, after = (
        f"{language.percent(share)} ({out_of(round(n * share), n, language)})"
        for n, share in (
            (total["domains_before"], total["share_before"]),
            (total["domains_after"], total["share_after"]),
        )
    )
    stayers = language.number(rows["within"]["domains_after"])
    note = (
        f"Share of the domains with a known result: {before}, then {after}; {stayers} domains"
        " counted both times. The three parts add up to the change exactly."
    )
    return Words(finding, note, alt)


@styled
def _draw_decomposition(table: pd.DataFrame, language: Language) -> Figure:
    if table.empty or bool(table["points"].isna().any()):
        return nothing(NOTHING)
    ordered = table.set_index("part").loc[list(PARTS)].reset_index()
    chart = rows_chart([Row(language.label(name)) for name in ordered["part"]], bottom=8)
    _diverge(chart, min(0.0, ordered["points"].min()), max(0.0, ordered["points"].max()), 64)
    for index, value in enumerate(ordered["points"]):
        bar(chart, index, 0, value, GAIN if value >= 0 else LOSS)
        _at_end(chart, index, value, language.points(value))
    zero_line(chart.axes)
    chart.axes.axhline((chart.middles[-1] + chart.middles[-2]) / 2, color="#A6A6A6", linewidth=0.8)
    return chart.figure


def _staleness_words(table: pd.DataFrame, language: Language) -> Words:
    alt = (
        "Stacked bar chart of what lookups say now of the domains measured with IPv6, without it"
        " and unknown. It shows how far the measurement still holds."
    )
    rows = {row["measured"]: row for row in table.to_dict("records")}
    sizes = {state: row["yes"] + row["no"] + row["unknown"] for state, row in rows.items()}
    total = sum(sizes.values())
    if not total:
        return Words("No domain has both a measurement and a lookup.", "", alt)
    finding = (
        f"{out_of(rows['no']['yes'], sizes['no'], language)} results measured without IPv6 have it"
        f" now; {out_of(rows['yes']['no'], sizes['yes'], language)} measured with it lack it now."
    )
    known = sum(rows[one][other] for one in ("yes", "no") for other in ("yes", "no"))
    note = "Results with both a measurement and a lookup: two sources, so not a trend."
    return Words(finding, joined(note, undetermined(total - known, total, language)), alt)


@styled
def _draw_staleness(table: pd.DataFrame, language: Language) -> Figure:
    states = ["yes", "no", "unknown"]
    numbers = table.set_index("measured")[states]
    shown = numbers[numbers.sum(axis=1) > 0]
    if shown.empty:
        return nothing("There are no domains with both a measurement and a lookup.")
    rows = [
        Row(f"measured: {language.label(str(state))}", f"{language.number(n)} results")
        for state, n in shown.sum(axis=1).items()
    ]
    chart = rows_chart(rows, key=state_marks(shown, states, language), right=28)
    share_axis(chart.axes, percents(language))
    for index, (_, row) in enumerate(shown.iterrows()):
        stacked(chart, index, {state: int(row[state]) for state in states}, 1 / row.sum(), language)
    return chart.figure


def _between(table: pd.DataFrame, language: Language) -> str:
    if "period" not in table:
        return language.text("Between the two measurements")
    return language.text(
        "Between {earlier} and {month}",
        earlier=language.month(str(table["earlier"].iloc[0])[:7]),
        month=language.month(str(table["period"].iloc[0])[:7]),
    )


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
    box = chart.axes.get_position()
    top, edge = box.y1 * figure.get_figheight() * DPI, box.x1 * WIDTH + 24
    most = max(1, int(table[[name for name, _ in ASIDE]].max().max()))
    for column, (name, colour) in enumerate(ASIDE):
        x = edge + COLUMN * column
        for number, line in enumerate(reversed(wrapped(language.label(name), COLUMN - 12))):
            y = top + 4 + LINE * (number + 0.5)
            figure.text(x, y, line, va="center", color=GREY_INK, transform=place)
        for value, middle in zip(table[name], chart.middles, strict=True):
            length = (COLUMN - 22 - width_of(language.number(most))) * value / most
            y = top - middle
            figure.add_artist(
                Rectangle((x, y - THICK / 2), length, THICK, facecolor=colour, transform=place)
            )
            text = language.number(value)
            figure.text(
                x + length + (4 if value else 0), y, text, va="center_baseline", transform=place
            )
