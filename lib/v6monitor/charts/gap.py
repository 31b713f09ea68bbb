"""The gap: how large it is, and what each step would bring (figure 10)."""

import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.analysis.effect import OWN_CHANGE
from v6monitor.analysis.gap import ADMINISTRATORS, OPERATOR, domain_states
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import (
    LINE,
    Mark,
    Row,
    Rows,
    at_right,
    bar,
    bounds,
    rows_chart,
    share_axis,
    state_mark,
)
from v6monitor.charts.style import DPI, GREY_INK, STATE_COLOURS, pixels
from v6monitor.charts.wording import (
    Record,
    domains,
    group_name,
    joined,
    not_there,
    out_of,
    share_text,
    undetermined,
)
from v6monitor.language import Language
from v6monitor.mail.providers import MICROSOFT

BEFORE = "#7A93B9"
"""What was there before a step: the blue of yes, lighter, and 3:1 on white."""

NAMED = 3
"""So many operators are named in a sentence."""


def gap_answer(hosts: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return the answer to how large the gap is, and with how many operators it is.

    Args:
        hosts: a row per e-mail domain and mail server, with ``operator`` and ``state``, such as
            ``Month.mx_hosts``.
        name: names the answer on its page.

    Source: METHOD.md §8.
    """
    return Chart(name, hosts, _answer_words, kind="answer")


def fix_order(table: pd.DataFrame, *, name: str = "fix-order") -> Chart:
    """Return the chart of how far mail would come step by step, and who can take each step.

    Args:
        table: of ``v6monitor.gap.fix_order``; its first column names the operator, or tenant.
        name: names the files of the chart.

    Returns:
        A Chart in which each bar begins where the step before it ended; unknown is grey; the
        points of each step are at the right. Without a step or a share: the words
        alone.

    Source: METHOD.md §8.
    """
    return Chart(name, table, _fix_order_words, _draw_fix_order)


def _answer_words(hosts: pd.DataFrame, language: Language) -> Words:
    counts = domain_states(hosts)["state"].value_counts()
    without, unknown = int(counts.get("no", 0)), int(counts.get("unknown", 0))
    known, number = int(counts.sum()) - unknown, language.number
    rest = undetermined(unknown, known + unknown, language) if len(counts) else ""
    if not len(counts):
        return Words(language.text("Mail servers are not in this source."))
    if not known:
        return Words(language.text("No e-mail domain has a known result."), rest)
    if not without:
        return Words(language.text("No e-mail domain is known to lack IPv6."), rest)
    failing = hosts[hosts["state"].eq("no") & hosts["operator"].ne("")]
    sizes = failing.drop_duplicates(["domain", "operator"]).groupby("operator").size()
    sizes = sizes.sort_values(ascending=False, kind="stable")
    part = out_of(without, known, language)
    note = [language.text("Without IPv6 by our own lookups: {part} e-mail domains.", part=part)]
    if len(sizes) and sizes.iloc[0] > 1:
        largest = language.text(
            "Most are at {operator}: {number}.",
            operator=sizes.index[0],
            number=number(sizes.iloc[0]),
        )
        note.append(largest)
    found = [language.text("One operator runs all mail servers without IPv6.")]
    if len(sizes) > 1:
        operators = number(len(sizes))
        found = [
            language.text("{number} operators run mail servers without IPv6.", number=operators)
        ]
    if len(sizes) > NAMED:
        theirs = failing.loc[failing["operator"].isin(sizes.index[:NAMED]), "domain"].nunique()
        part = language.percent(theirs / without, 0)
        found.append(
            language.text("The three largest account for {part} of these domains.", part=part)
        )
    if len(sizes) and sizes.index[0] == MICROSOFT:
        note.append(
            language.text(
                "At Microsoft the administrator of each tenant turns IPv6 on, for its own domains."
            )
        )
    return Words.of(found, [*note, rest])


def _draw_fix_order(table: pd.DataFrame, language: Language, width: int) -> Figure | None:
    if len(table) == 1 or table["adoption"].isna().any():
        return None
    by = str(table.columns[0])
    records = table.to_dict("records")
    rows = [Row(group_name(row[by], language), _who(row, by, language)) for row in records]
    key = [Mark(language.text("by this step"), STATE_COLOURS["yes"])]
    key.append(Mark(language.text("before it"), BEFORE))
    key += [state_mark("unknown", language)] if table["unknown"].sum() else []
    chart = rows_chart(rows, width, key=key, right=96, header=LINE)
    share_axis(chart, language)
    before = 0.0
    for index, row in enumerate(records):
        now = row["adoption"]
        bar(chart, index, 0, before, BEFORE)
        bar(chart, index, before, now - before, STATE_COLOURS["yes"])
        bounds(chart.axes, chart.middles[index], row["lower"], row["upper"])
        at_right(chart, index, language.points(row["points"]) if index else "")
        before = now
    _head_at_right(chart, language.text("Points"))
    return chart.figure


def _who(row: Record, by: str, language: Language) -> str:
    """Return, for under the name of a step, its domains and whose administrators can take it."""
    if not row["domains"]:
        return ""
    tenants = int(row["tenants"]) if by == OPERATOR else 0
    known = language.plural("{number} known tenant", "{number} known tenants", tenants)
    return "\n".join([domains(row["domains"], language), *([known] if tenants else [])])


def _fix_order_words(table: pd.DataFrame, language: Language) -> Words:
    by = str(table.columns[0])
    alt = language.text(
        "Bar chart of the share of e-mail domains with IPv6 after each step, the step that adds"
        " most at the top. It shows how much each step adds."
    )
    now, last = table.iloc[0].to_dict(), table.iloc[-1].to_dict()
    looked_up = table.attrs.get("source") != []
    if not now["applicable"] and looked_up:
        return Words(language.text("Mail servers are not in this source."), "", alt)
    unknown = undetermined(now["unknown"], now["applicable"], language)
    if not now["yes"] + now["no"]:
        if not looked_up:
            return Words(not_there(table, language), "", alt)
        return Words(language.text("No e-mail domain has a known result."), unknown, alt)
    if not now["no"]:
        share = share_text(now, language)
        caption = language.text("E-mail is at {share}; no step is left to take.", share=share)
        return Words(caption, unknown, alt)
    if len(table) == 1:
        caption = language.text(
            "E-mail is at {share}; no step helps more than one domain.",
            share=share_text(now, language),
        )
        return Words.of([caption], [_remainder(last, language), unknown], alt)
    note = language.text("Each step takes the one that then adds most.")
    who = ""
    if by == OPERATOR and table["acts"].eq(ADMINISTRATORS).any():
        who = language.text(
            "At Microsoft the administrator of each tenant turns IPv6 on, for its own domains."
        )
    found = _first_steps(table, by, language)
    return Words.of(found, [who, note, _remainder(last, language), unknown], alt)


def _first_steps(table: pd.DataFrame, by: str, language: Language) -> list[str]:
    """Return who would bring e-mail how much, the first step and the next two together."""
    steps = table.iloc[1 : NAMED + 1].to_dict("records")
    names = [group_name(row[by], language) for row in steps]
    solved = table["solved"].iloc[1:].cumsum()
    first, last = (_gain(table.iloc[at], solved[at], language) for at in (1, len(steps)))
    values = {"name": names[0], "gain": first}
    if steps[0]["acts"] == ADMINISTRATORS and by != OPERATOR:
        caption = language.text(
            "If the administrator of {name} turned IPv6 on, e-mail would gain {gain}.",
            **values | {"name": f"tenant {names[0]}" if by == "tenant" else names[0]},
        )
    elif steps[0]["acts"] == ADMINISTRATORS:
        caption = language.text(
            "If the administrators of all tenants at {name} turned IPv6 on, e-mail would gain"
            " {gain}.",
            **values,
        )
    else:
        caption = language.text(
            "If all mail servers at {name} had IPv6, e-mail would gain {gain}.", **values
        )
    if len(names) == 1:
        return [caption]
    more = language.plural(
        "With {names} too: {gain}.",
        "With {names} too: {gain}.",
        len(names) - 1,
        names=language.listed(names[1:]),
        gain=last,
    )
    return [caption, more]


def _gain(row: "pd.Series[Any]", solved: int, language: Language) -> str:
    """Return the points that the steps up to a row add together; domains without a percentage."""
    if math.isnan(row["cumulative"]):
        return domains(solved, language)
    points = language.points(row["cumulative"]).lstrip("+")
    return language.text("{points} percentage points", points=points)


def _remainder(row: Record, language: Language) -> str:
    """Return how many domains these steps leave, and how many of them have hosts of their own."""
    if not row["no"]:
        return ""
    left = language.plural(
        "After these steps {number} domain still lacks IPv6.",
        "After these steps {number} domains still lack IPv6.",
        int(row["no"]),
    )
    own = language.plural(
        "{number} domain has mail servers of its own.",
        "{number} domains have mail servers of their own.",
        int(row["own"]),
    )
    return joined(left, own if row["own"] else "")


def _head_at_right(chart: Rows, name: str) -> None:
    wide, high = chart.figure.get_size_inches() * DPI
    y = chart.axes.get_position().y1 * high + LINE / 2
    chart.figure.text(
        wide - 4, y, name, ha="right", va="center", color=GREY_INK, transform=pixels(chart.figure)
    )


FOLLOWED = 90
"""Days after a letter of which the answer speaks, if there are letters so old."""


def effect_answer(table: pd.DataFrame, *, name: str = "effect") -> Chart:
    """Return in a sentence whether domains that were written to got IPv6 more often.

    Args:
        table: of ``v6monitor.effect``.
        name: names the sentence on a page.

    Source: METHOD.md, "Does asking help?".
    """
    return Chart(name, table, _effect_words, kind="answer")


def fixes_answer(table: pd.DataFrame, *, name: str = "fixes") -> Chart:
    """Return in a sentence how domains on Exchange Online without IPv6 got it.

    Args:
        table: of ``v6monitor.effect.fixes``.
        name: names the sentence on a page.

    Source: METHOD.md, "Does asking help?".
    """
    return Chart(name, table[table["exchange"]], _fixes_words, kind="text")


def _effect_words(table: pd.DataFrame, language: Language) -> Words:
    there = table[table["written"].gt(0)]
    if there.empty:
        return Words(
            language.text("No letters of which the effect can be seen are on record."),
            language.text("What was sent is recorded in letters.csv, beside the measurements."),
        )
    up_to = there[there["days"] <= FOLLOWED]
    row = (up_to if len(up_to) else there).iloc[-1].to_dict()
    finding = language.text(
        "Of the domains that were written to, {written} had IPv6 after {days} days; of comparable"
        " domains {others}.",
        written=language.percent(row["written_share"]),
        others=language.percent(row["others_share"]),
        days=language.number(row["days"]),
    )
    counts = language.text(
        "Fixed: {written} of those written to, and {others} of the others, which have the same"
        " sector and mail class and had no IPv6 on the same day.",
        written=out_of(row["written_fixed"], row["written"], language),
        others=out_of(row["others_fixed"], row["others"], language),
    )
    caution = language.text(
        "This is no experiment: who was written to was not drawn by lot, so the difference may"
        " have other causes."
    )
    return Words(finding, joined(counts, caution))


def _fixes_words(table: pd.DataFrame, language: Language) -> Words:
    if table.empty:
        return Words(
            language.text("No earlier lookups show domains on Exchange Online without IPv6.")
        )
    fixed = table[table["outcome"] == "fixed"]
    own = fixed["how"].isin(OWN_CHANGE).sum()
    finding = language.plural(
        "Of {all} domains that lacked IPv6 on Exchange Online since {month}, {number} got it with"
        " its MX records unchanged.",
        "Of {all} domains that lacked IPv6 on Exchange Online since {month}, {number} got it with"
        " their MX records unchanged.",
        len(fixed) - int(own),
        all=language.number(len(table)),
        month=language.month(table["first_without"].min()),
    )
    lacking, unknown, left = (
        int(table["outcome"].eq(name).sum()) for name in ("not_fixed", "unknown", "left")
    )
    others = [
        language.text(
            "With other MX records: {own}; not yet: {lacking}.",
            own=language.number(own),
            lacking=language.number(lacking),
        ),
        undetermined(unknown, len(table), language) if unknown else "",
        language.text("Left the list: {left}.", left=language.number(left)) if left else "",
        language.text("DNS does not show whether Microsoft or an administrator turned IPv6 on."),
    ]
    return Words(finding, joined(*others))
