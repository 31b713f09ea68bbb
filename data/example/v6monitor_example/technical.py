"""Technical results of the newest months: the addresses of servers, and whether each answered.

As Internet.nl's batch API gives them at ``/requests/<id>/results_technical``; of a server only
what concerns its addresses is made up.
"""

import json
from collections.abc import Iterator
from typing import Any

from v6monitor.names import normalise
from v6monitor_example.exports import day_of
from v6monitor_example.history import hosts_in
from v6monitor_example.mail import (
    NAME_SERVERS,
    answers,
    counts,
    dns_operator,
    exists,
    ipv4,
    ipv6,
    name_servers,
    web_address,
    without_result,
)
from v6monitor_example.population import MONTHS, Organisation, organisations
from v6monitor_example.zonefiles import has_address, site_host

TESTED = range(len(MONTHS) - 2, len(MONTHS))
"""The months that have technical results."""


def technical() -> Iterator[tuple[str, str]]:
    """Give the name and the text of the technical results of every month and type."""
    for month in TESTED:
        for kind in ("web", "mail"):
            day = day_of(month)
            request = {
                "request_id": f"{month:02}{kind}".encode().hex(),
                "name": f"overheid {kind}",
                "request_type": kind,
                "status": "done",
                "submit_date": f"{day}T02:00:00+00:00",
                "finished_date": f"{day}T05:00:00+00:00",
            }
            found = {"api_version": "2.7.0", "request": request, "domains": _domains(kind, month)}
            yield f"results_technical-{kind}-{day}.json", json.dumps(found, separators=(",", ":"))


def _domains(kind: str, month: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for body in (body for body in organisations() if body.listed(month)):
        for domain in body.sites if kind == "web" else [body.domain] * body.has_mail:
            missing = without_result(kind, domain, month)
            if missing != "absent":
                servers = _website(body, domain, month) if kind == "web" else _mail(body, month)
                tested = {"status": "ok", "nameservers": _name_servers(body), **servers}
                found[normalise(domain).display] = {"status": "error"} if missing else tested
    return found


def _website(body: Organisation, site: str, month: int) -> dict[str, Any]:
    host = site_host(site) if exists(body) else ""
    address = web_address(body, site, month)
    return {"webservers": _addresses(site, ipv4(host) if host else "", address)}


def _mail(body: Organisation, month: int) -> dict[str, Any]:
    servers = {
        f"{host}.": {"addresses": _addresses(host, four, six if counts(six) else "")}
        for host, six in hosts_in(body, month)
        for four in [ipv4(host) if has_address(body, host) else ""]
    }
    return {"receiving_mailservers": servers}


def _name_servers(body: Organisation) -> dict[str, Any]:
    operator = dns_operator(body)
    hosts = zip(name_servers(operator), NAME_SERVERS[operator], strict=True) if exists(body) else ()
    return {f"{host}.": _addresses(host, ipv4(host), ipv6(host) if six else "")
            for host, six in hosts}  # fmt: skip


def _addresses(host: str, four: str, six: str) -> dict[str, Any]:
    """Return the addresses of a server by family; "" for none."""
    return {
        family: {"addresses": [{"address": one, "reachable": answers(host, one)}] if one else []}
        for family, one in (("ipv4", four), ("ipv6", six))
    }
