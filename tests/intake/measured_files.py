"""Measurement files in few words, and what is read from them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from v6monitor.intake import intake as measurements

WEB_HEADER = (
    "List,Url,% Score,Report,,Modern address (IPv6),IPv6 addresses for name servers,"
    "IPv6 reachability of name servers,IPv6 addresses for web server,"
    "IPv6 reachability of web server,Same website on IPv6 and IPv4"
)
MAIL_HEADER = (
    "List,Url,Subdomain,Domain,Suffix,Tags,InStats,% Score,Report,,Modern address (IPv6),"
    "IPv6 addresses for name servers,IPv6 reachability of name servers,"
    "IPv6 addresses for mail server(s),IPv6 reachability of mail server(s),,"
    "Extra Fields,IPv6 mailserver,Mail server has MX record"
)


def web_export(*rows: str) -> str:
    """Return an export of the generation of 2023-06, with its header in row 3."""
    width = WEB_HEADER.count(",")
    return "\r\n".join(["," * width, ",,overall" + "," * (width - 2), WEB_HEADER, *rows, ""])


def mail_export(*rows: str) -> str:
    """Return an export of the generation since 2024-03, with its header in row 4."""
    width = MAIL_HEADER.count(",")
    above = ["," * width, ",,,,,,,Score" + "," * (width - 7), "," * width]
    return "\r\n".join([*above, MAIL_HEADER, *rows, ""])


def web_row(url: str, ws_address: str = "passed", name: str = "gemeenten") -> str:
    """Return a row of a web export in which all but the web server's address passed."""
    report = "https://batch.example/site/x/1/"
    reach = "failed" if ws_address == "passed" else "not_tested"
    return f"{name},{url},80,{report}, ,failed,passed,passed,{ws_address},{reach},?"


def mail_row(url: str, mx_address: str, view: str = "?", has_mx: str = "?") -> str:
    """Return a row of a mail export, with the two views that tell of mail servers."""
    category = "failed" if mx_address == "failed" else "passed"
    return (
        f"gemeenten,{url},,x,nl,,TRUE,80,https://batch.example/mail/x/1/, ,{category},"
        f"passed,passed,{mx_address},not_tested,,,{view},{has_mx}"
    )


def api_2(
    domains: Mapping[str, Any], kind: str = "mail", status: str = "done", name: str = "October"
) -> str:
    """Return a result of API 2 with its envelope."""
    request = {
        "request_id": "1",
        "name": name,
        "request_type": kind,
        "status": status,
        "submit_date": "2026-10-04T23:50:00Z",
        "finished_date": "2026-10-05T00:20:00Z",
    }
    return json.dumps({"api_version": "2.7.0", "request": request, "domains": domains})


def domain_with(
    kind: str, category: str, custom: Mapping[str, Any], **tests: str
) -> dict[str, Any]:
    """Return a domain of API 2 by the status of its IPv6 tests (``mx_address="passed"``)."""
    return {
        "status": "ok",
        "report": {"url": f"https://batch.example/{kind}/x/1/"},
        "scoring": {"percentage": 90},
        "results": {
            "categories": {f"{kind}_ipv6": {"verdict": category, "status": category}},
            "tests": {
                f"{kind}_ipv6_{test}": {"status": status, "verdict": "x"}
                for test, status in tests.items()
            },
            "custom": dict(custom),
        },
    }


def values(intake: measurements.Intake, *columns: str) -> list[Sequence[Any]]:
    """Return some columns of the table, a tuple per row."""
    return list(intake.table[list(columns)].itertuples(index=False, name=None))


def booked(intake: measurements.Intake) -> list[Sequence[Any]]:
    """Return row, value, reason and done of the faults."""
    columns = ["row", "value", "reason", "done"]
    return list(intake.faults[columns].itertuples(index=False, name=None))
