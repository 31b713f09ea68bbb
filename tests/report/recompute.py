"""Published figures of an archive against the raw files: headline, sectors, changes, laggards.

    python tests/report/recompute.py ARCHIVE RAW_FILE… [--register REGISTER.csv]

Exits 1 with a line per figure that differs. Nothing here imports the library.
"""

import argparse
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import raw_files

EXCHANGE = re.compile(
    r"(^|\.)(mail\.protection\.outlook\.com|[a-z0-9]+-v[0-9]+\.mx\.microsoft|mail\.eo\.outlook\.com"
    r"|mail\.protection\.outlook\.de|mail\.protection\.office365\.us"
    r"|mail\.protection\.partner\.outlook\.cn)$"
)
UNUSABLE = re.compile(r"^(::|64:ff9b:|100:|2001:db8:|2001:0?:|2002:|3fff:|f[cdef]|fe[89abcdef])")
MEASURES = {"dns": "ns"}
"""Measures that the report names otherwise than the raw states do."""

Named = dict[tuple[str, ...], str]
Months = dict[str, dict[str, dict[str, tuple[str, str]]]]


def differences(archive: Path, files: list[Path], sectors: Named, renames: Named) -> Iterator[str]:
    """Yield a line for every published figure that the raw files do not give."""
    measured = raw_files.measured(files, sectors)
    months = {period: raw_files.states(rows) for period, rows in measured.items()}
    published = sorted(path.parent for path in archive.rglob("results.json"))
    if not published:
        yield f"{archive} has no report"
    for folder in published:
        results = json.loads((folder / "results.json").read_text("utf-8"))
        found = [
            *_headline(results, months),
            *_sectors(results, months),
            *_changes(results, months, renames),
            *_laggards(folder, results["period"], months),
        ]
        yield from (f"{results['period']}: {line}" for line in found)


def _headline(results: dict, months: Months) -> Iterator[str]:
    for entry in results["shares"]:
        if entry["source"] == "measurement":
            states = _states(months, results["period"], entry["measure"])
            counted = Counter(state for state, _ in states.values())
            yield from _counts(entry, counted, entry["measure"])


def _sectors(results: dict, months: Months) -> Iterator[str]:
    for entry in results["shares_by_sector"]:
        if entry["source"] == "measurement" and entry["sector"]:
            states = _states(months, results["period"], entry["measure"])
            counted = Counter(s for s, sector in states.values() if sector == entry["sector"])
            yield from _counts(entry, counted, f"{entry['measure']} of {entry['sector']}")


def _counts(entry: dict, counted: Counter, name: str) -> Iterator[str]:
    for state in ("yes", "no", "unknown", "not_applicable"):
        if entry[state] != counted[state]:
            yield f"{name}: {entry[state]} {state} published, {counted[state]} in the raw files"
    known = counted["yes"] + counted["no"]
    applicable = known + counted["unknown"]
    share = counted["yes"] / known if known and applicable >= 5 else None
    if not _near(entry["adoption"], share):
        yield f"{name}: share {entry['adoption']} published, {share} by the raw files"


def _changes(results: dict, months: Months, renames: Named) -> Iterator[str]:
    for entry in results["changes"]:
        measure = entry["measure"]
        earlier = entry.get("earlier", results["earlier"])
        before = _states(months, earlier, measure)
        before = {renames.get((name,), name): held for name, held in before.items()}
        after = _states(months, results["period"], measure)
        moves = Counter((before[name][0], after[name][0]) for name in before.keys() & after.keys())
        known = ("yes", "no")
        panel = sum(moves[one, other] for one in known for other in known)
        lost = sum(entry[name] for name in entry if name.startswith("loss_"))
        for name, told, counted in (
            ("panel", entry["panel"], panel),
            ("gains", entry["gain"], moves["no", "yes"]),
            ("losses", lost, moves["yes", "no"]),
            ("joined", entry["joined"], len(after.keys() - before.keys())),
            ("left", entry["left"], len(before.keys() - after.keys())),
        ):
            if told != counted:
                yield f"changes of {measure}: {told} {name} published, {counted} in the raw files"
        for part, points in _decomposed(before, after).items():
            if not _near(entry["points"][part], points):
                yield f"changes of {measure}: {part} {entry['points'][part]} published, {points}"


