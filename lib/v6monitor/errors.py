"""What can a user do about it? Errors that say so, each with the exit code of the command line."""


class V6MonitorError(Exception):
    """Something a user can cause: the message tells what was found, expected and to be done."""

    exit_code = 1


class UsageError(V6MonitorError):
    """An option or parameter is not one that exists, or its value is not of the right form."""

    exit_code = 2


class InputError(V6MonitorError):
    """A file cannot be read as what it should be."""

    exit_code = 3


class NoMeasurementError(InputError):
    """A file holds no measurement at all: in a folder it is named and passed by."""


class CoverageError(V6MonitorError):
    """Too much is unknown to publish; the report was made and says so."""

    exit_code = 4


class NotebookError(V6MonitorError):
    """At least one notebook of the batch failed; the others were made."""

    exit_code = 5


class VantageError(V6MonitorError):
    """This place cannot measure: no resolver answers, or one does not tell the truth."""

    exit_code = 6
