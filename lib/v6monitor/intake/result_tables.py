"""Tables with Internet.nl results: dashboard exports, Websiteregister, batch tables, canonical.

Each reader returns the parts of a file in its form, and None for a file in any other.

- dashboard: report exports of all generations; ``Url`` is the key, ``Domain`` only its middle
  label; the header may be on any of the first rows.
- websiteregister: the IPv6 category of website and mail, each with its own days; no row of a type
  without a result and a day; mail is tested of the name without ``www.``.
- batch: tables with the API's own names as labels. internetnl-scan writes flattened paths
  (``tests_web_ipv6_ns_address_status``, ``categories_web_ipv6_verdict``); poorting's scripts
  write ``submit_date…, domain, …, md_<column of the list>, …, web_ipv6, …`` with 1 for passed and 0
  for everything else, also for a domain whose test failed.
- canonical: the table that ``write`` made.
"""

import re
from collections.abc import Iterator

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.assembly import Part
from v6monitor.intake.columns import CANONICAL, COLUMNS, LATER, RESULTS, positions, type_of
from v6monitor.intake.tables import Content, Sheet

_STATISTICS_ROWS = 9  # a spreadsheet export of the dashboard starts with them
_FIRST_SUBTEST_ROW = 4

_REGISTER = {"url": "domain", "organisatie": "organisation", "organisatietype": "sector"}
_TESTED = ("ipv6", "testdatum")
"""Labels that each group of tests in the Websiteregister has."""
_KINDS = {"web": (("website",), "https"), "mail": (("mail",), "dmarc")}
"""Words in the label above the group of a type, and a test that only that group has."""
_WORD = re.compile("[a-z]{3}")

_WWW = r"(?i)^(\s*(?:https?://)?)www\."

_PATH = re.compile(r"(?:results_)?(?:(tests|categories)_(.+?)_(status|verdict)|custom_(.+))")
_ADDRESS_VERDICT = "tests_mail_ipv6_mx_address_verdict"
_BATCH = {
    "domain": ("domain", "index"),
    "measured_at": ("submit_datetime", "submit_date", "finished_date"),
    "status": ("status",),
    "score": ("score", "scoring_percentage"),
    "report_url": ("report_url", "url"),
    "list": ("md_type",),
    "organisation": ("md_name", "md_organisation", "md_organisatie"),
    "sector": ("md_sector",),
    "province": ("md_province", "md_provincie"),
}
"""What batch tables call the other fields, the preferred label first."""

_MISSING = "<unknown>"

_SURE = {"measured_at", "domain", "type", "source_format"}
"""A header with these is canonical; no other format has them together."""


def canonical(content: Content) -> list[Part] | None:
    """Read a canonical CSV."""
    parts = []
    for sheet in content.sheets:
        labels = sheet.top[0]
        if not set(labels) >= _SURE:
            continue
        missing = [column for column in COLUMNS if column not in (*labels, *LATER)]
        if missing:
            raise InputError(
                f"{content.name}: is a canonical table without {', '.join(missing)}; make it "
                "again with v6monitor intake"
            )
        where = {column: labels.index(column) for column in COLUMNS if column in labels}
        cells = sheet.fields(0, where)
        cells = cells.reindex(columns=list(COLUMNS), fill_value="")
        parts.append(Part(CANONICAL, cells, sheet.name, unmeasured=""))
    return parts or None


def dashboard(content: Content) -> list[Part] | None:
    """Read a report export of the dashboard."""
    return [part for sheet in content.sheets if (part := _dashboard(sheet))] or None


def websiteregister(content: Content) -> list[Part] | None:
    """Read the Websiteregister: a part for websites and one for mail."""
    found = [part for sheet in content.sheets for part in _websiteregister(sheet, content.name)]
    return found or None


def batch(content: Content) -> list[Part] | None:
    """Read a table of batch results: its header has a domain and a test of the API."""
    return [part for sheet in content.sheets if (part := _batch(sheet))] or None


def _dashboard(sheet: Sheet) -> Part | None:
    for number, labels in enumerate(sheet.headers):
        where = positions(labels)
        results = [field for field in RESULTS["web"] + RESULTS["mail"] if field in where]
        if {"list", "domain"} <= where.keys() and results:
            cells = sheet.fields(number, where)
            kind = type_of(where) or _type_of_reports(cells.get("report_url"))
            return Part(_generation(number + 1, labels), cells.assign(type=kind), sheet.name)
    return None


