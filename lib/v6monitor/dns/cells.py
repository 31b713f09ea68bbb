"""How does a row of the log stand in a CSV file? As texts that no spreadsheet program runs."""

import datetime as dt
import json
from collections.abc import Sequence

from v6monitor.dns.observation import Observation

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def to_cells(row: Observation) -> list[str]:
    """Return the cells of an observation: ``answers`` and ``chain`` as JSON lists.

    The name and the detail are what anybody may have written: where one begins as a formula
    does, a ``'`` stands before it.
    """
    cells = row._replace(
        qname=_harmless(row.qname),
        answers=_json(row.answers),  # type: ignore[arg-type]
        chain=_json(row.chain),  # type: ignore[arg-type]
        ttl="" if row.ttl is None else row.ttl,  # type: ignore[arg-type]
        asked_at=row.asked_at.isoformat(),  # type: ignore[arg-type]
        detail=_harmless(row.detail),
    )
    return [str(cell) for cell in cells]


def from_cells(cells: Sequence[str]) -> Observation:
    """Return the observation that stands in the cells; ValueError when none does."""
    row = Observation(*cells)  # type: ignore[arg-type] # texts, to be read one by one
    asked_at = dt.datetime.fromisoformat(str(row.asked_at))
    return row._replace(
        qname=_plain(row.qname),
        answers=tuple(map(str, json.loads(str(row.answers)))),
        chain=tuple(map(str, json.loads(str(row.chain)))),
        ttl=int(row.ttl) if row.ttl else None,
        authenticated=str(row.authenticated) == "True",
        asked_at=asked_at if asked_at.tzinfo else asked_at.replace(tzinfo=dt.UTC),
        duration_ms=float(row.duration_ms),
        attempts=int(row.attempts),
        detail=_plain(row.detail),
    )


def _json(items: Sequence[str]) -> str:
    return json.dumps(list(items), ensure_ascii=False)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(text: str) -> str:
    return text.removeprefix("'")
