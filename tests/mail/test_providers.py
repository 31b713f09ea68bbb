import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seen import host, name_servers, no_signals, seen

from v6monitor.dns.observation import UNKNOWN, Observation
from v6monitor.mail.providers import COLUMNS, Operator, Operators, providers

OPERATORS = Operators(
    [
        Operator("gate.example", "Gate", "gateway", "NL", "test", "2026-10-06"),
        Operator("boxes.example", "Boxes", "mailbox", "NL", "test", "2026-10-06"),
        Operator("shared.example", "Shared IT", "shared", "NL", "test", "2026-10-06"),
    ]
)
EXCHANGE = "town-example.mail.protection.outlook.com"
DKIM = seen(
    "selector1._domainkey.town.example",
    "CNAME",
    "selector1-town-example._domainkey.townhall.onmicrosoft.com",
)
AUTODISCOVER = seen("autodiscover.town.example", "CNAME", "autodiscover.outlook.com")
SPF = '"v=spf1 include:spf.protection.outlook.com -all"'
PROOF = '"MS=ms12345678"'


def row_of(*records: str, signs: list[Observation] | None = None) -> dict[str, str]:
    """Return the row of town.example with these MX records and signals."""
    log = {(row.qname, row.qtype): row for row in no_signals("town.example")}
    log |= {(row.qname, row.qtype): row for row in signs or []}
    found = providers([seen("town.example", "MX", *records), *log.values()], operators=OPERATORS)
    return dict(found.iloc[0])


def test_every_mx_host_is_exchange_online() -> None:
    """Direct, with zone, label, tenant and the evidence in words."""
    row = row_of(f"10 {EXCHANGE}", signs=[DKIM])
    assert row == {
        "domain": "town.example",
        "class": "exo_direct",
        "confidence": "high",
        "operator": "Microsoft",
        "kind": "mailbox",
        "zone": "classic",
        "label": "own",
        "label_domain": "",
        "tenant": "townhall",
        "primary": EXCHANGE,
        "evidence": (
            f"MX 10 {EXCHANGE}: Exchange Online, classic; DKIM selector1 → "
            "selector1-town-example._domainkey.townhall.onmicrosoft.com"
        ),
        "rule": "3",
    }


@pytest.mark.parametrize(
    ("record", "zone", "label", "label_domain"),
    [
        ("10 town-example.e-v1.mx.microsoft", "mx.microsoft", "own", ""),
        ("10 city-example.mail.protection.outlook.com", "classic", "other", "city.example"),
        ("10 townhall.mail.protection.outlook.com", "classic", "undecodable", ""),
        ("10 town-example.mail.eo.outlook.com", "obsolete", "own", ""),
        ("10 mail.protection.outlook.com", "broken", "", ""),
    ],
)
def test_zone_and_owner_of_the_label(record: str, zone: str, label: str, label_domain: str) -> None:
    """A label of another accepted domain is named: that domain's switch decides."""
    row = row_of(record)
    assert (row["class"], row["zone"]) == ("exo_direct", zone)
    assert (row["label"], row["label_domain"]) == (label, label_domain)


@pytest.mark.parametrize(
    ("records", "operator", "primary"),
    [
        ((f"10 {EXCHANGE}", "20 mx.gate.example"), "Microsoft", EXCHANGE),
        ((f"20 {EXCHANGE}", "10 mx.gate.example"), "Gate", "mx.gate.example"),
        ((f"9 {EXCHANGE}", "10 mx.gate.example"), "Microsoft", EXCHANGE),
        (
            (f"10 {EXCHANGE}", "10 mx.gate.example"),
            "Gate, Microsoft",
            f"mx.gate.example {EXCHANGE}",
        ),
    ],
)
def test_the_preference_tells_which_of_a_mixed_set_is_primary(
    records: tuple[str, ...], operator: str, primary: str
) -> None:
    """A backup Exchange MX does not win; preferences are numbers, not texts."""
    row = row_of(*records)
    assert (row["class"], row["rule"]) == ("exo_mixed", "4")
    assert (row["operator"], row["primary"]) == (operator, primary)


def test_a_known_mailbox_host_stays_its_operator_with_residue() -> None:
    """Signals of Exchange Online beside another mailbox host are left-overs, and noted."""
    row = row_of("10 mx.boxes.example", signs=[DKIM, AUTODISCOVER])
    assert (row["class"], row["operator"], row["rule"]) == ("other_mailbox", "Boxes", "5")
    assert "residue: autodiscover → autodiscover.outlook.com" in row["evidence"]


