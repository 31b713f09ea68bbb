"""How do observations become a table, and a table observations? Arrow does both at speed."""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

from collections.abc import Iterator, Sequence

import pyarrow as pa

from v6monitor.lookups.observation import Observation

COLUMNS = Observation._fields
SCHEMA = pa.schema(
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


def batch(observations: Sequence[Observation]) -> pa.RecordBatch:
    """Return observations as an Arrow batch, in the order given."""
    columns = list(zip(*observations, strict=True)) or [()] * len(COLUMNS)
    arrays = [pa.array(values, f.type) for values, f in zip(columns, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def observations(rows: pa.RecordBatch | pa.Table) -> Iterator[Observation]:
    """Give the rows of an Arrow batch or table as observations."""
    columns = (rows.column(name).to_pylist() for name in COLUMNS)
    for cells in zip(*columns, strict=True):
        row = Observation(*cells)
        yield row._replace(answers=tuple(row.answers), chain=tuple(row.chain))
