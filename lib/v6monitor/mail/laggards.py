"""Laggard list: Exchange Online domains without IPv6, whose they are, and since when."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from v6monitor.intake.annotations import MATCH, matched
from v6monitor.language import AMSTERDAM
from v6monitor.mail import providers as mail_providers
from v6monitor.mail.exchange_online import CURRENT_ZONES, in_smtp_prefixes, label_owner
from v6monitor.mail.providers import Operators, Provider, exchange_host, known_operators
from v6monitor.mail.signals import signals
from v6monitor.names import registrable_domain
from v6monitor.verdicts.domain import MailHosts, is_ownership_proof, mail_hosts
from v6monitor.verdicts.evidence import Evidence, source_of, unusable
from v6monitor.verdicts.judge import subjects
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

if TYPE_CHECKING:
    from v6monitor.verdicts.evidence import Observations

EXCHANGE_GROUPS = ("exchange_online", "obsolete_name")
"""The groups that together are the Exchange Online laggards."""

GROUPS = (
    *EXCHANGE_GROUPS,
    "broken_record",
    "gateway",
    "no_address",
    "foreign_address",
    "ownership_proof",
    "unknown",
)

WRITTEN_ABOUT = (*EXCHANGE_GROUPS, "broken_record", "gateway", "no_address", "ownership_proof")
"""The groups whose administrator can do something, and gets a letter."""

OWN_HOST = "own_host"
"""In place of an operator: whoever runs a host below the domain's own name, if nobody is known."""

SELF_SERVICE_SINCE = dt.date(2024, 9, 1)
"""From this month administrators turn IPv6 on themselves; before, Microsoft did on request."""

DEFAULT_ON_SINCE = dt.date(2024, 10, 16)
"""From this day Exchange Online turns IPv6 on for accepted domains, in steps (MC835648)."""

COLUMNS = (
    *("domain", "organisation", "sector", "province", "group", "class", "operator"),
    *("mx_hosts", "failing_hosts", "proofs", "zone", "label", "label_domain", "tenant"),
    *("sole_cause", "first_month_without", "months_lagging", *MATCH),
    *("explanation", "next_step", "doubt", "asked_at"),
)

_ADVICE = {  # group → explanation and next step, where the date and the label make no difference
    "obsolete_name": ("obsolete_name", "publish_mx"),
    "gateway": ("gateway", "ask_gateway"),
    "no_address": ("no_address", "publish_mx"),
    "foreign_address": ("foreign_address", "ask_again"),
    "ownership_proof": ("ownership_proof", "remove_record"),
    "unknown": ("unknown", "ask_again"),
}


_WITH_PROOFS = {"exo_direct", "exo_mixed", "exo_behind", "invalid_mx"}
"""The classes in which a left-over proof of ownership alone puts a domain on the list."""


