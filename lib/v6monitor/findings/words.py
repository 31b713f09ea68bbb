"""How are numbers said in a sentence? Shares with their denominator, points, lists, measures."""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
from babel.lists import format_list

from v6monitor.language import Language

Row = Mapping[Hashable, Any]

ALMOST = 0.01

MEASURES = {
    "web": "Websites: the listed address has IPv6.",
    "web_category": "Websites: Internet.nl's category IPv6, with its name servers.",
    "mail": "Mail: every mail server has IPv6.",
    "mail_all": "Mail: every mail server has IPv6.",
    "mail_any": "Mail: at least one mail server has IPv6.",
    "mail_primary": "Mail: every mail server of first preference has IPv6.",
    "mail_category": "Mail: Internet.nl's category IPv6, with its name servers.",
    "mail_end_to_end": "Mail: every mail server and all name servers on the way have IPv6.",
    "dns": "Name servers: at least two have IPv6.",
    "dns_2": "Name servers: at least two have IPv6.",
}

SHARES = {
    "web": "{share} of the websites",
    "mail": "{share} of the mail domains",
    "dns": "the name servers of {share} of the domains",
}


def points(difference: float, language: Language) -> str:
    """Return percentage points with their sign."""
    return language.points(difference)


def listed(names: Sequence[str], language: Language) -> str:
    """Return ``a, b and c``."""
    return str(format_list(list(names), locale=language.locale))


def measured(measure: str, language: Language) -> str:
    """Return in a sentence what a measure is of; nothing for one that is not known."""
    return language.text(MEASURES[measure]) if measure in MEASURES else ""


def of(yes: float, known: float, language: Language) -> str:
    """Return ``427 of 628``."""
    return language.text("{yes} of {known}", yes=language.number(yes), known=language.number(known))


def share(row: Row, language: Language) -> str:
    """Return ``68.0% (427 of 628)`` of a row of shares; counts alone where there is no percentage.

    Where nothing is known, it says so.
    """
    known = int(row["yes"]) + int(row["no"])
    if not known:
        return language.label("unknown" if row["unknown"] else "not_applicable")
    counts = of(row["yes"], known, language)
    return (
        counts if math.isnan(row["adoption"]) else f"{language.percent(row['adoption'])} ({counts})"
    )


def named_share(name: str, row: Row, language: Language) -> str:
    """Return ``68.0% of the mail domains``, or ``Mail 2 of 3`` where there is no percentage."""
    if name in SHARES and not math.isnan(row["adoption"]):
        return language.text(SHARES[name], share=language.percent(row["adoption"]))
    return f"{group(name, language)} {share(row, language)}"


def group(code: object, language: Language) -> str:
    """Return what a group is called; one without a name was not stated."""
    return (
        language.label(str(code)) if str(code) not in {"", "nan"} else language.text("not stated")
    )


def chance(part: float, language: Language) -> str:
    """Return a part of possible futures as a whole percentage; never 0 or 100 % of nearly so.

    >>> chance(0.004, Language("en")), chance(0.0, Language("en")), chance(0.999, Language("en"))
    ('less than 1%', '0%', 'more than 99%')
    """
    if math.isnan(part):
        return "–"
    if 0 < part < ALMOST:
        return language.text("less than {share}", share=language.percent(ALMOST, 0))
    if 1 - ALMOST < part < 1:
        return language.text("more than {share}", share=language.percent(1 - ALMOST, 0))
    return language.percent(part, 0)


def check_name(check: str, language: Language) -> str:
    """Return what a vantage check is called; its code where that is a new one."""
    return language.label(check, "check")


def unit(code: object, by: str, language: Language) -> str:
    """Return what an operator or tenant is called; those together as ``other`` by their kind."""
    if code == "other" and by == "tenant":
        return language.text("Other tenants")
    return group(code, language)


def could_not_tell(unknown: float, applicable: float, language: Language) -> str:
    """Return the sentence that says how many are unknown, of how many."""
    if not unknown:
        return language.text("Everything is known.")
    return language.text("Could not tell: {counts}.", counts=of(unknown, applicable, language))


def explained(rows: pd.DataFrame, language: Language, *, by: str = "") -> str:
    """Return the sentence that says how many of those without IPv6 have a valid waiver.

    ``rows`` have counts of states; ``by`` names them apart. Nothing is said where none has.
    """
    if "explained" not in rows or not rows["explained"].sum():
        return ""
    without = rows["no"] + rows.get("partly", 0)
    if not by:
        counts = of(rows["explained"].sum(), without.sum(), language)
    else:
        each = zip(rows[by], rows["explained"], without, strict=True)
        counts = "; ".join(f"{group(name, language)} {of(n, m, language)}" for name, n, m in each)
    return language.text("Explained why not (comply or explain): {counts}.", counts=counts)


def joined(*sentences: str) -> str:
    """Return the sentences that are there as one text."""
    return " ".join(sentence for sentence in sentences if sentence)
