"""How is a report withdrawn? Its pages then say why, its files are kept, the archive tells."""

import datetime as dt
import shutil
from pathlib import Path, PurePosixPath

from v6monitor.errors import UsageError
from v6monitor.language import Language
from v6monitor.report import archive, index, manifest, message, place
from v6monitor.report.exports import write_text
from v6monitor.report.index import Entry
from v6monitor.report.pages import Page, plain_page

KEPT = "_withdrawn"


def withdraw(out: Path, period: str, reason: str) -> tuple[Path, list[str]]:
    """Withdraw a report from the archive ``out``, for a reason that readers get to see.

    Every page of it now says when it was withdrawn and why, and so do its manifest, the archive's
    pages, index and feed. Returns the folder where it is kept as it was, and the months whose
    reports compare with it. UsageError when there is no such report, or no reason.
    """
    said = " ".join(reason.split())
    if not said or not said.isprintable():
        raise UsageError(f"--reason {reason!r}: tell in words why, for it is shown to readers")
    if not (out / index.FILE).is_file():
        raise UsageError(f"{out} is no archive: it has no {index.FILE}; name one with --out")
    with place.locked(out):
        month = _standing(out, period)
        act = {"at": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "reason": said}
        kept = out / KEPT / f"{period}-{month['run_id']}"
        _replace(out, month, act, kept)
        months = index.without_report(out, month, act)
        archive.write(out, months)
    return kept, [one["period"] for one in months if one["changes"]["previous"] == period]


def _standing(out: Path, period: str) -> Entry:
    standing = {one["period"]: one for one in index.months(out) if not one["withdrawn"]}
    if period not in standing:
        raise UsageError(
            f"{out} holds no report of {period!r} that stands; "
            f"those that do are of {', '.join(standing) or 'no month'}"
        )
    return standing[period]


def _replace(out: Path, month: Entry, act: dict[str, str], kept: Path) -> None:
    """Put pages that say why in the place of the report, after keeping it as it was."""
    report = out / str(month["period"])
    found = manifest.read(report / manifest.FILE)
    pages = sorted(name for name in found["outputs"] if name.endswith(".html"))
    with place.scratch(out, str(month["period"])) as scratch:
        if "withdrawn" not in found:  # it is, when an earlier attempt was ended half-way
            kept.parent.mkdir(exist_ok=True)
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(report, scratch.parent / kept.name).rename(kept)
        for name in pages:
            write_text(scratch / name, _page(name, month, act))
        found |= {
            "withdrawn": act,
            "outputs": manifest.hashes(scratch, map(scratch.joinpath, pages)),
        }
        manifest.write(found, scratch / manifest.FILE)
        place.swap(scratch, report)


def _page(file: str, month: Entry, act: dict[str, str]) -> str:
    languages = month["languages"]
    code = "en" if file.endswith(".en.html") or languages == ["en"] else "nl"
    language = Language(code)
    home = archive.file_name("index", code, languages)
    up = "../" * file.count("/")  # a letter stands in a folder below
    name = PurePosixPath(file).name
    page = Page(
        file,
        language,
        language.text("This report was withdrawn"),
        str(month["period"]),
        twin=archive.twin(name.partition(".")[0], code, languages),
        home=f"{up}{home}",
    )
    reason = message.withdrawn(act, language)
    return plain_page("withdrawn", page, reason=reason, up=up, archive=f"{up}../{home}")
