"""Which names do a column of cells mean? Each different cell is looked at once."""

import pandas as pd

from v6monitor.names import PLACEHOLDERS, InvalidNameError, normalise

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_LONGEST_PLAIN = 200


def normalised(cells: "pd.Series[str]") -> pd.DataFrame:
    """Return ``domain``, ``domain_display`` and ``reason`` (why it is no host name) per cell.

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
    table = pd.DataFrame({"domain": names, "domain_display": names, "reason": ""}, dtype="str")
    if not plain.all():
        others = names[~plain]
        looked_at = [_looked_at(name) for name in others]
        table.loc[~plain] = pd.DataFrame(looked_at, others.index, table.columns, dtype="str")
    return table.iloc[codes].set_index(cells.index)


def _looked_at(cell: str) -> tuple[str, str, str]:
    try:
        return *normalise(cell), ""
    except InvalidNameError as error:
        return "", "", str(error)
