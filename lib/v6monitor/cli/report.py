"""``v6monitor report``: make the report of a month and put it in the archive."""

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from v6monitor import workspace
from v6monitor.errors import CoverageError, NotebookError
from v6monitor.language import CODES
from v6monitor.report import manifest
from v6monitor.report.request import Request


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
        "--no-vantage", action="store_true", help="do not test the resolvers; every page says so"
    )
    parser.add_argument("--lang", choices=[*CODES, "both"], default="both")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=workspace.reports(), help="the archive"
    )
    parser.add_argument(
        "--notebook", metavar="NAME", nargs="+", action="extend", default=[], help="only these"
    )
    parser.add_argument(
        "--sector", metavar="S", nargs="+", action="extend", default=[], help="only these"
    )
    parser.add_argument(
        "--organisation",
        metavar="NAME",
        nargs="+",
        action="extend",
        default=[],
        help="make a factsheet of these too; each sector has one",
    )
    parser.add_argument("--pdf", action="store_true", help="print the pages to PDF too (Chromium)")
    parser.add_argument("--force", action="store_true", help="also when there is nothing new")


def report(options: argparse.Namespace) -> int:
    """Make the reports that are missing or were made from other inputs; print their pages."""
    request = Request(
        out=_absolute(options.out),
        period=options.period,
        measurements=tuple(map(_absolute, options.measurements)),
        resolvers=tuple(options.resolver),
        vantage=not options.no_vantage,
        replay=_absolute(options.replay) if options.replay else None,
        languages=CODES if options.lang == "both" else (options.lang,),
        notebooks=tuple(options.notebook),
        sectors=tuple(options.sector),
        organisations=tuple(options.organisation),
        pdf=options.pdf,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # tidy up as after Ctrl-C
    if options.period == "all":
        from v6monitor.report import series  # noqa: PLC0415

        codes = [_reported(one, options.force) for one in series.requests(request)]
        return max(codes, default=0)
    return _reported(request, options.force)


def _reported(request: Request, force: bool) -> int:
    made = None if force else manifest.find(request.out, request.identity)
    if made and "withdrawn" in made:
        print(
            f"nothing to do: the report of {made['period']} was withdrawn, and the same inputs "
            "would make the same one (--force publishes it again)"
        )
        return 0
    if made is None or made["status"] == NotebookError.exit_code:
        from v6monitor.report import runner  # noqa: PLC0415

        made = runner.make(request, _progress)
    else:
        print("nothing to do: this report was made from the same inputs (--force makes it anew)")
    try:
        return _result(made, request.out)
    except (CoverageError, NotebookError) as error:
        print(f"v6monitor: {error}", file=sys.stderr)
        return error.exit_code


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()


def _progress(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def _result(made: dict[str, Any], out: Path) -> int:
    folder = out / str(made["period"])
    for page in sorted(made["outputs"]):
        if page.endswith(".html") and "/" not in page:  # the letters have a page that lists them
            print(folder / page)
    failed = [one for one in made["notebooks"] if one["status"] == "failed"]
    for one in failed:
        print(f"v6monitor: {one['name']} failed: {one['error']}", file=sys.stderr)
    if failed:
        raise NotebookError(
            f"{len(failed)} of {len(made['notebooks'])} notebooks failed; they are kept in "
            f"{out / '_failed' / str(made['period'])}"
        )
    if not made["publishable"]:
        share = "nothing" if made["coverage"] is None else f"{made['coverage']:.1%}"
        raise CoverageError(
            f"the lookups could tell {share} of what applies, and at least 98% is needed: the "
            "report is marked as not fit to publish; ask again with a resolver that answers"
        )
    return 0
