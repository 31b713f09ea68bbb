"""Results of Internet.nl's batch API, versions 1 and 2."""

import json

import pytest
from measured_files import api_2, booked, domain_with, values

from v6monitor.errors import InputError

MAIL = {
    "ns_address": "passed",
    "ns_reach": "passed",
    "mx_address": "failed",
    "mx_reach": "not_tested",
}


def _api_1(kind, *domains, **data):
    rows = [
        {
            "domain": domain,
            "status": "ok",
            "score": 70,
            "link": f"https://batch.example/{kind}/{domain}/1/",
            "categories": [{"category": "ipv6", "passed": passed}],
            "views": [{"name": name, "result": result} for name, result in views.items()],
        }
        for domain, passed, views in domains
    ]
    told = {"name": f"{kind}test_rijk", "finished-date": "2019-03-25T15:28:21.8+00:00", **data}
    return json.dumps({"success": True, "message": "OK", "data": {**told, "domains": rows}})


def test_version_1_results_are_booleans(intake):
    """True is passed; false without an address, where the category passes, is no mail servers."""
    views = {"mail_ipv6_ns_address": True, "mail_ipv6_mx_address": False}
    found = intake(_api_1("mail", ("a.example", True, views)), "x.json")
    assert values(
        found, "type", "ipv6", "ns_address", "mx_address", "mail_status", "ws_address"
    ) == [("mail", "passed", "passed", "not_applicable", "no_mx", "")]
    assert booked(found)[0][1:] == (
        "False",
        "category passed without mail server address, counted as no mail servers",
        "kept",
    )
    assert values(found, "list", "sector", "source_format", "status", "score") == [
        ("mailtest_rijk", "rijk", "api-1.0", "ok", 70.0)
    ]
    assert str(found.table["measured_at"].iloc[0].date()) == "2019-03-25"


def test_version_1_1_tells_of_mail_servers(intake):
    """API 1.1 has a view for it; the mail address of a domain without MX is false there."""
    views = {"mail_ipv6_mx_address": False, "mail_server_configured": False}
    other = {"mail_ipv6_mx_address": False, "mail_server_configured": True}
    text = _api_1("mail", ("a.example", True, views), ("b.example", False, other))
    found = intake(
        text.replace('"name": "mailtest', '"api-version": "1.1", "name": "mailtest'), "x.json"
    )
    assert values(found, "mail_status", "source_format") == [
        ("no_mx", "api-1.1"),
        ("has_mx", "api-1.1"),
    ]


def test_version_1_after_a_failed_test(intake):
    """What comes after a failed address test was not tested; a failed category stays a no."""
    views = {"web_ipv6_ws_address": False, "web_ipv6_ws_reach": False, "web_ipv6_ws_similar": False}
    found = intake(_api_1("web", ("a.example", False, views)), "x.json")
    assert values(found, "ws_address", "ws_reach", "ws_similar") == [
        ("failed", "not_tested", "not_tested")
    ]
    mail = _api_1("mail", ("a.example", False, {"mail_ipv6_mx_address": False}))
    assert values(intake(mail, "y.json"), "mx_address", "mail_status") == [("failed", "unknown")]


def test_version_1_web(intake):
    """A web result has the tests of a website and no mail status."""
    views = {"web_ipv6_ws_address": True, "web_ipv6_ws_similar": False}
    found = intake(_api_1("web", ("www.a.example", False, views)), "x.json")
    assert values(found, "type", "ws_address", "ws_similar", "ws_reach", "mail_status") == [
        ("web", "passed", "failed", "unknown", "")
    ]


def test_version_2(intake):
    """Its status words are those of the table, and the domain's name may be Unicode."""
    custom = {"mail_servers_testable_status": "ok"}
    found = intake(
        api_2({"coöperatie.example": domain_with("mail", "failed", custom, **MAIL)}), "x.json"
    )
    assert values(
        found, "domain", "domain_display", "type", "mx_address", "mx_reach", "mail_status"
    ) == [
        (
            "xn--coperatie-17a.example",
            "coöperatie.example",
            "mail",
            "failed",
            "not_tested",
            "has_mx",
        )
    ]
    assert values(found, "ipv6", "list", "source_format", "source_row") == [
        ("failed", "October", "api-2.7.0", 1)
    ]
    assert str(found.table["measured_at"].iloc[0].date()) == "2026-10-05"
    assert found.faults.empty


@pytest.mark.parametrize(
    ("status", "verdict", "testable", "expected"),
    [
        ("not_tested", "other", "no_mx", "no_mx"),
        ("not_tested", "null-mx", "no_mx", "null_mx"),
        ("info", "no-null-mx", "no_mx", "no_mx"),
        ("warning", "null-mx-without-a-aaaa", "no_mx", "null_mx"),
        ("warning", "null-mx-with-other-mx", None, "has_mx"),
        ("failed", "bad", "unreachable", "has_mx"),
        ("failed", "bad", "no_mx", "no_mx"),
        ("failed", "bad", None, "unknown"),
    ],
)
def test_version_2_tells_of_mail_servers(intake, status, verdict, testable, expected):
    """The verdict of the address test says null MX or none; else the testable status counts."""
    domain = domain_with("mail", "passed", {"mail_servers_testable_status": testable}, **MAIL)
    domain["results"]["tests"]["mail_ipv6_mx_address"] = {"status": status, "verdict": verdict}
    assert values(intake(api_2({"a.example": domain}), "x.json"), "mail_status") == [(expected,)]


