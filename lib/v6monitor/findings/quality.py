"""What does the quality strip say? (11)"""

import pandas as pd

from v6monitor.analysis.shares import GATE
from v6monitor.charts.chart import Words
from v6monitor.charts.wording import group_name, joined, out_of
from v6monitor.language import Language


def quality(table: pd.DataFrame, language: Language) -> Words:
    """Tell how much could be told, whether that is enough to publish, and why the rest could not.

    ``table`` is that of ``adoption.quality``. The gate holds for the measures, not for the lookups.
    """
    alt = language.text(
        "Stacked bar chart of how much of each list was known, unknown or not applicable."
        " It shows whether this month can be trusted."
    )
    known, applicable = _covered(table)
    subjects = [name for name in applicable if applicable[name]]
    if not subjects:
        return Words(
            language.text("Nothing was measured, so nothing can be told."),
            language.text("Nothing was measured."),
            alt,
        )
    covered = [
        f"{group_name(name, language)} {language.percent(known[name] / applicable[name])}"
        for name in subjects
    ]
    low = [
        group_name(name, language)
        for name in subjects
        if name != "lookups" and known[name] / applicable[name] < GATE
    ]
    finding = language.text("Known: {shares}.", shares=language.listed(covered))
    if low:
        verdict = language.text(
            "Below the {gate} needed to publish: {subjects}.",
            gate=language.percent(GATE, 0),
            subjects=language.listed(low),
        )
    elif subjects != ["lookups"]:
        verdict = language.text("That is enough to publish.")
    else:
        verdict = ""
    counts = "; ".join(
        f"{group_name(name, language)} {out_of(known[name], applicable[name], language)}"
        for name in subjects
    )
    note = language.text("Of all that it applies to: {counts}.", counts=counts)
    return Words(joined(finding, verdict), joined(note, _reasons(table, language)), alt)


def _covered(table: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """Return per subject how many are known, and to how many it applies."""
    known: dict[str, int] = {}
    applicable: dict[str, int] = {}
    for subject, outcome, count in zip(
        table["subject"], table["outcome"], table["count"], strict=True
    ):
        applies = outcome != "not_applicable"
        applicable[subject] = applicable.get(subject, 0) + applies * int(count)
        known[subject] = known.get(subject, 0) + (outcome == "known") * int(count)
    return known, applicable


def _reasons(table: pd.DataFrame, language: Language) -> str:
    rest = table[~table["outcome"].isin(["known", "not_applicable"])]
    if not rest["count"].sum():
        return language.text("Every result is known.")
    reasons = rest.groupby("outcome")["count"].sum().sort_values(ascending=False, kind="stable")
    words = [f"{_reason(reason, language)} {language.number(n)}" for reason, n in reasons.items()]
    return language.text("Why not: {reasons}.", reasons=", ".join(words))


def _reason(code: object, language: Language) -> str:
    return language.text("no reason given") if code == "unknown" else group_name(code, language)