def _type_of_reports(urls: "pd.Series[str] | None") -> str:
    """Return the type by the addresses of the reports, for an export without subtests."""
    if urls is None:
        return ""
    kinds = {"web": "/site/", "mail": "/mail/"}
    found = [kind for kind, path in kinds.items() if urls.str.contains(path, regex=False).any()]
    return found[0] if len(found) == 1 else ""


def _generation(header_row: int, labels: list[str]) -> str:
    """Return the format: the month since which the dashboard writes exports of this form."""
    if "tags" not in labels:
        return "dashboard-2023-06"
    if "subdomain" not in labels:
        return "dashboard-2023-09"
    row = header_row - _STATISTICS_ROWS if header_row > _STATISTICS_ROWS else header_row
    return "dashboard-2024-03" if row >= _FIRST_SUBTEST_ROW else "dashboard-2023-12"


def _websiteregister(sheet: Sheet, file: str) -> Iterator[Part]:
    for number, labels in enumerate(sheet.headers):
        if all(label in labels for label in _REGISTER) and all(map(labels.count, _TESTED)):
            groups = sheet.headers[number - 1] if number else [""] * len(labels)
            where = {field: labels.index(label) for label, field in _REGISTER.items()}
            tests = _register_tests(groups, labels)
            if not tests:
                raise InputError(
                    f"{file}: is a Websiteregister in which nothing says which tests are of the "
                    "website and which of mail; keep the row with 'Websitetest Internet.nl'"
                )
            for kind, tested in sorted(tests.items(), reverse=True):  # web, mail
                cells = sheet.fields(number, where | tested)
                filled = (cells[list(tested)] != "").any(axis=1)
                cells = cells[filled].assign(type=kind, list="Websiteregister Rijksoverheid")
                if kind == "mail":
                    cells["domain"] = cells["domain"].str.replace(_WWW, r"\1", regex=True)
                yield Part("websiteregister", cells, sheet.name)
            return


def _register_tests(groups: list[str], labels: list[str]) -> dict[str, dict[str, int]]:
    """Return the position of the result and the day of each type."""
    found: dict[str, dict[str, int]] = {}
    for named in (True, False):
        at = 0
        for end, label in enumerate(labels):
            if label != "testdatum":
                continue
            group, at = labels[at : end + 1], end + 1
            if "ipv6" not in group:
                continue
            first = end + 1 - len(group) + group.index("ipv6")
            above = next(filter(_WORD.search, groups[first::-1]), "")
            for kind, marks in _KINDS.items():
                if any(mark in above for mark in marks[0]) if named else marks[1] in group:
                    found.setdefault(kind, {"ipv6": first, "measured_at": end})
        if found:
            break
    return found


def _batch(sheet: Sheet) -> Part | None:
    for number, labels in enumerate(sheet.headers):
        names = [_api_name(label) for label in labels]
        kind = _batch_type(names)
        where = _batch_fields(labels, names)
        if kind and "domain" in where:
            cells = sheet.fields(number, where).replace(_MISSING, "")
            if "status" in cells:  # a 0 of a domain that was not tested is no result
                tested = cells["status"].str.strip().isin(["", "ok"])
                for field in (*RESULTS[kind], "score"):
                    if field in cells:
                        cells[field] = cells[field].where(tested, "")
            flattened = any(_PATH.fullmatch(label) for label in labels)
            form = "internetnl-scan" if flattened else "batch-scripts"
            return Part(form, cells.assign(type=kind), sheet.name)
    return None


def _batch_fields(labels: list[str], names: list[str]) -> dict[str, int]:
    """Return the position of each field."""
    results = {*RESULTS["web"], *RESULTS["mail"], "mail_testable", "mail_configured"}
    found = {field: at for field, at in positions(names).items() if field in results}
    if _ADDRESS_VERDICT in labels:
        found["mail_view"] = labels.index(_ADDRESS_VERDICT)
    for field, known in _BATCH.items():
        if present := [label for label in known if label in labels]:
            found[field] = labels.index(present[0])
    return found


def _api_name(label: str) -> str:
    """Return the API's name of a test (its status), category (or verdict) or view in a label."""
    found = _PATH.fullmatch(label)
    if not found:
        return label
    group, name, value, custom = found.groups()
    return custom or (name if value == "status" or group == "categories" else label)


def _batch_type(names: list[str]) -> str:
    """Return ``web`` or ``mail`` by the IPv6 category or tests in a header; "" for neither."""
    kinds = [kind for kind in RESULTS if any(name.startswith(f"{kind}_ipv6") for name in names)]
    return kinds[0] if len(kinds) == 1 else type_of(positions(names))
