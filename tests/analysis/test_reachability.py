"""Whether servers with an IPv6 address answer over it (METHOD.md §4)."""

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.analysis import reachability

SIX, OTHER, FOUR = "2001:db8::1", "2001:db8::2", "192.0.2.1"


def answers(*rows: tuple[str, str, str]) -> dict[str, str]:
    """Return the state by domain, of (domain, address, reachable) of one mail server each."""
    table = pd.DataFrame(rows, columns=["domain", "address", "reachable"])
    table = table.assign(source="measurement", measure="mail", host="mx.example", port="")
    found = reachability.answers(table.assign(detail="")[reachability.SERVERS])
    return dict(zip(found["domain"], found["state"], strict=True))


@pytest.mark.parametrize(
    ("six", "other", "four", "state"),
    [
        ("yes", "yes", "no", "yes"),
        ("yes", "no", "yes", "no"),
        ("no", "no", "no", "unknown"),
        ("yes", "no", "no", "unknown"),
        ("yes", "", "yes", "unknown"),
        ("no", "", "yes", "no"),
        ("no", "yes", "", "unknown"),
    ],
)
def test_a_no_needs_an_answer_over_ipv4(six: str, other: str, four: str, state: str) -> None:
    """Every address has to answer; one that fails counts only where IPv4 works at that server."""
    rows = [("a.example", SIX, six), ("a.example", OTHER, other), ("a.example", FOUR, four)]
    assert answers(*rows) == {"a.example": state}


@pytest.mark.parametrize(
    ("six", "four", "state"),
    [
        (("yes", "yes"), ("yes", "yes"), "yes"),
        (("no", "yes"), ("yes", "yes"), "no"),
        (("no", "yes"), ("no", "yes"), "yes"),
        (("no", "no"), ("no", "no"), "unknown"),
        (("", "yes"), ("yes", "yes"), "unknown"),
    ],
)
def test_the_ports_of_a_website_count_together(
    six: tuple[str, str], four: tuple[str, str], state: str
) -> None:
    """Of 80 and 443: one that fails over IPv6 alone is a no, one that nobody offers is none."""
    rows = [(SIX, *pair) for pair in zip(("80", "443"), six, strict=True)]
    rows += [(FOUR, *pair) for pair in zip(("80", "443"), four, strict=True)]
    table = pd.DataFrame(rows, columns=["address", "port", "reachable"]).assign(
        source="probes", domain="a.example", measure="web", host="a.example", detail=""
    )
    found = reachability.answers(table[reachability.SERVERS])
    assert found["state"].to_list() == [state]


def test_a_domain_without_ipv6_is_no_row() -> None:
    """It has no promise to keep; another server's IPv4 says nothing of this one."""
    rows = [("a.example", FOUR, "no"), ("b.example", SIX, "no"), ("c.example", FOUR, "yes")]
    assert answers(*rows) == {"b.example": "unknown"}


def test_the_chart_names_what_does_not_answer() -> None:
    """By hand: 6 of 7 websites answer; of mail the one domain is undetermined."""
    rows = [("a", "web", "yes"), ("b", "web", "yes"), ("c", "web", "no"), ("a", "mail", "unknown")]
    rows += [(f"d{n}", "web", "yes") for n in range(4)]
    table = pd.DataFrame(rows, columns=["domain", "measure", "state"])
    chart = v6.chart.answers(table.assign(source="measurement", period="2026-10"))
    assert chart.table[["measure", "yes", "no", "unknown", "applicable"]].to_numpy().tolist() == [
        ["web", 6, 1, 0, 7],
        ["mail", 0, 0, 1, 1],
    ]
    assert chart.caption() == "IPv6 does not answer where IPv4 does: websites 1 of 7."
    assert chart.caption("nl") == "IPv6 antwoordt niet waar IPv4 dat wel doet: websites 1 van de 7."
    assert chart.figure()


def test_the_caption_names_its_source_where_there_are_two() -> None:
    """A source that found nothing does not speak for the other, in the caption and at the bars."""
    rows = [("measurement", "a", "web", "yes"), ("probes", "a", "web", "yes")]
    rows += [("probes", "b", "web", "no")]
    table = pd.DataFrame(rows, columns=["source", "domain", "measure", "state"])
    table = table.assign(period="2026-10")
    table.attrs["source"] = ["measurement 2026-10-05", "connections 2026-10-07T22:30:00+00:00"]
    chart = v6.chart.answers(table)
    found = "IPv6 does not answer where IPv4 does (own connections): websites 1 of 2."
    none = "No server was found that answers over IPv4 and not over IPv6 (measurement)."
    assert (chart.caption(), chart.note().startswith(none)) == (found, True)
    assert chart.caption("nl") == (
        "IPv6 antwoordt niet waar IPv4 dat wel doet (eigen verbindingen): websites 1 van de 2."
    )
    assert chart.source() == "measurement of 5 October 2026; own connections of 8 October 2026"
    assert chart.source("nl") == "meting van 5 oktober 2026; eigen verbindingen van 8 oktober 2026"
