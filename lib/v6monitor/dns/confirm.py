"""Is a loss also one at another resolver? Its questions are asked again, elsewhere and later."""

import datetime as dt
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from v6monitor.dns.asking import Manners
from v6monitor.dns.client import Client
from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.plan import walk
from v6monitor.dns.resolvers import Resolver
from v6monitor.dns.work import Questions
from v6monitor.verdicts.confirmation import Loss, is_no, losses, second_answers
from v6monitor.verdicts.evidence import Evidence

_NAP = 0.2  # seconds


class Confirmed(NamedTuple):
    """What came of the losses."""

    lost: int
    """Domains that have lost a yes."""
    denied_again: int
    """Those of them of which another resolver says so too."""
    an_hour_apart: int
    """Those of them of which it said so an hour later or more: confirmed, by METHOD.md."""


class Confirmation:
    """The losses of a run against an earlier log, and the answers that confirm them.

    ``rows`` are the run's so far, ``before`` is the earlier log, ``keep`` is given each new row,
    and ``tell`` what a user waits for.
    """

    def __init__(
        self,
        before: Iterable[Observation],
        rows: Iterable[Observation],
        subjects: Iterable[tuple[str, str]],
        keep: Callable[[Observation], None],
        tell: Callable[[str], None],
    ) -> None:
        self._rows = list(rows)
        self._keep = keep
        self._tell = tell
        self.ignored = 0
        """Packets that came in and answered nothing."""
        self._losses = list(losses(Evidence(before), Evidence(_firsts(self._rows)), subjects))

    def ask(self, resolvers: Sequence[Resolver], manners: Manners, apart: dt.timedelta) -> None:
        """Ask the questions of each loss at another resolver, when the answers are so old.

        Where that resolver sees no loss they are asked once more: what is answered last counts.
        """
        self._ask(self._losses, resolvers, manners, apart)
        now = Evidence(self._rows)
        disputed = [loss for loss in self._losses if not is_no(loss, now)]
        self._ask(disputed, resolvers, manners, apart)

    def outcome(self) -> Confirmed:
        """Count the domains."""
        at_all = second_answers(self._rows, dt.timedelta(0))
        later = second_answers(self._rows)
        now = Evidence(self._rows)
        still = [loss for loss in self._losses if is_no(loss, now)]
        return Confirmed(
            len({loss.domain for loss in self._losses}),
            len({loss.domain for loss in still if is_no(loss, at_all)}),
            len({loss.domain for loss in still if is_no(loss, later)}),
        )

    def _ask(
        self,
        found: Sequence[Loss],
        resolvers: Sequence[Resolver],
        manners: Manners,
        apart: dt.timedelta,
    ) -> None:
        if not found:
            return
        by_resolver = defaultdict(list)
        answered = Counter((row.qname, row.qtype, row.resolver) for row in self._rows)
        latest = dt.datetime.min.replace(tzinfo=dt.UTC)
        for question, row in self._questions(found):
            latest = max(latest, row.asked_at)
            counts = {one: answered[*question, one.label] for one in resolvers}
            others = [one for one in resolvers if one.label != row.resolver]
            by_resolver[min(others, key=lambda one: counts[one])].append(question)
        self._wait_until(latest + apart, sum(map(len, by_resolver.values())))
        for resolver, questions in by_resolver.items():
            with Client([resolver], manners) as client:
                for row in client.run(Questions(questions)):
                    self._keep(row)
                    self._rows.append(row)
            self.ignored += client.ignored

    def _wait_until(self, moment: dt.datetime, questions: int) -> None:
        if dt.datetime.now(dt.UTC) < moment:
            self._tell(f"waits until {moment:%H:%M:%S} UTC to ask {questions:,} questions again")
        while dt.datetime.now(dt.UTC) < moment:
            time.sleep(_NAP)

    def _questions(self, found: Sequence[Loss]) -> Iterator[tuple[Question, Observation]]:
        evidence = Evidence(self._rows)
        subjects = dict.fromkeys((loss.domain, loss.kind) for loss in found)
        for question, row in walk(subjects, lambda asked: evidence.question(*asked)):
            if row is not None:
                yield question, row


def _firsts(rows: Iterable[Observation]) -> Iterator[Observation]:
    """Give the first row of each question: what the run itself found."""
    met = set()
    for row in rows:
        if row[:2] not in met:
            met.add(row[:2])
            yield row
