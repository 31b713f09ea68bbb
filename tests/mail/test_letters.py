import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seen import NOON, V6, host, name_servers, no_signals, seen

from v6monitor.dns.observation import UNKNOWN, Observation
from v6monitor.language import Language
from v6monitor.mail.laggards import laggards
from v6monitor.mail.letters import Letter, letters, powershell, remarks, situations, steps
from v6monitor.mail.words import IPV6_STATUS, enable_ipv6, quote_powershell

EN = Language("en")
QUOTES = "'\u2018\u2019\u201a\u201b"
NEW_ZONE = "e-v1.mx.microsoft"
SWITCH = "Enable-IPv6ForAcceptedDomain -Domain $domain"


def exchange(
    domain: str, tenant: str = "", *, zone: str = "mail.protection.outlook.com", label: str = ""
) -> list[Observation]:
    """Return the lookups about a laggard on Exchange Online, with the DKIM record of a tenant."""
    name = f"{(label or domain).replace('.', '-')}.{zone}"
    return [seen(domain, "MX", f"10 {name}"), *host(name), *signed(domain, tenant)]


def signed(domain: str, tenant: str) -> list[Observation]:
    """Return the signals of a domain; those of a tenant when there is one."""
    selector = f"selector1._domainkey.{domain}"
    target = f"selector1-{domain.replace('.', '-')}._domainkey.{tenant}.onmicrosoft.com"
    plain = [row for row in no_signals(domain) if not tenant or row.qname != selector]
    return [*plain, seen(selector, "CNAME", target)] if tenant else plain


def behind(domain: str, tenant: str, *hosts: str) -> list[Observation]:
    """Return the lookups about a domain behind a gateway without IPv6."""
    signs = [row for row in signed(domain, tenant) if not row.qname.startswith("autodiscover")]
    found = seen(f"autodiscover.{domain}", "CNAME", "autodiscover.outlook.com")
    names = hosts or ("mx.gate.example",)
    lookups = [row for name in names for row in host(name)]
    return [seen(domain, "MX", *(f"10 {name}" for name in names)), *lookups, *signs, found]


def owners(**names: str) -> pd.DataFrame:
    """Return whose the domains are: NAME.example by its first label."""
    rows = [[f"{name}.example", owner, "gemeente", ""] for name, owner in names.items()]
    return pd.DataFrame(rows, columns=["domain", "organisation", "sector", "province"])


def written(log: list[Observation], **names: str) -> list[Letter]:
    """Return the letters that a log asks for."""
    return letters(laggards(log, owners=owners(**names)), observations=log)


def texts(letter: Letter) -> str:
    """Return all English words of a letter."""
    instructions = [f"{step.text}\n{step.commands}" for step in steps(letter, EN)]
    return "\n".join([*situations(letter, EN), *instructions, *remarks(letter, EN)])


def test_one_letter_per_tenant_else_per_organisation_else_per_domain() -> None:
    """One administrator gets one letter, whatever the domains of the tenant are called."""
    log = [
        *exchange("a.example", "townhall"),
        *exchange("b.example", "townhall"),
        *exchange("c.example"),
        *exchange("d.example"),
        *exchange("e.example"),
    ]
    found = written(log, a="Town A", b="Town B", c="Town C", d="Town C")
    assert [one.domains() for one in found] == [
        ("a.example", "b.example"), ("c.example", "d.example"), ("e.example",),
    ]  # fmt: skip
    assert [one.tenant for one in found] == ["townhall", "", ""]
    assert [one.values("organisation") for one in found] == [("Town A", "Town B"), ("Town C",), ()]


def test_the_steps_of_a_laggard_stand_in_their_order() -> None:
    """Connectors are checked before anything is switched; the ticket comes last."""
    (letter,) = written([*exchange("a.example", "townhall"), *exchange("b.example", "townhall")])
    found = steps(letter, EN)
    assert found[0].commands == "Connect-ExchangeOnline"
    assert "connectors" in found[1].text
    assert found[2].commands == IPV6_STATUS
    assert (
        found[3].commands
        == f"$domains = 'a.example',\n'b.example'\nforeach ($domain in $domains) {{ {SWITCH} }}"
    )
    assert found[4].commands.splitlines() == [
        "dig AAAA a-example.mail.protection.outlook.com",
        "dig AAAA b-example.mail.protection.outlook.com",
    ]
    assert found[5].text.startswith("A next step for a.example, b.example, after IPv6: DNSSEC")
    assert "step 4 fails" in found[6].text
    assert len(found) == 7


