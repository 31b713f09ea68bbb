"""Phrases that captions and charts share: shares with their counts, names of groups, sizes."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from v6monitor.language import NO_VALUE, Language, marked

Record = Mapping[Hashable, Any]

LONGEST = 20
"""Words of a caption."""

SHOWN = ("yes", "partly", "no", "unknown")
"""The states that a bar is made of, in their order; the rest does not apply."""

PROPER = frozenset({"Rijk"})
"""Names of sectors that keep their capital within a sentence."""
ALMOST = 0.01

MEASURES = {
    "web": marked("Websites: the listed address has IPv6."),
    "web_category": marked("Websites: the category IPv6, which includes the name servers."),
    "mail": marked("E-mail: every mail server has IPv6."),
    "mail_all": marked("E-mail: every mail server has IPv6."),
    "mail_any": marked("E-mail: at least one mail server has IPv6."),
    "mail_primary": marked("E-mail: every mail server of highest priority has IPv6."),
    "mail_category": marked("E-mail: the category IPv6, which includes the name servers."),
    "mail_end_to_end": marked(
        "E-mail: every mail server and all name servers on the way have IPv6."
    ),
    "web_end_to_end": marked(
        "Websites: the listed address and all name servers on the way have IPv6."
    ),
    "dns": marked("Name servers: at least two have IPv6."),
    "dns_2": marked("Name servers: at least two have IPv6."),
}


def group_name(code: object, language: Language) -> str:
    """Return what a group is called; one without a name was not stated."""
    named = str(code) not in {"", "nan"}
    return language.label(str(code)) if named else language.text("not stated")


def measure_name(code: object, language: Language) -> str:
    """Return what a measure is of, within a sentence: ``websites``; a group's name for others."""
    name = group_name(code, language)
    return f"{name[:1].lower()}{name[1:]}" if code in MEASURES else name


def not_there(table: pd.DataFrame, language: Language) -> str:
    """Return why a table has no rows: nothing before, no lookups, or not in the source."""
    if table.attrs.get("first"):
        return language.text("There is no earlier measurement of this list to compare with.")
    if table.attrs.get("source") == []:
        return language.text("There are no lookups of this month.")
    return language.text("This is not in the source of this month.")


def nothing(table: pd.DataFrame, language: Language) -> str:
    """Return the sentence in place of a table without rows: not measured, or nothing found."""
    if table.attrs.get("first") or table.attrs.get("source") == []:
        return not_there(table, language)
    return language.text("Nothing was found.")


def definition(measure: str, language: Language) -> str:
    """Return in a sentence what a measure counts; empty for one that is not known."""
    return language.text(MEASURES[measure]) if measure in MEASURES else ""


def definition_of(table: pd.DataFrame, language: Language) -> str:
    """Return the definition of the one measure that a table is of, if it names one."""
    if "measure" not in table or len(set(table["measure"])) != 1:
        return ""
    return definition(str(table["measure"].iloc[0]), language)


def out_of(part: float, whole: float, language: Language) -> str:
    """Return ``427 of 628``."""
    return language.text(
        "{yes} of {known}", yes=language.number(part), known=language.number(whole)
    )


def share_text(row: Record, language: Language) -> str:
    """Return ``68.0% (427 of 628)`` of a row of shares; counts alone where there is no percentage.

    Where nothing is known, it says so.
    """
    known = int(row["yes"]) + int(row["no"])
    if not known:
        return language.label("unknown" if row["unknown"] else "not_applicable")
    counts = out_of(row["yes"], known, language)
    if math.isnan(row["adoption"]):
        return counts
    return f"{language.percent(row['adoption'])} ({counts})"


def chance(part: float, language: Language) -> str:
    """Return a part of possible futures as a whole percentage; never 0 or 100 % of nearly so.

    >>> chance(0.004, Language("en")), chance(0.0, Language("en")), chance(0.999, Language("en"))
    ('less than 1%', '0%', 'more than 99%')
    """
    if math.isnan(part):
        return NO_VALUE
    if 0 < part < ALMOST:
        return language.text("less than {share}", share=language.percent(ALMOST, 0))
    if 1 - ALMOST < part < 1:
        return language.text("more than {share}", share=language.percent(1 - ALMOST, 0))
    return language.percent(part, 0)


