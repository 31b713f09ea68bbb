from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seen import V6, host, name_servers, seen

from v6monitor.dns import log
from v6monitor.dns.observation import UNKNOWN, Observation
from v6monitor.errors import InputError
from v6monitor.verdicts.domain import COLUMNS, MAIL_VERDICTS
from v6monitor.verdicts.judge import judge, subjects

TWO_MX = [
    seen("town.example", "MX", "10 mx1.town.example", "20 mx2.town.example"),
    *host("mx1.town.example", V6),
    *host("mx2.town.example"),
    *name_servers("town.example", True, True, False),
]
MANY = [
    *TWO_MX,
    *host("town.example", V6),
    *host("www.town.example"),
    seen("null.example", "MX", "0 ."),
    seen("both.example", "MX", "0 .", "5 mx1.town.example"),
    seen("gone.example", "MX", outcome="nxdomain"),
    seen("odd.example", "MX", "10 localhost", "20 198.51.100.1", "30 ms12345678.msv1.invalid"),
    seen("none.example", "MX"),
    seen("lost.example", "MX", outcome="servfail"),
]


def judged(log: list[Observation], domain: str = "town.example") -> dict[str, str]:
    """Return the row of one domain."""
    return judge(log, domains=[domain]).iloc[0].to_dict()


def test_one_host_without_ipv6_fails_all_but_not_any_and_not_primary() -> None:
    """The headline asks for every MX host; the two others stand beside it."""
    assert judged(TWO_MX) == {
        "domain": "town.example",
        "mail_class": "has_mx",
        "mail_all": "no",
        "mail_any": "yes",
        "mail_primary": "yes",
        "web": "",
        "web_www": "",
        "web_apex": "",
        "dns_2": "yes",
        "mail_end_to_end": "no",
        "web_end_to_end": "",
        "reasons": "mail_all, mail_end_to_end: mx2.town.example: nodata",
    }


@pytest.mark.parametrize(
    ("records", "mail_primary"),
    [
        (["10 new.example", "10 old.example"], "no"),
        (["10 new.example", "10 lost.example"], "unknown"),
        (["10 old.example", "20 new.example"], "no"),
        (["5 new.example", "5 newer.example", "10 old.example"], "yes"),
        (["100 old.example", "20 new.example"], "yes"),
        (["10 new.example", "20 old.example", "30 new.example"], "yes"),
    ],
)
def test_every_host_of_the_lowest_preference_decides_mail_primary(
    records: list[str], mail_primary: str
) -> None:
    """One host of two is not enough, and a host of a higher preference makes no difference."""
    hosts = [*host("new.example", V6), *host("newer.example", V6), *host("old.example")]
    lost = host("lost.example", outcome="timeout")
    row = judged([seen("town.example", "MX", *records), *hosts, *lost])
    assert (row["mail_any"], row["mail_primary"]) == ("yes", mail_primary)


def test_a_definite_no_decides_also_when_another_host_is_unknown() -> None:
    """Kleene's AND over the MX hosts: unknown only where it can still make a difference."""
    log = [row for row in TWO_MX if row.qname != "mx1.town.example"]
    row = judged([*log, *host("mx1.town.example", outcome="timeout")])
    assert (row["mail_all"], row["mail_any"], row["mail_primary"]) == ("no", "unknown", "unknown")
    assert row["reasons"] == (
        "mail_all, mail_end_to_end: mx2.town.example: nodata; "
        "mail_any, mail_primary: mx1.town.example: timeout"
    )


@pytest.mark.parametrize(
    ("domain", "mail_class", "mail_all", "reasons"),
    [
        ("null.example", "null_mx", "not_applicable", "null.example: null MX"),
        ("gone.example", "nonexistent", "not_applicable", "gone.example: nxdomain"),
        ("none.example", "no_mx", "not_applicable", "none.example: no MX"),
        ("lost.example", "unknown", "unknown", "MX of lost.example: servfail"),
        (
            "odd.example",
            "invalid_mx",
            "not_applicable",
            "dropped 10 localhost",
        ),
    ],
)
def test_domains_without_usable_mx_hosts(
    domain: str, mail_class: str, mail_all: str, reasons: str
) -> None:
    """Out of the denominator with the reason; only a failed lookup is unknown."""
    row = judged(MANY, domain)
    assert (row["mail_class"], row["mail_all"]) == (mail_class, mail_all)
    assert row["mail_end_to_end"] == mail_all
    assert reasons.replace("10 ", "") in row["reasons"]