def test_dnssec_is_no_step_where_the_mx_is_in_its_zone_already() -> None:
    """Under mx.microsoft inbound DANE is what is left; the others also get told of the wizard."""
    log = [*exchange("a.example", "townhall"), *exchange("b.example", "townhall", zone=NEW_ZONE)]
    (letter,) = written(log)
    dnssec, dane = (step.text for step in steps(letter, EN)[5:7])
    assert "a.example" in dnssec
    assert "Enable-DnssecForVerifiedDomain" in dnssec
    assert "wizard" in dnssec
    assert "b.example" not in dnssec
    assert dane.startswith("A next step for b.example, after IPv6: DANE")
    assert "Enable-DnssecForVerifiedDomain" not in dane


@pytest.mark.parametrize(
    ("domain", "zone", "label"),
    [
        ("a.example", "mail.eo.outlook.com", ""),
        ("a.example", "mail.protection.outlook.com", "city.example"),
    ],
)
def test_an_obsolete_name_or_label_asks_for_another_mx_record(
    domain: str, zone: str, label: str
) -> None:
    """Beside the switch, the record is to be replaced; and what there is now can be checked."""
    (letter,) = written(exchange(domain, zone=zone, label=label))
    publish = steps(letter, EN)[5]
    assert publish.text.startswith("Publish the MX record that Microsoft gives for a.example")
    assert "serviceConfigurationRecords" in publish.text
    assert publish.commands == "dig MX a.example"


def test_a_gateway_is_asked_and_the_switch_is_left_out() -> None:
    """The switch in Exchange Online changes nothing for a domain behind a gateway.

    A domain that is no known operator is never asked as if it were a company.
    """
    letter, _ = written(behind("a.example", "townhall"))
    (step,) = steps(letter, EN)
    assert step.text.startswith(
        "Ask the operator of gate.example for an IPv6 address (AAAA record) on mx.gate.example."
    )
    assert step.commands == "dig AAAA mx.gate.example"
    assert powershell(letter) == ""


def test_the_operator_of_a_gateway_gets_one_letter_with_all_its_domains() -> None:
    """Beside the letters of the organisations, about exactly its own hosts without IPv6."""
    hosts = ["mx1.gate.example", "mx2.gate.example", "mx.else.example"]
    log = [
        *behind("a.example", "one", *hosts),
        *behind("b.example", "two", "mx1.gate.example", "mx4.gate.example"),
        *host("mx4.gate.example", V6),
    ]
    found = written(list({(row.qname, row.qtype): row for row in log}.values()))
    assert [one.tenant or one.operator for one in found] == [
        "one", "two", "else.example", "gate.example",
    ]  # fmt: skip
    one, two = ([step.text[:60] for step in steps(letter, EN)] for letter in found[:2])
    assert one[0].startswith("Ask the operator of else.example for")
    assert one[1].startswith("Ask the operator of gate.example for")
    assert [step.commands for step in steps(found[0], EN)] == [
        "dig AAAA mx.else.example", "dig AAAA mx1.gate.example\ndig AAAA mx2.gate.example",
    ]  # fmt: skip
    assert len(two) == 1
    gate = found[3]
    assert gate.domains() == ("a.example", "b.example")
    assert "found on mx1.gate.example, mx2.gate.example. The mail" in texts(gate)
    assert "comes in there: a.example, b.example." in texts(gate)
    first, last = steps(gate, EN)
    assert first.commands == "dig AAAA mx1.gate.example\ndig AAAA mx2.gate.example"
    assert "mx4" not in texts(gate)
    assert "Internet.nl" in last.text


def test_a_host_under_the_domains_own_name_is_asked_of_nobody_else() -> None:
    """The administrators themselves, or whoever runs it for them; no letter to their own domain."""
    (letter,) = written(behind("a.example", "townhall", "mx.a.example", "mx.city.a.example"))
    (step,) = steps(letter, EN)
    assert step.text.startswith("Give mx.a.example, mx.city.a.example an IPv6 address")
    assert "Ask a.example" not in texts(letter)
    assert "under the domain’s own name" in texts(letter)


