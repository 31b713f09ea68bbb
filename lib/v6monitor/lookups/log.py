"""Where is the evidence kept? The observation log: Parquet or CSV, raw, never changed again.

A row per question with the columns of ``Observation``; in the Parquet file's metadata stands the
provenance: about which subjects, when, by which resolvers and with which versions was asked.
"""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

import datetime as dt
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from v6monitor import __version__
from v6monitor.errors import InputError, UsageError
from v6monitor.lookups.observation import OUTCOMES, Observation

COLUMNS = Observation._fields
SUFFIXES = (".parquet", ".csv")

_SCHEMA = pa.schema(
    [
        ("qname", pa.string()),
        ("qtype", pa.string()),
        ("outcome", pa.string()),
        ("answers", pa.list_(pa.string())),
        ("chain", pa.list_(pa.string())),
        ("ttl", pa.int64()),
        ("authenticated", pa.bool_()),
        ("resolver", pa.string()),
        ("asked_at", pa.timestamp("us", "UTC")),
        ("duration_ms", pa.float64()),
        ("attempts", pa.int64()),
        ("detail", pa.string()),
    ]
)
_PROVENANCE = b"v6monitor.provenance"
_LISTS = ("answers", "chain")
_FREE_TEXT = ("qname", "detail")  # what anybody may have written
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_EXPECTED = "expected an observation log that `v6monitor lookup` wrote"


def frame(observations: Iterable[Observation]) -> pd.DataFrame:
    """Return observations as a table with the columns ``COLUMNS``, in the order given.

    Texts are ``str``; ``answers`` and ``chain`` lists of texts; ``ttl`` and ``attempts`` Int64,
    ``ttl`` NA where there is none; ``asked_at`` UTC.
    """
    columns = list(zip(*observations, strict=True)) or [()] * len(COLUMNS)
    fields = zip(columns, _SCHEMA, strict=True)
    return _to_frame(pa.table([pa.array(v, f.type) for v, f in fields], schema=_SCHEMA))


def empty() -> pd.DataFrame:
    """Return a log without rows."""
    return frame(())


def describe(
    observations: Sequence[Observation],
    subjects: Iterable[tuple[str, str]],
    resolvers: Sequence[str],
) -> dict[str, object]:
    """Return the provenance of a run.

    ``subjects`` (list of [domain, type]) · ``resolvers`` as the user named them · ``started`` and
    ``finished`` (ISO, UTC; empty without questions) · ``versions`` of the programs.
    """
    asked = [row for row in observations if row.attempts]
    ends = (row.asked_at + dt.timedelta(milliseconds=row.duration_ms) for row in asked)
    return {
        "subjects": sorted({(str(domain), str(kind)) for domain, kind in subjects}),
        "resolvers": list(resolvers),
        "started": _iso(min((row.asked_at for row in asked), default=None)),
        "finished": _iso(max(ends, default=None)),
        "versions": {
            "v6monitor": __version__,
            "dnspython": version("dnspython"),
            "python": platform.python_version(),
        },
    }


def read(paths: str | Path | Iterable[str | Path]) -> pd.DataFrame:
    """Read a log, or several as one: all their rows, in the order of asking.

    A question that was asked in several logs keeps all its rows: which of them counts is for
    ``evidence`` to say. Raises InputError when a file is not there, is damaged or is no log.
    """
    tables = [_read(path) for path in _listed(paths)]
    table = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    return table.sort_values(["asked_at", "qname", "qtype"], kind="stable", ignore_index=True)


def provenance(paths: str | Path | Iterable[str | Path]) -> dict[str, object]:
    """Return what a log says about its making; of several logs, taken together.

    A CSV has none: {}. Raises InputError as ``read``.
    """
    found = [told for path in _listed(paths) if (told := _provenance(path))]
    if not found:
        return {}
    return {
        "subjects": _union(found, "subjects"),
        "resolvers": _union(found, "resolvers"),
        "started": min(told["started"] for told in found),
        "finished": max(told["finished"] for told in found),
        "versions": {name: number for told in found for name, number in told["versions"].items()},
    }


