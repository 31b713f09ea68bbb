"""What is a report about? Which measurements, month of them, sectors and organisation."""

import difflib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from v6monitor import intake as measurements
from v6monitor import workspace
from v6monitor.errors import InputError, UsageError
from v6monitor.intake import about, organisations


def read_measurements(paths: Sequence[Path]) -> measurements.Intake:
    """Read measurement files (by default the example's) and join the organisations to them."""
    if not paths:
        paths = [workspace.example() / "dashboards"]
    intake = measurements.read(paths)
    intake = intake._replace(table=measurements.measured(intake.table))
    synthetic = is_synthetic(intake.table)
    if synthetic:
        workspace.example()  # its register goes with them, whoever made the example first
    return organisations.join(intake, about.registers(about.folders(paths, synthetic=synthetic)))


def choose_period(period: str, table: pd.DataFrame) -> str:
    """Return the asked month if the measurements hold it; without one, their newest."""
    held = sorted(table["measured_at"].dt.strftime("%Y-%m").unique())
    if not period:
        return str(held[-1])
    if period not in held:
        raise UsageError(
            f"period {period!r} is not in the measurements; they hold {', '.join(held)} "
            "(give a month as YYYY-MM)"
        )
    return period


def read_kept(given: Sequence[Path]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the canonical table and the faults; of a canonical CSV those written beside it.

    Intake joined the registers to such a table already.
    """
    beside = [path.with_suffix(".faults.csv") for path in given]
    if not (beside and beside[0].is_file()):
        intake = read_measurements(given)
        return intake.table, intake.faults
    intake = measurements.read(given)
    intake = intake._replace(table=measurements.measured(intake.table))
    kept = pd.read_csv(beside[0], dtype="str", keep_default_na=False)
    return intake.table, kept[[column for column in intake.faults if column in kept]]


def is_synthetic(table: pd.DataFrame) -> bool:
    """Tell whether all domains of a canonical table are under .example (RFC 2606)."""
    return bool(len(table)) and bool(table["domain"].str.endswith(".example").all())


def kept_log(period: str, synthetic: bool) -> Path:
    """Return where 20_lookups keeps the observations of a month."""
    made = (
        f"example-{(workspace.example() / 'version').read_text('utf-8').strip()}-"
        if synthetic
        else ""
    )
    return workspace.observations() / f"{made}{period}.parquet"


def of_sectors(table: pd.DataFrame, sectors: Sequence[str]) -> pd.DataFrame:
    """Return the rows of these sectors, all without any; UsageError, InputError for none."""
    unknown = sorted(set(sectors) - set(organisations.SECTORS))
    if unknown:
        raise UsageError(f"sector {unknown[0]!r} is not one of {', '.join(organisations.SECTORS)}")
    chosen = table[table["sector"].isin(sectors)] if sectors else table
    if chosen.empty:
        raise InputError("the measurements hold no domain of the chosen sectors; choose others")
    return chosen


def of_organisation(table: pd.DataFrame, organisation: str) -> pd.DataFrame:
    """Return the rows of an organisation, all without one; UsageError for one that is not there."""
    names = table["organisation"]
    if not organisation or names.eq(organisation).any():
        return table[names.eq(organisation)] if organisation else table
    near = difflib.get_close_matches(organisation, names.unique(), n=3)
    raise UsageError(
        f"organisation {organisation!r} is not in the measurements"
        + (f"; perhaps {' or '.join(near)}" if near else "; name it as the register does")
    )
