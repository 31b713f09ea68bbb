"""``v6monitor vantage``, ``withdraw`` and ``example-server``."""

import argparse
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import shtab

from v6monitor.cli.lookup import probes, resolver_arguments
from v6monitor.cli.parser import Parser
from v6monitor.dns.resolvers import parse
from v6monitor.dns.run import running
from v6monitor.dns.vantage import FAILED, NOT_TESTED, PASSED, Check, examine, trusted
from v6monitor.language import Language
from v6monitor.report import archive_pages
from v6monitor.report.request import period_of
from v6monitor.workspace import example_server as name_server
from v6monitor.workspace import reports

_MARKS = {PASSED: "ok", FAILED: "FAILED", NOT_TESTED: "not tested"}


def vantage_arguments(parser: Parser) -> None:
    """Add the resolvers to test and the names to test them with."""
    parser.examples("v6monitor vantage", "v6monitor vantage --resolver 192.0.2.53")
    resolver_arguments(parser)


def vantage(options: argparse.Namespace) -> int:
    """Test the resolvers and print each check; VantageError when one cannot be trusted."""
    with running(parse(options.resolver or ["system"])) as resolvers:
        checks = examine(resolvers, probes(options))
        if options.json:
            print(json.dumps([check._asdict() for check in checks], indent=1))
        elif not options.quiet:
            print("\n".join(_lines(checks)))
        usable = trusted(resolvers, checks)
    if not (options.json or options.quiet):
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
        default=reports(),
        help="the archive (default: reports)",
    )


def withdraw(options: argparse.Namespace) -> int:
    """Withdraw a report; print where it is kept and which reports compare with it."""
    out = options.out.expanduser().absolute()
    period = period_of(options.period)
    kept, followers = archive_pages.withdraw(out, period, options.reason)
    if options.json:
        print(json.dumps({"period": period, "kept": str(kept), "compare_with_it": followers}))
    elif not options.quiet:
        print(f"the report of {period} is withdrawn; it is kept as it was in {kept}")
        for follower in followers:
            print(f"the report of {follower} compares with it: make that again")
    return 0


def completion_arguments(parser: Parser) -> None:
    """Add the shell."""
    parser.examples(
        "v6monitor completion bash > ~/.local/share/bash-completion/completions/v6monitor",
        "v6monitor completion zsh > ~/.zfunc/_v6monitor",
    )
    parser.add_argument("shell", choices=shtab.SUPPORTED_SHELLS, help="which shell it is for")


def completion(options: argparse.Namespace) -> int:
    """Print the script that a shell loads to complete commands and options."""
    from v6monitor.cli import parser  # noqa: PLC0415 - that module has the commands, this one too

    print(shtab.complete(parser(), options.shell))
    return 0


def example_server_arguments(parser: Parser) -> None:
    """Add the port."""
    parser.examples("v6monitor example-server --port 5353")
    parser.add_argument(
        "--port", metavar="N", type=_port, default=0, help="UDP and TCP port (default: a free one)"
    )


def example_server(options: argparse.Namespace) -> int:
    """Run the example's name server until Ctrl-C."""
    try:
        with name_server(options.port) as server:
            print(f"The example's name server answers at {server.address}:{server.port}")
            print(f"Try: dig @{server.address} -p {server.port} <name> AAAA   (Ctrl-C stops it)")
            threading.Event().wait()
    except KeyboardInterrupt:
        print("stopped")
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):  # noqa: PLR2004 - RFC 768
        raise argparse.ArgumentTypeError(f"{text!r}: expected a port number")
    return int(text)