@pytest.mark.parametrize(
    ("signs", "texts", "expected"),
    [
        ([DKIM, AUTODISCOVER], [], ("exo_behind", "high", "6")),
        ([DKIM], [SPF], ("exo_behind", "high", "6")),
        ([AUTODISCOVER], [PROOF], ("exo_behind", "high", "6")),
        ([DKIM], [], ("exo_behind", "medium", "6")),
        ([AUTODISCOVER], [], ("exo_behind", "medium", "6")),
        ([], [SPF, PROOF], ("exo_possible", "low", "6")),
        ([], [SPF], ("own_or_unknown", "low", "7")),
        ([], [PROOF], ("own_or_unknown", "low", "7")),
        ([], [], ("own_or_unknown", "low", "7")),
    ],
)
@pytest.mark.parametrize("host_name", ["mx.gate.example", "mx.shared.example", "mx.town.example"])
def test_looking_through_a_gateway_shared_or_own_mx(
    signs: list[Observation], texts: list[str], expected: tuple[str, str, str], host_name: str
) -> None:
    """DKIM and autodiscover decide, SPF and the proof of ownership support, alone they do not."""
    text = [seen("town.example", "TXT", *texts)] if texts else []
    row = row_of(f"10 {host_name}", signs=[*signs, *text])
    assert (row["class"], row["confidence"], row["rule"]) == expected


HEX = f'"MS={"0123456789ABCDEF" * 2}01234567"'
OWN_SPF = '"v=spf1 include:_spf.town.example -all"'
NEW_DKIM = "selector2-town-example._domainkey.townhall.q-v1.dkim.mail.microsoft"
US_DKIM = "selector1-town-example._domainkey.townhall.onmicrosoft.us"
US_SPF = '"v=spf1 include:spf.protection.office365.us -all"'
CN_SPF = '"v=spf1 include:spf.protection.partner.outlook.cn -all"'
LOST_DKIM = "selector2-town-example._domainkey.townhall.onmicrosoft.com.town.example"


@pytest.mark.parametrize(
    ("rows", "expected", "evidence"),
    [
        (
            [
                seen("autodiscover.town.example", "CNAME", "auto.gate.example"),
                seen("auto.gate.example", "CNAME", "autodiscover.outlook.com"),
            ],
            ("exo_behind", "medium"),
            "autodiscover → auto.gate.example → autodiscover.outlook.com",
        ),
        (
            [
                seen("autodiscover.town.example", "CNAME", "auto.gate.example"),
                seen("auto.gate.example", "CNAME", outcome="timeout"),
            ],
            ("unknown", ""),
            "auto.gate.example: timeout",
        ),
        (
            [seen("autodiscover.town.example", "CNAME", "autodiscover.outlook.com.town.example")],
            ("exo_behind", "medium"),
            "autodiscover.outlook.com.town.example (final dot lost)",
        ),
        (
            [seen("selector2._domainkey.town.example", "CNAME", NEW_DKIM)],
            ("exo_behind", "medium"),
            f"DKIM selector2 → {NEW_DKIM}",
        ),
        (
            [seen("selector2._domainkey.town.example", "CNAME", LOST_DKIM)],
            ("exo_behind", "medium"),
            f"DKIM selector2 → {LOST_DKIM} (final dot lost)",
        ),
        (
            [seen("_autodiscover._tcp.town.example", "SRV", "0 0 443 autodiscover.outlook.com")],
            ("exo_behind", "medium"),
            "autodiscover SRV → autodiscover.outlook.com",
        ),
        (
            [seen("_autodiscover._tcp.town.example", "SRV", outcome="timeout")],
            ("unknown", ""),
            "SRV of _autodiscover._tcp.town.example: timeout",
        ),
        (
            [seen(EXCHANGE, "A", "198.51.100.25"), seen(EXCHANGE, "AAAA")],
            ("exo_behind", "medium"),
            f"predicted name {EXCHANGE} answers",
        ),
        ([seen(EXCHANGE, "A", outcome="nxdomain")], ("own_or_unknown", "low"), "MX 10"),
        ([seen(EXCHANGE, "A", outcome="timeout")], ("unknown", ""), f"{EXCHANGE}: timeout"),
        ([seen("town.example", "TXT", SPF, HEX)], ("exo_possible", "low"), "TXT MS=0123456789AB"),
        (
            [seen("town.example", "TXT", OWN_SPF, PROOF), seen("_spf.town.example", "TXT", SPF)],
            ("exo_possible", "low"),
            "SPF includes spf.protection.outlook.com through _spf.town.example",
        ),
        (
            [seen("selector1._domainkey.town.example", "CNAME", US_DKIM)],
            ("own_or_unknown", "low"),
            f"DKIM selector1 → {US_DKIM}",
        ),
        (
            [
                seen("selector1._domainkey.town.example", "CNAME", US_DKIM),
                seen("town.example", "TXT", US_SPF),
            ],
            ("exo_possible", "low"),
            "SPF includes spf.protection.office365.us",
        ),
        (
            [
                seen("autodiscover.town.example", "CNAME", "autodiscover.partner.outlook.cn"),
                seen("town.example", "TXT", CN_SPF),
            ],
            ("exo_possible", "low"),
            "SPF includes spf.protection.partner.outlook.cn",
        ),
        ([seen("town.example", "TXT", OWN_SPF, PROOF)], ("own_or_unknown", "low"), "MX 10"),
        (
            [
                seen("town.example", "TXT", OWN_SPF, PROOF),
                seen("_spf.town.example", "TXT", outcome="servfail"),
            ],
            ("unknown", ""),
            "TXT of _spf.town.example: servfail",
        ),
    ],
)
def test_each_further_form_of_a_signal(
    rows: list[Observation], expected: tuple[str, str], evidence: str
) -> None:
    """Several hops, a lost final dot, SRV, the predicted name, old proofs, an include of one's own.

    Those of sovereign clouds only support, as SPF does.

    What was not asked is no sign; what was asked and failed leaves it open.
    """
    row = row_of("10 mx.gate.example", signs=rows)
    assert (row["class"], row["confidence"]) == expected
    assert evidence in row["evidence"]


