"""What does a report export of the Internet.nl dashboard hold? All its generations, one reader."""

import pandas as pd

from v6monitor.intake.columns import RESULTS, plain, positions, type_of
from v6monitor.intake.content import Content
from v6monitor.intake.part import Part
from v6monitor.intake.sheet import Sheet, top

_STATISTICS_ROWS = 9  # a spreadsheet export starts with them
_FIRST_SUBTEST_ROW = 4


def read(content: Content) -> list[Part] | None:
    """Read a dashboard export; the header may be on any of the first rows.

    ``Url`` is the key: ``Domain`` is only its middle label. None when no row is such a header.
    """
    parts = [part for sheet in content.sheets if (part := _sheet(sheet))]
    return parts or None


def _sheet(sheet: Sheet) -> Part | None:
    for number, labels in top(sheet):
        where = positions(labels)
        results = [field for field in RESULTS["web"] + RESULTS["mail"] if field in where]
        if {"list", "domain"} <= where.keys() and results:
            cells = sheet.cells.iloc[number + 1 :, list(where.values())].set_axis(
                list(where), axis=1
            )
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
    """Return since when the dashboard wrote exports of this form."""
    known = set(map(plain, labels))
    if "tags" not in known:
        return "dashboard-2023-06"
    if "subdomain" not in known:
        return "dashboard-2023-09"
    row = header_row - _STATISTICS_ROWS if header_row > _STATISTICS_ROWS else header_row
    return "dashboard-2024-03" if row >= _FIRST_SUBTEST_ROW else "dashboard-2023-12"
