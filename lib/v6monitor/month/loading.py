"""Loading a month: its measurements, and the lookups that were kept of it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from v6monitor import workspace
from v6monitor.dns import log
from v6monitor.intake import companions
from v6monitor.intake.cleaning import KEY
from v6monitor.intake.files import expanded
from v6monitor.intake.intake import Intake
from v6monitor.intake.states import newest, sources
from v6monitor.language import AMSTERDAM
from v6monitor.month import WITHIN_DAYS, lookup_days
from v6monitor.month.history import with_source
from v6monitor.month.measurements import (
    BESIDE,
    beside,
    choose_period,
    day_of,
    earlier_logs,
    kept_log,
    of_organisation,
    of_sectors,
    reach_logs,
    read_kept,
    until,
    with_written,
)
from v6monitor.month.month import Month
from v6monitor.month.prepared import Prepared, hash_of
from v6monitor.verdicts.evidence import Evidence
from v6monitor.workspace import find

READ = ("states", "verdicts", "laggards", "mx_hosts", "message")
"""The tables of a month that many notebooks read: a run prepares them once."""


def load(  # noqa: PLR0913 - the options of an analyst
    source: str | Path | None = None,
    *,
    period: str = "",
    sectors: Sequence[str] = (),
    organisation: str = "",
    observations: str | Path | pd.DataFrame | None = None,
    lookups_within_days: int = WITHIN_DAYS,
) -> Month:
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
    choices = (period, *sectors), organisation, lookups_within_days
    if month := _held.pop((str(source), str(observations), *choices), None):
        return month
    files = (find(source),) if source else ()
    path, before = None, ""
    if isinstance(observations, str | Path) and str(observations):
        path = find(observations)
        before, observations = _read_log(path)
    read = _read(files, day_of(observations) if isinstance(observations, pd.DataFrame) else None)
    faults, table = read.faults, read.table
    chosen_rows = of_organisation(of_sectors(table, sectors), organisation)
    chosen = choose_period(period, chosen_rows, sectors)
    history = until(chosen, chosen_rows)
    faults.attrs["source"] = sources(history)
    month = Month(
        chosen,
        history,
        faults,
        log.frame(()),
        {},
        addresses=_of_measurements(read.addresses, history),
        beside=files,
        newest=lookup_days.days(table)[1],
        lookups_within_days=lookups_within_days,
    )
    used = (*choices, read.key)
    if isinstance(observations, pd.DataFrame):
        found = month.with_lookups(observations, dict(observations.attrs.get("provenance", {})))
        for rows, evidence in _indexed:
            if rows.equals(found.observations):
                vars(found)["evidence"] = evidence
        return _keeping(found, path, before, *used) if path else found
    path = kept_log(chosen, month.synthetic)
    before = hash_of(path)
    if path.exists():
        month = month.with_lookups(log.read_log(path), log.provenance(path))
    asked = set(month.observations["qname"])
    if not month.synthetic or asked.issuperset(month.owners["domain"]):
        return _keeping(month, path, before, *used)
    # The log that is kept has all domains of the month, also when only some sectors are chosen.
    whole = replace(month, history=until(chosen, table)).look_up()
    return replace(month, observations=whole.observations, provenance=whole.provenance)


class _Read(NamedTuple):
    """The measurements of all months, and what says which they are."""

    table: pd.DataFrame
    faults: pd.DataFrame
    addresses: pd.DataFrame
    key: str


_held: dict[tuple[object, ...], Month] = {}
_indexed: list[tuple[pd.DataFrame, Evidence]] = []
"""The lookups of the month that is held, and the index of their answers."""
_reads: dict[tuple[object, ...], _Read] = {}
_logs: dict[Path, tuple[str, pd.DataFrame]] = {}


def hold(
    source: str,
    observations: str,
    *,
    period: str,
    sectors: Sequence[str],
    lookups_within_days: int,
) -> None:
    """Load a month for the kernels that are forked from this process: their ``load`` finds it.

    The first does: a second one loads anew, for what it returned may have been changed. The
    measurements serve other choices from them, such as of one sector, and so do the lookups.
    """
    files, path = (find(source),), find(observations)
    _logs[path] = _read_log(path)
    day = day_of(_logs[path][1])
    _reads[files, day] = _read(files, day)
    month = load(
        source,
        period=period,
        sectors=sectors,
        observations=observations,
        lookups_within_days=lookups_within_days,
    )
    for name in READ:
        getattr(month, name)
    _indexed[:] = [(month.observations, month.evidence)]
    _held[source, observations, (period, *sectors), "", lookups_within_days] = month


def _read_log(path: Path) -> tuple[str, pd.DataFrame]:
    """Return the hash of a log, and its lookups."""
    if held := _logs.get(path):
        return held[0], held[1].copy(deep=False)
    before = hash_of(path)
    found = log.read_log(path)
    found.attrs["provenance"] = log.Provenance(log.provenance(path))  # and subjects
    return before, found


def keep(read: Intake, source: Path, asked_on: dt.date | None) -> None:
    """Keep measurements that were written to ``source``, which may be too large to be read."""
    _kept_read((source,), asked_on, partial(with_written, read, source))


def _read(files: tuple[Path, ...], asked_on: dt.date | None) -> _Read:
    """Return the measurements, the newest of each month, as they were kept or from their files."""
    if held := _reads.get((files, asked_on)):
        return held
    return _kept_read(files, asked_on, partial(read_kept, files, asked_on))


def _kept_read(
    files: tuple[Path, ...], asked_on: dt.date | None, make: Callable[[], Intake]
) -> _Read:
    read = cache(make)
    given = expanded(files or [workspace.example() / "dashboards"])
    used = [one.path for one in given]
    used += (path for name in BESIDE for path in map(partial(beside, name=name), files[:1]))
    used += _companions(files)
    day = asked_on or dt.datetime.now(AMSTERDAM).date()
    kept = Prepared(used, [one.name for one in given], day)
    return _Read(
        kept.table("measurements", lambda: newest(read().table)),
        kept.table("faults", lambda: read().faults),
        kept.table("addresses", lambda: read().addresses),
        kept.key,
    )


def _companions(files: tuple[Path, ...]) -> list[Path]:
    """Return the files about domains, be they of the example or not, and its mail operators."""
    found = [workspace.example_folder() / "mail_operators.csv"]
    for synthetic in (False, True):
        found += companions.own_files(companions.search_path(files, synthetic=synthetic))
    return found


def _keeping(month: Month, path: Path, before: str, *choices: object) -> Month:
    """Return the month, which keeps what follows from its files; ``before`` it read its log."""
    logs = earlier_logs(month.period, month.beside, synthetic=month.synthetic)
    used = [path, *logs.values(), *reach_logs(month.beside), *_companions(month.beside)]
    kept = Prepared(used, before, list(logs), *choices)
    object.__setattr__(month, "kept", kept)  # a month is frozen, and this is no part of it
    return month


def _of_measurements(addresses: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return the addresses of the domains and days in a canonical table."""
    rows = addresses.assign(measured_at=addresses["measured_at"].astype("datetime64[us]"))
    found = rows.merge(history[KEY].drop_duplicates(), on=KEY)
    return with_source(found, sources(history))
