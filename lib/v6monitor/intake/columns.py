"""Columns of the canonical table, the labels files have for them, and the result words.

A cell means the same in every file: the functions that interpret one come last.
"""

import math
from collections.abc import Iterable

COLUMNS = (
    *("measured_at", "domain", "domain_display", "type"),
    *("organisation", "org_id", "sector", "province", "list", "tags"),
    *("status", "score", "report_url"),
    *("ipv6", "ns_address", "ns_reach", "ws_address", "ws_reach", "ws_similar"),
    *("mx_address", "mx_reach", "mail_status"),
    *("source_format", "source_file", "source_row", "date_source", "file_date"),
)
"""The canonical table: a row per ``measured_at``, ``domain`` and ``type``.

``measured_at`` is a date (none for a domain that a list names and nobody measured), ``score`` a
float (Internet.nl's, of which the definition changed over time: not comparable), ``source_row``
the row in the file (a domain's position in JSON); all else is text, empty where the file does not
say. ``date_source`` is where ``measured_at`` comes from (column, request, file name, sheet name
or parameter), ``file_date`` the date in the name of the file or its sheet.
"""

CANONICAL = "canonical"
"""The source format of a canonical table that is read again."""

MAPPED = "mapped"
"""That of a table read by a mapping: nothing says that its results are Internet.nl's."""

LOOKED_UP = "lookups"
"""The ``date_source`` of rows that a list names and nobody measured: they have the lookups' day."""
LATER = ("date_source", "file_date")
"""Columns that the first canonical tables did not have."""

RESULTS = {
    "web": ("ipv6", "ns_address", "ns_reach", "ws_address", "ws_reach", "ws_similar"),
    "mail": ("ipv6", "ns_address", "ns_reach", "mx_address", "mx_reach"),
}
"""Which results a row of a type has: Internet.nl's IPv6 category and its subtests."""

_LABELS = {
    "list": "List|Lijst",
    "domain": "Url",
    "tags": "Tags",
    "score": "% Score",
    "report_url": "Report|Rapport",
    "ipv6": "Modern address (IPv6)|Modern adres (IPv6)|web_ipv6|mail_ipv6",
    "ns_address": "IPv6 addresses for name servers|IPv6-adressen voor nameservers"
    "|web_ipv6_ns_address|mail_ipv6_ns_address|IPv6 nameserver",
    "ns_reach": "IPv6 reachability of name servers|IPv6-bereikbaarheid van nameservers"
    "|web_ipv6_ns_reach|mail_ipv6_ns_reach",
    "ws_address": "IPv6 addresses for web server|IPv6-adressen voor webserver"
    "|web_ipv6_ws_address|IPv6 webserver",
    "ws_reach": "IPv6 reachability of web server|IPv6-bereikbaarheid van webserver"
    "|web_ipv6_ws_reach",
    "ws_similar": "Same website on IPv6 and IPv4|Gelijke website op IPv6 en IPv4"
    "|web_ipv6_ws_similar",
    "mx_address": "IPv6 addresses for mail server(s)|IPv6-adressen voor mailserver(s)"
    "|mail_ipv6_mx_address|IPv6 mailserver",
    "mx_reach": "IPv6 reachability of mail server(s)|IPv6-bereikbaarheid van mailserver(s)"
    "|mail_ipv6_mx_reach",
    "mail_view": "IPv6 mailserver|mail_legacy_ipv6_mailserver",
    "mail_testable": "Mail server testable|mail_servers_testable_status",
    "mail_configured": "Mail server has MX record|mail_server_configured",
}
"""What files call a field, the preferred label first.

The last three are no columns: they are Forum Standaardisatie's own views, which say whether a
domain has mail servers at all.
"""

_WORDS = {
    "passed": "passed true 1 ja yes good waar",
    "failed": "failed false 0 nee no bad onwaar",
    "warning": "warning waarschuwing",
    "info": "info",
    "not_tested": "not_tested good_not_tested",
    "not_applicable": "not_applicable no_mx null_mx",
    "error": "error untestable unreachable not_testable",
    "unknown": "unknown ?",
}
"""The results of the canonical table, each with what files write for it."""

_RESULTS = {word: result for result, words in _WORDS.items() for word in words.split()}
_MAIL = {
    "has_mx": "has_mx ok unreachable untestable passed null-mx-with-other-mx",
    "no_mx": "no_mx other no-null-mx",
    "null_mx": "null_mx null-mx null-mx-without-a-aaaa",
    "unknown": "unknown",
}
_MAIL_STATUS = {word: status for status, words in _MAIL.items() for word in words.split()}
_ADDRESS_TEST = _MAIL_STATUS | {"not_tested": "no_mx", "info": "no_mx", "warning": "has_mx"}

MAIL_SOURCES = {
    "mail_status": _MAIL_STATUS,
    "mail_view": _ADDRESS_TEST,
    "mail_testable": _MAIL_STATUS,
    "mail_configured": _MAIL_STATUS
    | dict.fromkeys(_WORDS["passed"].split(), "has_mx")
    | dict.fromkeys(_WORDS["failed"].split(), "no_mx"),
    "mx_address": _ADDRESS_TEST,
}
"""What says whether a domain has mail servers, the surest column first, and by which words.

The test of their addresses is ``not_tested`` without MX or with a null MX, ``info`` without MX
where a null MX is advised, ``warning`` with a null MX beside real ones, which are judged. Its
``failed`` does not decide: in API 1.0 it is also the result of a domain without MX.
"""


def positions(header: Iterable[str]) -> dict[str, int]:
    """Return the position of each known field by plain labels; the first of duplicates counts."""
    where = {label: at for at, label in reversed([*enumerate(header)])}
    found = {}
    for field, labels in _PLAIN.items():
        if present := [label for label in labels if label in where]:
            found[field] = where[present[0]]
    return found


def plain(label: str) -> str:
    """Return a label without what differs between files that mean the same."""
    return " ".join(label.split()).lower().removeprefix("internet_nl_")


_PLAIN = {field: [plain(label) for label in labels.split("|")] for field, labels in _LABELS.items()}


def type_of(fields: Iterable[str]) -> str:
    """Return ``web`` or ``mail`` when the fields belong to one of them only; "" otherwise."""
    found = {
        kind
        for kind, prefix in (("web", "ws_"), ("mail", "mx_"))
        for field in fields
        if field.startswith(prefix)
    }
    return found.pop() if len(found) == 1 else ""


def result(raw: str) -> str | None:
    """Return the word for a result; None when the cell holds none that is known.

    >>> result("TRUE"), result("waarschuwing"), result("?"), result("maybe")
    ('passed', 'warning', 'unknown', None)
    """
    return _RESULTS.get(raw.lower().replace(" ", "_"))


def score(raw: str) -> float:
    """Return a score of 0 to 100; NaN where the cell holds none. A comma is a decimal comma.

    >>> score("48,0%"), score("error")
    (48.0, nan)
    """
    try:
        value = float(raw.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return math.nan
    return value if 0 <= value <= 100 else math.nan  # noqa: PLR2004 - a percentage