def test_a_left_over_proof_beside_the_mail_host_is_removed_in_the_same_letter() -> None:
    """Tests count it as a mail server without IPv6, so that the switch alone does not help."""
    log = exchange("a.example", "townhall")
    log[0] = seen("a.example", "MX", *log[0].answers, "0 ms12345678.msv1.invalid")
    (letter,) = written(log)
    (remove,) = (step for step in steps(letter, EN) if "remove the MX record" in step.text)
    assert remove.text.startswith("At a.example also remove the MX record ms12345678.msv1.invalid")
    assert remove.commands == "dig MX a.example"
    assert powershell(letter)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("a.example.mail.protection.outlook.com", "dots where Microsoft gives it dashes"),
        ("mail.protection.outlook.com", "the part of the domain itself is missing"),
        ("a-example.mail.protection.outlook.com.a.example", "final dot is missing"),
        ("autodiscover.outlook.com.a.example", "final dot is missing"),
    ],
)
def test_the_letter_says_what_is_wrong_with_a_broken_record(record: str, why: str) -> None:
    """Exchange Online is meant: publish the right record, and no switch, which would not help."""
    log = [seen("a.example", "MX", f"0 {record}"), *signed("a.example", "townhall")]
    log += [seen(record, qtype, outcome="nxdomain") for qtype in ("A", "AAAA")]
    (letter,) = written(log)
    assert letter.values("group") == ("broken_record",)
    assert why in texts(letter)
    assert [step.commands for step in steps(letter, EN)] == ["dig MX a.example"]


def test_a_wrong_record_beside_a_good_host_without_ipv6_is_in_the_letter() -> None:
    """Both causes are told, and both steps: the switch, and the record that Microsoft gives."""
    log, broken = exchange("a.example", "townhall"), "a.example.mail.protection.outlook.com"
    log[0] = seen("a.example", "MX", *log[0].answers, f"10 {broken}")
    log += [seen(broken, qtype, outcome="nxdomain") for qtype in ("A", "AAAA")]
    (letter,) = written(log)
    assert letter.values("group") == ("exchange_online",)
    assert f"but {broken} is no mail server there" in texts(letter)
    assert powershell(letter) == enable_ipv6(["a.example"])
    assert [one.host for one in letter.measured][-1] == broken
    (publish,) = (step for step in steps(letter, EN) if step.text.startswith("Publish the MX"))
    assert publish.commands == "dig MX a.example"
    assert broken not in "".join(step.commands for step in steps(letter, EN))


def test_a_letter_writes_a_name_as_people_do_and_a_command_as_programs_do() -> None:
    """Of an internationalised domain the words have its letters, PowerShell and dig its A-label."""
    domain = "xn--coperatie-17a.example"
    log = exchange(domain, label="cooperatie.example")
    (letter,) = written(log)
    sentences = [*situations(letter, EN), *(step.text for step in steps(letter, EN))]
    assert domain not in " ".join(sentences)
    assert "coöperatie.example" in sentences[0]
    assert powershell(letter) == enable_ipv6([domain])


def test_a_lost_final_dot_at_autodiscover_is_named() -> None:
    """It is a signal all the same; whoever reads the letter can put it right."""
    log = behind("a.example", "townhall")
    log[-1] = seen("autodiscover.a.example", "CNAME", "autodiscover.outlook.com.a.example")
    (remark,) = remarks(written(log)[0], EN)
    assert remark == (
        "The CNAME record autodiscover.a.example leads to autodiscover.outlook.com.a.example: the "
        "final dot is missing in the zone file."
    )


def test_the_commands_name_only_the_domains_that_exchange_online_switches() -> None:
    """A domain of the same tenant behind a gateway is in the letter, not in the PowerShell."""
    log = [*exchange("a.example", "townhall"), *behind("b.example", "townhall")]
    letter = written(log)[0]
    assert letter.domains() == ("a.example", "b.example")
    assert powershell(letter) == enable_ipv6(["a.example"])