def test_a_null_mx_beside_others_is_flagged_and_the_others_are_judged() -> None:
    """RFC 7505 wants a null MX alone; the domain still receives at the other hosts."""
    row = judged(MANY, "both.example")
    assert (row["mail_class"], row["mail_all"]) == ("null_mx_conflict", "yes")
    assert "null MX beside other MX records" in row["reasons"]


def test_what_can_receive_no_mail_is_dropped_with_a_note() -> None:
    """Literals, localhost and left-over records are no mail hosts, and the reasons say so."""
    log = [*host("mx.town.example", V6)]
    targets = ["localhost", "[198.51.100.1]", "2001:db8::1", "mx.invalid", "ms1.msv1.invalid.a.nl"]
    records = [f"10 {target}" for target in targets] + ["5 mx.town.example"]
    row = judged([*log, seen("town.example", "MX", *records)])
    assert (row["mail_class"], row["mail_all"]) == ("has_mx", "yes")
    assert row["reasons"].count("dropped") == len(targets)


@pytest.mark.parametrize("text", ["\\# 4 000a0000", "x y", "10", "10 a b", ""])
@pytest.mark.parametrize("beside", [[], ["0 ."], ["5 mx.town.example"]])
def test_an_mx_record_that_cannot_be_read_leaves_the_mail_unknown(
    text: str, beside: list[str]
) -> None:
    """Nobody can tell which host it names; never is it a no, nor mail that is not there."""
    row = judged([*host("mx.town.example"), seen("town.example", "MX", text, *beside)])
    assert {row[name] for name in ("mail_class", *MAIL_VERDICTS)} == {"unknown"}
    assert "MX of town.example: MX unreadable: " in row["reasons"]


def test_addresses_of_a_domain_without_mx_are_noted() -> None:
    """RFC 5321 falls back on them; Internet.nl does not test that."""
    row = judged([seen("town.example", "MX"), *host("town.example", V6)])
    assert row["mail_class"] == "no_mx"
    assert "no MX, A and AAAA of the domain itself" in row["reasons"]


@pytest.mark.parametrize(
    ("ipv6", "ipv4", "state"),
    [
        ("nodata", "nodata", "not_applicable"),
        ("nxdomain", "nxdomain", "not_applicable"),
        ("nxdomain", "servfail", "not_applicable"),
        ("nodata", "servfail", "unknown"),
        ("servfail", "nodata", "unknown"),
        ("nodata", "ok", "no"),
        ("nodata", "", "no"),
    ],
)
def test_a_website_without_any_address_is_out_of_the_denominator(
    ipv6: str, ipv4: str, state: str
) -> None:
    """It is gone; with an address that nobody could look up it would be a no."""
    log = [seen("town.example", "AAAA", outcome=ipv6)]
    if ipv4:
        answers = ["198.51.100.25"] if ipv4 == "ok" else []
        log.append(seen("town.example", "A", *answers, outcome=ipv4))
    row = judged(log)
    assert row["web"] == row["web_apex"] == state
    assert ("town.example: no_address" in row["reasons"]) == (state == "not_applicable")


def test_mail_to_an_alias_needs_the_name_servers_of_its_target() -> None:
    """End to end is judged at the end of the chain; the alias' own addresses decide mail_all."""
    log = [
        seen("town.example", "MX", "10 mx.town.example"),
        seen("mx.town.example", "AAAA", V6, chain=("mx.else.example",)),
        *name_servers("town.example", True, True),
    ]
    for servers, state in (((True, True), "yes"), ((True, False), "no"), ((), "unknown")):
        target = name_servers("else.example", *servers) if servers else []
        row = judged([*log, *target])
        assert (row["mail_all"], row["mail_end_to_end"]) == ("yes", state)


def test_website_www_and_apex_stand_beside_each_other() -> None:
    """The listed host decides; no www is guessed and no redirect followed."""
    row = judged(MANY)
    assert (row["web"], row["web_www"], row["web_apex"]) == ("yes", "no", "yes")
    row = judged(MANY, "www.town.example")
    assert (row["web"], row["web_www"], row["web_apex"]) == ("no", "no", "yes")
    assert "web, web_www, web_end_to_end: www.town.example: nodata" in row["reasons"]


