"""What a letter says of broken intent: what has IPv6 and is out of reach without IPv4.

The reader is who administers the zone at fault: the organisation where it is the domain's own, else
whoever has that zone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from v6monitor.dns.observation import within
from v6monitor.language import NO_VALUE, Language, marked
from v6monitor.mail.laggards import COLUMNS, day_of
from v6monitor.mail.words import about, digs
from v6monitor.names import display
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.ipv6_only import NO_IPV6
from v6monitor.verdicts.logic import NO

GROUP = "broken_intent"

_FOUND = {
    "mail": marked(
        "The mail servers have an IPv6 address, but on {day} a resolver without IPv4 did not find "
        "them."
    ),
    "web": marked(
        "The website has an IPv6 address, but on {day} a resolver without IPv4 did not find it."
    ),
}
_NO_IPV6 = marked(
    "The cause is in the DNS zone {zone}: none of its name servers has an IPv6 address."
)
_NO_ANSWER = marked(
    "The cause is in the DNS zone {zone}: its name servers have an IPv6 address, but the zone was "
    "not found over IPv6."
)
_SILENT = marked("Probably they do not answer over IPv6.")
_GLUE = marked(
    "Probably they do not answer over IPv6, or the zone above does not publish their IPv6 "
    "addresses (AAAA glue)."
)
_ON_THE_WAY = {
    "server": marked("The name server {server} of these domains is in that zone."),
    "mail": marked(
        "A mail server of these domains is in that zone, or an alias (CNAME) leads there."
    ),
    "web": marked("The website is an alias (CNAME) of a name in that zone."),
}


def rows(
    evidence: Evidence, paths: pd.DataFrame, owner_of: Mapping[Any, dict[Any, Any]]
) -> Iterator[dict[Any, Any]]:
    """Yield a row like those of the laggard list per domain, measure and zone at fault."""
    for path in paths[paths["state"] == NO].to_dict("records"):
        domain, zone = str(path["domain"]), str(path["blocking_zone"])
        asked = evidence.question(domain, "MX" if path["measure"] == "mail" else "AAAA")
        servers = evidence.name_servers(zone).hosts
        yield dict[Any, Any].fromkeys(COLUMNS, "") | owner_of.get(domain, {}) | path | {
            "group": GROUP,
            "failing_hosts": " ".join(servers),
            "asked_at": asked and asked.asked_at,
            "asked": {},
            "wrong": (),
            "broken": (),
            "own": within(domain, zone),
            "glue": tuple(host for host in servers if within(host, zone)),
        }  # fmt: skip


def situations(letter_rows: Iterable[Mapping[Any, Any]], language: Language) -> Iterator[str]:
    """Yield what was found, a paragraph per zone and way to it."""
    columns = ("blocking_zone", "cause", "measure", "blocking_server", "own")
    for part in _grouped(letter_rows, columns):
        one = part[0]
        sentences = [_FOUND[one["measure"]], _NO_IPV6 if one["cause"] == NO_IPV6 else _NO_ANSWER]
        if one["cause"] != NO_IPV6:
            sentences.append(_GLUE if one["glue"] else _SILENT)
        if not one["own"]:
            sentences.append(_ON_THE_WAY["server" if one["blocking_server"] else one["measure"]])
        sentences.append(marked("Operator of the name servers: {operator}."))
        day = max((day for row in part if (day := day_of(row["asked_at"]))), default=None)
        values = {
            "day": language.day(day) if day else NO_VALUE,
            "zone": display(one["blocking_zone"]),
            "server": one["blocking_server"],
            "operator": display(one["operator"]),
        }
        found = (language.text(sentence).format(**values) for sentence in sentences)
        yield about([str(row["domain"]) for row in part], " ".join(found), language)


def steps(
    letter_rows: Iterable[Mapping[Any, Any]], language: Language
) -> Iterator[tuple[str, str]]:
    """Yield what the administrator of each zone does, with the commands that show it."""
    for one, *_ in _grouped(letter_rows, ("blocking_zone", "cause")):
        zone, hosts = display(one["blocking_zone"]), str(one["failing_hosts"]).split()
        step = marked(
            "Ask the operator of the name servers of {zone} ({operator}) to check that they answer "
            "over IPv6 (port 53, UDP and TCP): {hosts}."
        )
        if one["cause"] == NO_IPV6:
            step = marked(
                "Ask the operator of the name servers of {zone} ({operator}) to let them answer "
                "over IPv6 (port 53, UDP and TCP), and then to publish their IPv6 addresses (AAAA "
                "records): {hosts}."
            )
        operator = display(one["operator"])
        words = language.text(step, zone=zone, operator=operator, hosts=", ".join(hosts))
        yield words, digs("AAAA", hosts)
        if one["glue"]:
            glue = language.text(
                "Ask your registrar to have the IPv6 addresses of these name servers published in "
                "the zone above {zone} as well (AAAA glue): {hosts}.",
                zone=zone,
                hosts=", ".join(one["glue"]),
            )
            yield glue, ""
        check = language.text(
            "Then check from a place with IPv6 that {zone} is found over IPv6 alone: the last "
            "answer of this command comes from one of its own name servers.",
            zone=zone,
        )
        yield check, digs("NS", [one["blocking_zone"]]).replace("dig ", "dig -6 +trace ", 1)


def _grouped(
    letter_rows: Iterable[Mapping[Any, Any]], columns: Sequence[str]
) -> Iterable[list[Mapping[Any, Any]]]:
    found: dict[tuple[Any, ...], list[Mapping[Any, Any]]] = {}
    for row in letter_rows:
        found.setdefault(tuple(row[name] for name in columns), []).append(row)
    return found.values()
