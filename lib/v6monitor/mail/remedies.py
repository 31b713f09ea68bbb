"""What does the administrator of a laggard do, step by step? The PowerShell ready to paste."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from v6monitor.language import Language
from v6monitor.mail import dig
from v6monitor.mail.advice import SELF_SERVICE_SINCE
from v6monitor.mail.lagging import EXCHANGE_GROUPS
from v6monitor.mail.letters import Letter

DNSSEC_SINCE = dt.date(2024, 10, 1)
"""From this month Exchange Online has inbound DANE with DNSSEC."""

STATUS = (
    "Get-AcceptedDomain | ForEach-Object { Get-IPv6StatusForAcceptedDomain -Domain $_.DomainName }"
)

_QUOTES = re.compile(r"['\u2018-\u201b]")  # PowerShell takes all of these for a single quote


class Step(NamedTuple):
    """One thing to do, as a sentence, and the commands for it; "" where there are none."""

    text: str
    commands: str = ""


def steps(letter: Letter, language: Language) -> list[Step]:
    """Return what the administrator does, in order (EXCHANGE_ONLINE.md §7)."""
    return [
        *_switch(letter, language),
        *_publish(letter, language),
        *_at_the_gateway(letter, language),
        *_afterwards(letter, language),
    ]


def switching(letter: Letter) -> str:
    """Return the PowerShell that turns IPv6 on for exactly the domains of a letter.

    "" where the letter is about none that Exchange Online switches, or was measured when Microsoft
    did that itself, on request.
    """
    domains = letter.domains(*EXCHANGE_GROUPS)
    return powershell(domains) if domains and _self_service(letter) else ""


def powershell(domains: Iterable[str]) -> str:
    """Return the commands that turn IPv6 on for these accepted domains.

    >>> print(powershell(["town.example", "o'clock.example"]))
    $domains = 'town.example', 'o''clock.example'
    foreach ($domain in $domains) { Enable-IPv6ForAcceptedDomain -Domain $domain }
    """
    return (
        f"$domains = {', '.join(map(quoted, domains))}\n"
        "foreach ($domain in $domains) { Enable-IPv6ForAcceptedDomain -Domain $domain }"
    )


def quoted(text: str) -> str:
    """Return a text as PowerShell takes it literally, whatever stands in it.

    >>> print(quoted("o'clock.example"), quoted("$(reboot)"))
    'o''clock.example' '$(reboot)'
    """
    return f"'{_QUOTES.sub(lambda quote: 2 * quote[0], text)}'"


def _self_service(letter: Letter) -> bool:
    return letter.day is None or letter.day >= SELF_SERVICE_SINCE


def _switch(letter: Letter, language: Language) -> Iterator[Step]:
    domains = letter.domains(*EXCHANGE_GROUPS)
    check = _digs("AAAA", [one.host for one in letter.measured if one.domain in domains])
    if domains and _self_service(letter):
        yield from _by_oneself(letter, check, language)
    elif domains:
        yield _connectors(language)
        yield Step(
            language.text(
                "Ask Microsoft's support to turn on IPv6 for {domains}: it gives it on request, "
                "per domain, within 24 to 48 hours. Then check that there is an IPv6 address, and "
                "repeat the mail test of Internet.nl.",
                domains=", ".join(domains),
            ),
            check,
        )


def _by_oneself(letter: Letter, check: str, language: Language) -> Iterator[Step]:
    connect = language.text("Open Exchange Online PowerShell as Exchange administrator.")
    yield Step(connect, "Connect-ExchangeOnline")
    yield _connectors(language)
    yield Step(
        language.text("Look which accepted domains have IPv6: all of them, not only the main one."),
        STATUS,
    )
    yield Step(
        language.text(
            "Turn IPv6 on for these domains, and for any other that step 3 does not show as "
            "Enabled."
        ),
        switching(letter),
    )
    yield Step(
        language.text(
            "Wait up to an hour. Then check that there is an IPv6 address, and repeat the mail "
            "test of Internet.nl."
        ),
        check,
    )


def _connectors(language: Language) -> Step:
    return Step(
        language.text(
            "First check what recognises senders by IP address: inbound connectors, relays, "
            "scanners and allow-lists. Connectors restricted by IP address do not support IPv6: "
            "use certificates there, or keep that sender on IPv4."
        )
    )


def _publish(letter: Letter, language: Language) -> Iterator[Step]:
    renamed = [row["domain"] for row in letter.rows if row["next_step"] == "publish_mx"]
    if renamed:
        yield Step(
            language.text(
                "Publish the MX record that the Exchange admin centre gives for {domains}, and "
                "check it.",
                domains=", ".join(renamed),
            ),
            _digs("MX", renamed),
        )
    proofs = [row for row in letter.rows if row["next_step"] == "remove_record"]
    for row in proofs:
        yield Step(
            language.text(
                "Remove the MX record {hosts} of {domain}, and check it.",
                hosts=", ".join(str(row["failing_hosts"]).split()),
                domain=row["domain"],
            ),
            _digs("MX", [str(row["domain"])]),
        )


def _at_the_gateway(letter: Letter, language: Language) -> Iterator[Step]:
    hosts: dict[str, list[str]] = {}
    for row in letter.rows:
        if row["group"] == "gateway":
            hosts.setdefault(str(row["operator"]), []).extend(str(row["failing_hosts"]).split())
    for operator, names in hosts.items():
        yield Step(
            language.text(
                "Ask {operator} for an AAAA record on {hosts}; then check it, and repeat the mail "
                "test of Internet.nl.",
                operator=operator,
                hosts=", ".join(dict.fromkeys(names)),
            ),
            _digs("AAAA", names),
        )


def _afterwards(letter: Letter, language: Language) -> Iterator[Step]:
    if not switching(letter):
        return
    if letter.day is None or letter.day >= DNSSEC_SINCE:
        yield Step(
            language.text(
                "A next step, beside IPv6: DNSSEC and then DANE for incoming mail, with "
                "Enable-DnssecForVerifiedDomain -DomainName and Enable-SmtpDaneInbound -DomainName."
            )
        )
    yield Step(language.text("Only when step 4 fails: open a support ticket at Microsoft."))


def _digs(qtype: str, names: Iterable[str]) -> str:
    return "\n".join(dig.command(qtype, name) for name in dict.fromkeys(names))
