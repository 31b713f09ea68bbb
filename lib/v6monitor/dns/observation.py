"""Question and observation: one row of evidence, with the outcomes a lookup can have."""

import datetime as dt
import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

from v6monitor.names import registrable_domain

OK = "ok"
NODATA = "nodata"
NXDOMAIN = "nxdomain"
SERVFAIL = "servfail"
BOGUS = "bogus"
REFUSED = "refused"
FORMERR = "formerr"
NOTIMP = "notimp"
TIMEOUT = "timeout"
TRUNCATED = "truncated"
CHAIN = "chain"
UNREACHABLE = "unreachable"
MISMATCH = "mismatch"
INVALID_NAME = "invalid_name"

NEGATIVE = frozenset({NODATA, NXDOMAIN})
"""The name has no such record: a definite no."""

DEFINITE = NEGATIVE | {OK}
"""The lookup says something about the name."""

UNKNOWN = frozenset(
    {BOGUS, SERVFAIL, REFUSED, NOTIMP, FORMERR, TRUNCATED, CHAIN, MISMATCH, UNREACHABLE, TIMEOUT}
)
"""The lookup failed: it says nothing about the name, and is never a no."""

OUTCOMES = DEFINITE | UNKNOWN | {INVALID_NAME}
"""Every outcome of METHOD.md §1; ``invalid_name`` is an error in a list and was never sent."""

LONGEST_CHAIN = 16
"""CNAMEs that are followed (METHOD.md §1)."""

_SOUGHT_ABOVE = DEFINITE | {REFUSED, NOTIMP}

IPV6_ONLY = "ipv6-only:"
"""Before the name of a resolver that may not use IPv4: its rows are a second set of answers."""

ZONE = "zone "
"""Before the zone that denies, at the end of ``Observation.detail``."""


_ENDS_IN_NAME = frozenset({"MX", "NS", "CNAME", "SRV", "PTR", "DNAME"})
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\([0-9]{3}|.)")
_FORMS = {
    "MX": re.compile(r"[0-9]{1,5} \S+"),
    "NS": re.compile(r"\S+"),
    "CNAME": re.compile(r"\S+"),
    "SOA": re.compile(r"\S+ \S+(?: [0-9]+){5}"),
}

_TYPE = re.compile(r"[A-Z][A-Z0-9]*")
_LISTED = re.compile(r"(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)")
"""A name that a list may have; MX is asked of no other."""
_PRESENTED = re.compile(
    r"""(?:[^\x00-\x20\x7f-\U0010ffff"().;\\@$]|\.|\\(?:[0-9]{3}|["().;\\@$]))+"""
)
"""A name in presentation form (RFC 1035 §5.1), with the escapes that dnspython writes."""


class Question(NamedTuple):
    """A name and a type to ask for: lower-case A-labels without final dot, and e.g. ``AAAA``."""

    qname: str
    qtype: str


class Observation(NamedTuple):
    """One row of the observation log (DESIGN.md §6)."""

    qname: str
    qtype: str
    outcome: str
    """One of ``OUTCOMES``."""
    answers: tuple[str, ...]
    """Record data in presentation form, sorted, names in lower case without final dot."""
    chain: tuple[str, ...]
    """The CNAME targets that were followed; ``answers`` are those of the last one."""
    ttl: int | None
    """Seconds; the lowest of the answers and of the CNAMEs before them."""
    authenticated: bool
    """The AD bit: the resolver says it has validated the answer with DNSSEC."""
    resolver: str
    """As the user named it; after ``IPV6_ONLY`` where it may not use IPv4."""
    asked_at: dt.datetime
    """UTC."""
    duration_ms: float
    """Milliseconds from the first message sent to the outcome, retries included."""
    attempts: int
    """Messages sent."""
    detail: str
    """What went wrong on the way: response codes, extended errors (RFC 8914), time-outs.

    After a denial also ``zone town.example``: the owner of the SOA record that came with it."""


def over_ipv6_only(row: Observation) -> bool:
    """Return whether the answer is of a resolver that may not use IPv4."""
    return row.resolver.startswith(IPV6_ONLY)


def denied_by(row: Observation) -> str:
    """Return the zone that denies the name or its records, the owner of the SOA; "" if unknown."""
    last = row.detail.rpartition("; ")[2]
    zone = last.removeprefix(ZONE)
    known = zone != last and row.outcome in NEGATIVE and not row.chain
    return zone if known and within(row.qname, zone) else ""


