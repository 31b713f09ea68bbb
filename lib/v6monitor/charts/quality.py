"""Can we trust this month? (figure 11)"""

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.charts.layout import (
    HALO,
    LINE,
    THICK,
    Mark,
    Row,
    bar,
    nothing,
    rows_chart,
    share_axis,
    wrapped,
)
from v6monitor.charts.style import GREY_INK, INK, PALE, STATE_COLOURS, WIDTH, offset, styled
from v6monitor.charts.wording import percents
from v6monitor.language import Language

COLOURS = {
    "known": STATE_COLOURS["yes"],
    "not_applicable": PALE,
    "unknown": STATE_COLOURS["unknown"],
}
RIGHT = 84


@styled
def quality(table: pd.DataFrame, language: Language, *, reasons: bool = True) -> Figure:
    """Draw per subject how much of the list could be told, with ``reasons`` for the rest under it.

    ``table`` is that of ``adoption.quality``. A bar is the whole list as 100 %; the coverage, of
    what applies, stands at its end.
    """
    if table.empty:
        return nothing(language.text("There are no measurements to draw."))
    subjects = {str(name): _parts(rows) for name, rows in table.groupby("subject", sort=False)}
    why = {name: _named(parts[1], language) if reasons else [] for name, parts in subjects.items()}
    rows = [
        Row(language.label(name), size(name, sum(parts.values()), language), len(why[name]))
        for name, (parts, _) in subjects.items()
    ]
    totals = {kind: sum(parts[kind] for parts, _ in subjects.values()) for kind in COLOURS}
    key = [Mark(language.label(kind), COLOURS[kind]) for kind in COLOURS if totals[kind]]
    chart = rows_chart(rows, key=key, right=RIGHT)
    share_axis(chart.axes, percents(language))
    for index, (name, (parts, _)) in enumerate(subjects.items()):
        start, total = 0.0, sum(parts.values())
        for kind, count in parts.items():
            text = language.number(count)
            bar(chart, index, start, count / total, COLOURS[kind], text=text)
            start += count / total
        applicable = parts["known"] + parts["unknown"]
        middle = chart.middles[index]
        covered = language.percent(parts["known"] / applicable if applicable else float("nan"))
        chart.axes.annotate(
            covered, (1, middle), offset(RIGHT - 4, 0), textcoords="offset points", ha="right",
            va="center_baseline", color=INK, annotation_clip=False,
        )  # fmt: skip
        for number, line in enumerate(why[name]):
            y = middle + THICK / 2 + LINE * (number + 0.8)
            chart.axes.text(0, y, line, va="center", color=GREY_INK, path_effects=HALO)
    return chart.figure


def size(subject: str, number: int, language: Language) -> str:
    """Return how many domains were measured, or how many questions were asked."""
    if subject == "lookups":
        return language.plural("{number} question", "{number} questions", number)
    return language.plural("{number} domain", "{number} domains", number)


def _parts(rows: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """Return what is known, not applicable and unknown of a subject, and the last by reason."""
    counts = {str(name): int(n) for name, n in zip(rows["outcome"], rows["count"], strict=True)}
    reasons = {name: n for name, n in counts.items() if name not in {"known", "not_applicable"}}
    parts = {kind: counts.get(kind, 0) for kind in ("known", "not_applicable")}
    return {**parts, "unknown": sum(reasons.values())}, reasons


def _named(reasons: dict[str, int], language: Language) -> list[str]:
    named = {reason: number for reason, number in reasons.items() if reason != "unknown" and number}
    if not named:
        return []
    order = sorted(named.items(), key=lambda item: -item[1])
    words = ", ".join(f"{language.number(n)} {language.label(reason)}" for reason, n in order)
    return wrapped(words, WIDTH - RIGHT - 230, 4)
