"""Which months does the archive hold? Its index, ``index.json``, the only place that says so."""

import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from v6monitor.errors import InputError

FILE = "index.json"
OBSERVATIONS = "observations.parquet"
"""The lookups that a report was made from."""
KEPT = ("period", "run_id", "publishable", "synthetic", "headline", "changes")
_KEYS = (*KEPT, "languages", "withdrawn", "corrects")

Entry = dict[str, Any]
"""A month: the ``KEPT`` facts of its manifest, ``languages``, and, None without: ``withdrawn``
(``at`` when and for what ``reason``) and ``corrects`` (that of the report whose place it took)."""


def months(reports: Path) -> list[Entry]:
    """Return the months of the archive, the oldest first; none where there is no archive yet."""
    file = reports / FILE
    if not file.exists():
        return []
    try:
        found: list[Entry] = json.loads(file.read_text(encoding="utf-8"))["months"]
        whole = [{key: month[key] for key in _KEYS} for month in found]
        return sorted(whole, key=lambda month: str(month["period"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{file} is not an archive index ({error}); restore it, or move the folder away"
        ) from error


def entry(reports: Path, period: str) -> Entry | None:
    """Return the month with this period; None when the archive does not hold it."""
    return next((month for month in months(reports) if month["period"] == period), None)


def previous(reports: Path, period: str) -> Entry | None:
    """Return the month reported before this one and not withdrawn since."""
    standing = [month for month in months(reports) if not month["withdrawn"]]
    return next((month for month in reversed(standing) if month["period"] < period), None)


def tables(reports: Path, period: str) -> Path:
    """Return where a month's report keeps its tables, ``OBSERVATIONS`` among them."""
    return reports / period / "tables"


def with_report(reports: Path, manifest: Mapping[str, Any]) -> list[Entry]:
    """Return the months with this report in place of an older one of its month."""
    old = entry(reports, manifest["period"])
    new = {key: manifest[key] for key in KEPT}
    new |= {"languages": manifest["parameters"]["languages"], "withdrawn": None}
    new["corrects"] = (old["withdrawn"] or old["corrects"]) if old else None
    return _replaced(reports, new)


def without_report(reports: Path, month: Entry, withdrawn: Mapping[str, str]) -> list[Entry]:
    """Return the months with this one withdrawn: it stays listed, with when and why."""
    return _replaced(reports, month | {"withdrawn": dict(withdrawn)})


def text(reports: Path, entries: Sequence[Entry]) -> str:
    """Return the content of the index with these months."""
    content = {"id": identity(reports, entries), "months": list(entries)}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def identity(reports: Path, entries: Sequence[Entry]) -> str:
    """Return the name of the archive, a UUID that follows from the first report put in it."""
    file = reports / FILE
    held = json.loads(file.read_text(encoding="utf-8")).get("id") if file.exists() else None
    return str(held or uuid.uuid5(uuid.NAMESPACE_OID, str(entries[0]["run_id"])))


def _replaced(reports: Path, new: Entry) -> list[Entry]:
    others = [month for month in months(reports) if month["period"] != new["period"]]
    return sorted([*others, new], key=lambda month: str(month["period"]))
