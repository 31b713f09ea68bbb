"""``v6monitor report``: make the report of a month and put it in the archive."""

import argparse
import json
import math
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from v6monitor import workspace
from v6monitor.cli.options import ipv6_only_arguments, mapping, pace_arguments, reading_arguments
from v6monitor.cli.terminal import Parser, Screen, Several, bold, complain, say, sized, verdict
from v6monitor.errors import CoverageError, NotebookError
from v6monitor.language import CODES, Language
from v6monitor.month import WITHIN_DAYS
from v6monitor.report import check, make_reports
from v6monitor.report.request import Request, own_measurements, period_of, requested

_EN = Language("en")
_AS_GIVEN = ("out", "replay", "period", "lookups_within", "rate", "timeout", "pdf")
"""The options that a request takes as they are."""


def report_arguments(parser: Parser) -> None:
    """Add the month, the files, the resolvers, the languages and the archive."""
    parser.examples(
        "v6monitor report",
        "v6monitor report --measurements names.txt --resolver 192.0.2.53",
        "v6monitor report --period 2026-08 --notebook adoption --lang en",
        "v6monitor report --sector gemeenten --out reports/municipalities",
    )
    files = parser.add_mutually_exclusive_group()
    files.add_argument(
        "--measurements",
        metavar="PATH",
        nargs="+",
        action="extend",
        default=[],
        help="measurement files, folders or patterns, or a list of domains (default: "
        "data/measurements if that holds any, else the synthetic example data)",
    )
    files.add_argument(
        "--example", action="store_true", help="the example data, whatever data/measurements holds"
    )
    parser.add_argument(
        "--period",
        metavar="YYYY-MM",
        default="",
        help="default: the newest month; `all`: every measured month; existing reports are rebuilt "
        "from their stored lookups",
    )
    reading_arguments(parser)
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument(
        "--resolver",
        metavar="R",
        nargs="+",
        action=Several,
        default=[],
        help="resolvers to use (default: system; example for the example data)",
    )
    asked.add_argument(
        "--replay", metavar="OBSERVATIONS", type=Path, help="use this log instead of new lookups"
    )
    ipv6_only_arguments(parser)
    parser.add_argument(
        "--lookups-within",
        metavar="DAYS",
        type=_days,
        default=WITHIN_DAYS,
        help="how far from the measurement lookups may be; other months are made without (default: "
        f"{WITHIN_DAYS})",
    )
    parser.add_argument(
        "--no-vantage", action="store_true", help="do not test the resolvers; every page says so"
    )
    pace_arguments(parser)
    parser.add_argument(
        "--lang", choices=[*CODES, "both"], default="both", help="of the pages (default: both)"
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="DIR",
        help="the archive (default: reports; reports/example for the example data)",
    )
    for option, metavar, text in (
        ("--notebook", "NAME", "only these pages, such as adoption or 30_adoption (default: all)"),
        ("--sector", "S", "only these, in a folder of their own in the archive (default: all)"),
    ):
        parser.add_argument(
            option, metavar=metavar, nargs="+", action=Several, default=[], help=text
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
    """Make the reports that are missing or were made from other inputs; say what they found."""
    screen = Screen(options)
    signal.signal(signal.SIGTERM, _stop)
    codes, outcomes = [0], []
    silent = options.json or options.quiet
    try:
        screen.progress("setting up")
        from v6monitor.memory import give_back  # noqa: PLC0415 - the line above is first

        give_back()
        request = _request(options)
        if not (options.measurements or silent):
            screen.clear()
            print(_chosen(request, example=options.example))
        for made, is_new in make_reports(request, force=options.force, progress=screen.progress):
            screen.clear()
            codes.append(_check(made, request.archive))
            outcomes.append(_facts(made, request.archive, is_new=is_new, seconds=screen.seconds))
            if not silent:
                print("\n".join(_lines(made, outcomes[-1], verbose=options.verbose)))
    finally:
        screen.clear()
    if options.json:
        print(json.dumps(outcomes, indent=1, ensure_ascii=False))
    return max(codes)


def withdraw_arguments(parser: Parser) -> None:
    """Add the month, the reason and the archive."""
    parser.examples('v6monitor withdraw 2026-10 --reason "the list lacked the provinces"')
    parser.add_argument("period", metavar="YYYY-MM", help="the month of the report")
    parser.add_argument(
        "--reason", metavar="TEXT", required=True, help="why; readers get to see these words"
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="DIR",
        type=Path,
        default=workspace.reports(),
        help="the archive (default: reports)",
    )


def withdraw(options: argparse.Namespace) -> int:
    """Withdraw a report; print where it is kept and which reports compare with it."""
    from v6monitor.report import transactions  # noqa: PLC0415 - a report there needs no pandas

    out = options.out.expanduser().absolute()
    period = period_of(options.period)
    kept, followers = transactions.withdraw(out, period, options.reason)
    facts = {"period": period, "kept": kept, "compare_with_it": followers}
    lines = [f"the report of {period} is withdrawn; it is kept as it was in {kept}"]
    lines += [f"the report of {one} compares with it: make that again" for one in followers]
    say(options, facts, lines)
    return 0


def _stop(*_: object) -> NoReturn:
    """End with the exit code of Ctrl-C, and tidy up as it does."""
    # no KeyboardInterrupt: after one in code that `exec` made from a text, as checks of notebooks
    # are, Python ends by a signal of its own and not with an exit code
    complain("stopped by SIGTERM")
    raise SystemExit(130)


def _request(options: argparse.Namespace) -> Request:
    return requested(
        [workspace.example_folder()] if options.example else options.measurements,
        resolvers=tuple(options.resolver),
        ipv6_only_resolvers=tuple(options.ipv6_only_resolver),
        measured_at=options.measured_at or "",
        columns=mapping(options.map),
        vantage=not options.no_vantage,
        languages=CODES if options.lang == "both" else (options.lang,),
        notebooks=tuple(options.notebook),
        sectors=tuple(options.sector),
        organisations=tuple(options.organisation),
        **{name: getattr(options, name) for name in _AS_GIVEN},
    )


def _chosen(request: Request, *, example: bool) -> str:
    """Return which data are used where no option names them, and why."""
    folder = workspace.measurements()
    place = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    if request.measurements:
        return f"Measurements: {place} (--example reports on the example data)"
    if example or own_measurements():
        return "Measurements: the synthetic example data"
    return f"Measurements: the synthetic example data, as {place} holds no measurement files"


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number of days")
    return int(text)


def _check(made: Mapping[str, Any], archive: Path) -> int:
    """Print what is wrong with a report; return the exit code."""
    for one in made["notebooks"]:
        if one["status"] == "failed":
            complain(f"{one['name']} failed: {one['error']}")
    try:
        check(dict(made), archive)
    except (CoverageError, NotebookError) as error:
        complain(str(error))
        return error.exit_code
    return 0


def _facts(
    made: Mapping[str, Any], archive: Path, *, is_new: bool, seconds: float
) -> dict[str, Any]:
    """Return the outcome of a report for programs."""
    folder = archive / str(made["period"])
    names = [name for name in made["outputs"] if name.endswith(".html") and "/" not in name]
    return {
        "period": made["period"],
        "new": is_new,
        "withdrawn": "withdrawn" in made,
        "publishable": made["publishable"],
        "status": made["status"],
        "page": str(folder / "index.html"),
        "pages": [str(folder / name) for name in sorted(names)],
        "headline": made.get("message", {}).get("en", ""),
        "shares": made["headline"],
        "seconds": round(seconds, 1),
    }


def _lines(made: Mapping[str, Any], facts: Mapping[str, Any], *, verbose: bool) -> Iterator[str]:
    """Give the headline, whether the report is fit to publish, and the page to open."""
    if facts["withdrawn"] and not facts["new"]:
        yield (
            f"nothing new: the report of {made['period']} was withdrawn, and the same inputs would "
            "make the same one (--force publishes it again)"
        )
        return
    if not facts["new"]:
        yield "nothing new: this report was made from the same inputs (--force makes it again)"
    yield bold(facts["headline"])
    yield from _left_out(made)
    if made["publishable"]:
        least = math.floor(1000 * made["coverage"]) / 1000  # of the source that lacks most
        share = "all" if least == 1 else f"at least {_EN.percent(least)} of the"
        yield verdict("Fit to publish", good=True) + f": {share} results are known."
    else:
        yield verdict("Not fit to publish", good=False) + ": too many results are unknown."
    yield f"Open {facts['page']}  ({sized(facts['seconds'])})"
    if verbose:
        yield from facts["pages"]


def _left_out(made: Mapping[str, Any]) -> Iterator[str]:
    """Give a sentence when there are no lookups, and when runs of reach are of another month."""
    days = made["lookups"]["within_days"]
    if not made["lookups"]["questions"]:
        yield (
            f"Without lookups: the measurement was more than {days} days ago, and DNS cannot be "
            "asked about the past."
        )
    if others := made.get("reach", {}).get("left_out"):
        yield (
            f"Left out: the connection tests of {', '.join(others)}, more than {days} days from "
            "the measurement."
        )
