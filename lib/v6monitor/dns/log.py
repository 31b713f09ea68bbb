"""Observation log: Parquet or CSV on disk, DataFrame in memory, Arrow batches while written.

A row per question with the columns of ``Observation``; a Parquet file's metadata has the
provenance. A log is written once, whole or not at all, and never changed. Nothing here imports
pandas when it is loaded: a lookup does without, which saves it 36 MB and a quarter of a second.
"""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from v6monitor.dns.arrow import COLUMNS, SCHEMA, batch, observations
from v6monitor.dns.observation import OUTCOMES, Observation, normalised
from v6monitor.errors import InputError, UsageError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".parquet", ".csv")

_EXPECTED = "expected an observation log that `v6monitor lookup` wrote"
_PROVENANCE = b"v6monitor.provenance"
_SUBJECTS = b"v6monitor.subjects"
_ROW_GROUP = 1 << 14  # rows: more of them take more memory and hardly less space
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def read_log(path: str | Path | Iterable[str | Path]) -> pd.DataFrame:
    """Return the observations of a log, or of several as one, in the order of asking.

    A question that was asked in several logs keeps all its rows; which of them counts is decided
    when they are judged.

    Args:
        path: a Parquet file, or a CSV whose ``answers`` and ``chain`` are JSON lists; or several.

    Returns:
        One row per question, with the columns

        - ``qname`` (lower-case A-label, no final dot), ``qtype``, ``outcome`` (METHOD.md §1);
        - ``answers`` (list of record data), ``chain`` (list of CNAME targets followed);
        - ``ttl`` (seconds; NA without answers), ``authenticated`` (the AD bit);
        - ``resolver`` (after ``ipv6-only:`` where it may not use IPv4), ``asked_at`` (UTC),
          ``duration_ms`` (milliseconds), ``attempts`` (messages sent), ``detail`` (what went wrong
          on the way).

        ``attrs["source"]`` names the lookups, ``attrs["subjects"]`` has the (domain, ``"web"`` or
        ``"mail"``) pairs that a Parquet file was made about, and ``attrs["provenance"]`` what else
        it says about its making.

    Raises:
        InputError: a file is not there, is damaged or is no observation log.

    Example:
        >>> import tempfile
        >>> from v6monitor.dns.observation import Observation
        >>> noon = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
        >>> row = Observation(
        ...     "a.example", "A", "nodata", (), (), None, False, "192.0.2.53", noon, 1.5, 1, ""
        ... )
        >>> path = Path(tempfile.mkdtemp()) / "obs.parquet"
        >>> save([batch([row])], path, {"resolvers": ["192.0.2.53"]})
        >>> log = read_log(path)
        >>> log[["qname", "qtype", "outcome"]].to_dict("records")
        [{'qname': 'a.example', 'qtype': 'A', 'outcome': 'nodata'}]
        >>> log.attrs["source"]
        ['lookups 2026-10-01T12:00:00+00:00']

    Source:
        DESIGN.md §6, METHOD.md §1.
    """
    paths = _listed(path)
    table = _to_frame(pa.concat_tables(load(one) for one in paths))
    result = table.sort_values(["asked_at", "qname", "qtype"], kind="stable", ignore_index=True)
    made = provenance(paths)
    result.attrs["subjects"] = Subjects(map(tuple, made.pop("subjects", ())))
    result.attrs["provenance"] = Provenance(made)
    return with_source(result)


class Subjects(tuple[tuple[str, str], ...]):
    """The (domain, type) pairs of a log; shared, where pandas copies ``attrs`` with every table."""

    __slots__ = ()

    def __deepcopy__(self, _: Any) -> Self:
        return self


class Provenance(dict[str, Any]):
    """What a log says about its making; shared as ``Subjects`` is."""

    def __deepcopy__(self, _: Any) -> Self:
        return self


def provenance(paths: str | Path | Iterable[str | Path]) -> dict[str, Any]:
    """Return what a log says about its making; of several logs, taken together.

    ``subjects`` (list of [domain, type]) · ``resolvers`` as the user named them · ``started`` and
    ``finished`` (ISO, UTC) · ``versions`` of the programs · ``settings`` of the policy ·
    ``vantage`` (``tested``, and the ``checks`` of ``vantage.Check``) · ``sessions``, in how many
    parts it was made · ``reused``, how many answers an earlier log gave · ``failure``, why nothing
    was asked · ``ipv6_only``, the resolvers that may not use IPv4, and ``ipv6_only_failure``, why
    they were not asked. Logs of earlier versions have less. A CSV has none: {}. Raises InputError
    as ``read_log``.
    """
    listed = [_provenance(path) for path in _listed(paths)]
    found = [one for one in listed if one]
    if len(listed) == 1 or not found:
        return listed[0]
    vantage = [one.get("vantage", {}) for one in found]
    return {
        "subjects": _union(found, "subjects") if all(listed) else [],
        "resolvers": _union(found, "resolvers"),
        "started": min(one["started"] for one in found),
        "finished": max(one["finished"] for one in found),
        "ipv6_only": _union(found, "ipv6_only"),
        "versions": {name: number for one in found for name, number in one["versions"].items()},
        "vantage": {
            "tested": all(one.get("tested") for one in vantage),
            "checks": _union(vantage, "checks"),
        },
    }