@pytest.mark.parametrize(
    ("day", "self_service", "by_default", "dnssec"),
    [
        (dt.datetime(2023, 1, 2, tzinfo=dt.UTC), False, False, False),
        (dt.datetime(2024, 9, 15, tzinfo=dt.UTC), True, False, False),
        (dt.datetime(2024, 10, 15, tzinfo=dt.UTC), True, False, True),
        (NOON, True, True, True),
    ],
)
def test_a_letter_fits_the_day_of_asking(
    day: dt.datetime, self_service: bool, by_default: bool, dnssec: bool
) -> None:
    """Nobody is asked to run a command, or to count on a default, that was not there yet."""
    log = [row._replace(asked_at=day) for row in exchange("a.example")]
    (letter,) = written(log)
    words = texts(letter)
    assert ("Enable-IPv6" in words) == self_service == bool(powershell(letter))
    assert ("within 24 to 48 hours" in words) != self_service
    assert ("Wait at most an hour" in words) == self_service
    assert ("since October 2024" in words) == by_default
    assert ("Enable-Dnssec" in words) == dnssec


def test_an_unknown_domain_gets_no_letter_and_is_not_called_a_laggard() -> None:
    """A failed lookup beside a laggard of the same tenant is named as that, without a command."""
    failed = [
        row._replace(outcome="timeout", answers=()) if row.qtype == "AAAA" else row
        for row in exchange("b.example", "townhall")
    ]
    assert written(failed) == []
    (letter,) = written([*exchange("a.example", "townhall"), *failed])
    assert letter.domains() == ("a.example",)
    assert remarks(letter, EN) == ["The result could not be determined for: b.example."]
    assert "b.example" not in "".join(step.commands for step in steps(letter, EN))


def test_an_address_elsewhere_is_for_the_analyst() -> None:
    """An AAAA outside Microsoft's networks may be an error in the data: no letter."""
    log = exchange("a.example", "townhall")
    foreign = [
        row._replace(outcome="ok", answers=(V6,)) if row.qtype == "AAAA" else row for row in log
    ]
    assert laggards(foreign)["group"].tolist() == ["foreign_address"]
    assert written(foreign) == []


def test_the_evidence_is_that_of_the_log() -> None:
    """Every MX host without IPv6 with the questions that were put about it."""
    log = exchange("a.example", "townhall")
    (letter,) = written(log)
    (one,) = letter.measured
    assert (one.domain, one.host) == ("a.example", "a-example.mail.protection.outlook.com")
    assert (one.mx, one.ipv4, one.ipv6) == tuple(log[:3])
    assert letter.resolvers == ("192.0.2.53",)
    assert letter.day == dt.date(2026, 10, 6)


def test_a_waiver_is_named() -> None:
    """Who explained not to comply sees that this is known."""
    log = exchange("a.example")
    waiver = ["a.example", "", "IPv6", "New mail in 2027", "Town", "", "2027-01-01"]
    columns = ["domain", "type", "standard", "explanation", "owner", "valid_from", "valid_until"]
    table = laggards(log, waivers=pd.DataFrame([waiver], columns=columns))
    (letter,) = letters(table, observations=log)
    (remark,) = remarks(letter, EN)
    assert remark.endswith("New mail in 2027 (Town, valid until 1 January 2027).")
    assert remark.startswith("Explanation known for a.example")


@given(st.text(st.sampled_from(f"ab.$();{QUOTES}")))
def test_powershell_takes_any_name_as_text(name: str) -> None:
    """PowerShell reads back what was quoted: two quotes of any kind stand for one."""
    inside, read = iter(quote_powershell(name)[1:-1]), ""
    for sign in inside:
        read += sign
        if sign in QUOTES:
            assert next(inside) in QUOTES
    assert read == name


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_failed_lookup_never_adds_a_letter_or_a_command(data: st.DataObject) -> None:
    """Whatever answers are missing, a letter names no more domains than with all of them."""
    log = [*exchange("a.example", "townhall"), *behind("b.example", "townhall")]
    failing = data.draw(st.sets(st.integers(0, len(log) - 1)))
    outcome = data.draw(st.sampled_from(sorted(UNKNOWN)))
    damaged = [
        row._replace(outcome=outcome, answers=()) if number in failing else row
        for number, row in enumerate(log)
    ]
    for letter in written(damaged):
        assert set(letter.domains()) <= {"a.example", "b.example"}
        assert powershell(letter) in {"", enable_ipv6(["a.example"])}
        for one in letter.measured:
            assert one.mx.outcome == "ok"
            assert one.ipv6 is not None
            assert one.ipv6.outcome == "nodata"


