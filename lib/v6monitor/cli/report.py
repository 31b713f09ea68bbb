"""``v6monitor report``: make the report of a month and put it in the archive."""

import argparse
import glob
import sys
from pathlib import Path
from typing import Any

from v6monitor.batch import manifest
from v6monitor.errors import CoverageError, InputError, NotebookError
from v6monitor.language import CODES
from v6monitor.paths import DATA, REPORTS

_OWN = ("register.csv", "renames.csv", "waivers.csv")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which month, from which files, asked where, in which language, made where."""
    parser.add_argument("--period", metavar="YYYY-MM", default="", help="default: the newest month")
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
    parser.add_argument("--lang", choices=[*CODES, "both"], default="both")
    parser.add_argument("--out", metavar="DIR", type=Path, default=REPORTS, help="the archive")
    parser.add_argument(
        "--notebook", metavar="NAME", nargs="+", action="extend", default=[], help="only these"
    )
    parser.add_argument(
        "--sector", metavar="S", nargs="+", action="extend", default=[], help="only these"
    )
    parser.add_argument("--force", action="store_true", help="also when there is nothing new")


def run(options: argparse.Namespace) -> int:
    """Make the report, unless the same one stands there; print its pages."""
    files = _measurements(options.measurements)
    inputs = _hashes(files, options.replay)
    asked = {
        "period": options.period,
        "resolvers": options.resolver,
        "languages": list(CODES) if options.lang == "both" else [options.lang],
        "notebooks": options.notebook,
        "sectors": options.sector,
    }
    identity = manifest.run_id(inputs, asked)
    made = None if options.force else manifest.find(options.out, identity)
    if made is None or made["status"] == NotebookError.exit_code:
        made = _make(options, files, inputs, identity)
    else:
        print("nothing to do: this report was made from the same inputs (--force makes it anew)")
    return _told(made, options.out)


def _make(
    options: argparse.Namespace, files: list[Path], inputs: dict[str, str], identity: str
) -> dict[str, Any]:
    from v6monitor.batch import report  # noqa: PLC0415 - not needed when there is nothing to do

    request = report.Request(
        period=options.period,
        measurements=tuple(files),
        resolvers=tuple(options.resolver),
        replay=options.replay,
        languages=CODES if options.lang == "both" else (options.lang,),
        out=options.out.resolve(),
        notebooks=tuple(options.notebook),
        sectors=tuple(options.sector),
    )
    return report.make(request, identity, inputs, _progress)


def _measurements(paths: list[str]) -> list[Path]:
    """Return the files that are named, also in folders and by patterns; none for the example."""
    found: list[Path] = []
    for path in paths:
        named = [Path(one) for one in sorted(glob.glob(path))] or [Path(path)]
        for one in named:
            inside = sorted(file for file in one.rglob("*") if file.is_file())
            found += inside if one.is_dir() else [one]
    for file in found:
        if not file.is_file():
            raise InputError(f"{file}: no such file; name a measurement file, folder or pattern")
    if paths and not found:
        raise InputError(f"{', '.join(paths)}: no files in there; name a folder with measurements")
    return [file.resolve() for file in dict.fromkeys(found)]


def _hashes(files: list[Path], replay: Path | None) -> dict[str, str]:
    """Return the hashes of all that goes in, by name; the example data are a part of the code."""
    if replay and not replay.is_file():
        raise InputError(f"{replay}: no such file; --replay takes an observation log")
    about = [DATA / "measurements" / name for name in _OWN] if files else []
    own = [file for file in about if file.is_file()]
    named = [*files, *own, *([replay] if replay else [])]
    return {f"{number}-{file.name}": manifest.sha256(file) for number, file in enumerate(named)}


def _progress(step: str) -> None:
    print(f"{step} …", file=sys.stderr, flush=True)


def _told(made: dict[str, Any], out: Path) -> int:
    folder = out / str(made["period"])
    for page in sorted(name for name in made["outputs"] if name.endswith(".html")):
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