def frame(observations: Iterable[Observation]) -> pd.DataFrame:
    """Return observations as a table with the columns ``COLUMNS``, in the order given."""
    return with_source(_to_frame(pa.Table.from_batches([batch(tuple(observations))])))


def with_source(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with ``attrs["source"]``: when its lookups began."""
    first = None if table.empty else table["asked_at"].min().isoformat(timespec="seconds")
    table.attrs["source"] = [f"lookups {first}"] if first else []
    return table


def write(table: pd.DataFrame, path: str | Path, provenance: Mapping[str, Any]) -> None:
    """Write such a table as a log (``save``)."""
    rows = pa.Table.from_pandas(table[list(COLUMNS)], schema=SCHEMA, preserve_index=False)
    save(rows.to_batches(), Path(path), provenance)


# Files


def check_writable(path: Path) -> None:
    """Raise UsageError when a log cannot be written there: better before asking than after."""
    if path.suffix not in SUFFIXES:
        raise UsageError(f"{path}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; expected the name of a file")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"{path}: its folder is not there or cannot be written to")


class Writer:
    """Writes a log, whole or not at all: Parquet with provenance, or CSV without.

    A context manager; UsageError when it cannot be written. Nothing is there before ``add``.
    """

    def __init__(self, path: Path) -> None:
        check_writable(path)
        self._path = path
        self._scratch = path.with_name(f".{path.name}.new")
        self._small: list[pa.RecordBatch] = []
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # a full disk, of which ``finish`` has spoken
            self._opened.close()

    @cached_property
    def _file(self) -> IO[bytes]:
        self._scratch.unlink(missing_ok=True)  # of a run that was ended by force
        file = self._opened.enter_context(self._scratch.open("xb"))  # never through a link
        self._opened.callback(self._scratch.unlink, missing_ok=True)
        if self._path.suffix == ".csv":
            file.write(_csv_rows([COLUMNS]))
        return file

    @cached_property
    def _parquet(self) -> pq.ParquetWriter:
        return pq.ParquetWriter(self._file, SCHEMA, compression="zstd")

    def add(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Write rows."""
        with writing(self._path):
            for rows in batches:
                if self._path.suffix == ".csv":
                    self._file.write(_csv_rows(map(_to_cells, observations(rows))))
                    continue
                self._small.append(rows)  # a row group of a few rows compresses badly
                if sum(part.num_rows for part in self._small) >= _ROW_GROUP:
                    self._add_group()

    def finish(self, provenance: Mapping[str, Any]) -> None:
        """Put the log in its place."""
        with writing(self._path):
            if self._path.suffix == ".parquet":
                self._add_group()
                rest = {name: one for name, one in provenance.items() if name != "subjects"}
                said = json.dumps(rest, ensure_ascii=False, sort_keys=True).encode()
                packed = _packed(provenance.get("subjects", ()))
                self._parquet.add_key_value_metadata({_PROVENANCE: said, _SUBJECTS: packed})
                self._parquet.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            if not os.path.samestat(os.fstat(self._file.fileno()), self._scratch.stat()):
                raise UsageError(f"{self._path}: another run writes it too; run this one again")
            self._scratch.replace(self._path)

    def _add_group(self) -> None:
        if self._small:
            self._parquet.write_table(pa.Table.from_batches(self._small, SCHEMA))
            self._small.clear()


def save(batches: Iterable[pa.RecordBatch], path: Path, provenance: Mapping[str, Any]) -> None:
    """Write a log of batches with ``Writer``."""
    with Writer(path) as writer:
        writer.add(batches)
        writer.finish(provenance)


def load(path: Path) -> pa.Table:
    """Return the rows of a log with the columns of ``SCHEMA``. InputError as ``read_log``."""
    with _named_errors(path):
        table = _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)
    return _checked(table, path)


