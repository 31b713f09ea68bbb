"""Does asking help, and how laggards got IPv6: two answers in words."""

import pandas as pd

from v6monitor.analysis.fixes import OWN_CHANGE
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.wording import joined, out_of, undetermined
from v6monitor.language import Language

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
    finding = language.text(
        "Of {all} domains on Exchange Online without IPv6 since {month}, {alone} got it without"
        " changing their MX records.",
        all=language.number(len(table)),
        month=language.month(table["first_without"].min()),
        alone=language.number(len(fixed) - own),
    )
    lacking, unknown, left = (
        int(table["outcome"].eq(name).sum()) for name in ("not_fixed", "unknown", "left")
    )
    others = [
        language.text(
            "With other MX records: {own}; still without IPv6: {lacking}.",
            own=language.number(own),
            lacking=language.number(lacking),
        ),
        undetermined(unknown, len(table), language) if unknown else "",
        language.text("Left the list: {left}.", left=language.number(left)) if left else "",
        language.text("DNS does not show whether Microsoft or an administrator turned IPv6 on."),
    ]
    return Words(finding, joined(*others))
