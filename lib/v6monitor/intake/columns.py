"""Which columns has the canonical table, and under which labels do files know them?"""

import re
from collections.abc import Iterable

COLUMNS = (
    "measured_at",
    "domain",
    "domain_display",
    "type",
    "organisation",
    "org_id",
    "sector",
    "province",
    "list",
    "tags",
    "status",
    "score",
    "report_url",
    "ipv6",
    "ns_address",
    "ns_reach",
    "ws_address",
    "ws_reach",
    "ws_similar",
    "mx_address",
    "mx_reach",
    "mail_status",
    "source_format",
    "source_file",
    "source_row",
    "date_source",
    "file_date",
)
"""The canonical table: a row per ``measured_at``, ``domain`` and ``type``.

``measured_at`` is a date (none for a domain that a list names and nobody measured), ``score`` a
float (Internet.nl's, of which the definition changed over time: not comparable), ``source_row``
the row in the file (a domain's position in JSON); all else is text, empty where the file does not
say. ``date_source`` tells where ``measured_at`` comes from (``DATE_SOURCES``), ``file_date`` is
the date in the name of the file or its sheet.
"""

DATE_SOURCES = ("column", "request", "file name", "sheet name", "parameter")
"""Where the day of a measurement comes from: of the rows, of the batch request, and so on."""

LATER = ("date_source", "file_date")
"""Columns that the first canonical tables did not have."""

RESULTS = {
    "web": ("ipv6", "ns_address", "ns_reach", "ws_address", "ws_reach", "ws_similar"),
    "mail": ("ipv6", "ns_address", "ns_reach", "mx_address", "mx_reach"),
}
"""Which results a row of a type has: Internet.nl's IPv6 category and its subtests."""

LABELS = {
    "list": ("List", "Lijst"),
    "domain": ("Url",),
    "tags": ("Tags",),
    "score": ("% Score",),
    "report_url": ("Report", "Rapport"),
    "ipv6": ("Modern address (IPv6)", "Modern adres (IPv6)", "web_ipv6", "mail_ipv6"),
    "ns_address": (
        "IPv6 addresses for name servers",
        "IPv6-adressen voor nameservers",
        "web_ipv6_ns_address",
        "mail_ipv6_ns_address",
        "IPv6 nameserver",
    ),
    "ns_reach": (
        "IPv6 reachability of name servers",
        "IPv6-bereikbaarheid van nameservers",
        "web_ipv6_ns_reach",
        "mail_ipv6_ns_reach",
    ),
    "ws_address": (
        "IPv6 addresses for web server",
        "IPv6-adressen voor webserver",
        "web_ipv6_ws_address",
        "IPv6 webserver",
    ),
    "ws_reach": (
        "IPv6 reachability of web server",
        "IPv6-bereikbaarheid van webserver",
        "web_ipv6_ws_reach",
    ),
    "ws_similar": (
        "Same website on IPv6 and IPv4",
        "Gelijke website op IPv6 en IPv4",
        "web_ipv6_ws_similar",
    ),
    "mx_address": (
        "IPv6 addresses for mail server(s)",
        "IPv6-adressen voor mailserver(s)",
        "mail_ipv6_mx_address",
        "IPv6 mailserver",
    ),
    "mx_reach": (
        "IPv6 reachability of mail server(s)",
        "IPv6-bereikbaarheid van mailserver(s)",
        "mail_ipv6_mx_reach",
    ),
    "mail_view": ("IPv6 mailserver",),
    "mail_testable": ("Mail server testable", "mail_servers_testable_status"),
    "mail_configured": ("Mail server has MX record", "mail_server_configured"),
}
"""What files call a field, the label to believe first in front.

The last three are no columns: they are Forum Standaardisatie's own views, which tell whether a
domain has mail servers at all.
"""


def positions(header: Iterable[str]) -> dict[str, int]:
    """Return where each known field stands in a header; the first of duplicate labels counts."""
    where: dict[str, int] = {}
    for position, label in enumerate(header):
        where.setdefault(plain(label), position)
    found = {}
    for field, labels in _PLAIN.items():
        if there := [label for label in labels if label in where]:
            found[field] = where[there[0]]
    return found


def plain(label: str) -> str:
    """Return a label without what differs between files that mean the same."""
    return re.sub(r"\s+", " ", label).strip().lower().removeprefix("internet_nl_")


def type_of(fields: Iterable[str]) -> str:
    """Return ``web`` or ``mail`` when the fields belong to one of them only; "" otherwise."""
    found = {
        kind
        for kind, prefix in (("web", "ws_"), ("mail", "mx_"))
        for field in fields
        if field.startswith(prefix)
    }
    return found.pop() if len(found) == 1 else ""


_PLAIN = {field: [plain(label) for label in labels] for field, labels in LABELS.items()}
