"""Which parameters may a notebook get? Only those it declares, of the type it declares."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import nbformat
import yaml
from papermill.inspection import inspect_notebook

from v6monitor.errors import InputError, UsageError


class Declared(NamedTuple):
    """One annotated literal of a notebook's parameters cell."""

    type: str
    default: str
    help: str


class Planned(NamedTuple):
    """One notebook of the batch with the parameters that the plan gives it, as text.

    ``each`` says what it is run for, one by one (``sector``); ``part`` which of them this is, as a
    part of a file name, and ``subject`` what that is called: a sector's code, or an organisation.
    """

    notebook: Path
    parameters: dict[str, object]
    each: str = ""
    part: str = ""
    subject: str = ""

    @property
    def name(self) -> str:
        """Return what its pages are called: a file name."""
        return f"{self.notebook.stem}-{self.part}" if self.part else self.notebook.stem


def declared(notebook: Path) -> dict[str, Declared]:
    """Return the parameters of a notebook by name: ``lang: str = "nl"  # help``.

    A parameter without a type annotation raises UsageError: its value could not be checked.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = inspect_notebook(str(notebook))
    except (OSError, ValueError, nbformat.ValidationError, Warning) as error:
        reason = str(error).partition("\n")[0][:200]
        raise InputError(f"{notebook.name}: is no notebook that can be run ({reason})") from error
    for name, parameter in found.items():
        if parameter["inferred_type_name"] not in _CONVERSIONS:
            raise UsageError(
                f"{notebook.name}: parameter {name} is annotated as "
                f"{parameter['inferred_type_name']!r}, expected {', '.join(_CONVERSIONS)}"
            )
    return {
        name: Declared(one["inferred_type_name"], one["default"], one["help"])
        for name, one in found.items()
    }


def typed(notebook: Path, given: Mapping[str, object]) -> dict[str, object]:
    """Return the given values as the notebook's declared types.

    An unknown name or a value that is not of the type raises UsageError, where papermill only
    warns: YAML's ``no`` for a text, ``202610`` for a month, ``"true"`` for a flag.
    """
    known = declared(notebook)
    values = {}
    for name, value in given.items():
        if name not in known:
            raise UsageError(
                f"{notebook.name} has no parameter {name!r}; it has {', '.join(known) or 'none'}"
            )
        try:
            values[name] = _CONVERSIONS[known[name].type](value)
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"{notebook.name}: parameter {name} is {value!r}, expected {known[name].type}"
            ) from error
    return values


def plan(file: Path) -> list[Planned]:
    """Return the notebooks of a batch file in order: ``notebooks: [{name, parameters, each}]``.

    Every scalar is read as text, so that the declared type alone decides what it means. Names
    are of notebooks beside the file, each once; anything else raises UsageError.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise UsageError(f"{file.name}: cannot be read as YAML: {error}") from error
    entries = content.get("notebooks") if isinstance(content, dict) else None
    if not entries or not isinstance(entries, list) or not all(map(_is_planned, entries)):
        raise UsageError(
            f"{file.name}: expected `notebooks:` with a list of `name:` and, where wanted, "
            "`parameters:` by name and `each: sector`"
        )
    there = {path.stem for path in file.parent.glob("*.ipynb")}
    names = [entry["name"] for entry in entries]
    for name in names:
        if name not in there or names.count(name) > 1:
            raise UsageError(f"{file.name}: {name!r} is no notebook beside it, or stands twice")
    return [
        Planned(
            file.parent / f"{one['name']}.ipynb",
            one.get("parameters") or {},
            one.get("each", ""),
        )
        for one in entries
    ]


def _is_planned(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and entry.keys() <= {"name", "parameters", "each"}
        and entry.get("each", "sector") == "sector"
        and isinstance(entry.get("parameters") or {}, dict)
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: object) -> int:
    if isinstance(value, (bool, float)):
        raise TypeError
    return int(str(value))


def _flag(value: object) -> bool:
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


def _texts(value: object) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise TypeError
    return [_text(item) for item in value]


_CONVERSIONS = {
    "str": _text,
    "int": _whole,
    "float": lambda value: float(str(value)),
    "bool": _flag,
    "list": _texts,
}
