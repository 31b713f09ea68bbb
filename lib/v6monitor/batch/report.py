"""How does a month become a report? Inputs in, notebooks run, pages out, one swap at the end."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from v6monitor import adoption, measurements
from v6monitor.batch import manifest
from v6monitor.batch.execution import Executed, execute
from v6monitor.batch.parameters import Planned, declared, plan, typed
from v6monitor.errors import InputError, UsageError, VantageError
from v6monitor.month import JUDGED, Month, choose_period, read_measurements
from v6monitor.paths import NOTEBOOKS
from v6monitor.publish import archive
from v6monitor.publish.exports import safe_csv, write_text
from v6monitor.publish.report import Report, publish

OBSERVATIONS = "observations.parquet"


@dataclass(frozen=True)
class Request:
    """What is asked of a run; paths are absolute."""

    period: str
    measurements: tuple[Path, ...]
    resolvers: tuple[str, ...]
    replay: Path | None
    languages: tuple[str, ...]
    out: Path
    notebooks: tuple[str, ...]
    sectors: tuple[str, ...]


def make(
    request: Request, identity: str, inputs: dict[str, str], progress: Callable[[str], None]
) -> dict[str, Any]:
    """Make the report of a month and put it in the archive; returns its manifest.

    All is made in a scratch folder beside the report and swapped in at the end, so that an error
    or an interruption leaves an older report as it was. A notebook that fails is kept under
    ``_failed/`` and stops no other.
    """
    started = _now()
    notebooks = _chosen(request.notebooks)
    intake = read_measurements(request.measurements)
    period = choose_period(request.period, intake.table)
    request.out.mkdir(parents=True, exist_ok=True)
    _recover(request.out / period)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=request.out) as folder:
        scratch = Path(folder) / period
        tables = scratch / "tables"
        tables.mkdir(parents=True)
        measurements.write(intake.table, tables / "measurements.csv")
        write_text(tables / "measurements.faults.csv", safe_csv(intake.faults))
        if request.replay:
            shutil.copyfile(request.replay, tables / OBSERVATIONS)
        results = _run(notebooks, request, period, scratch, progress)
        progress("pages")
        month = Month.load(
            period,
            str(tables / "measurements.csv"),
            str(tables / OBSERVATIONS),
            request.sectors,
        )
        report = Report(scratch, request.out / period, request.languages, month)
        failures = {one.name: one.error for one in results if one.error}
        made = {one.name: one.notebook for one in results if not one.error}
        failures |= publish(report, made, failures)
        _keep_failed(results, failures, request.out / "_failed" / period)
        found = _manifest(request, month, results, failures)
        found |= {"run_id": identity, "inputs": inputs, "started": started, "ended": _now()}
        found["outputs"] = manifest.hashes(scratch, (p for p in scratch.rglob("*") if p.is_file()))
        manifest.write(found, scratch / manifest.FILE)
        _swap(scratch, request.out / period)
    archive.add(request.out, found, request.languages)
    return found


def _chosen(names: Sequence[str]) -> list[Planned]:
    planned = plan(NOTEBOOKS / "monthly.yaml")
    known = {one.notebook.stem for one in planned}
    for name in names:
        if name not in known:
            raise UsageError(
                f"notebook {name!r} is not in the batch; it has {', '.join(sorted(known))}"
            )
    asking = "20_lookups"  # the others read what it asked
    return [one for one in planned if not names or one.notebook.stem in {*names, asking}]


def _run(
    notebooks: Sequence[Planned],
    request: Request,
    period: str,
    scratch: Path,
    progress: Callable[[str], None],
) -> list[Executed]:
    """Execute the notebooks, the one that asks DNS first."""
    common: dict[str, object] = {
        "period": period,
        "measurements": str(scratch / "tables" / "measurements.csv"),
        "observations": str(scratch / "tables" / OBSERVATIONS),
        "sectors": list(request.sectors),
    }
    asking = {
        "resolvers": list(request.resolvers),
        "save_to": common["observations"],
        "must_answer": bool(request.resolvers),
        **({} if request.replay else {"observations": ""}),
    }
    results = []
    for one in sorted(notebooks, key=lambda one: "save_to" not in declared(one.notebook)):
        known = declared(one.notebook)
        given = common | asking if "save_to" in known else common
        values = typed(one.notebook, one.parameters)
        values |= {name: value for name, value in given.items() if name in known}
        output = scratch / f"{one.notebook.stem}.ipynb"
        done = execute(one.notebook, values, output, progress)
        if done.error_class == VantageError.__name__:
            raise VantageError(done.error.partition(": ")[2].partition(": ")[2])
        if "save_to" in known and done.error:
            raise InputError(f"the lookups failed, so there is nothing to report: {done.error}")
        results.append(done)
    return sorted(results, key=lambda done: done.name)


def _manifest(
    request: Request, month: Month, results: Sequence[Executed], failures: dict[str, str]
) -> dict[str, Any]:
    coverage = month.coverage
    publishable = coverage >= adoption.GATE
    asked = month.observations
    first, last = month.asked
    return {
        "period": month.period,
        "previous": archive.previous(request.out, month.period),
        "status": 5 if failures else 0 if publishable else 4,
        "publishable": publishable,
        "coverage": None if pd.isna(coverage) else round(coverage, 6),
        "synthetic": month.synthetic,
        "parameters": {
            "period": request.period,
            "languages": list(request.languages),
            "notebooks": list(request.notebooks),
            "sectors": list(request.sectors),
            "resolvers": list(request.resolvers),
        },
        "lookups": {
            "resolvers": sorted(asked["resolver"].unique()),
            "started": None if pd.isna(first) else first.isoformat(),
            "finished": None if pd.isna(last) else last.isoformat(),
            "questions": len(asked),
            "attempts": int(asked["attempts"].sum()),
            "outcomes": {str(k): int(v) for k, v in asked["outcome"].value_counts().items()},
            "vantage": "not tested",
        },
        "code": manifest.provenance(),
        "headline": _headline(month),
        "notebooks": [
            {
                "name": one.name,
                "status": "failed" if one.name in failures else "ok",
                "seconds": round(one.seconds, 2),
                "sha256": manifest.sha256(NOTEBOOKS / f"{one.name}.ipynb"),
                **({"error": failures[one.name]} if one.name in failures else {}),
            }
            for one in results
        ],
    }


def _headline(month: Month) -> list[dict[str, Any]]:
    rows = []
    for source, states in (("measurement", month.measured), ("lookups", month.fresh)):
        for measure in JUDGED:
            counts = adoption.shares(states(measure)).iloc[0]
            names = ("yes", "no", "unknown", "not_applicable")
            share = None if pd.isna(counts["adoption"]) else round(float(counts["adoption"]), 6)
            rows.append(
                {"source": source, "measure": measure, "adoption": share}
                | {name: int(counts[name]) for name in names}
            )
    return rows


def _keep_failed(results: Sequence[Executed], failures: dict[str, str], folder: Path) -> None:
    """Keep the notebooks that failed this time, and only those."""
    shutil.rmtree(folder, ignore_errors=True)
    for one in results:
        if one.name in failures:
            write_text(folder / f"{one.name}.ipynb", nbformat.writes(one.notebook) + "\n")


def _swap(scratch: Path, target: Path) -> None:
    """Put the new report where the old one was; ``_recover`` mends a crash between the two."""
    old = target.with_name(f".old-{target.name}")
    if target.exists():
        target.rename(old)
    scratch.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _recover(target: Path) -> None:
    old = target.with_name(f".old-{target.name}")
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
