"""Is it real? What is said of vantage checks, of the mix of groups, and of losses."""

import pandas as pd

from v6monitor.charts.chart import Words
from v6monitor.charts.wording import (
    joined,
    out_of,
)
from v6monitor.language import Language


def vantage(table: pd.DataFrame, language: Language) -> Words:
    """Tell whether the resolvers passed the self-test; ``adoption.vantage``."""
    alt = language.text(
        "Bar chart of the checks of the resolvers before the lookups, passed or failed. It shows"
        " whether their answers can be believed."
    )
    note = language.text(
        "Before the lookups each resolver was asked what is known already: one that makes up or"
        " hides IPv6 would give wrong verdicts."
    )
    if table.empty:
        return Words(language.text("The resolvers were not tested."), note, alt)
    done = table[table["result"] != "not_tested"]
    failed = done[done["result"] == "failed"]
    if done.empty:
        finding = language.text("No check of the resolvers could be done.")
    elif failed.empty:
        finding = language.plural(
            "The one check of the resolvers was passed.",
            "All {number} checks of the resolvers were passed.",
            len(done),
        )
    else:
        names = [language.label(name, "check") for name in dict.fromkeys(failed["check"])]
        finding = language.text(
            "Failed: {counts} checks of the resolvers ({names}).",
            counts=out_of(len(failed), len(done), language),
            names=language.listed(names),
        )
    skipped = language.plural(
        "{number} check was not done.", "{number} checks were not done.", len(table) - len(done)
    )
    return Words(finding, joined(note, skipped if len(table) > len(done) else ""), alt)
