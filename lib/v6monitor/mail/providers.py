"""Mail provider of a domain (Exchange Online in front, behind another MX, or someone else).

Operators of MX hosts come from a table of host name suffixes, looked up longest first.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from v6monitor.errors import InputError
from v6monitor.mail.exchange_online import ExchangeHost, label_owner, parse_exchange_host
from v6monitor.mail.signals import Signals, signals
from v6monitor.names import registrable_domain
from v6monitor.verdicts.domain import MailHosts, mail_hosts
from v6monitor.verdicts.evidence import Evidence, source_of
from v6monitor.verdicts.judge import a_label, subjects
from v6monitor.verdicts.logic import UNKNOWN, YES
from v6monitor.workspace import REFERENCE, example_folder

NAME = "mail_operators.csv"

KINDS = ("mailbox", "gateway", "shared")
"""Mailbox hosts, gateways that pass mail on, and the IT that public bodies share."""


class Operator(NamedTuple):
    """A row of ``reference/mail_operators.csv``."""

    suffix: str
    operator: str
    kind: str
    country: str
    source: str
    checked_on: str


class Operators:
    """The operators by host name suffix, matched dot by dot, the longest suffix first.

    >>> google = Operator("l.google.com", "Google", "mailbox", "US", "documentation", "2026-05-31")
    >>> Operators([google]).of("aspmx.l.google.com").operator
    'Google'
    >>> Operators([google]).of("notl.google.com") is None
    True
    """

    def __init__(self, rows: Iterable[Operator] = ()) -> None:
        self._by_suffix = {row.suffix: row for row in rows}

    def of(self, host: str) -> Operator | None:
        """Return the operator of a host; None when no suffix of the table fits."""
        labels = host.split(".")
        suffixes = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self._by_suffix[name] for name in suffixes if name in self._by_suffix), None)


def read_operators(paths: str | Path | Iterable[str | Path]) -> Operators:
    """Read operator tables, a later one over an earlier; InputError for a wrong or double row."""
    files = [paths] if isinstance(paths, str | Path) else paths
    return Operators(row for file in files for row in _rows(Path(file)))


def known_operators() -> Operators:
    """Return the package's own table, with the example's operators where that was made."""
    example = example_folder() / NAME
    return read_operators([REFERENCE / NAME, *([example] if example.exists() else [])])


def _rows(path: Path) -> list[Operator]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            found, lines = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as an operator table: {error}") from error
    missing = [column for column in Operator._fields if column not in found]
    if missing:
        raise InputError(
            f"{path}: no column {', '.join(missing)}; an operator table has "
            f"{', '.join(Operator._fields)}: add what is missing"
        )
    rows = [
        Operator(*((line[column] or "").strip() for column in Operator._fields)) for line in lines
    ]
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        where = f"{path}, row {number}"
        if row.kind not in KINDS:
            raise InputError(f"{where}: kind {row.kind!r}; expected one of {', '.join(KINDS)}")
        if not row.suffix or row.suffix != row.suffix.lower().strip("."):
            raise InputError(
                f"{where}: suffix {row.suffix!r}; expected a lower-case name without outer dots"
            )
        if row.suffix in seen:
            raise InputError(f"{where}: suffix {row.suffix!r} occurs twice: keep one of them")
        seen.add(row.suffix)
    return rows


if TYPE_CHECKING:
    import pandas as pd

    from v6monitor.verdicts.evidence import Observations

MICROSOFT = "Microsoft"
FAULTS = {
    "dots": "dots in the label",
    "bare": "without a label",
    "final_dot": "final dot lost",
}


class Provider(NamedTuple):
    """The mail provider of one domain: a row of what ``providers`` returns."""

    domain: str
    mail_provider: str
    """Column ``class``."""
    confidence: str
    operator: str
    kind: str
    zone: str
    label: str
    label_domain: str
    tenant: str
    primary: str
    evidence: str
    rule: str


COLUMNS = tuple("class" if name == "mail_provider" else name for name in Provider._fields)


def providers(
    observations: "Observations",
    *,
    domains: Iterable[str] | None = None,
    operators: Operators | None = None,
) -> "pd.DataFrame":
    """Return who runs the mail of every mail domain of an observation log.

    Args:
        observations: the observations of ``v6monitor.lookup`` or ``v6monitor.read_log``, the same
            table read back from Parquet or CSV, or a ``Month``.
        domains: names of mail domains; by default every name with an MX question, or the mail
            domains of the month.
        operators: table of mail operators; by default the one in the package.

    Returns:
        A row per domain, all columns text: ``domain``; ``class`` (``exo_direct``, ``exo_mixed``,
        ``exo_behind``, ``exo_possible``, ``other_mailbox``, ``own_or_unknown``, ``unknown``, or the
        mail class of a domain that receives no mail); ``confidence`` (``high``, ``medium``,
        ``low``; empty when unknown); ``operator`` of the MX hosts of the lowest preference, their
        registrable domain where the table has none, and its ``kind`` (``mailbox``, ``gateway``,
        ``shared``); ``zone`` of an Exchange Online host, and whose ``label`` it has (``own``,
        ``other``, ``undecodable``), with the ``label_domain`` whose switch decides if another;
        ``tenant``, as its DKIM records name it; ``primary``, the MX hosts of the lowest preference,
        separated by spaces; ``evidence``; and ``rule``, the number of the rule that decided. A
        failed lookup lowers the confidence or gives the class ``unknown``; it never gives another
        class.

    Raises:
        InputError: the table lacks a column of the observation log, or the table of operators is
            missing.

    Example:
        >>> from v6monitor.dns.log import frame
        >>> from v6monitor.dns.observation import Observation
        >>> import datetime as dt
        >>> how = (60, False, "192.0.2.53", dt.datetime(2026, 10, 6, tzinfo=dt.UTC), 1.0, 1, "")
        >>> mx = ("10 town-example.mail.protection.outlook.com",)
        >>> log = frame([Observation("town.example", "MX", "ok", mx, (), *how)])
        >>> providers(log)[["class", "operator", "zone"]].to_dict("records")
        [{'class': 'exo_direct', 'operator': 'Microsoft', 'zone': 'classic'}]

    Source: METHOD.md, "Exchange Online".
    """
    import pandas as pd  # noqa: PLC0415 - the provider of one domain is found without it

    evidence = Evidence.of(observations)
    if domains is None:
        pairs = subjects(observations, evidence)
        domains = [domain for domain, kind in pairs if kind == "mail"]
    table = operators or getattr(observations, "operators", None) or known_operators()
    names = [domains] if isinstance(domains, str) else domains
    rows = [provider(evidence, a_label(name), table) for name in names]
    found = pd.DataFrame(rows, columns=list(Provider._fields), dtype="str")
    found = found.set_axis(list(COLUMNS), axis="columns")
    found.attrs["source"] = source_of(observations)
    return found


def from_table(table: "pd.DataFrame") -> Iterator[Provider]:
    """Yield the rows of a provider table, also of one that was read from a CSV file."""
    for row in table.to_dict("records"):
        row["mail_provider"] = row.pop("class")
        yield Provider(**{name: str(row.get(name, "")) for name in Provider._fields})


def provider(evidence: Evidence, domain: str, operators: Operators) -> Provider:
    """Return who runs the mail of one domain, by the first rule that fits.

    0: the MX lookup failed. 1: no usable MX host. 3: all MX hosts are Exchange Online. 4: some
    are. 5: a known mailbox host receives first. 6: signals of Exchange Online behind a gateway,
    shared or own MX. 7: otherwise. (Rule 2 names the operators.)
    """
    mail = mail_hosts(evidence, domain)
    if not mail.hosts:
        return _without_hosts(domain, mail)
    exchange = {host: exchange_host(evidence, host, domain) for _, host in mail.hosts}
    behind = signals(evidence, domain)
    primary = [operator_of(evidence, host, operators, domain) for host in mail.primary]
    kinds = {kind for _, kind in primary}
    if all(exchange.values()):
        decision = ("exo_direct", "high", "3")
    elif any(exchange.values()):
        decision = ("exo_mixed", "high", "4")
    elif "mailbox" in kinds:
        decision = ("other_mailbox", "high", "5")
    else:
        decision = _look_through(behind)
    zone, label, label_domain = label_owner(domain, exchange.values())
    return Provider(
        domain,
        mail_provider=decision[0],
        confidence=decision[1],
        operator=", ".join(sorted({name for name, _ in primary})),
        kind=", ".join(sorted(kinds - {""})),
        zone=zone,
        label=label,
        label_domain=label_domain,
        tenant=behind.tenant,
        primary=" ".join(mail.primary),
        evidence="; ".join(_evidence(evidence, mail, exchange, behind, residue=decision[2] == "5")),
        rule=decision[2],
    )


def exchange_host(evidence: Evidence, host: str, domain: str) -> ExchangeHost | None:
    """Return what an MX host of a domain is at Exchange Online, itself or as an alias."""
    names = (host, *evidence.aliases(host))
    return next((found for name in names if (found := parse_exchange_host(name, domain))), None)


def operator_of(
    evidence: Evidence, host: str, operators: Operators, domain: str
) -> tuple[str, str]:
    """Return name and kind of the operator of an MX host, of its target if an alias (rule 2)."""
    if exchange_host(evidence, host, domain):
        return MICROSOFT, "mailbox"
    names = (host, *evidence.aliases(host))
    row = next((row for name in reversed(names) if (row := operators.of(name))), None)
    return (row.operator, row.kind) if row else (registrable_domain(names[-1]), "")


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
    certain = _weigh(*(state == YES for state in behind[:5]))
    possible = _weigh(*(state in {YES, UNKNOWN} for state in behind[:5]))
    return certain if certain[0] == possible[0] else (UNKNOWN, "", certain[2])


def _weigh(dkim: bool, autodiscover: bool, *support: bool) -> tuple[str, str, str]:
    """Decide by what decides and what only supports: SPF, proof of ownership, sovereign clouds."""
    if dkim or autodiscover:
        supported = (dkim and autodiscover) or any(support)
        return "exo_behind", "high" if supported else "medium", "6"
    if sum(support) > 1:
        return "exo_possible", "low", "6"
    return "own_or_unknown", "low", "7"


def _evidence(
    evidence: Evidence,
    mail: MailHosts,
    exchange: Mapping[str, ExchangeHost | None],
    behind: Signals,
    *,
    residue: bool,
) -> list[str]:
    hosts = []
    for preference, host in mail.hosts:
        found = exchange[host]
        path = " → ".join((host, *evidence.aliases(host)))
        fault = f" ({FAULTS[found.fault]})" if found and found.fault else ""
        zone = f": Exchange Online, {found.zone}{fault}" if found else ""
        hosts.append(f"MX {preference} {path}{zone}")
    prefix = "residue: " if residue else ""
    return [*hosts, *mail.notes, *(f"{prefix}{text}" for text in behind.evidence), *behind.doubts]
