"""``v6monitor lookup``: ask DNS about a list of names and keep the answers."""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Self

from v6monitor.lookups import log, lookup, subjects
from v6monitor.lookups.asking import Manners
from v6monitor.lookups.observation import INVALID_NAME, NEGATIVE, OK, Observation
from v6monitor.lookups.resolvers import FORMS

_DEFAULT = Manners()
_LONGEST_TIMEOUT = 60  # seconds
_MOST_AT_ONCE = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the names, where to write, whom to ask and how."""
    parser.add_argument(
        "names", metavar="NAMES", help="canonical CSV, list of names (domain or domain,type), or -"
    )
    parser.add_argument(
        "--out", metavar="OBS", type=Path, required=True, help="log to write: .parquet or .csv"
    )
    parser.add_argument(
        "--resolver",
        metavar="R",
        nargs="+",
        action="extend",
        help=f"{FORMS}; more than one: rotated (default: system)",
    )
    parser.add_argument(
        "--rate",
        metavar="N",
        type=_not_negative,
        help=f"questions per second to each resolver, 0 for no limit (default: {_DEFAULT.rate:g})",
    )
    parser.add_argument(
        "--concurrency",
        metavar="N",
        type=_count,
        help=f"questions under way at once (default: {_DEFAULT.concurrency})",
    )
    parser.add_argument(
        "--timeout",
        metavar="S",
        type=_positive,
        help=f"seconds to wait for the first answer, then twice as long (default: "
        f"{_DEFAULT.timeout:g})",
    )


def run(options: argparse.Namespace) -> int:
    """Ask, write the log and tell what came of it."""
    log.check_writable(options.out)
    about = subjects.read(options.names)
    resolvers = options.resolver or ["system"]
    with Progress() as progress:
        observations = lookup(
            about,
            resolvers,
            timeout=options.timeout,
            rate=options.rate,
            concurrency=options.concurrency,
            progress=progress,
        )
    log.write(log.frame(observations), options.out, log.describe(observations, about, resolvers))
    for line in _summary(observations, options.out):
        print(line)
    return 0


class Progress:
    """A line that updates on a terminal; elsewhere a line per 10 %."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._told = 0.0

    def __call__(self, done: int, known: int) -> None:
        """Tell how far it is, when that is worth a line."""
        line = f"{done:,} of {known:,} questions answered"
        if self._terminal:
            if time.monotonic() - self._told >= 0.1 or done == known:  # noqa: PLR2004 - seconds
                self._told = time.monotonic()
                print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        elif 10 * done // known > self._told:
            self._told = 10 * done // known
            print(line, file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the line that was updated."""
        if self._terminal and self._told:
            print(file=sys.stderr)


def _summary(observations: list[Observation], path: Path) -> list[str]:
    outcomes = Counter(row.outcome for row in observations)
    definite = sum(outcomes[outcome] for outcome in NEGATIVE | {OK})
    sent = len(observations) - outcomes[INVALID_NAME]
    counts = ", ".join(f"{outcome} {number:,}" for outcome, number in outcomes.most_common())
    share = f" ({100 * definite / sent:.1f} %)" if sent else ""
    return [
        f"{len(observations):,} questions: {counts}",
        f"{definite:,} of {sent:,} asked have a definite answer{share}",
        str(path),
    ]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number") from error


def _positive(text: str) -> float:
    if not 0 < (number := _number(text)) <= _LONGEST_TIMEOUT:
        raise argparse.ArgumentTypeError(f"{text}: expected more than 0, at most 60")
    return number


def _not_negative(text: str) -> float:
    if not 0 <= (number := _number(text)) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: expected 0 or more")
    return number


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= _MOST_AT_ONCE):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 10000")
    return int(text)
