"""Why is a domain on the list, and what does its administrator do? In the reader's language.

The table holds codes and measured values; the sentences are made here. They claim no more than
was measured, and they depend on the day of asking: Exchange Online gave IPv6 only on request
before October 2024, and by default, in steps, from then on (Microsoft notice MC835648).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from v6monitor.language import AMSTERDAM, Language
from v6monitor.mail.lagging import Laggard
from v6monitor.verdicts.reasons import worded as reason_in_words

if TYPE_CHECKING:
    import pandas as pd

SELF_SERVICE_SINCE = dt.date(2024, 9, 1)
"""From this month administrators turn IPv6 on themselves; before, Microsoft did on request."""

DEFAULT_ON_SINCE = dt.date(2024, 10, 16)
"""From this day Exchange Online turns IPv6 on for accepted domains, in steps (MC835648)."""

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

_ADVICE = {  # group → explanation and next step, where the date and the label make no difference
    "obsolete_name": ("obsolete_name", "publish_mx"),
    "gateway": ("gateway", "ask_gateway"),
    "no_address": ("no_address", "publish_mx"),
    "foreign_address": ("foreign_address", "ask_again"),
    "ownership_proof": ("ownership_proof", "remove_record"),
    "unknown": ("unknown", "ask_again"),
}


READABLE = (
    "domain",
    "organisation",
    "group",
    "explanation",
    "next_step",
    "first_month_without",
    "tenant",
    "waiver",
)


def advise(laggard: Laggard) -> tuple[str, str]:
    """Return the codes of the explanation and of the next step for a domain on the list."""
    if laggard.group in _ADVICE:
        return _ADVICE[laggard.group]
    if laggard.label_domain:
        return "other_label", "publish_mx"
    day = day_of(laggard.asked_at) or dt.date.max
    explained = "off_by_default_on" if day >= DEFAULT_ON_SINCE else "not_opted_in"
    return explained, "enable_ipv6" if day >= SELF_SERVICE_SINCE else "request_ipv6"


def explanation(row: Mapping[Hashable, object], language: Language) -> str:
    """Return why a row of the laggard table is on the list, as a sentence."""
    return language.text(EXPLANATIONS[str(row["explanation"])], **_values(row, language))


def next_step(row: Mapping[Hashable, object], language: Language) -> str:
    """Return what the administrator of a row of the laggard table does, as a sentence."""
    return language.text(NEXT_STEPS[str(row["next_step"])], **_values(row, language))


def waiver(row: Mapping[Hashable, object], language: Language) -> str:
    """Return what was explained, by whom, and until when that holds or held; "" for nothing."""
    if not row["waiver"]:
        return ""
    told = [str(row["waiver_owner"])] if row["waiver_owner"] else []
    if row["waiver_until"]:
        day = language.day(dt.date.fromisoformat(str(row["waiver_until"])))
        expired = row["waiver_status"] == "expired"
        told.append(
            language.text("expired after {day}", day=day)
            if expired
            else language.text("valid until {day}", day=day)
        )
    return f"{row['waiver']} ({', '.join(told)})" if told else str(row["waiver"])


def worded(laggards: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the laggard table with sentences in place of the codes."""
    rows = laggards.to_dict("records")
    return laggards.assign(
        explanation=[explanation(row, language) for row in rows],
        next_step=[next_step(row, language) for row in rows],
    ).astype({"explanation": "str", "next_step": "str"})


def readable(laggards: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return of the laggard table what a reader needs to act, with sentences for codes."""
    told = [waiver(row, language) for row in laggards.to_dict("records")]
    return worded(laggards, language).assign(waiver=told)[list(READABLE)]


def day_of(moment: object) -> dt.date | None:
    """Return the day in the Netherlands; None for no moment, also pandas' NaT."""
    if not isinstance(moment, dt.datetime) or moment != moment:  # noqa: PLR0124 - NaT is not itself
        return None
    return moment.astimezone(AMSTERDAM).date()


def _values(row: Mapping[Hashable, object], language: Language) -> dict[str, str]:
    day = day_of(row["asked_at"])
    hosts = str(row["failing_hosts"]).split()
    return {
        "domain": str(row["domain"]),
        "hosts": ", ".join(hosts),
        "day": language.day(day) if day else "–",
        "label_domain": str(row["label_domain"]),
        "operator": str(row["operator"]),
        "doubt": reason_in_words(str(row["doubt"]), language),
    }
