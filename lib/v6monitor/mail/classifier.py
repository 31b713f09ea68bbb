"""Who runs a domain's mail, and is it Exchange Online, in front or behind? (METHOD.md §10)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from v6monitor.mail.exchange_online import Place, domain_of, label_of, place_of
from v6monitor.mail.hosts import MailHosts, mail_hosts
from v6monitor.mail.operators import Operators
from v6monitor.mail.signals import Signals, signals
from v6monitor.names import registrable_domain
from v6monitor.verdicts import evidence as index
from v6monitor.verdicts import judgement as verdicts
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.logic import UNKNOWN, YES

if TYPE_CHECKING:
    import pandas as pd

    from v6monitor.dns.observation import Observation

MICROSOFT = "Microsoft"


class Provider(NamedTuple):
    """Who runs the mail of one domain, and on what evidence."""

    domain: str
    mail_provider: str
    """``exo_direct``, ``exo_mixed``, ``exo_behind``, ``exo_possible``, ``other_mailbox``,
    ``own_or_unknown``, ``unknown``, or the mail class of a domain that receives no mail."""
    confidence: str
    """``high``, ``medium``, ``low``; "" when unknown."""
    operator: str
    """Who runs the most preferred MX hosts; the registrable domain where the table has none."""
    kind: str
    """``mailbox``, ``gateway`` or ``shared`` of the table; "" where it has none."""
    zone: str
    label: str
    """Whose label the Exchange Online host has: ``own``, ``other`` or ``undecodable``."""
    label_domain: str
    """The other accepted domain that the label belongs to, and whose switch decides."""
    tenant: str
    primary: str
    """The most preferred MX hosts, separated by spaces."""
    evidence: str
    rule: str
    """The number of the rule that decided."""


COLUMNS = tuple("class" if name == "mail_provider" else name for name in Provider._fields)


def providers(
    observations: pd.DataFrame | Iterable[Observation],
    domains: Iterable[str] | None = None,
    operators: Operators | None = None,
) -> pd.DataFrame:
    """Tell who runs the mail of every mail domain of an observation log.

    ``domains`` are the names to tell of (default: every name with an MX question); ``operators``
    is the table of ``mail_operators.csv``. Returns a row per domain with the columns ``COLUMNS``,
    all text. A failed lookup lowers the confidence or gives the class ``unknown``; it never gives
    another class.
    """
    import pandas as pd  # noqa: PLC0415 - the evidence card of one domain does without pandas

    evidence = index.of(observations)
    if domains is None:
        domains = [domain for domain, kind in verdicts.subjects(evidence) if kind == "mail"]
    rows = [provider(evidence, domain, operators or Operators()) for domain in domains]
    return pd.DataFrame(rows, columns=list(Provider._fields), dtype="str").set_axis(
        list(COLUMNS), axis="columns"
    )


def from_table(table: pd.DataFrame) -> Iterator[Provider]:
    """Give the rows of a provider table, also of one read from a CSV file."""
    for row in table.to_dict("records"):
        row["mail_provider"] = row.pop("class")
        yield Provider(**{name: str(row.get(name, "")) for name in Provider._fields})


def provider(evidence: Evidence, domain: str, operators: Operators) -> Provider:
    """Tell who runs the mail of one domain, by the rules in their order; the first that fits wins.

    0: the MX lookup failed. 1: no usable MX host. 3: all MX hosts are Exchange Online. 4: some
    are. 5: a known mailbox host receives first. 6: signals of Exchange Online behind a gateway,
    shared or own MX. 7: otherwise. (Rule 2 names the operators.)
    """
    mail = mail_hosts(evidence, domain)
    if not mail.hosts:
        return _without_hosts(domain, mail)
    places = {host: place_of(host) for _, host in mail.hosts}
    behind = signals(evidence, domain)
    found = [operator_of(host, operators) for host in mail.primary]
    kinds = {kind for _, kind in found}
    exchange = [place is not None for place in places.values()]
    if all(exchange):
        decision = ("exo_direct", "high", "3")
    elif any(exchange):
        decision = ("exo_mixed", "high", "4")
    elif "mailbox" in kinds:
        decision = ("other_mailbox", "high", "5")
    else:
        decision = _look_through(behind)
    zone, label, label_domain = label_owner(domain, places)
    return Provider(
        domain,
        mail_provider=decision[0],
        confidence=decision[1],
        operator=", ".join(sorted({name for name, _ in found})),
        kind=", ".join(sorted(kinds - {""})),
        zone=zone,
        label=label,
        label_domain=label_domain,
        tenant=behind.tenant,
        primary=" ".join(mail.primary),
        evidence="; ".join(_evidence(mail, places, behind, residue=decision[2] == "5")),
        rule=decision[2],
    )


def label_owner(domain: str, hosts: Iterable[str]) -> tuple[str, str, str]:
    """Return zone, whose label, and the other domain, of the first Exchange Online host.

    >>> label_owner("town.example", ["city-example.mail.protection.outlook.com"])
    ('classic', 'other', 'city.example')
    """
    place = next((place for host in hosts if (place := place_of(host))), None)
    if place is None:
        return "", "", ""
    if not place.label or place.label == label_of(domain):
        return place.zone, "own" if place.label else "", ""
    other = domain_of(place.label)
    return place.zone, "other" if other else "undecodable", other or ""


def operator_of(host: str, operators: Operators) -> tuple[str, str]:
    """Return the name and the kind of who runs a host (rule 2).

    The name is the registrable domain, without a kind, where the table has no row for the host.
    """
    if place_of(host):
        return MICROSOFT, "mailbox"
    row = operators.of(host)
    return (row.operator, row.kind) if row else (registrable_domain(host), "")


def _without_hosts(domain: str, mail: MailHosts) -> Provider:
    unknown = mail.mail_class in {"unknown", ""}
    evidence = "; ".join(mail.notes) or f"MX of {domain} not asked"
    return Provider(
        domain,
        mail_provider=UNKNOWN if unknown else mail.mail_class,
        confidence="" if unknown else "high",
        **dict.fromkeys(Provider._fields[3:10], ""),
        evidence=evidence,
        rule="0" if unknown else "1",
    )


def _look_through(behind: Signals) -> tuple[str, str, str]:
    """Decide rules 6 and 7. Unknown signals decide nothing: both ways must end in one class."""
    certain = _weigh(*(state == YES for state in behind[:4]))
    possible = _weigh(*(state in {YES, UNKNOWN} for state in behind[:4]))
    return certain if certain[0] == possible[0] else (UNKNOWN, "", certain[2])


def _weigh(dkim: bool, autodiscover: bool, spf: bool, proof: bool) -> tuple[str, str, str]:
    if dkim or autodiscover:
        supported = (dkim and autodiscover) or spf or proof
        return "exo_behind", "high" if supported else "medium", "6"
    if spf and proof:
        return "exo_possible", "low", "6"
    return "own_or_unknown", "low", "7"


def _evidence(
    mail: MailHosts, places: dict[str, Place | None], behind: Signals, *, residue: bool
) -> list[str]:
    hosts = []
    for preference, host in mail.hosts:
        place = places[host]
        hosts.append(
            f"MX {preference} {host}" + (f": Exchange Online, {place.zone}" if place else "")
        )
    prefix = "residue: " if residue else ""
    return [*hosts, *mail.notes, *(f"{prefix}{text}" for text in behind.evidence), *behind.doubts]
