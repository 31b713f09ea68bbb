"""What do the figures of change say? (8 and staleness)"""

import pandas as pd

from v6monitor.charts.chart import Words
from v6monitor.charts.wording import joined, out_of, undetermined
from v6monitor.language import Language


def changes(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many domains gained and lost IPv6, and how sure that is; ``changes.by_sector``."""
    alt = language.text(
        "Diverging bar chart of the domains that gained and lost IPv6 per group, with the changes"
        " of the list beside it. It shows whether the change is one of domains or of the list."
    )
    panel = int(table["panel"].sum()) if len(table) else 0
    if not panel:
        return _not_two(language, alt)
    total = table.select_dtypes("number").sum()
    between = _between(table, language)
    lost = int(total["loss_confirmed"] + total["loss_suspected"])
    gained = language.plural(
        "{number} domain gained IPv6", "{number} domains gained IPv6", int(total["gain"])
    )
    losses = language.plural("{number} lost it", "{number} lost it", lost)
    if lost:
        losses += language.text(
            " ({confirmed} confirmed, {suspected} suspected)",
            confirmed=language.number(total["loss_confirmed"]),
            suspected=language.number(total["loss_suspected"]),
        )
    if total["gain"] or lost:
        finding = language.text(
            "{between}: {gained}, {losses}.", between=between, gained=gained, losses=losses
        )
    else:
        finding = language.text("{between}: no domain gained or lost IPv6.", between=between)
    note = language.text(
        "Of the {panel} domains known both times. Apart from that: {joined} joined the list,"
        " {left} left it, {unknown} went to or from unknown.",
        panel=language.number(panel),
        joined=language.number(total["joined"]),
        left=language.number(total["left"]),
        unknown=language.number(total["through_unknown"]),
    )
    back = int(total["loss_recovered"])
    returned = language.plural(
        "{number} more lost it and has it back since.",
        "{number} more lost it and have it back since.",
        back,
    )
    return Words(finding, joined(note, returned if back else ""), alt)


def decomposition(table: pd.DataFrame, language: Language) -> Words:
    """Tell what the domains and what the list added to the change; ``changes.parts``."""
    alt = language.text(
        "Bar chart of what domains that stayed, joined and left add to the change of the share, in"
        " percentage points. It shows how much of the change is one of the list."
    )
    if table.empty or bool(table["points"].isna().any()):
        return _not_two(language, alt)
    rows = {str(row["part"]): row for row in table.to_dict("records")}
    said = {part: language.points(row["points"]) for part, row in rows.items()}
    finding = language.text(
        "{between}: {total} percentage points, of which {within} from the domains counted both"
        " times, {entrants} from new ones and {leavers} from those no longer counted.",
        between=_between(table, language),
        **said,
    )
    before, after = (
        _share(rows["total"][f"domains_{month}"], rows["total"][f"share_{month}"], language)
        for month in ("before", "after")
    )
    note = language.text(
        "Share of the domains whose state is known: {before}, then {after};"
        " {stayers} domains counted both times. The three parts add up to the change exactly.",
        before=before,
        after=after,
        stayers=language.number(rows["within"]["domains_after"]),
    )
    return Words(finding, note, alt)


def staleness(table: pd.DataFrame, language: Language) -> Words:
    """Tell what fresh lookups say of domains measured with and without; ``staleness.matrix``."""
    alt = language.text(
        "Stacked bar chart of what lookups say now of the domains measured with IPv6, without it"
        " and unknown. It shows how far the measurement still holds."
    )
    rows = {row["measured"]: row for row in table.to_dict("records")}
    sizes = {state: row["yes"] + row["no"] + row["unknown"] for state, row in rows.items()}
    total = sum(sizes.values())
    if not total:
        return Words(
            language.text("No domain has both a measurement and a lookup."),
            language.text("Nothing was looked up."),
            alt,
        )
    finding = language.text(
        "Measured without IPv6 and now with it: {fixed}; measured with it and now without: {lost}.",
        fixed=out_of(rows["no"]["yes"], sizes["no"], language),
        lost=out_of(rows["yes"]["no"], sizes["yes"], language),
    )
    told = sum(rows[one][other] for one in ("yes", "no") for other in ("yes", "no"))
    note = language.text(
        "Results with both a measurement and a lookup; two sources, so not a trend."
    )
    return Words(finding, joined(note, undetermined(total - told, total, language)), alt)


def _between(table: pd.DataFrame, language: Language) -> str:
    if "period" not in table:
        return language.text("Between the two measurements")
    return language.text(
        "Between {earlier} and {month}",
        earlier=language.month(str(table["earlier"].iloc[0])[:7]),
        month=language.month(str(table["period"].iloc[0])[:7]),
    )


def _share(domains: float, share: float, language: Language) -> str:
    counts = out_of(round(domains * share), domains, language)
    return f"{language.percent(share)} ({counts})"


def _not_two(language: Language, alt: str) -> Words:
    return Words(
        language.text("There is no earlier measurement to compare with."),
        language.text("No domain is known in two measurements."),
        alt,
    )