def test_the_tenant_of_a_dkim_record_that_lost_its_final_dot_is_read() -> None:
    """The own domain behind it is no part of what it leads to."""
    row = row_of(
        "10 mx.gate.example", signs=[seen("selector2._domainkey.town.example", "CNAME", LOST_DKIM)]
    )
    assert row["tenant"] == "townhall"


@pytest.mark.parametrize(
    ("chain", "kind", "operator", "path"),
    [
        ((EXCHANGE,), "exo_direct", "Microsoft", ": Exchange Online, classic; auto"),
        (("mx.boxes.example",), "other_mailbox", "Boxes", "mx.town.example → mx.boxes.example"),
        (("mx.gate.example", "lb.cloud.example"), "exo_behind", "Gate", "→ lb.cloud.example"),
        (("lb.cloud.example",), "exo_behind", "cloud.example", "→ lb.cloud.example"),
    ],
)
def test_an_mx_that_is_an_alias_is_classified_by_its_target(
    chain: tuple[str, ...], kind: str, operator: str, path: str
) -> None:
    """The last name that the table has an operator for, else the end of the chain."""
    address = seen("mx.town.example", "A", "198.51.100.25", chain=chain)
    row = row_of("10 mx.town.example", signs=[AUTODISCOVER, address])
    assert (row["class"], row["operator"]) == (kind, operator)
    assert path in row["evidence"]
    assert row["primary"] == "mx.town.example"


def test_a_broken_record_that_means_exchange_online_says_what_is_wrong() -> None:
    """The class is that of what was meant, the zone and the evidence say that it is broken."""
    row = row_of("0 town.example.mail.protection.outlook.com")
    assert (row["class"], row["zone"], row["label"]) == ("exo_direct", "broken", "")
    assert "Exchange Online, broken (dots in the label)" in row["evidence"]


def test_an_unlisted_mx_host_is_named_by_its_registrable_domain() -> None:
    """The analyst sees whom to add to the table."""
    assert row_of("10 mx1.mail.elsewhere.example")["operator"] == "elsewhere.example"


