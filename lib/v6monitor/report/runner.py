"""One run: measurements in, notebooks executed, pages out, one atomic swap at the end."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Collection, Sequence, Set
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from v6monitor import hashes, workspace
from v6monitor.dns import ipv6_only, log, resolvers
from v6monitor.errors import UsageError
from v6monitor.intake import companions, intake
from v6monitor.intake.columns import LOOKED_UP
from v6monitor.intake.sectors import SECTORS
from v6monitor.intake.states import periods
from v6monitor.month.loading import READ, hold, keep, load
from v6monitor.month.measurements import (
    LOOKUPS,
    REACH,
    choose_period,
    day_of,
    earlier_logs,
    is_synthetic,
    of_organisation,
    of_sectors,
    reach_logs,
    read_measurements,
)
from v6monitor.month.month import Month
from v6monitor.pages import pdf, publisher
from v6monitor.pages.exports import write_csv, write_text
from v6monitor.pages.page import Page
from v6monitor.report import archive, manifest, organisations, transactions
from v6monitor.report.archive import OBSERVATIONS
from v6monitor.report.context import Report
from v6monitor.report.execution import (
    Executed,
    Planned,
    declared,
    plan,
    typed,
    workers,
)
from v6monitor.report.forks import Forks
from v6monitor.report.news import news
from v6monitor.report.publishing import publish
from v6monitor.report.request import Request
from v6monitor.report.results import run_facts
from v6monitor.report.running import Progress, finish, names, start


def series(request: Request) -> list[Request]:
    """Return a request for every month that the measurements hold, the oldest first.

    A month that the archive has already keeps its lookups: where its inputs changed, it is made
    again from them. A month whose report was withdrawn is left out: it needs a report of its
    own.
    """
    table = of_sectors(_read(request).table, request.sectors)
    held = {month["period"]: month for month in archive.months(request.archive)}
    months = [
        replace(request, period=period)
        for period in sorted(periods(table["measured_at"]).unique())
        if period not in held or not held[period]["withdrawn"]
    ]
    return [_replayed(one) if one.period in held else one for one in months]


def make(request: Request, progress: Progress, *, force: bool = False) -> dict[str, Any]:
    """Make the report of a month and put it in the archive; return its manifest.

    Only with ``force`` it takes the place of one with more pages.

    All is made in a scratch folder beside the report and swapped in at the end, so that an error
    or an interruption leaves an older report as it was. A notebook that fails is kept under
    ``_failed/`` and stops no other.
    """
    started = _now()
    publisher.read()  # a wrong one is an error before anything is made
    if request.pdf:
        pdf.browser()
    if request.resolvers:
        resolvers.parse(request.resolvers)  # a wrong one is an error before anything is made
    ipv6_only.marked(request.ipv6_only_resolvers)
    progress("reading the measurements", 0, 0)
    read = _read(request)
    table = of_sectors(read.table, request.sectors)
    period = choose_period(request.period, table, request.sectors)
    if period == choose_period("", table):
        request = replace(request, period="")  # named or not, the newest month is one run
    current = table[periods(table["measured_at"]) == period]
    for name in request.organisations:
        of_organisation(current, name)
    has = {
        "measurement": not current["date_source"].eq(LOOKED_UP).all(),
        "mail": current["type"].eq("mail").any(),
    }
    lacks = {name for name in has if not has[name]}
    notebooks = _parts(_chosen(request, lacks), current)
    target = request.archive / period
    with (
        transactions.writing(request.out, request.archive),
        transactions.scratch(request.archive, period) as scratch,
        workers() as pool,
    ):
        pool.submit(os.getpid)  # the workers start while DNS is asked
        _check_place(request, target, synthetic=is_synthetic(table), force=force)
        tables = scratch / "tables"
        _write_inputs(request, replace(read, table=table), period, tables)
        write_csv(scratch.parent / "measurements.csv", table)  # as it is published
        del read, table, current  # notebooks read the files
        prepared = [(one, _values(one, request, period, tables)) for one in notebooks]
        month = _look_up(request, period, tables, progress)
        given: dict[str, Any] = {
            "source": str(tables / "measurements.csv"),
            "observations": str(tables / OBSERVATIONS),
            "period": period,
            "sectors": request.sectors,
            "lookups_within_days": request.lookups_within,
        }
        if isinstance(pool, Forks):
            pool.load(hold, **given)
        running = start(pool, prepared, scratch.parent)
        progress(names(running), 0, len(running))
        report = Report(
            scratch, target, request.languages, month, news(month, request.archive), request.scope,
            request.pdf, request.organisations,
        )  # fmt: skip
        executed, documents = finish(running, report, progress)
        failed = request.archive / "_failed" / period
        progress("writing the pages", 0, 0)
        failures = {one.name: one.error for one in executed if one.error}
        of_organisations = _of_organisations(pool, report, partial(load, **given))
        failures |= publish(report, documents, failures, progress, of_organisations)
        _keep_failed(executed, failed, failures)
        (scratch.parent / "measurements.csv").replace(tables / "measurements.csv")  # published now
        for file in companions.own_files([tables]):  # these are not: their cells are as typed
            file.unlink()
        for folder in (LOOKUPS, REACH):
            shutil.rmtree(tables / folder)
        found = run_facts(month, executed, failures) | _provenance(request, report, started)
        found["scope"] = request.scope
        found["message"] = {code: words.caption for code, words in report.words.items()}
        found["outputs"] = hashes.below(scratch, (p for p in scratch.rglob("*") if p.is_file()))
        transactions.put(scratch, found, request.archive, request.out)
    return found


def _read(request: Request) -> intake.Intake:
    return read_measurements(
        request.measurements,
        day=_asked_on(request),
        measured_at=request.measured_at,
        columns=request.columns,
    )


def _asked_on(request: Request) -> dt.date | None:
    """Return the day of the lookups that are replayed."""
    return day_of(log.read_log(request.replay)) if request.replay else None


def _check_place(request: Request, target: Path, *, synthetic: bool, force: bool) -> None:
    """Raise UsageError when the report would mix with others, or take away pages of another."""
    if any(month["synthetic"] != synthetic for month in archive.months(request.archive)):
        kinds = ("measurements", "made-up example data")
        raise UsageError(
            f"{request.archive} holds reports on {kinds[not synthetic]}, and these are "
            f"{kinds[synthetic]}: the two are never one series; name another folder with --out"
        )
    held = manifest.held(target)
    kept = held.get("parameters", {}).get("notebooks", [])
    fewer = request.notebooks and not (kept and set(kept) <= set(request.notebooks))
    if fewer and held and "withdrawn" not in held and not force:
        raise UsageError(
            f"{target} holds a report with more pages than {', '.join(request.notebooks)}: "
            "--force puts this one in its place, --out names another folder"
        )


def _replayed(request: Request) -> Request:
    if request.replay or request.held:
        return request
    kept = archive.tables(request.archive, request.period) / OBSERVATIONS
    if not kept.is_file():
        return request
    was = log.provenance(kept).get("reach", {}).get("within_days", request.lookups_within)
    return (
        request
        if was < request.lookups_within
        else replace(request, resolvers=(), ipv6_only_resolvers=(), replay=kept)
    )


def _write_inputs(request: Request, read: intake.Intake, period: str, tables: Path) -> None:
    """Write the measurements and the files about their domains, for the notebooks to load."""
    tables.mkdir()
    intake.write(read.table, tables / "measurements.csv")
    write_csv(tables / "measurements.faults.csv", read.faults)
    if len(read.addresses):
        write_csv(tables / "measurements.addresses.csv", read.addresses)
    synthetic = is_synthetic(read.table)
    companions.copy(companions.search_path(request.measurements, synthetic=synthetic), tables)
    logs = tables / LOOKUPS  # of earlier months: of the reports in this archive, else those kept
    logs.mkdir()
    found = earlier_logs(period, request.measurements, synthetic=synthetic)
    for month in archive.months(request.archive):
        if month["period"] < period:
            log_of_month = archive.tables(request.archive, month["period"]) / OBSERVATIONS
            found |= {month["period"]: log_of_month} if log_of_month.is_file() else {}
    for name, path in found.items():
        (logs / f"{name}{path.suffix}").symlink_to(path.absolute())
    (tables / REACH).mkdir()
    for number, path in enumerate(reach_logs(request.measurements)):
        (tables / REACH / f"{number}.parquet").symlink_to(path.absolute())
    keep(read, tables / "measurements.csv", _asked_on(request))


def _look_up(request: Request, period: str, tables: Path, progress: Progress) -> Month:
    """Return the month with its lookups, asked now or replayed, and keep these with its tables."""
    load_it = partial(
        load,
        tables / "measurements.csv",
        period=period,
        sectors=request.sectors,
        lookups_within_days=request.lookups_within,
    )
    path = tables / OBSERVATIONS
    _keep_lookups(request, load_it, path, progress)
    progress("preparing the month", 0, 0)
    workspace.observations().mkdir(parents=True, exist_ok=True)  # what follows is kept beside it
    month = load_it(observations=path)
    for name in READ:
        getattr(month, name)  # it is kept for the notebooks
    return month


def _keep_lookups(
    request: Request, load_it: Callable[..., Month], path: Path, progress: Progress
) -> None:
    """Write the lookups of a month, asked now or replayed."""
    month = load_it(observations=log.frame(()) if request.replay is None else request.replay)
    if request.replay:
        log.write(month.observations, path, month.provenance)
    else:
        progress("testing the resolvers" if request.vantage else "lookups", 0, 0)
        month.look_up(
            request.resolvers,
            str(path),
            ipv6_only_resolvers=request.ipv6_only_resolvers,
            test_resolvers=request.vantage,
            rate=request.rate,
            timeout=request.timeout,
            progress=partial(progress, "lookups"),
            notify=lambda text: progress(text, 0, 0),
        )


def _provenance(request: Request, report: Report, started: str) -> dict[str, Any]:
    facts = report.news.facts
    return {
        "run_id": request.identity,
        "inputs": request.inputs,
        "parameters": request.chosen,
        "previous": facts["previous"],
        "changes": facts,
        "started": started,
        "ended": _now(),
    }


def _chosen(request: Request, lacks: Set[str]) -> list[Planned]:
    """Return the notebooks to run, in order, without those that need what the month lacks."""
    planned = plan(request.plan)
    known = {one.notebook.stem for one in planned}
    for name in request.notebooks:
        if name not in known:
            raise UsageError(
                f"notebook {name!r} is not in the batch; it has {', '.join(sorted(known))}"
            )
    if request.notebooks:
        return [one for one in planned if one.name in request.notebooks]
    return [one for one in planned if not one.needs & lacks]


def _parts(planned: Sequence[Planned], current: pd.DataFrame) -> list[Planned]:
    """Return the notebooks; one that is run for each sector is repeated for every sector."""
    sectors = [sector for sector in SECTORS if current["sector"].eq(sector).any()]
    return [
        one._replace(parameters=one.parameters | given, part=part, subject=part)
        for one in planned
        for given, part in (
            [({"sectors": [sector]}, sector) for sector in sectors] if one.each else [({}, "")]
        )
    ]


def _values(one: Planned, request: Request, period: str, tables: Path) -> dict[str, object]:
    """Return the parameters of a notebook: the plan's, typed, and over them those of the run."""
    given: dict[str, object] = {
        "period": period,
        "measurements": str(tables / "measurements.csv"),
        "observations": str(tables / OBSERVATIONS),
        "sectors": list(request.sectors),
        "lookups_within_days": request.lookups_within,
    }
    known = declared(one.notebook)
    common = {name: value for name, value in given.items() if name in known}
    return common | typed(one.notebook, one.parameters)


def _of_organisations(
    pool: Executor, report: Report, load_it: Callable[[], Month]
) -> Callable[[Sequence[Page]], list[Future[None]]]:
    """Return what lets other processes write the pages of organisations, one for each index."""
    given = load_it, report.news, report.letters, report.wanted
    if isinstance(pool, Forks):
        pool.load(organisations.prepare, *given)
    to = report.languages, report.scratch
    return lambda indexes: [pool.submit(organisations.write, *given, page, *to) for page in indexes]


def _keep_failed(results: Sequence[Executed], folder: Path, unfit: Collection[str] = ()) -> None:
    """Keep the notebooks that failed this time, and only those."""
    shutil.rmtree(folder, ignore_errors=True)
    for one in results:
        if one.error or one.name in unfit:
            write_text(folder / f"{one.name}.ipynb", nbformat.writes(one.notebook) + "\n")


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
