"""Results of Internet.nl in JSON: API 1 and 2, technical results, findings, the dashboard's report.

Technical results have the addresses of servers and whether they answered. They are kept beside the
measurement, and fill in only what it does not say of reachability.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.assembly import Context, Part
from v6monitor.intake.cleaning import CHANGED, DROPPED, KEY, Faults, Reason, date_in, normalised
from v6monitor.intake.columns import RESULTS, plain, positions, type_of
from v6monitor.intake.tables import Content

_Row = dict[str, str]
_VERSION = r"2(\.\d{1,3}){0,2}"

_FIRST = {"domain": "domain", "status": "status", "score": "score", "report_url": "link"}
_SECOND = {
    "status": "status",
    "score": "scoring percentage",
    "report_url": "report url",
    "mail_view": "results tests mail_ipv6_mx_address verdict",
}
_FINDINGS = {
    "domain": "domain",
    "measured_at": "measured_at",
    "status": "status",
    "score": "score_percent",
    "report_url": "report_url",
}
_SCORE = {"score": "internet_nl_score", "report_url": "internet_nl_url"}
"""Where each form of result has a field: the keys on the way to it."""


def version_1(content: Content) -> list[Part] | None:
    """Read a result of API 1.0 or 1.1: also a domain without MX is false there; None for others."""
    value = _object(content.value)
    if "success" not in value:
        return None
    data = _object(value.get("data"))
    domains = data.get("domains")
    if not isinstance(domains, list) or not domains:
        message = value.get("message") or "no domains"
        raise InputError(f"{content.name}: is an unfinished result ({message}); fetch it later")
    rows = [_row(_FIRST, _object(one), _views(_object(one))) for one in domains]
    version = _text(data.get("api-version")) or "1.0"
    date = _text(data.get("finished-date")) or _text(data.get("submission-date"))
    return [_part(f"api-{version}", rows, name=_text(data.get("name")), date=date)]


def version_2(content: Content) -> list[Part] | None:
    """Read a result of API 2, with its envelope or without; a failed domain has a status only."""
    envelope = _object(content.value)
    request = _object(envelope.get("request"))
    domains = envelope.get("domains", {} if request else envelope)
    if request and not domains:
        status = _text(request.get("status")) or "unknown"
        raise InputError(
            f"{content.name}: is an unfinished result (status {status}); fetch it later"
        )
    if not any(map(_is_version_2, _object(domains).values())):
        return None
    rows = []
    for name, one in domains.items():
        results = _object(_object(one).get("results"))
        tests = _object(results.get("tests")) | _object(results.get("categories"))
        values = {test: _object(value).get("status") for test, value in tests.items()}
        row = _row(_SECOND, _object(one), values | _object(results.get("custom")))
        rows.append({"domain": _text(name), **row})
    version = _text(envelope.get("api_version")) if request else ""
    date = _text(request.get("finished_date")) or _text(request.get("submit_date"))
    kind, name = (_text(request.get(key)) for key in ("request_type", "name"))
    form = f"api-{version if re.fullmatch(_VERSION, version) else 2}"
    return [_part(form, rows, name=name, date=date, kind=kind)]


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
            row = _row(
                _FINDINGS, domain, {name: test.get("status") for name, test in tests.items()}
            )
            row["mail_view"] = _text(_object(tests.get("mail_ipv6_mx_address")).get("verdict"))
            rows[kind].append(row)
    return [
        _part("netnl-findings", found, kind=kind)._replace(dated_by="column")
        for kind, found in rows.items()
        if found
    ] or None


def dashboard(content: Content) -> list[Part] | None:
    """Read a report of the dashboard's API; a domain without endpoints was not scanned."""
    report = _object(content.value)
    rated = []
    for url in _records(_object(report.get("calculation")).get("urls")):
        ratings: dict[str, Any] = {}
        for endpoint in _records(url.get("endpoints")):
            ratings |= _object(endpoint.get("ratings"))
        rated.append((_text(url.get("url")), ratings))
    parts = []
    for kind in RESULTS:
        own = f"internet_nl_{kind}_"
        if any(f"{own}ipv6" in ratings for _, ratings in rated):
            rows = [
                {"domain": name, **_row(_SCORE, _object(ratings.get("internet_nl_score")), tests)}
                for name, ratings in rated
                for tests in [
                    {
                        test: _object(one).get("test_result")
                        for test, one in ratings.items()
                        if test.startswith(own)
                    }
                ]
                if tests or not ratings
            ]
            date = _text(report.get("at_when"))
            parts.append(_part("dashboard-report", rows, date=date, kind=kind))
    return parts or None


def _views(domain: dict[str, Any]) -> dict[str, Any]:
    """Return the results of a domain of API 1 by the names that API 2 has for them."""
    found = {_text(view.get("name")): view.get("result") for view in _records(domain.get("views"))}
    prefix = "mail" if any(name.startswith("mail_") for name in found) else "web"
    for category in _records(domain.get("categories")):
        found[f"{prefix}_{_text(category.get('category'))}"] = category.get("passed")
    return found


def _is_version_2(found: object) -> bool:
    return (
        isinstance(found, dict)
        and "status" in found
        and (isinstance(found.get("results"), dict) or len(found) == 1)
    )


def _row(paths: Mapping[str, str], about: dict[str, Any], results: Mapping[str, Any]) -> _Row:
    row = {}
    for field, path in paths.items():
        value: Any = about
        for key in path.split():
            value = _object(value).get(key)
        row[field] = _text(value)
    names = list(results)
    return row | {
        field: _text(results[names[at]]) for field, at in positions(map(plain, names)).items()
    }


