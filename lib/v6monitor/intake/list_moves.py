"""What changed in the list since the measurement before?"""

from collections.abc import Mapping

import pandas as pd

from v6monitor.intake.list_finding import heir, rows, together

MOVES = ("renamed", "disappeared", "new")
"""What changed in the list since the measurement before: to be looked at, not wrong by itself."""


def came_and_went(
    before: pd.DataFrame, now: pd.DataFrame, renames: Mapping[str, str]
) -> pd.DataFrame:
    """List the names that are new, disappeared or renamed since the month before (``MOVES``).

    Only of types that were measured both times. A merger is no disappearance: of each old name
    that goes on under a new one, ``detail`` has that name.
    """
    parts = []
    for kind in sorted(set(before["type"]) & set(now["type"])):
        then = before[before["type"] == kind].drop_duplicates("domain")
        here = now[now["type"] == kind].drop_duplicates("domain")
        there = set(here["domain"])
        gone = then[~then["domain"].isin(there)]
        heirs = pd.Series([heir(name, renames, there) for name in gone["domain"]], gone.index)
        parts += [
            rows("renamed", gone[heirs != ""], heirs[heirs != ""]),
            rows("disappeared", gone[heirs == ""]),
            rows("new", here[~here["domain"].isin(set(then["domain"]) | set(heirs))]),
        ]
    return together(parts, MOVES)
