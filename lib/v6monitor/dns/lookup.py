"""Public calls that ask DNS: ``lookup`` for all about a list of domains, ``query`` for records."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

import dns.exception
import dns.rdatatype

from v6monitor.dns import log
from v6monitor.dns.client import Client
from v6monitor.dns.journal import journal_of
from v6monitor.dns.name_list import TYPES
from v6monitor.dns.observation import Question
from v6monitor.dns.plan import Questions
from v6monitor.dns.recording import Task, record
from v6monitor.dns.resolvers import parse
from v6monitor.dns.run import Progress, policy_for, running
from v6monitor.dns.vantage import answering
from v6monitor.errors import InputError, UsageError
from v6monitor.names import InvalidNameError, normalise

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # without ipywidgets it warns and draws its bar as text
    from tqdm.auto import tqdm as _tqdm

if TYPE_CHECKING:
    import pandas as pd

_bar: Any = _tqdm  # it has no types


class HasSubjects(Protocol):
    """A Month, or anything else with a list of subjects."""

    subjects: list[tuple[str, str]]


def lookup(  # noqa: PLR0913 - each is a setting with a good default
    names: Iterable[str | tuple[str, str]] | pd.DataFrame | HasSubjects,
    *,
    resolvers: Iterable[str] = (),
    save: str | Path | None = None,
    resume: bool = False,
    reuse: str | Path | Iterable[str | Path] | None = None,
    rate: float | None = None,
    concurrency: int | None = None,
    timeout: float | None = None,
    vantage: bool = True,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return what DNS says now about domains: everything that verdicts and providers need.

    For a mail domain that is MX, the addresses of the MX hosts, name servers with their addresses,
    TXT and a few CNAMEs; for a website its addresses, with and without ``www.``, and its name
    servers. Each question is asked once. A progress bar shows in a terminal and in JupyterLab.
    What is out of reach without IPv4 takes verdicts between two passes, and so is asked by
    ``Month.look_up(ipv6_only_resolvers=…)`` and ``v6monitor lookup --ipv6-only-resolver``.

    Args:
        names: domain names, each looked up as website and as mail domain; or (name, ``"web"`` or
            ``"mail"``) pairs; or a table with the columns ``domain`` and ``type``; or a Month.
        resolvers: ``system`` (the default), ``IP``, ``IP:port``, ``[IPv6]:port``, ``tls://host``,
            ``https://host/dns-query`` or ``example``; several are rotated.
        save: the log to write, ``.parquet`` or ``.csv``; while it is made its answers are beside
            it in ``NAME.partial``. By default nothing is kept.
        resume: go on with the run that was cut off at ``save``; when that is finished, read it.
        reuse: logs whose definite answers of the last day are used again.
        rate: most queries per second to each resolver (default 500), 0 for no limit.
        concurrency: most queries in flight (default 100).
        timeout: seconds to wait for the first answer (default 2), then up to four times as long.
        vantage: test the resolvers first; one that makes up or hides addresses stops the run.
        progress: called with the questions answered and about how many it will be, instead of
            the progress bar.

    Returns:
        One row per question with the columns of ``read_log``: ``qname``, ``qtype``, ``outcome``,
        ``answers``, ``chain``, ``ttl`` (seconds), ``authenticated``, ``resolver``, ``asked_at``
        (UTC), ``duration_ms`` (milliseconds), ``attempts``, ``detail``. ``attrs["source"]`` names
        the lookups, ``attrs["provenance"]`` says how they were made. A lookup that failed is a
        row whose outcome is unknown, never a no.

    Raises:
        UsageError: a resolver or type that does not exist, a log that cannot be written, or a run
            that was cut off at ``save`` while ``resume`` is off.
        InputError: no names, a table without ``domain``, or a ``reuse`` file that is no log.
        VantageError: no resolver answers, or one fails the test.

    Example:
        >>> observations = lookup(["meetpunt.example"], resolvers=["example"])
        >>> observations.query("qtype == 'NS'")[["qname", "outcome"]].to_dict("records")
        [{'qname': 'meetpunt.example', 'outcome': 'ok'}]

    Source:
        METHOD.md §1, ENGINE.md §3-4, DESIGN.md §6.
    """
    if resume and save is None:
        raise UsageError("resume=True goes on with a run that was saved: name it with save=")
    subjects = _subjects(names)
    task = Task(resume=resume, reuse=_paths(reuse), test=vantage)
    scratch = nullcontext() if save else TemporaryDirectory(prefix="v6monitor-")
    with scratch as folder:
        path = Path(save).expanduser() if save else Path(str(folder)) / "lookup.parquet"
        if not (resume and path.exists() and not journal_of(path).exists()):
            with progress_bar("Lookups", progress) as report:
                record(
                    subjects,
                    _resolvers(resolvers),
                    path,
                    task,
                    progress=report,
                    rate=rate,
                    concurrency=concurrency,
                    timeout=timeout,
                )
        return log.read_log(path)


