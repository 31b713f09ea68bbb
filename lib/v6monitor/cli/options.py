"""Options of several commands: where to write, how to read, which resolvers to ask, how fast."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from v6monitor.cli.terminal import STDOUT, Parser, Several
from v6monitor.dns.resolvers import FORMS
from v6monitor.dns.retry import Policy
from v6monitor.dns.vantage import PUBLIC, Probes
from v6monitor.errors import UsageError

_DEFAULT = Policy()
_LONGEST_TIMEOUT = 60  # seconds


def add_out(parser: Parser, metavar: str, what: str) -> None:
    """Add ``--out`` and ``--force``, which says that a file that is there may be replaced."""
    parser.add_argument("-o", "--out", metavar=metavar, type=Path, required=True, help=what)
    parser.add_argument("--force", action="store_true", help="replace what is there already")


def check_new(option: str, path: Path, suffixes: Sequence[str], *, force: bool) -> None:
    """Raise UsageError for a file that would be replaced, or of a kind that cannot be written."""
    if path == STDOUT:
        return
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a folder; name a file")
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"{option} {path}: expected a name that ends in {' or '.join(suffixes)}")
    if path.is_file() and not force:
        raise UsageError(
            f"{option} {path}: is there already, and nothing is replaced in silence; name another "
            "file, or add --force"
        )


def reading_arguments(parser: Parser) -> None:
    """Add what files of measurements do not say themselves."""
    parser.add_argument(
        "--measured-at",
        metavar="YYYY-MM-DD",
        help="day of the measurement, for files in which nothing says so",
    )
    parser.add_argument(
        "--map",
        metavar="COLUMN=FIELD",
        action="append",
        default=[],
        help="what a column of an unknown table holds, such as Website=domain",
    )


def mapping(pairs: list[str]) -> dict[str, str]:
    """Return the field of each column, of what ``--map`` gives."""
    found = {}
    for pair in pairs:
        label, equals, field = pair.rpartition("=")
        if not equals or not label:
            raise UsageError(
                f"--map {pair}: is not COLUMN=FIELD; write for instance Website=domain"
            )
        found[label] = field
    return found


@contextmanager
def writing(option: str, path: Path) -> Iterator[None]:
    """Turn an error of the file system into a sentence that says what to do."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{option} {path}: cannot be written ({error.strerror}); name one in a folder that you "
            "may write to"
        ) from error


def ipv6_only_arguments(parser: Parser) -> None:
    """Add the resolvers that may not use IPv4."""
    parser.add_argument(
        "--ipv6-only-resolver",
        metavar="R",
        nargs="+",
        action=Several,
        default=[],
        help="ask these too, afterwards, about what has IPv6 so far: resolvers that may not use "
        "IPv4, as docs/resolvers.md sets one up",
    )


def resolver_arguments(parser: Parser) -> None:
    """Add the resolvers, and the names to test them with."""
    parser.add_argument(
        "--resolver",
        metavar="R",
        nargs="+",
        action=Several,
        help=f"{FORMS}; more than one: rotated (default: system)",
    )
    parser.add_argument(
        "--probe",
        metavar="CHECK=NAME",
        type=_probe,
        action="append",
        default=[],
        help="test with this name instead of "
        + ", ".join(f"{check}={name or 'ZONE'}" for check, name in PUBLIC._asdict().items())
        + " (a zone whose name servers have IPv4 only); without a name: leave that check out",
    )


def pace_arguments(parser: Parser) -> None:
    """Add rate and timeout."""
    parser.add_argument(
        "--rate",
        metavar="N",
        type=_not_negative,
        help=f"questions per second to each resolver, 0 for no limit (default: {_DEFAULT.rate:g})",
    )
    parser.add_argument(
        "--timeout",
        metavar="S",
        type=_positive,
        help=f"seconds to wait for the first answer, then up to four times as long (default: "
        f"{_DEFAULT.timeout:g})",
    )


def probes(options: argparse.Namespace) -> Probes | None:
    """Return the names to test with; None for the defaults."""
    return PUBLIC._replace(**dict(options.probe)) if options.probe else None


def _probe(text: str) -> tuple[str, str]:
    check, equals, name = text.partition("=")
    if not equals or check not in Probes._fields:
        raise argparse.ArgumentTypeError(
            f"{text!r}: expected CHECK=NAME, with CHECK one of {', '.join(Probes._fields)}"
        )
    if check == "large" and name and "/" not in name:
        raise argparse.ArgumentTypeError(f"{text!r}: expected large=NAME/TYPE")
    return check, name


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
