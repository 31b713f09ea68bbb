"""Technical results: addresses beside the measurement, and the reachability it lacks."""

import json

import pytest
from measured_files import booked, values

import v6monitor as v6
from v6monitor.errors import InputError
from v6monitor.intake import intake as measurements

RESULTS = """domain,status,submit_date,web_ipv6_ns_address,web_ipv6_ns_reach,web_ipv6_ws_address,\
web_ipv6_ws_reach
a.example,ok,2026-10-05,passed,?,passed,?
b.example,ok,2026-10-05,passed,passed,passed,?
c.example,ok,2026-10-05,failed,?,failed,?
"""


def _family(*addresses):
    return {"addresses": [{"address": one, "reachable": up} for one, up in addresses]}


def _server(six, four=(("192.0.2.1", True),)):
    return {"ipv4": _family(*four), "ipv6": _family(*six)}


def _technical(domains, kind="web"):
    request = {"request_type": kind, "finished_date": "2026-10-05T01:00:00Z"}
    return json.dumps({"api_version": "2.7.0", "request": request, "domains": domains})


WEB = {
    "a.example": {
        "status": "ok",
        "nameservers": {
            "ns1.example.": _server([("2001:db8::1", True)]),
            "ns2.example.": _server([("2001:db8::2", False)]),
        },
        "webservers": _server([("2001:db8::3", True)]) | {"ip_similarity": True},
    },
    "b.example": {
        "status": "ok",
        "nameservers": {"ns1.example.": _server([("2001:db8::1", False)])},
        "webservers": _server([("2001:db8::4", None)]),
    },
    "c.example": {"status": "ok", "nameservers": {}, "webservers": _server([])},
    "d.example": {"status": "error"},
}


def test_reachability_that_the_measurement_lacks(tmp_path):
    """What it says itself stays; without IPv6 nothing was tested; what is open stays unknown."""
    (tmp_path / "results.csv").write_text(RESULTS)
    (tmp_path / "technical.json").write_text(_technical(WEB))
    found = measurements.read(tmp_path)
    assert values(found, "domain", "ns_reach", "ws_reach") == [
        ("a.example", "failed", "passed"),
        ("b.example", "passed", "unknown"),
        ("c.example", "unknown", "not_tested"),
    ]
    assert {reason for _, _, reason, _ in booked(found)} == {
        "reachability taken from the technical results"
    }
    columns = ["domain", "type", "server", "host", "address", "reachable"]
    rows = found.addresses[columns].to_numpy().tolist()
    assert ["a.example", "web", "ns", "ns2.example", "2001:db8::2", "no"] in rows
    assert ["b.example", "web", "ws", "", "2001:db8::4", ""] in rows
    assert len(rows) == 11
    measurements.write(found.table, tmp_path / "own.csv")
    found.addresses.to_csv(tmp_path / "own.addresses.csv", index=False)
    found.faults.to_csv(tmp_path / "own.faults.csv", index=False)
    for source in (tmp_path / "results.csv", tmp_path, tmp_path / "own.csv"):
        kept = v6.load(source).addresses
        assert len(kept) == (0 if source.name == "results.csv" else 11)
        assert not len(kept) or kept[columns].to_numpy().tolist() == rows


def test_mail_servers_and_lists_of_addresses(tmp_path):
    """Those of a mail server are one level deeper; some schemas list the addresses themselves."""
    mail = {
        "mx.example.": {"addresses": _server([("2001:db8::5", True)]), "server_testable": True},
        "mx2.example.": {"ipv4": [{"address": "192.0.2.2", "reachable": True}], "ipv6": ["=1+1"]},
    }
    text = _technical({"a.example": {"status": "ok", "receiving_mailservers": mail}}, "mail")
    (tmp_path / "technical.json").write_text(text)
    (tmp_path / "r-2026-10-05.csv").write_text("domain,mail_ipv6_mx_reach\na.example,?\n")
    found = measurements.read_files(tmp_path)
    assert values(found, "mx_reach") == [("passed",)]
    assert found.addresses["host"].tolist() == ["mx.example", "mx.example", "mx2.example"]
    assert (1, "=1+1", "not an IP address", "dropped") in booked(found)


def test_addresses_that_are_no_list(tmp_path):
    """A number or a text in their place is booked, whatever it is."""
    hosts = {"mx.example.": {"addresses": {"ipv4": 5, "ipv6": "text", "ipv5": [1]}}}
    sites = {"ipv4": {"addresses": 7}, "ipv6": None}
    domains = {"a.example": {"receiving_mailservers": hosts}, "b.example": {"webservers": sites}}
    (tmp_path / "technical.json").write_text(_technical(domains, "mail"))
    (tmp_path / "r-2026-10-05.csv").write_text("domain,mail_ipv6_mx_reach\na.example,?\n")
    found = measurements.read_files(tmp_path)
    assert found.addresses.empty
    wrong = [value for _, value, reason, _ in booked(found) if reason == "not an IP address"]
    assert sorted(wrong) == ["5", "7", "text"]


def test_a_folder_without_a_measurement_says_why_of_each_file(tmp_path):
    """Nobody has to guess which file was meant, and what was wrong with it."""
    (tmp_path / "names.txt").write_text("nothing\n")
    (tmp_path / "waivers.csv").write_text("domain\n")
    with pytest.raises(InputError) as caught:
        measurements.read_files(tmp_path)
    first, second, last = str(caught.value).splitlines()
    assert "names.txt: is a table in a format" in first
    assert "waivers.csv: is about the domains" in second
    assert last.startswith("no measurement was found")


def test_technical_results_alone_are_no_measurement(intake):
    """They say nothing of names, and so give no verdicts."""
    with pytest.raises(InputError, match="no measurement was found"):
        intake(_technical(WEB), "x.json")
