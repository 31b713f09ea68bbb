"""Which parameters may a notebook get? Only those it declares, of the type it declares."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml
from papermill.inspection import inspect_notebook

from v6monitor.errors import UsageError


class Declared(NamedTuple):
    """One annotated literal of a notebook's parameters cell."""

    type: str
    default: str
    help: str


class Planned(NamedTuple):
    """One notebook of the batch with the parameters that the plan gives it, as text."""

    notebook: Path
    parameters: dict[str, object]


def declared(notebook: Path) -> dict[str, Declared]:
    """Return the parameters of a notebook by name: ``lang: str = "nl"  # help``.

    A parameter without a type annotation raises UsageError: its value could not be checked.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = inspect_notebook(str(notebook))
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
    """Return the notebooks of a batch file in order: ``notebooks: [{name, parameters}]``.

    Every scalar is read as text, so that the declared type alone decides what it means. Names
    are of notebooks beside the file; anything else raises UsageError.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        entries = content["notebooks"]
        found = [
            Planned(file.parent / f"{one['name']}.ipynb", one.get("parameters") or {})
            for one in entries
        ]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{file.name}: expected `notebooks:` with a list of `name:` and `parameters:`; {error}"
        ) from error
    for one in found:
        if one.notebook.parent != file.parent or not one.notebook.is_file():
            raise UsageError(
                f"{file.name} names {one.notebook.stem}, which is no notebook beside it"
            )
    return found


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
