"""Sentences for readers: reasons of verdicts, and explanation and next step of a laggard.

The tables hold codes and measured values; these are their words in the reader's language. They
claim no more than was measured.
"""

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from v6monitor.language import NO_VALUE, Language, marked
from v6monitor.mail.laggards import OWN_HOST, WRITTEN_ABOUT, day_of
from v6monitor.mail.words import powershell_word, reason_text
from v6monitor.names import display

Row = Mapping[Hashable, Any]
"""A row of the laggard list."""

_PART = 10_000

OTHER_LABEL = "other_label"
"""Explanation of a domain whose mail server at Exchange Online is of another domain."""

EXPLANATIONS = {
    "not_opted_in": marked(
        "No IPv6 address (AAAA record) was found on {hosts} on {day}. Exchange Online then gave "
        "IPv6 only on request."
    ),
    "off_by_default_on": marked(
        "No IPv6 address (AAAA record) was found on {hosts} on {day}. Microsoft has been turning "
        "IPv6 on step by step since October 2024. Possible causes: IPv6 was switched off, the "
        "domain was missed, or its DNS record is wrong; DNS does not show which."
    ),
    OTHER_LABEL: marked(
        "No IPv6 address (AAAA record) was found on {hosts} on {day}. That mail server belongs "
        "to another domain, {label_domain}: probably the switch of that domain decides."
    ),
    "obsolete_name": marked(
        "No IPv6 address (AAAA record) was found on {hosts} on {day}. Exchange Online no longer "
        "gives out such names."
    ),
    "broken_dots": marked(
        "The MX record of {domain} means Exchange Online, but {hosts} is no mail server there: its "
        "first part has dots where Microsoft gives it dashes."
    ),
    "broken_bare": marked(
        "The MX record of {domain} means Exchange Online, but {hosts} is no mail server there: the "
        "part of the domain itself is missing in front."
    ),
    "broken_final_dot": marked(
        "The MX record of {domain} means Exchange Online, but {hosts} is no mail server there: the "
        "final dot is missing in the zone file, so the name of the zone was added behind it."
    ),
    "gateway": marked(
        "The mail comes in through {operator}, and no IPv6 address (AAAA record) was found on "
        "{hosts} on {day}. The switch in Exchange Online does not change that."
    ),
    "own_gateway": marked(
        "The mail comes in through a mail server under the domain’s own name, and no IPv6 address "
        "(AAAA record) was found on {hosts} on {day}. The switch in Exchange Online does not "
        "change that."
    ),
    "no_address": marked(
        "On {day} {hosts} had no address at all. The domain may no longer be an accepted domain "
        "of Exchange Online."
    ),
    "foreign_address": marked(
        "On {day} {hosts} had an IPv6 address outside the networks of Exchange Online: an error "
        "in the data, or a resolver that changes answers."
    ),
    "ownership_proof": marked(
        "Left-over verification record ({hosts}): it receives no mail, and tests count it as a "
        "mail server without IPv6."
    ),
    "unknown": marked("The result could not be determined on {day}: {doubt}."),
}

NEXT_STEPS = {
    "enable_ipv6": marked(
        "First check the inbound connectors with an IP restriction. Then run in Exchange Online "
        "PowerShell: Enable-IPv6ForAcceptedDomain -Domain {name}"
    ),
    "request_ipv6": marked(
        "First check the inbound connectors with an IP restriction. Then ask Microsoft’s support "
        "to turn on IPv6 for {domain}."
    ),
    "publish_mx": marked(
        "Publish the MX record that Microsoft gives for {domain}: the Exchange admin centre shows "
        "it, and Microsoft Graph under serviceConfigurationRecords."
    ),
    "ask_gateway": marked("Ask {asked} for an IPv6 address (AAAA record) on {hosts}."),
    "own_host": marked(
        "Give {hosts} an IPv6 address (AAAA record), or ask for it from whoever runs it for you."
    ),
    "remove_record": marked("Remove the MX record {hosts} of {domain}."),
    "ask_again": marked("Look it up again, also through another resolver."),
}

_BESIDE = {
    "gateway": "operator",
    "ownership_proof": "failing_hosts",
    "unknown": "doubt",
}
"""By group the column that a row of the list has beside its domain; the tenant in the others."""

_LISTED = 3  # mail servers that a sentence names one by one


def explanation(rows: Sequence[Row], language: Language) -> str:
    """Return why rows of the laggard list with one code are on it, as a sentence."""
    return language.text(EXPLANATIONS[str(rows[0]["explanation"])], **_values(rows, language))


def next_step(row: Row, language: Language) -> str:
    """Return what the administrator of a row of the laggard list does, as a sentence or two."""
    step = language.text(NEXT_STEPS[str(row["next_step"])], **_values([row], language))
    return f"{step} {also_remove([row], language)}".strip()


def also_remove(rows: Sequence[Row], language: Language) -> str:
    """Return the second step where left-over proofs are beside a mail host; "" where none are."""
    beside = [row for row in rows if row["proofs"] and row["next_step"] != "remove_record"]
    if not beside:
        return ""
    return language.text(
        "At {domains} also remove the MX record {proofs}: a left-over verification record, which "
        "tests count as a mail server without IPv6.",
        domains=", ".join(map(display, _each(beside, "domain"))),
        proofs=", ".join(_each(beside, "proofs")),
    )