@pytest.mark.parametrize(
    ("own", "between", "target", "state"),
    [
        ((True, True), (True, True), (True, True), "yes"),
        ((True, True), (True, True), (True, False), "no"),
        ((True, True), (True, False), (True, True), "no"),
        ((True, False), (True, True), (True, True), "no"),
        ((True, True), (True, True), (), "unknown"),
    ],
)
def test_a_website_needs_the_name_servers_of_every_target(
    own: tuple[bool, ...], between: tuple[bool, ...], target: tuple[bool, ...], state: str
) -> None:
    """The zone of each CNAME target on the way to a website needs two name servers with IPv6."""
    log = [
        seen("town.example", "A", "198.51.100.1"),
        seen("town.example", "AAAA", V6, chain=("cdn.else.example", "edge.far.example")),
        *name_servers("town.example", *own),
        *name_servers("else.example", *between),
        *(name_servers("far.example", *target) if target else []),
    ]
    row = judged(log)
    assert (row["web"], row["web_end_to_end"]) == ("yes", state)


def test_a_website_without_address_has_no_way_to_judge() -> None:
    """Not applicable stays so, and a no decides whatever the name servers have."""
    gone = [seen("town.example", "A"), seen("town.example", "AAAA")]
    assert judged(gone)["web_end_to_end"] == "not_applicable"
    assert judged(host("town.example"))["web_end_to_end"] == "no"
    failed, poor = (
        seen("town.example", "AAAA", outcome="timeout"),
        name_servers("town.example", False),
    )
    with_ipv4 = seen("town.example", "A", "198.51.100.1")
    assert judged([failed, *poor])["web_end_to_end"] == "unknown"  # it may have no address at all
    assert judged([failed, *poor, with_ipv4])["web_end_to_end"] == "no"


def test_end_to_end_needs_the_name_servers_of_every_mx_host() -> None:
    """Mail over IPv6 alone also needs IPv6 at the name servers of the MX hosts' zones."""
    log = [
        seen("town.example", "MX", "10 mx.gate.example"),
        *host("mx.gate.example", V6),
        *name_servers("town.example", True, True),
    ]
    poor = judged([*log, *name_servers("gate.example", True, False)])
    assert (poor["mail_all"], poor["mail_end_to_end"]) == ("yes", "no")
    assert poor["reasons"] == (
        "mail_end_to_end: name servers of mx.gate.example: 1 of 2 name servers have IPv6"
    )
    assert judged([*log, *name_servers("gate.example", True, True)])["mail_end_to_end"] == "yes"
    assert judged(log)["mail_end_to_end"] == "unknown"


def test_what_the_log_has_no_question_for_is_empty() -> None:
    """Not asked is not unknown and not no: a website has no mail verdicts, and the other way."""
    web = judged(host("www.town.example", V6), "www.town.example")
    present = ["domain", "web", "web_www", "web_end_to_end", "reasons"]
    assert [name for name, cell in web.items() if cell] == present
    mail = judged([seen("town.example", "MX", "10 mx.town.example")])
    assert (mail["mail_all"], mail["dns_2"], mail["web"]) == ("unknown", "", "")
    assert "mail_all, mail_any, mail_primary: mx.town.example: AAAA not asked" in mail["reasons"]


def test_a_pair_that_the_log_does_not_have_is_unknown() -> None:
    """An unfinished log lowers the coverage; its domains do not leave the denominator."""
    table = judge(MANY, domains=[("absent.example", "mail"), ("town.example", "web")])
    absent, town = table.to_dict("records")
    assert (absent["mail_class"], absent["mail_all"], absent["dns_2"]) == ("unknown",) * 3
    assert absent["reasons"] == (
        "mail_all, mail_any, mail_primary, mail_end_to_end: absent.example: MX not asked; "
        "dns_2: NS of absent.example not asked"
    )
    assert (absent["web"], town["mail_class"], town["mail_all"]) == ("", "", "")
    lost = judge([], domains=[("town.example", "web")]).iloc[0]
    assert (lost["web"], lost["web_www"], lost["dns_2"]) == ("unknown", "", "unknown")


def test_a_pair_is_judged_for_its_type_only() -> None:
    """A mail domain that happens to have addresses does not become a website."""
    table = judge(MANY, domains=[("town.example", "mail")])
    assert (table["web"].item(), table["mail_any"].item()) == ("", "yes")


