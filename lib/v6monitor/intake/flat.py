"""What does a table of batch results hold, with the API's own names as labels? Two kinds.

internetnl-scan writes flattened paths: ``tests_web_ipv6_ns_address_status``,
``categories_web_ipv6_verdict``. poorting's scripts write ``submit_date…, domain, …, md_<what a list
said>, …, web_ipv6, …`` with 1 for passed and 0 for everything else, also for a domain of which the
test failed.
"""

import re

from v6monitor.intake.columns import RESULTS, plain, positions, type_of
from v6monitor.intake.content import Content
from v6monitor.intake.part import Part
from v6monitor.intake.sheet import Sheet, top

_PATH = re.compile(r"(?:results_)?(?:(tests|categories)_(.+?)_(status|verdict)|custom_(.+))")
_ADDRESS_VERDICT = "tests_mail_ipv6_mx_address_verdict"
_OWN = {
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
"""What these tables call the other fields, the label to believe first in front."""

_NOBODY_KNOWS = "<unknown>"


def read(content: Content) -> list[Part] | None:
    """Read such a table; None when no row is a header with a domain and a test of the API."""
    parts = [part for sheet in content.sheets if (part := _sheet(sheet))]
    return parts or None


def _sheet(sheet: Sheet) -> Part | None:
    for number, header in top(sheet):
        labels = [plain(label) for label in header]
        names = [_api_name(label) for label in labels]
        kind = _kind(names)
        where = _fields(labels, names)
        if kind and "domain" in where:
            cells = sheet.cells.iloc[number + 1 :, list(where.values())]
            cells = cells.set_axis(list(where), axis=1).replace(_NOBODY_KNOWS, "")
            if "status" in cells:  # a 0 of a domain that was not tested is no result
                tested = cells["status"].str.strip().isin(["", "ok"])
                told = [*RESULTS[kind], "score"]
                for field in (field for field in told if field in cells):
                    cells[field] = cells[field].where(tested, "")
            flattened = any(_PATH.fullmatch(label) for label in labels)
            form = "internetnl-scan" if flattened else "batch-scripts"
            return Part(form, cells.assign(type=kind), sheet.name)
    return None


def _fields(labels: list[str], names: list[str]) -> dict[str, int]:
    """Return where each field stands."""
    told = {*RESULTS["web"], *RESULTS["mail"], "mail_testable", "mail_configured"}
    found = {field: at for field, at in positions(names).items() if field in told}
    if _ADDRESS_VERDICT in labels:
        found["mail_view"] = labels.index(_ADDRESS_VERDICT)
    for field, known in _OWN.items():
        there = [label for label in known if label in labels]
        if there:
            found[field] = labels.index(there[0])
    return found


def _api_name(label: str) -> str:
    """Return the API's name of the test, category or view that a label is about.

    A test has its status as result; of its verdict only a category is told.
    """
    found = _PATH.fullmatch(label)
    if not found:
        return label
    group, name, told, custom = found.groups()
    return custom or (name if told == "status" or group == "categories" else label)


def _kind(names: list[str]) -> str:
    """Return ``web`` or ``mail`` by the IPv6 category or tests that are there; "" for neither."""
    kinds = [kind for kind in RESULTS if any(name.startswith(f"{kind}_ipv6") for name in names)]
    return kinds[0] if len(kinds) == 1 else type_of(positions(names))
