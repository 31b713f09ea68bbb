"""Reports: a month of notebooks as accessible pages in two languages, in an archive of months.

Called as ``v6monitor.report(...)`` it makes one: see ``report`` in this module.
"""

import datetime as dt
import importlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from v6monitor.callable_module import make_callable
from v6monitor.errors import CoverageError, NotebookError
from v6monitor.language import AMSTERDAM, CODES
from v6monitor.report import archive
from v6monitor.report.request import Request, requested

# jsonschema loads a grammar of IRIs where JupyterLab brought one, which takes most of a second in
# every process; no notebook has an IRI to check.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

Progress = Callable[[str, int, int], None]
ALL = "all"
"""The period that means every month measured."""


def report(  # noqa: PLR0913 - the options of the command
    measurements: str | Path | Sequence[str | Path] = (),
    *,
    period: str = "",
    out: str | Path | None = None,
    resolvers: Sequence[str] = (),
    ipv6_only_resolvers: Sequence[str] = (),
    replay: str | Path | None = None,
    lookups_within_days: int = 45,
    measured_at: str = "",
    columns: Mapping[str, str] | None = None,
    rate: float | None = None,
    timeout: float | None = None,
    vantage: bool = True,
    languages: Sequence[str] = CODES,
    notebooks: Sequence[str] = (),
    sectors: Sequence[str] = (),
    organisations: Sequence[str] = (),
    pdf: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Return the folder of a month's report, which is made unless it is there already.

    Args:
        measurements: files, folders or patterns; also a list of domains alone, for a report of
            lookups only. By default what is in ``data/measurements``, else the synthetic example
            data (``v6monitor.example()`` in any case).
        period: the month as YYYY-MM; by default the newest; ``all`` for every month measured.
        out: the archive; by default ``reports`` in the workspace, and ``reports/example`` for
            the example data. A report on some sectors goes to a folder of theirs in it.
        resolvers: DNS resolvers for the lookups; by default the system's, and the embedded name
            server for example data.
        ipv6_only_resolvers: resolvers that may not use IPv4, asked afterwards about what has IPv6
            so far: is it found without IPv4?
        replay: an observation log to use instead of new lookups.
        lookups_within_days: lookups belong to a month only when they were asked so many days from
            its measurement, or fewer; other months are made without, and say so.
        measured_at: day of the measurement (YYYY-MM-DD), for files in which nothing says so.
        columns: what the columns of an unknown table hold, as in ``read``.
        rate: most queries per second to each resolver, as in ``lookup``.
        timeout: seconds to wait for the first answer, as in ``lookup``.
        vantage: test the resolvers first; without, every page says so.
        languages: ``nl``, ``en`` or both.
        notebooks: only these, such as ``["adoption"]``; every page says so.
        sectors: only these; every page says so.
        organisations: organisations that get a page, by name; by default each has one.
        pdf: print the pages to PDF too, with Chromium.
        force: also when the report was made from the same inputs before, or there is one of the
            month with more pages, whose place it then takes.
        progress: called with what is being done, and how much of how much of it is done.

    Returns:
        The folder of the month in the archive; the archive itself for ``all``.

    Raises:
        UsageError: for an option that is not right.
        InputError: for measurements or a log that cannot be read.
        NotebookError: at least one notebook failed; the others are published.
        CoverageError: too few results are known; the report says that it is not fit to publish.
        VantageError: no resolver can be trusted.

    Example:
        ``v6monitor.report("data/measurements", period="2026-10", languages=["nl"])``
    """
    request = requested(
        [measurements] if isinstance(measurements, str | Path) else measurements,
        out=out,
        replay=replay,
        period=period,
        resolvers=tuple(resolvers),
        ipv6_only_resolvers=tuple(ipv6_only_resolvers),
        lookups_within=lookups_within_days,
        measured_at=measured_at,
        columns=columns or {},
        rate=rate,
        timeout=timeout,
        vantage=vantage,
        languages=tuple(languages),
        notebooks=tuple(notebooks),
        sectors=tuple(sectors),
        organisations=tuple(organisations),
        pdf=pdf,
    )
    folder = request.archive
    for made, _ in make_reports(request, force=force, progress=progress):
        folder = request.archive / str(made["period"])
        check(made, request.archive)
    return request.archive if period == ALL else folder


def make_reports(
    request: Request, *, force: bool = False, progress: Progress | None = None
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Make the reports that are missing or were made from other inputs.

    Gives the manifest of each, and whether it was made now.
    """
    requests = [request]
    if request.period == ALL:
        requests = _loaded("runner").series(request)
    for one in requests:
        if archive.is_unfinished(one.archive) or archive.is_unfinished(one.out):
            with _loaded("transactions").writing(one.out, one.archive):
                pass  # what a run that was ended by force left is put right
        made = None if force else one.held
        if made and _is_new_month(one, made):
            made = None
        if made and ("withdrawn" in made or made["status"] != NotebookError.exit_code):
            yield made, False
        else:
            yield _loaded("runner").make(one, progress or (lambda *_: None), force=force), True


def is_listed(made: Mapping[str, Any]) -> bool:
    """Return whether a manifest is of a list of domains alone, of which nothing was measured."""
    return all(row["source"] != "measurement" for row in made["headline"])


def _is_new_month(request: Request, made: Mapping[str, Any]) -> bool:
    """Return whether a list of domains can be looked up for a month after that of its report."""
    old = request.period or request.replay or made["synthetic"] or not is_listed(made)
    return not old and made["period"] < f"{dt.datetime.now(AMSTERDAM):%Y-%m}"


def check(made: dict[str, Any], out: Path) -> None:
    """Raise the error that a manifest records: failed notebooks, else too low a coverage."""
    failed = [one for one in made["notebooks"] if one["status"] == "failed"]
    if failed:
        raise NotebookError(
            f"{len(failed)} of {len(made['notebooks'])} notebooks failed; they are kept in "
            f"{out / '_failed' / str(made['period'])}"
        )
    if not made["publishable"]:
        share = "none" if made["coverage"] is None else f"{made['coverage']:.1%}"
        raise CoverageError(
            f"{_least_known(made)} the result of {share} of the websites and e-mail domains is "
            "known, and at least 98% is needed: the report is marked as not fit to publish; every "
            "page says what lacks results"
        )


def _least_known(made: dict[str, Any]) -> str:
    """Return by which source the fewest results of websites and mail domains are known."""
    rows = [row for row in made["headline"] if row["measure"] != "dns"]
    known, unknown = (Counter[str]() for _ in range(2))
    for row in rows:
        known[row["source"]] += row["yes"] + row["no"]
        unknown[row["source"]] += row["unknown"]
    source = max(known, key=lambda one: unknown[one] / max(known[one], 1), default="measurement")
    return f"by the {source}"


def _loaded(module: str) -> Any:
    """Return a module that needs papermill, nbconvert or matplotlib: only when one is made."""
    return importlib.import_module(f"v6monitor.report.{module}")


make_callable(__name__, report)