def test_a_log_knows_its_subjects(tmp_path: Path) -> None:
    """A www that was listed beside its bare name is judged too, also of a table derived from it."""
    listed = [("www.town.example", "web"), ("town.example", "web"), ("lost.example", "mail")]
    path = tmp_path / "log.parquet"
    log.write(log.frame(MANY), path, {"subjects": listed})
    table = log.read_log(path)
    assert table.attrs["subjects"] == tuple(listed)
    for one in (table, table[table["attempts"] == 1].assign(attempts=2)):
        judged = judge(one)
        assert judged["domain"].to_list() == ["lost.example", "town.example", "www.town.example"]
        assert judged["web"].to_list() == ["", "yes", "no"]
    assert table.iloc[:1].attrs["subjects"] is table.attrs["subjects"]
    judged = judge([row for row in MANY if row.qname.endswith("town.example")])
    assert judged["domain"].to_list() == ["town.example"]


def test_subjects_are_derived_without_hosts_and_helpers() -> None:
    """What explains a question otherwise (MX host, name server, CNAME, helper) is no website."""
    log = [
        *MANY,
        seen("autodiscover.town.example", "A", "198.51.100.1"),
        seen("shop.example", "AAAA", V6, chain=("cdn.example",)),
        seen("cdn.example", "AAAA", V6),
        *host("none.example"),
    ]
    found = subjects(log)
    assert [domain for domain, kind in found if kind == "web"] == ["shop.example", "town.example"]
    assert len([domain for domain, kind in found if kind == "mail"]) == 7


def test_a_www_that_points_at_its_bare_name_leaves_the_bare_name_a_subject() -> None:
    """The usual CNAME from www to the apex does not make the apex a mere target."""
    log = [
        seen("town.example", "AAAA", V6),
        seen("www.town.example", "AAAA", V6, chain=("town.example",)),
    ]
    assert subjects(log) == [("town.example", "web")]


def test_the_order_of_the_rows_makes_no_difference() -> None:
    """The same evidence gives the same table, whatever order the answers came in."""
    table = judge(MANY)
    pd.testing.assert_frame_equal(judge(MANY[::-1]), table)
    pd.testing.assert_frame_equal(judge(pd.DataFrame(MANY).sample(frac=1)), table)
    assert list(table.columns) == list(COLUMNS)
    assert set(map(str, table.dtypes)) == {"str"}


def test_an_empty_log_gives_an_empty_table() -> None:
    """No subject, no row, the same columns."""
    assert judge([]).empty
    assert list(judge([]).columns) == list(COLUMNS)


ODD = [
    seen("alias.example", "MX", "10 mx.alias.example"),
    seen("mx.alias.example", "A", "198.51.100.25", chain=("mx.far.else.example",)),
    seen("mx.alias.example", "AAAA", V6, chain=("mx.far.else.example",)),
    seen("mx.alias.example", "NS", chain=("mx.far.else.example",), detail="zone else.example"),
    seen("mx.far.else.example", "NS", detail="zone else.example"),
    *name_servers("else.example", True, True),
    *name_servers("alias.example", True, True),
    seen("refused.example", "MX", "10 mx.sub.else.example"),
    *host("mx.sub.else.example", V6),
    seen("mx.sub.else.example", "NS", outcome="refused"),
    seen("sub.else.example", "NS", detail="zone else.example"),
    *name_servers("refused.example", True, False),
    seen("silent.example", "NS", detail="zone silent.example"),
    *host("silent.example"),
    *(seen(name, "AAAA") for name in ("silent.example", "gone.example", "www.gone.example")),
    *(seen(name, "A") for name in ("gone.example", "www.gone.example")),
    *(seen("never.example", qtype, outcome="nxdomain") for qtype in ("NS", "A", "AAAA", "MX")),
]
"""Aliases, zones that deny, servers that refuse NS, and websites that are gone."""


