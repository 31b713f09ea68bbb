"""What does the archive show? Its page of all months, in each language."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from v6monitor.language import CODES, Language
from v6monitor.publish import index
from v6monitor.publish.exports import write_text
from v6monitor.publish.pages import Notice, Page, plain_page

MEASURES = ("web", "mail", "dns")


def add(reports: Path, manifest: dict[str, Any]) -> None:
    """Put a report in the archive: in its pages, and at last in its index."""
    months = index.with_report(reports, manifest)
    languages = [code for code in CODES if any(code in month["languages"] for month in months)]
    for code in languages:
        language = Language(code)
        file = file_name("index", code, languages)
        page = Page(
            file,
            language,
            language.text("IPv6 at government domains: all reports"),
            twin=twin("index", code, languages),
            home=file,
            notices=synthetic_notice(language) if all(m["synthetic"] for m in months) else (),
        )
        _replace(reports / file, plain_page("archive", page, rows=_rows(months, language)))
    text = json.dumps({"months": months}, indent=1, ensure_ascii=False) + "\n"
    _replace(reports / index.FILE, text)


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
    months: Sequence[dict[str, Any]], language: Language
) -> list[tuple[str, str, str, list[str]]]:
    """Return per month, the newest first: its page, its name, marks, its measured shares."""
    rows = []
    for month in reversed(months):
        measured = {
            one["measure"]: one for one in month["headline"] if one["source"] == "measurement"
        }
        marks = [] if month["publishable"] else [language.text("not fit to publish")]
        marks += [language.text("synthetic")] if month["synthetic"] else []
        own = language.code if language.code in month["languages"] else month["languages"][0]
        file = f"{month['period']}/{file_name('index', own, month['languages'])}"
        shares = [_share(measured.get(measure), language) for measure in MEASURES]
        rows.append((file, language.month(month["period"]), ", ".join(marks), shares))
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