def test_version_2_domain_that_failed(intake):
    """A domain with a status alone is an error of which everything is unknown."""
    found = intake(api_2({"a.example": {"status": "error"}}, kind="web"), "x.json")
    assert values(found, "type", "status", "ws_address", "ns_address", "mx_address") == [
        ("web", "error", "unknown", "unknown", "")
    ]
    assert booked(found) == [(1, "a.example", "no results", "kept")]


def test_version_2_without_envelope(intake):
    """The domains alone have no date: the file's name, or the caller, must give it."""
    envelope = json.loads(api_2({"a.example": domain_with("mail", "failed", {}, **MAIL)}))
    text = json.dumps(envelope["domains"])
    assert values(intake(text, "2026-10-05.json"), "type", "mx_address") == [("mail", "failed")]
    assert len(intake(text, "x.json", measured_at="2026-10-05").table) == 1
    with pytest.raises(InputError, match=r"nothing says when it was measured.*--measured-at"):
        intake(text, "x.json")


@pytest.mark.parametrize(
    "text",
    [
        '{"success": true, "message": "Report is being generated", "data": {"name": "x"}}',
        '{"success": true, "message": "Report is being generated", "data": {}}',
        api_2({}, status="running"),
        '{"api_version": "2.0", "request": {"request_id": "1", "status": "running"}}',
    ],
)
def test_unfinished(intake, text):
    """A result fetched too early says so."""
    with pytest.raises(InputError, match=r"unfinished result .*; fetch it later"):
        intake(text, "x.json")


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"a": 1}', '[{"domain": "a.example"}]', '{"success": 1, "data": [1]}']
)
def test_other_json(intake, text):
    """JSON of something else is refused in one sentence."""
    with pytest.raises(InputError, match=r"no result of Internet.nl|unfinished"):
        intake(text, "2026-10-05.json")


def test_odd_values_do_not_stop_it(intake):
    """Values of a wrong kind become unknown or empty, never a crash."""
    domains = {
        "a.example": domain_with("mail", "failed", {}, **MAIL),
        "b.example": {"status": "ok", "results": {"tests": [], "categories": None, "custom": 3}},
        "c.example": None,
        "\ud800.example": {"status": "error"},
    }
    found = intake(api_2(domains), "x.json")
    assert values(found, "domain", "mx_address") == [
        ("a.example", "failed"),
        ("b.example", "unknown"),
        ("c.example", "unknown"),
    ]
    assert booked(found)[-1][:2] == (4, "?.example")


def test_findings_of_a_client(intake):
    """netnl-findings/v1 has a moment of measurement per domain."""
    test = {"test": "mail_ipv6_mx_address", "status": "passed", "verdict": "good"}
    domain = {"domain": "a.example", "type": "mail", "status": "ok", "results": [test]}
    domain["measured_at"] = "2026-10-05T10:00:00+00:00"
    text = json.dumps({"schema": "netnl-findings/v1", "domains": [domain]})
    found = intake(text, "x.json")
    assert values(found, "domain", "type", "mx_address") == [("a.example", "mail", "passed")]
    assert str(found.table["measured_at"].iloc[0].date()) == "2026-10-05"


def _rated(kind, **results):
    names = {f"internet_nl_{kind}_{name}": result for name, result in results.items()}
    ratings = {name: {"ok": 0, "test_result": result} for name, result in names.items()}
    score = {"internet_nl_score": 79, "internet_nl_url": "https://batch.example/x/1/"}
    return [{"protocol": "dns", "ratings": ratings | {"internet_nl_score": score}}]


def test_report_of_the_dashboard(intake):
    """The day is ``at_when``; a domain without endpoints was not scanned."""
    mail = {"ipv6": "failed", "ipv6_mx_address": "not_tested", "legacy_ipv6_mailserver": "no_mx"}
    urls = [
        {"url": "a.example", "endpoints": _rated("mail", **mail), "ratings": []},
        {"url": "b.example", "endpoints": [], "ratings": []},
    ]
    report = {"id": 7, "at_when": "2026-10-05 00:19:28.7+00:00", "calculation": {"urls": urls}}
    found = intake(json.dumps(report), "x.json")
    assert values(found, "domain", "type", "ipv6", "mx_address", "mail_status", "status") == [
        ("a.example", "mail", "failed", "not_tested", "no_mx", "ok"),
        ("b.example", "mail", "unknown", "unknown", "unknown", "error"),
    ]
    assert values(found, "score", "report_url", "source_format")[0] == (
        79.0,
        "https://batch.example/x/1/",
        "dashboard-report",
    )
    assert str(found.table["measured_at"].iloc[0].date()) == "2026-10-05"
    assert booked(found) == [(2, "b.example", "no results", "kept")]
