"""Who explained why not, and until when? The words of comply or explain."""

import pandas as pd

from v6monitor.charts.chart import Words
from v6monitor.charts.wording import joined
from v6monitor.language import Language
from v6monitor.mail.advice import waiver_text


def waivers(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many explained why they do not comply, and of what use it still is.

    ``table`` holds the valid rows of ``Month.waiver_list``.
    """
    caption = language.plural(
        "{number} waiver is valid.", "{number} waivers are valid.", len(table)
    )
    if table.empty:
        caption = language.text("No waiver is valid.")
    needless = int(table["state"].isin(["yes", "not_applicable", "absent"]).sum())
    note = language.text(
        "Comply or explain: an explanation is shown beside the domain, and changes no number."
    )
    if needless:
        told = language.plural(
            "{number} is of a domain that has IPv6, has nothing to test or is not on the list.",
            "{number} are of domains that have IPv6, have nothing to test or are not on the list.",
            needless,
        )
        note = joined(note, told)
    return Words(caption, note, "")


def waivers_expired(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many explanations have run out; the expired rows of ``Month.waiver_list``."""
    caption = language.plural(
        "{number} waiver has expired.", "{number} waivers have expired.", len(table)
    )
    if table.empty:
        caption = language.text("No waiver has expired.")
    without = int(table["state"].eq("no").sum())
    note = language.plural(
        "{number} of these domains is still without IPv6, and counts as not explained.",
        "{number} of these domains are still without IPv6, and count as not explained.",
        without,
    )
    return Words(caption, note if len(table) else "", "")


def waivers_in_words(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return ``Month.waiver_list`` as a reader sees it: why, by whom and until when in one cell."""
    told = [waiver_text(row, language) for row in table.to_dict("records")]
    return table[["domain", "type", "organisation", "state"]].assign(waiver=told)
