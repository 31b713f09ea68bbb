"""What does a list say? The captions of tables, and the answers of pages that are lists."""

import pandas as pd

from v6monitor.charts.chart import Words
from v6monitor.charts.wording import explained, joined, out_of
from v6monitor.dns.observation import UNKNOWN
from v6monitor.language import Language
from v6monitor.mail.laggards import EXCHANGE_GROUPS


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


def laggards_now(laggards: pd.DataFrame, language: Language) -> Words:
    """Answer how many Exchange Online domains are without IPv6; the laggard list."""
    groups = laggards["group"].value_counts()
    exchange = int(groups.reindex(EXCHANGE_GROUPS, fill_value=0).sum())
    sole = laggards["group"].isin(EXCHANGE_GROUPS) & laggards["sole_cause"].eq("yes")
    caption = language.plural(
        "{number} mail domain on Exchange Online is without IPv6.",
        "{number} mail domains on Exchange Online are without IPv6.",
        exchange,
    )
    if len(laggards) and laggards["group"].eq("unknown").all():
        caption = language.text("Which domains on Exchange Online lack IPv6 is not known.")
    note = language.text(
        "For {sole} of them that is the only cause. Another {gateways} are on Exchange Online"
        " behind a gateway without IPv6; for {unknown} it could not be determined.",
        sole=language.number(int(sole.sum())),
        gateways=language.number(int(groups.get("gateway", 0))),
        unknown=language.number(int(groups.get("unknown", 0))),
    )
    ours = laggards[laggards["group"].isin(EXCHANGE_GROUPS)]
    return Words(caption, joined(note, _explained(ours, language)), "")


def laggards_by_month(table: pd.DataFrame, language: Language) -> Words:
    """Tell how the number of laggards developed; ``mail.by_month``."""
    alt = language.text(
        "Bar chart of the Exchange Online domains without IPv6 per measured month. It shows "
        "whether their number falls."
    )
    note = language.text(
        "Domains that are on Exchange Online by the newest lookups, and whose mail servers did "
        "not all have IPv6 in the measurement of the month."
    )
    lacking = table[table["group"] != "unknown"].set_index("period")
    no = lacking["count"]
    if no.empty:
        return Words(language.text("There are no months to compare."), note, alt)
    caption = language.text(
        "Of the domains now on Exchange Online, {last} lacked IPv6 in {month}; in {first} there"
        " were {before}.",
        last=language.number(int(no.iloc[-1])),
        month=language.month(str(no.index[-1])),
        first=language.month(str(no.index[0])),
        before=language.number(int(no.iloc[0])),
    )
    told = explained(lacking.rename(columns={"count": "no"}).iloc[-1:], language)
    return Words(caption, joined(note, told), alt)


def laggard_list(laggards: pd.DataFrame, language: Language) -> Words:
    """Tell how long the list is; the laggard list."""
    caption = language.plural(
        "{number} domain to look at", "{number} domains to look at", len(laggards)
    )
    note = language.text(
        "Why each domain is on the list and what to do, by group and name; those that could not be"
        " determined come last."
    )
    return Words(caption, joined(note, _explained(laggards, language)), "")


def laggards_by_sector(table: pd.DataFrame, language: Language) -> Words:
    """Tell where most laggards are; ``mail.tally`` by sector."""
    note = language.text("Mail domains on Exchange Online for which no AAAA was measured.")
    if table.empty:
        return Words(language.text("No laggard on Exchange Online was found."), note, "")
    most = table.iloc[0]
    caption = language.text(
        "Most Exchange Online domains without IPv6: {sector}, {number}.",
        sector=language.label(str(most["sector"])),
        number=language.number(int(most["laggards"])),
    )
    told = explained(table.rename(columns={"laggards": "no"}), language)
    return Words(caption, joined(note, told), "")


def tenants(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many domains share a tenant; ``mail.tally`` by tenant, of more than one."""
    caption = language.plural(
        "{number} tenant holds more than one laggard: {domains} domains together.",
        "{number} tenants hold more than one laggard: {domains} domains together.",
        len(table),
        domains=language.number(int(table["laggards"].sum())),
    )
    if table.empty:
        caption = language.text("No tenant holds more than one laggard.")
    return Words(caption, language.text("The tenant is named by the DKIM records."), "")


def gateways(table: pd.DataFrame, language: Language) -> Words:
    """Tell which gateway keeps most domains back; ``mail.tally`` of the gateways by operator."""
    note = language.text(
        "Domains with signs of Exchange Online behind an MX host that has A, and no AAAA."
    )
    if table.empty:
        return Words(language.text("No gateway without IPv6 was found."), note, "")
    caption = language.plural(
        "{operator} stands before most of them: {number} domain.",
        "{operator} stands before most of them: {number} domains.",
        int(table["laggards"].iloc[0]),
        operator=table["operator"].iloc[0],
    )
    return Words(caption, note, "")


def laggard_groups(table: pd.DataFrame, language: Language) -> Words:
    """Tell where most Exchange Online laggards are; ``mail.by_group``, by its first column."""
    note = language.text("Domains on the list by the reason why they are there.")
    counts = table[list(EXCHANGE_GROUPS)].sum(axis="columns")
    if not counts.sum():
        return Words(language.text("No laggard on Exchange Online was found."), note, "")
    caption = language.text(
        "Most Exchange Online domains without IPv6: {place}, {counts}.",
        place=language.label(str(table.iloc[0, 0])),
        counts=out_of(counts.iloc[0], counts.sum(), language),
    )
    return Words(caption, note, "")


def fixed_since(table: pd.DataFrame, language: Language) -> Words:
    """Tell how many domains got IPv6 since they were measured; ``staleness.compare``."""
    caption = language.plural(
        "{number} domain has IPv6 now, and did not when it was measured.",
        "{number} domains have IPv6 now, and did not when they were measured.",
        len(table),
    )
    return Words(caption, language.text("By kind of test; a domain can stand here twice."), "")


def _explained(laggards: pd.DataFrame, language: Language) -> str:
    """Return how many laggards have a valid waiver, and how many one that has expired."""
    status = laggards["waiver_status"].value_counts()
    told = [
        language.text("Explained why not: {number}.", number=language.number(status["valid"]))
        if "valid" in status
        else "",
        language.text("Expired waiver: {number}.", number=language.number(status["expired"]))
        if "expired" in status
        else "",
    ]
    return joined(*told)