def next_zone(row: Observation) -> str:
    """Return whose name servers to seek next, after a question for NS found none; "" at the end.

    That is the zone that denies, however far up; else the next label up, to the registrable
    domain. So too after name servers at the end of a CNAME, which are another zone's, and where a
    host's servers do not answer questions for NS. Any other failure ends the search.
    """
    if row.outcome not in _SOUGHT_ABOVE or (row.outcome == OK and not row.chain):
        return ""
    name, zone = row.qname, denied_by(row)
    if zone and row.outcome == NODATA:
        return zone if zone not in {name, "."} else ""
    apex = registrable_domain(name)
    if zone and within(zone, apex):
        return zone if zone != name else ""
    return name.partition(".")[2] if name != apex else ""


def within(name: str, zone: str | None) -> bool:
    """Return whether a name is in a zone, as the zone's own name is; nothing is in ``None``.

    >>> within("www.town.example", "town.example"), within("midtown.example", "town.example")
    (True, False)
    """
    return zone is not None and (zone in {".", name} or name.endswith("." + zone))


def invalid_name(question: Question, reason: str) -> Observation:
    """Return the row of a name that is no host name: it was not sent."""
    return Observation(
        *question, INVALID_NAME, (), (), None, False, "", dt.datetime.now(dt.UTC), 0.0, 0, reason
    )


def normalised(row: Observation) -> Observation:
    """Return a row as our own log has it, also when another program wrote it.

    A question that cannot have been sent as it is written is ``invalid_name`` and has no answers.
    """
    qtype, qname = row.qtype.strip().upper(), plain_name(row.qname)
    outcome = row.outcome.strip().lower()
    named = is_listed(qname) if qtype == "MX" else _PRESENTED.fullmatch(qname)
    if outcome != INVALID_NAME and not (named and _TYPE.fullmatch(qtype)):
        row = row._replace(answers=(), chain=(), detail="not a name that can be asked for")
        outcome = INVALID_NAME
    answers = tuple(sorted({record_data(qtype, text) for text in row.answers}))
    return Observation(qname, qtype, outcome, answers, tuple(map(plain_name, row.chain)), *row[5:])


def is_listed(name: str) -> bool:
    """Return whether a name is one that a list may have: A-labels in lower case.

    >>> is_listed("town.example"), is_listed("town.example; reboot")
    (True, False)
    """
    return _LISTED.fullmatch(name) is not None


def record_data(qtype: str, text: str) -> str:
    """Return record data as the log has them: host names in lower case without final dot.

    >>> record_data("MX", "10 Mail.Example."), record_data("MX", "0 ."), record_data("TXT", "A.")
    ('10 mail.example', '0 .', 'A.')
    """
    if qtype in {"A", "AAAA"}:
        return text.strip().lower()
    if qtype in _ENDS_IN_NAME:
        return plain_name(" ".join(text.split()))
    if qtype == "SOA":
        return " ".join(map(plain_name, text.split()))
    return text


def plain_name(name: str) -> str:
    """Return a name, or a record that ends in one, in lower case without its final dot."""
    lower = name.strip().lower()
    return lower if lower == "." or lower.endswith(" .") else lower.removesuffix(".")


@lru_cache(maxsize=65_536)
def is_readable(qtype: str, text: str) -> bool:
    r"""Return whether record data have the form of their type, not the generic one (RFC 3597 §5).

    >>> is_readable("MX", "10 mx.example.org"), is_readable("MX", r"\# 4 000a0000")
    (True, False)
    """
    if qtype in ("A", "AAAA"):
        parse = ipaddress.IPv4Address if qtype == "A" else ipaddress.IPv6Address
        try:
            parse(text)
        except ValueError:
            return False
        return True
    if text.startswith("\\#"):
        return False
    form = _FORMS.get(qtype)
    return bool(text) if form is None else form.fullmatch(text) is not None


def text_of(record: str) -> str:
    r"""Return the text of a TXT record in presentation form, its strings joined (RFC 7208 §3.3).

    >>> text_of('"v=spf1 include:spf.prot" "ection.outlook.com -all"')
    'v=spf1 include:spf.protection.outlook.com -all'
    """
    joined = "".join(_QUOTED.findall(record)) if '"' in record else record
    return _ESCAPED.sub(_unescape, joined)


def _unescape(match: re.Match[str]) -> str:
    escaped = match[1]
    return chr(int(escaped)) if len(escaped) > 1 else escaped
