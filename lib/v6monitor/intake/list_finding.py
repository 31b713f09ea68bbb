"""What is a finding about the list of domains? A row that says what, of which name, and where."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

COLUMNS = ("what", "domain", "type", "list", "file", "row", "detail")
"""``what`` is a code (of ``FIXES`` or ``MOVES``); ``domain`` the name, or the text that is none, or
"" when it goes for the whole list; ``file`` and ``row`` where it stands (row 0: in no file);
``detail`` the other list, name, sector, state, day or number it is about, by code."""


def rows(what: str, table: pd.DataFrame, detail: Any = "") -> pd.DataFrame:
    """Return rows of a canonical table as findings."""
    names = {"source_file": "file", "source_row": "row"}
    found = table[["domain", "type", "list", *names]].rename(columns=names)
    return found.assign(what=what, detail=detail)


def together(parts: list[pd.DataFrame], order: tuple[str, ...]) -> pd.DataFrame:
    """Return findings in one table, by the order of what they are; each once."""
    found = pd.concat([_typed(part) for part in (pd.DataFrame(), *parts)], ignore_index=True)
    found = found.drop_duplicates().assign(order=found["what"].map(order.index))
    found = found.sort_values(["order", "domain", "type", "row"], ignore_index=True)
    return found[list(COLUMNS)]


def heir(name: str, renames: Mapping[str, str], there: set[str]) -> str:
    """Return the name under which an old one is on the list, through several mergers; "" if not."""
    seen = {name}
    while name in renames and renames[name] not in seen:
        name = renames[name]
        seen.add(name)
        if name in there:
            return name
    return ""


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of findings, empty where a part has none."""
    table = rows.reindex(columns=list(COLUMNS))
    text = table.drop(columns="row").astype("object").fillna("").astype("str")
    row = pd.to_numeric(table["row"]).fillna(0).astype("int64")
    return text.assign(row=row)[list(COLUMNS)]
