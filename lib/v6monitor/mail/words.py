"""Reasons of verdicts in the reader's language, and commands to paste: dig, and PowerShell."""

import re
import shlex
from collections.abc import Iterable, Sequence

from v6monitor.dns.observation import OUTCOMES
from v6monitor.dns.resolvers import UDP, parse
from v6monitor.errors import UsageError
from v6monitor.language import Language, marked
from v6monitor.names import display

IPV6_STATUS = (
    "Get-AcceptedDomain | ForEach-Object { Get-IPv6StatusForAcceptedDomain -Domain $_.DomainName }"
)
"""Shows which accepted domains of a tenant have IPv6."""

DNS_PORT = 53
_FEW = 3
_OPTION_SIGNS = ("-", "+", "@")
_WORD = re.compile(r"[a-z0-9][a-z0-9.-]*|<[a-z]+>")
_QUOTES = re.compile(r"['\u2018-\u201b]")  # PowerShell takes all of these for a single quote


def dig(qtype: str, name: str, resolver: str = "") -> str:
    """Return the dig command for a question; to the ``resolver`` of the log, if it has an address.

    >>> dig("AAAA", "mx.town.example", "192.0.2.53")
    'dig @192.0.2.53 AAAA mx.town.example'
    >>> dig("AAAA", "-f/etc/hosts; reboot")
    "dig AAAA -q '-f/etc/hosts; reboot'"
    """
    option = ["-q"] if name.startswith(_OPTION_SIGNS) else []
    return shlex.join(["dig", *_server(resolver), qtype, *option, name])


def digs(qtype: str, names: Iterable[str]) -> str:
    """Return the dig commands for several names, one per line, each once."""
    return "\n".join(dig(qtype, name) for name in dict.fromkeys(names))


def enable_ipv6(domains: Iterable[str]) -> str:
    """Return the PowerShell that turns IPv6 on for these accepted domains.

    >>> print(enable_ipv6(["town.example", "o'clock.example"]))
    $domains = 'town.example',
    'o''clock.example'
    foreach ($domain in $domains) { Enable-IPv6ForAcceptedDomain -Domain $domain }
    """
    listed = ",\n".join(map(quote_powershell, domains))  # on paper no name is split over lines
    return (
        f"$domains = {listed}\n"
        "foreach ($domain in $domains) { Enable-IPv6ForAcceptedDomain -Domain $domain }"
    )


def powershell_word(text: str) -> str:
    """Return a text as one argument in PowerShell: a name, or its place ``<domain>``, as it is."""
    return text if _WORD.fullmatch(text) else quote_powershell(text)


def quote_powershell(text: str) -> str:
    """Return a text as PowerShell takes it literally, whatever it contains.

    >>> print(quote_powershell("o'clock.example"), quote_powershell("$(reboot)"))
    'o''clock.example' '$(reboot)'
    """
    return f"'{_QUOTES.sub(lambda quote: 2 * quote[0], text)}'"


def _server(label: str) -> list[str]:
    """Return dig's server and port options; none where the log names no address."""
    try:
        resolver = parse([label])[0]
    except UsageError:
        return []
    if resolver.transport != UDP or not resolver.host:
        return []
    port = ["-p", str(resolver.port)] if resolver.port != DNS_PORT else []
    return [f"@{resolver.host}", *port]


_OUTCOME = re.compile(rf"(?<=: )({'|'.join(sorted(OUTCOMES | {'no_address'}))})(?=[,;)]|$)")
_NOT_ASKED = re.compile(r"(?<=: )([A-Z]+) not asked(?=[,;]|$)")
_PHRASES = (
    marked("not asked without IPv4"),
    marked("found without IPv4"),
    marked("not shown that the IPv6-only resolver does without IPv4"),
    marked("the IPv6-only resolver uses IPv4"),
    marked("without IPv4"),
)
_PHRASE = re.compile("|".join(_PHRASES))
_RECORDS_OF = re.compile(r"\b([A-Z]{2,5}) of (?=\S+: )")
_NAME_SERVERS_OF = re.compile(r"name servers of (\S+): ")
_COUNTED = re.compile(r"(\d+) of (\d+) name servers have IPv6")


def reason_text(reason: str, language: Language) -> str:
    """Return the reason of a verdict in this language: outcomes and counts in words, names as is.

    >>> reason_text("mx.town.example: nodata, mx.example: AAAA not asked", Language("en"))
    'mx.town.example: no such record, mx.example: AAAA not asked'
    >>> reason_text("town.example: MX without IPv4: servfail", Language("nl"))
    'town.example: MX zonder IPv4: serverfout (SERVFAIL)'
    >>> reason_text("1 of 2 name servers have IPv6, 1 unknown", Language("en"))
    'IPv6 at 1 of 2 name servers, 1 unknown'
    """
    text = _OUTCOME.sub(lambda found: language.label(found[1]), reason)
    text = _NOT_ASKED.sub(lambda found: f"{found[1]} {language.label('not_asked')}", text)
    text = _PHRASE.sub(lambda found: language.text(found[0]), text)
    text = _RECORDS_OF.sub(lambda found: language.text("{type} of ", type=found[1]), text)
    text = _NAME_SERVERS_OF.sub(
        lambda found: language.text("name servers of {zone}: ", zone=found[1]), text
    )
    return _COUNTED.sub(
        lambda found: language.text(
            "IPv6 at {yes} of {known} name servers", yes=found[1], known=found[2]
        ),
        text,
    )


def reasons_text(reasons: str, language: Language) -> str:
    """Return why verdicts of a domain are not a yes, each reason once.

    >>> reasons_text("web, web_www: www.town.example: refused; dns_2: NS: refused", Language("en"))
    'www.town.example: refused (REFUSED); NS: refused (REFUSED)'
    """
    texts = [reason_text(part.partition(": ")[2], language) for part in reasons.split("; ")]
    return "; ".join(dict.fromkeys(texts))


def about(domains: Sequence[str], found: str, language: Language) -> str:
    """Return what was found of domains: after the names of a few, before those of many."""
    names = ", ".join(map(display, domains))
    if len(domains) <= _FEW:
        return f"{names}: {found}"
    concerned = language.text("This concerns {domains}.", domains=names)
    return f"{found} {concerned}"
