"""``v6monitor vantage``, ``completion`` and ``example-server``: they load no table library."""

import argparse
import signal
import threading
from collections.abc import Iterator, Sequence

from v6monitor.cli.options import probes, resolver_arguments
from v6monitor.cli.parser import Parser
from v6monitor.cli.terminal import say
from v6monitor.dns.resolvers import parse
from v6monitor.dns.run import running
from v6monitor.dns.vantage import FAILED, NOT_TESTED, PASSED, Check, examine, trusted
from v6monitor.language import Language
from v6monitor.workspace import example_server as name_server

_MARKS = {PASSED: "ok", FAILED: "FAILED", NOT_TESTED: "not tested"}


def vantage_arguments(parser: Parser) -> None:
    """Add the resolvers to test and the names to test them with."""
    parser.examples("v6monitor vantage", "v6monitor vantage --resolver 192.0.2.53")
    resolver_arguments(parser)


def vantage(options: argparse.Namespace) -> int:
    """Test the resolvers and print each check; VantageError when one cannot be trusted."""
    with running(parse(options.resolver or ["system"])) as resolvers:
        checks = examine(resolvers, probes(options))
        say(options, [check._asdict() for check in checks], _lines(checks))
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


def completion_arguments(parser: Parser) -> None:
    """Add the shell."""
    parser.examples(
        "v6monitor completion bash > ~/.local/share/bash-completion/completions/v6monitor",
        "v6monitor completion zsh > ~/.zfunc/_v6monitor",
    )
    parser.add_argument("shell", choices=["bash", "zsh", "fish"], help="which shell it is for")


def completion(options: argparse.Namespace) -> int:
    """Print the script that a shell loads to complete commands and options."""
    # imported here: only this command needs the one, and the other imports this module
    import shtab  # noqa: PLC0415

    from v6monitor.cli import parser  # noqa: PLC0415

    print(shtab.complete(parser(), options.shell))
    return 0


def example_server_arguments(parser: Parser) -> None:
    """Add the port."""
    parser.examples("v6monitor example-server --port 5353")
    parser.add_argument(
        "--port", metavar="N", type=_port, default=0, help="UDP and TCP port (default: a free one)"
    )


def example_server(options: argparse.Namespace) -> int:
    """Run the example's name server until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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
