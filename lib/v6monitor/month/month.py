"""One reporting month: its measurements, its lookups, and the tables that follow from them."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from v6monitor.analysis import reachability
from v6monitor.analysis.breakdowns import staleness
from v6monitor.analysis.changes import confirming
from v6monitor.analysis.decomposition import counted_jumps
from v6monitor.analysis.gap import domain_states
from v6monitor.analysis.headline import counted
from v6monitor.analysis.shares import (
    VERDICT_OF,
    Gate,
    gate,
    shares,
    verdict_states,
)
from v6monitor.dns import log
from v6monitor.dns.lookup import progress_bar
from v6monitor.dns.recording import Task, record
from v6monitor.dns.run import Progress
from v6monitor.errors import UsageError
from v6monitor.intake import annotations, list_check
from v6monitor.intake.states import sources
from v6monitor.language import AMSTERDAM, Language, lookups_source
from v6monitor.mail import dependencies
from v6monitor.mail.laggards import laggards
from v6monitor.mail.providers import Operators, providers, read_operators
from v6monitor.month import WITHIN_DAYS, lookup_days
from v6monitor.month.history import History, with_source
from v6monitor.month.measurements import (
    earlier_logs,
    kept_log,
    reach_logs,
)
from v6monitor.month.prepared import prepared
from v6monitor.probing import runs
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.judge import asked_again, judge, subjects
from v6monitor.workspace import REFERENCE, example


@dataclass(frozen=True, repr=False)
class Month(History):
    """A month of measurements with its lookups, as ``v6monitor.load`` returns it.

    Every table carries its sources in ``attrs["source"]``.
    """

    observations: pd.DataFrame
    """The lookups; a row per question."""
    provenance: dict[str, object]
    """How the lookups were made: resolvers, self-test, times."""
    lookups_within_days: int = field(default=WITHIN_DAYS, kw_only=True)
    """How far from the measurement lookups may be."""

    def __repr__(self) -> str:
        """Return the month, how many domains of which type, and the day of the lookups."""
        kinds = [kind for _, kind in self.subjects]
        number = Language("en").number
        domains = (
            f"{number(kinds.count('web'))} websites, {number(kinds.count('mail'))} mail domains"
        )
        return f"<Month {self.period}: {domains}, {self._lookups()}>"

    # Lookups

    @cached_property
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

    @cached_property
    def evidence(self) -> Evidence:
        """Return the answers that count, by question."""
        return Evidence.of(self.observations)

    def with_lookups(self, observations: pd.DataFrame, provenance: Mapping[str, object]) -> "Month":
        """Return the month with those lookups of a log that belong to it."""
        rows, said = lookup_days.within(
            observations, provenance, self.current, self._newest, self.lookups_within_days
        )
        return replace(self, observations=rows, provenance=said)

    def look_up(  # noqa: PLR0913 - as the command has them
        self,
        resolvers: Sequence[str] = (),
        save_to: str = "",
        *,
        ipv6_only_resolvers: Sequence[str] = (),
        must_answer: bool = True,
        test_resolvers: bool = True,
        rate: float | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        notify: Callable[[str], object] = str,
    ) -> "Month":
        """Ask DNS about every subject, keep the answers, and return the month with them.

        ``resolvers`` are by default the system's, and the embedded name server for example data;
        ``rate``, ``timeout`` and ``progress`` are as in ``lookup``; ``notify`` is called with what
        has to be waited for. ``ipv6_only_resolvers`` may not
        use IPv4; they are asked afterwards about what has IPv6 so far.
        ``save_to`` is by default where ``load`` looks for the log; a run that was cut off there
        is resumed. Without ``test_resolvers`` the report says that they were not tested first.
        VantageError when no resolver can be used; with ``must_answer`` off the month then has no
        observations, and says so. The same holds for a month out of reach: nothing is asked.
        UsageError when that is a list of domains alone, of which nothing is left.
        """
        path = kept_log(self.period, self.synthetic)
        path = Path(save_to).expanduser().absolute() if save_to else path
        path.parent.mkdir(parents=True, exist_ok=True)
        asked = list(resolvers) or [lookup_days.EXAMPLE if self.synthetic else "system"]
        limit = self.lookups_within_days
        is_example = asked == [lookup_days.EXAMPLE]
        if lookup_days.out_of_reach(self.current, self._newest, limit, example=is_example):
            if self.listed:
                raise UsageError(
                    f"the list of domains is of {self._newest:%Y-%m-%d}, more than {limit} days "
                    "from now, and DNS cannot be asked about the past: report on the log of its "
                    "lookups (--replay), or on names of the example with --resolver example"
                )
            if save_to:
                log.write(log.frame(()), path, lookup_days.not_asked(limit))
            return replace(
                self, observations=log.frame(()), provenance=lookup_days.not_asked(limit)
            )
        # Several notebooks may look up the example at once, each for itself.
        made = path.with_name(f"{os.getpid()}-{path.name}") if self.synthetic else path
        second = list(ipv6_only_resolvers) or ([lookup_days.EXAMPLE] if is_example else [])
        task = Task(
            resume=True,
            test=test_resolvers,
            must_answer=must_answer,
            ipv6_only=second,
            choose=asked_again,
            notify=notify,
        )
        with progress_bar("Lookups", progress) as report:
            record(self.subjects, asked, made, task, progress=report, rate=rate, timeout=timeout)
        made.replace(path)
        if limit > WITHIN_DAYS:  # who reads the log later accepts what this month did
            said = lookup_days.not_asked(limit) | log.provenance(path)
            log.write(log.read_log(path), path, said)
        return self.with_lookups(log.read_log(path), log.provenance(path))

    @prepared
    def verdicts(self) -> pd.DataFrame:
        """Return the verdicts of the lookups on every subject, with its owner."""
        judged = judge(self.evidence, domains=self._asked_about)
        return self._looked_up(judged.merge(self.owners, on="domain", how="left"))

    def fresh(self, measure: str, *, partly: bool = False) -> pd.DataFrame:
        """Return the states that the lookups give for a measure: ``web``, ``mail`` or ``dns``.

        With ``partly``, mail of which only some hosts have IPv6 is ``partly`` instead of ``no``.
        ``explained`` says whether a waiver was valid on the day of the lookups. Empty for a month
        without lookups.
        """
        return self._once(self._states_by_lookups, measure, partly)

    def _states_by_lookups(self, measure: str, partly: bool) -> pd.DataFrame:
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
        return with_source(pd.concat(rows, ignore_index=True), both)

    def by_source(self) -> Iterator[tuple[str, str, pd.DataFrame]]:
        """Give ``measurement`` or ``lookups``, a measure that it has, and its states."""
        for measure in self.measures:
            yield "measurement", measure, self.measured(measure)
        for measure in VERDICT_OF:
            if len(states := self.fresh(measure)):
                yield "lookups", measure, states

    @prepared
    def message(self) -> pd.DataFrame:
        """Return the figures of its message, as of ``v6monitor.headline``."""
        return counted(self)

    @prepared
    def jumps(self) -> pd.DataFrame:
        """Return the jumps of all its months, as of ``v6monitor.changes.jumps``."""
        return counted_jumps(self)

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

    @prepared
    def providers(self) -> pd.DataFrame:
        """Return the mail provider of every mail domain, by the lookups."""
        domains = [domain for domain, kind in self._asked_about if kind == "mail"]
        found = providers(self.evidence, domains=domains, operators=self.operators)
        return self._looked_up(found)

    @prepared
    def laggards(self) -> pd.DataFrame:
        """Return the Exchange Online domains without IPv6, with owner, history and waiver."""
        found = laggards(self)
        if self.listed:  # of what was only looked up it is not known since when
            found["first_month_without"] = ""
            found["months_lagging"] = pd.array([pd.NA] * len(found), dtype="Int64")
        return self._looked_up(found)

    @prepared
    def mx_hosts(self) -> pd.DataFrame:
        """Return the MX hosts of every mail domain, with operator, tenant and state."""
        return self._looked_up(dependencies.mx_hosts(self.evidence, self.providers, self.operators))

    @prepared
    def hosts_by_month(self) -> pd.DataFrame:
        """Return ``mx_hosts`` of this month and of the months before whose lookups were kept.

        ``period`` says of which. What became of a domain without IPv6 is seen from it. Only of the
        lists that this month has: it says nothing of domains of another one; ``tenant`` and
        ``administrator`` are known of this month alone. None without lookups of this month: what
        they would find is not known.
        """
        mail = self.history[self.history["type"] == "mail"]
        lists = set(self.current.loc[self.current["type"] == "mail", "list"])
        listed = set(mail.loc[mail["list"].isin(lists), "domain"])
        now = self.mx_hosts[self.mx_hosts["domain"].isin(listed)]
        parts = [with_source(now.assign(period=self.period), self.mx_hosts.attrs["source"])]
        earlier = earlier_logs(self.period, self.beside, synthetic=self.synthetic)
        for period, path in earlier.items() if len(self.mx_hosts) else ():
            observations = log.read_log(path)
            asked = [name for name, kind in subjects(observations) if kind == "mail"]
            domains = pd.DataFrame({"domain": [one for one in asked if one in listed]}, dtype="str")
            hosts = dependencies.mx_hosts(observations, domains.assign(tenant=""), self.operators)
            parts.append(hosts.assign(period=period))
        found = pd.concat(parts, ignore_index=True)
        found = found.sort_values("period", kind="stable", ignore_index=True)
        return with_source(
            found, dict.fromkeys(source for part in parts for source in part.attrs["source"])
        )

    @prepared
    def zones(self) -> pd.DataFrame:
        """Return the zones on the way to every mail domain whose MX hosts all have IPv6."""
        states = domain_states(self.mx_hosts)
        reached = self.mx_hosts["domain"].isin(states.loc[states["state"] == "yes", "domain"])
        found = dependencies.name_servers(self.evidence, self.mx_hosts[reached], self.operators)
        return self._looked_up(found)

    # Reachability

    @cached_property
    def servers(self) -> pd.DataFrame:
        """Return the addresses of servers and whether they answer.

        By this month's technical results, and by the runs of ``v6monitor reach`` in the folder
        ``reach`` beside the measurements that are as near to the measurement as lookups must be.
        ``source``, ``domain``, ``measure``, ``host``, ``address``, ``port``, ``reachable`` and
        ``detail``.
        """
        rows = self.addresses
        if len(rows):
            rows = rows[rows["measured_at"].dt.strftime("%Y-%m") == self.period]
        said = sources(self.current) if len(rows) else []
        parts = [reachability.measured(rows)]
        logs, _ = self.reach_runs
        if logs:
            mail = self.mx_hosts[["domain", "host"]].assign(measure="mail")
            web = self.owners[["domain"]].assign(measure="web", host=self.owners["domain"])
            hosts = pd.concat([mail, web], ignore_index=True).drop_duplicates()
            parts.append(runs.servers_of(logs, hosts)[reachability.SERVERS])
            newest = max(run["asked_at"].min() for run in logs)
            said = [*said, f"connections {newest.isoformat(timespec='seconds')}"]
        return with_source(pd.concat(parts, ignore_index=True), said)

    @cached_property
    def reach_runs(self) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
        """Return the runs of ``v6monitor reach`` near enough to the measurement, and the others."""
        first, last = (day.tz_localize("UTC") for day in lookup_days.days(self.current))
        near = pd.Timedelta(days=self.lookups_within_days)
        found: tuple[list[pd.DataFrame], list[pd.DataFrame]] = ([], [])
        for run in map(runs.read, reach_logs(self.beside)):
            found[not first - near <= run["asked_at"].min() < last + near].append(run)
        return found

    @cached_property
    def answers(self) -> pd.DataFrame:
        """Return of each domain with an IPv6 address whether all of them answer.

        A row per ``source``, ``measure`` and ``domain``; ``state`` is ``no`` only where IPv4
        answers.
        """
        return reachability.answers(self.servers).assign(period=self.period)

    @prepared
    def without_ipv4(self) -> pd.DataFrame:
        """Return the zones that keep what has IPv6 out of reach without IPv4, by domain.

        Empty where no IPv6-only resolver was asked.
        """
        found = dependencies.zones_without_ipv4(self.evidence, self._asked_about)
        return self._looked_up(found)

    # The list of domains

    @prepared
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
        return with_source(found, [*sources(self.current), *self._lookups_source()])

    @property
    def _asked_about(self) -> list[tuple[str, str]]:
        """Return the subjects; none when nothing was asked, for then nothing is unknown either."""
        asked = len(self.observations) or "failure" in self.provenance
        return self.subjects if asked else []

    def _looked_up(self, table: pd.DataFrame) -> pd.DataFrame:
        return with_source(table, self._lookups_source())

    def _lookups_source(self) -> list[str]:
        first = self.asked[0]
        return [] if pd.isna(first) else lookups_source(first.to_pydatetime())

    def _lookups(self) -> str:
        if pd.isna(self.asked[0]):
            return "no lookups"
        return f"lookups of {Language('en').day(self.asked[0].tz_convert(AMSTERDAM).date())}"
