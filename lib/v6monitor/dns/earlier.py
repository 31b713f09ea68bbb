"""What is known already? The answers of earlier logs that are not too old to be used again."""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, no-untyped-call"

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from v6monitor.dns import logfile
from v6monitor.dns.observation import DEFINITE, OK, Observation, Question, is_readable
from v6monitor.dns.table import batch, observations


class Earlier:
    """Definite answers of logs, those asked since a moment, by question; of several the latest.

    A lookup that failed is no answer: it is asked again. In memory is the Arrow form of the rows,
    some 120 bytes each, and 16 more to find them. Raises InputError for what is no log.
    """

    def __init__(self, paths: Sequence[Path], since: dt.datetime) -> None:
        table = pa.concat_tables([logfile.load(path) for path in paths])
        definite = pc.is_in(table["outcome"], pa.array(sorted(DEFINITE)))
        fresh = pc.greater_equal(table["asked_at"], pa.scalar(since, table["asked_at"].type))
        kept = table.filter(pc.and_(definite, fresh)).sort_by([("asked_at", "descending")])
        self._rows = kept.combine_chunks().to_batches()[0] if len(kept) else batch([])
        names, types = (self._rows[name].to_pylist() for name in Question._fields)
        keys = (hash(Question(*question)) for question in zip(names, types, strict=True))
        found = np.fromiter(keys, np.int64, self._rows.num_rows)
        self._order = np.argsort(found, kind="stable")
        self._keys = found[self._order]

    def __call__(self, question: Question) -> Observation | None:
        """Return the answer to a question, if it is known."""
        place = int(np.searchsorted(self._keys, hash(question)))
        if place == len(self._keys) or self._keys[place] != hash(question):
            return None
        row = next(observations(self._rows.slice(int(self._order[place]), 1)))
        readable = all(is_readable(row.qtype, text) for text in row.answers)
        told = row.outcome != OK or (row.answers and readable)
        return row if row[:2] == question and told else None
