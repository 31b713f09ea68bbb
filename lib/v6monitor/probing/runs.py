"""Runs of probes as tables: which servers a log of lookups names, the log of a run, and findings.

A finding is a server that did not answer over IPv6 while it did over IPv4, in two runs at least an
hour apart.
"""

import contextlib
import datetime as dt
import ipaddress
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

import pandas as pd

from v6monitor.dns.observation import is_readable
from v6monitor.errors import InputError
from v6monitor.names import InvalidNameError, normalise
from v6monitor.probing.connections import (
    FAILED,
    HTTP,
    HTTPS,
    OK,
    OUTCOMES,
    PORTS,
    SMTP,
    Probe,
    Target,
)
from v6monitor.verdicts.domain import mail_hosts
from v6monitor.verdicts.evidence import Evidence, unusable
from v6monitor.verdicts.judge import subjects
from v6monitor.workspace import replacing

COLUMNS = list(Probe._fields)
SUFFIXES = (".parquet",)
APART = pd.Timedelta(hours=1)
WITHIN = pd.Timedelta(days=45)
"""How far apart two runs may be: servers of another month are others."""
_PLACE = ["host", "address", "port"]


def servers(
    observations: pd.DataFrame, ports: Collection[int] = PORTS, excluded: Collection[str] = ()
) -> list[Target]:
    """Return the ports of the servers with IPv6 that a log of lookups names, each once.

    Mail servers have port 25, listed websites 80 and 443; of both families. ``excluded`` are
    domains (all below them too) and addresses or networks; what they name is kept and not asked.
    """
    evidence = Evidence.of(observations)
    found: dict[Target, str] = {}
    for domain, kind in subjects(observations, evidence):
        hosts = (
            [domain] if kind == "web" else [one.host for one in mail_hosts(evidence, domain).hosts]
        )
        wanted = (HTTP, HTTPS) if kind == "web" else (SMTP,)
        for host in hosts:
            six = [one for one in _addresses(evidence, host, "AAAA") if not unusable(one)]
            four = _addresses(evidence, host, "A") if six else []
            for address in (*six, *four):
                skip = _reason_to_skip(domain, host, address, excluded)
                for port in wanted:
                    if port in ports:
                        server = Target(host, address, port)
                        found[server] = found.get(server) or skip
    return [server._replace(skip=skip) for server, skip in found.items()]


def read_exclusions(path: Path) -> list[str]:
    """Return the domains, addresses and networks of a list: one a line, ``#`` begins a remark."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: cannot be read as a list of names and addresses") from error
    texts = (line.partition("#")[0].strip() for line in lines)
    return [_exclusion(path, text) for text in texts if text]


def table(probes: Iterable[Probe]) -> pd.DataFrame:
    """Return the probes as a table with the columns ``COLUMNS``."""
    return pd.DataFrame(list(probes), columns=COLUMNS)


def write(run: pd.DataFrame, path: Path, provenance: Mapping[str, object]) -> None:
    """Write the log of a run, whole or not at all."""
    run = run.copy(deep=False)
    run.attrs = {"provenance": dict(provenance)}
    with replacing(path) as file:
        run.to_parquet(file, index=False)


def read(path: Path) -> pd.DataFrame:
    """Return the log of a run; InputError for any other file."""
    expected = "expected a log that `v6monitor reach` wrote"
    try:
        run = pd.read_parquet(path)
    except Exception as error:  # a damaged file raises what it likes
        raise InputError(f"{path}: cannot be read as a Parquet file; {expected}") from error
    if missing := [name for name in COLUMNS if name not in run]:
        raise InputError(f"{path}: has no column {', '.join(missing)}; {expected}")
    if run.empty or not run["outcome"].isin(OUTCOMES).all() or run["asked_at"].dtype.kind != "M":
        raise InputError(f"{path}: holds no probes, or outcomes that do not exist; {expected}")
    return run[COLUMNS]


def failures(run: pd.DataFrame) -> pd.DataFrame:
    """Return what failed over IPv6 in a run where the same host and port answers over IPv4."""
    four = run.loc[run["family"].eq(4) & run["outcome"].eq(OK), ["host", "port"]]
    six = run[run["family"].eq(6) & run["outcome"].isin(FAILED)]
    return six.merge(four.drop_duplicates(), on=["host", "port"])[COLUMNS]


def findings(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Return what failed in both runs: the rows of the later, with ``earlier_outcome``.

    Raises:
        InputError: the runs are less than an hour or more than 45 days apart, or of other servers.
    """
    check_comparable(earlier, later["asked_at"].min(), _places(later))
    before = failures(earlier)[[*_PLACE, "outcome"]].rename(columns={"outcome": "earlier_outcome"})
    return failures(later).merge(before, on=_PLACE)


