"""What does a reply say about the question? From a decoded message to an outcome."""

from typing import NamedTuple

import dns.edns
import dns.rcode

from v6monitor.dns import observation as outcomes
from v6monitor.dns.codec import Reply

LONGEST_CHAIN = 16
"""CNAMEs that are followed (METHOD.md §1)."""

LONGEST_TTL = 0x7FFFFFFF
"""Seconds (RFC 2181 §8)."""

_BOGUS = range(6, 13)
"""The extended errors that tell of failed DNSSEC validation (RFC 8914 §4.7-4.13)."""

_FAILURES = {
    dns.rcode.FORMERR: outcomes.FORMERR,
    dns.rcode.SERVFAIL: outcomes.SERVFAIL,
    dns.rcode.NOTIMP: outcomes.NOTIMP,
    dns.rcode.REFUSED: outcomes.REFUSED,
    dns.rcode.BADVERS: outcomes.FORMERR,  # it does not speak EDNS 0: ask without
}
_FINISHED = frozenset({int(dns.rcode.NOERROR), int(dns.rcode.NXDOMAIN)})
QUESTION_MAY_BE_MISSING = frozenset(_FAILURES)
"""Response codes with which a server may send a header only."""

LONGEST_TEXT = 200
"""Characters of what anybody can write that are told in a detail."""

MOST_RECORDS = 1000
LONGEST_RECORD = 4096
"""Of a longer answer, or longer record, this much is kept; the detail says so."""


class Reading(NamedTuple):
    """What a reply says: an outcome, or the name to ask next."""

    outcome: str
    answers: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int | None = None
    ask: str = ""
    """The target of a CNAME about which this reply says nothing; ``outcome`` is then empty."""
    detail: str = ""
    authenticated: bool = False
    """The AD bit."""


def read(reply: Reply, qname: str, qtype: str, chain: tuple[str, ...] = ()) -> Reading:
    """Tell what a reply says about a question; ``chain`` are the CNAME targets followed before.

    CNAMEs are followed within the reply (not when CNAME itself was asked), records that stand
    beside the chain are left out. "No such record" is believed only of a resolver's finished
    answer: a referral, other names' records instead of this one's, or a CNAME whose target the
    reply is silent about, is not a no (RFC 2308).
    """
    reading = _read(reply, qname, qtype, chain)
    return reading._replace(authenticated=reply.authenticated)


def _read(reply: Reply, qname: str, qtype: str, chain: tuple[str, ...]) -> Reading:
    if reply.rcode not in _FINISHED:
        return _failure(reply)
    path = _follow(reply, chain[-1] if chain else qname, qtype, (qname, *chain))
    followed, name = path.names[1:], path.names[-1]
    if path.trouble:
        return Reading(outcomes.CHAIN, chain=followed, detail=path.trouble)
    found = [r for r in reply.records if r.rdtype == qtype and r.owner == name]
    if not found:
        return _without_records(reply, path)
    if reply.rcode == dns.rcode.NXDOMAIN:
        return Reading(outcomes.SERVFAIL, chain=followed, detail="NXDOMAIN with records")
    ttl = min([*path.ttls, *(record.ttl for record in found)])
    answers, cut = _kept(sorted({record.data for record in found}))
    return Reading(outcomes.OK, answers, followed, ttl, detail=cut)


def _kept(answers: list[str]) -> tuple[tuple[str, ...], str]:
    """Return as much of an answer as is kept, and what is said of the rest."""
    cut = []
    if len(answers) > MOST_RECORDS:
        cut.append(f"{len(answers)} records, {MOST_RECORDS} kept")
        answers = answers[:MOST_RECORDS]
    if any(len(answer) > LONGEST_RECORD for answer in answers):
        longest = max(map(len, answers))
        cut.append(f"a record of {longest} characters, {LONGEST_RECORD} kept")
        answers = [answer[:LONGEST_RECORD] for answer in answers]
    return tuple(answers), "; ".join(cut)


def describe_errors(reply: Reply) -> str:
    """Return the response code and the extended errors of a reply: ``SERVFAIL, 22 …: text``."""
    parts = [dns.rcode.to_text(dns.rcode.Rcode.make(reply.rcode))]
    for code, text in reply.extended_errors:
        meaning = dns.edns.EDECode(code).name if code in set(dns.edns.EDECode) else ""
        printable = "".join(character if character.isprintable() else " " for character in text)
        parts.append(f"EDE {code} {meaning} {printable[:LONGEST_TEXT]}".strip())
    return ", ".join(parts)


def _failure(reply: Reply) -> Reading:
    outcome = _FAILURES.get(dns.rcode.Rcode.make(reply.rcode), outcomes.SERVFAIL)
    if outcome == outcomes.SERVFAIL and any(code in _BOGUS for code, _ in reply.extended_errors):
        outcome = outcomes.BOGUS
    return Reading(outcome, detail=describe_errors(reply))


class _Path(NamedTuple):
    names: tuple[str, ...]
    ttls: list[int]
    trouble: str = ""


def _without_records(reply: Reply, path: _Path) -> Reading:
    followed, name = path.names[1:], path.names[-1]
    if reply.rcode == dns.rcode.NXDOMAIN:
        return Reading(outcomes.NXDOMAIN, chain=followed)
    if path.ttls and not within(name, reply.zone):
        return Reading("", chain=followed, ttl=min(path.ttls), ask=name)
    if reply.referral:
        return Reading(outcomes.SERVFAIL, chain=followed, detail="a referral, not an answer")
    if reply.records and not path.ttls and reply.zone is None:
        return Reading(outcomes.SERVFAIL, chain=followed, detail="only records of other names")
    return Reading(outcomes.NODATA, chain=followed)


def _follow(reply: Reply, name: str, qtype: str, names: tuple[str, ...]) -> _Path:
    """Walk from a name along the CNAMEs of a reply; ``names`` are those passed, this one last."""
    ttls: list[int] = []
    if qtype == "CNAME":
        return _Path(names, ttls)
    aliases = {record.owner: record for record in reply.records if record.rdtype == "CNAME"}
    while name in aliases:
        ttls.append(aliases[name].ttl)
        name = aliases[name].data
        looped = name in names
        names = (*names, name)
        if looped:
            return _Path(names, ttls, f"a CNAME loop at {name}")
        if len(names) > LONGEST_CHAIN + 1:
            return _Path(names, ttls, f"more than {LONGEST_CHAIN} CNAMEs")
    return _Path(names, ttls)


def within(name: str, zone: str | None) -> bool:
    """Tell whether a name stands in a zone, if there is one."""
    return zone is not None and (zone in {".", name} or name.endswith("." + zone))
