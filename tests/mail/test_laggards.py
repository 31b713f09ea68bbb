import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seen import MICROSOFT_V6, NOON, V6, host, no_signals, seen

from v6monitor.dns import log
from v6monitor.dns.observation import UNKNOWN, Observation
from v6monitor.language import Language
from v6monitor.mail import advice
from v6monitor.mail.laggards import (
    COLUMNS,
    EXCHANGE_GROUPS,
    GROUPS,
    laggards,
)
from v6monitor.mail.providers import providers

CLASSIC = "town-example.mail.protection.outlook.com"
NEW = "town-example.e-v1.mx.microsoft"
OBSOLETE = "town-example.mail.eo.outlook.com"
DOTS = "town.example.mail.protection.outlook.com"
LOST = f"{CLASSIC}.town.example"
OTHER = "city-example.mail.protection.outlook.com"
BEHIND = [
    *no_signals("town.example"),
    seen("autodiscover.town.example", "CNAME", "autodiscover.outlook.com", at=NOON),
    seen(
        "selector1._domainkey.town.example",
        "CNAME",
        "selector1-town-example._domainkey.townhall.onmicrosoft.com",
    ),
]


def listed(*rows: Observation | list[Observation], **tables: pd.DataFrame) -> pd.DataFrame:
    """Return the laggard list of a log in which each question counts once, the last given."""
    log = [row for group in rows for row in (group if isinstance(group, list) else [group])]
    once = {(row.qname, row.qtype): row for row in log}
    return laggards(list(once.values()), **tables)


def mx(*records: str, at: dt.datetime = NOON) -> Observation:
    """Return the MX records of town.example."""
    return seen("town.example", "MX", *records, at=at)


def nowhere(name: str) -> list[Observation]:
    """Return that a host does not exist."""
    return [seen(name, qtype, outcome="nxdomain") for qtype in ("A", "AAAA")]


def alias(name: str, *targets: str) -> list[Observation]:
    """Return A and AAAA of an alias whose end has IPv4 alone."""
    return [seen(name, "A", "198.51.100.25", chain=targets), seen(name, "AAAA", chain=targets)]


