"""Do a domain's mail, website and name servers have IPv6? From evidence to verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from v6monitor.mail.exchange_online import place_of
from v6monitor.mail.hosts import APPLICABLE, MailHosts, mail_hosts
from v6monitor.verdicts import evidence as index
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.logic import (
    NOT_APPLICABLE,
    NOT_ASKED,
    UNKNOWN,
    YES,
    Verdict,
    conjunction,
    disjunction,
)

if TYPE_CHECKING:
    import pandas as pd

    from v6monitor.dns.observation import Observation

MAIL_VERDICTS = ("mail_all", "mail_any", "mail_primary", "mail_end_to_end")
WEB_VERDICTS = ("web", "web_www", "web_apex")
COLUMNS = (
    "domain",
    "mail_class",
    "mail_all",
    "mail_any",
    "mail_primary",
    *WEB_VERDICTS,
    "dns_2",
    "mail_end_to_end",
    "reasons",
)


class Judgement(NamedTuple):
    """Everything the evidence says of one domain."""

    domain: str
    mail: MailHosts
    verdicts: Mapping[str, Verdict]
    """By name of the verdict, the eight of ``COLUMNS``."""

    def row(self) -> dict[str, str]:
        """Return the row of the verdict table."""
        states = {name: verdict.state for name, verdict in self.verdicts.items()}
        return {
            "domain": self.domain,
            "mail_class": self.mail.mail_class,
            **states,
            "reasons": self.reasons(),
        }

    def reasons(self) -> str:
        """Return why each verdict is not yes, and what is odd about the MX records, as one text."""
        names: dict[str, list[str]] = {}
        for name, verdict in self.verdicts.items():
            if verdict.state not in {YES, NOT_ASKED}:
                names.setdefault(verdict.reason, []).append(name)
        parts = [f"{', '.join(names)}: {reason}" for reason, names in names.items()]
        if self.mail.hosts:  # without hosts the notes are the reason already
            parts += self.mail.notes
        return "; ".join(parts)


def judge(
    observations: pd.DataFrame | Iterable[Observation],
    domains: Iterable[str | tuple[str, str]] | None = None,
) -> pd.DataFrame:
    """Judge every domain of an observation log (METHOD.md §3 and §4).

    ``domains`` are (name, "web" or "mail") pairs as ``subjects`` gives them, or names, which are
    judged for all that the log holds. Without it: the subjects of the log.

    Returns a row per domain with the columns ``COLUMNS``: ``mail_class`` of METHOD.md §3, verdicts
    ``yes``, ``no``, ``unknown`` or ``not_applicable``, and ``reasons`` in words for all that are
    not yes. A cell is empty when it is no question: a domain that is only a website has no mail
    verdicts. What was to be asked and was not is ``unknown``, so that an unfinished log lowers the
    coverage: a pair that the log does not have, or an MX host without an AAAA question.
    """
    import pandas as pd  # noqa: PLC0415 - the evidence card of one domain does without pandas

    evidence = index.of(observations)
    asked = subjects(evidence) if domains is None else domains
    types: dict[str, set[str] | None] = {}
    for subject in asked:
        if isinstance(subject, str):
            types[subject] = None
        elif (of_type := types.setdefault(subject[0], set())) is not None:
            of_type.add(subject[1])
    rows = [judgement(evidence, domain, of_type).row() for domain, of_type in types.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def judgement(evidence: Evidence, domain: str, types: Collection[str] | None = None) -> Judgement:
    """Judge one domain: as a website, as a mail domain or as both; by default as the log has it."""
    held = _types_held(evidence, domain)
    types = held if types is None else types
    mail = _mail(evidence, domain) if "mail" in types else MailHosts("")
    verdicts = _mail_verdicts(evidence, domain, mail)
    bare = domain.removeprefix("www.")
    for name, host in zip(WEB_VERDICTS, (domain, f"www.{bare}", bare), strict=True):
        put = "web" in types and (name == "web" or evidence.question(host, "AAAA"))
        verdicts[name] = evidence.has_ipv6(host) if put else Verdict(NOT_ASKED)
    verdicts["dns_2"] = servers = evidence.name_servers_have_ipv6(domain)
    if servers.state == NOT_ASKED and not held.issuperset(types):
        verdicts["dns_2"] = servers._replace(state=UNKNOWN)
    return Judgement(domain, mail, {name: verdicts[name] for name in COLUMNS if name in verdicts})


def subjects(
    observations: pd.DataFrame | Iterable[Observation],
    provenance: Mapping[str, object] | None = None,
) -> list[tuple[str, str]]:
    """Return the (domain, "web" or "mail") pairs that a log speaks of, in the order of the names.

    The log's provenance names them. Without it they are derived: every name with an MX question
    is a mail domain; every name with an A or AAAA question is a website, unless something else in
    the log explains the question: it is an MX host, a name server, the target of a CNAME, a helper
    name, or the ``www`` beside a name that is there too.
    """
    listed = (provenance or {}).get("subjects")
    if isinstance(listed, Sequence) and listed:
        return sorted({(str(pair[0]), str(pair[1])) for pair in listed})
    return _derived(index.of(observations))


def _types_held(evidence: Evidence, domain: str) -> set[str]:
    headline = {"mail": "MX", "web": "AAAA"}
    return {kind for kind, qtype in headline.items() if evidence.question(domain, qtype)}


def _mail(evidence: Evidence, domain: str) -> MailHosts:
    """Return who receives the mail; that is unknown when nobody asked."""
    mail = mail_hosts(evidence, domain)
    return mail if mail.mail_class else MailHosts("unknown", notes=(evidence.doubt(domain, "MX"),))


def _mail_verdicts(evidence: Evidence, domain: str, mail: MailHosts) -> dict[str, Verdict]:
    if not mail.mail_class:
        return dict.fromkeys(MAIL_VERDICTS, Verdict(NOT_ASKED))
    if not mail.hosts:
        state = UNKNOWN if mail.mail_class in APPLICABLE else NOT_APPLICABLE
        return dict.fromkeys(MAIL_VERDICTS, Verdict(state, ", ".join(mail.notes)))
    by_host = {host: evidence.has_ipv6(host) for _, host in mail.hosts}
    found = list(by_host.values())
    first = [by_host[host] for host in mail.primary]
    every = _because(conjunction(verdict.state for verdict in found), found)
    return {
        "mail_all": every,
        "mail_any": _because(disjunction(verdict.state for verdict in found), found),
        "mail_primary": _because(conjunction(verdict.state for verdict in first), first),
        "mail_end_to_end": _end_to_end(evidence, domain, every, list(by_host)),
    }


def _end_to_end(evidence: Evidence, domain: str, every: Verdict, hosts: list[str]) -> Verdict:
    """Tell whether mail can be delivered over IPv6 alone, name servers of the MX zones included."""
    parts = [every]
    for name in dict.fromkeys([domain, *hosts]):
        servers = evidence.name_servers_have_ipv6(name)
        state = servers.state or UNKNOWN
        parts.append(Verdict(state, f"name servers of {name}: {servers.reason}"))
    return _because(conjunction(part.state for part in parts), parts)


def _because(state: str, parts: list[Verdict]) -> Verdict:
    """Return a verdict with the reasons of the parts that have its state."""
    return Verdict(state, ", ".join(dict.fromkeys(p.reason for p in parts if p.state == state)))


def _derived(evidence: Evidence) -> list[tuple[str, str]]:
    mail, addressed = set(), set()
    explained: set[str] = set()
    for row in evidence:
        explained.update(row.chain)
        match row.qtype:
            case "MX":
                mail.add(row.qname)
                if not row.answers:  # its addresses were asked for as an implicit MX (RFC 5321)
                    explained.add(row.qname)
                explained.update(record.partition(" ")[2] for record in row.answers)
            case "NS" | "CNAME":
                explained.update(row.answers)
            case "A" | "AAAA":
                addressed.add(row.qname)
    bare = {name.removeprefix("www.") for name in addressed if name.startswith("www.")}
    web = {  # a bare name may be what its own www points at and still be the subject
        name
        for name in addressed - (explained - bare)
        if not name.startswith("autodiscover.")
        and "._domainkey." not in name
        and not place_of(name)  # a predicted name of Exchange Online
    }
    web -= {f"www.{name}" for name in web}
    return sorted([(name, "mail") for name in mail] + [(name, "web") for name in web])
