"""Whether a page is whole over IPv6: the hosts it loads, by a recording that an analyst has."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from v6monitor.dns.lookup import query
from v6monitor.errors import InputError, UsageError
from v6monitor.names import InvalidNameError, normalise, registrable_domain
from v6monitor.verdicts.evidence import Evidence, source_of
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

_LARGEST = 100 * 2**20  # bytes: a recording has the contents of a page in it
_MOST_HOSTS = 1_000
_REDIRECTS = (301, 302, 303, 307, 308)
_EXPECTED = "expected a HAR file of a browser, or the JSON of webres6"


def web_complete(
    recordings: str | Path | Iterable[str | Path],
    *,
    sites: Iterable[str] = (),
    resolvers: Iterable[str] = (),
    observations: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return which hosts of web pages lack IPv6, by owner, and in which order to fix them.

    A page is whole when every host that it loads something from has IPv6 (METHOD.md §4). Nothing
    is loaded here: the hosts are those in the recordings, and only their addresses are asked.

    Args:
        recordings: a HAR file (a browser's developer tools save one), or the JSON of webres6; or
            several, one per page.
        sites: the websites that the pages should be of; a recording of another site is an error.
        resolvers: as in ``lookup``; by default the system's.
        observations: lookups that have the A and AAAA of these hosts; nothing is asked then.

    Returns:
        A row per registrable ``domain`` of which hosts lack IPv6 or are undetermined: ``party``
        (``own`` of the page, or ``third``), ``hosts`` without and ``unknown`` (texts), ``pages``
        that need them, ``fix_order`` (1 first: each step takes the domain that then makes most
        pages whole, of equal ones that which most pages need) and ``whole``: the pages that are
        whole once all up to that step have IPv6.
        ``attrs["pages"]`` has the state of each page: yes, no or unknown.

    Raises:
        UsageError: ``sites`` has something that is no host name.
        InputError: a file that is neither, is too large, or is of another site.

    Example:
        >>> web_complete("page.har", sites=["www.town.example"])  # doctest: +SKIP

    Source:
        METHOD.md §4; HAR 1.2.
    """
    paths = [recordings] if isinstance(recordings, str | Path) else list(recordings)
    if not paths:
        raise InputError(f"no recording: {_EXPECTED}")
    wanted = {_site(name) for name in ([sites] if isinstance(sites, str) else sites)}
    pages: dict[str, set[str]] = {}
    for path in map(Path, paths):
        for way, hosts in _read(path):
            page = next((name for name in way if name in wanted), way[-1])
            if wanted and page not in wanted:
                raise InputError(
                    f"{path.name}: is a recording of {page}, not of {', '.join(sorted(wanted))}; "
                    "name the recording of that site, or leave it out"
                )
            pages[page] = pages.get(page, set()) | hosts
    names = sorted(set().union(*pages.values()))
    asked = query(names, resolvers=resolvers) if observations is None else observations
    evidence = Evidence.of(asked)
    states = {name: evidence.has_ipv6(name).state for name in names}
    found = _by_domain(pages, states)
    found.attrs = {
        "source": [*(Path(path).name for path in paths), *source_of(asked)],
        "pages": {page: _state(states[host] for host in hosts) for page, hosts in pages.items()},
    }
    return found


def _by_domain(pages: dict[str, set[str]], states: dict[str, str]) -> pd.DataFrame:
    """Return a row per domain that keeps pages from being whole, in the order to fix them."""
    lacking = {
        page: {registrable_domain(host) for host in hosts if states[host] != YES}
        for page, hosts in pages.items()
    }
    steps, left, fixed = list[tuple[str, int, int]](), dict(lacking), set[str]()
    domains = set().union(*lacking.values())
    while domains - fixed:
        best = min(
            domains - fixed,
            key=lambda one: (
                -sum(needs <= fixed | {one} for needs in left.values()),
                -sum(one in needs for needs in left.values()),
                one,
            ),
        )
        fixed.add(best)
        steps.append((best, len(steps) + 1, sum(needs <= fixed for needs in left.values())))
    rows = []
    for domain, order, whole in steps:
        needing = [page for page, needs in lacking.items() if domain in needs]
        hosts = sorted(
            {h for page in needing for h in pages[page] if registrable_domain(h) == domain}
        )
        own = any(registrable_domain(page) == domain for page in needing)
        rows.append(
            (domain, "own" if own else "third", " ".join(h for h in hosts if states[h] == NO),
             " ".join(h for h in hosts if states[h] not in {YES, NO}), len(needing), order, whole)
        )  # fmt: skip
    columns = ["domain", "party", "hosts", "unknown", "pages", "fix_order", "whole"]
    return pd.DataFrame(rows, columns=columns)


def _state(states: Iterable[str]) -> str:
    found = set(states)
    return NO if NO in found else YES if found <= {YES} else UNKNOWN


def _read(path: Path) -> list[tuple[list[str], set[str]]]:
    """Return of each page the hosts up to it, through redirects, and those of all it loads."""
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path.name}: is larger than 100 MB; save it without contents")
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {_EXPECTED}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name}: is no JSON; {_EXPECTED}") from error
    found = []
    for requests in _recorded(value):
        held = [(host, moved) for url, moved in requests if (host := _host(url))]
        arrived = next((at for at, (_, moved) in enumerate(held) if not moved), len(held) - 1)
        if held:
            hosts = [host for host, _ in held]
            found.append((hosts[: arrived + 1], set(hosts)))
    if not found:
        raise InputError(f"{path.name}: holds no page with an address; {_EXPECTED}")
    if len(set().union(*(hosts for _, hosts in found))) > _MOST_HOSTS:
        raise InputError(f"{path.name}: names more than {_MOST_HOSTS} hosts; record one page")
    return found


def _recorded(value: Any) -> list[list[tuple[object, bool]]]:
    """Return of each page the addresses that were asked for, and whether each was a redirect.

    HAR 1.2: entries may be in any order and lack ``pageref``; they are then of the page before.
    """
    held = value if isinstance(value, dict) else {}
    if isinstance(entries := _get(held.get("log"), "entries"), list):
        entries = sorted(entries, key=lambda entry: str(_get(entry, "startedDateTime") or ""))
        named = [_get(entry, "pageref") for entry in entries]
        page = next(filter(None, named), "")
        pages: dict[str, list[tuple[object, bool]]] = {}
        for entry, name in zip(entries, named, strict=True):
            page = name or page
            moved = _get(_get(entry, "response"), "status") in _REDIRECTS
            pages.setdefault(str(page), []).append((_get(_get(entry, "request"), "url"), moved))
        return list(pages.values())
    if isinstance(hosts := held.get("hosts"), dict) and _host(held.get("url")):
        return [[(held.get("url"), False), *((f"https://{host}/", False) for host in hosts)]]
    return []


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _host(url: object) -> str:
    """Return the host of a web address; "" of data:, blob:, an IP address and what is no text."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        usable = parts and parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname
        return normalise(parts.hostname).domain if parts and usable and parts.hostname else ""
    except (ValueError, InvalidNameError):
        return ""


def _site(name: str) -> str:
    try:
        return normalise(name).domain
    except InvalidNameError as error:
        raise UsageError(f"sites: {name!r} is not a host name ({error})") from error