@pytest.mark.parametrize(
    ("log", "group", "hosts", "sole_cause"),
    [
        ([mx(f"10 {CLASSIC}"), *host(CLASSIC)], "exchange_online", CLASSIC, "yes"),
        ([mx(f"10 {NEW}"), *host(NEW)], "exchange_online", NEW, "yes"),
        (
            [mx(f"10 {NEW}", "20 mx.town.example"), *host(NEW), *host("mx.town.example")],
            "exchange_online",
            NEW,
            "no",
        ),
        (
            [mx(f"10 {NEW}", "20 mx.town.example"), *host(NEW), *host("mx.town.example", V6)],
            "exchange_online",
            NEW,
            "yes",
        ),
        (
            [mx(f"10 {NEW}", "20 b.example"), *host(NEW), *host("b.example", outcome="timeout")],
            "exchange_online",
            NEW,
            "unknown",
        ),
        ([mx(f"10 {OBSOLETE}"), *host(OBSOLETE)], "obsolete_name", OBSOLETE, "yes"),
        (
            [mx(f"10 {OBSOLETE}", f"10 {NEW}"), *host(OBSOLETE), *host(NEW)],
            "exchange_online",
            f"{NEW} {OBSOLETE}",
            "yes",
        ),
        ([mx(f"10 {NEW}"), *host(NEW, outcome="servfail")], "unknown", NEW, ""),
        ([mx(f"10 {NEW}"), seen(NEW, "AAAA")], "unknown", NEW, ""),
        ([mx(f"10 {NEW}"), seen(NEW, "AAAA"), seen(NEW, "A")], "no_address", NEW, ""),
        ([mx(f"10 {NEW}"), *host(NEW, MICROSOFT_V6, V6)], "foreign_address", NEW, ""),
        (
            [mx(f"10 {NEW}", "20 ms1.msv1.invalid"), *host(NEW, MICROSOFT_V6)],
            "ownership_proof",
            "ms1.msv1.invalid",
            "",
        ),
        ([mx("20 ms1.msv1.invalid")], "ownership_proof", "ms1.msv1.invalid", ""),
        (
            [mx(f"10 {NEW}", "0 ms1.msv1.invalid.town.example"), *host(NEW)],
            "exchange_online",
            NEW,
            "no",
        ),
        ([mx(f"10 {DOTS}"), *nowhere(DOTS)], "broken_record", DOTS, "yes"),
        ([mx(f"10 {DOTS}"), *host(DOTS, outcome="timeout")], "broken_record", DOTS, "yes"),
        ([mx(f"10 {LOST}"), *nowhere(LOST)], "broken_record", LOST, "yes"),
        (
            [mx(f"10 {NEW}", f"20 {DOTS}"), *host(NEW), *nowhere(DOTS)],
            "exchange_online",
            NEW,
            "no",
        ),
        ([mx("10 mx.town.example"), *alias("mx.town.example", CLASSIC)], "exchange_online",
         "mx.town.example", "yes"),
        ([*BEHIND, mx("10 mx.gate.example"), *host("mx.gate.example")], "gateway",
         "mx.gate.example", "yes"),
        (
            [*BEHIND, mx("10 a.gate.example", "10 b.else.example"), *host("a.gate.example"),
             *host("b.else.example")],
            "gateway",
            "a.gate.example b.else.example",
            "no",
        ),
        (
            [*BEHIND, mx("10 a.gate.example"), *host("a.gate.example", outcome="refused")],
            "unknown",
            "a.gate.example",
            "",
        ),
        ([seen("town.example", "MX", outcome="timeout")], "unknown", "", ""),
    ],
)  # fmt: skip
def test_each_group_of_the_list(
    log: list[Observation], group: str, hosts: str, sole_cause: str
) -> None:
    """The definitions of METHOD.md, with what else can be wrong in groups of its own."""
    row = listed(log).iloc[0]
    assert (row["group"], row["failing_hosts"]) == (group, hosts)
    assert row["sole_cause"] == sole_cause


@pytest.mark.parametrize(
    "log",
    [
        [mx(f"10 {NEW}"), *host(NEW, MICROSOFT_V6)],
        [mx(f"20 {NEW}", "10 mx.town.example"), *host(NEW), *host("mx.town.example", V6)],
        [*BEHIND, mx("10 mx.gate.example"), *host("mx.gate.example", V6)],
        [*no_signals("town.example"), mx("10 mx.town.example"), *host("mx.town.example")],
        [seen("town.example", "MX")],
        [mx("0 .")],
    ],
)
def test_domains_that_are_not_on_the_list(log: list[Observation]) -> None:
    """With IPv6, with Exchange Online only as a backup, or without Exchange Online: not listed."""
    assert listed(log).empty


def test_the_row_tells_what_was_measured() -> None:
    """MX hosts with A and AAAA, the zone, the label's domain, the tenant and the moment."""
    later = NOON + dt.timedelta(minutes=5)
    log = [*BEHIND, mx(f"10 {OTHER}"), seen(OTHER, "A", "198.51.100.25")]
    table = listed(log, seen(OTHER, "AAAA", at=later))
    row = table.iloc[0]
    assert tuple(table.columns) == COLUMNS
    assert row["mx_hosts"] == f"10 {OTHER}: A ok 198.51.100.25, AAAA nodata"
    assert (row["zone"], row["label"]) == ("classic", "other")
    assert row["label_domain"] == "city.example"
    assert (row["tenant"], row["operator"]) == ("townhall", "Microsoft")
    assert row["asked_at"] == pd.Timestamp(later)
    assert (row["explanation"], row["next_step"]) == ("other_label", "publish_mx")


