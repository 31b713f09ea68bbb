"""Command line: the commands, their parser, and errors as one sentence with an exit code."""

import argparse
import importlib
import os
import sys
import warnings
from collections.abc import Sequence

from v6monitor import __version__
from v6monitor.errors import V6MonitorError

COMMANDS = {
    "report": ("report", "run the month's notebooks and publish their pages"),
    "withdraw": ("service", "withdraw a report: a page that says why takes its place"),
    "intake": ("intake", "read measurement files into the canonical table"),
    "lookup": ("lookup", "ask DNS and write the observation log"),
    "vantage": ("service", "test whether resolvers answer, and answer right"),
    "verdicts": ("evidence", "judge every domain of an observation log"),
    "providers": ("evidence", "show who runs the mail of every domain of an observation log"),
    "laggards": ("evidence", "list the Exchange Online domains without IPv6"),
    "explain": ("explain", "show the evidence card of one domain"),
    "example-server": ("service", "run the embedded name server of the example data"),
}
"""The module and the summary of each command; the module has functions ``<command>`` and
``<command>_arguments``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 ok, 2 usage, 3 input, 4 coverage, 5, 6)."""
    warnings.formatwarning = _sentence
    options = _parser(sys.argv[1:] if arguments is None else list(arguments))
    try:
        return int(options.run(options) or 0)
    except V6MonitorError as error:
        print(f"v6monitor: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("v6monitor: stopped by Ctrl-C", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _sentence(message: Warning | str, *_: object, **__: object) -> str:
    """Return a warning as the commands print it, without a place in the program."""
    return f"v6monitor: {message}\n"


def _parser(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="v6monitor", description="IPv6 at government domains")
    parser.add_argument("--version", action="version", version=f"v6monitor {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    asked = next((word for word in arguments if word in COMMANDS), None)
    for name, (module_name, help_text) in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        if name == asked:  # only the asked command is imported: pandas alone costs half a second
            module = importlib.import_module(f"v6monitor.cli.{module_name}")
            function = name.replace("-", "_")
            getattr(module, f"{function}_arguments")(command)
            command.set_defaults(run=getattr(module, function))
    return parser.parse_args(arguments)
