"""What commands print: progress while they work, and text that a terminal can trust."""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable
from typing import TextIO

from v6monitor.cli.parser import STDOUT

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
            print(line, file=self._stream, flush=True)
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
