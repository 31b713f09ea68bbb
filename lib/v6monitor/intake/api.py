"""Results of Internet.nl's batch API in JSON: versions 1.0, 1.1 and 2."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.assembly import Part
from v6monitor.intake.columns import RESULTS, positions, type_of
from v6monitor.intake.tables import Content

_Row = dict[str, str]
_VERSION = r"2(\.\d{1,3}){0,2}"


def version_1(content: Content) -> list[Part] | None:
    """Read a result of API 1.0 or 1.1: ``{"success", "message", "data": {"domains": […]}}``.

    Its results are booleans. In 1.0 a mail domain without MX and one without IPv6 look the same:
    both are false. None when the file is something else.
    """
    if not (isinstance(content.value, dict) and "success" in content.value):
        return None
    data = content.value.get("data")
    data = data if isinstance(data, dict) else {}
    domains = data.get("domains")
    if not isinstance(domains, list) or not domains:
        message = content.value.get("message") or "no domains"
        raise InputError(f"{content.name}: is an unfinished result ({message}); fetch it later")
    rows = [_version_1_row(domain if isinstance(domain, dict) else {}) for domain in domains]
    return [
        _part(
            f"api-{_text(data.get('api-version')) or '1.0'}",
            rows,
            name=_text(data.get("name")),
            date=_text(data.get("finished-date")) or _text(data.get("submission-date")),
        )
    ]


def version_2(content: Content) -> list[Part] | None:
    """Read a result of API 2: with its envelope, or the ``domains`` object alone.

    A domain that failed holds a status only. None when the file is something else.
    """
    envelope = content.value
    if not isinstance(envelope, dict):
        return None
    request = envelope.get("request")
    request = request if isinstance(request, dict) else {}
    domains = envelope.get("domains", {} if request else envelope)
    if request and not domains:
        status = _text(request.get("status")) or "unknown"
        raise InputError(
            f"{content.name}: is an unfinished result (status {status}); fetch it later"
        )
    if not isinstance(domains, dict) or not any(map(_is_version_2, domains.values())):
        return None
    rows = [_version_2_row(name, found) for name, found in domains.items()]
    version = _text(envelope.get("api_version")) if request else ""
    return [
        _part(
            f"api-{version if re.fullmatch(_VERSION, version) else 2}",
            rows,
            name=_text(request.get("name")),
            date=_text(request.get("finished_date")) or _text(request.get("submit_date")),
            kind=_text(request.get("request_type")),
        )
    ]


def findings(content: Content) -> list[Part] | None:
    """Read netnl-findings/v1, what a client of the API writes; None for something else."""
    value = _object(content.value)
    if value.get("schema") != "netnl-findings/v1":
        return None
    rows: dict[str, list[_Row]] = {kind: [] for kind in RESULTS}
    for domain in _records(value.get("domains")):
        kind = _text(domain.get("type"))
        if kind in rows:
            tests = {_text(test.get("test")): test for test in _records(domain.get("results"))}
            row = {
                "domain": _text(domain.get("domain")),
                "measured_at": _text(domain.get("measured_at")),
                "status": _text(domain.get("status")),
                "score": _text(domain.get("score_percent")),
                "report_url": _text(domain.get("report_url")),
                "mail_view": _text(_object(tests.get("mail_ipv6_mx_address")).get("verdict")),
            }
            results = {name: test.get("status") for name, test in tests.items()}
            rows[kind].append(row | _results(results))
    return [
        _part("netnl-findings", found, name="", date="", kind=kind)._replace(dated_by="column")
        for kind, found in rows.items()
        if found
    ] or None


def dashboard(content: Content) -> list[Part] | None:
    """Read a report of the dashboard as its API gives it; None for something else.

    A domain that was not scanned has no endpoints: it is in the report without results.
    """
    report = _object(content.value)
    urls = _records(_object(report.get("calculation")).get("urls"))
    if not urls:
        return None
    ratings = [
        {
            name: one
            for endpoint in _records(url.get("endpoints"))
            for name, one in _object(endpoint.get("ratings")).items()
        }
        for url in urls
    ]
    parts = []
    for kind in RESULTS:
        if any(f"internet_nl_{kind}_ipv6" in rated for rated in ratings):
            rows = [
                _report_row(url, rated, kind)
                for url, rated in zip(urls, ratings, strict=True)
                if not rated or f"internet_nl_{kind}_ipv6" in rated
            ]
            date = _text(report.get("at_when"))
            parts.append(_part("dashboard-report", rows, name="", date=date, kind=kind))
    return parts or None


def _report_row(url: Mapping[str, Any], rated: Mapping[str, Any], kind: str) -> _Row:
    score = _object(rated.get("internet_nl_score"))
    row = {
        "domain": _text(url.get("url")),
        "score": _text(score.get("internet_nl_score")),
        "report_url": _text(score.get("internet_nl_url")),
    }
    own = (name for name in rated if name.startswith(f"internet_nl_{kind}_"))
    return row | _results({name: _object(rated[name]).get("test_result") for name in own})


def _version_1_row(domain: Mapping[str, Any]) -> _Row:
    views = _records(domain.get("views"))
    categories = _records(domain.get("categories"))
    found = {_text(view.get("name")): view.get("result") for view in views}
    mail = any(name.startswith("mail_") for name in found)
    for category in categories:
        prefix = "mail" if mail else "web"
        found[f"{prefix}_{_text(category.get('category'))}"] = category.get("passed")
    row = {
        "domain": _text(domain.get("domain")),
        "status": _text(domain.get("status")),
        "score": _text(domain.get("score")),
        "report_url": _text(domain.get("link")),
    }
    return row | _results(found)


def _is_version_2(found: object) -> bool:
    return (
        isinstance(found, dict)
        and "status" in found
        and (isinstance(found.get("results"), dict) or len(found) == 1)
    )


def _version_2_row(name: str, found: object) -> _Row:
    domain = _object(found)
    results = _object(domain.get("results"))
    tests = _object(results.get("tests")) | _object(results.get("categories"))
    values = {test: _object(value).get("status") for test, value in tests.items()}
    row = {
        "domain": _text(name),
        "status": _text(domain.get("status")),
        "score": _text(_object(domain.get("scoring")).get("percentage")),
        "report_url": _text(_object(domain.get("report")).get("url")),
        "mail_view": _text(_object(tests.get("mail_ipv6_mx_address")).get("verdict")),
    }
    return row | _results(values | _object(results.get("custom")))


def _results(found: Mapping[str, Any]) -> _Row:
    names = list(found)
    return {field: _text(found[names[at]]) for field, at in positions(names).items()}


def _part(format_: str, rows: list[_Row], *, name: str, date: str, kind: str = "") -> Part:
    cells = pd.DataFrame(rows, index=range(1, len(rows) + 1)).fillna("").astype("str")
    measured = kind if kind in RESULTS else type_of(cells.columns)
    for field in RESULTS.get(measured, ()):
        if field not in cells:
            cells[field] = ""
    cells = cells.assign(type=measured, list=name)
    return Part(format_, cells.assign(measured_at=date) if date else cells, dated_by="request")


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _records(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return a JSON value as a cell; half a character (an unpaired surrogate) becomes "?"."""
    return "" if value is None else str(value).encode(errors="replace").decode()
