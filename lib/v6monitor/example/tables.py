"""What else lies beside the measurements? Register, renames, waivers and mail operators."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from v6monitor.dns.probes import EXAMPLE
from v6monitor.example import mistakes
from v6monitor.example.history import measured_mail, web_address
from v6monitor.example.mail import CASES, exists, mail_of
from v6monitor.example.operators import MAIL_OPERATORS
from v6monitor.example.population import MERGER, MONTHS, Organisation, merged, organisations

WAIVED = 6
"""How many mail domains have a waiver; the first has expired."""
BEHAVIOURS = ("servfail", "refused", "silence")
"""What the embedded name server does instead of answering."""


def files() -> Iterator[tuple[str, str]]:
    """Give the name and the text of every table."""
    for name, columns, rows in (
        ("register", "domain,type,organisation,org_id,sector,province", _register()),
        ("renames", "old,new,date", _renames()),
        ("waivers", "domain,type,standard,explanation,owner,valid_from,valid_until", _waivers()),
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
    newest = merged()[-1]  # whose province nobody has filled in yet
    for body in organisations():
        province = "" if body == newest else body.province
        about = (body.name, body.org_id, body.sector, province)
        for site in body.sites:
            yield (site, "web", *about)
        if body.has_mail:
            yield (body.domain, "mail", *about)
    yield from mistakes.register()


def _renames() -> Iterator[Sequence[str]]:
    *old, new = merged()
    for body in old:
        yield body.domain, new.domain, f"{MONTHS[MERGER]}-01"
        yield body.sites[0], new.sites[0], f"{MONTHS[MERGER]}-01"
    yield from mistakes.renames()


def _waivers() -> Iterator[Sequence[str]]:
    failing = [body for body in organisations() if _fails_ordinarily(body)]
    for number, body in enumerate(failing[:: len(failing) // WAIVED][:WAIVED]):
        until = "2026-03-31" if number == 0 else f"2027-{3 * (1 + number % 4):02}-30"
        since = "2026-09-01" if number == 1 else ""
        why = "Stapt over op een andere maildienst, met IPv6"
        yield body.domain, "mail", "IPv6", why, "CIO-office", since, until
    passing = next(body for body in organisations() if _passes(body))
    yield passing.domain, "", "IPv6 en IPv4", "Wachtte op een leverancier", "CIO-office", "", ""
    yield "opgeheven.example", "", "", "Wordt in de zomer opgeheven", "", "2025-01-01", "2026-12-31"
    site = next(body.sites[0] for body in organisations() if _lacks_web(body))
    why = "De leverancier van de website heeft IPv6 gepland"
    yield site, "web", "IPv6", why, "Webredactie", "2026-06-01", "2027-06-30"


def _passes(body: Organisation) -> bool:
    last = len(MONTHS) - 1
    on = body.listed(last) and body.domain in body.sites and body.has_mail
    return (
        on and measured_mail(body, last) == "passed" and web_address(body, body.domain, last) != ""
    )


def _lacks_web(body: Organisation) -> bool:
    last = len(MONTHS) - 1
    return body.listed(last) and exists(body) and not web_address(body, body.sites[0], last)


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
