"""How does a finished log stand on disk? As Parquet with its provenance, or as CSV; whole or not.

Rows pass in batches, so that a log of any length is written with little memory.
"""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from v6monitor.dns.cells import from_cells, to_cells
from v6monitor.dns.observation import OUTCOMES
from v6monitor.dns.table import COLUMNS, SCHEMA, batch, observations
from v6monitor.errors import InputError, UsageError

SUFFIXES = (".parquet", ".csv")
EXPECTED = "expected an observation log that `v6monitor lookup` wrote"

_PROVENANCE = b"v6monitor.provenance"
_ROW_GROUP = 1 << 14  # rows: more of them take more memory and hardly less space


def check_writable(path: Path) -> None:
    """Raise UsageError when a log cannot be written there: better before asking than after."""
    if path.suffix not in SUFFIXES:
        raise UsageError(f"{path}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; expected the name of a file")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"{path}: its folder is not there or cannot be written to")


def save(batches: Iterable[pa.RecordBatch], path: Path, provenance: Mapping[str, Any]) -> None:
    """Write a log; the file is there completely or not at all, and replaces an older one whole.

    The suffix says as what: Parquet with the provenance in its metadata, or CSV, with ``answers``
    and ``chain`` as JSON lists, without it. UsageError when the path cannot be written.
    """
    check_writable(path)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    write = _write_csv if path.suffix == ".csv" else _write_parquet
    try:
        with scratch.open("xb") as file:
            write(batches, file, provenance)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        scratch.unlink(missing_ok=True)


def load(path: Path) -> pa.Table:
    """Return the rows of a log with the columns of ``SCHEMA``.

    Raises InputError when the file is not there, is damaged or is no log.
    """
    with _named_errors(path):
        table = _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)
    unknown = set(table["outcome"].unique().to_pylist()) - OUTCOMES
    empty = any(table[name].null_count for name in COLUMNS if name != "ttl")
    if unknown or empty:
        found = f"outcome {min(map(str, unknown))!r}" if unknown else "empty cells"
        raise InputError(f"{path}: {found} in an observation log; {EXPECTED}")
    return table


def provenance(path: Path) -> dict[str, Any]:
    """Return what a log says about its making; a CSV says nothing: {}. InputError as ``load``."""
    if path.suffix == ".csv":
        return {}
    with _named_errors(path), path.open("rb") as file:
        found = json.loads((pq.read_metadata(file).metadata or {}).get(_PROVENANCE, b"{}"))
        if not isinstance(found, dict):
            raise TypeError("its provenance is not a JSON object")
        return found


def _write_parquet(
    batches: Iterable[pa.RecordBatch], file: IO[bytes], provenance: Mapping[str, Any]
) -> None:
    with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        for group in _grouped(batches):
            writer.write_table(pa.Table.from_batches(group, SCHEMA))
        writer.add_key_value_metadata({_PROVENANCE: _told(provenance)})


def _grouped(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Join small batches: a row group of a few rows compresses badly."""
    group: list[pa.RecordBatch] = []
    for rows in batches:
        group.append(rows)
        if sum(part.num_rows for part in group) >= _ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


def _told(provenance: Mapping[str, Any]) -> bytes:
    """Return the provenance as JSON; its subjects may be as many as the list is long."""
    rest = {name: value for name, value in provenance.items() if name != "subjects"}
    told = bytearray(json.dumps(rest, ensure_ascii=False, sort_keys=True)[:-1].encode())
    told += b', "subjects": [' if rest else b'"subjects": ['
    for number, pair in enumerate(provenance.get("subjects", ())):
        told += (", " * bool(number) + json.dumps(list(pair), ensure_ascii=False)).encode()
    return bytes(told + b"]}")


def _write_csv(batches: Iterable[pa.RecordBatch], file: IO[bytes], _: Mapping[str, Any]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for rows in batches:
        writer.writerows(map(to_cells, observations(rows)))
    text.flush()
    text.detach()


def _read_parquet(path: Path) -> pa.Table:
    with path.open("rb") as file:
        return pq.read_table(file, columns=list(COLUMNS)).cast(SCHEMA)


def _read_csv(path: Path) -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = csv.reader(file, strict=True)
        header = next(cells, [])
        places = [header.index(name) for name in COLUMNS]
        rows = [from_cells([row[place] for place in places]) for row in cells]
    return pa.Table.from_batches([batch(rows)])


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Say of any way in which a file can be unreadable which file it is and what was expected."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; {EXPECTED}") from error
    except (OSError, ValueError, TypeError, LookupError, csv.Error, pa.ArrowException) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"{path}: damaged, or no observation log ({reason}); {EXPECTED}"
        ) from error
