"""The parser of the commands: help with examples, lists with commas, and "did you mean"."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from v6monitor.errors import UsageError, near

STDOUT = Path("-")
"""The ``--out`` that means standard output."""
_COMMON = {
    ("--json",): "print the outcome as JSON",
    ("-q", "--quiet"): "print errors only",
    ("-v", "--verbose"): "print every step and every path",
    ("--no-color",): "no colours; NO_COLOR=1 says the same",
}


class Parser(argparse.ArgumentParser):
    """A parser whose help shows its examples as they are, and whose errors suggest what is near."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def examples(self, *lines: str) -> None:
        """Show commands at the end of the help."""
        self.epilog = "\n  ".join(["examples:", *lines])

    def add_common(self, default: object = argparse.SUPPRESS) -> None:
        """Add what every command has; before the command it means the same as behind it."""
        group = self.add_argument_group("output")
        for flags, text in _COMMON.items():
            group.add_argument(*flags, action="store_true", default=default, help=text)

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