def _part(form: str, rows: list[_Row], *, name: str = "", date: str = "", kind: str = "") -> Part:
    cells = pd.DataFrame(rows, index=range(1, len(rows) + 1)).fillna("").astype("str")
    measured = kind if kind in RESULTS else type_of(cells.columns)
    for field in RESULTS.get(measured, ()):
        if field not in cells:
            cells[field] = ""
    cells = cells.assign(type=measured, list=name)
    return Part(form, cells.assign(measured_at=date) if date else cells, dated_by="request")


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _records(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return a JSON value as a cell; half a character (an unpaired surrogate) becomes "?"."""
    return "" if value is None else str(value).encode(errors="replace").decode()


TECHNICAL = "api-technical"
"""The format of technical results."""

ADDRESSES = (*KEY, "server", "host", "address", "reachable", "source_file")
"""``server`` is ns, ws (website) or mx; ``reachable`` yes, no, or "" where it was not tested."""

_SERVERS = {"nameservers": "ns", "webservers": "ws", "receiving_mailservers": "mx"}
_TYPES = {"webservers": "web", "receiving_mailservers": "mail"}


def addresses(content: Content, context: Context, faults: Faults) -> pd.DataFrame | None:
    """Return the addresses of every server in a file, columns ``ADDRESSES``; None for another."""
    envelope = _object(content.value)
    domains = _object(envelope.get("domains", envelope))
    if not any(_SERVERS.keys() & _object(domain).keys() for domain in domains.values()):
        return None
    finished = str(_object(envelope.get("request")).get("finished_date", ""))
    day = date_in(finished) or date_in(context.file) or context.measured_at
    if not day:
        raise InputError(f"{content.name}: nothing says when it was measured; put it in its name")
    rows = [
        (number, _text(name), kind, *server)
        for number, (name, domain) in enumerate(domains.items(), start=1)
        for kind in [next((_TYPES[key] for key in _object(domain) if key in _TYPES), "")]
        for server in _servers(_object(domain))
    ]
    table = pd.DataFrame(rows, columns=["row", *ADDRESSES[1:-1]]).set_index("row")
    table = table.astype({"domain": "str", "host": "str", "address": "str"})
    names, hosts = normalised(table["domain"]), normalised(table["host"])
    wrong = names["reason"].ne("").to_numpy()
    faults.add(table["domain"][wrong], names["reason"][wrong], DROPPED)
    table = table.assign(domain=names["domain"].to_numpy(), measured_at=pd.Timestamp(day))
    families = {one: _family(one) for one in table["address"].unique()}  # most are shared
    odd = table["address"].map(families).eq(0) & ~wrong
    faults.add(table["address"][odd], Reason.NOT_AN_ADDRESS, DROPPED)
    unnamed = hosts["reason"].ne("") & table["host"].ne("") & ~wrong & ~odd
    faults.add(table["host"][unnamed], hosts["reason"][unnamed], CHANGED)
    table["host"] = hosts["domain"]
    return table.assign(source_file=content.name).loc[~wrong & ~odd, list(ADDRESSES)]


def with_reach(table: pd.DataFrame, found: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return a canonical table with the reachability it lacks, and the faults that say so."""
    six = found["address"].str.contains(":", regex=False)
    each = found.assign(
        any=six, no=six & found["reachable"].eq("no"), open=six & found["reachable"].eq("")
    )
    filled, booked = table.copy(), []
    for server, rows in each.groupby("server"):
        field = f"{server}_reach"
        seen = rows.groupby(KEY)[["any", "no", "open"]].any()
        word = pd.Series("passed", seen.index, dtype="str").mask(seen["open"], "unknown")
        word = word.mask(seen["no"], "failed").mask(~seen["any"], "not_tested")
        keys = pd.MultiIndex.from_frame(table[KEY])
        words = word.reindex(keys).fillna("unknown").set_axis(table.index)
        applies = table["type"].map({kind: field in fields for kind, fields in RESULTS.items()})
        open_yet = table[field].isin(["", "unknown"]) & applies & words.ne("unknown")
        filled[field] = table[field].mask(open_yet, words)
        for file, cells in table[open_yet].groupby("source_file"):
            faults = Faults(str(file))
            values = cells.set_index("source_row")[field]
            faults.add(values, Reason.REACH, CHANGED)
            booked.append(faults.table())
    return filled, booked


def _servers(domain: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield server, host ("" of a website), address and reachable of a domain."""
    for key, server in _SERVERS.items():
        found = _object(domain.get(key))
        hosts = {"": found} if {"ipv4", "ipv6"} & found.keys() else found
        for host, about in hosts.items():
            families = _object(_object(about).get("addresses", about))
            for family in ("ipv4", "ipv6"):
                listed = families.get(family)
                listed = _object(listed).get("addresses", listed)
                for one in listed if isinstance(listed, list) else filter(None, [listed]):
                    reachable = _object(one).get("reachable")  # absent: only its route is known
                    answer = "yes" if reachable is True else "no" if reachable is False else ""
                    address = _text(_object(one).get("address", one))
                    yield server, _text(host), address, answer


def _family(address: str) -> int:
    """Return 4 or 6, or 0 for what is no address, or names an interface behind a ``%``."""
    try:
        return 0 if "%" in address else ipaddress.ip_address(address).version
    except ValueError:
        return 0