def test_who_runs_the_failing_hosts_is_named_and_not_who_runs_the_first_mx() -> None:
    """Hosts below the domain's own name are its own; an alias is of who runs its target."""
    hosts = ["a.gate.example", "mx.town.example", "mail.town.example"]
    log = [
        mx("5 fine.example", *(f"10 {name}" for name in hosts)), *host("fine.example", V6),
        *host("a.gate.example"), *alias("mail.town.example", "x.else.example"),
    ]  # fmt: skip
    row = listed(BEHIND, log, host("mx.town.example")).iloc[0]
    assert row["operator"] == "gate.example, else.example, own_host"
    assert row["failing_hosts"] == "a.gate.example mail.town.example mx.town.example"
    assert (row["explanation"], row["next_step"]) == ("gateway", "ask_gateway")
    row = listed(BEHIND, mx("10 mx.town.example"), host("mx.town.example")).iloc[0]
    assert (row["operator"], row["next_step"]) == ("own_host", "own_host")


def test_a_proof_beside_the_host_is_a_step_of_its_own() -> None:
    """The list names it, also where many domains are worded together."""
    row = listed(mx(f"10 {NEW}", "0 ms1.msv1.invalid"), host(NEW))
    assert row["proofs"].item() == "ms1.msv1.invalid"
    (alone,) = advice.groups(listed(mx("0 ms1.msv1.invalid")), Language("en"))
    assert alone.rows["involved"].item() == "ms1.msv1.invalid"
    (group,) = advice.groups(row, Language("en"))
    worded = advice.in_words(row, Language("en"))["next_step"].item()
    for step in (group.next_step, worded):
        assert "At town.example also remove the MX record ms1.msv1" in step


def test_organisation_history_and_waiver_are_joined_by_domain() -> None:
    """Whose it is, since when, and who was excused until when."""
    log = [mx(f"10 {NEW}"), *host(NEW)]
    organisations = pd.DataFrame(
        [["town.example", "NA", "gemeente", "Zeeland"], ["town.example", "Second", "overig", ""]],
        columns=["domain", "organisation", "sector", "province"],
    )
    months = ["2026-03", "2026-04", "2026-05", "2026-06", "2026-08", "2026-11"]
    history = pd.DataFrame(
        {
            "period": months,
            "domain": "town.example",
            "state": ["no", "yes", "no", "unknown", "no", "yes"],
        }
    )
    waivers = pd.DataFrame(
        [["town.example", "mail", "moves in December", "CIO", "", "2026-12-31"]],
        columns=["domain", "type", "explanation", "owner", "valid_from", "valid_until"],
    )
    table = listed(log, owners=organisations, history=history, waivers=waivers)
    row = table.iloc[0]
    assert (row["organisation"], row["sector"], row["province"]) == ("NA", "gemeente", "Zeeland")
    assert (row["first_month_without"], row["months_lagging"]) == ("2026-05", 5)
    assert row["waiver_status"] == "valid"
    assert advice.waiver_text(row, Language("en")) == (
        "moves in December (CIO, valid until 31 December 2026)"
    )
    expired = listed(log, waivers=waivers.assign(valid_until="2026-10-05", owner=""))
    assert expired["waiver_status"].item() == "expired"
    (group,) = advice.groups(expired, Language("en"))
    assert group.waivers[0][0].endswith(": moves in December (expired after 5 October 2026).")
    for_the_web = listed(log, waivers=waivers.assign(type="web")).iloc[0]
    assert (for_the_web["waiver"], advice.waiver_text(for_the_web, Language("en"))) == ("", "")


def test_without_history_it_starts_now_and_unknown_has_no_start() -> None:
    """The first month without is the month of asking; nobody says how long an unknown lasts."""
    row = listed(mx(f"10 {NEW}"), host(NEW)).iloc[0]
    assert (row["first_month_without"], row["months_lagging"]) == ("2026-10", 0)
    row = listed(mx(f"10 {NEW}"), host(NEW, outcome="timeout")).iloc[0]
    assert row["first_month_without"] == ""
    assert pd.isna(row["months_lagging"])