def _decomposed(before: dict, after: dict) -> dict[str, float | None]:
    """Return the parts of the change of the share in percentage points (METHOD.md, Change)."""
    old = {name: state == "yes" for name, (state, _) in before.items() if state in ("yes", "no")}
    new = {name: state == "yes" for name, (state, _) in after.items() if state in ("yes", "no")}
    both = old.keys() & new.keys()

    def share(known: dict[str, bool], names: set[str]) -> float:
        return sum(known[name] for name in names) / len(names) if names else 0.0

    if not old or not new or not both:
        return {}
    stay0, stay1 = share(old, both), share(new, both)
    joined, left = new.keys() - both, old.keys() - both
    parts = {
        "within": stay1 - stay0,
        "entrants": len(joined) / len(new) * (share(new, joined) - stay1),
        "leavers": len(left) / len(old) * (stay0 - share(old, left)),
    }
    return {name: 100 * points for name, points in parts.items()} | {
        "total": 100 * (share(new, set(new)) - share(old, set(old)))
    }


def _laggards(folder: Path, period: str, months: Months) -> Iterator[str]:
    """Yield what differs between the laggard list and the definition, applied to the log."""
    log, listed = folder / "tables" / "observations.parquet", folder / "tables" / "laggards.csv"
    if not (log.exists() and listed.exists()):
        return
    asked = {
        (row["qname"], row["qtype"]): row
        for row in pyarrow.parquet.read_table(
            log, columns=["qname", "qtype", "outcome", "answers", "chain"]
        ).to_pylist()
    }
    domains = _states(months, period, "mail") or _states(months, period, "mail_category")
    expected = {name for name in domains if _lags(name, asked)}
    with listed.open(encoding="utf-8-sig", newline="") as file:
        groups = {row["domain"]: row["group"] for row in csv.DictReader(file)}
    named = {name for name, group in groups.items() if group == "exchange_online"}
    for name in sorted(expected - groups.keys()):
        yield f"{name} is an Exchange Online laggard by its log, and not listed"
    for name in sorted(named - expected):
        yield f"{name} is listed, and no Exchange Online laggard by its log"


def _lags(domain: str, asked: dict) -> bool:
    mx = asked.get((domain, "MX"))
    if mx is None or mx["outcome"] != "ok":
        return False
    hosts = [(int(answer.split()[0]), answer.split()[1].lower()) for answer in mx["answers"]]
    hosts = [(order, host) for order, host in hosts if ".invalid" not in f"{host}." and host != "."]
    exchange = [(order, host) for order, host in hosts if _exchange(host, asked)]
    if not exchange or min(exchange)[0] > min(hosts)[0]:
        return False
    return any(
        asked.get((host, "A"), {}).get("outcome") == "ok" and _without(asked.get((host, "AAAA")))
        for _, host in exchange
    )


def _exchange(host: str, asked: dict) -> bool:
    row = asked.get((host, "A"), {})
    return any(EXCHANGE.search(name) for name in (host, *(row.get("chain") or ())))


def _without(row: dict | None) -> bool:
    """Return whether an AAAA lookup is a definite no."""
    if row is None:
        return False
    if row["outcome"] == "ok":
        return all(UNUSABLE.match(address.lower()) for address in row["answers"])
    return row["outcome"] in ("nodata", "nxdomain")


def _states(months: Months, period: str | None, measure: str) -> dict[str, tuple[str, str]]:
    return months.get(period or "", {}).get(MEASURES.get(measure, measure), {})


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one == other
    return abs(one - other) < 1e-6


def columns(path: Path | None, keys: tuple[str, ...], value: str) -> Named:
    """Return a column of a CSV file by others; empty without a file."""
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {tuple(row[key] for key in keys): row[value] for row in csv.DictReader(file)}


def main() -> int:
    """Print the differences; return 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("files", type=Path, nargs="+", metavar="RAW_FILE")
    parser.add_argument("--register", type=Path, help="CSV with the columns domain and sector")
    parser.add_argument("--renames", type=Path, help="CSV with the columns old and new")
    given = parser.parse_args()
    sectors = columns(given.register, ("domain", "type"), "sector")
    renames = columns(given.renames, ("old",), "new")
    found = list(differences(given.archive, given.files, sectors, renames))
    sys.stdout.writelines(f"{line}\n" for line in found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
