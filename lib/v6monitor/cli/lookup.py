"""``v6monitor lookup``: look names up and keep the answers."""

import argparse
import datetime as dt
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from v6monitor.cli.options import (
    add_out,
    check_new,
    ipv6_only_arguments,
    pace_arguments,
    probes,
    resolver_arguments,
)
from v6monitor.cli.terminal import STDOUT, Parser, Screen, complain, say
from v6monitor.dns import arrow, log
from v6monitor.dns.cluster import ask_on_cluster, parts_of
from v6monitor.dns.journal import journal_of
from v6monitor.dns.name_list import canonical, read_names
from v6monitor.dns.observation import DEFINITE, INVALID_NAME
from v6monitor.dns.plan import ExtraQuestions
from v6monitor.dns.recording import DAY, Recorded, Task, record
from v6monitor.dns.resolvers import is_resolver
from v6monitor.dns.retry import Policy
from v6monitor.dns.shards import MOST, Parts, Shard
from v6monitor.errors import UsageError
from v6monitor.memory import give_back
from v6monitor.verdicts.confirmation import LossCheck
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.judge import asked_again

_DEFAULT = Policy()
_MOST_AT_ONCE = 10_000
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def lookup_arguments(parser: Parser) -> None:
    """Add the names, the log, the resolvers and the retry policy."""
    parser.examples(
        "v6monitor lookup names.csv --out obs.parquet",
        "v6monitor lookup names.txt --out obs.parquet --resolver 192.0.2.53 --resolver 192.0.2.54",
        "v6monitor lookup names.csv --out obs.parquet --ipv6-only-resolver [::1]:5353",
        "v6monitor lookup names.csv --out obs.parquet --resume",
        "v6monitor lookup names.txt --out - | v6monitor laggards - --out laggards.csv",
    )
    parser.add_argument(
        "names",
        metavar="NAMES",
        nargs="?",
        help="canonical CSV, list of names (domain or domain,type), or -",
    )
    add_out(parser, "OBS", "log to write: .parquet or .csv; - writes CSV to standard output")
    parser.add_argument(
        "--reuse",
        metavar="OBS",
        type=Path,
        action="append",
        default=[],
        help="take over the answers of this log; may be repeated",
    )
    parser.add_argument(
        "--max-age",
        metavar="AGE",
        type=_duration,
        help="the oldest answer to take over, such as 90m, 12h or 7d (default: 1d)",
    )
    parser.add_argument(
        "--shard",
        metavar="I/N",
        type=_shard,
        help="ask about the names of this shard only, the first is 1/N; `v6monitor merge` joins "
        "the parts",
    )
    parser.add_argument(
        "--dask",
        metavar="SCHEDULER",
        help="ask in shards on the workers of this Dask scheduler, tcp://host:8786, or local: a "
        "worker for each core here; they share the folder of the log, and the rate",
    )
    parser.add_argument(
        "--shards",
        metavar="N",
        type=_count,
        default=16,
        help="how many shards --dask makes (default: 16)",
    )
    parser.add_argument(
        "--predicted",
        action="store_true",
        help="ask about the name that Exchange Online gives each mail domain, whatever its MX says",
    )
    parser.add_argument(
        "--unvalidated",
        action="store_true",
        help="ask again, without DNSSEC validation, what does not validate, and keep both",
    )
    parser.add_argument(
        "--mixed-case",
        action="store_true",
        help="ask in letters of random case, which an answer must repeat: harder to forge, but "
        "some servers do not repeat it",
    )
    _asking_arguments(parser)


def merge_arguments(parser: Parser) -> None:
    """Add the parts, the log, and how to ask what they left open."""
    parser.examples(
        "v6monitor merge part-*.parquet --out obs.parquet",
        "v6monitor merge part-*.parquet --out obs.parquet --resolver 192.0.2.53",
    )
    parser.add_argument(
        "parts",
        metavar="PART",
        nargs="+",
        type=Path,
        help="log that `v6monitor lookup --shard I/N` wrote: all of them, in any order",
    )
    add_out(parser, "OBS", "log to write: .parquet or .csv")
    _asking_arguments(parser)
    parser.set_defaults(reuse=[], max_age=None, shard=None)


def _asking_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--resume", action="store_true", help="continue the run that was cut off there"
    )
    parser.add_argument(
        "--confirm-losses",
        metavar="OBS",
        type=Path,
        action="append",
        default=[],
        help="ask again, at another resolver, what was yes in this log and is no now; may be "
        "repeated",
    )
    parser.add_argument(
        "--confirm-after",
        metavar="AGE",
        type=_duration,
        help="how long after the first answer, such as 1h, which METHOD.md asks for (default: 0s)",
    )
    resolver_arguments(parser)
    ipv6_only_arguments(parser)
    parser.add_argument(
        "--no-vantage", action="store_true", help="do not test the resolvers first; the log says so"
    )
    pace_arguments(parser)
    parser.add_argument(
        "--concurrency",
        metavar="N",
        type=_count,
        help=f"questions in flight at once (default: {_DEFAULT.concurrency})",
    )


