"""The measurements of a month: files read, and its period, sectors and organisation chosen."""

import datetime as dt
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from v6monitor.dns import log
from v6monitor.errors import InputError, UsageError
from v6monitor.intake import companions, intake
from v6monitor.intake.cleaning import date_in
from v6monitor.intake.columns import MAPPED
from v6monitor.intake.sectors import SECTORS
from v6monitor.intake.states import measured, periods, sources
from v6monitor.language import AMSTERDAM
from v6monitor.workspace import example
from v6monitor.workspace import observations as kept_observations

LOOKUPS, REACH = "lookups", "reach"
"""The folders of the logs of earlier months, and of those of ``v6monitor reach``."""

BESIDE = ("faults", "addresses")
"""What is written beside a canonical CSV, by the end of its file's name."""

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DUTCH = ("nl", "frl", "amsterdam", "aw", "bq", "cw", "sx", "example")
_MOST = 0.5


def until(period: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return the canonical rows up to and with a month, with their sources."""
    earlier = periods(table["measured_at"]) <= period
    history = (table if earlier.all() else table[earlier]).reset_index(drop=True)
    history.attrs["source"] = sources(history)
    return history


def read_measurements(
    paths: Sequence[Path],
    *,
    day: dt.date | None = None,
    measured_at: str = "",
    columns: Mapping[str, str] | None = None,
) -> intake.Intake:
    """Return measurement files (by default the example's) with their organisations.

    Lists of names alone have the ``day`` of their lookups: by default today, and the day of the
    newest measurement for names of the example. ``measured_at`` and ``columns`` are as in ``read``.
    """
    given = paths or [example() / "dashboards"]
    found = intake.read(given, measured_at=measured_at, columns=columns)
    synthetic = is_synthetic(found.table)
    if measured_at and found.table["measured_at"].isna().all():
        raise UsageError(
            f"--measured-at {measured_at}: {', '.join(map(str, paths))} has names and no "
            "results, so nothing was measured; leave the option out"
        )
    day = day or (_example_day() if synthetic else dt.datetime.now(AMSTERDAM).date())
    found = replace(found, table=measured(found.table, day))
    made_up = found.table["domain"].str.endswith(".example").groupby(found.table["source_file"])
    kinds = made_up.all()
    if kinds.any() and not kinds.all():
        raise InputError(
            f"{kinds.idxmax()} holds made-up example data, and {kinds.idxmin()} does not: the two "
            "are never one series; keep them in folders of their own"
        )
    if synthetic:
        example()  # its register goes with them, whoever made the example first
    folders = companions.search_path(paths, synthetic=synthetic)
    return intake.join(found, companions.registers(folders))


def _example_day() -> dt.date:
    """Return the day of the newest measurement of the example, by the names of its files."""
    days = (date_in(file.name) for file in (example() / "dashboards").iterdir())
    return dt.date.fromisoformat(max(days))


def day_of(observations: pd.DataFrame) -> dt.date | None:
    """Return the day on which lookups began; None without any."""
    first = observations["asked_at"].min()
    return None if pd.isna(first) else first.tz_convert(AMSTERDAM).date()


def choose_period(period: str, table: pd.DataFrame, sectors: Sequence[str] = ()) -> str:
    """Return the month if the measurements, of these sectors, have it; without, their newest."""
    held = sorted(periods(table["measured_at"]).unique())
    if not period:
        return str(held[-1])
    if period not in held:
        of = f" of {', '.join(sectors)}" if sectors else ""
        raise UsageError(
            f"period {period!r} is not in the measurements{of}; they hold {', '.join(held)} "
            "(give a month as YYYY-MM)"
        )
    return period


def is_synthetic(table: pd.DataFrame) -> bool:
    """Return whether all domains of a canonical table are under .example (RFC 2606)."""
    return bool(len(table)) and bool(table["domain"].str.endswith(".example").all())


def of_dutch_government(table: pd.DataFrame) -> bool:
    """Return whether most domains of a canonical table are the Dutch government's.

    Such a domain is under a Dutch top level (or in the example) and has a sector of the
    government; where nothing says of which sector, it is one if Internet.nl measured it.
    """
    one = table.drop_duplicates("domain")
    dutch = one["domain"].str.rpartition(".")[2].isin(_DUTCH)
    unsaid = one["sector"].eq("") & one["source_format"].ne(MAPPED)
    known = one["sector"].isin(list(SECTORS)) & one["sector"].ne("overig")
    return bool((dutch & (known | unsaid)).mean() > _MOST)


def of_sectors(table: pd.DataFrame, sectors: Sequence[str]) -> pd.DataFrame:
    """Return the rows of these sectors, all without any; UsageError, InputError for none."""
    if isinstance(sectors, str):
        raise UsageError(f"sectors is the text {sectors!r}; give a list, such as [{sectors!r}]")
    unknown = sorted(set(sectors) - set(SECTORS))
    if unknown:
        raise UsageError(f"sector {unknown[0]!r} is not one of {', '.join(SECTORS)}")
    chosen = table[table["sector"].isin(sectors)] if sectors else table
    if chosen.empty:
        raise InputError("the measurements hold no domain of the chosen sectors; choose others")
    return chosen


def of_organisation(table: pd.DataFrame, organisation: str) -> pd.DataFrame:
    """Return the rows of an organisation, all without one; UsageError for an unknown one."""
    names = table["organisation"]
    if not organisation or names.eq(organisation).any():
        return table[names.eq(organisation)] if organisation else table
    near = difflib.get_close_matches(organisation, names.unique(), n=3)
    raise UsageError(
        f"organisation {organisation!r} is not in the measurements"
        + (f"; perhaps {' or '.join(near)}" if near else "; name it as the register does")
    )


def read_kept(given: Sequence[Path], day: dt.date | None = None) -> intake.Intake:
    """Return the measurements; a canonical CSV with what was written beside it.

    Intake joined the registers to such a table already. ``day`` is as in ``read_measurements``.
    """
    if not (given and beside(given[0], "faults").is_file()):
        return read_measurements(given, day=day)
    found = intake.read(given)
    table = measured(found.table, day or dt.datetime.now(AMSTERDAM).date())
    return with_written(replace(found, table=table), given[0])


def with_written(found: intake.Intake, table: Path) -> intake.Intake:
    """Return an intake with what is written beside its canonical CSV."""
    faults = _written(beside(table, "faults"), found.faults)
    addresses = _written(beside(table, "addresses"), found.addresses)
    return replace(found, faults=faults, addresses=addresses)


def beside(table: Path, name: str) -> Path:
    """Return where the ``faults`` or ``addresses`` of a canonical CSV are written."""
    return table.with_suffix(f".{name}.csv")


def _written(path: Path, like: pd.DataFrame) -> pd.DataFrame:
    if not path.is_file():
        return like
    written = pd.read_csv(path, dtype="str", keep_default_na=False)
    return written.reindex(columns=list(like), fill_value="")


def kept_log(period: str, synthetic: bool) -> Path:
    """Return where 20_lookups keeps the observations of a month."""
    made = f"example-{(example() / 'version').read_text('utf-8').strip()}-" if synthetic else ""
    return kept_observations() / f"{made}{period}.parquet"


def reach_logs(beside: Sequence[Path]) -> list[Path]:
    """Return the logs of ``v6monitor reach`` in the folder ``reach`` beside the measurements."""
    folders = [(path if path.is_dir() else path.parent) / REACH for path in beside]
    return [path for folder in folders for path in sorted(folder.glob("*.parquet"))]


def earlier_logs(period: str, beside: Sequence[Path], *, synthetic: bool) -> dict[str, Path]:
    """Return the logs of the months before, oldest first, by month.

    They are in a folder ``lookups`` beside the measurements, or where 20_lookups keeps them.
    """
    folders = [(path if path.is_dir() else path.parent) / LOOKUPS for path in beside]
    folders.append(example() / LOOKUPS if synthetic else kept_observations())
    found: dict[str, Path] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*"))):
        if path.suffix in log.SUFFIXES and _MONTH.fullmatch(path.stem) and path.stem < period:
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))
