"""Measured states from raw files, read without the library: the other side of the comparison.

Nothing here imports v6monitor or pandas, so that a fault there cannot repeat itself here. The
rules are those of METHOD.md: absence is not failure, what cannot be read is unknown, and the
newest measurement of a month counts.
"""

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import idna

WORDS = {
    **dict.fromkeys(("passed", "true", "1", "1.0", "ja", "yes", "good", "waar"), "yes"),
    **dict.fromkeys(("failed", "false", "0", "0.0", "nee", "no", "bad", "onwaar"), "no"),
    **dict.fromkeys(("no_mx", "null_mx", "not_applicable"), "not_applicable"),
}
LABELS = {
    "category": ("modern address (ipv6)", "modern adres (ipv6)"),
    "ns": ("ipv6 addresses for name servers", "ipv6-adressen voor nameservers"),
    "web": ("ipv6 addresses for web server", "ipv6-adressen voor webserver"),
    "mail": ("ipv6 addresses for mail server(s)", "ipv6-adressen voor mailserver(s)"),
    "view": ("ipv6 mailserver",),
}
"""How dashboard exports name the results, in lower case."""

SECTORS = {
    "rijk": "rijk",
    "provincie": "provincie",
    "gemeente": "gemeente",
    "waterschap": "waterschap",
    "uitvoering": "uitvoeringsorganisatie",
    "overig": "overig",
}
"""The sector that the name of a list or a file stands for, by how it begins."""


class Row(NamedTuple):
    """One measured domain, with the state of each measure that the source has."""

    day: str
    domain: str
    kind: str
    sector: str
    states: dict[str, str]
    source: str


def rows(path: Path) -> Iterator[Row]:
    """Yield the measured rows of a raw file."""
    if path.suffix == ".json":
        yield from _api(path)
    elif path.suffix == ".ods":
        yield from _register(path)
    elif path.name.startswith("panel"):
        yield from _panel(path)
    else:
        yield from _dashboard(path)


def measured(paths: list[Path], sectors: dict[tuple[str, ...], str]) -> dict[str, dict]:
    """Return the newest rows of each month: period → (kind, domain) → Row.

    ``sectors`` gives the sector of a (domain, kind) that a register names.
    """
    months: dict[str, dict[tuple[str, str], Row]] = {}
    for path in sorted(paths):
        for row in filter(_named, rows(path)):
            month = months.setdefault(row.day[:7], {})
            kept = month.get((row.kind, row.domain))
            if kept is None or row.day > kept.day:
                sector = row.sector or sectors.get(
                    (row.domain, row.kind), "overig" if sectors else ""
                )
                month[row.kind, row.domain] = row._replace(sector=sector)
    return months


