"""The gap: whose mail servers it depends on, and what fixing them would bring (figure 10)."""

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.analysis.gap import NOW, domain_states
from v6monitor.analysis.shares import OTHER
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import LINE, Mark, Row, Rows, bar, nothing, rows_chart, share_axis
from v6monitor.charts.mail import whole_numbers
from v6monitor.charts.style import (
    BOUNDS,
    DPI,
    GREY_INK,
    INK,
    STATE_COLOURS,
    WIDTH,
    offset,
    pixels,
    styled,
)
from v6monitor.charts.wording import (
    domains,
    joined,
    out_of,
    percents,
    share_text,
    undetermined,
    unit,
)
from v6monitor.language import Language
from v6monitor.mail.dependencies import OWN_ZONE

CAUSES = {
    "sole": (STATE_COLOURS["no"], "square"),
    "with_others": (STATE_COLOURS["no"], "hatched"),
    "unclear": (STATE_COLOURS["unknown"], "square"),
}
BEFORE = "#7A93B9"
"""What was there before a step: the blue of yes, lighter, and 3:1 on white."""

COLUMNS = (88, 172)
"""Where points and share end, in pixels to the right of the axes."""

NAMED = 3
"""So many operators are named in a sentence."""

ENGLISH = ("en",)
"""The languages of what is on working pages only."""


