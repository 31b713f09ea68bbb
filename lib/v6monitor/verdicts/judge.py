"""Verdict table: a row per domain of an observation log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from v6monitor.dns.observation import OK, Observation, Question
from v6monitor.dns.plan import walk
from v6monitor.names import InvalidNameError, normalise
from v6monitor.verdicts.domain import COLUMNS, IPV6_ONLY_VERDICTS, judgement
from v6monitor.verdicts.evidence import Evidence, is_definite, source_of
from v6monitor.verdicts.logic import UNKNOWN, YES

if TYPE_CHECKING:
    import pandas as pd

    from v6monitor.verdicts.evidence import Observations

_HELPER_NAMES = re.compile(
    r"autodiscover\..+|.+\._domainkey\..+|.+\.(?:mail\.protection\.outlook\.com|mx\.microsoft)"
)
"""Names that a lookup asks beside the listed ones, which nobody lists as a website."""


_STRICTER = {"mail": "mail_all", "web": "web"}
"""The verdict that must hold before it can hold without IPv4."""
_NEEDED = frozenset({"MX", "NS", "AAAA"})
"""Types that a sender or reader without IPv4 needs."""


def judge(
    observations: Observations,
    *,
    domains: Iterable[str | tuple[str, str]] | None = None,
) -> pd.DataFrame:
    """Return the IPv6 verdicts on every domain of an observation log.

    Args:
        observations: the observations of ``v6monitor.lookup`` or ``v6monitor.read_log``, the same
            table read back from Parquet or CSV, or a ``Month``.
        domains: (name, ``"web"`` or ``"mail"``) pairs, or names, which are judged as both where the
            log has both. By default those that the log, or the month, is about.

    Returns:
        A row per domain, all columns text. ``domain``; ``mail_class``: ``has_mx``, ``null_mx``,
        ``null_mx_conflict``, ``no_mx``, ``invalid_mx``, ``nonexistent`` or ``unknown``; the
        verdicts, each ``yes``, ``no``, ``unknown`` or ``not_applicable``: ``mail_all`` (every MX
        host has IPv6), ``mail_any``, ``mail_primary`` (every host of the lowest preference),
        ``web`` (the listed host; not applicable when it has no address at all), ``web_www``,
        ``web_apex``, ``dns_2`` (two name servers), and ``mail_end_to_end`` and ``web_end_to_end``
        (the name servers on the way too); where a resolver was asked that may not use IPv4
        ``mail_ipv6_only`` and ``web_ipv6_only`` (it finds all of it too); and ``reasons``, why
        each verdict is not yes. A verdict is empty where it is no question: a domain that is only
        a website has no mail verdicts. What should have been looked up and was not is ``unknown``,
        so that an unfinished log lowers the coverage. ``attrs["source"]`` names the lookups.

    Raises:
        InputError: the table lacks a column of the observation log.

    Example:
        >>> from v6monitor.dns.log import frame
        >>> from v6monitor.dns.observation import Observation
        >>> import datetime as dt
        >>> how = (60, False, "192.0.2.53", dt.datetime(2026, 10, 6, tzinfo=dt.UTC), 1.0, 1, "")
        >>> log = frame([
        ...     Observation("town.example", "MX", "ok", ("10 mx.town.example",), (), *how),
        ...     Observation("mx.town.example", "AAAA", "ok", ("2a02:898::1",), (), *how),
        ... ])
        >>> judge(log)[["domain", "mail_all"]].to_dict("records")
        [{'domain': 'town.example', 'mail_all': 'yes'}]

    Source: METHOD.md, "What a domain does with mail" and "Verdicts".
    """
    import pandas as pd  # noqa: PLC0415 - one domain is judged without it, in half the time

    evidence = Evidence.of(observations)
    if domains is None:
        domains = subjects(observations, evidence)
    types: dict[str, set[str] | None] = {}
    for subject in [domains] if isinstance(domains, str) else domains:
        name, *kinds = [subject] if isinstance(subject, str) else subject
        domain = a_label(name)
        known = types.setdefault(domain, set())
        if kinds and known is not None:
            known.update(kinds)
        else:
            types[domain] = None
    rows = [judgement(evidence, domain, of_type).row() for domain, of_type in types.items()]
    more = IPV6_ONLY_VERDICTS if evidence.ipv6_only else ()
    table = pd.DataFrame(rows, columns=[*COLUMNS[:-1], *more, COLUMNS[-1]], dtype="str")
    table.attrs["source"] = source_of(observations)
    return table


def asked_again(
    rows: Iterable[Observation], subjects: Iterable[tuple[str, str]]
) -> Iterator[Question]:
    """Yield what is asked again without IPv4: what was found about all that is not yet a no."""
    evidence = Evidence(rows)
    still_open = [
        (domain, kind)
        for domain, kind in subjects
        if judgement(evidence, domain, {kind}).verdicts[_STRICTER[kind]].state in {YES, UNKNOWN}
    ]
    for question, row in walk(still_open, lambda asked: evidence.question(*asked)):
        if question.qtype in _NEEDED and row and row.outcome == OK and is_definite(row):
            yield question


def a_label(name: str) -> str:
    """Return a name as the log has it: an A-label in lower case; the text itself if it is none."""
    try:
        return normalise(name).domain
    except InvalidNameError:
        return name


def subjects(observations: Observations, evidence: Evidence | None = None) -> list[tuple[str, str]]:
    """Return the (domain, ``"web"`` or ``"mail"``) pairs that a month or a log is about.

    ``read_log`` has them from the file. Without them they are derived: every name with an MX
    question is a mail domain; every name with an A or AAAA question is a website, unless something
    else in the log explains the question: it is an MX host, a name server, the target of a CNAME, a
    helper name, or the ``www`` beside a name that is there too. ``evidence`` is the same, indexed.
    """
    if of_month := getattr(observations, "subjects", None):
        return list(of_month)
    if listed := getattr(observations, "attrs", {}).get("subjects"):
        return sorted({(str(name), str(kind)) for name, kind in listed})
    return _derived(evidence or Evidence.of(observations))


def _derived(evidence: Evidence) -> list[tuple[str, str]]:
    mail, addressed = set(), set()
    explained: set[str] = set()
    for row in evidence:
        explained.update(row.chain)
        match row.qtype:
            case "MX":
                mail.add(row.qname)
                if not row.answers:  # its addresses were asked for as an implicit MX (RFC 5321)
                    explained.add(row.qname)
                explained.update(record.partition(" ")[2] for record in row.answers)
            case "NS" | "CNAME":
                explained.update(row.answers)
            case "A" | "AAAA":
                addressed.add(row.qname)
    bare = {name.removeprefix("www.") for name in addressed if name.startswith("www.")}
    # a bare name may be what its own www points at and still be the subject
    web = {name for name in addressed - (explained - bare) if not _HELPER_NAMES.fullmatch(name)}
    web -= {f"www.{name}" for name in web}
    return sorted([(name, "mail") for name in mail] + [(name, "web") for name in web])
