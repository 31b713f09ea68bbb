"""What a person types and reads: the parser of the commands, progress, and text to be printed."""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

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
        lines += (
            [f"for example: {example[1].strip().partition('  ')[0]}"] if len(example) > 1 else []
        )
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


_BLANK = "\r\x1b[K"  # back to the start of the line, and empty it
_MINUTE = 60  # seconds
_BOLD, _RED, _GREEN = 1, 31, 32


class Screen:
    """Progress on standard error: on a terminal one line that is written over.

    Elsewhere a line per tenth of what is counted, such as lookups; all steps with ``--verbose``.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._stream = sys.stderr
        self._quiet = options.quiet
        terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._live = terminal and not options.verbose
        self.watched = terminal or options.verbose
        self._began = self._step_began = time.monotonic()
        self._step = ("", -1)

    @property
    def seconds(self) -> float:
        """Return how long ago the command began."""
        return time.monotonic() - self._began

    def progress(self, text: str, done: int = 0, total: int = 0) -> None:
        """Show what is being done, and how much of how much of it is done."""
        if self._quiet:
            return
        if text != self._step[0]:
            self._step_began = time.monotonic()
        line = printable(text) + (f": {done:,} of {total:,}" if total else "")
        if self._live:
            line = f"[{sized(self.seconds)}] {line}{self._left(done, total)}"
            width = shutil.get_terminal_size().columns - 1
            print(f"{_BLANK}{line[:width]}", end="", file=self._stream, flush=True)
        elif (total or self.watched) and self._step != (step := (text, 10 * done // max(total, 1))):
            self._stream.write(f"{line}\n")  # at once: Ctrl-C leaves no half line
            self._stream.flush()
            self._step = step
        self._step = (text, self._step[1])

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._live and not self._quiet and self._step[0]:
            print(_BLANK, end="", file=self._stream, flush=True)
            self._step = ("", -1)

    def _left(self, done: int, total: int) -> str:
        """Return the time that is left, once enough is done to tell."""
        spent = time.monotonic() - self._step_began
        if not 0 < done < total or spent < 1:
            return ""
        return f", {sized(spent * (total - done) / done)} left"


def say(options: argparse.Namespace, facts: object, lines: Iterable[str]) -> None:
    """Print the outcome: as JSON with ``--json``, in lines without ``--quiet``.

    It goes to standard error when the table of the command goes to standard output.
    """
    stream = sys.stderr if getattr(options, "out", None) == STDOUT else sys.stdout
    if options.json:
        print(json.dumps(facts, indent=1, ensure_ascii=False, default=str), file=stream)
    elif not options.quiet:
        for line in lines:
            print(line, file=stream)


def printable(text: str) -> str:
    """Return untrusted text without control characters, which a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)


def bold(text: str) -> str:
    """Return text in bold, where standard output is a terminal that may have colours."""
    return _styled(text, _BOLD, sys.stdout)


def verdict(text: str, *, good: bool) -> str:
    """Return text in green or red, where standard output is a terminal that may have colours."""
    return _styled(text, _GREEN if good else _RED, sys.stdout)


def complain(text: str) -> None:
    """Print what is wrong on standard error, a line for each thing."""
    for line in text.splitlines() or [""]:
        print(f"{_styled('v6monitor:', _RED, sys.stderr)} {printable(line)}", file=sys.stderr)


def sized(seconds: float) -> str:
    """Return a duration in words.

    >>> sized(3.2), sized(125)
    ('3 s', '2 min 5 s')
    """
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _styled(text: str, code: int, stream: TextIO) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain or not stream.isatty() else f"\x1b[{code}m{text}\x1b[0m"