def gap_answer(hosts: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return the answer to how large the gap is, and with how many operators it is.

    Args:
        hosts: a row per mail domain and mail server, with ``operator`` and ``state``, such as
            ``Month.mx_hosts``.
        name: names the answer on its page.

    Source: METHOD.md §8.
    """
    return Chart(name, hosts, _answer_words, kind="answer", languages=ENGLISH)


def attribution(table: pd.DataFrame, *, name: str = "gap-causes") -> Chart:
    """Return the chart of the domains without IPv6 per operator, by whether it is the only cause.

    Args:
        table: of ``v6monitor.gap.attribution``; its first column names the operator, or tenant.
        name: names the files of the chart.

    Source: METHOD.md §8.
    """
    return Chart(name, table, _attribution_words, _draw_attribution, languages=ENGLISH)


def zones(table: pd.DataFrame, *, name: str = "zones") -> Chart:
    """Return the chart of the mail domains whose path over IPv6 breaks, per operator of the zone.

    Args:
        table: of ``v6monitor.gap.attribution``, of zones instead of mail servers.
        name: names the files of the chart.

    Source: METHOD.md §4, ``mail_end_to_end``.
    """
    return Chart(name, table, _zones_words, _draw_attribution, languages=ENGLISH)


def fix_order(table: pd.DataFrame, *, name: str = "fix-order") -> Chart:
    """Return the chart of how far mail would come step by step, who to approach first at the top.

    Args:
        table: of ``v6monitor.gap.fix_order``; its first column names the operator, or tenant.
        name: names the files of the chart.

    Returns:
        A Chart in which each bar begins where the step before it ended; unknown is grey; the
        points and the share of each step are at the right.

    Source: METHOD.md §8.
    """
    return Chart(name, table, _fix_order_words, _draw_fix_order)


# Size of the gap


def _answer_words(hosts: pd.DataFrame, language: Language) -> Words:
    counts = domain_states(hosts)["state"].value_counts()
    without, unknown = int(counts.get("no", 0)), int(counts.get("unknown", 0))
    known, number = int(counts.sum()) - unknown, language.number
    rest = undetermined(unknown, known + unknown, language) if len(counts) else ""
    if not known:
        none = "No mail domain has a known result." if unknown else "There is no mail domain."
        return Words(none, rest)
    if not without:
        return Words("No mail domain is known to lack IPv6.", rest)
    failing = hosts[hosts["state"].eq("no") & hosts["operator"].ne("")]
    sizes = failing.drop_duplicates(["domain", "operator"]).groupby("operator").size()
    sizes = sizes.sort_values(ascending=False, kind="stable")
    caption = f"{out_of(without, known, language)} mail domains lack IPv6."
    if len(sizes) and sizes.iloc[0] > 1:
        caption += (
            f" The largest operator among these is {sizes.index[0]}: {number(sizes.iloc[0])}."
        )
    note = "One operator runs all mail servers without IPv6."
    if len(sizes) > 1:
        note = f"{number(len(sizes))} operators run mail servers without IPv6."
    if len(sizes) > NAMED:
        largest = failing.loc[failing["operator"].isin(sizes.index[:NAMED]), "domain"].nunique()
        part = language.percent(largest / without, 0)
        note += f" The three largest account for {part} of these domains."
    return Words(caption, joined(note, rest))


# Attribution


@styled
def _draw_attribution(table: pd.DataFrame, language: Language) -> Figure:
    by = str(table.columns[0])
    if table.empty:
        return nothing(language.text("There are no failing domains to draw."))
    rows = [Row(unit(name, by, language)) for name in table[by]]
    there = [name for name in CAUSES if table[name].sum()]
    key = [Mark(language.label(name), *CAUSES[name]) for name in there]
    chart = rows_chart(rows, key=key, right=64)
    chart.axes.set_xlim(0, int(table["domains"].max()))
    whole_numbers(chart.axes.xaxis, language)
    chart.axes.grid(axis="x")
    for index, row in enumerate(table.to_dict("records")):
        start = 0
        for name in there:
            colour, shape = CAUSES[name]
            hatched = shape == "hatched"
            number = "" if hatched else language.number(row[name])
            bar(chart, index, start, row[name], colour, hatched=hatched, text=number)
            start += row[name]
        _write(chart, language.number(row["domains"]), (start, index))
    return chart.figure


def _attribution_words(table: pd.DataFrame, language: Language) -> Words:
    by = str(table.columns[0])
    alt = (
        f"Bar chart of the mail domains without IPv6 per {by}, by whether it is the only cause."
        " It shows who can close most of the gap."
    )
    note = (
        "Mail domains with a mail server that definitely has no IPv6. A domain that depends on"
        " several operators counts for each."
    )
    if table.empty:
        return Words("No mail server is known to lack IPv6.", note, alt)
    named, failing = table[table[by] != OTHER], int(table["failing"].iloc[0])
    if named.empty:
        none = f"No operator has more than one of the domains without IPv6 ({failing})."
        return Words(none, note, alt)
    most = named.iloc[0]
    counts, sole = out_of(most["domains"], failing, language), language.number(most["sole"])
    caption = (
        f"More mail domains without IPv6 depend on {unit(most[by], by, language)} than on any other"
        f" {by}: {counts}; for {sole} it is the only cause."
    )
    return Words(caption, note, alt)


def _zones_words(table: pd.DataFrame, language: Language) -> Words:
    alt = (
        "Bar chart of the mail domains whose path over IPv6 breaks at name servers, per operator of"
        " the zone. It shows whose zones cause it."
    )
    note = (
        "Mail domains whose mail servers all have IPv6, but with a zone on the way that has fewer"
        " than two name servers with IPv6."
    )
    if table.empty:
        return Words("No zone is known to break the path to a domain with IPv6.", note, alt)
    most, failing = table.iloc[0], int(table["failing"].iloc[0])
    whose = f"the zones of {most['operator']}"
    if most["operator"] == OWN_ZONE:
        whose = "the domain's own name servers"
    if most["operator"] == OTHER:
        shown = language.number(failing)
        caption = f"No zone breaks more than one of the {shown} broken paths."
    elif most["domains"] == failing:
        caption = f"All {language.number(failing)} broken paths break at {whose}."
    else:
        caption = f"Most paths break at {whose}: {out_of(most['domains'], failing, language)}."
    return Words(caption, note, alt)


# Fix order


@styled
def _draw_fix_order(table: pd.DataFrame, language: Language) -> Figure:
    by = str(table.columns[0])
    if table["adoption"].isna().any():
        return nothing(language.text("There are too few domains to draw a share."))
    rows = [
        Row(unit(name, by, language), domains(number, language) if number else "")
        for name, number in zip(table[by], table["domains"], strict=True)
    ]
    key = [Mark(language.text("by this step"), STATE_COLOURS["yes"])] if len(table) > 1 else []
    key += [Mark(language.text("before it"), BEFORE)] if len(table) > 1 else []
    key += [Mark(language.label("unknown"), BOUNDS)] if table["unknown"].sum() else []
    chart = rows_chart(rows, key=key, right=COLUMNS[-1] + 4, header=LINE)
    share_axis(chart.axes, percents(language))
    before = 0.0
    for index, row in enumerate(table.to_dict("records")):
        middle, now = chart.middles[index], row["adoption"]
        bar(chart, index, 0, before, BEFORE)
        bar(chart, index, before, now - before, STATE_COLOURS["yes"])
        chart.axes.barh(middle, row["upper"] - row["lower"], 8, left=row["lower"], color=BOUNDS)
        step = language.points(row["points"]) if index else ""
        for text, end in zip((step, language.percent(now)), COLUMNS, strict=True):
            _write(chart, text, (1, index), right=end, align="right")
        before = now
    _column_names(chart, [language.text("Points"), language.label("share")])
    return chart.figure


def _fix_order_words(table: pd.DataFrame, language: Language) -> Words:
    by = str(table.columns[0])
    alt = language.text(
        "Bar chart of the share of mail domains with IPv6 after each step, who to approach first"
        " at the top. It shows how much each step adds."
    )
    now, last = table.iloc[0].to_dict(), table.iloc[-1].to_dict()
    if not now["applicable"]:
        no_lookups = language.text("Nothing was looked up.")
        return Words(language.text("There is no mail domain."), no_lookups, alt)
    unknown = undetermined(now["unknown"], now["applicable"], language)
    if not now["yes"] + now["no"]:
        return Words(language.text("No mail domain has a known result."), unknown, alt)
    before, after = share_text(now, language), share_text(last, language)
    if len(table) == 1:
        caption = language.text("Mail is at {share}; no step is left to take.", share=before)
    elif table[by].isin([NOW, OTHER]).all():
        caption = language.text(
            "No single step helps more than one domain; all steps together take mail from {now} to"
            " {share}.",
            now=before,
            share=after,
        )
    else:
        caption = _first_steps(table, by, language)
    note = language.text(
        "Each step takes the one that then adds most. A domain that depends on several counts with"
        " the last of them."
    )
    return Words(caption, joined(note, unknown), alt)


def _first_steps(table: pd.DataFrame, by: str, language: Language) -> str:
    steps = table[~table[by].isin([NOW, OTHER])].head(NAMED)
    names = [unit(name, by, language) for name in steps[by]]
    shares = [share_text(row, language) for row in steps.to_dict("records")]
    caption = language.text(
        "If all mail servers at {name} had IPv6, mail would rise from {now} to {share}.",
        name=f"tenant {names[0]}" if by == "tenant" else names[0],
        now=share_text(table.iloc[0].to_dict(), language),
        share=shares[0],
    )
    if len(names) == 1:
        return caption
    more = language.plural(
        "With {names} too: {share}.",
        "With {names} too: {share}.",
        len(names) - 1,
        names=language.listed(names[1:]),
        share=shares[-1],
    )
    return joined(caption, more)


def _write(
    chart: Rows, text: str, place: tuple[float, int], *, right: float = 6, align: str = "left"
) -> None:
    """Write beside a row: at a place on the axis, and so many pixels to the right of it."""
    x, index = place
    chart.axes.annotate(
        text, (x, chart.middles[index]), offset(right, 0), textcoords="offset points", ha=align,
        va="center_baseline", color=INK, annotation_clip=False,
    )  # fmt: skip


def _column_names(chart: Rows, names: list[str]) -> None:
    box = chart.axes.get_position()
    y = box.y1 * chart.figure.get_figheight() * DPI + LINE / 2
    for name, end in zip(names, COLUMNS, strict=True):
        x = box.x1 * WIDTH + end
        chart.figure.text(
            x, y, name, ha="right", va="center", color=GREY_INK, transform=pixels(chart.figure)
        )
