"""What does a list say? The captions of tables, and the answers of pages that are lists."""

import pandas as pd

from v6monitor.charts.chart import Words
from v6monitor.dns.observation import UNKNOWN
from v6monitor.language import Language


def measured(table: pd.DataFrame, language: Language) -> Words:
    """Tell how much was measured this month; ``measurements.overview``."""
    domains = int(table["domains"].sum())
    caption = language.plural(
        "{number} test result this month", "{number} test results this month", domains
    )
    note = language.text("One per domain and kind of test, by list and date of the measurement.")
    return Words(caption, note, "")


def lacking(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many domains lack IPv6 somewhere; ``adoption.lacking``."""
    short = table[["web", "mail", "dns"]].isin(["no"]).any(axis=1)
    caption = language.plural(
        "{number} domain lacks IPv6 for its website, mail or name servers",
        "{number} domains lack IPv6 for their website, mail or name servers",
        int(short.sum()),
    )
    note = language.text("Empty: not measured. As Internet.nl measured it this month.")
    if unsure := len(table) - int(short.sum()):
        told = language.plural(
            "For {number} more it could not be determined.",
            "For {number} more it could not be determined.",
            unsure,
        )
        note = f"{told} {note}"
    return Words(caption, note, "")


def outcomes(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many questions were asked and how many failed; ``adoption.outcomes``."""
    asked = int(table["questions"].sum())
    failed = int(table.loc[table["outcome"].isin(UNKNOWN), "questions"].sum())
    if not asked:
        return Words(
            language.text("No question was answered: nothing can be told."),
            language.text("No resolver answered, or the lookups were not done."),
            "",
        )
    caption = language.plural(
        "{number} question was asked; {failed} could not be answered.",
        "{number} questions were asked; {failed} could not be answered.",
        asked,
        failed=language.number(failed),
    )
    note = language.text(
        "Each name and type is asked once. A question without an answer counts as could not tell."
    )
    return Words(caption, note, "")


def definitions(table: pd.DataFrame, language: Language) -> Words:
    """Tell how far the definition moves the share of mail; ``adoption.definitions``."""
    shares = [
        f"{language.label(str(row['measure']))} {language.percent(row['adoption'])}"
        for row in table.to_dict("records")
    ]
    if not shares:
        return Words(language.text("There is nothing to compare."), "", "")
    note = language.text(
        "Share of the mail domains whose state is known, by what counts as having IPv6."
    )
    return Words("; ".join(shares), note, "")


def compat(table: pd.DataFrame, language: Language) -> Words:
    """Tell the figures as Internet.nl counts them; ``adoption.compat`` by measure."""
    shares = [
        language.text(
            "{measure} {share} ({passed} of {total})",
            measure=language.label(str(row["measure"])),
            share=language.percent(row["share"]),
            passed=language.number(row["passed"]),
            total=language.number(row["total"]),
        )
        for row in table.to_dict("records")
    ]
    note = language.text("As Internet.nl counts: not applicable is passed, could not tell failed.")
    return Words("; ".join(shares) or language.text("There is nothing to compare."), note, "")


def fixed_since(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many domains got IPv6 since they were measured; ``staleness.compare``."""
    caption = language.plural(
        "{number} domain has IPv6 now, and did not when it was measured.",
        "{number} domains have IPv6 now, and did not when they were measured.",
        len(table),
    )
    return Words(caption, language.text("By kind of test; a domain can stand here twice."), "")
