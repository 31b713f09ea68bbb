"""Command line: the commands, their parser, and errors as one sentence with an exit code."""

import argparse
import importlib
import os
import sys
import warnings
from collections.abc import Sequence

from v6monitor import __version__
from v6monitor.cli.terminal import Parser, complain
from v6monitor.errors import V6MonitorError

COMMANDS = {
    "report": ("report", "run the month's notebooks and publish their pages"),
    "withdraw": ("report", "withdraw a report: a page that says why takes its place"),
    "intake": ("intake", "read measurement files into the canonical table"),
    "lookup": ("lookup", "ask DNS and write the observation log"),
    "merge": ("lookup", "merge the parts of a lookup in shards, and ask what they left open"),
    "reach": ("reach", "connect to the servers with IPv6 of a log, and see which answer"),
    "vantage": ("service", "check that resolvers answer and can be trusted"),
    "verdicts": ("evidence", "judge every domain of an observation log"),
    "providers": ("evidence", "show who runs the mail of every domain of an observation log"),
    "laggards": ("evidence", "list the Exchange Online domains without IPv6"),
    "explain": ("service", "show the evidence card of one domain"),
    "example-server": ("service", "run the embedded name server of the example data"),
    "completion": ("service", "print what makes a shell complete commands and options"),
}
"""The module and the summary of each command; the module has functions ``<command>`` and
``<command>_arguments``."""
_EXAMPLES = """examples:
  v6monitor report                            the example data, or those in data/measurements
  v6monitor report --measurements names.txt   only a list of domains: a report of lookups
  v6monitor explain example.nl                everything about one domain
  v6monitor COMMAND --help                    the options of a command, with examples"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 ok, 2 usage, 3 input, 4 coverage, 5, 6)."""
    warnings.formatwarning = _sentence
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given:
        parser().print_help(sys.stderr)
        return 2
    options = _parser(given)
    if options.no_color:
        os.environ["NO_COLOR"] = "1"
    try:
        return int(options.run(options) or 0)
    except V6MonitorError as error:
        complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        complain("stopped by Ctrl-C")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def parser(only: str | None = None) -> Parser:
    """Return the parser of all commands; with ``only``, one of them has its options.

    Only the asked command is imported: pandas alone costs half a second.
    """
    made = Parser(prog="v6monitor", description="IPv6 at government domains", epilog=_EXAMPLES)
    made.add_argument("--version", action="version", version=f"v6monitor {__version__}")
    made.add_common(default=False)
    commands = made.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for name, (module_name, help_text) in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        if only in {None, name}:
            module = importlib.import_module(f"v6monitor.cli.{module_name}")
            function = name.replace("-", "_")
            getattr(module, f"{function}_arguments")(command)
            command.add_common()
            command.set_defaults(run=getattr(module, function))
    return made


def _parser(arguments: list[str]) -> argparse.Namespace:
    asked = next((word for word in arguments if word in COMMANDS), "")
    if asked in {"lookup", "merge"}:  # Arrow's own pool keeps 23 MiB that it does not use
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    options: argparse.Namespace = parser(asked).parse_args(arguments)
    return options


def _sentence(message: Warning | str, *_: object, **__: object) -> str:
    """Return a warning as the commands print it, without a place in the program."""
    return f"v6monitor: {message}\n"
