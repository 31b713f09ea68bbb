"""The parser of the commands: help with examples, lists with commas, and "did you mean"."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from v6monitor.errors import UsageError, near

STDOUT = Path("-")
"""The ``--out`` that means standard output."""


class Parser(argparse.ArgumentParser):
    """A parser whose help shows its examples as they are, and whose errors suggest what is near."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def examples(self, *lines: str) -> None:
        """Show commands at the end of the help."""
        self.epilog = "\n  ".join(["examples:", *lines])

    def add_common(self) -> None:
        """Add what every command has."""
        group = self.add_argument_group("output")
        group.add_argument("--json", action="store_true", help="print the outcome as JSON")
        group.add_argument("-q", "--quiet", action="store_true", help="print errors only")
        group.add_argument(
            "-v", "--verbose", action="store_true", help="print every step and every path"
        )
        group.add_argument(
            "--no-color", action="store_true", help="no colours; NO_COLOR=1 says the same"
        )

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return the options; an unknown one is an error that suggests the nearest."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            command = getattr(options, "parser", self)
            command.error(f"unknown: {' '.join(unknown)}{command.hint(unknown[0])}")
        return options

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse as the base class does; keep whose options they are, for ``hint``."""
        options, unknown = super().parse_known_args(args, namespace)
        if not hasattr(options, "parser"):
            options.parser = self
        return options, unknown

    def hint(self, word: str) -> str:
        """Return what a word that is no option may have meant."""
        if not word.startswith("-"):
            own = "--measurements" in self._option_string_actions
            return f"; did you mean --measurements {word}?" if own else ""
        return near(word.partition("=")[0], self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong, what may have been meant, an example and where more is; exit 2."""
        if "invalid choice" in message and "COMMAND" in message:
            word = message.split("'")[1]
            commands = next(
                one.choices for one in self._actions if isinstance(one, argparse._SubParsersAction)
            )
            message = f"there is no command {word!r}{near(word, commands)}"
        example = (self.epilog or "").split("\n")
        lines = [f"{self.prog}: {message}"]
        lines += [f"for example: {example[1].strip()}"] if len(example) > 1 else []
        lines += [f"{self.prog} --help lists what there is"]
        sys.stderr.write("\n".join(lines) + "\n")
        raise SystemExit(UsageError.exit_code)


class Several(argparse.Action):
    """Values of an option that may be repeated: one a time, or several with commas."""

    def __call__(
        self,
        _: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        __: str | None = None,
    ) -> None:
        """Add the values to those before."""
        given = [values] if isinstance(values, str) else list(values or ())
        found = [part.strip() for value in given for part in value.split(",") if part.strip()]
        setattr(namespace, self.dest, [*(getattr(namespace, self.dest) or ()), *found])


def add_out(parser: Parser, metavar: str, what: str, **settings: Any) -> None:
    """Add ``--out`` and ``--force``, which says that a file that is there may be replaced."""
    parser.add_argument("-o", "--out", metavar=metavar, type=Path, help=what, **settings)
    parser.add_argument("--force", action="store_true", help="replace what is there already")


def check_new(option: str, path: Path, suffixes: Sequence[str], *, force: bool) -> None:
    """Raise UsageError for a file that would be replaced, or of a kind that cannot be written."""
    if path == STDOUT:
        return
    if suffixes and path.suffix.lower() not in suffixes:
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