def laggards(
    observations: "Observations",
    *,
    providers: pd.DataFrame | None = None,
    owners: pd.DataFrame | None = None,
    history: pd.DataFrame | None = None,
    waivers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the domains on Exchange Online whose IPv6 is missing or unknown.

    Args:
        observations: the observations of ``v6monitor.lookup`` or ``v6monitor.read_log``, the same
            table read back from Parquet or CSV, or a ``Month``, which brings the other tables too.
        providers: what ``v6monitor.providers`` returns for the same observations.
        owners: whose the domains are; columns ``domain``, ``organisation``, ``sector``,
            ``province``.
        history: the mail verdict in earlier months; columns ``period`` (YYYY-MM), ``domain`` and
            ``state``, and perhaps ``measure``, as ``Month.states`` has them.
        waivers: explanations under comply or explain, as ``Month.waivers`` has them.

    Returns:
        A row per domain, sorted by group and domain: ``domain``; ``organisation``, ``sector`` and
        ``province`` of its owner; ``group``: ``exchange_online`` or ``obsolete_name`` (an Exchange
        Online host of the lowest preference has A, and definitely no AAAA), ``broken_record``
        (an MX record that means Exchange Online and is written wrong), ``gateway`` (Exchange
        Online behind an MX host without IPv6), ``no_address`` (neither A nor AAAA),
        ``foreign_address`` (an AAAA outside Microsoft's networks), ``ownership_proof`` (a left-over
        record that receives no mail) or ``unknown``; ``class``, ``zone``, ``label``,
        ``label_domain`` and ``tenant`` of its provider; ``operator``, who runs the failing hosts
        (``own_host`` for those below the domain's own name); ``mx_hosts``, every MX host with its A
        and AAAA; ``failing_hosts`` and ``proofs`` (left-over records beside them), separated by
        spaces; ``sole_cause``, whether nothing else keeps the domain from IPv6;
        ``first_month_without`` (YYYY-MM) and ``months_lagging`` (calendar months), empty where IPv6
        was not found missing; ``waiver``, ``waiver_owner``, ``waiver_until`` and ``waiver_status``
        (``valid`` or ``expired`` on the day of the lookup);
        ``explanation`` and ``next_step``, codes for the sentences of ``mail.advice``; ``doubt``,
        the failed lookups of group ``unknown``; and ``asked_at`` (UTC), the last of the lookups.

    Raises:
        InputError: the table lacks a column of the observation log, or the table of operators is
            missing.

    Example:
        >>> from v6monitor.dns.log import frame
        >>> from v6monitor.dns.observation import Observation
        >>> how = (60, False, "192.0.2.53", dt.datetime(2026, 10, 6, tzinfo=dt.UTC), 1.0, 1, "")
        >>> host = "town-example.mail.protection.outlook.com"
        >>> log = frame([
        ...     Observation("town.example", "MX", "ok", (f"10 {host}",), (), *how),
        ...     Observation(host, "A", "ok", ("198.51.100.25",), (), *how),
        ...     Observation(host, "AAAA", "nodata", (), (), *how),
        ... ])
        >>> laggards(log)[["domain", "group", "next_step"]].to_dict("records")
        [{'domain': 'town.example', 'group': 'exchange_online', 'next_step': 'enable_ipv6'}]

    Source: METHOD.md, "Exchange Online".
    """
    evidence = Evidence.of(observations)
    if providers is None:
        providers = getattr(observations, "providers", None)
    if providers is None:
        mail = [domain for domain, kind in subjects(observations, evidence) if kind == "mail"]
        providers = mail_providers.providers(evidence, domains=mail)
    owners = getattr(observations, "owners", None) if owners is None else owners
    history = getattr(observations, "states", None) if history is None else history
    waivers = getattr(observations, "waivers", None) if waivers is None else waivers
    operators = getattr(observations, "operators", None) or known_operators()
    owner_of, states = owners_of(owners), _mail_states(history)
    rows: list[dict[Any, Any]] = []
    for provider in mail_providers.from_table(providers):
        domain = provider.domain
        if found := laggard(evidence, provider, operators, states.get(domain, {})):
            rows.append(found | owner_of.get(domain, {}))
    rows.sort(key=lambda row: (GROUPS.index(row["group"]), row["domain"]))
    table = _frame(rows)
    if waivers is not None:
        day = table["asked_at"].dt.tz_convert(AMSTERDAM).dt.strftime("%Y-%m-%d")
        table[list(MATCH)] = matched(table.assign(day=day.fillna("")), waivers, "mail")
    table.attrs["source"] = source_of(observations)
    return table


def laggard(
    evidence: Evidence, provider: Provider, operators: Operators, states: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the row of a domain on the list, without owner and waiver; None when it is not on it.

    ``states`` has the mail verdict of earlier months. Rules: METHOD.md, "Exchange Online".
    """
    case = _Case(evidence, provider, operators)
    group, hosts = case.group()
    if not group:
        return None
    exchange = [case.exchange.get(host) for host in hosts]
    zone, label, label_domain = label_owner(provider.domain, exchange)
    run_by = ", ".join(dict.fromkeys(case.run_by[host] for host in hosts if host in case.run_by))
    questions = [(provider.domain, "MX"), *((host, "AAAA") for host in hosts)]
    asked = [row.asked_at for one in questions if (row := evidence.question(*one))]
    asked_at, operator = max(asked, default=None), run_by or provider.operator
    lacking = group != "unknown" and NO in map(case.states.get, hosts)
    since, months = _since(asked_at, states) if lacking and asked_at else ("", None)
    fault = next((found.fault for found in exchange if found and found.fault), "")
    explanation, next_step = _advice(group, operator, fault, label_domain, day_of(asked_at))
    return dict.fromkeys(COLUMNS, "") | {
        "domain": provider.domain,
        "group": group,
        "class": provider.mail_provider,
        "operator": operator,
        "mx_hosts": "; ".join(_described(evidence, case.mail)),
        "failing_hosts": " ".join(hosts),
        "proofs": " ".join(case.proofs),
        "zone": zone or provider.zone,
        "label": label,
        "label_domain": label_domain,
        "tenant": provider.tenant,
        "sole_cause": case.sole_cause(group, hosts),
        "first_month_without": since,
        "months_lagging": months,
        "explanation": explanation,
        "next_step": next_step,
        "doubt": _doubt(evidence, provider, case.mail, hosts) if group == "unknown" else "",
        "asked_at": asked_at,
    }


def responsible(evidence: Evidence, host: str, operators: Operators, domain: str) -> str:
    """Return who runs an MX host: an operator, registrable domain, or ``own_host``."""
    operator, _ = mail_providers.operator_of(evidence, host, operators, domain)
    return OWN_HOST if operator == registrable_domain(domain) else operator


def _advice(
    group: str, operator: str, fault: str, label_domain: str, day: dt.date | None
) -> tuple[str, str]:
    """Return the codes of the explanation and of the next step, which depend on the day."""
    if group == "broken_record":
        return f"broken_{fault}", "publish_mx"
    if group == "gateway" and operator == OWN_HOST:
        return "own_gateway", "own_host"
    if group in _ADVICE:
        return _ADVICE[group]
    if label_domain:
        return "other_label", "publish_mx"
    explanation = "off_by_default_on" if not day or day >= DEFAULT_ON_SINCE else "not_opted_in"
    return explanation, "enable_ipv6" if not day or day >= SELF_SERVICE_SINCE else "request_ipv6"


def day_of(moment: object) -> dt.date | None:
    """Return the day in the Netherlands; None for no moment, also pandas' NaT."""
    if not isinstance(moment, dt.datetime) or pd.isna(moment):
        return None
    return moment.astimezone(AMSTERDAM).date()


class _Case:
    """The MX hosts of a domain, with what was measured on each."""

    def __init__(self, evidence: Evidence, provider: Provider, operators: Operators) -> None:
        domain, self.evidence = provider.domain, evidence
        self.provider = provider.mail_provider
        self.mail = mail_hosts(evidence, domain)
        self.states = {host: evidence.has_ipv6(host).state for _, host in self.mail.hosts}
        found = {host: exchange_host(evidence, host, domain) for host in self.states}
        self.exchange = {host: exchange for host, exchange in found.items() if exchange}
        self.run_by = {host: responsible(evidence, host, operators, domain) for host in self.states}
        self.proofs = tuple(target for target in self.mail.dropped if is_ownership_proof(target))

    def group(self) -> tuple[str, list[str]]:
        """Return the group and the hosts concerned; "" for a domain that is not on the list."""
        lacking = {host: self._lacks(host) for host in self.states}
        failing = [host for host, lacks in lacking.items() if lacks == "ipv6"]
        unknown = [host for host, lacks in lacking.items() if lacks == UNKNOWN]
        match self.provider:
            case "exo_direct" | "exo_mixed" if not self.exchange.keys().isdisjoint(
                self.mail.primary
            ):
                group, hosts = self._exchange_group(lacking)
                if group:
                    return group, hosts
            case "exo_behind" if failing or unknown:
                return ("gateway", failing) if failing else ("unknown", unknown)
            case "unknown" if not self.mail.hosts or set(self.states.values()) != {YES}:
                return "unknown", failing + unknown
        left_over = self.proofs and self.provider in _WITH_PROOFS
        return ("ownership_proof", list(self.proofs)) if left_over else ("", [])

    def sole_cause(self, group: str, hosts: list[str]) -> str:
        """Return whether all other hosts have IPv6; a left-over proof is one without."""
        if group not in {*EXCHANGE_GROUPS, "broken_record", "gateway"}:
            return ""
        if group == "gateway":
            ours = {host for host in self.run_by if self.run_by[host] == self.run_by[hosts[0]]}
        else:
            broken = group == "broken_record"
            ours = {host for host, one in self.exchange.items() if bool(one.fault) == broken}
        others = [state for host, state in self.states.items() if host not in ours]
        if NO in others or self.proofs:
            return NO
        return UNKNOWN if UNKNOWN in others else YES

    def _lacks(self, host: str) -> str:
        """Return what a host definitely lacks, ``ipv6`` or any ``address``; perhaps ``unknown``."""
        ipv4 = self.evidence.records(host, "A")
        if self.states[host] == UNKNOWN or (self.states[host] == NO and ipv4 is None):
            return UNKNOWN
        if self.states[host] == NO:
            return "ipv6" if ipv4 else "address"
        return ""

    def _exchange_group(self, lacking: Mapping[str, str]) -> tuple[str, list[str]]:
        broken = [host for host, found in self.exchange.items() if found.fault]
        hosts: dict[str, list[str]] = {}
        for host in (host for host in self.exchange if host not in broken):
            hosts.setdefault(lacking[host], []).append(host)
        if failing := hosts.get("ipv6"):
            zones = {self.exchange[host].zone for host in failing}
            return ("exchange_online" if zones & CURRENT_ZONES else "obsolete_name"), failing
        if broken:
            return "broken_record", broken
        for lacks, group in ((UNKNOWN, "unknown"), ("address", "no_address")):
            if lacks in hosts:
                return group, hosts[lacks]
        foreign = [host for host in hosts.get("", ()) if _has_foreign_address(self.evidence, host)]
        return ("foreign_address", foreign) if foreign else ("", [])


def _has_foreign_address(evidence: Evidence, host: str) -> bool:
    addresses = evidence.records(host, "AAAA") or ()
    return any(not unusable(address) and not in_smtp_prefixes(address) for address in addresses)


def _doubt(evidence: Evidence, provider: Provider, mail: MailHosts, hosts: list[str]) -> str:
    if not mail.hosts:
        return provider.evidence
    if provider.mail_provider == "unknown":
        return ", ".join(signals(evidence, provider.domain).doubts)
    questions = ((host, qtype) for host in hosts for qtype in ("A", "AAAA"))
    return ", ".join(
        evidence.doubt(*question) for question in questions if evidence.records(*question) is None
    )


def _described(evidence: Evidence, mail: MailHosts) -> Iterator[str]:
    for preference, host in mail.hosts:
        rows = ((qtype, evidence.question(host, qtype)) for qtype in ("A", "AAAA"))
        found = (
            " ".join([qtype, row.outcome, *row.answers] if row else [qtype, "not asked"])
            for qtype, row in rows
        )
        yield f"{preference} {host}: {', '.join(found)}"


def _frame(rows: list[dict[Any, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = [name for name in COLUMNS if name not in {"months_lagging", "asked_at"}]
    table = table.astype(dict.fromkeys(texts, "str"))
    return table.assign(
        months_lagging=table["months_lagging"].astype("Int64"),
        asked_at=pd.to_datetime(table["asked_at"], utc=True),
    )


def owners_of(table: pd.DataFrame | None) -> dict[Any, dict[Any, Any]]:
    """Return organisation, sector and province by domain; the first where a domain has more."""
    if table is None:
        return {}
    single = table.drop_duplicates("domain").set_index("domain").astype("str")
    return single[["organisation", "sector", "province"]].to_dict("index")


def _mail_states(history: pd.DataFrame | None) -> dict[str, dict[str, str]]:
    """Return the mail states of each domain by month."""
    states: dict[str, dict[str, str]] = {}
    if history is not None:
        mail = history[history["measure"].eq("mail")] if "measure" in history else history
        for period, domain, state in mail[["period", "domain", "state"]].itertuples(index=False):
            states.setdefault(domain, {})[period] = state
    return states


def _since(asked_at: dt.datetime, states: Mapping[str, str]) -> tuple[str, int]:
    """Return the first month without IPv6 since the last yes, and how many months ago it was."""
    now = first = asked_at.astimezone(AMSTERDAM).strftime("%Y-%m")
    for month in sorted((month for month in states if month <= now), reverse=True):
        if states[month] == YES:
            break
        if states[month] == NO:
            first = month
    return first, pd.Period(now, "M").ordinal - pd.Period(first, "M").ordinal
