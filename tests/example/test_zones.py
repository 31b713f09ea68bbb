"""The zones are sound, and everything METHOD.md speaks of is in them."""

import csv
import ipaddress
import shutil
import subprocess
from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest

from v6monitor.dns.observation import UNKNOWN
from v6monitor.dns.run import ask
from v6monitor.mail.laggards import laggard
from v6monitor.mail.providers import Operators, provider, read_operators
from v6monitor.verdicts.domain import judgement, mail_hosts
from v6monitor.verdicts.evidence import Evidence, unusable
from v6monitor_example.exports import broken as broken_names
from v6monitor_example.mail import CASES, MAIL_OPERATORS, mail_of
from v6monitor_example.population import MERGER, NOW, SIZES, merged, organisations

BODIES = {mail_of(body).case: body for body in organisations() if body.has_mail}


@pytest.fixture(scope="module")
def zones(made: Path) -> dict[str, dns.zone.Zone]:
    return {
        path.stem: dns.zone.from_file(str(path), path.stem, relativize=False)
        for path in (made / "zones").glob("*.zone")
    }


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """Return what the embedded name server says of the whole list."""
    assert BODIES.keys() >= set(CASES)
    listed = [body for body in organisations() if body.listed(NOW)]
    subjects = [(body.domain, "mail") for body in listed if body.has_mail]
    subjects += [(site, "web") for body in listed for site in body.sites]
    return Evidence(ask(subjects, ["example"], timeout=0.2, attempts=1))


@pytest.fixture(scope="module")
def operators(made: Path) -> Operators:
    return read_operators(made / "mail_operators.csv")


