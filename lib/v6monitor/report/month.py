"""One reporting month: its measurements, its lookups, and the tables that follow from them."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from v6monitor.analysis.breakdowns import staleness
from v6monitor.analysis.changes import confirming
from v6monitor.analysis.gap import domain_states
from v6monitor.analysis.shares import (
    SAME_SET,
    VERDICT_OF,
    Gate,
    gate,
    one_per_domain,
    shares,
    verdict_states,
)
from v6monitor.dns import log
from v6monitor.dns.lookup import progress_bar
from v6monitor.dns.recording import Task, record
from v6monitor.dns.run import Progress
from v6monitor.intake import annotations, companions, list_check
from v6monitor.intake import states as intake_states
from v6monitor.intake.cleaning import KEY
from v6monitor.intake.columns import LOOKED_UP
from v6monitor.intake.states import MEASURES, newest, sources
from v6monitor.language import AMSTERDAM, Language
from v6monitor.language.sources import lookups_source
from v6monitor.mail import dependencies
from v6monitor.mail.laggards import laggards
from v6monitor.mail.providers import Operators, providers, read_operators
from v6monitor.report import reach
from v6monitor.report.measurements import (
    choose_period,
    day_of,
    earlier_logs,
    is_synthetic,
    kept_log,
    of_dutch_government,
    of_organisation,
    of_sectors,
    read_kept,
    until,
)
from v6monitor.report.request import WITHIN_DAYS
from v6monitor.verdicts.judge import judge
from v6monitor.workspace import REFERENCE, example, find


def load(  # noqa: PLR0913 - the options of an analyst
    source: str | Path | None = None,
    *,
    period: str = "",
    sectors: Sequence[str] = (),
    organisation: str = "",
    observations: str | Path | pd.DataFrame | None = None,
    lookups_within_days: int = WITHIN_DAYS,
) -> "Month":
    """Return a month of measurements with its lookups.

    Args:
        source: a measurement file, folder or pattern; by default the synthetic example data. A
            relative path counts from the working directory, else from the workspace.
        period: the month, as YYYY-MM; by default the newest in the measurements.
        sectors: only these, such as ``["gemeente"]``; by default all.
        organisation: only this one, by its name in the register.
        observations: the log of lookups, or its table; by default the log that the notebook
            20_lookups kept for the month. Without one the month has no lookups, except for the
            example data: their own name server is asked.
        lookups_within_days: lookups belong to the month only when they were asked so many days
            from its measurement, or fewer: DNS cannot be asked about the past.

    Returns:
        A ``Month``. Its tables are plain DataFrames: ``states`` (measured, all months up to this
        one), ``verdicts``, ``providers``, ``laggards``, ``observations``, ``faults`` and
        ``addresses``.

    Raises:
        UsageError: for a month, sector or organisation that the measurements do not have.
        InputError: for files that are not there or cannot be read.

    Example:
        >>> month = load(period="2026-10")
        >>> month  # doctest: +ELLIPSIS
        <Month 2026-10: 624 websites, 598 mail domains, lookups of ...>
        >>> month.measured("mail").attrs["source"]
        ['measurement 2026-10-05 Internet.nl']

    Source: METHOD.md §6.
    """
    files = (find(source),) if source else ()
    if isinstance(observations, str | Path) and str(observations):
        path = find(observations)
        observations = log.read_log(path)
        observations.attrs["provenance"] = log.provenance(path)
    asked_on = day_of(observations) if isinstance(observations, pd.DataFrame) else None
    read = read_kept(files, asked_on)
    faults, table = read.faults, newest(read.table)
    chosen_rows = of_organisation(of_sectors(table, sectors), organisation)
    chosen = choose_period(period, chosen_rows)
    history = until(chosen, chosen_rows)
    faults.attrs["source"] = sources(history)
    newest_day = reach.days(table)[1]
    month = Month(
        *(chosen, history, faults, log.frame(()), {}, files, newest_day, lookups_within_days),
        addresses=_of_measurements(read.addresses, history),
    )
    if isinstance(observations, pd.DataFrame):
        return month.with_lookups(observations, dict(observations.attrs.get("provenance", {})))
    path = kept_log(chosen, month.synthetic)
    if path.exists():
        month = month.with_lookups(log.read_log(path), log.provenance(path))
    asked = set(month.observations["qname"])
    if not month.synthetic or asked.issuperset(month.owners["domain"]):
        return month
    # The log that is kept has all domains of the month, also when only some sectors are chosen.
    whole = replace(month, history=until(chosen, table)).look_up()
    return replace(month, observations=whole.observations, provenance=whole.provenance)


@dataclass(frozen=True, repr=False)
class Month:
    """A month of measurements with its lookups, as ``v6monitor.load`` returns it.

    Every table carries its sources in ``attrs["source"]``.
    """

    period: str
    """YYYY-MM."""
    history: pd.DataFrame
    """The canonical measurement table up to and with this month."""
    faults: pd.DataFrame
    """What was wrong in the measurement files."""
    observations: pd.DataFrame
    """The lookups; a row per question."""
    provenance: dict[str, object]
    """How the lookups were made: resolvers, self-test, times."""
    beside: tuple[Path, ...] = ()
    """The measurement files, where the files about their domains lie too."""
    newest: pd.Timestamp | None = None
    """The newest day of measurement in these files, also of a later month."""
    lookups_within_days: int = WITHIN_DAYS
    """How far from the measurement lookups may be."""
    addresses: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The addresses of servers in technical results, and whether they answered."""

    def __repr__(self) -> str:
        """Return the month, how many domains of which type, and the day of the lookups."""
        kinds = [kind for _, kind in self.subjects]
        number = Language("en").number
        domains = (
            f"{number(kinds.count('web'))} websites, {number(kinds.count('mail'))} mail domains"
        )
        return f"<Month {self.period}: {domains}, {self._lookups()}>"

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

    @cached_property
    def states(self) -> pd.DataFrame:
        """Return the measured states of all months, a row per month, domain and measure.

        ``period``, ``measured_at``, ``domain``, ``measure``, ``state`` (``yes``, ``no``,
        ``unknown``, ``not_applicable``), ``organisation``, ``sector``, ``province`` and more.
        ``explained`` says whether a waiver was valid on the day of the measurement.
        """
        found = annotations.explain(intake_states.states(self.history), self.waivers)
        return _from(found, sources(self.history))

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
        period = self.period if period is None else period
        rows = self.states[self.states["measure"] == measure]
        months = dict(iter(rows[rows["period"] <= period].groupby("period")))
        now = months.pop(period, rows[:0])
        domains, lists = set(now["domain"]), _lists(now)
        for earlier, then in reversed(months.items()) if lists else ():
            others = set(then["domain"])
            larger = max(len(domains), len(others))
            if lists <= _lists(then) or len(domains & others) >= SAME_SET * larger:
                return str(earlier)
        return ""

    def measured_before(self, measure: str, earlier: str | None = None) -> pd.DataFrame:
        """Return the measured states of the month before; only of the lists of this month.

        ``earlier`` is another month than the one before. Without such a month there are none.
        """
        earlier = self.before(measure) if earlier is None else earlier
        of = self.states[self.states["measure"] == measure]
        now, then = (of[of["period"] == period] for period in (self.period, earlier))
        lists = _lists(now)
        if lists and lists <= _lists(then):
            keys = pd.MultiIndex.from_frame(then[["type", "list"]])
            then = then[keys.isin(list(lists))]
        return _from(one_per_domain(then), self.measured(measure, earlier).attrs["source"])

    @property
    def earlier(self) -> str:
        """Return the latest of the months that its measures are compared with, "" without one."""
        return max(map(self.before, self.measures), default="")

    def measured(self, measure: str, period: str | None = None) -> pd.DataFrame:
        """Return the measured states of one measure in a month: this one, or none for ``""``."""
        month = self.period if period is None else period
        rows = self.states["period"].eq(month) & self.states["measure"].eq(measure)
        single = one_per_domain(self.states[rows], ["measure"])
        kind = MEASURES[measure][0]
        tested = self.rows(month)
        tested = tested[tested["type"].eq(kind)] if kind else tested
        return _from(single.reset_index(drop=True), sources(tested))

    def rows(self, period: str) -> pd.DataFrame:
        """Return the rows of the canonical table of a month; none for ``""``."""
        found = self.history.loc[self._months == period].reset_index(drop=True)
        return _from(found, sources(found))

    @cached_property
    def _months(self) -> "pd.Series[str]":
        """Return the month of every row of the history: worked out once, as it takes seconds."""
        months: pd.Series[str] = self.history["measured_at"].dt.strftime("%Y-%m")
        return months

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
        return _from(found, sources(self.current))

    # Lookups

    @property
    def asked(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Return when the first and the last question were asked, in UTC; NaT without any."""
        moments = self.observations["asked_at"]
        return moments.min(), moments.max()

    @property
    def tested(self) -> bool:
        """Return whether the resolvers passed the vantage self-test before they were asked."""
        vantage = self.provenance.get("vantage")
        return isinstance(vantage, dict) and bool(vantage.get("tested"))

    @property
    def out_of_reach(self) -> bool:
        """Return whether there are no lookups as they would be too far from the measurement."""
        return self.observations.empty and "reach" in self.provenance

    def with_lookups(self, observations: pd.DataFrame, provenance: Mapping[str, object]) -> "Month":
        """Return the month with those lookups of a log that belong to it."""
        rows, said = reach.within(
            observations, provenance, self.current, self._newest, self.lookups_within_days
        )
        return replace(self, observations=rows, provenance=said)

    def look_up(  # noqa: PLR0913 - as the command has them
        self,
        resolvers: Sequence[str] = (),
        save_to: str = "",
        *,
        must_answer: bool = True,
        test_resolvers: bool = True,
        rate: float | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> "Month":
        """Ask DNS about every subject, keep the answers, and return the month with them.

        ``resolvers`` are by default the system's, and the embedded name server for example data;
        ``rate``, ``timeout`` and ``progress`` are as in ``lookup``.
        ``save_to`` is by default where ``load`` looks for the log; a run that was cut off there
        is resumed. Without ``test_resolvers`` the report says that they were not tested first.
        VantageError when no resolver can be used; with ``must_answer`` off the month then has no
        observations, and says so. The same holds for a month out of reach: nothing is asked.
        """
        path = kept_log(self.period, self.synthetic)
        path = Path(save_to).expanduser().absolute() if save_to else path
        path.parent.mkdir(parents=True, exist_ok=True)
        asked = list(resolvers) or [reach.EXAMPLE if self.synthetic else "system"]
        limit = self.lookups_within_days
        is_example = asked == [reach.EXAMPLE]
        if reach.out_of_reach(self.current, self._newest, limit, example=is_example):
            if save_to:
                log.write(log.frame(()), path, reach.not_asked(limit))
            return replace(self, observations=log.frame(()), provenance=reach.not_asked(limit))
        # Several notebooks may look up the example at once, each for itself.
        made = path.with_name(f"{os.getpid()}-{path.name}") if self.synthetic else path
        task = Task(resume=True, test=test_resolvers, must_answer=must_answer)
        with progress_bar("Lookups", progress) as report:
            record(self.subjects, asked, made, task, progress=report, rate=rate, timeout=timeout)
        made.replace(path)
        if limit > WITHIN_DAYS:  # who reads the log later accepts what this month did
            said = reach.not_asked(limit) | log.provenance(path)
            log.write(log.read_log(path), path, said)
        return self.with_lookups(log.read_log(path), log.provenance(path))

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Return the verdicts of the lookups on every subject, with its owner."""
        judged = judge(self.observations, domains=self._asked_about)
        return self._looked_up(judged.merge(self.owners, on="domain", how="left"))

    def fresh(self, measure: str, *, partly: bool = False) -> pd.DataFrame:
        """Return the states that the lookups give for a measure: ``web``, ``mail`` or ``dns``.

        With ``partly``, mail of which only some hosts have IPv6 is ``partly`` instead of ``no``.
        ``explained`` says whether a waiver was valid on the day of the lookups. Empty for a month
        without lookups.
        """
        some = "mail_any" if partly and measure == "mail" else ""
        states = verdict_states(self.verdicts, VERDICT_OF[measure], some=some)
        states = states.assign(measure=measure, period=self.period)
        day = "" if pd.isna(self.asked[0]) else f"{self.asked[0].tz_convert(AMSTERDAM):%Y-%m-%d}"
        return self._looked_up(annotations.explain(states, self.waivers, day))

    @cached_property
    def fresh_states(self) -> pd.DataFrame:
        """Return the states that the lookups give for all measures, one below the other.

        None for a month that they cannot belong to.
        """
        fresh = pd.concat([self.fresh(measure) for measure in VERDICT_OF], ignore_index=True)
        return self._looked_up(fresh[:0] if self.out_of_reach else fresh)

    def second_answers(self, measure: str) -> list[pd.DataFrame]:
        """Return the fresh states if they can confirm a loss: asked a day after it was measured."""
        if measure not in VERDICT_OF or pd.isna(self.asked[0]):
            return []
        measured_at = self.measured(measure)["measured_at"].max()
        fresh = self.fresh(measure)
        return confirming(fresh, measured_at=measured_at, asked_at=self.asked[0])

    @cached_property
    def gates(self) -> dict[str, Gate]:
        """Return per source the coverage that decides whether the month can be published.

        ``lookups`` are no part of it for a month that they cannot belong to, nor a measurement for
        a list of domains alone.
        """
        measured = self.states["period"].eq(self.period) & self.states["measure"].isin(
            self.measures
        )
        states = {"measurement": self.states[measured], "lookups": self.fresh_states}
        if self.out_of_reach:
            states.pop("lookups")
        if self.listed:
            states.pop("measurement")
        found = {}
        for source, table in states.items():
            counts = shares(table, by="measure").set_index("measure")
            found[source] = gate(counts["yes"] + counts["no"], counts["applicable"])
        return found

    @property
    def coverage(self) -> float:
        """Return the least share of websites and mail domains with a known state, of a source."""
        return float(min(one.coverage for one in self.gates.values()))

    @property
    def publishable(self) -> bool:
        """Return whether enough is known to publish the month."""
        return all(one.passed for one in self.gates.values())

    @cached_property
    def headline(self) -> pd.DataFrame:
        """Return the shares of this month, a row per ``source`` and ``measure``.

        ``source`` is ``measurement`` or ``lookups``; the other columns are those of ``shares``.
        """
        rows = [shares(states).assign(source=source) for source, _, states in self.by_source()]
        both = [*sources(self.current), *self._lookups_source()]
        return _from(pd.concat(rows, ignore_index=True), both)

    def by_source(self) -> Iterator[tuple[str, str, pd.DataFrame]]:
        """Give ``measurement`` or ``lookups``, a measure that it has, and its states."""
        for measure in self.measures:
            yield "measurement", measure, self.measured(measure)
        for measure in VERDICT_OF:
            if len(states := self.fresh(measure)):
                yield "lookups", measure, states

    @cached_property
    def stale(self) -> pd.DataFrame:
        """Return measured against fresh states, a row per domain and measure."""
        return staleness(self)

    # Mail

    @cached_property
    def operators(self) -> Operators:
        """Return the table of mail operators, with the example's own for example data."""
        folders = [REFERENCE, example()] if self.synthetic else [REFERENCE]
        return read_operators([folder / "mail_operators.csv" for folder in folders])

    @cached_property
    def providers(self) -> pd.DataFrame:
        """Return the mail provider of every mail domain, by the lookups."""
        domains = [domain for domain, kind in self._asked_about if kind == "mail"]
        found = providers(self.observations, domains=domains, operators=self.operators)
        return self._looked_up(found)

    @cached_property
    def laggards(self) -> pd.DataFrame:
        """Return the Exchange Online domains without IPv6, with owner, history and waiver."""
        found = laggards(self)
        if self.listed:  # of what was only looked up it is not known since when
            found["first_month_without"] = ""
            found["months_lagging"] = pd.array([pd.NA] * len(found), dtype="Int64")
        return self._looked_up(found)

    @cached_property
    def mx_hosts(self) -> pd.DataFrame:
        """Return the MX hosts of every mail domain, with operator, tenant and state."""
        return self._looked_up(
            dependencies.mx_hosts(self.observations, self.providers, self.operators)
        )

    @cached_property
    def hosts_by_month(self) -> pd.DataFrame:
        """Return ``mx_hosts`` of this month and of the months before whose lookups were kept.

        ``period`` says of which. What became of a domain without IPv6 is seen from it.
        """
        parts = [self.mx_hosts.assign(period=self.period)]
        earlier = earlier_logs(self.period, self.beside, synthetic=self.synthetic)
        for period, path in earlier.items():
            observations = log.read_log(path)
            hosts = dependencies.mx_hosts(
                observations, providers(observations, operators=self.operators), self.operators
            )
            parts.append(hosts.assign(period=period))
        kept = pd.concat(parts, ignore_index=True)
        found = kept[kept["domain"].isin(self.history["domain"])].sort_values(
            "period", kind="stable", ignore_index=True
        )
        return _from(
            found, dict.fromkeys(source for part in parts for source in part.attrs["source"])
        )

    @cached_property
    def sent(self) -> pd.DataFrame:
        """Return the letters that were sent up to this month, a row per domain.

        ``addressee``, ``domain``, ``sent_on``, ``sent_by`` and ``note``, as ``letters.csv`` beside
        the measurements has them.
        """
        found = annotations.read_letters(self._about("letters"))
        held = found[found["sent_on"].dt.strftime("%Y-%m") <= self.period]
        return _from(held.reset_index(drop=True), [self._about("letters").name])

    @cached_property
    def zones(self) -> pd.DataFrame:
        """Return the zones on the way to every mail domain whose MX hosts all have IPv6."""
        states = domain_states(self.mx_hosts)
        reached = self.mx_hosts["domain"].isin(states.loc[states["state"] == "yes", "domain"])
        found = dependencies.name_servers(self.observations, self.mx_hosts[reached], self.operators)
        return self._looked_up(found)

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
        return _from(found, [self._about("waivers").name, *sources(self.current)])

    # The list of domains

    @cached_property
    def corrections(self) -> pd.DataFrame:
        """Return what to correct in the list of domains, a row per name and kind.

        ``what`` (a kind), ``domain``, ``type``, ``list``, ``file`` and ``row`` where it was read,
        ``detail`` (the other name, list, sector or day) and ``to_do``.
        """
        found = list_check.to_fix(
            self.current,
            list_check.faults_of_month(self.faults, self.history, self.current),
            renames=self.renames,
            waivers=self.waiver_list,
            observations=self.observations,
            ever=self.history["domain"],
        )
        found = found.assign(to_do=found["what"].map(list_check.FIXES).astype("str"))
        return _from(found, [*sources(self.current), *self._lookups_source()])

    @cached_property
    def list_changes(self) -> pd.DataFrame:
        """Return the names added to, removed from or renamed in the list since the month before.

        ``what`` (``new``, ``disappeared`` or ``renamed``), ``domain``, ``type``, ``list``, ``file``
        and ``row`` where it was read, and ``detail``: the new name.
        """
        before = self.rows(self.earlier)
        found = list_check.list_changes(before, self.current, self.renames)
        return _from(found, [*sources(before), *sources(self.current)])

    @property
    def _asked_about(self) -> list[tuple[str, str]]:
        """Return the subjects; none when nothing was asked, for then nothing is unknown either."""
        asked = len(self.observations) or "failure" in self.provenance
        return self.subjects if asked else []

    @property
    def _newest(self) -> pd.Timestamp:
        return self.newest or reach.days(self.history)[1]

    def _about(self, name: str) -> Path:
        return companions.find(name, companions.search_path(self.beside, synthetic=self.synthetic))

    def _looked_up(self, table: pd.DataFrame) -> pd.DataFrame:
        return _from(table, self._lookups_source())

    def _lookups_source(self) -> list[str]:
        first = self.asked[0]
        return [] if pd.isna(first) else lookups_source(first.to_pydatetime())

    def _lookups(self) -> str:
        if pd.isna(self.asked[0]):
            return "no lookups"
        return f"lookups of {Language('en').day(self.asked[0].tz_convert(AMSTERDAM).date())}"


def _lists(states: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the lists by type and name: web and mail of one name are two."""
    return set(zip(states["type"], states["list"], strict=True))


def _of_measurements(addresses: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return the addresses of the domains and days in a canonical table."""
    rows = addresses.assign(measured_at=addresses["measured_at"].astype("datetime64[us]"))
    found = rows.merge(history[KEY].drop_duplicates(), on=KEY)
    return _from(found, sources(history))


def _from(table: pd.DataFrame, source: Iterable[str]) -> pd.DataFrame:
    table.attrs["source"] = list(source)
    return table
