"""How does a user say whom to ask, how, and for how long? Options that commands share."""

import argparse
import datetime as dt
import re

from v6monitor.dns.asking import Manners
from v6monitor.dns.probes import PUBLIC, Probes
from v6monitor.dns.resolvers import FORMS

_DEFAULT = Manners()
_LONGEST_TIMEOUT = 60  # seconds
_MOST_AT_ONCE = 10_000
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def add_resolvers(parser: argparse.ArgumentParser) -> None:
    """Add whom to ask, and the names to test them with."""
    parser.add_argument(
        "--resolver",
        metavar="R",
        nargs="+",
        action="extend",
        help=f"{FORMS}; more than one: rotated (default: system)",
    )
    parser.add_argument(
        "--probe",
        metavar="CHECK=NAME",
        type=_probe,
        action="append",
        default=[],
        help="test with this name instead of "
        + ", ".join(f"{check}={name}" for check, name in PUBLIC._asdict().items())
        + "; without a name: leave that check out",
    )


def add_manners(parser: argparse.ArgumentParser) -> None:
    """Add how fast and how patiently to ask."""
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
        help=f"seconds to wait for the first answer, then up to four times as long (default: "
        f"{_DEFAULT.timeout:g})",
    )
    parser.add_argument(
        "--unvalidated",
        action="store_true",
        help="ask again, without DNSSEC validation, what does not validate, and keep both",
    )


def probes(options: argparse.Namespace) -> Probes | None:
    """Return the names to test with; None when the defaults are fine."""
    return PUBLIC._replace(**dict(options.probe)) if options.probe else None


def duration(text: str) -> dt.timedelta:
    """Read ``90m``, ``12h`` or ``7d``."""
    found = re.fullmatch(r"(\d{1,5})([smhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number and s, m, h or d: 12h")
    return dt.timedelta(**{_UNITS[found[2]]: int(found[1])})


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


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= _MOST_AT_ONCE):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 10000")
    return int(text)