@pytest.mark.parametrize("world", [MANY, ODD], ids=["many", "odd"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_failure_never_turns_a_definite_verdict_into_another(
    data: st.DataObject, world: list[Observation]
) -> None:
    """Whatever answers are replaced by failures, a verdict stays or becomes unknown."""
    failing = data.draw(st.sets(st.integers(0, len(world) - 1), min_size=1, max_size=6))
    outcome = data.draw(st.sampled_from(sorted(UNKNOWN)))
    damaged = [
        row._replace(outcome=outcome, answers=(), chain=(), detail="") if number in failing else row
        for number, row in enumerate(world)
    ]
    domains = [domain for domain, _ in subjects(world)]
    before, after = judge(world, domains=domains), judge(damaged, domains=domains)
    definite = ["yes", "no", "not_applicable"]
    for column in [name for name in COLUMNS if name not in {"domain", "reasons"}]:
        for was, now in zip(before[column], after[column], strict=True):
            assert now in {was, "unknown"}, (column, was, now)
            assert was in definite or was == now or column == "mail_class"


def test_every_pair_of_hosts_follows_kleene() -> None:
    """The MX rule over all pairs of host states gives the conjunction, in the table too."""
    states = {"yes": (V6,), "no": (), "unknown": ()}
    for first, second in combinations([*states, *states], 2):
        log = [seen("a.example", "MX", "10 x.example", "10 y.example")]
        for name, state in (("x.example", first), ("y.example", second)):
            log += host(name, *states[state], outcome="refused" if state == "unknown" else "")
        expected = (
            "no"
            if "no" in (first, second)
            else "unknown"
            if "unknown" in (first, second)
            else "yes"
        )
        assert judged(log, "a.example")["mail_all"] == expected


def test_a_table_read_back_from_a_file_gives_the_same_verdicts(tmp_path: Path) -> None:
    """From Parquet and from CSV, with pandas or with the package's own reader."""
    table = log.frame(MANY)
    expected = judge(table)
    for suffix in (".parquet", ".csv"):
        log.write(table, tmp_path / f"log{suffix}", {})
        pd.testing.assert_frame_equal(judge(log.read_log(tmp_path / f"log{suffix}")), expected)
    pd.testing.assert_frame_equal(judge(pd.read_parquet(tmp_path / "log.parquet")), expected)
    pd.testing.assert_frame_equal(judge(pd.read_csv(tmp_path / "log.csv")), expected)


def test_a_final_dot_and_upper_case_make_no_difference() -> None:
    """A log that another program wrote names the same hosts."""
    table = log.frame(MANY)
    shouted = table.assign(
        qname=table["qname"].str.upper() + ".",
        qtype=table["qtype"].str.lower(),
        answers=[[f"{text.upper().rstrip('.')}." for text in texts] for texts in table["answers"]],
    )
    names = table["qtype"].isin(["MX", "NS"])
    shouted["answers"] = shouted["answers"].where(names, table["answers"])
    columns = ["domain", "mail_class", *MAIL_VERDICTS]
    assert judge(shouted)[columns].equals(judge(table)[columns])


def test_verdicts_name_the_lookups_they_are_from() -> None:
    """What the observations say of themselves, else the moment the lookups began."""
    table = log.frame(MANY)
    assert judge(table).attrs["source"] == ["lookups 2026-10-06T12:00:00+00:00"]
    table.attrs["source"] = ["obs.parquet"]
    assert judge(table).attrs["source"] == ["obs.parquet"]


def test_names_may_be_written_in_any_way() -> None:
    """One name is enough; upper case, a URL or a final dot is the same name."""
    for name in ("town.example", "Town.example.", "https://TOWN.example/"):
        for domains in (name, [name], [(name, "mail")]):
            row = judge(MANY, domains=domains).iloc[0]
            assert (row["domain"], row["mail_all"]) == ("town.example", "no")
    both = judge(MANY, domains=[("town.example", "mail"), "town.example"]).iloc[0]
    assert (both["mail_all"], both["web"]) == ("no", "yes")


def test_a_month_is_judged_on_its_own_subjects() -> None:
    """Anything with observations and subjects will do."""
    month = SimpleNamespace(observations=log.frame(MANY), subjects=[("null.example", "mail")])
    assert judge(month)[["domain", "mail_all"]].to_numpy().tolist() == [
        ["null.example", "not_applicable"]
    ]


def test_a_table_that_is_no_log_is_refused() -> None:
    """The message names the columns that are missing."""
    with pytest.raises(InputError, match="without column outcome, answers"):
        judge(pd.DataFrame({"qname": ["town.example"], "qtype": ["MX"]}))
