"""The options of a run, and the files it takes: known without papermill."""

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from v6monitor import workspace
from v6monitor.errors import InputError, UsageError
from v6monitor.intake import companions
from v6monitor.report import manifest

WITHIN_DAYS = 45
"""Lookups belong to a measurement when they were asked so many days from it, or fewer."""


def requested(
    measurements: Iterable[str | Path] = (),
    *,
    out: str | Path | None = None,
    replay: str | Path | None = None,
    **options: Any,
) -> "Request":
    """Return the request of these options, with absolute paths and the default archive.

    That of the synthetic example data is apart from the reports on measurements.
    """
    files = tuple(map(_absolute, measurements))
    return Request(
        out=_absolute(out) if out else workspace.reports(synthetic=not files),
        measurements=files,
        replay=_absolute(replay) if replay else None,
        **options,
    )


@dataclass(frozen=True)
class Request:
    """The options of a run; paths are absolute, and empty means the default.

    Names are sorted, each once: their order changes no folder, file or identity.
    """

    out: Path
    period: str = ""
    measurements: tuple[Path, ...] = ()
    resolvers: tuple[str, ...] = ()
    vantage: bool = True
    replay: Path | None = None
    lookups_within: int = WITHIN_DAYS
    languages: tuple[str, ...] = ("nl", "en")
    notebooks: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    pdf: bool = False
    plan: Path = field(default_factory=lambda: workspace.notebooks() / workspace.PLAN)

    def __post_init__(self) -> None:
        """Sort the names; UsageError for a sector that could not be one, as it names a folder."""
        for name in ("notebooks", "sectors", "organisations"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        for sector in self.sectors:
            if not sector.replace("_", "a").isalpha():
                raise UsageError(f"sector {sector!r} is not one of those in the measurements")

    @property
    def scope(self) -> dict[str, list[str]]:
        """Return what the report is narrowed to, as ``archive.Scope``."""
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
            "vantage": self.vantage,
            "lookups_within": self.lookups_within,
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
            hashes = [(file.name, manifest.sha256(file)) for file in dict.fromkeys(files)]
        except OSError as error:
            raise InputError(f"{error.filename}: cannot be read ({error.strerror})") from error
        return {f"{number}-{name}": found for number, (name, found) in enumerate(hashes, start=1)}

    @cached_property
    def identity(self) -> str:
        """Return the identity of the run: the same inputs, choices and code give the same."""
        return manifest.run_id(self.inputs, self.chosen)


def _files(given: Iterable[Path]) -> Iterator[Path]:
    """Give the files that are named, in folders and by patterns too."""
    for path in given:
        met = [path]
        if not path.exists():
            met = [Path(one) for one in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 - as measurements.read does
        if not met:
            raise InputError(f"{path}: no such file; name a measurement file, folder or pattern")
        for one in met:
            inside = (file for file in sorted(one.rglob("*")) if file.is_file())
            yield from inside if one.is_dir() else [one]


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()
