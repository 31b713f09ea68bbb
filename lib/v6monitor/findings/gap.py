"""What does the gap consist of, and what would close it? (figure 10 and what belongs to it)"""

import math

import pandas as pd

from v6monitor.analysis.gap_fixes import NOW
from v6monitor.analysis.gap_needs import OWN_ZONE
from v6monitor.analysis.overviews import OTHER
from v6monitor.charts.chart import Words
from v6monitor.charts.wording import (
    Row,
    joined,
    out_of,
    share_text,
    undetermined,
    unit,
)
from v6monitor.language import Language

NAMED = 3
"""So many operators are named in a sentence."""


def gap_overview(table: pd.DataFrame, language: Language) -> Words:
    """Answer how large the gap is, who has most of it and with how many it is; ``gap.overview``."""
    row = table.to_dict("records")[0]
    known = row["yes"] + row["no"]
    unknown = undetermined(row["unknown"], row["applicable"], language)
    if not row["applicable"]:
        return _no_mail("", language)
    if not known:
        return Words(language.text("No mail domain's state is known."), unknown, "")
    if not row["no"]:
        finding = language.text("No mail domain is known to lack IPv6.")
        return Words(finding, joined(_all(known, language), unknown), "")
    finding = language.text(
        "Without IPv6: {counts} mail domains.", counts=out_of(row["no"], known, language)
    )
    if row["domains"] > 1:
        most = language.text(
            "Most wait for the hosts of {operator}: {domains}.",
            operator=row["operator"],
            domains=language.number(row["domains"]),
        )
        finding = joined(finding, most)
    note = language.plural(
        "One operator has the whole gap.",
        "{number} operators have a part in the gap, which is as concentrated as with {equal} that"
        " have equal parts.",
        int(row["operators"]),
        equal=language.number(round(row["equal"], 1)),
    )
    return Words(finding, joined(note, unknown), "")


def attribution(table: pd.DataFrame, language: Language, *, by: str = "operator") -> Words:
    """Tell for whose hosts most failing domains wait, and for how many it is the only cause.

    ``table`` is that of ``gap.attribution``.
    """
    alt = language.text(
        "Bar chart of the failing mail domains per operator, by whether it is the only cause. It"
        " shows who can close most of the gap."
    )
    if table.empty:
        return Words(
            language.text("No MX host is known to lack IPv6."),
            language.text("Hosts whose state is not known are not in the chart."),
            alt,
        )
    named = table[table[by] != OTHER]
    failing = int(table["failing"].iloc[0])
    if named.empty:
        finding = language.plural(
            "No host keeps more than one domain back: the one failing domain has its own.",
            "No host keeps more than one domain back: the {number} failing domains have their own.",
            failing,
        )
    else:
        most = named.iloc[0]
        finding = language.text(
            "Most failing mail domains wait for {operator}: {counts}; for {sole} it is the only"
            " cause.",
            operator=unit(most[by], by, language),
            counts=out_of(most["domains"], failing, language),
            sole=language.number(most["sole"]),
        )
    note = language.text(
        "Mail domains of which an MX host definitely has no IPv6. One that waits for several"
        " operators is counted for each."
    )
    return Words(finding, note, alt)


def fix_order(table: pd.DataFrame, language: Language, *, by: str = "operator") -> Words:
    """Tell how far the first steps would bring mail, and how far all; ``gap.fix_order``."""
    alt = language.text(
        "Bar chart of the share of mail domains with IPv6 after each step, whom to ask first at the"
        " top. It shows how much each step adds."
    )
    now, last = table.iloc[0].to_dict(), table.iloc[-1].to_dict()
    if not now["applicable"]:
        return _no_mail(alt, language)
    unknown = undetermined(now["unknown"], now["applicable"], language)
    note = language.text(
        "Each step takes who then adds most; a domain that fails at several counts with the last"
        " of them."
    )
    if not now["yes"] + now["no"]:
        return Words(language.text("No mail domain's state is known."), unknown, alt)
    named = table[~table[by].isin([NOW, OTHER])].head(NAMED)
    if len(table) == 1:
        finding = language.text(
            "Mail is at {share}; nobody is left to ask.", share=share_text(now, language)
        )
    elif named.empty:
        finding = _all_together(now, last, language)
    else:
        finding = _first_steps(now, named, by, language)
    return Words(finding, joined(note, unknown), alt)


def fix_order_tenants(table: pd.DataFrame, language: Language) -> Words:
    """Tell the same per tenant of Exchange Online; ``gap.fix_order`` by tenant."""
    return fix_order(table, language, by="tenant")


