"""What was found, in the words of a letter? No more than was measured, and what is not known."""

from collections.abc import Iterable, Iterator

from v6monitor.language import Language
from v6monitor.mail import advice
from v6monitor.mail.letters import Letter, Row

SITUATIONS = {
    "not_opted_in": (
        "{domains}: no IPv6 address (AAAA record) was found on the mail server at Exchange Online. "
        "Exchange Online then gave IPv6 only on request."
    ),
    "off_by_default_on": (
        "{domains}: no IPv6 address (AAAA record) was found on the mail server at Exchange Online. "
        "Exchange Online has turned IPv6 on by default, in steps, since October 2024. A domain "
        "may have been missed or switched off, or its DNS record may be in an unexpected state; "
        "DNS does not show which."
    ),
    "other_label": (
        "{domains}: the MX record names a mail server of another domain ({label_domains}), and no "
        "IPv6 address (AAAA record) was found on it. Probably the switch of that domain decides."
    ),
    "obsolete_name": (
        "{domains}: the MX record names a mail server as Exchange Online no longer gives out, and "
        "no IPv6 address (AAAA record) was found on it."
    ),
    "gateway": (
        "{domains}: the mail comes in through {operators}, and no IPv6 address (AAAA record) was "
        "found there. The switch in Exchange Online does not change that."
    ),
    "no_address": (
        "{domains}: the mail server that the MX record names had no address at all. The domain "
        "may no longer be an accepted domain of Exchange Online."
    ),
    "ownership_proof": (
        "{domains}: an MX record ({hosts}) only proves the ownership of the domain and receives "
        "no mail. Tests count it as a mail server without IPv6."
    ),
}
"""By the explanation of a row: what a letter says of the domains that have it."""


def situations(letter: Letter, language: Language) -> list[str]:
    """Return what was found, a paragraph per explanation, in the order of the list."""
    found: dict[str, list[Row]] = {}
    for row in letter.rows:
        found.setdefault(str(row["explanation"]), []).append(row)
    return [
        language.text(
            SITUATIONS[code],
            domains=_listed(row["domain"] for row in rows),
            label_domains=_listed(row["label_domain"] for row in rows),
            operators=_listed(row["operator"] for row in rows),
            hosts=_listed(host for row in rows for host in row["failing_hosts"].split()),
        )
        for code, rows in found.items()
    ]


def remarks(letter: Letter, language: Language) -> list[str]:
    """Return what else the reader should know: waivers, and what could not be told."""
    return list(_remarks(letter, language))


def _remarks(letter: Letter, language: Language) -> Iterator[str]:
    for row in letter.rows:
        if explained := advice.waiver(row, language):
            yield language.text(
                "Explanation known for {domain} (comply or explain): {explained}.",
                domain=row["domain"],
                explained=explained,
            )
    if letter.untold:
        yield language.text(
            "Of {domains} it could not be told whether its mail has IPv6.",
            domains=", ".join(letter.untold),
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