def rows(path: Path) -> Iterator[Observation]:
    """Yield the observations of a log without pandas. InputError as ``read_log``."""
    for part in load(path).to_batches():
        yield from observations(part)


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a Parquet log of our own, some at a time. InputError as ``read_log``."""
    with _named_errors(path), pq.ParquetFile(path) as file:
        for rows in file.iter_batches(_ROW_GROUP, columns=list(COLUMNS)):
            table = pa.Table.from_batches([rows]).select(list(COLUMNS)).cast(SCHEMA)
            yield from _checked(table, path).to_batches()


def _checked(table: pa.Table, path: Path) -> pa.Table:
    unknown = set(table["outcome"].unique().to_pylist()) - OUTCOMES
    if unknown or _has_empty_cells(table):
        found = f"outcome {min(map(str, unknown))!r}" if unknown else "empty cells"
        raise InputError(f"{path}: {found} in an observation log; {_EXPECTED}")
    return table


def _provenance(path: Path) -> dict[str, Any]:
    found = about(path)
    if path.suffix != ".csv" and _SUBJECTS in _metadata(path):
        found["subjects"] = list(subjects(path))
    return found


def about(path: Path) -> dict[str, Any]:
    """Return what ``provenance`` says of a log but its subjects. InputError as ``read_log``."""
    if path.suffix == ".csv":
        return {}
    said = _metadata(path).get(_PROVENANCE, b"{}")
    with _named_errors(path):
        found = json.loads(said)
        if not isinstance(found, dict):
            raise TypeError("its provenance is not a JSON object")
        return found


def subjects(path: Path) -> Iterator[list[str]]:
    """Yield the subjects of a log: of a million names a list of them takes 600 MiB.

    InputError as ``read_log``.
    """
    if packed := _metadata(path).get(_SUBJECTS):
        with _named_errors(path):
            yield from map(json.loads, _unpacked(packed))


def _metadata(path: Path) -> Mapping[bytes, bytes]:
    with _named_errors(path), path.open("rb") as file:
        return pq.read_metadata(file).metadata or {}


def _packed(subjects: Iterable[tuple[str, str]]) -> bytes:
    """Return subjects, of any number, as lines of JSON that are compressed and in base 64."""
    compressor = zlib.compressobj()
    lines = (f"{json.dumps(list(pair), ensure_ascii=False)}\n".encode() for pair in subjects)
    made = bytearray()
    for line in lines:  # `join` would have a list of them all
        made += compressor.compress(line)
    return base64.b64encode(made + compressor.flush())


def _unpacked(packed: bytes) -> Iterator[bytes]:
    try:
        yield from io.BytesIO(zlib.decompress(base64.b64decode(packed, validate=True)))
    except zlib.error as error:
        raise ValueError(error) from error


def _read_parquet(path: Path) -> pa.Table:
    with pq.ParquetFile(path) as file:
        table = file.read(columns=list(COLUMNS)).select(list(COLUMNS)).cast(SCHEMA)
        own = _PROVENANCE in (file.metadata.metadata or {})
    if own or _has_empty_cells(table):
        return table
    found = (row for part in table.to_batches() for row in observations(part))
    return pa.Table.from_batches([batch([normalised(row) for row in found])])


def _has_empty_cells(table: pa.Table) -> bool:
    return any(table[name].null_count for name in COLUMNS if name != "ttl")


def _csv_rows(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _read_csv(path: Path) -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = csv.reader(file, strict=True)
        header = next(cells, [])
        places = [header.index(name) for name in COLUMNS]
        rows = [_from_cells([row[place] for place in places]) for row in cells]
    return pa.Table.from_batches([batch(rows)])


def _to_cells(row: Observation) -> list[str]:
    """Return the CSV cells of an observation; one that begins as a formula gets a ``'`` first."""
    cells = row._replace(
        qname=_harmless(row.qname),
        answers=json.dumps(row.answers, ensure_ascii=False),  # type: ignore[arg-type]
        chain=json.dumps(row.chain, ensure_ascii=False),  # type: ignore[arg-type]
        ttl="" if row.ttl is None else row.ttl,  # type: ignore[arg-type]
        asked_at=row.asked_at.isoformat(),  # type: ignore[arg-type]
        detail=_harmless(row.detail),
    )
    return [str(cell) for cell in cells]


def _from_cells(cells: Sequence[str]) -> Observation:
    """Return the observation in CSV cells; ValueError when they hold none."""
    row = Observation(*cells)  # type: ignore[arg-type] # texts, to be read one by one
    asked_at = dt.datetime.fromisoformat(str(row.asked_at))
    return normalised(
        row._replace(
            qname=row.qname.removeprefix("'"),
            answers=tuple(map(str, json.loads(str(row.answers)))),
            chain=tuple(map(str, json.loads(str(row.chain)))),
            ttl=int(row.ttl) if row.ttl else None,
            authenticated=str(row.authenticated).lower() == "true",
            asked_at=asked_at if asked_at.tzinfo else asked_at.replace(tzinfo=dt.UTC),
            duration_ms=float(row.duration_ms),
            attempts=int(row.attempts),
            detail=row.detail.removeprefix("'"),
        )
    )


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise what the system says about a file that cannot be written as a UsageError."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Raise whatever makes a file unreadable as an InputError that names the file."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; {_EXPECTED}") from error
    except (OSError, ValueError, TypeError, LookupError, csv.Error, pa.ArrowException) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"{path}: damaged, or no observation log ({reason}); {_EXPECTED}"
        ) from error


def _to_frame(table: pa.Table) -> pd.DataFrame:
    plain = table.drop_columns(["ttl", "answers", "chain"])
    result: pd.DataFrame = plain.combine_chunks().to_pandas()  # taking rows is fast then
    for column in ("answers", "chain"):  # lists, where Arrow itself would give numpy arrays
        result[column] = table[column].to_pylist()
    result["ttl"] = table["ttl"].to_pandas(integer_object_nulls=True)
    return result[list(COLUMNS)].astype({"ttl": "Int64", "answers": object, "chain": object})


def _listed(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not listed:
        raise InputError(f"no file given: {_EXPECTED}")
    return listed


def _union(found: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    items = [item for one in found for item in one.get(key, ())]
    return [json.loads(text) for text in dict.fromkeys(map(json.dumps, items))]