def scenarios(table: pd.DataFrame, language: Language) -> Words:
    """Tell what IPv6 at one operator brings at most, and within which bounds; ``gap.scenarios``."""
    note = language.text(
        "Adoption if every host of these operators had IPv6; what is not known stays unknown."
    )
    alone = table[table["scenario"] != "total"].sort_values("yes", ascending=False, kind="stable")
    if alone.empty or not alone["applicable"].iloc[0]:
        return Words(
            language.text("No operator is known to keep more than one domain from IPv6."), note, ""
        )
    row = alone.iloc[0].to_dict()
    name = unit(row["scenario"], "operator", language)
    finding = language.text(
        "With IPv6 at every host of {operator}: {share}.",
        operator=name,
        share=share_text(row, language),
    )
    if row["unknown"] and not math.isnan(row["adoption"]):
        bounds = language.text(
            "At least {lower} and at most {upper}, whatever the unknown domains turn out to be.",
            lower=language.percent(row["lower"]),
            upper=language.percent(row["upper"]),
        )
        finding = joined(finding, bounds)
    return Words(finding, note, "")


def end_to_end(table: pd.DataFrame, language: Language) -> Words:
    """Tell how much of the headline is left when name servers count too; ``adoption.definitions``.

    ``table`` has the rows ``mail_all`` and ``mail_end_to_end``.
    """
    rows = {str(row["measure"]): row for row in table.to_dict("records")}
    note = language.text(
        "End to end: also two name servers with IPv6 for the domain and for the zone of every MX"
        " host, so that a sender with IPv6 alone can find the way."
    )
    if not rows or not rows["mail_all"]["yes"]:
        return Words(language.text("No mail domain is known to have IPv6."), note, "")
    headline, whole = rows["mail_all"], rows["mail_end_to_end"]
    lost = int(headline["yes"] - whole["yes"])
    if not lost:
        finding = language.plural(
            "The one mail domain with IPv6 keeps it end to end.",
            "All {number} mail domains with IPv6 keep it end to end.",
            int(headline["yes"]),
        )
    else:
        finding = language.plural(
            "Of the one mail domain with IPv6, nothing is left end to end.",
            "Of {number} mail domains with IPv6, {left} have it end to end: {lost} fewer.",
            int(headline["yes"]),
            left=language.number(whole["yes"]),
            lost=language.number(lost),
        )
    difference = 100 * whole["difference"]
    if not math.isnan(difference):
        finding = joined(
            finding,
            language.text(
                "The share changes by {points} percentage points.",
                points=language.points(difference),
            ),
        )
    return Words(finding, note, "")


def zones(table: pd.DataFrame, language: Language) -> Words:
    """Tell whose name servers break the way; ``gap.attribution`` of ``gap.name_servers``."""
    alt = language.text(
        "Bar chart of the mail domains whose path over IPv6 breaks at name servers, per operator of"
        " the zone. It shows whose zones cause it."
    )
    note = language.text(
        "Mail domains whose MX hosts all have IPv6, and of which a zone on the way has fewer than"
        " two name servers with it."
    )
    if table.empty:
        return Words(
            language.text("No zone is known to break the path to a mail domain with IPv6."),
            note,
            alt,
        )
    failing = int(table["failing"].iloc[0])
    most = table.iloc[0]
    if most["operator"] == OWN_ZONE:
        finding = language.text(
            "Most paths break at the name servers of the domain itself: {counts}.",
            counts=out_of(most["domains"], failing, language),
        )
    elif most["operator"] == OTHER:
        finding = language.plural(
            "No zone breaks the way of more than one domain; the path to {number} is broken.",
            "No zone breaks the way of more than one domain; the paths to {number} are broken.",
            failing,
        )
    else:
        finding = language.text(
            "Most paths break at the zones of {operator}: {counts}.",
            operator=most["operator"],
            counts=out_of(most["domains"], failing, language),
        )
    return Words(finding, note, alt)


def _first_steps(now: Row, named: pd.DataFrame, by: str, language: Language) -> str:
    names = [unit(name, by, language) for name in named[by]]
    first, last = named.iloc[0].to_dict(), named.iloc[-1].to_dict()
    values = {
        "name": names[0],
        "now": share_text(now, language),
        "share": share_text(first, language),
    }
    if by == "tenant":
        finding = language.text(
            "With IPv6 at every host of tenant {name}, mail goes from {now} to {share}.", **values
        )
    else:
        finding = language.text(
            "With IPv6 at every host of {name}, mail goes from {now} to {share}.", **values
        )
    if len(names) == 1:
        return finding
    more = language.text(
        "With {names} too: {share}.",
        names=language.listed(names[1:]),
        share=share_text(last, language),
    )
    return joined(finding, more)


def _all_together(now: Row, last: Row, language: Language) -> str:
    return language.text(
        "No single step helps more than one domain; all together take mail from {now} to {share}.",
        now=share_text(now, language),
        share=share_text(last, language),
    )


def _all(known: int, language: Language) -> str:
    return language.plural(
        "The one whose state is known has it.",
        "All {number} whose state is known have it.",
        known,
    )


def _no_mail(alt: str, language: Language) -> Words:
    return Words(
        language.text("There is no mail domain."), language.text("Nothing was looked up."), alt
    )
