"""Questions to a server with a fault, and the conclusions from its answers.

The server shows the fault to the questions of ``FAULTY``, one of each type, and answers all others
well.
"""

from collections.abc import Iterable

import dns.message
import faults as f
from faultserver import Behaviour, Sent

from v6monitor.dns.client import Client
from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.plan import Plan
from v6monitor.dns.resolvers import parse
from v6monitor.dns.retry import Policy
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.judge import judge

POLICY = Policy(timeout=f.TIMEOUT, attempts=3, pause=0.02, rate=0, concurrency=200)
SUBJECTS = {
    "A": ("a.example", "web"),
    "AAAA": ("aaaa.example", "web"),
    "MX": ("mx.example", "mail"),
    "NS": ("ns.example", "mail"),
    "CNAME": ("cname.example", "mail"),
    "TXT": ("txt.example", "mail"),
}
FAULTY = {
    Question("autodiscover.cname.example" if qtype == "CNAME" else name, qtype)
    for qtype, (name, _) in SUBJECTS.items()
}
DECIDES = {"AAAA": "web", "MX": "mail_all", "NS": "dns_2"}
"""The verdict that a type decides; A, CNAME and TXT decide none, and there the table has whether
the name is known to have such records."""


def shown(fault: Behaviour) -> Behaviour:
    """Show a fault to the questions that are to meet it, and a CNAME where a host is one."""

    def behave(query: dns.message.Message, number: int, tcp: bool) -> Iterable[Sent]:
        name, qtype = f.asked(query)
        if (name.removesuffix("."), qtype) in FAULTY:
            return fault(query, number, tcp)
        if name == "alias.town.example.":
            return f.chain(1)(query, number, tcp)
        return f.answer(query, number, tcp)

    return behave


def asked_about(types: Iterable[str], *specs: str, timeout: float = f.TIMEOUT) -> list[Observation]:
    """Ask all that is to be known about the subjects of these types."""
    plan = Plan([SUBJECTS[qtype] for qtype in types])
    with Client(parse(specs), POLICY._replace(timeout=timeout)) as client:
        return list(client.run(plan))


def drawn(rows: list[Observation], qtype: str) -> tuple[str, str]:
    """Return the outcome of the question that met the fault, and what is concluded from it."""
    (row,) = (row for row in rows if row[:2] in FAULTY and row.qtype == qtype)
    (verdicts,) = judge(rows, domains=[SUBJECTS[qtype]]).to_dict("records")
    if qtype in DECIDES:
        return row.outcome, verdicts[DECIDES[qtype]]
    others = {verdicts[name] for name in ("web", "mail_all", "dns_2")}
    assert others == {"yes", ""}, "a type that decides nothing decides"
    known = Evidence(rows).records(row.qname, qtype)
    return row.outcome, "unknown" if known is None else "yes" if known else "no"
