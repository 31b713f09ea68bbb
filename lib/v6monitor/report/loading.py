"""Loading a month: its measurements, and the lookups that were kept of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from v6monitor.dns import log
from v6monitor.intake.cleaning import KEY
from v6monitor.intake.states import newest, sources
from v6monitor.report import lookup_days
from v6monitor.report.history import with_source
from v6monitor.report.measurements import (
    choose_period,
    day_of,
    kept_log,
    of_organisation,
    of_sectors,
    read_kept,
    until,
)
from v6monitor.report.month import Month
from v6monitor.report.request import WITHIN_DAYS
from v6monitor.workspace import find


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


def _of_measurements(addresses: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return the addresses of the domains and days in a canonical table."""
    rows = addresses.assign(measured_at=addresses["measured_at"].astype("datetime64[us]"))
    found = rows.merge(history[KEY].drop_duplicates(), on=KEY)
    return with_source(found, sources(history))
