"""Tables as text that a notebook can hold, and as Parquet."""

import base64
import io
from typing import Any

import pandas as pd


def with_columns(table: "pd.DataFrame | pd.Series[Any]") -> pd.DataFrame:
    """Return a table whose row labels are columns too and whose column names are texts.

    Nothing of what a cell of a notebook ends with is lost: a Series becomes a table, the levels
    of an index become its first columns, and a column name of several levels is joined.

    Example:
        >>> counts = pd.Series({"rijk": 3, "gemeente": 5}, name="domains").rename_axis("sector")
        >>> with_columns(counts).columns.to_list()
        ['sector', 'domains']
    """
    frame = table.to_frame() if isinstance(table, pd.Series) else table
    index = frame.index
    numbered = index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index)
    if not numbered:  # the numbers of rows say nothing
        names = [name or f"row {level}" for level, name in enumerate(index.names, start=1)]
        frame = frame.reset_index(names=names, allow_duplicates=True)
    frame = frame.copy(deep=False)
    frame.columns = pd.Index([_joined(name) for name in frame.columns], dtype="str")
    frame.attrs = dict(table.attrs)
    return frame


def pack(table: pd.DataFrame) -> str:
    """Return a table as text that a notebook can hold, with its types: Parquet in Base64."""
    return base64.b64encode(parquet(flat(table))).decode("ascii")


def unpack(text: str) -> pd.DataFrame:
    """Return the table that ``pack`` was given; lists in its cells are texts now."""
    return pd.read_parquet(io.BytesIO(base64.b64decode(text)))


def parquet(table: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file, without its attributes."""
    data = io.BytesIO()
    bare = table.copy(deep=False)
    bare.attrs = {}
    bare.to_parquet(data, compression="zstd", index=False)
    return data.getvalue()


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose cells are numbers, dates and texts: a list becomes its items."""
    plain = table.reset_index(drop=True)
    for name, dtype in table.dtypes.items():
        if pd.api.types.is_object_dtype(dtype):
            plain[name] = plain[name].map(_plain_text).astype("str")
    return plain


def _joined(name: object) -> str:
    levels = name if isinstance(name, tuple) else (name,)
    return " · ".join(str(level) for level in levels if level != "")


def _plain_text(value: Any) -> str | None:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return None if pd.isna(value) else str(value)
