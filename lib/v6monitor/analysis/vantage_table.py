"""Did the resolvers tell the truth? The vantage checks that a log of lookups holds."""

from collections.abc import Mapping

import pandas as pd

COLUMNS = ["check", "resolver", "expected", "found", "result"]
RESULTS = ("passed", "failed", "not_tested")


def vantage(provenance: Mapping[str, object]) -> pd.DataFrame:
    """List what the self-test before the lookups found: a row per check and resolver.

    ``provenance`` is that of the log. Returns ``check``, ``resolver``, ``expected``, ``found`` and
    ``result`` (``passed``, ``failed``, ``not_tested``); no row where nothing was tested, and none
    of what is no check.
    """
    told = provenance.get("vantage")
    checks = told.get("checks") if isinstance(told, Mapping) else None
    rows = [
        {name: str(check.get(name, "")) for name in COLUMNS}
        for check in (checks if isinstance(checks, list) else [])
        if isinstance(check, Mapping) and check.get("result") in RESULTS
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")
