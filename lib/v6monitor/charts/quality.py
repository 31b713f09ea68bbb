"""Quality of a month: how much is known, why the rest is not, and the tests of the resolvers."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.analysis.breakdowns import quality as count_known
from v6monitor.analysis.breakdowns import vantage as list_checks
from v6monitor.analysis.shares import GATE, gate
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import (
    BEHIND,
    LINE,
    THICK,
    Mark,
    Row,
    at_right,
    bar,
    rows_chart,
    share_axis,
    wrapped,
)
from v6monitor.charts.style import AXIS, GREY_INK, NARROW, STATE_COLOURS
from v6monitor.charts.wording import (
    Record,
    domains,
    group_name,
    measure_name,
    out_of,
)
from v6monitor.language import Language

KNOWN = {
    "known": STATE_COLOURS["yes"],
    "not_applicable": AXIS,
    "unknown": STATE_COLOURS["unknown"],
}
SHAPES = {"known": "square", "not_applicable": "outlined", "unknown": "hatched"}
RIGHT = 84


def quality(
    states: pd.DataFrame,
    *,
    observations: pd.DataFrame | None = None,
    reasons: bool = True,
    name: str = "quality",
) -> Chart:
    """Return stacked bars of how much of each measure is known, not applicable and undetermined.

    Args:
        states: a states table of one month, of any measures.
        observations: the lookups of the month, for a bar of their own.
        reasons: whether the reasons of what is undetermined are under each bar and in the note.
        name: names the files of the chart.

    Returns:
        A Chart; its table counts ``outcome`` per ``subject``. The coverage at the end of a bar is
        of the domains to which the measure applies; below 98 % a month is not published.

    Source:
        METHOD.md, "Shares".
    """
    words = partial(_quality_words, reasons=reasons)
    draw = partial(_draw_quality, reasons=reasons)
    return Chart(name, count_known(states, observations), words, draw)


def vantage(
    provenance: Mapping[str, object], *, listed: bool = True, name: str = "vantage"
) -> Chart:
    """Return the tests of the resolvers that a log of lookups holds.

    Args:
        provenance: of the log, such as ``month.provenance``.
        listed: whether the tests are listed; without, the finding alone, as an answer.
        name: names the files of the chart.

    Returns:
        A Chart without a picture; its table has a row per ``check`` and ``resolver``.
    """
    table = list_checks(provenance)
    started = provenance.get("started")
    table.attrs["source"] = [f"lookups {started}"] if started else []
    return Chart(name, table, _vantage_words, kind="table" if listed else "answer")


def _quality_words(table: pd.DataFrame, language: Language, reasons: bool) -> Words:
    alt = language.text(
        "Stacked bar chart of how much of each list was known, undetermined or not applicable."
        " It shows whether this month can be trusted."
    )
    applies = table[table["outcome"] != "not_applicable"]
    applicable = applies.groupby("subject", sort=False)["count"].sum()
    applicable = applicable[applicable > 0]
    if applicable.empty:
        return Words(language.text("There is no domain to which this applies."), "", alt)
    known = applies[applies["outcome"] == "known"].groupby("subject")["count"].sum()
    known = known.reindex(applicable.index, fill_value=0)
    coverage = known / applicable
    names = {subject: measure_name(subject, language) for subject in applicable.index}
    finding = language.text(
        "Known results: {shares}.",
        shares=language.listed(
            [f"{names[subject]} {language.percent(share)}" for subject, share in coverage.items()]
        ),
    )
    measures = coverage.drop("lookups", errors="ignore")  # the gate is for measures alone
    needed = language.percent(GATE, 0)
    found = [finding]
    if len(measures) and gate(known, applicable).passed:
        found += [language.text("That meets the {gate} needed to publish.", gate=needed)]
    elif len(measures):
        low = measures.index[measures < GATE]
        below = language.text(
            "Below the {gate} needed to publish: {subjects}.",
            gate=needed,
            subjects=language.listed([names[subject] for subject in low]),
        )
        found.insert(0, below)
    note = language.text(
        "Of all to which it applies: {counts}.",
        counts="; ".join(
            f"{names[subject]} {out_of(part, whole, language)}"
            for subject, part, whole in zip(names, known, applicable, strict=True)
        ),
    )
    return Words.of(found, [note, _reasons_text(applies, language) if reasons else ""], alt)


def _reasons_text(applies: pd.DataFrame, language: Language) -> str:
    """Return why results are undetermined, per subject: domains and questions do not add up."""
    rest = applies[applies["outcome"].ne("known") & applies["count"].gt(0)]
    if rest.empty:
        return language.text("Every result is known.")
    parts = []
    for subject, rows in rest.groupby("subject", sort=False):
        reasons = rows.sort_values("count", ascending=False, kind="stable").to_dict("records")
        words = ", ".join(_reason(row, language) for row in reasons)
        parts.append(f"{measure_name(subject, language)}: {words}")
    return language.text("Undetermined because of: {reasons}.", reasons="; ".join(parts))


def _reason(row: Record, language: Language) -> str:
    outcome = str(row["outcome"])
    unnamed = language.text("no reason given")
    named = unnamed if outcome == "unknown" else group_name(outcome, language)
    return f"{named} {language.number(row['count'])}"


def _draw_quality(table: pd.DataFrame, language: Language, width: int, reasons: bool) -> Figure:
    """Draw each list as 100 %, its coverage at the end, and the reasons under the bar."""
    subjects = {str(name): _parts(rows) for name, rows in table.groupby("subject", sort=False)}
    room = width - 20 if width < NARROW else width - RIGHT - 230
    why = {
        name: _named(parts[1], room, language) if reasons else []
        for name, parts in subjects.items()
    }
    rows = [
        Row(language.label(name), _size(name, sum(parts.values()), language), len(why[name]))
        for name, (parts, _) in subjects.items()
    ]
    totals = {kind: sum(parts[kind] for parts, _ in subjects.values()) for kind in KNOWN}
    key = [Mark(language.label(kind), KNOWN[kind], SHAPES[kind]) for kind in KNOWN if totals[kind]]
    chart = rows_chart(rows, width, key=key, right=RIGHT)
    share_axis(chart, language)
    for index, (name, (parts, _)) in enumerate(subjects.items()):
        start, total = 0.0, sum(parts.values())
        for kind, count in parts.items():
            text = language.number(count)
            bar(chart, index, start, count / total, KNOWN[kind], shape=SHAPES[kind], text=text)
            start += count / total
        applicable = parts["known"] + parts["unknown"]
        middle = chart.middles[index]
        covered = language.percent(parts["known"] / applicable if applicable else float("nan"))
        at_right(chart, index, covered)
        for number, line in enumerate(why[name]):
            y = middle + THICK / 2 + LINE * (number + 0.8)
            chart.axes.text(0, y, line, va="center", color=GREY_INK, bbox=BEHIND)
    return chart.figure


def _size(subject: str, number: int, language: Language) -> str:
    """Return how many domains were measured, or how many questions were asked."""
    if subject == "lookups":
        return language.plural("{number} question", "{number} questions", number)
    return domains(number, language)


def _parts(rows: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """Return what is known, not applicable and unknown of a subject, and the last by reason."""
    counts = {str(name): int(n) for name, n in zip(rows["outcome"], rows["count"], strict=True)}
    reasons = {name: n for name, n in counts.items() if name not in {"known", "not_applicable"}}
    parts = {kind: counts.get(kind, 0) for kind in ("known", "not_applicable")}
    return {**parts, "unknown": sum(reasons.values())}, reasons


def _named(reasons: dict[str, int], room: float, language: Language) -> list[str]:
    named = {reason: number for reason, number in reasons.items() if reason != "unknown" and number}
    if not named:
        return []
    order = sorted(named.items(), key=lambda item: -item[1])
    words = ", ".join(f"{language.number(n)} {language.label(reason)}" for reason, n in order)
    return wrapped(words, room, 4)


def _vantage_words(table: pd.DataFrame, language: Language) -> Words:
    note = language.text(
        "Before the lookups each resolver gets questions with known answers: a resolver that makes"
        " up or hides IPv6 would give wrong results."
    )
    if table.empty:
        return Words(language.text("The resolvers were not tested."), note)
    done = table[table["result"] != "not_tested"]
    failed = done[done["result"] == "failed"]
    counts = out_of(len(done), len(table), language)
    if done.empty:
        finding = language.text("No check of the resolvers could be done.")
    elif len(failed):
        names = [language.label(name, "check") for name in dict.fromkeys(failed["check"])]
        finding = language.text(
            "Failed: {counts} checks of the resolvers ({names}).",
            counts=out_of(len(failed), len(done), language),
            names=language.listed(names),
        )
    elif len(done) < len(table):
        finding = language.text(
            "{counts} checks of the resolvers were done; all of these passed.", counts=counts
        )
    else:
        finding = language.plural(
            "The one check of the resolvers passed.",
            "All {number} checks of the resolvers passed.",
            len(done),
        )
    return Words(finding, note)