def write(table: pd.DataFrame, path: str | Path, provenance: Mapping[str, object]) -> None:
    """Write a log; the file is there completely or not at all.

    The suffix says as what: Parquet with the provenance in its metadata, or CSV, with ``answers``
    and ``chain`` as JSON lists, without it. UsageError when the path cannot be written.
    """
    path = Path(path)
    check_writable(path)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("xb") as file:
            if path.suffix == ".csv":
                file.write(_csv(table).encode())
            else:
                pq.write_table(_arrow(table, provenance), file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        scratch.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise UsageError when a log cannot be written there: better before asking than after."""
    if path.suffix not in SUFFIXES:
        raise UsageError(f"{path}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; expected the name of a file")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"{path}: its folder is not there or cannot be written to")


def _listed(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not listed:
        raise InputError(f"no file given: {_EXPECTED}")
    return listed


def _read(path: Path) -> pd.DataFrame:
    with _named_errors(path):
        if path.suffix == ".csv":
            table = _read_csv(path)
        else:
            with path.open("rb") as file:
                table = _to_frame(pq.read_table(file, columns=list(COLUMNS)).cast(_SCHEMA))
    unknown = set(table["outcome"]) - OUTCOMES
    if unknown or table.drop(columns="ttl").isna().any(axis=None):
        found = f"outcome {min(map(str, unknown))!r}" if unknown else "empty cells"
        raise InputError(f"{path}: {found} in an observation log; {_EXPECTED}")
    return table


def _provenance(path: Path) -> dict[str, Any]:
    if path.suffix == ".csv":
        return {}
    with _named_errors(path), path.open("rb") as file:
        metadata = pq.read_schema(file).metadata or {}
        return dict(json.loads(metadata.get(_PROVENANCE, b"{}")))


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Say of any way in which a file can be unreadable which file it is and what was expected."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; {_EXPECTED}") from error
    except (OSError, ValueError, TypeError, KeyError, pa.ArrowException) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"{path}: damaged, or no observation log ({reason}); {_EXPECTED}"
        ) from error


def _read_csv(path: Path) -> pd.DataFrame:
    cells = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    rows = cells[list(COLUMNS)].itertuples(index=False)
    return frame(_from_cells(*row) for row in rows)


def _from_cells(*cells: str) -> Observation:
    row = Observation(*cells)  # type: ignore[arg-type] # texts, to be read one by one
    asked_at = dt.datetime.fromisoformat(str(row.asked_at))
    return row._replace(
        qname=_plain(row.qname),
        answers=tuple(map(str, json.loads(str(row.answers)))),
        chain=tuple(map(str, json.loads(str(row.chain)))),
        ttl=int(row.ttl) if row.ttl else None,
        authenticated=str(row.authenticated) == "True",
        asked_at=asked_at if asked_at.tzinfo else asked_at.replace(tzinfo=dt.UTC),
        duration_ms=float(row.duration_ms),
        attempts=int(row.attempts),
        detail=_plain(row.detail),
    )


def _csv(table: pd.DataFrame) -> str:
    cells = table[list(COLUMNS)].copy()
    for column in _LISTS:
        cells[column] = [json.dumps(list(items), ensure_ascii=False) for items in cells[column]]
    for column in _FREE_TEXT:
        cells[column] = [
            f"'{text}" if text.startswith(_FORMULA) else text for text in cells[column]
        ]
    cells["asked_at"] = [moment.isoformat() for moment in cells["asked_at"]]
    return cells.to_csv(index=False, lineterminator="\n")


def _plain(text: str) -> str:
    """Take away the mark that keeps a spreadsheet from reading a text as a formula."""
    return text.removeprefix("'")


def _arrow(table: pd.DataFrame, provenance: Mapping[str, object]) -> pa.Table:
    told = json.dumps(provenance, ensure_ascii=False, sort_keys=True).encode()
    rows = pa.Table.from_pandas(table[list(COLUMNS)], schema=_SCHEMA, preserve_index=False)
    return rows.replace_schema_metadata({_PROVENANCE: told})


def _to_frame(table: pa.Table) -> pd.DataFrame:
    result: pd.DataFrame = table.drop_columns(["ttl", *_LISTS]).to_pandas()
    for column in _LISTS:
        result[column] = pd.Series(table[column].to_pylist(), dtype="object")
    result["ttl"] = pd.array(table["ttl"].to_pylist(), dtype="Int64")
    return result[list(COLUMNS)]


def _union(found: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    items = [item for told in found for item in told.get(key, ())]
    return [json.loads(text) for text in dict.fromkeys(map(json.dumps, items))]


def _iso(moment: dt.datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
