"""``v6monitor report``: make the report of a month and put it in the archive."""

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from v6monitor.errors import CoverageError, NotebookError
from v6monitor.language import CODES
from v6monitor.report import check, make_reports
from v6monitor.report.request import WITHIN_DAYS, requested


def report_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the month, the files, the resolvers, the languages and the archive."""
    parser.add_argument(
        "--period",
        metavar="YYYY-MM",
        default="",
        help="default: the newest month; all: every month measured, those there from their lookups",
    )
    parser.add_argument(
        "--measurements",
        metavar="PATH",
        nargs="+",
        action="extend",
        default=[],
        help="measurement files, folders or patterns; default: the synthetic example data",
    )
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument(
        "--resolver",
        metavar="R",
        nargs="+",
        action="extend",
        default=[],
        help="resolvers to ask; default: the system's, and the embedded one for example data",
    )
    asked.add_argument(
        "--replay", metavar="OBSERVATIONS", type=Path, help="use this log and ask nothing"
    )
    parser.add_argument(
        "--lookups-within",
        metavar="DAYS",
        type=_days,
        default=WITHIN_DAYS,
        help=f"of the measurement, to belong to a month (default: {WITHIN_DAYS}); "
        "other months are made without lookups",
    )
    parser.add_argument(
        "--no-vantage", action="store_true", help="do not test the resolvers; every page says so"
    )
    parser.add_argument("--lang", choices=[*CODES, "both"], default="both")
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="the archive; default: reports, reports/example for the example",
    )
    parser.add_argument(
        "--notebook", metavar="NAME", nargs="+", action="extend", default=[], help="only these"
    )
    parser.add_argument(
        "--sector",
        metavar="S",
        nargs="+",
        action="extend",
        default=[],
        help="only these; the report goes to a folder of theirs in the archive",
    )
    parser.add_argument(
        "--organisation",
        metavar="NAME",
        nargs="+",
        action="extend",
        default=[],
        help="make the pages of these organisations only; without it each has one",
    )
    parser.add_argument("--pdf", action="store_true", help="print the pages to PDF too (Chromium)")
    parser.add_argument(
        "--force",
        action="store_true",
        help="also when there is nothing new, or the report there has more pages",
    )


def report(options: argparse.Namespace) -> int:
    """Make the reports that are missing or were made from other inputs; print their pages."""
    request = requested(
        options.measurements,
        out=options.out,
        replay=options.replay,
        period=options.period,
        resolvers=tuple(options.resolver),
        lookups_within=options.lookups_within,
        vantage=not options.no_vantage,
        languages=CODES if options.lang == "both" else (options.lang,),
        notebooks=tuple(options.notebook),
        sectors=tuple(options.sector),
        organisations=tuple(options.organisation),
        pdf=options.pdf,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # tidy up as after Ctrl-C
    codes = [0]
    for made, is_new in make_reports(request, force=options.force, progress=_progress):
        codes.append(_result(made, request.archive, is_new=is_new))
    return max(codes)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number of days")
    return int(text)


def _progress(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def _result(made: dict[str, Any], out: Path, *, is_new: bool) -> int:
    """Print the pages of a report and what is wrong with it; return the exit code."""
    if "withdrawn" in made and not is_new:
        print(
            f"nothing to do: the report of {made['period']} was withdrawn, and the same inputs "
            "would make the same one (--force publishes it again)"
        )
        return 0
    if not is_new:
        print("nothing to do: this report was made from the same inputs (--force makes it anew)")
    folder = out / str(made["period"])
    for page in sorted(made["outputs"]):
        if page.endswith(".html") and "/" not in page:  # the letters have a page that lists them
            print(folder / page)
    for one in made["notebooks"]:
        if one["status"] == "failed":
            print(f"v6monitor: {one['name']} failed: {one['error']}", file=sys.stderr)
    try:
        check(made, out)
    except (CoverageError, NotebookError) as error:
        print(f"v6monitor: {error}", file=sys.stderr)
        return error.exit_code
    return 0
