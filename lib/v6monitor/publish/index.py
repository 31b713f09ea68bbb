"""Which months does the archive hold? Its index, ``index.json``, the only place that says so."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from v6monitor.errors import InputError

FILE = "index.json"
KEPT = ("period", "run_id", "publishable", "synthetic", "headline")


def months(reports: Path) -> list[dict[str, Any]]:
    """Return the months of the archive, the oldest first; none where there is no archive yet."""
    file = reports / FILE
    if not file.exists():
        return []
    try:
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["months"]
        return sorted(found, key=lambda month: str(month["period"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{file} is not an archive index ({error}); restore it, or move the folder away"
        ) from error


def previous(reports: Path, period: str) -> str | None:
    """Return the month reported before this one."""
    before = [str(month["period"]) for month in months(reports) if month["period"] < period]
    return before[-1] if before else None


def with_report(reports: Path, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the months with this report in place of an older one of its month."""
    new = {key: manifest[key] for key in KEPT}
    new["languages"] = manifest["parameters"]["languages"]
    others = [month for month in months(reports) if month["period"] != new["period"]]
    return sorted([*others, new], key=lambda month: str(month["period"]))
