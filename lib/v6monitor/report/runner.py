"""One run: measurements in, notebooks executed, pages out, one atomic swap at the end."""

import datetime as dt
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence, Sized
from concurrent.futures import Future, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from v6monitor import workspace
from v6monitor.dns import log, resolvers
from v6monitor.errors import InputError, NotebookError, UsageError, V6MonitorError, VantageError
from v6monitor.intake import companions, intake
from v6monitor.intake.organisations import SECTORS
from v6monitor.language import Language
from v6monitor.report import archive, archive_pages, manifest, pages, pdf, publisher, reach
from v6monitor.report.archive import OBSERVATIONS
from v6monitor.report.document import Document
from v6monitor.report.document import read as read_document
from v6monitor.report.execution import Executed, Planned, declared, execute, plan, typed, workers
from v6monitor.report.exports import safe_csv, write_text
from v6monitor.report.measurements import (
    choose_period,
    is_synthetic,
    of_organisation,
    of_sectors,
    read_measurements,
)
from v6monitor.report.month import load
from v6monitor.report.news import news
from v6monitor.report.publishing import Report, publish
from v6monitor.report.request import Request
from v6monitor.report.results import run_facts

Progress = Callable[[str], None]


def series(request: Request) -> list[Request]:
    """Return a request for every month that the measurements hold, the oldest first.

    A month that the archive has already keeps its lookups: where its inputs changed, it is made
    again from them. A month whose report was withdrawn is left out: it needs a report of its
    own.
    """
    table = of_sectors(read_measurements(request.measurements).table, request.sectors)
    held = {month["period"]: month for month in archive.months(request.archive)}
    months = [
        replace(request, period=period)
        for period in sorted(table["measured_at"].dt.strftime("%Y-%m").unique())
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
    read = read_measurements(request.measurements)
    table = of_sectors(read.table, request.sectors)
    period = choose_period(request.period, table)
    current = table[table["measured_at"].dt.strftime("%Y-%m") == period]
    for name in request.organisations:
        of_organisation(current, name)
    notebooks = _parts(_chosen(request), current)
    read = replace(read, table=table)
    target = request.archive / period
    with (
        archive.locked(request.out, request.archive),
        archive.scratch(request.archive, period) as scratch,
    ):
        _check_place(request, target, synthetic=is_synthetic(table), force=force)
        tables = scratch / "tables"
        _write_inputs(request, read, current, tables)
        prepared = [(one, _values(one, request, period, tables)) for one in notebooks]
        executed = _run(prepared, scratch, progress)
        failed = request.archive / "_failed" / period
        if not (tables / OBSERVATIONS).exists():
            _keep_failed(executed, failed)
            raise _no_lookups(executed)
        month = load(
            tables / "measurements.csv",
            period=period,
            observations=tables / OBSERVATIONS,
            sectors=request.sectors,
        )
        for notice in pages.lookup_notices(month, Language("en")):
            progress(f"{period}: {' '.join(notice)}")
        progress("pages")
        changed = news(month, request.archive)
        report = Report(
            scratch, target, request.languages, month, changed, request.scope, request.pdf,
            request.organisations,
        )  # fmt: skip
        failures = {one.name: one.error for one in executed if one.error}
        failures |= publish(report, _documents(notebooks, executed), failures)
        _keep_failed(executed, failed, failures)
        write_text(tables / "measurements.csv", safe_csv(read.table))  # it is published now
        for file in companions.own_files([tables]):  # these are not: their cells are as typed
            file.unlink()
        found = run_facts(month, executed, failures) | _provenance(request, changed.facts, started)
        found["scope"] = request.scope
        found["outputs"] = manifest.hashes(scratch, (p for p in scratch.rglob("*") if p.is_file()))
        manifest.write(found, scratch / manifest.FILE)
        archive.swap(scratch, target)
        archive_pages.add(request.archive, found)
        if request.archive != request.out:
            archive_pages.write(request.out, archive.months(request.out))
    return found


def _check_place(request: Request, target: Path, *, synthetic: bool, force: bool) -> None:
    """Raise UsageError when the report would mix with others, or take away pages of another."""
    if any(month["synthetic"] != synthetic for month in archive.months(request.archive)):
        kinds = ("measurements", "made-up example data")
        raise UsageError(
            f"{request.archive} holds reports on {kinds[not synthetic]}, and these are "
            f"{kinds[synthetic]}: the two are never one series; name another folder with --out"
        )
    held = manifest.read(target / manifest.FILE)
    kept = held.get("parameters", {}).get("notebooks", [])
    fewer = request.notebooks and not (kept and set(kept) <= set(request.notebooks))
    if fewer and held and "withdrawn" not in held and not force:
        raise UsageError(
            f"{target} holds a report with more pages than {', '.join(request.notebooks)}: "
            "--force puts this one in its place, --out names another folder"
        )


def _replayed(request: Request) -> Request:
    if request.replay or manifest.find(request.archive, request.identity):
        return request
    kept = archive.tables(request.archive, request.period) / OBSERVATIONS
    if not kept.is_file():
        return request
    was = log.provenance(kept).get("reach", {}).get("within_days", request.lookups_within)
    return request if was < request.lookups_within else replace(request, resolvers=(), replay=kept)


def _write_inputs(
    request: Request, read: intake.Intake, current: pd.DataFrame, tables: Path
) -> None:
    """Write the measurements, the files about their domains and the log to replay, if any."""
    tables.mkdir()
    intake.write(read.table, tables / "measurements.csv")
    write_text(tables / "measurements.faults.csv", safe_csv(read.faults))
    synthetic = is_synthetic(read.table)
    companions.copy(companions.search_path(request.measurements, synthetic=synthetic), tables)
    if request.replay:
        rows, provenance = log.read_log(request.replay), log.provenance(request.replay)
        newest = reach.days(read.table)[1]
        found = reach.within(rows, provenance, current, newest, request.lookups_within)
        log.write(found[0], tables / OBSERVATIONS, found[1])


def _documents(notebooks: Sequence[Planned], executed: Sequence[Executed]) -> dict[str, Document]:
    """Return the notebooks that ran to their end, by name."""
    planned = {one.name: one for one in notebooks}
    return {
        one.name: read_document(
            one.notebook, part=planned[one.name].part, subject=planned[one.name].subject
        )
        for one in executed
        if not one.error
    }


def _provenance(request: Request, facts: Mapping[str, Any], started: str) -> dict[str, Any]:
    return {
        "run_id": request.identity,
        "inputs": request.inputs,
        "parameters": request.chosen,
        "previous": facts["previous"],
        "changes": facts,
        "started": started,
        "ended": _now(),
    }


def _chosen(request: Request) -> list[Planned]:
    """Return the notebooks to run in order, first the one with the lookups."""
    planned = plan(request.plan)
    known = {one.notebook.stem for one in planned}
    for name in request.notebooks:
        if name not in known:
            raise UsageError(
                f"notebook {name!r} is not in the batch; it has {', '.join(sorted(known))}"
            )
    chosen = [
        one
        for one in planned
        if _looks_up(one) or not request.notebooks or one.notebook.stem in request.notebooks
    ]
    return sorted(chosen, key=lambda one: not _looks_up(one))


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


def _looks_up(one: Planned) -> bool:
    return "save_to" in declared(one.notebook)


def _values(one: Planned, request: Request, period: str, tables: Path) -> dict[str, object]:
    """Return the parameters of a notebook: the plan's, typed, and over them those of the run."""
    observations = str(tables / OBSERVATIONS)
    given: dict[str, object] = {
        "period": period,
        "measurements": str(tables / "measurements.csv"),
        "observations": observations,
        "sectors": list(request.sectors),
    }
    if _looks_up(one):
        given["lookups_within_days"] = request.lookups_within
        given["resolvers"] = list(request.resolvers)
        given["save_to"] = observations
        given["must_answer"] = bool(request.resolvers)
        given["test_resolvers"] = request.vantage
        given["observations"] = observations if request.replay else ""
    known = declared(one.notebook)
    common = {name: value for name, value in given.items() if name in known}
    return common | typed(one.notebook, one.parameters)


def _run(
    prepared: Sequence[tuple[Planned, dict[str, object]]],
    scratch: Path,
    progress: Progress,
) -> list[Executed]:
    """Execute the notebooks beside the report: the first one looks up, the rest reads its log."""
    (first, values), *others = prepared

    def run(one: Planned, values: dict[str, object]) -> Future[Executed]:
        return pool.submit(execute, one.notebook, values, scratch.parent / f"{one.name}.ipynb")

    with workers() as pool:
        results = [run(first, values).result()]
        progress(_step(results, prepared))
        if not results[0].error or Path(str(values.get("save_to", scratch))).exists():
            for done in as_completed([run(*other) for other in others]):
                results.append(done.result())
                progress(_step(results, prepared))
    for folder in (scratch, workspace.root()):
        results = [one._replace(error=one.error.replace(f"{folder}/", "")) for one in results]
    return sorted(results, key=lambda done: done.name)


def _step(results: Sequence[Executed], planned: Sized) -> str:
    done = results[-1]
    return f"{len(results)}/{len(planned)} {done.name}{' failed' * bool(done.error)}"


def _no_lookups(results: Sequence[Executed]) -> V6MonitorError:
    """Return why there is no observation log: the error of the notebook with the lookups."""
    failed = next((done for done in results if done.error), None)
    if failed is None:
        return UsageError(
            "no notebook of the batch does lookups and no log was given; add 20_lookups"
        )
    for ours in (UsageError, InputError, VantageError):
        if failed.error_class == ours.__name__:
            return ours(failed.error.partition(f"{ours.__name__}: ")[2])
    return NotebookError(f"{failed.name} failed, so there is nothing to report: {failed.error}")


def _keep_failed(results: Sequence[Executed], folder: Path, unfit: Collection[str] = ()) -> None:
    """Keep the notebooks that failed this time, and only those."""
    shutil.rmtree(folder, ignore_errors=True)
    for one in results:
        if one.error or one.name in unfit:
            write_text(folder / f"{one.name}.ipynb", nbformat.writes(one.notebook) + "\n")


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