def check_comparable(
    earlier: pd.DataFrame, began: dt.datetime, servers: Set[tuple[object, ...]]
) -> None:
    """Raise InputError when a run that began then cannot confirm what failed in an earlier one.

    ``servers`` are (host, address, port) of the later run.
    """
    days = f"the runs of {earlier['asked_at'].min():%Y-%m-%d} and {began:%Y-%m-%d}"
    if not APART <= began - earlier["asked_at"].max() <= WITHIN:
        raise InputError(
            f"{days}: expected one that began at least an hour and at most 45 days after the other;"
            " compare with a run of the same month"
        )
    if servers.isdisjoint(_places(earlier)):
        raise InputError(f"{days} have no server in common; name runs on one list")


def servers_of(logs: Sequence[pd.DataFrame], hosts: pd.DataFrame) -> pd.DataFrame:
    """Return what the newest of several runs says of the servers of domains.

    ``hosts`` has ``domain``, ``measure`` (web or mail) and ``host``. A failure over IPv6 alone that
    no earlier run confirms leaves ``reachable`` empty: not known.
    """
    *before, newest = sorted(logs, key=lambda run: run["asked_at"].min())
    confirmed: set[tuple[object, ...]] = set()
    for earlier in before:
        with contextlib.suppress(InputError):  # too soon after, or of other servers
            confirmed |= _places(findings(earlier, newest))
    doubtful = _places(failures(newest)) - confirmed
    open_yet = [place in doubtful for place in newest[_PLACE].itertuples(index=False, name=None)]
    failed = newest["outcome"].isin(FAILED) & ~pd.Series(open_yet, newest.index, dtype="bool")
    answered = newest["outcome"].eq(OK)
    reachable = pd.Series("", newest.index, dtype="str").mask(failed, "no").mask(answered, "yes")
    rows = newest.assign(
        source="probes",
        measure=newest["port"].eq(SMTP).map({True: "mail", False: "web"}),
        reachable=reachable,
        detail=newest["said"].where(answered, newest["outcome"]),
        port=newest["port"].astype("str"),
    )
    return rows.merge(hosts, on=["host", "measure"])


def _places(run: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(run[_PLACE].itertuples(index=False, name=None))


def _addresses(evidence: Evidence, host: str, qtype: str) -> list[str]:
    """Return the addresses of a host, of a log that anybody may have written."""
    try:
        normalise(host)
    except InvalidNameError:
        return []
    return [one for one in evidence.records(host, qtype) or () if is_readable(qtype, one)]


def _reason_to_skip(domain: str, host: str, address: str, excluded: Collection[str]) -> str:
    number = ipaddress.ip_address(address)
    if not number.is_global or number.is_multicast:
        return "not a public address"
    names = {part for name in (domain, host) for part in _with_parents(name)}
    for one in excluded:
        if one in names or ("/" in one and number in ipaddress.ip_network(one)):
            return "on the exclusion list"
    return ""


def _with_parents(name: str) -> Iterator[str]:
    labels = name.split(".")
    return (".".join(labels[at:]) for at in range(len(labels)))


def _exclusion(path: Path, text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        pass
    try:
        return normalise(text).domain
    except InvalidNameError as error:
        raise InputError(
            f"{path}: {text[:80]!r} is neither a domain, an address nor a network ({error}); "
            "correct it, so that nobody is asked who does not want it"
        ) from error
