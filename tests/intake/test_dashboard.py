"""Exports of the dashboard: every generation, and what its rows mean."""

import pytest
from measured_files import (
    WEB_HEADER,
    booked,
    mail_export,
    mail_row,
    values,
    web_export,
    web_row,
)

from v6monitor.errors import InputError

DUTCH = {
    "List": "Lijst",
    "Report": "Rapport",
    "Modern address (IPv6)": "Modern adres (IPv6)",
    "IPv6 addresses for name servers": "IPv6-adressen voor nameservers",
    "IPv6 reachability of name servers": "IPv6-bereikbaarheid van nameservers",
    "IPv6 addresses for web server": "IPv6-adressen voor webserver",
    "IPv6 reachability of web server": "IPv6-bereikbaarheid van webserver",
    "Same website on IPv6 and IPv4": "Gelijke website op IPv6 en IPv4",
    "IPv6 addresses for mail server(s)": "IPv6-adressen voor mailserver(s)",
    "IPv6 reachability of mail server(s)": "IPv6-bereikbaarheid van mailserver(s)",
}


def _dutch(text):
    for english, dutch in DUTCH.items():
        text = text.replace(english, dutch)
    return text


def test_web_export_of_2023(intake):
    """The oldest generation has its header in row 3 and no tags."""
    found = intake(web_export(web_row("www.a.example"), web_row("b.example", "failed")))
    assert values(
        found, "domain", "type", "ws_address", "ws_similar", "mx_address", "mail_status"
    ) == [
        ("www.a.example", "web", "passed", "unknown", "", ""),
        ("b.example", "web", "failed", "unknown", "", ""),
    ]
    assert values(found, "score", "list", "sector", "source_format", "source_row")[0] == (
        80.0,
        "gemeenten",
        "gemeente",
        "dashboard-2023-06",
        4,
    )


def test_mail_export_of_now(intake):
    """Since 2024 the header is in row 4, and ``Domain`` is only the middle label."""
    found = intake(mail_export(mail_row("a.example", "passed")))
    assert values(found, "domain", "type", "mx_address", "ws_address", "source_format") == [
        ("a.example", "mail", "passed", "", "dashboard-2024-03")
    ]


@pytest.mark.parametrize(
    ("header", "rows_above", "generation"),
    [
        (WEB_HEADER.replace("Url,", "Url,Tags,"), 2, "dashboard-2023-09"),
        (
            WEB_HEADER.replace("Url,", "Url,Subdomain,Domain,Suffix,Tags,InStats,"),
            2,
            "dashboard-2023-12",
        ),
        (
            WEB_HEADER.replace("Url,", "Url,Subdomain,Domain,Suffix,Tags,InStats,"),
            11,
            "dashboard-2023-12",
        ),
        (
            WEB_HEADER.replace("Url,", "Url,Subdomain,Domain,Suffix,Tags,InStats,"),
            12,
            "dashboard-2024-03",
        ),
    ],
)
def test_other_generations(intake, header, rows_above, generation):
    """A header further down, below the statistics of a spreadsheet, is found too."""
    added = header.count(",") - WEB_HEADER.count(",")
    row = web_row("a.example").replace("a.example,", "a.example," + "," * added)
    found = intake("\n".join(["," * header.count(",")] * rows_above + [header, row]))
    assert values(found, "domain", "ws_address", "source_format") == [
        ("a.example", "passed", generation)
    ]


@pytest.mark.parametrize(
    "export", [web_export(web_row("a.example")), mail_export(mail_row("a.example", "passed"))]
)
def test_dutch_labels(intake, export):
    """The same export with Dutch labels gives the same table."""
    english = intake(export).table
    assert intake(_dutch(export)).table.equals(english)


@pytest.mark.parametrize(
    ("mx_address", "view", "has_mx", "expected"),
    [
        ("passed", "?", "?", ("passed", "has_mx")),
        ("failed", "?", "?", ("failed", "unknown")),
        ("failed", "failed", "passed", ("failed", "has_mx")),
        ("failed", "no_mx", "failed", ("failed", "no_mx")),
        ("not_tested", "no_mx", "failed", ("not_tested", "no_mx")),
        ("info", "?", "?", ("info", "no_mx")),
        ("warning", "?", "?", ("warning", "has_mx")),
        ("no_mx", "?", "?", ("not_applicable", "no_mx")),
        ("failed", "?", "failed", ("failed", "no_mx")),
        ("untestable", "?", "?", ("error", "has_mx")),
    ],
)
def test_mail_servers_or_not(intake, mx_address, view, has_mx, expected):
    """The views of Forum Standaardisatie tell of mail servers, else the test of their addresses."""
    found = intake(mail_export(mail_row("a.example", mx_address, view, has_mx)))
    assert values(found, "mx_address", "mail_status") == [expected]


