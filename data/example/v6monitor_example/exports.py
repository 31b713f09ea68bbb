"""The measurement files of the example and the tables beside them, mistakes included.

The header lines in ``layouts.json`` are the dashboard's own, to the letter. Of the results only
those about IPv6 are made up; every other test has ``?``.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from io import StringIO

from v6monitor.dns.vantage import EXAMPLE
from v6monitor.names import normalise
from v6monitor_example.history import hosts_in
from v6monitor_example.mail import (
    CASES,
    MAIL_OPERATORS,
    NAME_SERVERS,
    answers,
    counts,
    dns_operator,
    exists,
    mail_of,
    measured_mail,
    web_address,
    without_result,
)
from v6monitor_example.population import (
    MERGER,
    MONTHS,
    Organisation,
    chance,
    happens,
    merged,
    organisations,
)

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

WAIVED = 6
"""How many mail domains have a waiver; the first has expired."""
BEHAVIOURS = ("servfail", "refused", "silence")
"""What the embedded name server does instead of answering."""

Row = dict[str, str]

DIRTY = {("mail", "2026-03"), ("web", "2026-07"), ("web", "2026-10"), ("mail", "2026-10")}
"""The files in which somebody has typed a few rows: see ``_typed``."""
NO_HOST_NAMES = ("n.v.t.", "afdeling_post.example")
"""Entered as domains in those rows, and no host names."""
NEGLECTED = ("web", MONTHS[-1])
"""The file of a list that nobody kept: see ``_neglected``."""
SITE = "www.rondevansterren.example"
"""A site that took the place of another one; of its owner the register says odd things."""
NOBODYS = "www.zonnewijzers.example"
"""A site that is in no register."""
_OTHER_LIST = "Overig"

_ENOUGH = 2  # name servers with IPv6 (Internet.nl)


def exports() -> Iterator[tuple[str, str]]:
    """Give the name and the text of every export: one per month and type."""
    for month in range(len(MONTHS)):
        for number, kind in enumerate(("web", "mail")):
            name = f"internet-nl-dashboard-report-{100 + 2 * month + number}-overheid-{kind}"
            yield f"{name}-{day_of(month)}.csv", _export(kind, month)


def day_of(month: int) -> str:
    """Return the day of the measurement of a month."""
    return f"{MONTHS[month]}-{5 + month % 3:02}"


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
        rows = _typed(rows)
    if (kind, MONTHS[month]) == NEGLECTED:
        rows = _neglected(rows)
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
        reach = "passed" if answers(domain, web_address(body, domain, month)) else "failed"
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
    answered = {answers(host, one) for host, one in hosts_in(body, month) if counts(one)}
    reach = "failed" if False in answered else "passed" if has_mx and answered else "not_tested"
    # No MX counts as passed at Internet.nl; Forum Standaardisatie's own column says no_mx.
    category = _both(name_servers[_ADDRESS["ns"]], *[address, reach] * has_mx)
    return {
        _CATEGORY: category,
        _ADDRESS["mail"]: address,
        _REACH["mail"]: reach,
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


def tables() -> Iterator[tuple[str, str]]:
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
    yield from _odd_register_rows()


def _renames() -> Iterator[Sequence[str]]:
    *old, new = merged()
    for body in old:
        yield body.domain, new.domain, f"{MONTHS[MERGER]}-01"
        yield body.sites[0], new.sites[0], f"{MONTHS[MERGER]}-01"
    yield from _odd_renames()


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


def _typed(rows: list[Row]) -> list[Row]:
    """Return the rows as people type them: in capitals, as a URL, twice, and with no host name."""
    rows = [dict(row) for row in rows]
    capitals, url, twice = rows[20], rows[40], rows[60]
    capitals["Url"] = capitals["Url"].upper()
    url["Url"] = f"https://{url['Url']}/contact"
    return [*rows, twice, *({"List": _OTHER_LIST, "Url": name} for name in NO_HOST_NAMES)]


def _neglected(rows: list[Row]) -> list[Row]:
    """Return the rows and what nobody took out or put right.

    A site in a second list, of another sector; one with and without ``www.``; the site of a
    municipality that merged; a new name of a site; and one that is in no register.
    """
    sites = [row for row in rows if row["Url"].startswith("www.")]
    again, bare = sites[80], sites[90]
    old = merged()[0].sites[0]
    return [
        *rows,
        again | {"List": _OTHER_LIST},
        bare | {"Url": bare["Url"].removeprefix("www.")},
        {"List": bare["List"], "Url": old},
        {"List": _OTHER_LIST, "Url": SITE},
        {"List": _OTHER_LIST, "Url": NOBODYS},
    ]


def _odd_register_rows() -> Iterator[tuple[str, ...]]:
    """Give the rows of the register that are not right: a sector, a province, a second owner."""
    old = merged()[0]
    yield SITE, "web", "Ronde van Sterren", "example:ov9001", "sterrenwacht", "Brussel"
    yield old.sites[0], "web", "Gemeente Elders", "example:ge9001", "gemeente", "Drenthe"


def _odd_renames() -> Iterator[tuple[str, str, str]]:
    """Give the renames of the last month: one that the list follows, and one that it does not."""
    left = next(body for body in organisations() if _left_last(body))
    day = f"{MONTHS[-1]}-01"
    yield left.sites[-1], SITE, day
    yield left.domain, f"nieuw-{left.domain}", day


def _left_last(body: Organisation) -> bool:
    return body.last == len(MONTHS) - 2 and len(body.sites) > 1
