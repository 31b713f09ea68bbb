"""Observations as Arrow batches, and back, without pandas."""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from functools import lru_cache, partial
from itertools import accumulate, chain, pairwise, repeat
from typing import Any

import pyarrow as pa

from v6monitor.dns.observation import Observation

COLUMNS = Observation._fields

_LIST = pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        ("qname", pa.string()),
        ("qtype", pa.string()),
        ("outcome", pa.string()),
        ("answers", _LIST),
        ("chain", _LIST),
        ("ttl", pa.int64()),
        ("authenticated", pa.bool_()),
        ("resolver", pa.string()),
        ("asked_at", pa.timestamp("us", "UTC")),
        ("duration_ms", pa.float64()),
        ("attempts", pa.int64()),
        ("detail", pa.string()),
    ]
)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def batch(rows: Sequence[Observation]) -> pa.RecordBatch:
    """Return observations as an Arrow batch, in the order given.

    It is made from buffers, because ``pa.array`` loads pandas at its first call.
    """
    columns = dict(zip(COLUMNS, list(zip(*rows, strict=True)) or repeat(()), strict=False))
    asked_at = [microseconds(moment) for moment in columns.pop("asked_at")]
    ttls = columns.pop("ttl")
    known = [ttl is not None for ttl in ttls]
    made = {name: _ARRAYS[SCHEMA.field(name).type](values) for name, values in columns.items()}
    made["asked_at"] = _numbers(asked_at, SCHEMA.field("asked_at").type)
    made["ttl"] = _numbers([ttl or 0 for ttl in ttls], pa.int64(), _bits(known))
    return pa.record_batch([made[name] for name in COLUMNS], schema=SCHEMA)


def observations(rows: pa.RecordBatch) -> Iterator[Observation]:
    """Yield the rows of an Arrow batch as observations."""
    yield from map(Observation, *(_cells(rows.column(name)) for name in COLUMNS))


def _cells(column: pa.Array) -> Iterable[Any]:
    """Return the values of a column as an observation has them."""
    if column.type == _LIST:
        texts, ends = column.flatten().to_pylist(), column.offsets.to_pylist()  # of a slice, too
        first = ends[0] if ends else 0
        return (tuple(texts[begin - first : end - first]) for begin, end in pairwise(ends))
    if pa.types.is_timestamp(column.type):
        return (_EPOCH + number * _MICROSECOND for number in column.view(pa.int64()).to_pylist())
    cells: list[Any] = column.to_pylist()
    return cells


@lru_cache(1024)
def microseconds(moment: dt.datetime) -> int:
    """Return a moment as Arrow counts it; queries that are sent together share theirs."""
    return (moment - _EPOCH) // _MICROSECOND


def _texts(values: Sequence[str]) -> pa.Array:
    joined = "".join(values)
    data = pa.py_buffer(joined.encode())
    lengths = values if joined.isascii() else [value.encode() for value in values]
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(_offsets(lengths)), data)


def _lists(values: Sequence[Sequence[str]]) -> pa.Array:
    texts = _texts(list(chain.from_iterable(values)))
    offsets = [None, pa.py_buffer(_offsets(values))]
    return pa.Array.from_buffers(_LIST, len(values), offsets, children=[texts])


def _numbers(
    values: Sequence[float], kind: pa.DataType = None, valid: pa.Buffer = None
) -> pa.Array:
    kind = kind or pa.int64()
    data = array("d" if kind == pa.float64() else "q", values)
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(data)])


def _truths(values: Sequence[bool]) -> pa.Array:
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def _offsets(values: Sequence[Sized]) -> array[int]:
    return array("i", accumulate(map(len, values), initial=0))


def _bits(values: Sequence[bool]) -> pa.Buffer:
    """Return a bit per value, the first one lowest."""
    digits = "".join("1" if value else "0" for value in reversed(values))
    return pa.py_buffer(int(digits or "0", 2).to_bytes(len(values) // 8 + 1, "little"))


_ARRAYS: dict[pa.DataType, Callable[[Sequence[Any]], pa.Array]] = {
    pa.string(): _texts,
    _LIST: _lists,
    pa.int64(): _numbers,
    pa.float64(): partial(_numbers, kind=pa.float64()),
    pa.bool_(): _truths,
}