YES_AND_NO = {"passed": "1", "failed": "0"}


@pytest.mark.parametrize("words", [YES_AND_NO, {}])
def test_absence_is_not_failure_in_2019(intake, words):
    """What cannot have failed was not there, or not tested, as in results of the first API."""
    rows = [mail_row("a.example", "failed"), mail_row("b.example", "failed")]
    rows = [row.replace("not_tested", "failed") for row in rows]
    rows[0] = rows[0].replace(" ,failed", " ,passed")
    text = mail_export(*rows)
    for word, digit in words.items():
        text = text.replace(word, digit)
    found = intake(text, "list-2019-03-25.csv")
    assert values(found, "domain", "ipv6", "mx_address", "mx_reach", "mail_status") == [
        ("a.example", "passed", "not_applicable", "not_tested", "no_mx"),
        ("b.example", "failed", "failed", "not_tested", "unknown"),
    ]
    no = "0" if words else "failed"
    without = "category passed without mail server address, counted as no mail servers"
    after = "test after a failed one, counted as not tested"
    assert booked(found) == [
        (5, no, without, "kept"),
        (5, no, after, "kept"),
        (6, no, after, "kept"),
    ]
    assert booked(intake(text, "list-2026-10-05.csv")) == booked(found)


def test_a_test_of_one_of_two_servers_is_a_result(intake):
    """Since API 2, a failed test after a failed one is of the servers that have an address."""
    row = mail_row("a.example", "failed").replace("not_tested", "failed")
    found = intake(mail_export(row), "list-2026-10-05.csv")
    assert values(found, "mx_address", "mx_reach") == [("failed", "failed")]
    assert booked(found) == []


def test_type_comes_from_the_columns_not_from_the_name(intake):
    """A web export whose file is called mail is a web export."""
    found = intake(web_export(web_row("a.example")), name="list-mail-2026-10-05.csv")
    assert values(found, "type") == [("web",)]


def test_export_without_subtests_is_known_by_its_reports(intake):
    """An export with only categories says by the addresses of its reports what it is of."""
    header = "List,Url,% Score,Report,,Modern address (IPv6)"
    rows = [header, "x,a.example,80,https://batch.example/mail/a.example/1/, ,passed"]
    found = intake("\n".join(rows))
    assert values(found, "type", "ipv6", "ns_address", "mx_address") == [("mail", "passed", "", "")]


def test_neither_web_nor_mail(intake):
    """An export that nothing says the type of is an error, not a guess."""
    rows = ["List,Url,% Score,Report,,Modern address (IPv6)", "x,a.example,80,, ,passed"]
    with pytest.raises(InputError, match="neither web nor mail"):
        intake("\n".join(rows))


def test_rows_without_a_name_or_without_results(intake):
    """Continuation and empty rows are dropped, a domain without results is kept; all are booked."""
    empty = "," * WEB_HEADER.count(",")
    bare = "gemeenten,b.example" + "," * (WEB_HEADER.count(",") - 1)
    found = intake(web_export(web_row("a.example"), web_row(""), empty, bare))
    assert values(found, "domain", "status", "ws_address", "ns_address") == [
        ("a.example", "ok", "passed", "passed"),
        ("b.example", "error", "unknown", "unknown"),
    ]
    assert booked(found) == [
        (5, "", "no domain name (continuation of the row above)", "dropped"),
        (6, "", "empty row", "dropped"),
        (7, "b.example", "no results", "kept"),
    ]


def test_header_only(intake):
    """An export without a row is an error: the list was empty, or the export broke off."""
    with pytest.raises(InputError, match="holds a header and no rows"):
        intake(web_export())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("gemeenten", "geméénten").encode("cp1252"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: b"sep=;\r\n" + text.replace(",", ";").encode(),
        lambda text: text.replace("\r\n", "\n").rstrip().encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: (text + "\r\n\r\n").encode(),
        lambda text: text.replace("gemeenten", '"gemeenten, 2026"').encode(),
        lambda text: text.replace("List,", "List,", 1).replace(", ,", ",\u00a0,").encode(),
    ],
)
def test_other_encodings_and_delimiters(intake, change):
    """How the text is stored does not change what it says."""
    found = intake(change(web_export(web_row("a.example"), web_row("b.example", "failed"))))
    assert values(found, "domain", "ws_address") == [
        ("a.example", "passed"),
        ("b.example", "failed"),
    ]


def test_rows_of_unequal_length(intake):
    """Rows that a spreadsheet program cut short or padded are read all the same."""
    found = intake(web_export(web_row("a.example") + ",,,", "gemeenten,b.example"))
    assert values(found, "domain", "status") == [("a.example", "ok"), ("b.example", "error")]
