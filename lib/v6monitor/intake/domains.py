"""Which names do a column of cells mean? Each different cell is looked at once."""

import re

import pandas as pd

from v6monitor.intake.reasons import Reason
from v6monitor.names import PLACEHOLDERS, InvalidNameError, normalise

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_LONGEST_PLAIN = 200
_DIVIDER = re.compile(r"[;,|\n]")


def normalised(cells: "pd.Series[str]") -> pd.DataFrame:
    """Return ``domain``, ``domain_display``, ``reason`` (why it is no name) and ``particulars``.

    Cells that are plain lower-case ASCII names already, which is nearly all of them, are taken
    as they are.
    """
    codes, different = pd.factorize(cells)
    names = pd.Series(different, dtype="str")
    plain = (
        names.str.fullmatch(_PLAIN)
        & ~names.str.contains("--", regex=False)
        & (names.str.len() < _LONGEST_PLAIN)
        & ~names.isin(PLACEHOLDERS)
    )
    table = pd.DataFrame({"domain": names, "domain_display": names}, dtype="str")
    table = table.assign(reason="", particulars="")
    if not plain.all():
        others = names[~plain]
        looked_at = [_looked_at(name) for name in others]
        table.loc[~plain] = pd.DataFrame(looked_at, others.index, table.columns, dtype="str")
    return table.iloc[codes].set_index(cells.index)


def split(cell: str) -> list[str]:
    """Return the names that a cell lists, with commas, semicolons, bars or lines between.

    In a web address only a comma before white space ends a name. What registers write behind an
    address is left out: "https://www.a.example, label: algemeen".
    """
    if not _DIVIDER.search(cell):
        return [cell]
    between = r"\s*(?:[;,|]\s+|\n)\s*" if "//" in cell else r"\s*[;,|\n]\s*"
    pieces = (piece.strip() for piece in re.split(between, cell))
    return [piece for piece in pieces if piece and not piece.startswith("label:")]


def _looked_at(cell: str) -> tuple[str, str, str, str]:
    try:
        return *normalise(cell), "", ""
    except InvalidNameError as error:
        if len(pieces := split(cell)) > 1 and all(map(is_name, pieces)):
            return "", "", Reason.SEVERAL_NAMES, ""
        reason, _, particulars = str(error).partition(": ")
        return "", "", reason, particulars


def is_name(cell: str) -> bool:
    """Tell whether a cell is a host name, a web address or an e-mail address."""
    try:
        normalise(cell)
    except InvalidNameError:
        return False
    return True
