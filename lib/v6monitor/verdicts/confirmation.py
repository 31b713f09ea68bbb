"""Losses between two bodies of evidence, and their confirmation by a second resolver."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from v6monitor.dns.observation import Observation
from v6monitor.verdicts.domain import judgement
from v6monitor.verdicts.evidence import Evidence, is_definite
from v6monitor.verdicts.logic import NO, YES

HOUR = dt.timedelta(hours=1)


class Loss(NamedTuple):
    """A verdict that was yes and is no."""

    domain: str
    kind: str
    """``web`` or ``mail``."""
    verdict: str
    """A column of ``verdicts.COLUMNS``."""


def losses(
    before: Evidence, after: Evidence, subjects: Iterable[tuple[str, str]]
) -> Iterator[Loss]:
    """Yield each verdict on each (domain, ``web`` or ``mail``) that went from yes to no."""
    for domain, kind in subjects:
        now = judgement(after, domain, {kind}).verdicts
        no = [name for name, verdict in now.items() if verdict.state == NO]
        then = judgement(before, domain, {kind}).verdicts if no else {}
        yield from (Loss(domain, kind, name) for name in no if then[name].state == YES)


def is_no(loss: Loss, evidence: Evidence) -> bool:
    """Return whether the evidence, taken by itself, says no where a loss was found."""
    return judgement(evidence, loss.domain, {loss.kind}).verdicts[loss.verdict].state == NO


def second_answers(rows: Iterable[Observation], apart: dt.timedelta = HOUR) -> Evidence:
    """Return the answers of other resolvers, ``apart`` after the first definite one or later.

    A loss for which this evidence says no by itself is confirmed (METHOD.md, "Change").
    """
    first: dict[tuple[str, str], Observation] = {}
    second = []
    for row in sorted(rows, key=lambda row: row.asked_at):
        known = first.setdefault((row.qname, row.qtype), row) if is_definite(row) else None
        if known and row.resolver != known.resolver and row.asked_at >= known.asked_at + apart:
            second.append(row)
    return Evidence(second)
