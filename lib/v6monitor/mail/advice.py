"""Sentences for readers: reasons of verdicts, and explanation and next step of a laggard.

The tables hold codes and measured values; these are their words in the reader's language. They
claim no more than was measured.
"""

import datetime as dt
import re
from collections.abc import Hashable, Mapping

import pandas as pd

from v6monitor.dns.observation import OUTCOMES
from v6monitor.language import Language
from v6monitor.mail.laggards import day_of

EXPLANATIONS = {
    "not_opted_in": (
        "No AAAA was measured on {hosts} on {day}. Exchange Online then gave IPv6 only to domains "
        "that had asked for it."
    ),
    "off_by_default_on": (
        "No AAAA was measured on {hosts} on {day}. Exchange Online has turned IPv6 on by default, "
        "in steps, since October 2024: it may have been switched off for this domain, the domain "
        "may have been missed, or its DNS record may be in an unexpected state."
    ),
    "other_label": (
        "No AAAA was measured on {hosts} on {day}. That host name belongs to {label_domain}, so "
        "probably the switch of that domain decides."
    ),
    "obsolete_name": (
        "No AAAA was measured on {hosts} on {day}. Exchange Online no longer gives out names like "
        "this."
    ),
    "gateway": (
        "The mail comes in through {operator}, and no AAAA was measured on {hosts} on {day}. The "
        "switch in Exchange Online does not change that."
    ),
    "no_address": (
        "{hosts} had neither A nor AAAA on {day}: the domain may no longer be an accepted domain."
    ),
    "foreign_address": (
        "{hosts} had an AAAA outside the networks of Exchange Online on {day}: an error in the "
        "data, or a resolver that changes answers."
    ),
    "ownership_proof": (
        "{hosts} only proves the ownership of the domain and receives no mail; tests count it as "
        "an MX host without IPv6."
    ),
    "unknown": "Could not tell: {doubt} ({day}).",
}

NEXT_STEPS = {
    "enable_ipv6": (
        "Check the inbound connectors that are restricted by IP address; then run "
        "Enable-IPv6ForAcceptedDomain -Domain {domain} in Exchange Online PowerShell."
    ),
    "request_ipv6": (
        "Check the inbound connectors that are restricted by IP address; then ask Microsoft's "
        "support to turn on IPv6 for {domain}."
    ),
    "publish_mx": "Publish the MX record that the Exchange admin centre gives for {domain}.",
    "ask_gateway": "Ask {operator} for an AAAA record on {hosts}.",
    "remove_record": "Remove the MX record {hosts}.",
    "ask_again": "Ask again, also through another resolver.",
}

SUMMARY = (
    "domain",
    "organisation",
    "group",
    "explanation",
    "next_step",
    "first_month_without",
    "tenant",
    "waiver",
)
"""The columns of the laggard list that a reader needs to act."""

_OUTCOME = re.compile(rf"(?<=: )({'|'.join(sorted(OUTCOMES))})(?=[,;]|$)")
_NOT_ASKED = re.compile(r"(?<=: )([A-Z]+) not asked(?=[,;]|$)")
_NAME_SERVERS_OF = re.compile(r"name servers of (\S+): ")
_COUNTED = re.compile(r"(\d+) of (\d+) name servers have IPv6")


def reason_text(reason: str, language: Language) -> str:
    """Return the reason of a verdict in this language: outcomes and counts in words, names as is.

    >>> reason_text("mx.town.example: nodata, mx.example: AAAA not asked", Language("en"))
    'mx.town.example: no such record, mx.example: AAAA not asked'
    """
    text = _OUTCOME.sub(lambda found: language.label(found[1]), reason)
    text = _NOT_ASKED.sub(lambda found: f"{found[1]} {language.label('not_asked')}", text)
    text = _NAME_SERVERS_OF.sub(
        lambda found: language.text("name servers of {zone}: ", zone=found[1]), text
    )
    return _COUNTED.sub(
        lambda found: language.text(
            "{yes} of {known} name servers have IPv6", yes=found[1], known=found[2]
        ),
        text,
    )


def explanation(row: Mapping[Hashable, object], language: Language) -> str:
    """Return why a row of the laggard list is on it, as a sentence."""
    return language.text(EXPLANATIONS[str(row["explanation"])], **_values(row, language))


def next_step(row: Mapping[Hashable, object], language: Language) -> str:
    """Return what the administrator of a row of the laggard list does, as a sentence."""
    return language.text(NEXT_STEPS[str(row["next_step"])], **_values(row, language))


def waiver_text(row: Mapping[Hashable, object], language: Language) -> str:
    """Return the waiver of a row, its owner, and until when it is or was valid; "" for none."""
    if not row["waiver"]:
        return ""
    parts = [str(row["waiver_owner"])] if row["waiver_owner"] else []
    if row["waiver_until"]:
        day = language.day(dt.date.fromisoformat(str(row["waiver_until"])))
        expired = row["waiver_status"] == "expired"
        parts.append(
            language.text("expired after {day}", day=day)
            if expired
            else language.text("valid until {day}", day=day)
        )
    return f"{row['waiver']} ({', '.join(parts)})" if parts else str(row["waiver"])


def in_words(laggards: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the laggard list with sentences in place of the codes."""
    rows = laggards.to_dict("records")
    return laggards.assign(
        explanation=[explanation(row, language) for row in rows],
        next_step=[next_step(row, language) for row in rows],
    ).astype({"explanation": "str", "next_step": "str"})


def summary(laggards: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the columns ``SUMMARY`` of the laggard list, with sentences in place of the codes."""
    waivers = [waiver_text(row, language) for row in laggards.to_dict("records")]
    return in_words(laggards, language).assign(waiver=waivers)[list(SUMMARY)]


def _values(row: Mapping[Hashable, object], language: Language) -> dict[str, str]:
    day = day_of(row["asked_at"])
    hosts = str(row["failing_hosts"]).split()
    return {
        "domain": str(row["domain"]),
        "hosts": ", ".join(hosts),
        "day": language.day(day) if day else "–",
        "label_domain": str(row["label_domain"]),
        "operator": str(row["operator"]),
        "doubt": reason_text(str(row["doubt"]), language),
    }
