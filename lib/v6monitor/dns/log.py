"""Where is the evidence kept? The observation log: Parquet or CSV, raw, never changed again.

A row per question with the columns of ``Observation``; in the Parquet file's metadata stands the
provenance (``provenance`` tells what is in it). This is the log as the rest of the package knows
it: DataFrames. While a run is under way its rows stand in a ``journal``; ``logfile`` writes them.
"""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from v6monitor.dns import logfile
from v6monitor.dns.observation import Observation
from v6monitor.dns.table import COLUMNS, SCHEMA, batch
from v6monitor.errors import InputError

_LISTS = ["answers", "chain"]


def frame(observations: Iterable[Observation]) -> pd.DataFrame:
    """Return observations as a table with the columns ``COLUMNS``, in the order given.

    Texts are ``str``; ``answers`` and ``chain`` lists of texts; ``ttl`` and ``attempts`` Int64,
    ``ttl`` NA where there is none; ``asked_at`` UTC.
    """
    return _to_frame(pa.Table.from_batches([batch(tuple(observations))]))


def empty() -> pd.DataFrame:
    """Return a log without rows."""
    return frame(())


def read(paths: str | Path | Iterable[str | Path]) -> pd.DataFrame:
    """Read a log, or several as one: all their rows, in the order of asking.

    A question that was asked in several logs keeps all its rows: which of them counts is for
    ``evidence`` to say. Raises InputError when a file is not there, is damaged or is no log.
    """
    table = _to_frame(pa.concat_tables(logfile.load(path) for path in _listed(paths)))
    return table.sort_values(["asked_at", "qname", "qtype"], kind="stable", ignore_index=True)


def provenance(paths: str | Path | Iterable[str | Path]) -> dict[str, Any]:
    """Return what a log says about its making; of several logs, taken together.

    ``subjects`` (list of [domain, type]) · ``resolvers`` as the user named them · ``started`` and
    ``finished`` (ISO, UTC) · ``versions`` of the programs · ``settings`` of the asking ·
    ``vantage`` (``tested``, and the ``checks`` of ``vantage.Check``) · ``sessions``, in how many
    goes it was made · ``reused``, how many answers an earlier log gave · ``failure``, why nobody
    was asked. Logs of earlier versions hold less. A CSV has none: {}. Raises InputError as
    ``read``.
    """
    found = [told for path in _listed(paths) if (told := logfile.provenance(path))]
    if len(found) <= 1:
        return found[0] if found else {}
    vantage = [told.get("vantage", {}) for told in found]
    return {
        "subjects": _union(found, "subjects"),
        "resolvers": _union(found, "resolvers"),
        "started": min(told["started"] for told in found),
        "finished": max(told["finished"] for told in found),
        "versions": {name: number for told in found for name, number in told["versions"].items()},
        "vantage": {
            "tested": all(told.get("tested") for told in vantage),
            "checks": _union(vantage, "checks"),
        },
    }


def write(table: pd.DataFrame, path: str | Path, provenance: Mapping[str, Any]) -> None:
    """Write such a table as a log: ``logfile.save``."""
    rows = pa.Table.from_pandas(table[list(COLUMNS)], schema=SCHEMA, preserve_index=False)
    logfile.save(rows.to_batches(), Path(path), provenance)


def _listed(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not listed:
        raise InputError(f"no file given: {logfile.EXPECTED}")
    return listed


def _to_frame(table: pa.Table) -> pd.DataFrame:
    result: pd.DataFrame = table.drop_columns(["ttl", *_LISTS]).to_pandas()
    for column in _LISTS:
        result[column] = pd.Series(table[column].to_pylist(), dtype="object")
    result["ttl"] = pd.array(table["ttl"].to_pylist(), dtype="Int64")
    return result[list(COLUMNS)]


def _union(found: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    items = [item for told in found for item in told.get(key, ())]
    return [json.loads(text) for text in dict.fromkeys(map(json.dumps, items))]
