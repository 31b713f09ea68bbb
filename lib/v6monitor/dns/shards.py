"""A run in shards, on one machine or many, and its parts made whole again.

A name belongs to the shard that the hash of its registrable domain says. A shard asks about names
of its own only, so that no two ask the same; what is left open, such as the hosts of a provider
that many domains share, is asked when the parts are merged: the whole is a run like any other, that
goes on from a journal with the rows of all parts.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from v6monitor.dns import log
from v6monitor.dns.journal import Journal, journal_of
from v6monitor.dns.name_list import TYPES, canonical, digest
from v6monitor.errors import InputError
from v6monitor.names import registrable_domain

Subject = tuple[str, str]

MOST = 100_000
_PACE = ("rate", "concurrency", "timeout")
"""Settings in which parts may differ: each machine has its own resolver."""


class Shard(NamedTuple):
    """One of a number of shards, the first is 1."""

    number: int
    of: int

    def owns(self, name: str) -> bool:
        """Return whether a name belongs to this shard; those of one registrable domain do alike.

        >>> Shard(4, 4).owns("town.example"), Shard(4, 4).owns("www.town.example")
        (True, True)
        """
        return place(name) % self.of == self.number - 1


class Share(Collection[Subject]):
    """The subjects of a list that belong to a shard; text that is no name does too, by its hash."""

    def __init__(self, subjects: Iterable[Subject], shard: Shard) -> None:
        self._subjects = subjects
        self._shard = shard

    @cached_property
    def _number(self) -> int:
        return sum(1 for _ in self)

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Subject]:
        return (one for one in canonical(self._subjects) if self._shard.owns(one[0]))

    def __contains__(self, subject: object) -> bool:
        return any(subject == one for one in self)


class Parts(Collection[Subject]):
    """All parts of a run, in the order in which they were begun; the subjects of all of them.

    Raises InputError when they are not the parts of one run: one is missing or there twice, or
    they were made of other lists, with other settings or by other versions.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        read = [(path, _part(path)) for path in paths]
        read.sort(key=lambda one: str(one[1]["started"]))
        self.paths = [path for path, _ in read]
        self.notes = [
            {name: value for name, value in made.items() if name != "subjects"} for _, made in read
        ]
        """What each says about its making, but for its subjects."""
        self._check()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Subject]:
        for path in self.paths:
            yield from map(tuple, log.subjects(path))

    def __contains__(self, subject: object) -> bool:
        return any(subject == one for one in self)

    @property
    def about(self) -> str:
        """Return what the journal of the whole is about, which no journal of a list is."""
        return digest([("parts", self.notes[0]["shard"]["list"])])

    @property
    def resolvers(self) -> list[str]:
        """Return the resolvers that were asked, as the users named them."""
        return list(dict.fromkeys(str(name) for made in self.notes for name in made["resolvers"]))

    def _check(self) -> None:
        first, number = self.paths[0], self.notes[0]["shard"]["of"]
        alike: dict[str, Callable[[dict[str, Any]], Any]] = {
            "list of names": lambda made: made["shard"]["list"],
            "number of shards": lambda made: made["shard"]["of"],
            "version of v6monitor": lambda made: made["versions"].get("v6monitor"),
            "choice of questions (--predicted)": lambda made: made.get("predicted", False),
            "setting": lambda made: {k: v for k, v in made["settings"].items() if k not in _PACE},
        }
        there: dict[int, Path] = {}
        for path, made in zip(self.paths, self.notes, strict=True):
            for what, value in alike.items():
                if value(made) != value(self.notes[0]):
                    raise InputError(f"{path}: was made with another {what} than {first}")
            shard = made["shard"]["number"]
            if shard in there:
                raise InputError(
                    f"{there[shard]} and {path}: are both shard {shard} of {number}; name one"
                )
            there[shard] = path
        missing = [one for one in range(1, number + 1) if one not in there]
        if missing:
            raise InputError(
                f"{len(missing):,} of {number:,} parts are missing, the first is shard "
                f"{missing[0]}; name all of them"
            )


def gather(parts: Parts, path: Path) -> None:
    """Make of the parts the journal of the log at ``path``, from which ``record`` goes on.

    A journal of the same parts is kept, with what was asked since; one in which they are not all
    is made anew. UsageError or InputError when a part is damaged, or the journal is of another run.
    """
    with Journal(journal_of(path), parts.about) as journal:
        found = list(islice(journal.notes(), len(parts.notes)))
        if found == parts.notes:
            return
        if len(found) == len(parts.notes):
            raise InputError(
                f"{journal.path}: was begun with other parts; remove it to begin anew, or name "
                f"another file than {path.name}"
            )
        journal.clear()
        try:
            for one in parts.paths:
                for rows in log.batches(one):
                    journal.add(rows)
        except InputError:
            journal.remove()
            raise
        for note in parts.notes:  # last: they say that the rows are all there
            journal.note(note)


def _part(path: Path) -> dict[str, Any]:
    """Return what a part says about its making."""
    if not path.exists() and journal_of(path).exists():
        raise InputError(f"{path}: is not finished; resume it with --resume")
    made = log.provenance(path)
    try:
        number, of, about = (made["shard"][name] for name in ("number", "of", "list"))
        whole = (
            1 <= number <= of <= MOST
            and isinstance(about, str)
            and {"started", "resolvers", "subjects", "vantage"} <= made.keys()
            and all(isinstance(made[name], dict) for name in ("settings", "versions"))
        )
    except (LookupError, TypeError):
        whole = False
    if not whole:
        raise InputError(
            f"{path}: is no part of a run in shards; expected what `v6monitor lookup --shard I/N` "
            "wrote"
        )
    for pair in made["subjects"]:
        match pair:
            case [str(), str(kind)] if kind in TYPES:
                pass
            case _:
                raise InputError(f"{path}: is damaged: {pair!r} in its list of names")
    return made


@lru_cache(1 << 16)
def place(name: str) -> int:
    """Return a number that names of one registrable domain share, of 64 bits."""
    domain = registrable_domain(name).encode(errors="surrogatepass")
    return int.from_bytes(blake2b(domain, digest_size=8).digest(), "big")
