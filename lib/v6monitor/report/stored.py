"""The JSON files of an archive, which are read and written through their schemas here only."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

from v6monitor import workspace
from v6monitor.errors import InputError
from v6monitor.language import Language, source_text

RUN = "run.json"
INDEX = "index.json"
RESULTS = "results.json"
_SCHEMAS = {
    RUN: ("archive.schema.json", "run"),
    INDEX: ("archive.schema.json", "index"),
    RESULTS: ("results.schema.json", ""),
}
"""The schema of each file, and which of its definitions where it has several."""


def read(file: Path) -> dict[str, Any]:
    """Return the content of a file; InputError with what is wrong where it is not as it should."""
    try:
        found: dict[str, Any] = json.loads(file.read_bytes(), parse_constant=_no_number)
        _validator(file.name)(found)
        _text(found)  # a part of a character is none
    except (OSError, ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else type(error).__name__
        raise InputError(f"{file} is not what v6monitor wrote ({reason:.200})") from error
    return found


def write(content: Mapping[str, Any], file: Path) -> None:
    """Check the content of a file against its schema and write it, whole or not at all."""
    _validator(file.name)(content)
    replace(file, _text(content))


def replace(file: Path, text: str) -> None:
    """Write a file beside its place and put it there in one step."""
    with workspace.replacing(file) as beside:
        beside.write(text.encode())


def _text(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    text.encode()
    return text


@cache
def _validator(name: str) -> Callable[[Any], Any]:
    file, part = _SCHEMAS[name]
    schema = json.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    whole = schema | {"$ref": f"#/$defs/{part}"} if part else schema
    found: Callable[[Any], Any] = fastjsonschema.compile(
        whole, formats={"date-time": _is_moment, "day": _is_day, "source": _is_source}
    )
    return found


def _is_moment(text: str) -> bool:
    with suppress(ValueError, OverflowError):
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC).year > 1
    return False


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return not text or bool(dt.date.fromisoformat(text))
    return False


def _is_source(text: str) -> bool:
    with suppress(ValueError, OverflowError):
        return bool(source_text([text], Language("en")))
    return False


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