def lookup(options: argparse.Namespace) -> int:
    """Ask, write the log and print a summary."""
    if options.max_age is not None and not options.reuse:
        raise UsageError("--max-age says how old answers to take over may be: add --reuse OBS")
    if options.shard and (options.confirm_losses or options.ipv6_only_resolver):
        raise UsageError(
            "--confirm-losses and --ipv6-only-resolver need the answers of all shards: give them "
            "to `v6monitor merge`"
        )
    if options.shard and options.dask:
        raise UsageError("--dask asks all shards: leave out --shard")
    if (options.shard or options.dask) and options.out.suffix != ".parquet":
        raise UsageError(
            f"--out {options.out}: the log of a run in shards is a Parquet file; expected a name "
            "that ends in .parquet"
        )
    if options.resume and options.out == STDOUT:
        raise UsageError("--resume continues a log in a file: name it with --out")
    _sort_out_names(options)
    with _log_file(options) as path:
        log.check_writable(path)
        if _is_finished(options, path):
            return 0
        check_new("--out", options.out, log.SUFFIXES, force=options.force)
        names = read_names(options.names)
        if options.dask:
            _keep(options, _on_cluster(options, names), path)
            shutil.rmtree(parts_of(path))
        else:
            _keep(options, names, path)
    return 0


def merge(options: argparse.Namespace) -> int:
    """Join the parts, ask what they left open, write the log and print a summary."""
    if any(options.out.resolve() == part.resolve() for part in options.parts):
        raise UsageError(f"--out {options.out}: is one of the parts; name another file")
    log.check_writable(options.out)
    if _is_finished(options, options.out):
        return 0
    check_new("--out", options.out, log.SUFFIXES, force=options.force)
    parts = Parts(options.parts)
    made = parts.notes[0]
    options.predicted = bool(made.get("predicted"))
    options.unvalidated, options.mixed_case = (
        bool(made["settings"].get(name)) for name in ("unvalidated", "mixed_case")
    )
    options.resolver = options.resolver or parts.resolvers
    _keep(options, parts, options.out)
    return 0


def _is_finished(options: argparse.Namespace, path: Path) -> bool:
    """Return, and say, whether there is nothing to resume."""
    finished = options.resume and path.exists() and not journal_of(path).exists()
    if finished:
        say(options, {"out": str(path)}, [f"nothing to resume: {path} is finished"])
    return bool(finished)


def _keep(options: argparse.Namespace, names: Collection[tuple[str, str]], path: Path) -> None:
    """Ask about the names, write the log and print a summary."""
    give_back()
    if options.confirm_after and not options.confirm_losses:
        raise UsageError("--confirm-after says when losses are asked again: add --confirm-losses")
    losses = _loss_check(options.confirm_losses, names)
    recorded = _record(options, names, path, losses)
    doubt = _doubt(path) if recorded.ipv6_only else ""
    facts = {"out": str(options.out), **recorded._asdict()}
    kept = (
        "are from the parts"
        if isinstance(names, Parts)
        else "were asked before the run was cut off"
    )
    say(options, facts, _summary(recorded, losses, options.out, doubt, kept))


@contextmanager
def _log_file(options: argparse.Namespace) -> Iterator[Path]:
    """Give the file to write; for standard output one that is copied there when it is whole."""
    if options.out != STDOUT:
        yield options.out
        return
    with tempfile.TemporaryDirectory() as folder:
        yield (path := Path(folder) / "observations.csv")
        with path.open(encoding="utf-8") as file:
            shutil.copyfileobj(file, sys.stdout)


def _on_cluster(options: argparse.Namespace, names: Collection[tuple[str, str]]) -> Parts:
    """Ask about the names on a cluster; return the parts."""
    folder = parts_of(options.out)
    if folder.exists() and not options.resume:
        raise UsageError(
            f"{folder}: a run was cut off here; resume it with --resume, or remove the folder "
            "to begin anew"
        )
    screen = Screen(options)
    try:
        parts = ask_on_cluster(
            names,
            options.resolver or ["system"],
            options.out,
            _task(options, screen),
            scheduler=options.dask,
            shards=options.shards,
            progress=partial(screen.progress, "shards"),
            **_settings(options),
        )
    finally:
        screen.clear()
    return Parts(parts)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    names = ("timeout", "rate", "concurrency", "unvalidated", "mixed_case")
    return {name: getattr(options, name) for name in names}


