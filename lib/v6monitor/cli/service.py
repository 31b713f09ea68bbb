"""``v6monitor vantage``, ``withdraw`` and ``example-server``."""

import argparse
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from v6monitor.cli.lookup import probes, resolver_arguments
from v6monitor.dns.resolvers import parse
from v6monitor.dns.run import running
from v6monitor.dns.vantage import FAILED, NOT_TESTED, PASSED, Check, examine, trusted
from v6monitor.language import Language
from v6monitor.report import archive_pages
from v6monitor.workspace import example_server as name_server
from v6monitor.workspace import reports

_MARKS = {PASSED: "ok", FAILED: "FAILED", NOT_TESTED: "not tested"}


def vantage_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the resolvers to test and the names to test them with."""
    resolver_arguments(parser)


def vantage(options: argparse.Namespace) -> int:
    """Test the resolvers and print each check; VantageError when one cannot be trusted."""
    with running(parse(options.resolver or ["system"])) as resolvers:
        checks = examine(resolvers, probes(options))
        for line in _lines(checks):
            print(line)
        usable = trusted(resolvers, checks)
    print("\nMeasuring from here works, with " + ", ".join(one.label for one in usable))
    return 0


def _lines(checks: Sequence[Check]) -> Iterator[str]:
    language = Language("en")
    for resolver in dict.fromkeys(check.resolver for check in checks):
        yield resolver
        for check in (check for check in checks if check.resolver == resolver):
            name = language.label(check.check, "check")
            line = f"  {_MARKS[check.result]:<11}{name:<30}{check.question}: "
            expected = "" if check.result == PASSED else f", expected {check.expected}"
            yield line + check.found + expected


def withdraw_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the month, the reason and the archive."""
    parser.add_argument("period", metavar="YYYY-MM", help="the month of the report")
    parser.add_argument(
        "--reason", metavar="TEXT", required=True, help="why; readers get to see these words"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, default=reports(), help="the archive")


def withdraw(options: argparse.Namespace) -> int:
    """Withdraw a report; print where it is kept and which reports compare with it."""
    out = options.out.expanduser().absolute()
    kept, followers = archive_pages.withdraw(out, options.period, options.reason)
    print(f"the report of {options.period} is withdrawn; it is kept as it was in {kept}")
    for period in followers:
        print(f"the report of {period} compares with it: make that again")
    return 0


def example_server_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the port."""
    parser.add_argument(
        "--port", metavar="N", type=_port, default=0, help="UDP and TCP port (default: a free one)"
    )


def example_server(options: argparse.Namespace) -> int:
    """Run the example's name server until Ctrl-C."""
    with name_server(options.port) as server:
        print(f"The example's name server answers at {server.address}:{server.port}")
        print(f"Try: dig @{server.address} -p {server.port} <name> AAAA   (Ctrl-C stops it)")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):  # noqa: PLR2004 - RFC 768
        raise argparse.ArgumentTypeError(f"{text!r}: expected a port number")
    return int(text)
