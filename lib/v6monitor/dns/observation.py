"""Question and observation: one row of evidence, with the outcomes a lookup can have."""

import datetime as dt
import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

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


_FORMS = {
    "MX": re.compile(r"[0-9]{1,5} \S+"),
    "NS": re.compile(r"\S+"),
    "CNAME": re.compile(r"\S+"),
    "SOA": re.compile(r"\S+ \S+(?: [0-9]+){5}"),
}


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
    asked_at: dt.datetime
    """UTC."""
    duration_ms: float
    """Milliseconds from the first message sent to the outcome, retries included."""
    attempts: int
    """Messages sent."""
    detail: str
    """What went wrong on the way: response codes, extended errors (RFC 8914), time-outs."""


def invalid_name(question: Question, reason: str) -> Observation:
    """Return the row of a name that is no host name: it was not sent."""
    return Observation(
        *question, INVALID_NAME, (), (), None, False, "", dt.datetime.now(dt.UTC), 0.0, 0, reason
    )


@lru_cache(maxsize=65_536)
def is_readable(qtype: str, text: str) -> bool:
    r"""Return whether record data have the form of their type.

    Data in generic form (RFC 3597 section 5) are those that a program could not read.

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
