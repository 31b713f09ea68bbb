"""What is known of one month? Measurements, lookups and what follows from them, loaded once."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from v6monitor import dns as lookups
from v6monitor import intake as measurements
from v6monitor.analysis import adoption, gap, staleness
from v6monitor.analysis.adoption import JUDGED
from v6monitor.dns import log
from v6monitor.dns.recording import Task
from v6monitor.errors import UsageError
from v6monitor.intake import about, organisations
from v6monitor.language import AMSTERDAM, Language
from v6monitor.mail.laggards import laggards
from v6monitor.mail.operators import Operators, read_operators
from v6monitor.mail.providers import providers
from v6monitor.report.scope import (
    choose_period,
    is_synthetic,
    kept_log,
    of_organisation,
    of_sectors,
    read_kept,
)
from v6monitor.verdicts.judge import judge
from v6monitor.workspace import REFERENCE, example, find


@dataclass(frozen=True)
class Month:
    """Everything the notebooks of one reporting month work with.

    ``history`` is the canonical table up to and with ``period``; ``faults`` is what intake says
    of it; ``observations`` are the fresh lookups, with their ``provenance``.
    """

    period: str
    history: pd.DataFrame
    faults: pd.DataFrame
    observations: pd.DataFrame
    provenance: dict[str, object]
    beside: tuple[Path, ...] = ()
    """The measurement files, where the files about their domains lie too."""

    @classmethod
    def load(
        cls,
        period: str = "",
        measurements: str = "",
        observations: str = "",
        sectors: Sequence[str] = (),
        organisation: str = "",
    ) -> "Month":
        """Read a month; relative paths count from the working directory, else the workspace.

        ``measurements`` is a file, folder or pattern, by default the example data; ``period`` a
        month of it as YYYY-MM, by default the newest; ``observations`` a log, by default the one
        that 20_lookups kept for the month. Without one, example data are looked up here: their
        name server is within. ``sectors`` and ``organisation`` narrow the month to them.
        UsageError and InputError say what is not there.
        """
        given = (find(measurements),) if measurements else ()
        table, faults = read_kept(given)
        table = of_organisation(of_sectors(table, sectors), organisation)
        chosen = choose_period(period, table)
        months = table["measured_at"].dt.strftime("%Y-%m")
        history = table[months <= chosen].reset_index(drop=True)
        month = cls(chosen, history, faults, log.empty(), {}, given)
        path = find(observations) if observations else kept_log(chosen, month.synthetic)
        if observations or path.exists():
            return replace(month, observations=log.read(path), provenance=log.provenance(path))
        return month.look_up() if month.synthetic else month

    def look_up(
        self,
        resolvers: Sequence[str] = (),
        save_to: str = "",
        must_answer: bool = True,
        vantage: bool = True,
    ) -> "Month":
        """Ask DNS about every subject, keep the answers, and return the month with them.

        ``resolvers`` are by default the system's, and the embedded name server for example data.
        ``save_to`` is by default where ``load`` looks for the log; a run that was cut off there
        is gone on with. Without ``vantage`` the resolvers are not tested first, which the report
        says. VantageError when no resolver can be used; with ``must_answer`` off the month then
        has no observations, and says so.
        """
        path = (
            Path(save_to).expanduser().absolute()
            if save_to
            else kept_log(self.period, self.synthetic)
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        asked = list(resolvers) or ["example" if self.synthetic else "system"]
        # Several notebooks may look up the example at once, each for itself.
        made = path.with_name(f"{os.getpid()}-{path.name}") if self.synthetic else path
        task = Task(resume=True, test=vantage, must_answer=must_answer)
        lookups.record(self.subjects, asked, made, task)
        made.replace(path)
        return replace(self, observations=log.read(path), provenance=log.provenance(path))

    @property
    def synthetic(self) -> bool:
        """Tell whether this is example data: names under .example exist nowhere (RFC 2606)."""
        return is_synthetic(self.history)

    @cached_property
    def states(self) -> pd.DataFrame:
        """Return the measured states of all months: ``measurements.states`` of the history.

        ``explained`` tells whether a waiver was valid when it was measured.
        """
        return organisations.explain(measurements.states(self.history), self.waivers)

    @property
    def earlier(self) -> str:
        """Return the month measured before this one, or an empty text."""
        before = self.states.loc[self.states["period"] < self.period, "period"]
        return str(before.max()) if len(before) else ""

    def series(self, measure: str) -> pd.DataFrame:
        """Return the measured states of one measure in all months; UsageError for another name."""
        if measure not in JUDGED:
            raise UsageError(f"measure {measure!r} is not one of {', '.join(JUDGED)}")
        rows = self.states[self.states["measure"] == measure]
        return pd.DataFrame(adoption.one_per_domain(rows, ["period"]))

    def measured(self, measure: str, period: str | None = None) -> pd.DataFrame:
        """Return the measured states of one measure in a month: this one, or none for ``""``."""
        month = self.period if period is None else period
        rows = self.states["period"].eq(month) & self.states["measure"].eq(measure)
        single = adoption.one_per_domain(self.states[rows], ["measure"])
        return pd.DataFrame(single.reset_index(drop=True))

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
        return self.current[columns].drop_duplicates("domain").reset_index(drop=True)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Return the verdict of the fresh lookups on every subject, with its owner."""
        judged = judge(self.observations, domains=self.subjects)
        return judged.merge(self.owners, on="domain", how="left")

    def fresh(self, measure: str, *, partly: bool = False) -> pd.DataFrame:
        """Return the states that the fresh lookups give for a measure (a key of ``JUDGED``).

        With ``partly``, mail of which only some hosts have IPv6 is ``partly`` instead of ``no``.
        ``explained`` tells whether a waiver was valid on the day of asking.
        """
        some = "mail_any" if partly and measure == "mail" else ""
        states = adoption.verdict_states(self.verdicts, JUDGED[measure], some)
        states = states.assign(measure=measure, period=self.period)
        day = "" if pd.isna(self.asked[0]) else f"{self.asked[0].tz_convert(AMSTERDAM):%Y-%m-%d}"
        return organisations.explain(states, self.waivers, day)

    def second_answers(self, measure: str) -> list[pd.DataFrame]:
        """Return the fresh states if they can confirm a loss: asked a day after it was measured."""
        measured = self.current["measured_at"].max() + pd.Timedelta(days=1)
        asked = self.asked[0]
        late = pd.notna(asked) and asked.tz_convert(None) >= measured
        return [self.fresh(measure)] if late else []

    @cached_property
    def fresh_states(self) -> pd.DataFrame:
        """Return the fresh states of all measures, one below the other."""
        return pd.concat([self.fresh(measure) for measure in JUDGED], ignore_index=True)

    @property
    def coverage(self) -> float:
        """Return which share of the websites and mail domains could be told; NaN for none."""
        told = self.fresh_states[self.fresh_states["measure"].isin(["web", "mail"])]
        counts = adoption.shares(told, "measure")
        return float((counts["yes"] + counts["no"]).sum() / counts["applicable"].sum())

    @cached_property
    def providers(self) -> pd.DataFrame:
        """Return who runs the mail of every mail domain, by the fresh lookups."""
        domains = [domain for domain, kind in self.subjects if kind == "mail"]
        return providers(self.observations, domains=domains, operators=self.operators)

    def with_operator(self, states: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the mail domains of this month, with the operator of their mail."""
        return states.merge(self.providers[["domain", "operator"]], on="domain")

    @cached_property
    def mx_needs(self) -> pd.DataFrame:
        """Return the MX hosts of every mail domain, with operator, tenant and state."""
        return gap.mx_hosts(self.observations, self.providers, self.operators)

    @cached_property
    def zone_needs(self) -> pd.DataFrame:
        """Return the zones on the way to every mail domain whose MX hosts all have IPv6."""
        states = gap.domain_states(self.mx_needs)
        reached = self.mx_needs["domain"].isin(states.loc[states["state"] == "yes", "domain"])
        return gap.name_servers(self.observations, self.mx_needs[reached], self.operators)

    @cached_property
    def laggards(self) -> pd.DataFrame:
        """Return the Exchange Online domains without IPv6, with owner, history and waiver."""
        return laggards(self)

    @cached_property
    def stale(self) -> pd.DataFrame:
        """Return measured against fresh, a row per domain and measure."""
        parts = []
        for measure in JUDGED:
            fresh = self.fresh(measure).rename(columns={"reasons": "reason"})
            fresh = fresh.assign(asked_at=self.asked[0])
            parts.append(staleness.compare(self.measured(measure), fresh))
        return pd.concat(parts, ignore_index=True)

    @property
    def tested(self) -> bool:
        """Tell whether the resolvers passed the vantage self-test before they were asked."""
        vantage = self.provenance.get("vantage")
        return isinstance(vantage, dict) and bool(vantage.get("tested"))

    @property
    def asked(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Return when the first and the last question were asked, in UTC; NaT without any."""
        moments = self.observations["asked_at"]
        return moments.min(), moments.max()

    @cached_property
    def operators(self) -> Operators:
        """Return the table of mail operators, with the example's own for example data."""
        folders = [REFERENCE, example()] if self.synthetic else [REFERENCE]
        return read_operators([folder / "mail_operators.csv" for folder in folders])

    @cached_property
    def renames(self) -> dict[str, str]:
        """Return new names by old name, of the mergers and moves up to this month."""
        return organisations.read_renames(self._about("renames"), self.period)

    @cached_property
    def waivers(self) -> pd.DataFrame:
        """Return the explanations of bodies that do not comply (comply or explain)."""
        return organisations.read_waivers(self._about("waivers"))

    @cached_property
    def waiver_list(self) -> pd.DataFrame:
        """Return the waivers given by the day of the measurement, with what was measured."""
        states = self.states[self.states["period"] == self.period]
        day = f"{self.current['measured_at'].max():%Y-%m-%d}"
        return organisations.waiver_list(self.waivers, states, day)

    def waiver_source(self, language: Language) -> str:
        """Return which file the explanations come from, for under a table."""
        file = language.text("waivers in {file}", file=self._about("waivers").name)
        return f"{file}; {self.measurement_source(language)}"

    def measurement_source(self, language: Language) -> str:
        """Return where the measured numbers come from, for under a figure."""
        return _measurement(self.current, language)

    def comparison_source(self, language: Language) -> str:
        """Return which two measurements are compared, for under a figure."""
        compared = [self.rows(self.earlier), self.current]
        return "; ".join(_measurement(rows, language) for rows in compared if len(rows))

    def losses_source(self, language: Language) -> str:
        """Return which measurements are compared, and the lookups where they confirm losses."""
        found = [self.comparison_source(language)]
        found += [self.lookup_source(language)] if self.second_answers("mail") else []
        return "; ".join(found)

    def lookup_source(self, language: Language) -> str:
        """Return where the looked-up numbers come from, for under a figure."""
        if not len(self.observations):
            return language.text("no lookups")
        return language.text(
            "own DNS lookups of {moment}", moment=language.time(self.asked[0].to_pydatetime())
        )

    def _about(self, name: str) -> Path:
        return about.single(name, about.folders(self.beside, synthetic=self.synthetic))

    def rows(self, period: str) -> pd.DataFrame:
        """Return the rows of the canonical table of a month; none for ``""``."""
        months = self.history["measured_at"].dt.strftime("%Y-%m")
        found: pd.DataFrame = self.history.loc[months == period].reset_index(drop=True)
        return found

    def both_sources(self, language: Language) -> str:
        """Return both, for under a figure that sets them against each other."""
        return f"{self.measurement_source(language)}; {self.lookup_source(language)}"


def _measurement(rows: pd.DataFrame, language: Language) -> str:
    day = language.day(rows["measured_at"].max().date())
    return language.text("Internet.nl measurement of {day}", day=day)
