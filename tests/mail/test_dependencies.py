"""From observations to the tables of what a mail domain depends on."""

import pandas as pd
from seen import V6, host, name_servers, no_signals, seen

from v6monitor.analysis.gap import domain_states
from v6monitor.mail import dependencies
from v6monitor.mail.providers import Operator, Operators, providers
from v6monitor.verdicts.judge import judge

GATE = Operators([Operator("gate.example", "Gate", "gateway", "NL", "test", "2026-10-01")])
EXCHANGE = "aa-example.mail.protection.outlook.com"


def world() -> list[object]:
    """Return five domains: Exchange Online, a gateway, both, an own host, and an MX that failed."""
    rows = [
        seen("aa.example", "MX", f"0 {EXCHANGE}"),
        seen("bb.example", "MX", "10 mx.gate.example"),
        seen("cc.example", "MX", "10 mx.gate.example", f"20 {EXCHANGE}"),
        seen("dd.example", "MX", "10 mx.dd.example"),
        seen("ee.example", "MX", outcome="timeout"),
        seen("ff.example", "MX", "0 ."),
        *host(EXCHANGE, V6),
        *host("mx.gate.example"),
        *host("mx.dd.example", outcome="servfail"),
        *name_servers("outlook.com", True, False),
        *name_servers("gate.example", True, True),
    ]
    for name in ("aa", "bb", "cc", "dd", "ee", "ff"):
        rows += [*no_signals(f"{name}.example"), *name_servers(f"{name}.example", True, True)]
    dkim = "selector1-aa-example._domainkey.tenant-a.onmicrosoft.com"
    kept = [row for row in rows if row.qname != "selector1._domainkey.aa.example"]
    return [*kept, seen("selector1._domainkey.aa.example", "CNAME", dkim)]


def mx_hosts() -> pd.DataFrame:
    """Return what the headline depends on."""
    return dependencies.mx_hosts(world(), providers(world(), operators=GATE), GATE)


def test_every_host_has_an_operator_a_tenant_and_a_state():
    """At Exchange Online the tenant or the domain is asked; a failed MX is a row without a host."""
    rows = mx_hosts().itertuples(index=False, name=None)
    assert [tuple(row) for row in rows] == [
        ("aa.example", EXCHANGE, "Microsoft", "mailbox", "tenant-a", "tenant tenant-a", "yes"),
        ("bb.example", "mx.gate.example", "Gate", "gateway", "", "Gate", "no"),
        ("cc.example", "mx.gate.example", "Gate", "gateway", "", "Gate", "no"),
        ("cc.example", EXCHANGE, "Microsoft", "mailbox", "", "cc.example", "yes"),
        ("dd.example", "mx.dd.example", "dd.example", "", "", "dd.example", "unknown"),
        ("ee.example", "", "", "", "", "", "unknown"),
    ]


def test_the_states_are_the_verdicts():
    """The MX hosts give mail_all of every domain to which mail applies."""
    judged = judge(world()).set_index("domain")["mail_all"]
    states = domain_states(mx_hosts()).set_index("domain")["state"]
    assert states.to_dict() == judged[judged != "not_applicable"].to_dict()


def test_name_servers_on_the_way():
    """The zone of the domain and of every MX host; one that is both stands there once, as own."""
    table = dependencies.name_servers(world(), mx_hosts(), GATE)
    assert table["operator"].value_counts().to_dict() == {
        "own_zone": 5,
        "Microsoft": 2,
        "Gate": 2,
    }
    zones = table.set_index(["domain", "host"])["state"]
    assert zones["aa.example", "outlook.com"] == "no"
    assert zones["cc.example", "gate.example"] == "yes"
    assert zones["dd.example", "dd.example"] == "yes"


def test_both_tables_together_are_the_verdict_end_to_end():
    """mail_end_to_end is yes when MX hosts and name servers have all it needs."""
    hosts = mx_hosts()
    both = pd.concat([hosts, dependencies.name_servers(world(), hosts, GATE)])
    judged = judge(world()).set_index("domain")["mail_end_to_end"]
    states = domain_states(both).set_index("domain")["state"]
    assert states.to_dict() == judged[judged != "not_applicable"].to_dict()
