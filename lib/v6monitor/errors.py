"""Errors that a user can cause, each with the exit code of the command line."""

import difflib
from collections.abc import Iterable


class V6MonitorError(Exception):
    """A user can cause it: the message says what was found, what was expected and what to do."""

    exit_code = 1


class UsageError(V6MonitorError):
    """An option or parameter is not one that exists, or its value is not of the right form."""

    exit_code = 2


class InputError(V6MonitorError):
    """A file cannot be read as what it should be."""

    exit_code = 3


class NoMeasurementError(InputError):
    """A file holds no measurement at all: in a folder it is listed and skipped."""


class CoverageError(V6MonitorError):
    """Too much is unknown to publish; the report was made and says so."""

    exit_code = 4


class NotebookError(V6MonitorError):
    """At least one notebook of the batch failed; the others were made."""

    exit_code = 5


class VantageError(V6MonitorError):
    """No resolver answers, or one of them gives false answers."""

    exit_code = 6


def near(word: str, known: Iterable[str]) -> str:
    """Return a question about the known word that is nearest to one; empty without.

    >>> near("raport", ["report", "lookup"])
    '; did you mean report?'
    """
    found = difflib.get_close_matches(word.lower(), list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""