@pytest.mark.parametrize(
    ("history", "first", "months"),
    [
        ({"2026-09": "no", "2026-10": "yes"}, "2026-10", 0),
        ({"2026-08": "yes", "2026-09": "no", "2026-10": "no"}, "2026-09", 1),
        ({"2025-12": "no", "2026-09": "unknown"}, "2025-12", 10),
        ({"2026-09": "no", "2026-11": "yes"}, "2026-09", 1),
    ],
)
def test_a_yes_ends_the_time_without_ipv6(history: dict[str, str], first: str, months: int) -> None:
    """Also one measured in the month of the lookups; one of a later month does not count."""
    rows = [(period, "town.example", state) for period, state in history.items()]
    table = pd.DataFrame(rows, columns=["period", "domain", "state"])
    row = listed(mx(f"10 {NEW}"), host(NEW), history=table).iloc[0]
    assert (row["first_month_without"], row["months_lagging"]) == (first, months)
    web = table.assign(measure="web", state="yes")
    both = pd.concat([table.assign(measure="mail"), web])
    row = listed(mx(f"10 {NEW}"), host(NEW), history=both).iloc[0]
    assert row["first_month_without"] == first


def test_a_month_brings_its_own_tables() -> None:
    """Providers, owners, history and waivers of the month are used, unless others are given."""
    table = log.frame([mx(f"10 {NEW}"), *host(NEW)])
    owner = ["town.example", "Town", "gemeente", "Zeeland"]
    past = ["2026-07", "mail", "town.example", "no"]
    waiver = ["town.example", "mail", "moves", "CIO", "", ""]
    month = SimpleNamespace(
        observations=table,
        providers=providers(table),
        owners=pd.DataFrame([owner], columns=["domain", "organisation", "sector", "province"]),
        states=pd.DataFrame([past], columns=["period", "measure", "domain", "state"]),
        waivers=pd.DataFrame(
            [waiver],
            columns=["domain", "type", "explanation", "owner", "valid_from", "valid_until"],
        ),
    )
    columns = ["organisation", "first_month_without", "waiver"]
    found = laggards(month)
    assert found[columns].iloc[0].tolist() == ["Town", "2026-07", "moves"]
    assert found.attrs["source"] == ["lookups 2026-10-06T12:00:00+00:00"]
    other = month.owners.assign(organisation="Other")
    assert laggards(month, owners=other)["organisation"].item() == "Other"


@pytest.mark.parametrize(
    ("day", "explanation", "next_step"),
    [
        (dt.datetime(2024, 8, 1, 12, tzinfo=dt.UTC), "not_opted_in", "request_ipv6"),
        (dt.datetime(2024, 10, 15, 12, tzinfo=dt.UTC), "not_opted_in", "enable_ipv6"),
        (dt.datetime(2024, 10, 15, 23, tzinfo=dt.UTC), "off_by_default_on", "enable_ipv6"),
        (NOON, "off_by_default_on", "enable_ipv6"),
    ],
)
def test_the_explanation_fits_the_day_of_asking(
    day: dt.datetime, explanation: str, next_step: str
) -> None:
    """Before 16 October 2024 (in the Netherlands) IPv6 was on request, from then on by default.

    The request went to Microsoft before September 2024, and to PowerShell since.
    """
    log = [mx(f"10 {NEW}", at=day), *(row._replace(asked_at=day) for row in host(NEW))]
    row = listed(log).iloc[0]
    assert (row["explanation"], row["next_step"]) == (explanation, next_step)


def test_every_code_has_a_sentence_in_both_languages() -> None:
    """No code reaches a reader, nothing is left untranslated, and nobody is said to refuse."""
    dutch, english = Language("nl"), Language("en")
    row = listed(mx(f"10 {NEW}"), host(NEW)).iloc[0].to_dict()
    for code, message in advice.EXPLANATIONS.items():
        assert dutch.text(message) != message
        texts = [advice.explanation([row | {"explanation": code}], to) for to in (dutch, english)]
        assert "refuse" not in texts[1]
        assert "weiger" not in texts[0]
        assert "{" not in "".join(texts)
    for code in advice.NEXT_STEPS:
        texts = [advice.next_step(row | {"next_step": code}, to) for to in (dutch, english)]
        assert texts[0] != texts[1]