def _task(options: argparse.Namespace, screen: Screen) -> Task:
    return Task(
        resume=options.resume,
        reuse=options.reuse,
        max_age=DAY if options.max_age is None else options.max_age,
        extra=_predicted() if options.predicted else None,
        recheck_after=options.confirm_after or dt.timedelta(0),
        test=not options.no_vantage,
        notify=screen.progress,
        probes=probes(options),
        ipv6_only=options.ipv6_only_resolver,
        choose=asked_again,
        shard=options.shard,
    )


def _record(
    options: argparse.Namespace,
    names: Collection[tuple[str, str]],
    path: Path,
    losses: LossCheck | None,
) -> Recorded:
    screen = Screen(options)
    task = _task(options, screen)._replace(recheck=losses)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is known is kept, as by Ctrl-C
    screen.progress("lookups" if options.no_vantage else "testing the resolvers")
    try:
        return record(
            names,
            options.resolver or ["system"],
            path,
            task,
            progress=partial(screen.progress, "lookups"),
            **_settings(options),
        )
    except KeyboardInterrupt:
        screen.clear()
        if options.out != STDOUT and (begun := journal_of(path)).exists():
            complain(f"the answers so far are kept in {begun}: --resume continues from them")
        raise
    finally:
        screen.clear()


def _sort_out_names(options: argparse.Namespace) -> None:
    """Take NAMES from behind the resolvers, where ``--resolver R NAMES`` put it."""
    if options.names is None:
        others = [one for one in options.resolver or () if not is_resolver(one)]
        if len(others) != 1:
            raise UsageError(
                "NAMES is missing: name a file with domains, or - for standard input, as in "
                "v6monitor lookup names.csv --out obs.parquet"
            )
        options.names = others[0]
        options.resolver.remove(others[0])


def _loss_check(paths: Sequence[Path], names: Iterable[tuple[str, str]]) -> LossCheck | None:
    """Return what confirms the losses against earlier logs, which are read before asking."""
    tables = [log.load(path) for path in paths]
    before = (
        row for table in tables for part in table.to_batches() for row in arrow.observations(part)
    )
    return LossCheck(before, canonical(names)) if tables else None


def _predicted() -> ExtraQuestions:
    from v6monitor.mail.signals import predicted_questions  # noqa: PLC0415

    return predicted_questions


def _doubt(path: Path) -> str:
    """Return why the answers without IPv4 in a log cannot be used; "" when they can."""
    parts = log.load(path).to_batches()
    return Evidence(row for part in parts for row in arrow.observations(part)).ipv6_only_doubt


def _summary(
    recorded: Recorded, losses: LossCheck | None, path: Path, doubt: str, kept: str
) -> Iterator[str]:
    outcomes = recorded.outcomes
    definite = sum(outcomes[outcome] for outcome in DEFINITE)
    asked = outcomes.total() - outcomes[INVALID_NAME]
    counts = ", ".join(f"{outcome} {number:,}" for outcome, number in outcomes.most_common())
    share = f" ({definite / asked:.1%})" if asked else ""
    yield f"{outcomes.total():,} questions" + (f": {counts}" if counts else "")
    yield f"{definite:,} of {asked:,} have a definite answer{share}"
    if recorded.kept:
        yield f"{recorded.kept:,} of them {kept}"
    if recorded.reused:
        yield f"{recorded.reused:,} of them were taken over from an earlier log"
    if recorded.ipv6_only:
        again = ", ".join(f"{name} {number:,}" for name, number in recorded.ipv6_only.most_common())
        yield f"{recorded.ipv6_only.total():,} questions asked again without IPv4: {again}"
    if doubt:
        yield f"the answers without IPv4 are not used: {doubt}"
    if losses:
        found = losses.summary()
        yield (
            f"{found.lost:,} domains lost IPv6: another resolver says so of {found.denied_again:,} "
            f"of them, an hour later or more of {found.an_hour_apart:,}"
        )
    if recorded.ignored:
        packets, were = ("packet", "was") if recorded.ignored == 1 else ("packets", "were")
        yield f"{recorded.ignored:,} {packets} that answered nothing {were} ignored"
    yield str(path)


def _duration(text: str) -> dt.timedelta:
    """Read ``90m``, ``12h`` or ``7d``."""
    found = re.fullmatch(r"(\d{1,5})([smhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number and s, m, h or d: 12h")
    return dt.timedelta(**{_UNITS[found[2]]: int(found[1])})


def _shard(text: str) -> Shard:
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    shard = Shard(*map(int, found.groups())) if found else Shard(0, 0)
    if not 1 <= shard.number <= shard.of <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r}: expected I/N, such as 1/8, the first of eight")
    return shard


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= _MOST_AT_ONCE):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 10000")
    return int(text)
