"""What else lies beside the measurements? Register, renames, waivers and mail operators."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from v6monitor.example.history import measured_mail
from v6monitor.example.mail import CASES, mail_of
from v6monitor.example.operators import MAIL_OPERATORS
from v6monitor.example.population import MERGER, MONTHS, Organisation, merged, organisations
from v6monitor.lookups.probes import EXAMPLE

WAIVED = 6
"""How many domains have a waiver; the first has expired."""
BEHAVIOURS = ("servfail", "refused", "silence")
"""What the embedded name server does instead of answering."""


def files() -> Iterator[tuple[str, str]]:
    """Give the name and the text of every table."""
    for name, columns, rows in (
        ("register", "domain,type,organisation,org_id,sector,province", _register()),
        ("renames", "old,new,date", _renames()),
        ("waivers", "domain,standard,explanation,owner,valid_until", _waivers()),
        ("mail_operators", "suffix,operator,kind,country,source,checked_on", _operators()),
        ("broken", "name,behaviour", broken()),
    ):
        yield f"{name}.csv", _csv(columns.split(","), rows)


def broken() -> Iterator[tuple[str, str]]:
    """Give the names at which the embedded name server misbehaves, and how."""
    for body in organisations():
        case = mail_of(body).case if body.has_mail else ""
        if case in {"servfail", "refused"}:
            yield body.domain, case
        elif case == "silent":  # the MX host only: each silent question costs a time-out
            yield f"mx1.{body.domain}", "silence"
    agencies = [body for body in organisations() if body.sector == "uitvoeringsorganisatie"]
    sites = [site for body in agencies for site in body.sites if site.startswith("www.")]
    yield from zip(sites[5::15], BEHAVIOURS, strict=False)
    yield EXAMPLE.dnssec, "servfail"  # as of signatures that are wrong


def _register() -> Iterator[Sequence[str]]:
    for body in organisations():
        about = (body.name, body.org_id, body.sector, body.province)
        for site in body.sites:
            yield (site, "web", *about)
        if body.has_mail:
            yield (body.domain, "mail", *about)


def _renames() -> Iterator[Sequence[str]]:
    *old, new = merged()
    for body in old:
        yield body.domain, new.domain, f"{MONTHS[MERGER]}-01"
        yield body.sites[0], new.sites[0], f"{MONTHS[MERGER]}-01"


def _waivers() -> Iterator[Sequence[str]]:
    failing = [body for body in organisations() if _fails_ordinarily(body)]
    for number, body in enumerate(failing[:: len(failing) // WAIVED][:WAIVED]):
        yield (
            body.domain,
            "IPv6",
            "Moves to another mail service; IPv6 comes with it",
            "CIO office",
            "2026-03-31" if number == 0 else f"2027-{3 * (1 + number % 4):02}-30",
        )


def _fails_ordinarily(body: Organisation) -> bool:
    if not body.has_mail or mail_of(body).case in CASES:
        return False
    return measured_mail(body, len(MONTHS) - 1) == "failed"


def _operators() -> Iterator[Sequence[str]]:
    for operator in MAIL_OPERATORS:
        yield operator.suffix, operator.name, operator.kind, "NL", "synthetic", "2026-10-31"


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