def undetermined(unknown: float, applicable: float, language: Language) -> str:
    """Return the sentence that says how many results are unknown, of how many."""
    if not unknown:
        return language.text("Every result is known.")
    return language.text("Undetermined: {counts}.", counts=out_of(unknown, applicable, language))


def explained(rows: pd.DataFrame, language: Language, *, by: str = "") -> str:
    """Return the sentence that says how many of those without IPv6 have a valid explanation.

    Args:
        rows: counts of states, with ``explained``.
        language: of the reader.
        by: the column that names the rows apart; by default they are counted together.

    Returns:
        The sentence; empty where no domain is explained.
    """
    if "explained" not in rows or not rows["explained"].sum():
        return ""
    without = rows["no"] + rows.get("partly", 0)
    if by:
        each = zip(rows[by], rows["explained"], without, strict=True)
        parts = [f"{group_name(name, language)} {out_of(n, m, language)}" for name, n, m in each]
        counts = "; ".join(parts)
    else:
        counts = out_of(rows["explained"].sum(), without.sum(), language)
    return language.text(
        "Of those without IPv6, explained (comply or explain): {counts}.", counts=counts
    )


def joined(*sentences: str) -> str:
    """Return the sentences that are not empty as one text."""
    return " ".join(sentence for sentence in sentences if sentence)


def domains(number: float, language: Language) -> str:
    """Return ``342 domains``."""
    return language.plural("{number} domain", "{number} domains", int(number))


def gained_and_lost(gained: float, lost: float, language: Language) -> str:
    """Return how many domains gained IPv6 and lost it, in a few words."""
    return language.text(
        "{up} gained, {down} lost", up=language.number(gained), down=language.number(lost)
    )


def explained_number(row: Record, language: Language) -> str:
    """Return ``3 explained`` for under the name of a row; empty for none."""
    number = int(row.get("explained", 0))
    return language.text("{number} explained", number=language.number(number)) if number else ""


def size(row: Record, language: Language, between: str = "\n") -> str:
    """Return ``342 domains`` and ``3 explained``: how many of those without IPv6 say why."""
    parts: Sequence[str] = (domains(row["applicable"], language), explained_number(row, language))
    return between.join(filter(None, parts))


def counts_in_words(row: Record, language: Language) -> str:
    """Return ``1 yes, 2 no`` of a group that is too small for a share."""
    counted = [(state, int(row.get(state, 0))) for state in SHOWN]
    words = [f"{language.number(n)} {language.label(state)}" for state, n in counted if n]
    return ", ".join(words) or language.label("not_applicable")


def tick_lines(
    names: Iterable[str], table: pd.DataFrame, language: Language
) -> list[tuple[str, str]]:
    """Return a line for each of several rows: its counts, and its state where it has only one."""
    lines = []
    for name, row in zip(names, table.to_dict("records"), strict=True):
        there = [state for state in SHOWN if row.get(state)]
        state = there[0] if len(there) == 1 else ""
        lines.append((state, f"{name}: {counts_in_words(row, language)}"))
    return lines if len(lines) > 1 else []


def shortest(*candidates: str) -> str:
    """Return the first text that is short enough for a caption, else the last."""
    return next((one for one in candidates if len(one.split()) <= LONGEST), candidates[-1])


def sector_names(sectors: Sequence[str], language: Language) -> str:
    """Return sectors in a sentence: ``Municipalities and water authorities``; empty without."""
    names = [language.label(sector) for sector in sectors]
    return language.listed([*names[:1], *map(within, names[1:])])


def within(sector: str) -> str:
    """Return the name of a sector as it is within a sentence: ``municipalities``."""
    return sector if sector in PROPER else f"{sector[:1].lower()}{sector[1:]}"