def test_the_worded_table_is_fit_to_read() -> None:
    """The sentences name the host, the day and the command for the domain."""
    table = advice.in_words(listed(mx(f"10 {NEW}"), host(NEW)), Language("en"))
    assert (
        table["explanation"]
        .item()
        .startswith(f"No IPv6 address (AAAA record) was found on {NEW} on 6 October 2026.")
    )
    assert "Enable-IPv6ForAcceptedDomain -Domain town.example" in table["next_step"].item()
    assert advice.in_words(listed(), Language("nl")).empty


def test_a_long_list_has_each_row_in_its_own_words():
    """It is put in words in parts."""
    row = listed(mx(f"10 {NEW}"), host(NEW))
    table = pd.concat([row] * 10_001, ignore_index=True)
    table["explanation"] = table["explanation"].where(table.index < 10_000, "obsolete_name")
    said = advice.in_words(table, Language("en"))["explanation"]
    assert said[:10_000].eq(said.iloc[0]).all()
    assert said.iloc[-1] != said.iloc[0]


def test_an_unknown_says_which_lookups_failed() -> None:
    """The MX, a host's addresses, or the signals behind a gateway: the reader sees which."""
    failed = seen("autodiscover.town.example", "CNAME", outcome="servfail")
    gate = [*no_signals("town.example"), failed, mx("10 mx.gate.example")]
    doubts = [
        listed(seen("town.example", "MX", outcome="timeout")),
        listed(mx(f"10 {NEW}"), host(NEW, outcome="refused")),
        listed(gate, host("mx.gate.example")),
    ]
    assert [table["doubt"].item() for table in doubts] == [
        "MX of town.example: timeout",
        f"{NEW}: refused",
        "autodiscover.town.example: servfail",
    ]
    assert listed(gate, host("mx.gate.example", V6)).empty
    sentence = advice.in_words(doubts[0], Language("en"))["explanation"].item()
    assert "6 October 2026: MX of town.example: no answer in time" in sentence


def test_the_list_is_sorted_by_group_and_domain() -> None:
    """Exchange Online laggards first, unknown last."""
    log = [seen(f"{name}.example", "MX", outcome="timeout") for name in "ba"]
    table = listed(log, mx(f"10 {NEW}"), host(NEW))
    assert list(table["domain"]) == ["town.example", "a.example", "b.example"]
    assert set(EXCHANGE_GROUPS) < set(GROUPS)


def test_a_provider_table_from_a_file_gives_the_same_list() -> None:
    """The list can be made from providers.csv, which has no kind column."""
    log = [*BEHIND, mx("10 mx.gate.example"), *host("mx.gate.example")]
    table = providers(list({(row.qname, row.qtype): row for row in log}.values()))
    pd.testing.assert_frame_equal(listed(log, providers=table.drop(columns="kind")), listed(log))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_failure_never_puts_a_domain_in_another_group(data: st.DataObject) -> None:
    """A failed lookup makes a group unknown, or a smaller one of the same cause; never invents."""
    log = [mx(f"10 {NEW}", f"20 {OBSOLETE}"), *host(NEW), *host(OBSOLETE)]
    failing = data.draw(st.sets(st.integers(0, len(log) - 1), min_size=1))
    outcome = data.draw(st.sampled_from(sorted(UNKNOWN)))
    damaged = [
        row._replace(outcome=outcome, answers=()) if number in failing else row
        for number, row in enumerate(log)
    ]
    row = listed(damaged).iloc[0]
    assert row["group"] in {*EXCHANGE_GROUPS, "unknown"}
    for name in row["failing_hosts"].split():
        failed = any(damaged[number].qname == name for number in failing)
        assert failed == (row["group"] == "unknown")
