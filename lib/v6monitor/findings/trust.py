"""Is it real? What is said of vantage checks, of the mix of groups, and of losses."""

import pandas as pd

from v6monitor.charts.chart import Words
from v6monitor.charts.wording import (
    group_name,
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


def kitagawa(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Words:
    """Tell what the groups and what the mix of groups added to the change; ``changes.kitagawa``."""
    note = language.text(
        "A group adds by its own change, and by becoming a larger or smaller part of the list. The"
        " parts add up to the change exactly."
    )
    sums = table[["own_change", "mix"]].sum()
    if table["share_before"].isna().all() or table["share_after"].isna().all():
        return Words(language.text("There is no earlier measurement to compare with."), note, "")
    finding = language.text(
        "Of {total} percentage points, {within} come from the groups themselves and {mix} from the"
        " mix of"
        " groups.",
        total=language.points(float(sums.sum())),
        within=language.points(float(sums["own_change"])),
        mix=language.points(float(sums["mix"])),
    )
    added = table["own_change"] + table["mix"]
    most = int(added.abs().to_numpy().argmax())
    said = language.points(float(added.iloc[most]))
    largest = language.text(
        "Most by {group}: {points}.", group=group_name(table[by].iloc[most], language), points=said
    )
    return Words(joined(finding, largest if said != "0" else ""), note, "")


def flaps(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many losses are back a measurement later; ``changes.flaps``."""
    row = table.iloc[0].to_dict()
    note = language.plural(
        "Of the {number} domain known in all {periods} measurements; {losses} losses, the latest"
        " not yet followed by another measurement.",
        "Of the {number} domains known in all {periods} measurements; {losses} losses, the latest"
        " not yet followed by another measurement.",
        int(row["domains"]),
        periods=language.number(row["periods"]),
        losses=language.number(row["losses"]),
    )
    if not row["followed"]:
        return Words(language.text("No loss has a next measurement yet."), note, "")
    finding = language.text(
        "Of the losses followed by another measurement, {counts} were back by then ({share}).",
        counts=out_of(row["recovered"], row["followed"], language),
        share=language.percent(row["share"]),
    )
    return Words(finding, note, "")