def query(
    names: str | Iterable[str],
    types: str | Iterable[str] = ("A", "AAAA"),
    *,
    resolvers: Iterable[str] = (),
    timeout: float | None = None,
) -> pd.DataFrame:
    """Return the records of these types of these names, as DNS says now.

    It also works in a notebook, where an event loop runs already.

    Args:
        names: host names, or one; also names with underscores.
        types: record types, or one.
        resolvers: as in ``lookup``; by default the system's.
        timeout: seconds to wait for the first answer (default 2), then up to four times as long.

    Returns:
        One row per name and type in the order asked, each once, with the columns ``qname``,
        ``qtype``, ``outcome`` (METHOD.md §1: ``ok``, ``nodata``, ``nxdomain``, or why it is
        unknown), ``answers`` (list), ``chain`` (list of CNAME targets), ``ttl`` (seconds),
        ``authenticated`` (DNSSEC), ``resolver``, ``asked_at`` (UTC), ``duration_ms``
        (milliseconds), ``attempts`` (messages sent) and ``detail``.

    Raises:
        UsageError: a resolver or record type that does not exist.
        InputError: no names.
        VantageError: no resolver answers.

    Example:
        >>> found = query("ipv6.meetpunt.example", ["AAAA", "MX"], resolvers=["example"])
        >>> found[["qtype", "outcome"]].to_dict("records")
        [{'qtype': 'AAAA', 'outcome': 'ok'}, {'qtype': 'MX', 'outcome': 'nodata'}]

    Source:
        METHOD.md §1.
    """
    listed = [names] if isinstance(names, str) else list(names)
    if not listed:
        raise InputError("no names: expected one host name or more")
    kinds = [_known_type(kind) for kind in ([types] if isinstance(types, str) else types)]
    questions = list(
        dict.fromkeys(Question(_name(name), kind) for name in listed for kind in kinds)
    )
    chosen = parse(_resolvers(resolvers))
    policy = policy_for(chosen, timeout=timeout)
    with running(chosen) as usable, Client(answering(usable), policy) as client:
        rows = {row[:2]: row for row in client.run(Questions(questions))}
    return log.frame(rows[question] for question in questions)


def _subjects(names: Any) -> list[tuple[str, str]]:
    """Return the (name, ``web`` or ``mail``) pairs; a name without a type is both."""
    if hasattr(names, "columns"):
        if "domain" not in names:
            found = ", ".join(map(str, names.columns))
            raise InputError(f"a table with the columns {found}: expected `domain`, perhaps `type`")
        kinds = names["type"] if "type" in names else [None] * len(names)
        pairs = list(zip(names["domain"], kinds, strict=True))
    else:
        listed = [names] if isinstance(names, str) else getattr(names, "subjects", names)
        pairs = [(one, None) if isinstance(one, str) else tuple(one) for one in listed]
    if not pairs:
        raise InputError("no names: expected one domain name or more")
    subjects: dict[tuple[str, str], None] = {}
    for name, kind in pairs:
        if not isinstance(name, str):
            raise InputError(f"name {name!r}: expected the text of a domain name")
        missing = not kind or kind != kind  # noqa: PLR0124 - NaN: an empty cell
        if not missing and kind not in TYPES:
            raise UsageError(f"{name}: type {kind!r}; expected {' or '.join(TYPES)}")
        subjects.update(dict.fromkeys((name, each) for each in (TYPES if missing else [kind])))
    return list(subjects)


def _resolvers(given: str | Iterable[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given) or ["system"]


def _paths(given: str | Path | Iterable[str | Path] | None) -> list[Path]:
    if given is None:
        return []
    return [Path(one) for one in ([given] if isinstance(given, str | Path) else given)]


def _known_type(text: str) -> str:
    try:
        found = dns.rdatatype.from_text(text)
    except (dns.exception.DNSException, ValueError) as error:
        raise UsageError(f"record type {text!r}: expected one such as AAAA, MX or TXT") from error
    if dns.rdatatype.is_metatype(found):
        raise UsageError(f"record type {text!r}: is a kind of question; expected one such as AAAA")
    return dns.rdatatype.to_text(found)


def _name(text: str) -> str:
    name = text.strip().lower()
    if name.isascii():
        return name.removesuffix(".") or name
    try:
        return normalise(name).domain
    except InvalidNameError:  # the client gives its row the outcome invalid_name
        return name


@contextmanager
def progress_bar(name: str, instead: Progress | None = None) -> Iterator[Progress | None]:
    """Yield a function that shows progress: ``instead``, or a bar where a person looks on."""
    in_lab = "ipykernel" in sys.modules and "JPY_SESSION_NAME" in os.environ
    if instead or not (in_lab or sys.stderr.isatty()):
        yield instead
        return
    with _bar(desc=name, unit=" questions", leave=False) as bar:

        def show(done: int, expected: int) -> None:
            bar.total = expected
            bar.update(done - bar.n)

        yield show
