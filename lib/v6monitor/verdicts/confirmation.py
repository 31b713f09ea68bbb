"""Losses between two bodies of evidence, and their confirmation by a second resolver."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from v6monitor.dns.observation import Observation, over_ipv6_only
from v6monitor.dns.plan import walk
from v6monitor.verdicts.domain import judgement
from v6monitor.verdicts.evidence import Evidence, is_definite
from v6monitor.verdicts.logic import NO, YES

HOUR, CONFIRMS_WITHIN = dt.timedelta(hours=1), dt.timedelta(days=45)
"""Answers at least and at most so far apart confirm each other (METHOD.md, "Change")."""


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
        yield from (
            Loss(domain, kind, name) for name in no if name in then and then[name].state == YES
        )


def is_no(loss: Loss, evidence: Evidence) -> bool:
    """Return whether the evidence, taken by itself, says no where a loss was found."""
    return judgement(evidence, loss.domain, {loss.kind}).verdicts[loss.verdict].state == NO


def second_answers(
    rows: Iterable[Observation],
    apart: dt.timedelta = HOUR,
    within: dt.timedelta = CONFIRMS_WITHIN,
) -> Evidence:
    """Return answers of other resolvers, ``apart`` to ``within`` after the first definite one."""
    first: dict[tuple[str, str], Observation] = {}
    second = []
    ordinary = (row for row in rows if not over_ipv6_only(row))
    for row in sorted(ordinary, key=lambda row: row.asked_at):
        known = first.setdefault((row.qname, row.qtype), row) if is_definite(row) else None
        other = known and row.resolver != known.resolver
        if known and other and apart <= row.asked_at - known.asked_at <= within:
            second.append(row)
    return Evidence(second)


class Confirmed(NamedTuple):
    """Domains with a loss, and how many of them other answers confirm."""

    lost: int
    """Domains that have lost a yes."""
    denied_again: int
    """Those of them of which another resolver says so too."""
    an_hour_apart: int
    """Those of them of which it said so an hour later or more: confirmed, by METHOD.md."""


class LossCheck:
    """Chooses the questions that confirm a run's losses against an earlier log.

    First those of every loss, then those of losses that the other resolver does not see: of these
    what is answered last counts.
    """

    def __init__(self, before: Iterable[Observation], subjects: Iterable[tuple[str, str]]) -> None:
        self._before = before
        self._subjects = subjects
        self._rows: list[Observation] = []
        self._losses: list[Loss] = []

    def __call__(self, rows: list[Observation]) -> Iterator[list[Observation]]:
        """Yield rows to be asked again; ``rows`` grows by their answers meanwhile."""
        self._rows = rows
        found = Evidence(_first_answers(rows))
        self._losses = list(losses(Evidence(self._before), found, self._subjects))
        yield self._deciding(self._losses)
        now = Evidence(rows)
        yield self._deciding([loss for loss in self._losses if not is_no(loss, now)])

    def summary(self) -> Confirmed:
        """Return how many domains lost a yes, and how many losses are confirmed."""
        at_all = second_answers(self._rows, dt.timedelta(0))
        later = second_answers(self._rows)
        now = Evidence(self._rows)
        still = [loss for loss in self._losses if is_no(loss, now)]
        return Confirmed(
            len({loss.domain for loss in self._losses}),
            len({loss.domain for loss in still if is_no(loss, at_all)}),
            len({loss.domain for loss in still if is_no(loss, later)}),
        )

    def _deciding(self, chosen: Iterable[Loss]) -> list[Observation]:
        """Return the rows of all questions about the domains of these losses."""
        evidence = Evidence(self._rows)
        subjects = dict.fromkeys((loss.domain, loss.kind) for loss in chosen)
        asked = walk(subjects, lambda question: evidence.question(*question))
        return [row for _, row in asked if row is not None]


def _first_answers(rows: Iterable[Observation]) -> Iterator[Observation]:
    """Yield the first row of each question: what the run itself found."""
    seen = set()
    for row in rows:
        if row[:2] not in seen:
            seen.add(row[:2])
            yield row
