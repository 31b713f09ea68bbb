"""Tables of internetnl-scan and of the batch scripts, with the API's names as labels."""

from measured_files import booked, values

from v6monitor.intake import states as intake_states

SCAN = (
    "index,categories_web_ipv6_verdict,tests_web_ipv6_ns_address_status,"
    "tests_web_ipv6_ns_address_verdict,tests_web_ipv6_ws_address_status,tests_web_dnssec_exist_status"
)
SCRIPTS = (
    "submit_date,domain,q,quarter,ym,yearmonth,md_type,md_name,status,score,mail_ipv6,"
    "mail_dnssec,mail_ipv6_mx_address,url"
)


def test_flattened_paths(intake):
    """A test has its status, a category its verdict; the day is that of the file."""
    text = f"{SCAN}\nwww.a.example,failed,passed,good,failed,passed\nb.example,,,,,\n"
    found = intake(text, "results-2026-10-05.csv")
    assert values(found, "domain", "type", "ipv6", "ns_address", "ws_address", "status") == [
        ("www.a.example", "web", "failed", "passed", "failed", "ok"),
        ("b.example", "web", "unknown", "unknown", "unknown", "error"),
    ]
    assert found.files["format"].tolist() == ["internetnl-scan"]
    assert booked(found) == [(3, "b.example", "no results", "kept")]


def test_flattened_mail(intake):
    """The verdict of the address test, or the testable status, tells of mail servers."""
    text = (
        "domain,tests_mail_ipv6_mx_address_status,tests_mail_ipv6_mx_address_verdict,"
        "custom_mail_servers_testable_status\n"
        "a.example,not_tested,null-mx,no_mx\nb.example,failed,bad,unreachable\n"
    )
    found = intake(text)
    assert values(found, "type", "mx_address", "mail_status") == [
        ("mail", "not_tested", "null_mx"),
        ("mail", "failed", "has_mx"),
    ]


def test_batch_scripts(intake):
    """1 is passed, 0 anything else (with the category passed: no mail server); words come along."""
    row = "2024-04-02T08:12:00.1+00:00,a.example,1,2024Q1,202404,Apr,Gemeente,A,ok,77,1,1,0,u"
    found = intake(f"{SCRIPTS}\n{row}\n", "x.csv")
    assert values(found, "domain", "type", "ipv6", "mx_address", "score", "report_url") == [
        ("a.example", "mail", "passed", "not_applicable", 77.0, "u")
    ]
    assert values(found, "list", "organisation", "sector", "date_source", "source_format") == [
        ("Gemeente", "A", "gemeente", "column", "batch-scripts")
    ]
    assert str(found.table["measured_at"].iloc[0].date()) == "2024-04-02"


def test_zeros_of_a_test_that_failed(intake):
    """The scripts write 0 for a domain without results: that is unknown, never no."""
    row = "2024-04-02,a.example,0,,202404,Apr'24,<unknown>,<unknown>,error,0,0,0,0,"
    found = intake(f"{SCRIPTS}\n{row}\n", "x.csv")
    assert values(found, "status", "ipv6", "mx_address", "list", "organisation") == [
        ("error", "unknown", "unknown", "", "")
    ]
    assert found.table["score"].isna().all()
    states = intake_states.states(found.table)
    assert set(states["state"]) == {"unknown"}


def test_known_form_goes_above_a_mapping(intake):
    """A mapping is for tables that are not known by themselves."""
    row = "2024-04-02,a.example,0,,202404,Apr'24,x,y,ok,0,1,0,1,"
    mapping = {"domain": "domain", "mail_dnssec": "mx_address"}
    found = intake(f"{SCRIPTS}\n{row}\n", "x.csv", columns=mapping)
    assert values(found, "mx_address", "source_format") == [("passed", "batch-scripts")]
