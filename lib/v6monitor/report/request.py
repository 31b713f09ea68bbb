"""The options of a run, and the files it takes: known without papermill."""

import glob
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from v6monitor import hashes, workspace
from v6monitor.errors import InputError, UsageError, near
from v6monitor.intake import companions
from v6monitor.intake.sectors import SECTORS, sector_in
from v6monitor.month import WITHIN_DAYS
from v6monitor.report import manifest


def requested(  # noqa: PLR0913 - the options that are put right here
    measurements: Iterable[str | Path] = (),
    *,
    out: str | Path | None = None,
    replay: str | Path | None = None,
    period: str = "",
    notebooks: Iterable[str] = (),
    sectors: Iterable[str] = (),
    **options: Any,
) -> "Request":
    """Return the request of these options, with absolute paths and the default archive.

    Without measurements it takes those in the workspace's own folder, else the example data, whose
    archive is apart. Names are understood as people write them: ``adoption``, ``gemeenten``,
    ``2026/10``.
    """
    files = tuple(map(_absolute, measurements)) or own_measurements()
    if files == (workspace.example_folder(),):
        files = ()
    return Request(
        out=_absolute(out) if out else workspace.reports(synthetic=not files),
        measurements=files,
        replay=_absolute(replay) if replay else None,
        period=period_of(period),
        notebooks=tuple(map(notebook_of, notebooks)),
        sectors=tuple(map(_sector, sectors)),
        **options,
    )


def own_measurements() -> tuple[Path, ...]:
    """Return the workspace's folder of measurements if it holds any file of them; else nothing."""
    folder = workspace.measurements()
    files = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    mine = (file for file in files if not any(part.startswith(".") for part in file.parts))
    return (folder,) if any(not companions.is_companion(file.name) for file in mine) else ()


def period_of(text: str) -> str:
    """Return a month as YYYY-MM, also of one that is written otherwise; other text as it is.

    >>> [period_of(text) for text in ("2026/10", "2026-9", "10-2026", "202610", "all")]
    ['2026-10', '2026-09', '2026-10', '2026-10', 'all']
    """
    found = re.fullmatch(r"(\d{4})[-/. ]?(\d{1,2})", text.strip())
    turned = re.fullmatch(r"(\d{1,2})[-/. ](\d{4})", text.strip())
    year, month = found.groups() if found else turned.groups()[::-1] if turned else ("", "")
    return f"{year}-{int(month):02}" if year else text


def notebook_of(text: str) -> str:
    """Return the notebook that a name, its number or a part of it means; UsageError for none.

    >>> notebook_of("adoption"), notebook_of("55")
    ('30_adoption', '55_gap')
    """
    known = sorted(path.stem for path in workspace.notebooks().glob("[0-9]*.ipynb"))
    meant = [name for name in known if text == name] or [
        name for name in known if text.lower() in {name[:2], name[3:]}
    ]
    meant = meant or [name for name in known if text and text.lower() in name]
    if len(meant) == 1:
        return meant[0]
    hint = near(text, [*known, *(name[3:] for name in known)])
    raise UsageError(f"there is no notebook {text!r}, only {', '.join(known)}{hint}")


def _sector(text: str) -> str:
    if found := sector_in("" if re.search(r"\d", text) else text):
        return found
    raise UsageError(f"sector {text!r} is not one of {', '.join(SECTORS)}{near(text, SECTORS)}")


@dataclass(frozen=True)
class Request:
    """The options of a run; paths are absolute, and empty means the default.

    Names are sorted, each once: their order changes no folder, file or identity.
    """

    out: Path
    period: str = ""
    measurements: tuple[Path, ...] = ()
    resolvers: tuple[str, ...] = ()
    ipv6_only_resolvers: tuple[str, ...] = ()
    vantage: bool = True
    replay: Path | None = None
    lookups_within: int = WITHIN_DAYS
    measured_at: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    rate: float | None = None
    timeout: float | None = None
    languages: tuple[str, ...] = ("nl", "en")
    notebooks: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    pdf: bool = False
    plan: Path = field(default_factory=lambda: workspace.notebooks() / workspace.PLAN)

    def __post_init__(self) -> None:
        """Sort the names; UsageError for a sector that could not be one, as it names a folder."""
        if self.replay and self.ipv6_only_resolvers:
            raise UsageError(
                "--replay asks no resolver, and --ipv6-only-resolver names one: leave one out"
            )
        for name in ("notebooks", "sectors", "organisations"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        for sector in self.sectors:
            if not sector.replace("_", "a").isalpha():
                raise UsageError(f"sector {sector!r} is not one of those in the measurements")

    @property
    def scope(self) -> dict[str, list[str]]:
        """Return what the report is narrowed to, as ``month.Scope``."""
        return {"sectors": list(self.sectors), "notebooks": list(self.notebooks)}

    @property
    def archive(self) -> Path:
        """Return the archive of the report: of some sectors one of their own within ``out``."""
        return self.out / "--".join(self.sectors) if self.sectors else self.out

    @property
    def chosen(self) -> dict[str, object]:
        """Return what was chosen, for the manifest."""
        return {
            "period": self.period,
            "languages": list(self.languages),
            "notebooks": list(self.notebooks),
            "sectors": list(self.sectors),
            "organisations": list(self.organisations),
            "pdf": self.pdf,
            "resolvers": list(self.resolvers),
            "ipv6_only_resolvers": list(self.ipv6_only_resolvers),
            "vantage": self.vantage,
            "lookups_within": self.lookups_within,
            "measured_at": self.measured_at,
            "columns": dict(self.columns),
        }

    @cached_property
    def inputs(self) -> dict[str, str]:
        """Return the SHA-256 of each input file by number and name, last who publishes it.

        The example data are not among them: the code makes them. InputError for a file that is
        not there.
        """
        given = self.measurements
        files = list(_files(given))
        files += companions.own_files(companions.search_path(given)) if given else []
        files += [self.replay] if self.replay else []
        files += workspace.publisher()
        try:
            inputs = [(file.name, hashes.sha256(file)) for file in dict.fromkeys(files)]
        except OSError as error:
            raise InputError(f"{error.filename}: cannot be read ({error.strerror})") from error
        return {f"{number}-{name}": found for number, (name, found) in enumerate(inputs, start=1)}

    @cached_property
    def identity(self) -> str:
        """Return the identity of the run: the same inputs, choices and code give the same."""
        return manifest.run_id(self.inputs, self.chosen)

    @property
    def held(self) -> dict[str, Any] | None:
        """Return the manifest of its report, if the archive has it.

        That of the newest month was made as if no month was named.
        """
        for asked in (self, replace(self, period="")):
            made = manifest.find(self.archive, asked.identity)
            if made and self.period in {"", made["period"]}:
                return made
        return None


def _files(given: Iterable[Path]) -> Iterator[Path]:
    """Give the files that are named, in folders and by patterns too; those not there at once."""
    met = {path: [path] if path.exists() else _matched(path) for path in given}
    if missing := [path for path, found in met.items() if not found]:
        what = "no such file; name a measurement file, folder or pattern"
        raise InputError("\n".join(f"{path}: {what}" for path in missing))
    for one in chain.from_iterable(met.values()):
        inside = (file for file in sorted(one.rglob("*")) if file.is_file())
        yield from inside if one.is_dir() else [one]


def _matched(pattern: Path) -> list[Path]:
    return [Path(one) for one in sorted(glob.glob(str(pattern), recursive=True))]  # noqa: PTH207 - as measurements.read does


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()