def states(month: dict[tuple[str, str], Row]) -> dict[str, dict[str, tuple[str, str]]]:
    """Return measure → domain → (state, sector) of the rows of one month.

    The name servers of a domain measured twice, as a website and as a mail domain, are one: known
    goes before unknown, and a yes against a no is unknown. A category counts only where no row
    of the month and kind has anything finer.
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for (kind, domain), row in month.items():
        for measure, state in row.states.items():
            name = {"address": kind, "category": f"{kind}_category"}.get(measure, measure)
            held = found.setdefault(name, {}).get(domain, (state, ""))[0]
            both = {held, state} & {"yes", "no"}
            merged = "unknown" if len(both) == 2 else (both or {"unknown"}).pop()
            if held == state:
                merged = state
            found[name][domain] = merged, row.sector
    return found


def sector_of(name: str) -> str:
    """Return the sector that a list or file is named for, or an empty text."""
    words = re.findall("[a-z]+", name.lower())
    starts = (
        (word, sector)
        for word in words
        for start, sector in SECTORS.items()
        if word.startswith(start)
    )
    return next((sector for _, sector in starts), "")


def a_label(name: str) -> str:
    """Return a cell with a domain, address or URL as a lower-case A-label."""
    host = re.sub(r"^[a-z]+://|[/?#].*$|:\d+$", "", name.strip().lower()).rstrip(".")
    host = host.rpartition("@")[2]
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _named(row: Row) -> bool:
    """Return whether a row is about a host name: no placeholder, no label that IDNA refuses."""
    labels = row.domain.split(".")
    try:
        idna.decode(row.domain)
    except (idna.IDNAError, UnicodeError):
        if "xn--" in row.domain:
            return False
    letters = all(re.fullmatch(r"(?!-)[a-z0-9-]{1,63}(?<!-)", label) for label in labels)
    return letters and len(labels) > 1 and len(labels[-1]) > 1


def _state(word: object) -> str:
    return WORDS.get(str(word).strip().lower(), "unknown")


def _applicable(results: dict[str, str], kind: str) -> dict[str, str]:
    """Return the states with a mail category that passes without addresses as "no MX".

    Nothing else can mean that: absence is not failure.
    """
    if kind == "mail" and results.get("category") == "yes" and results.get("address") == "no":
        results["address"] = "not_applicable"
    return results


def _api(path: Path) -> Iterator[Row]:
    content = json.loads(path.read_text("utf-8"))
    if "data" in content:
        yield from _first_api(content["data"], path.name)
        return
    request = content.get("request", {})
    day = request.get("finished_date", "")[:10] or _day(path.name)
    for name, entry in content.get("domains", content).items():
        results = entry.get("results", {})
        tests = results.get("tests", {})
        kind = "mail" if any(test.startswith("mail_") for test in tests) else "web"
        server = "mail_ipv6_mx_address" if kind == "mail" else "web_ipv6_ws_address"
        found = {
            "address": _state(tests.get(server, {}).get("status")),
            "ns": _state(tests.get(f"{kind}_ipv6_ns_address", {}).get("status")),
            "category": _state(results.get("categories", {}).get(f"{kind}_ipv6", {}).get("status")),
        }
        mail = results.get("custom", {}).get("mail_servers_testable_status", "")
        if kind == "mail" and mail == "no_mx":
            found["address"] = "not_applicable"
        yield Row(day, a_label(name), kind, sector_of(path.stem), found, path.name)


def _first_api(data: dict, file: str) -> Iterator[Row]:
    day = (data.get("finished-date") or data["submission-date"])[:10]
    for entry in data["domains"]:
        views = {view["name"]: view["result"] for view in entry.get("views", ())}
        kind = "mail" if any(name.startswith("mail_") for name in views) else "web"
        server = "mail_ipv6_mx_address" if kind == "mail" else "web_ipv6_ws_address"
        category = {one["category"]: one["passed"] for one in entry.get("categories", ())}
        passed = category.get("ipv6", category.get(f"{kind}_ipv6"))
        found = {
            "address": _state(views.get(server)),
            "ns": _state(views.get(f"{kind}_ipv6_ns_address")),
            "category": _state(passed),
        }
        sector = sector_of(data.get("name", "")) or sector_of(file)
        yield Row(day, a_label(entry["domain"]), kind, sector, _applicable(found, kind), file)


def _dashboard(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    at = next(number for number, line in enumerate(lines) if "Url" in line)
    header = [label.strip().lower() for label in lines[at]]
    above = [label.strip().lower() for line in lines[:at] for label in line]
    where = {
        name: next((header.index(label) for label in labels if label in header), None)
        for name, labels in LABELS.items()
    }
    kind = "mail" if where["mail"] is not None else "web"
    if where["category"] is None:  # the category is the column that its own label stands above
        label = next(text for text in LABELS["category"] if text in above)
        row = next(line for line in lines[:at] if label in [c.strip().lower() for c in line])
        where["category"] = [cell.strip().lower() for cell in row].index(label)
    url, listed = header.index("url"), header.index("list")
    cells = [line for line in lines[at + 1 :] if len(line) > url and line[url].strip()]
    for line in cells:

        def cell(name: str, line: list[str] = line) -> str:
            column = where[name]
            return line[column] if column is not None and column < len(line) else ""

        found = {
            "address": _state(cell(kind)),
            "ns": _state(cell("ns")),
            "category": _state(cell("category")),
        }
        if cell("view").strip().lower() in ("no_mx", "null_mx") or (
            kind == "mail" and cell(kind) in ("not_tested", "good_not_tested", "info")
        ):
            found["address"] = "not_applicable"
        sector = sector_of(line[listed])
        found = _applicable(found, kind)
        yield Row(_day(path.name), a_label(line[url]), kind, sector, found, path.name)


def _panel(path: Path) -> Iterator[Row]:
    """Yield the federal panel; the kind is in the file's name, and empty results are unknown."""
    kind = "mail" if "mail" in path.name else "web"
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            found = {"address": _state(line["ipv6"])}
            yield Row(line["snapshot"], a_label(line["target_url"]), kind, "", found, path.name)


def _register(path: Path) -> Iterator[Row]:
    """Yield the categories of the Websiteregister by the labels of its groups."""
    lines = list(_ods(path))
    header = next(number for number, line in enumerate(lines) if "URL" in line)
    groups, labels = lines[header - 1], lines[header]
    for line in lines[header + 1 :]:
        if not line or not line[0].strip():
            continue
        kind = ""
        found: dict[str, dict[str, str]] = {"web": {}, "mail": {}}
        for at, label in enumerate(labels):
            group = groups[at].lower() if at < len(groups) else ""
            kind = "web" if "websitetest" in group else "mail" if "mailtest" in group else kind
            if kind and at < len(line) and label in ("IPv6", "Testdatum"):
                found[kind][label] = line[at].strip()
        for name, cells in found.items():
            day = "-".join(reversed(cells.get("Testdatum", "").split("-")))
            if cells.get("IPv6") and re.fullmatch(r"\d{4}-\d\d-\d\d", day):
                state = {"category": _state(cells["IPv6"])}
                sector = sector_of(line[labels.index("Organisatietype")])
                host = a_label(line[0])
                host = host.removeprefix("www.") if name == "mail" else host
                yield Row(day, host, name, sector, state, path.name)


def _ods(path: Path) -> Iterator[list[str]]:
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    with zipfile.ZipFile(path) as content:
        root = ElementTree.fromstring(content.read("content.xml"))  # noqa: S314 (our own file)
    for line in root.iter(f"{table}table-row"):
        cells: list[str] = []
        for cell in line.iter(f"{table}table-cell"):
            often = min(int(cell.get(f"{table}number-columns-repeated", "1")), 100)
            cells += ["".join(cell.itertext())] * often
        yield cells


def _day(name: str) -> str:
    found = re.search(r"\d{4}-\d\d-\d\d", name)
    return found.group() if found else ""