def out_of_reach() -> tuple[list[Observation], pd.DataFrame]:
    """Return two domains and a website that a zone keeps out of reach, and what is to blame."""
    log = [
        seen("town.example", "MX", "10 mx.town.example"), *name_servers("town.example", True),
        *host("mx.town.example", V6), *no_signals("town.example"),
        *(seen(f"{name}.example", "MX", "10 mx.post.example") for name in "ab"),
        seen("www.c.example", "AAAA", V6), *name_servers("post.example", False),
    ]  # fmt: skip
    rows = [
        ("town.example", "mail", "town.example", "no_answer", "", "town.example", "", "no"),
        ("a.example", "mail", "post.example", "no_ipv6", "", "post.example", "", "no"),
        ("b.example", "mail", "post.example", "no_ipv6", "", "post.example", "", "no"),
        ("www.c.example", "web", "post.example", "no_ipv6", "ns.post.example", "post.example", "",
         "no"),
        ("good.example", "mail", "", "", "", "", "", "yes"),
        ("odd.example", "mail", "", "", "", "", "", "unknown"),
    ]  # fmt: skip
    columns = ["domain", "measure", "blocking_zone", "cause", "blocking_server", "operator"]
    return log, pd.DataFrame(rows, columns=[*columns, "tenant", "state"])


def test_who_has_the_zone_gets_the_letter_about_what_it_keeps_out_of_reach() -> None:
    """The organisation about its own zone; else one letter per zone. Yes and unknown: none."""
    log, paths = out_of_reach()
    found = letters(
        laggards(log), observations=log, without_ipv4=paths, owners=owners(town="Town T")
    )
    assert [one.addressee for one in found] == [
        ("organisation", "Town T"), ("zone", "post.example"),
    ]  # fmt: skip
    assert found[1].domains() == ("a.example", "b.example", "www.c.example")
    hosts = [one.host for one in found[0].measured]
    assert hosts == ["ns1.town.example"]


def test_a_letter_about_a_zone_says_what_is_wrong_and_what_to_do() -> None:
    """Zone, cause, operator and steps, in English and in Dutch."""
    log, paths = out_of_reach()
    own, other = letters(laggards(log), observations=log, without_ipv4=paths)
    assert texts(own) == (
        "town.example: The mail servers have an IPv6 address, but on 6 October 2026 a "
        "resolver without IPv4 did not find them. The cause is in the DNS zone town.example: "
        "its name servers have an IPv6 address, but the zone was not found over IPv6. "
        "Probably they do not answer over IPv6, or the zone above does not publish their IPv6"
        " addresses (AAAA glue). Operator of the name servers: town.example.\n"
        "Ask the operator of the name servers of town.example (town.example) to check that "
        "they answer over IPv6 (port 53, UDP and TCP): ns1.town.example.\n"
        "dig AAAA ns1.town.example\n"
        "Ask your registrar to have the IPv6 addresses of these name servers published in the"
        " zone above town.example as well (AAAA glue): ns1.town.example.\n\n"
        "Then check from a place with IPv6 that town.example is found over IPv6 alone: the "
        "last answer of this command comes from one of its own name servers.\n"
        "dig -6 +trace NS town.example"
    )
    dutch = Language("nl")
    assert situations(other, dutch) == [
        (
            "a.example, b.example: De mailservers hebben een IPv6-adres, maar op 6 oktober "
            "2026 vond een resolver zonder IPv4 ze niet. De oorzaak ligt in de DNS-zone "
            "post.example: geen van de nameservers daarvan heeft een IPv6-adres. Een "
            "mailserver van deze domeinen staat in die zone, of is een alias (CNAME) van een "
            "naam in die zone. Beheerder van de nameservers: post.example."
        ),
        (
            "www.c.example: De website heeft een IPv6-adres, maar op 6 oktober 2026 vond een "
            "resolver zonder IPv4 die niet. De oorzaak ligt in de DNS-zone post.example: geen"
            " van de nameservers daarvan heeft een IPv6-adres. De nameserver ns.post.example "
            "van deze domeinen staat in die zone. Beheerder van de nameservers: post.example."
        ),
    ]
    first = steps(other, dutch)[0].text
    assert first == (
        "Vraag de beheerder van de nameservers van post.example (post.example) om die via IPv6 te "
        "laten antwoorden (poort 53, UDP en TCP) en daarna de IPv6-adressen (AAAA-records) te "
        "publiceren: ns1.post.example."
    )
