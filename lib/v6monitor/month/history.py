"""The measurements of a month and of those before it: states, and what the month compares with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from v6monitor.analysis.shares import SAME_SET, one_per_domain
from v6monitor.intake import annotations, companions, list_check
from v6monitor.intake import states as intake_states
from v6monitor.intake.columns import LOOKED_UP
from v6monitor.intake.states import MEASURES, sources
from v6monitor.language import Sources
from v6monitor.month import lookup_days
from v6monitor.month.measurements import is_synthetic, of_dutch_government
from v6monitor.month.prepared import Prepared, prepared

Made = TypeVar("Made")


@dataclass(frozen=True, repr=False)
class History:
    """The measurements of a month and of those before it: the part of a ``Month`` without lookups.

    Every table carries its sources in ``attrs["source"]``.
    """

    period: str
    """YYYY-MM."""
    history: pd.DataFrame
    """The canonical measurement table up to and with this month."""
    faults: pd.DataFrame
    """What was wrong in the measurement files."""
    addresses: pd.DataFrame = field(default_factory=pd.DataFrame, kw_only=True)
    """The addresses of servers in technical results, and whether they answered."""
    beside: tuple[Path, ...] = field(default=(), kw_only=True)
    """The measurement files, where the files about their domains lie too."""
    newest: pd.Timestamp | None = field(default=None, kw_only=True)
    """The newest day of measurement in these files, also of a later month."""
    kept: Prepared | None = field(default=None, init=False, compare=False)
    """What keeps the tables that follow from these files; a changed copy has none."""

    @property
    def synthetic(self) -> bool:
        """Return whether this is example data: names under .example exist nowhere (RFC 2606)."""
        return is_synthetic(self.history)

    @cached_property
    def under_agreement(self) -> bool:
        """Return whether the agreement of 2020 (100 % by the end of 2021) is about its domains.

        It binds the Dutch government: nothing may name it for a foreign list, or for one of which
        nobody says that it is the government's.
        """
        return of_dutch_government(self.current)

    @cached_property
    def whole_government(self) -> bool:
        """Return whether its domains are those of the government as a whole, not of some sectors.

        Only then do the figures that were published before stand beside its own.
        """
        return self.under_agreement and {"rijk", "gemeente"} <= set(self.owners["sector"])

    @property
    def published(self) -> pd.DataFrame:
        """Return the shares that were published of government before (``intake.states``).

        None for a month that is not of the government as a whole.
        """
        return intake_states.published(self.period if self.whole_government else "")

    @property
    def events(self) -> pd.DataFrame:
        """Return what happened, by ``date``; none for a list the agreement is not about."""
        found = intake_states.events()
        return found if self.under_agreement else found[:0]

    @property
    def listed(self) -> bool:
        """Return whether this is a list of domains alone: looked up, and not measured."""
        return bool(self.current["date_source"].eq(LOOKED_UP).all())

    # Measurements

    @prepared
    def states(self) -> pd.DataFrame:
        """Return the measured states of all months, a row per month, domain and measure.

        ``period``, ``measured_at``, ``domain``, ``measure``, ``state`` (``yes``, ``no``,
        ``unknown``, ``not_applicable``), ``organisation``, ``sector``, ``province`` and more.
        ``explained`` says whether a waiver was valid on the day of the measurement.
        """
        found = annotations.explain(intake_states.states(self.history), self.waivers)
        return with_source(found, sources(self.history))

    @cached_property
    def measures(self) -> list[str]:
        """Return the measures that this month's source has, in fixed order.

        Of ``web``, ``mail``, ``dns``, ``web_category`` and ``mail_category``; a category where a
        list has nothing finer.
        """
        return intake_states.measures(self.states[self.states["period"] == self.period])

    def before(self, measure: str, period: str | None = None) -> str:
        """Return the latest month before this one with this measure of the same list, or "".

        The same list: it has all lists of this month by type and name, or shares four fifths of
        the larger one's domains. With ``period``, before that month.
        """
        return self._once(self._before, measure, self.period if period is None else period)

    def _before(self, measure: str, period: str) -> str:
        now = self._states_of(measure, period)
        domains, lists = set(now["domain"]), _lists(now)
        months = [month for month in self._with_measure(measure) if month < period and lists]
        for earlier in reversed(months):
            then = self._states_of(measure, earlier)
            others = set(then["domain"])
            larger = max(len(domains), len(others))
            if lists <= _lists(then) or len(domains & others) >= SAME_SET * larger:
                return earlier
        return ""

    def measured_before(self, measure: str, earlier: str | None = None) -> pd.DataFrame:
        """Return the measured states of the month before; only of the lists of this month.

        ``earlier`` is another month than the one before. Without such a month there are none.
        """
        return self._once(
            self._of_month_before, measure, self.before(measure) if earlier is None else earlier
        )

    def _of_month_before(self, measure: str, earlier: str) -> pd.DataFrame:
        now, then = (self._states_of(measure, period) for period in (self.period, earlier))
        lists = _lists(now)
        if lists and lists <= _lists(then):
            keys = pd.MultiIndex.from_frame(then[["type", "list"]])
            then = then[keys.isin(list(lists))]
        return with_source(one_per_domain(then), self.measured(measure, earlier).attrs["source"])

    @property
    def earlier(self) -> str:
        """Return the latest of the months that its measures are compared with, "" without one."""
        return max(map(self.before, self.measures), default="")

    def measured(self, measure: str, period: str | None = None) -> pd.DataFrame:
        """Return the measured states of one measure in a month: this one, or none for ``""``."""
        return self._once(self._of_measure, measure, self.period if period is None else period)

    def _of_measure(self, measure: str, month: str) -> pd.DataFrame:
        single = one_per_domain(self._states_of(measure, month), ["measure"])
        kind = MEASURES[measure][0]
        tested = self.rows(month)
        tested = tested[tested["type"].eq(kind)] if kind else tested
        looked_in = sources(tested) or sources(self.rows(month))  # also where it is not
        return with_source(single.reset_index(drop=True), looked_in)

    def _once(self, make: Callable[..., Made], *asked: object) -> Made:
        """Return what a method makes of these arguments, which it is asked once."""
        key = make.__name__, *asked
        if key not in self._made:
            self._made[key] = make(*asked)
        made: Made = self._made[key]
        return made.copy(deep=False) if isinstance(made, pd.DataFrame) else made

    @cached_property
    def _made(self) -> dict[tuple[object, ...], Any]:
        """Return what methods made, by name and arguments."""
        return {}

    @cached_property
    def _places(self) -> dict[tuple[str, str], Any]:
        """Return which rows of the states each measure and month has."""
        places: Any = self.states.groupby(["measure", "period"], observed=True).indices
        return dict(places)

    def _states_of(self, measure: str, month: str) -> pd.DataFrame:
        found: pd.DataFrame = self.states.iloc[self._places.get((measure, month), [])]
        return found

    def _with_measure(self, measure: str) -> list[str]:
        """Return the months in which a measure was measured, in order."""
        return sorted(month for of, month in self._places if of == measure)

    def rows(self, period: str) -> pd.DataFrame:
        """Return the rows of the canonical table of a month; none for ``""``."""
        return self._once(self._rows, period)

    def _rows(self, period: str) -> pd.DataFrame:
        found = self.history.iloc[self._months.get(period, [])].reset_index(drop=True)
        return with_source(found, sources(found))

    @cached_property
    def _months(self) -> dict[str, Any]:
        """Return which rows of the history each month has: worked out once."""
        months = intake_states.periods(self.history["measured_at"])
        places: Any = self.history.groupby(months.to_numpy(), observed=True).indices
        return dict(places)

    @property
    def current(self) -> pd.DataFrame:
        """Return this month's rows of the canonical table."""
        return self.rows(self.period)

    @cached_property
    def subjects(self) -> list[tuple[str, str]]:
        """Return the (domain, type) pairs measured this month: what the lookups are about."""
        pairs = self.current[["domain", "type"]].drop_duplicates()
        return sorted(pairs.itertuples(index=False, name=None))

    @cached_property
    def owners(self) -> pd.DataFrame:
        """Return domain, organisation, sector and province, a row per domain of this month."""
        columns = ["domain", "organisation", "sector", "province"]
        found = self.current[columns].drop_duplicates("domain").reset_index(drop=True)
        return with_source(found, sources(self.current))

    # Files about the domains

    @cached_property
    def renames(self) -> dict[str, str]:
        """Return new names by old name, of the mergers and moves up to this month."""
        return annotations.read_renames(self._about("renames"), self.period)

    @cached_property
    def waivers(self) -> pd.DataFrame:
        """Return the explanations of organisations that do not comply (comply or explain)."""
        return annotations.read_waivers(self._about("waivers"))

    @cached_property
    def waiver_list(self) -> pd.DataFrame:
        """Return the waivers given by the day of the measurement, with what was measured."""
        states = self.states[self.states["period"] == self.period]
        day = f"{self.current['measured_at'].max():%Y-%m-%d}"
        found = annotations.waiver_list(self.waivers, states, day)
        return with_source(found, [self._about("waivers").name, *sources(self.current)])

    @cached_property
    def sent(self) -> pd.DataFrame:
        """Return the letters that were sent up to this month, a row per domain.

        ``addressee``, ``domain``, ``sent_on``, ``sent_by`` and ``note``, as ``letters.csv`` beside
        the measurements has them.
        """
        found = annotations.read_letters(self._about("letters"))
        held = found[found["sent_on"].dt.strftime("%Y-%m") <= self.period]
        return with_source(held.reset_index(drop=True), [self._about("letters").name])

    @cached_property
    def list_changes(self) -> pd.DataFrame:
        """Return the names added to, removed from or renamed in the list since the month before.

        ``what`` (``new``, ``disappeared`` or ``renamed``), ``domain``, ``type``, ``list``, ``file``
        and ``row`` where it was read, and ``detail``: the new name.
        """
        before = self.rows(self.earlier)
        found = list_check.list_changes(before, self.current, self.renames)
        return with_source(found, [*sources(before), *sources(self.current)])

    @property
    def _newest(self) -> pd.Timestamp:
        return self.newest or lookup_days.days(self.history)[1]

    def _about(self, name: str) -> Path:
        return companions.find(name, companions.search_path(self.beside, synthetic=self.synthetic))


def _lists(states: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the lists by type and name: web and mail of one name are two."""
    lists = states[["type", "list"]].drop_duplicates()
    return set(lists.itertuples(index=False, name=None))


def with_source(table: pd.DataFrame, source: Iterable[str]) -> pd.DataFrame:
    """Return the table, which now carries its sources."""
    table.attrs["source"] = Sources(source)
    return table