def test_nsd_takes_every_zone(made: Path) -> None:
    """nsd-checkzone finds nothing wrong with any zone."""
    program = shutil.which("nsd-checkzone", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if program is None:
        pytest.skip("nsd-checkzone is not installed")
    for path in sorted((made / "zones").glob("*.zone")):
        checked = subprocess.run(
            [program, path.stem, str(path)],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert "warning" not in checked.stdout + checked.stderr


def test_every_zone_has_an_soa_and_name_servers_with_addresses(
    zones: dict[str, dns.zone.Zone],
) -> None:
    """Each NS host of each zone has an A record in a zone of the example."""
    for origin, zone in zones.items():
        hosts = zone.find_rrset(origin + ".", "NS")
        for record in hosts:
            host = record.target.to_text(omit_final_dot=True)
            owner = zones[".".join(host.split(".")[-2:])]
            assert owner.get_rrset(host + ".", "A"), host


def test_no_domain_of_others_is_in_the_zones(zones: dict[str, dns.zone.Zone]) -> None:
    """Only reserved names, and Microsoft's own because Exchange Online is recognised by them."""
    outside = {name for name in zones if not name.endswith(".example")}
    microsoft = {"mail.microsoft", "mx.microsoft", "onmicrosoft.com", "outlook.com"}
    assert outside == {"example", "invalid", "localhost"} | microsoft


def test_addresses_are_nobodys(zones: dict[str, dns.zone.Zone]) -> None:
    """IPv4 is documentation space; IPv6 is unallocated space, Microsoft's, or unusable."""
    for zone in zones.values():
        for _, _, record in zone.iterate_rdatas("A"):
            assert ipaddress.IPv4Address(record.address).is_private
        for _, _, record in zone.iterate_rdatas("AAAA"):
            address = record.address
            usable = address.startswith(("3000:", "2a01:111:f400:", "2a01:111:f403:"))
            assert (unusable(address) is None) == usable, address


def test_the_list_has_real_proportions() -> None:
    """342 municipalities, 21 water boards, 12 provinces; some 600 in all, with entrants."""
    now = [body for body in organisations() if body.listed(NOW)]
    assert {sector: sum(b.sector == sector for b in now) for sector in SIZES} == SIZES
    assert (SIZES["gemeente"], SIZES["waterschap"], SIZES["provincie"]) == (342, 21, 12)
    assert 580 <= len(now) <= 620
    assert any(body.first > 0 for body in now)
    assert any(body.last < NOW for body in organisations() if body not in merged())
    assert any("-" in body.domain for body in now)
    assert any(body.domain.startswith("xn--") for body in now)
    assert len({body.domain for body in organisations()}) == len(organisations())


def test_two_municipalities_became_one(made: Path) -> None:
    """Both old mail domains and websites are in renames.csv, with the date."""
    one, other, new = merged()
    with (made / "renames.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["old"]: (row["new"], row["date"]) for row in csv.DictReader(file)}
    assert rows[one.domain] == rows[other.domain] == (new.domain, "2026-05-01")
    assert rows[one.sites[0]] == (new.sites[0], "2026-05-01")
    assert (one.last, other.last, new.first) == (MERGER - 1, MERGER - 1, MERGER)


@pytest.mark.parametrize(
    ("case", "mail_class"),
    [
        ("null_mx", "null_mx"),
        ("null_mx_conflict", "null_mx_conflict"),
        ("no_mx", "no_mx"),
        ("nonexistent", "nonexistent"),
        ("localhost", "invalid_mx"),
        ("proof_only", "invalid_mx"),
        ("proof_beside", "has_mx"),
        ("ip_literal", "has_mx"),
        ("servfail", "unknown"),
        ("refused", "unknown"),
        ("silent", "has_mx"),
        ("mx_cname", "has_mx"),
    ],
)
def test_mail_classes(evidence: Evidence, case: str, mail_class: str) -> None:
    """Each mail class of METHOD.md §3 is there."""
    assert mail_hosts(evidence, BODIES[case].domain).mail_class == mail_class


@pytest.mark.parametrize(
    ("case", "expected", "confidence"),
    [
        ("obsolete_name", "exo_direct", "high"),
        ("other_label", "exo_direct", "high"),
        ("exchange_first", "exo_mixed", "high"),
        ("exchange_backup", "exo_mixed", "high"),
        ("behind_medium", "exo_behind", "medium"),
        ("possible", "exo_possible", "low"),
        ("residue", "other_mailbox", "high"),
        ("servfail", "unknown", ""),
    ],
)
def test_providers(
    evidence: Evidence, operators: Operators, case: str, expected: str, confidence: str
) -> None:
    """Each class of EXCHANGE_ONLINE.md §6 is there."""
    found = provider(evidence, BODIES[case].domain, operators)
    assert (found.mail_provider, found.confidence) == (expected, confidence)


def test_the_other_label_is_the_neighbours(evidence: Evidence, operators: Operators) -> None:
    """The MX host of one domain carries the label of another domain on the list."""
    found = provider(evidence, BODIES["other_label"].domain, operators)
    assert found.label == "other"
    assert found.label_domain in {body.domain for body in organisations()}


@pytest.mark.parametrize(
    ("case", "group"),
    [
        ("obsolete_name", "obsolete_name"),
        ("exchange_first", "exchange_online"),
        ("no_address", "no_address"),
        ("foreign_address", "foreign_address"),
        ("proof_only", "ownership_proof"),
        ("dotted_label", "broken_record"),
        ("mx_alias", "exchange_online"),
        ("proof_first", "exchange_online"),
        ("lost_dot", "gateway"),
        ("silent", None),
    ],
)
def test_laggards(evidence: Evidence, operators: Operators, case: str, group: str | None) -> None:
    """Each odd group of the laggard list has a domain."""
    found = laggard(evidence, provider(evidence, BODIES[case].domain, operators), operators, {})
    assert (found["group"] if found else None) == group


@pytest.mark.parametrize(
    ("case", "seen"),
    [
        ("dotted_label", "Exchange Online, broken (dots in the label)"),
        ("mx_alias", "→ haverkreek-example.mail.protection.outlook.com: Exchange Online"),
        ("mx_cname", "→ mx1.postduif.example"),
        ("proof_first", "left-over proof of ownership"),
        ("lost_dot", "autodiscover.outlook.com.klinkerzand.example (final dot lost)"),
        ("lost_dot", "through _spf.klinkerzand.example"),
    ],
)
def test_records_that_go_a_way_round_or_are_written_wrong(
    evidence: Evidence, operators: Operators, case: str, seen: str
) -> None:
    """Each is there, and the evidence shows it."""
    assert seen in provider(evidence, BODIES[case].domain, operators).evidence


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("mapped", "mapped"),
        ("unique_local", "unique_local"),
        ("documentation", "documentation"),
        ("6to4", "6to4"),
    ],
)
def test_unusable_addresses(evidence: Evidence, case: str, kind: str) -> None:
    """An AAAA at which nobody is reached gives a no, with the kind as the reason."""
    verdict = judgement(evidence, BODIES[case].domain, ["mail"]).verdicts["mail_all"]
    assert verdict.state == "no"
    assert f"only_unusable:{kind}" in verdict.reason


@pytest.mark.parametrize("case", ["servfail", "refused", "silent"])
def test_failed_lookups_are_unknown(evidence: Evidence, case: str) -> None:
    """SERVFAIL, REFUSED and silence give no verdict."""
    verdicts = judgement(evidence, BODIES[case].domain, ["mail"]).verdicts
    assert verdicts["mail_all"].state == "unknown"


def test_few_questions_stay_unanswered(evidence: Evidence) -> None:
    """Silence costs a time-out each: at most six questions of the whole list."""
    silent = [row for row in evidence if row.outcome == "timeout"]
    assert 1 <= len(silent) <= 6


def test_every_question_is_answered_from_the_zones(evidence: Evidence) -> None:
    """Only the names broken on purpose, and those below them, have no answer."""
    failed = {row.qname: row.outcome for row in evidence if row.outcome in UNKNOWN}
    outcomes = {"servfail": "servfail", "refused": "refused", "silence": "timeout"}
    broken = {name: outcomes[behaviour] for name, behaviour in broken_names()}
    for name, outcome in failed.items():
        (cause,) = {part for part in broken if f".{name}".endswith(f".{part}")}
        assert outcome == broken[cause]
    assert set(failed.values()) == {"servfail", "refused", "timeout"}


def test_a_wildcard_a_cname_and_a_long_answer(evidence: Evidence) -> None:
    """A name below a wildcard exists, an MX host can be a CNAME, and TXT can need TCP."""
    wildcard = evidence.question(f"autodiscover.{BODIES['wildcard'].domain}", "CNAME")
    assert wildcard
    assert wildcard.outcome == "nodata"
    alias = evidence.question(f"mail.{BODIES['mx_cname'].domain}", "AAAA")
    assert alias
    assert alias.chain == ("mx1.postduif.example",)
    texts = evidence.records(BODIES["long_txt"].domain, "TXT")
    assert texts
    assert len(texts) > 40


def test_the_shared_operators_are_those_of_the_table(operators: Operators) -> None:
    """Each fictional operator's hosts are found in mail_operators.csv."""
    for operator in MAIL_OPERATORS:
        found = operators.of(f"mx1.{operator.suffix}")
        assert found
        assert (found.operator, found.kind) == (operator.name, operator.kind)
