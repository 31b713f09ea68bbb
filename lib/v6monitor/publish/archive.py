"""Which months were reported? The archive's index, its pages, and the page of each month."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from v6monitor.errors import InputError
from v6monitor.language import Language
from v6monitor.publish.exports import write_text
from v6monitor.publish.pages import Notice, Page, plain_page

INDEX = "index.json"
MEASURES = ("web", "mail", "dns")


def entries(reports: Path) -> list[dict[str, Any]]:
    """Return the months of the archive, the oldest first; none where there is no archive yet."""
    file = reports / INDEX
    if not file.exists():
        return []
    try:
        months = json.loads(file.read_text(encoding="utf-8"))["months"]
        return sorted(months, key=_by_period)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{file} is not an archive index ({error}); restore it, or move the folder away"
        ) from error


def previous(reports: Path, period: str) -> str | None:
    """Return the month reported before this one, by the archive's index."""
    before = [str(month["period"]) for month in entries(reports) if month["period"] < period]
    return before[-1] if before else None


def add(reports: Path, manifest: dict[str, Any], languages: Sequence[str]) -> None:
    """Put a report in the archive's index in place of an older one of its month."""
    kept = [month for month in entries(reports) if month["period"] != manifest["period"]]
    new = {key: manifest[key] for key in ("period", "run_id", "publishable", "synthetic")}
    months = sorted([*kept, {**new, "headline": manifest["headline"]}], key=_by_period)
    _replace(reports / INDEX, json.dumps({"months": months}, indent=1, ensure_ascii=False) + "\n")
    for code in languages:
        language = Language(code)
        file = file_name("index", code, languages)
        page = Page(
            file,
            language,
            language.text("IPv6 at government domains: all reports"),
            twin=twin("index", code, languages),
            home=file,
            notices=synthetic_notice(language) if manifest["synthetic"] else (),
        )
        _replace(reports / file, plain_page("archive", page, rows=_rows(months, file, language)))


def file_name(name: str, code: str, languages: Sequence[str]) -> str:
    """Return a page's file: ``name.html``; of two languages the English one is ``name.en.html``."""
    return f"{name}.en.html" if code == "en" and len(languages) > 1 else f"{name}.html"


def twin(name: str, code: str, languages: Sequence[str]) -> str:
    """Return the file of the same page in the other language; empty when there is none."""
    others = [other for other in languages if other != code]
    return file_name(name, others[0], languages) if others else ""


def synthetic_notice(language: Language) -> list[Notice]:
    """Return the banner of example data."""
    return [
        Notice(
            language.text("Synthetic example data."),
            language.text("These organisations, domains and numbers are made up."),
        )
    ]


def _rows(
    months: Sequence[dict[str, Any]], file: str, language: Language
) -> list[tuple[str, str, list[str]]]:
    """Return per month, the newest first: its page, its name and its measured shares in words."""
    rows = []
    for month in reversed(months):
        measured = {
            one["measure"]: one for one in month["headline"] if one["source"] == "measurement"
        }
        shares = [_share(measured.get(measure), language) for measure in MEASURES]
        rows.append((f"{month['period']}/{file}", language.month(month["period"]), shares))
    return rows


def _share(counts: dict[str, Any] | None, language: Language) -> str:
    if counts is None or counts["adoption"] is None:
        return language.percent(float("nan"))
    return language.text(
        "{share} ({yes} of {known})",
        share=language.percent(counts["adoption"]),
        yes=language.number(counts["yes"]),
        known=language.number(counts["yes"] + counts["no"]),
    )


def _replace(file: Path, text: str) -> None:
    scratch = file.with_name(f".{file.name}.new")
    write_text(scratch, text)
    scratch.replace(file)


def _by_period(month: dict[str, Any]) -> str:
    return str(month["period"])
