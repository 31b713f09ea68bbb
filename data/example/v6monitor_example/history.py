"""What earlier months left: logs of lookups of mail, and the letters that were sent.

A log has the MX of every mail domain of the month and the addresses of its MX hosts, as
``mx_address`` has them. Some domains that got IPv6 for their mail had other MX records before.
"""

import csv
import datetime as dt
import json
from collections.abc import Iterator
from functools import cache
from io import StringIO

from v6monitor.dns.observation import NODATA, NXDOMAIN, OK, Observation
from v6monitor_example.mail import (
    exchange_host,
    exists,
    ipv4,
    is_exchange,
    mail_of,
    measured_mail,
    mx_address,
)
from v6monitor_example.population import MONTHS, Organisation, happens, organisations

SENT_IN, SENT_ON = MONTHS.index("2026-03"), "2026-03-16"
_HEEDED, _IGNORED = 0.65, 0.3
"""The part of those written to among domains that got IPv6 afterwards, and among the others."""
_MOVED = 0.5

_LETTERS = ("addressee", "domains", "sent_on", "sent_by", "note")


def logs() -> Iterator[tuple[str, str]]:
    """Give the name and the text of the log of every month but the newest."""
    for month, period in enumerate(MONTHS[:-1]):
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(Observation._fields)
        start = dt.datetime.fromisoformat(f"{period}-{8 + month % 3:02}T05:00:00+00:00")
        for number, (name, qtype, outcome, answers) in enumerate(_questions(month)):
            moment = (start + dt.timedelta(milliseconds=20 * number)).isoformat()
            ttl = "3600" if answers else ""
            how = ("example", moment, "1.0", "1", "")
            writer.writerow((name, qtype, outcome, json.dumps(answers), "[]", ttl, "False", *how))
        yield f"{period}.csv", text.getvalue()


def letters() -> str:
    """Return the letters that were sent to organisations on one day: what letters.csv holds."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_LETTERS)
    for body in organisations():
        lacks = body.listed(SENT_IN) and body.has_mail and _is_laggard(body, SENT_IN)
        part = _HEEDED if body.has_mail and _gets_ipv6(body) > SENT_IN else _IGNORED
        if lacks and happens(part, "letter", body.domain):
            writer.writerow((body.name, body.domain, SENT_ON, "secretariat", ""))
    return text.getvalue()


def records_in(body: Organisation, month: int) -> tuple[tuple[int, str], ...]:
    """Return the MX records of a domain in a month: preference and host."""
    records = mail_of(body).records
    hosts = [host for _, host in records]
    if month >= _gets_ipv6(body) or len(hosts) != 1 or not happens(_MOVED, "moved", body.domain):
        return records
    if hosts[0].endswith(".mx.microsoft") or hosts[0].endswith(body.domain):
        return ((0, exchange_host(body.domain, "classic")),)
    return ((0, exchange_host(body.domain, "obsolete")),) if is_exchange(hosts[0]) else records


def hosts_in(body: Organisation, month: int) -> list[tuple[str, str]]:
    """Return the MX hosts of a domain in a month, each with its IPv6 address or ""."""
    records = records_in(body, month)
    as_now = records == mail_of(body).records
    return [(host, mx_address(body, host, month) if as_now else "") for _, host in records if host]


@cache
def _gets_ipv6(body: Organisation) -> int:
    """Return the first month with IPv6 of a domain that had none before and has it now, else 0."""
    passed = [measured_mail(body, month) == "passed" for month in range(len(MONTHS))]
    first = passed.index(True) if passed[-1] else 0
    return first if all(passed[first:]) else 0


def _is_laggard(body: Organisation, month: int) -> bool:
    return measured_mail(body, month) == "failed" and any(
        is_exchange(host) for _, host in records_in(body, month)
    )


def _questions(month: int) -> Iterator[tuple[str, str, str, list[str]]]:
    """Give the questions about a month's mail, each once, with outcome and answers."""
    asked: set[str] = set()
    for body in organisations():
        if not (body.has_mail and body.listed(month)):
            continue
        records = records_in(body, month)
        listed = sorted(f"{preference} {host or '.'}" for preference, host in records)
        no = NODATA if exists(body) else NXDOMAIN
        yield body.domain, "MX", OK if listed else no, listed
        for host, address in hosts_in(body, month):
            if host in asked:
                continue
            asked.add(host)
            yield host, "A", OK, [ipv4(host)]
            yield host, "AAAA", OK if address else NODATA, [address] if address else []