@pytest.mark.parametrize(
    ("record", "mail_class", "rule"),
    [
        (seen("town.example", "MX", outcome="timeout"), "unknown", "0"),
        (seen("town.example", "MX"), "no_mx", "1"),
        (seen("town.example", "MX", outcome="nxdomain"), "nonexistent", "1"),
        (seen("town.example", "MX", "0 ."), "null_mx", "1"),
        (seen("town.example", "MX", "10 ms1.msv1.invalid"), "invalid_mx", "1"),
    ],
)
def test_domains_without_mail_hosts(record: Observation, mail_class: str, rule: str) -> None:
    """Without an MX host there is no provider, and a failed lookup says only that."""
    row = providers([record]).iloc[0]
    assert (row["class"], row["rule"], row["operator"]) == (mail_class, rule, "")
    assert row["confidence"] == ("" if mail_class == "unknown" else "high")


def test_a_failed_signal_that_could_decide_makes_the_class_unknown() -> None:
    """Own mail server, or Exchange Online behind it: without the lookup nobody can tell."""
    failed = AUTODISCOVER._replace(outcome="servfail", answers=())
    row = row_of("10 mx.gate.example", signs=[failed])
    assert (row["class"], row["confidence"]) == ("unknown", "")
    assert "autodiscover.town.example: servfail" in row["evidence"]
    row = row_of("10 mx.gate.example", signs=[failed, DKIM])
    assert (row["class"], row["confidence"]) == ("exo_behind", "medium")


@pytest.mark.parametrize(
    ("text", "direct"),
    [
        ('"v=spf1 include:spf.prot" "ection.outlook.com ~all"', True),
        ('"V=SPF1 +Include:SPF.protection.outlook.com -all"', True),
        ('"v=spf1 include:spf.protection.outlook.com.evil.example -all"', False),
        ('"v=spf1 redirect=spf.protection.outlook.com"', False),
        ('"include:spf.protection.outlook.com"', False),
        (r'"v=spf1\032include:spf.protection.outlook.com"', True),
        (r'"v=spf1 \999 \\ \" include:x"', False),
        ('"', False),
        ("", False),
    ],
)
def test_only_a_direct_include_counts_as_spf(text: str, direct: bool) -> None:
    """SPF is read term by term; a part of a word, or another mechanism, is not an include."""
    row = row_of("10 mx.gate.example", signs=[seen("town.example", "TXT", text, PROOF)])
    assert (row["class"] == "exo_possible") is direct


def test_the_table_has_the_documented_columns_and_only_mail_domains() -> None:
    """One row for every domain with an MX question, all text."""
    log = [
        seen("town.example", "MX", f"10 {EXCHANGE}"),
        *host("www.town.example"),
        *name_servers("town.example", True),
    ]
    table = providers(log)
    assert list(table["domain"]) == ["town.example"]
    assert tuple(table.columns) == COLUMNS
    assert set(map(str, table.dtypes)) == {"str"}
    assert providers([]).empty


SIGNALS = [DKIM, AUTODISCOVER, seen("town.example", "TXT", SPF, PROOF), *no_signals("town.example")]
RECORDS = [
    f"10 {EXCHANGE}",
    f"20 {EXCHANGE}",
    "10 mx.gate.example",
    "10 mx.boxes.example",
    "5 mx.town.example",
    "0 .",
    "10 localhost",
]


@settings(max_examples=300, deadline=None)
@given(
    st.sets(st.sampled_from(RECORDS)),
    st.permutations(SIGNALS),
    st.sets(st.integers(0, 9)),
    st.sampled_from(sorted(UNKNOWN)),
)
def test_a_failure_never_turns_a_definite_class_into_another(
    records: set[str], signs: list[Observation], failing: set[int], outcome: str
) -> None:
    """Whatever answers are replaced by failures, a class stays or becomes unknown."""
    one_each = list({(row.qname, row.qtype): row for row in signs}.values())
    log = [seen("town.example", "MX", *records), *one_each]
    damaged = [
        row._replace(outcome=outcome, answers=()) if number in failing else row
        for number, row in enumerate(log)
    ]
    order = {"high": 3, "medium": 2, "low": 1, "": 0}
    before = providers(log, operators=OPERATORS).iloc[0]
    after = providers(damaged, operators=OPERATORS).iloc[0]
    assert after["class"] in {before["class"], "unknown"}
    assert order[after["confidence"]] <= order[before["confidence"]]


def test_the_order_of_the_rows_makes_no_difference() -> None:
    """The same evidence gives the same row."""
    log = [seen("town.example", "MX", *RECORDS[:3]), DKIM, AUTODISCOVER]
    rows = {tuple(providers(order).iloc[0]) for order in itertools.permutations(log)}
    assert len(rows) == 1
