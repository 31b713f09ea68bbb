"""``v6monitor lookup``: ask DNS about a list of names and keep the answers."""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

from v6monitor.cli import asking
from v6monitor.dns import journal, logfile, record, subjects
from v6monitor.dns.observation import DEFINITE, INVALID_NAME
from v6monitor.dns.plan import Besides
from v6monitor.dns.recording import DAY, Recorded, Task
from v6monitor.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the names, where to write, whom to ask and how."""
    parser.add_argument(
        "names", metavar="NAMES", help="canonical CSV, list of names (domain or domain,type), or -"
    )
    parser.add_argument(
        "--out", metavar="OBS", type=Path, required=True, help="log to write: .parquet or .csv"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the run that was cut off there"
    )
    parser.add_argument(
        "--reuse",
        metavar="OBS",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        help="take over the answers of these logs and do not ask for them again",
    )
    parser.add_argument(
        "--max-age",
        metavar="AGE",
        type=asking.duration,
        help="the oldest answer to take over, such as 90m, 12h or 7d (default: 1d)",
    )
    parser.add_argument(
        "--confirm-losses",
        metavar="OBS",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        help="ask again, at another resolver, what was yes in these logs and is no now",
    )
    parser.add_argument(
        "--confirm-after",
        metavar="AGE",
        type=asking.duration,
        help="how long after the first answer, such as 1h, which METHOD.md asks for (default: 0s)",
    )
    parser.add_argument(
        "--predicted",
        action="store_true",
        help="ask about the name that Exchange Online gives each mail domain, whatever its MX says",
    )
    asking.add_resolvers(parser)
    parser.add_argument(
        "--no-vantage", action="store_true", help="do not test the resolvers first; the log says so"
    )
    asking.add_manners(parser)


def run(options: argparse.Namespace) -> int:
    """Ask, write the log and tell what came of it."""
    if options.max_age is not None and not options.reuse:
        raise UsageError("--max-age says how old answers to take over may be: add --reuse OBS")
    if options.confirm_after and not options.confirm_losses:
        raise UsageError("--confirm-after says when losses are asked again: add --confirm-losses")
    logfile.check_writable(options.out)
    begun = journal.place(options.out)
    if options.resume and not begun.exists() and options.out.exists():
        print(f"nothing to go on with: {options.out} is finished")
        return 0
    about = subjects.read(options.names)
    task = Task(
        resume=options.resume,
        reuse=options.reuse,
        max_age=DAY if options.max_age is None else options.max_age,
        besides=_predicted() if options.predicted else None,
        confirm=options.confirm_losses,
        apart=options.confirm_after or timedelta(0),
        test=not options.no_vantage,
        probes=asking.probes(options),
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is known is kept, as by Ctrl-C
    try:
        with Progress() as progress:
            recorded = record(
                about,
                options.resolver or ["system"],
                options.out,
                task,
                timeout=options.timeout,
                rate=options.rate,
                concurrency=options.concurrency,
                unvalidated=options.unvalidated,
                progress=progress,
            )
    except KeyboardInterrupt:
        if begun.exists():
            told = f"the answers so far are in {begun}: --resume goes on with them"
            print(f"v6monitor: {told}", file=sys.stderr)
        raise
    for line in _summary(recorded, options.out):
        print(line)
    return 0


def _predicted() -> Besides:
    from v6monitor.mail.predicted import questions  # noqa: PLC0415 - brings pandas with it

    return questions


class Progress:
    """A line that updates on a terminal; elsewhere a line per 10 %."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._told = 0.0

    def __call__(self, done: int, expected: int) -> None:
        """Tell how far it is, when that is worth a line."""
        if self._terminal:
            if time.monotonic() - self._told >= 0.1 or done == expected:  # noqa: PLR2004 - seconds
                self._told = time.monotonic()
                print(f"\r\x1b[K{_line(done, expected)}", end="", file=sys.stderr, flush=True)
        elif expected and 10 * done // expected > self._told:
            self._told = 10 * done // expected
            print(_line(done, expected), file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the line that was updated."""
        if self._terminal and self._told:
            print(file=sys.stderr)


def _line(done: int, expected: int) -> str:
    return f"{done:,} of {expected:,} questions answered"


def _summary(recorded: Recorded, path: Path) -> Iterator[str]:
    outcomes = recorded.outcomes
    definite = sum(outcomes[outcome] for outcome in DEFINITE)
    asked = outcomes.total() - outcomes[INVALID_NAME]
    counts = ", ".join(f"{outcome} {number:,}" for outcome, number in outcomes.most_common())
    share = f" ({100 * definite / asked:.1f} %)" if asked else ""
    yield f"{outcomes.total():,} questions: {counts}"
    yield f"{definite:,} of {asked:,} asked have a definite answer{share}"
    if recorded.kept:
        yield f"{recorded.kept:,} of them were asked before the run was cut off"
    if recorded.reused:
        yield f"{recorded.reused:,} of them were taken over from an earlier log"
    if found := recorded.losses:
        yield (
            f"{found.lost:,} domains lost IPv6: another resolver says so of {found.denied_again:,} "
            f"of them, an hour later or more of {found.an_hour_apart:,}"
        )
    yield str(path)