def operator_name(operator: str, language: Language) -> str:
    """Return who runs a host as one who can be asked: a domain is its operator, not a company.

    >>> operator_name("Zeefpost", Language("en")), operator_name("else.example", Language("en"))
    ('Zeefpost', 'the operator of else.example')
    """
    if operator == OWN_HOST:
        return language.text("whoever runs your own mail servers")
    is_domain = "." in operator and " " not in operator and operator == operator.lower()
    return language.text("the operator of {zone}", zone=operator) if is_domain else operator


def waiver_text(row: Row, language: Language) -> str:
    """Return the waiver of a row, its owner, and until when it is or was valid; "" for none."""
    if not row["waiver"]:
        return ""
    parts = [str(row["waiver_owner"])] if row["waiver_owner"] else []
    if row["waiver_until"]:
        day = language.day(dt.date.fromisoformat(str(row["waiver_until"])))
        until = marked("valid until {day}")
        if row["waiver_status"] == "expired":
            until = marked("expired after {day}")
        parts.append(language.text(until, day=day))
    return f"{row['waiver']} ({', '.join(parts)})" if parts else str(row["waiver"])


def in_words(laggards: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the laggard list with sentences in place of the codes."""
    said = [(explanation([row], language), next_step(row, language)) for row in _rows(laggards)]
    words = pd.DataFrame(said, laggards.index, ["explanation", "next_step"], dtype="str")
    return laggards.assign(**words)


def _rows(laggards: pd.DataFrame) -> Iterator[Row]:
    """Yield the rows of a list: as dictionaries, many take twenty times the memory."""
    for at in range(0, len(laggards), _PART):
        yield from laggards.iloc[at : at + _PART].to_dict("records")


class Group(NamedTuple):
    """Domains of the laggard list with what they share, in words, and a row for each of them."""

    name: str
    explanation: str
    next_step: str
    waivers: list[tuple[str, str]]
    rows: pd.DataFrame


def groups(laggards: pd.DataFrame, language: Language) -> Iterator[Group]:
    """Yield the domains of the list by group, explanation and next step."""
    for codes, part in laggards.groupby(["group", "explanation", "next_step"], sort=False):
        rows = part.to_dict("records")
        if len(set(part["doubt"])) > 1:
            rows[0]["doubt"] = language.text("see the table")
        one = rows[0] | {"failing_hosts": " ".join(part["failing_hosts"]), "proofs": ""}
        one["operator"] = ", ".join(part["operator"].unique())
        if len(rows) > 1:
            one["domain"] = language.text("<domain>")
        step = f"{next_step(one, language)} {also_remove(rows, language)}".strip()
        name = str(codes[0])
        called = OTHER_LABEL if codes[1] == OTHER_LABEL else name  # else two groups of one name
        shown = _shown(part, name, language)
        yield Group(called, explanation(rows, language), step, waivers(rows, language), shown)


def waivers(rows: Sequence[Row], language: Language) -> list[tuple[str, str]]:
    """Return a sentence per explanation that organisations gave, and which part is their own."""
    given: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        given.setdefault((waiver_text(row, language), str(row["waiver"])), []).append(
            display(str(row["domain"]))
        )
    known = language.text("Explanation known for {domain} (comply or explain): {explained}.")
    return [
        (known.format(domain=language.listed(names), explained=text), own)
        for (text, own), names in given.items()
        if text
    ]


def _shown(part: pd.DataFrame, group: str, language: Language) -> pd.DataFrame:
    """Return what differs by domain, with the same columns for every group."""
    shown = part.assign(
        involved=part[_BESIDE.get(group, "tenant")],
        letter_about=part["domain"].where(part["group"].isin(WRITTEN_ABOUT), ""),
    )
    if group == "unknown":
        shown["involved"] = [reason_text(str(doubt), language) for doubt in part["doubt"]]
    names = ["organisation", "domain", "first_month_without", "involved", "letter_about", "sector"]
    return shown[names]


def _values(rows: Sequence[Row], language: Language) -> dict[str, str]:
    day = max((day for row in rows if (day := day_of(row["asked_at"]))), default=None)
    operators = _each(rows, "operator", ", ")
    several = language.text("the operators in the table") if len(operators) > _LISTED else ""
    return {
        "hosts": _listed(_each(rows, "failing_hosts"), language),
        "day": language.day(day) if day else NO_VALUE,
        "doubt": reason_text(str(rows[0]["doubt"]), language),
        "operator": several
        or ", ".join(language.label(name) if name == OWN_HOST else name for name in operators),
        "asked": several or language.listed([operator_name(name, language) for name in operators]),
        "domain": ", ".join(map(display, _each(rows, "domain"))),
        "name": ", ".join(map(powershell_word, _each(rows, "domain"))),
        "label_domain": ", ".join(map(display, _each(rows, "label_domain"))),
    }


def _each(rows: Sequence[Row], column: str, separator: str | None = None) -> list[str]:
    """Return the values in a column of several rows, each once."""
    return list(dict.fromkeys(one for row in rows for one in str(row[column]).split(separator)))


def _listed(hosts: Sequence[str], language: Language) -> str:
    many = len(hosts) > _LISTED
    return language.text("the mail servers of these domains") if many else ", ".join(hosts)
