"""What did the dashboard export each month? Files of both generations, in its exact layout.

The header lines in ``layouts.json`` are the dashboard's own, to the letter. Of the results only
those about IPv6 are made up; every other test has ``?``.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from io import StringIO

from v6monitor.example.chance import chance, happens
from v6monitor.example.history import (
    dns_operator,
    measured_mail,
    web_address,
    without_result,
)
from v6monitor.example.mail import exists
from v6monitor.example.mistakes import DIRTY, NEGLECTED, neglected, typed
from v6monitor.example.operators import NAME_SERVERS
from v6monitor.example.population import MONTHS, Organisation, organisations
from v6monitor.names import normalise

NEW_GENERATION = MONTHS.index("2026-05")
"""From this month on the exports have the layout of 2026-06, before it that of 2023-06."""

LISTS = {
    "gemeente": "Gemeenten",
    "waterschap": "Waterschappen",
    "provincie": "Provincies",
    "rijk": "Rijk",
    "uitvoeringsorganisatie": "Uitvoerders",
    "gemeenschappelijke_regeling": "Gemeenschappelijke regelingen",
    "overig": "Overig",
}
"""The names of the lists in the first column, per sector."""

_ENOUGH = 2  # name servers with IPv6 (Internet.nl)


def files() -> Iterator[tuple[str, str]]:
    """Give the name and the text of every export: one per month and type."""
    for month, period in enumerate(MONTHS):
        for number, kind in enumerate(("web", "mail")):
            name = f"internet-nl-dashboard-report-{100 + 2 * month + number}-overheid-{kind}"
            yield f"{name}-{period}-{5 + month % 3:02}.csv", _export(kind, month)


def _export(kind: str, month: int) -> str:
    generation = "2026-06" if month >= NEW_GENERATION else "2023-06"
    layouts = json.loads(resources.files(__package__).joinpath("layouts.json").read_text("utf-8"))
    header = layouts[generation][kind]
    columns = next(csv.reader(header[-1:]))
    text = StringIO()
    text.writelines(f"{line}\r\n" for line in header)
    writer = csv.writer(text, lineterminator="\r\n")
    rows = list(_rows(kind, month))
    if (kind, MONTHS[month]) in DIRTY:
        rows = typed(rows)
    if (kind, MONTHS[month]) == NEGLECTED:
        rows = neglected(rows)
    writer.writerows(_cells(row, columns) for row in rows)
    return text.getvalue()


def _rows(kind: str, month: int) -> Iterator[dict[str, str]]:
    for body in organisations():
        if not body.listed(month):
            continue
        for domain in body.sites if kind == "web" else [body.domain] * body.has_mail:
            row = {"List": LISTS[body.sector], **_name_columns(domain, month)}
            row["Tags"] = f"2026, {row['List']}"
            missing = without_result(kind, domain, month)
            if missing != "absent":
                row |= _results(body, kind, domain, month, missing)
            yield row


def _name_columns(domain: str, month: int) -> dict[str, str]:
    # Later lists have IDNs in Unicode: both forms are one domain.
    url = normalise(domain).display if "xn--" in domain and month >= NEW_GENERATION else domain
    *sub, middle, suffix = url.split(".")
    return {
        "Url": url,
        "Subdomain": ".".join(sub),
        "Domain": middle,
        "Suffix": suffix,
        "InStats": "TRUE",
    }


def _results(
    body: Organisation, kind: str, domain: str, month: int, missing: str
) -> dict[str, str]:
    number = int(chance("report", kind, domain, str(month)) * 900_000) + 100_000
    page = "site" if kind == "web" else "mail"
    row = {
        "% Score": str(55 + int(chance("score", kind, domain) * 40) + month // 2),
        "Report": f"https://internet.nl.example/{page}/{domain}/{number}/",
    }
    if missing == "error":
        return row | dict.fromkeys((*_ADDRESS.values(), _CATEGORY), "error")
    name_servers = _name_servers(body)
    if kind == "web":
        return row | name_servers | _web(body, domain, month, name_servers)
    return row | name_servers | _mail(body, month, name_servers)


_CATEGORY = "Modern address (IPv6)"
_ADDRESS = {
    "ns": "IPv6 addresses for name servers",
    "web": "IPv6 addresses for web server",
    "mail": "IPv6 addresses for mail server(s)",
}
_REACH = {
    kind: label.replace("addresses for", "reachability of") for kind, label in _ADDRESS.items()
}
_SIMILAR = "Same website on IPv6 and IPv4"


def _name_servers(body: Organisation) -> dict[str, str]:
    with_ipv6 = sum(NAME_SERVERS[dns_operator(body)]) if exists(body) else 0
    return {
        _ADDRESS["ns"]: "passed" if with_ipv6 >= _ENOUGH else "failed",
        _REACH["ns"]: "passed" if with_ipv6 else "not_tested",
        "IPv6 nameserver": "passed" if with_ipv6 >= _ENOUGH else "failed",
    }


def _web(
    body: Organisation, domain: str, month: int, name_servers: Mapping[str, str]
) -> dict[str, str]:
    if web_address(body, domain, month):
        address = "passed"
        reach = "failed" if happens(0.01, "unreachable", domain) else "passed"
        similar = "warning" if happens(0.02, "differs", domain) else "passed"
    else:
        address, reach, similar = "failed", "not_tested", "not_tested"
    category = _both(name_servers[_ADDRESS["ns"]], address, reach)
    return {
        _CATEGORY: category,
        _ADDRESS["web"]: address,
        _REACH["web"]: reach,
        _SIMILAR: similar if reach == "passed" else "not_tested",
        "IPv6": category,
        "IPv6 webserver": address,
    }


def _mail(body: Organisation, month: int, name_servers: Mapping[str, str]) -> dict[str, str]:
    address = measured_mail(body, month)
    has_mx = address in {"passed", "failed"}
    # No MX counts as passed at Internet.nl; Forum Standaardisatie's own column says no_mx.
    category = _both(name_servers[_ADDRESS["ns"]], address if has_mx else "passed")
    return {
        _CATEGORY: category,
        _ADDRESS["mail"]: address,
        _REACH["mail"]: "passed" if address == "passed" else "not_tested",
        "IPv6": category,
        "IPv6 mailserver": address if has_mx else "no_mx",
        "Mail server has MX record": "passed" if has_mx else "no_mx",
        "Mail server testable": "passed" if has_mx else "no_mx",
    }


def _both(*results: str) -> str:
    return "passed" if set(results) == {"passed"} else "failed"


def _cells(row: Mapping[str, str], columns: Iterable[str]) -> list[str]:
    """Return a row's cells; one without results has only those before the score."""
    if "Report" not in row:
        return [row.get(column, "") for column in columns]
    cells = [row.get(column, "?" if column else "") for column in columns]
    cells[cells.index(row["Report"]) + 1] = " "  # the separator after it is a space, not empty
    return cells
