import datetime as dt
from collections.abc import Iterator

import pytest

from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.plan import POOL, Plan
from v6monitor.dns.seen import Seen
from v6monitor.errors import UsageError


def row(
    qname: str,
    qtype: str,
    *answers: str,
    outcome: str = "",
    chain: str = "",
    detail: str = "",
) -> Observation:
    """Return an observation: ok with answers, nodata without."""
    return Observation(
        qname, qtype, outcome or ("ok" if answers else "nodata"), answers,
        (chain,) if chain else (), None, False, "r", dt.datetime.now(dt.UTC), 1.0, 1, detail,
    )  # fmt: skip


def drain(plan: Plan) -> list[Question]:
    """Return all that waits."""
    questions = []
    while question := plan.pop():
        questions.append(question)
    return questions


def raised(observation: Observation) -> set[tuple[str, str]]:
    """Return the questions that an answer raises."""
    plan = Plan([])
    plan.learn(observation)
    return set(drain(plan))


def test_a_mail_domain_is_asked_for_all_that_tells_of_its_mail() -> None:
    """MX, name servers, TXT and the three names below it."""
    assert set(drain(Plan([("Town.example", "mail")]))) == {
        ("town.example", "MX"),
        ("town.example", "NS"),
        ("town.example", "TXT"),
        ("autodiscover.town.example", "CNAME"),
        ("selector1._domainkey.town.example", "CNAME"),
        ("selector2._domainkey.town.example", "CNAME"),
    }


@pytest.mark.parametrize("name", ["town.example", "www.town.example"])
def test_a_website_is_asked_with_and_without_www(name: str) -> None:
    """The name as listed, its www and its bare form."""
    addresses = {
        (host, qtype) for host in ("town.example", "www.town.example") for qtype in ("A", "AAAA")
    }
    assert set(drain(Plan([(name, "web")]))) == {(name, "NS"), *addresses}


def test_a_list_with_duplicates_asks_each_question_once() -> None:
    """However a name is written, and however many domains share a host."""
    plan = Plan([("town.example", "mail"), ("TOWN.example.", "mail"), ("other.example", "mail")])
    for domain in ("town.example", "other.example"):
        plan.learn(row(domain, "MX", "10 mx.gate.example", "20 mx.gate.example"))
    questions = drain(plan)
    assert len(questions) == len(set(questions)) == len(plan) == 2 * 6 + 3


def test_mx_hosts_are_asked_for_addresses_and_their_zone() -> None:
    """A null MX names no host."""
    assert raised(row("town.example", "MX", "10 mx.gate.example", "0 .")) == {
        ("mx.gate.example", "A"),
        ("mx.gate.example", "AAAA"),
        ("mx.gate.example", "NS"),
    }


def test_without_mx_the_domain_itself_may_receive_mail() -> None:
    """RFC 5321: an implicit MX, worth a note."""
    assert raised(row("town.example", "MX")) == {
        ("town.example", "A"),
        ("town.example", "AAAA"),
    }


def test_a_failed_mx_lookup_raises_nothing() -> None:
    """What nobody could tell is not guessed at."""
    assert raised(row("town.example", "MX", outcome="servfail")) == set()


@pytest.mark.parametrize(
    ("observation", "next_name"),
    [
        (row("a.b.gate.example", "NS"), "b.gate.example"),
        (row("b.gate.example", "NS", outcome="nxdomain"), "gate.example"),
        (row("gate.example", "NS"), ""),
        (row("b.gate.example", "NS", outcome="timeout"), ""),
        (row("example", "NS"), ""),
        (row("b.gate.example", "NS", outcome="refused"), "gate.example"),
        (row("b.gate.example", "NS", outcome="notimp"), "gate.example"),
        (row("gate.example", "NS", outcome="refused"), ""),
        (row("a.b.gate.example", "NS", detail="zone gate.example"), "gate.example"),
        (row("gate.example", "NS", detail="zone gate.example"), ""),
        (row("gate.example", "NS", detail="zone example"), "example"),
        (row("gate.example", "NS", outcome="nxdomain", detail="zone example"), ""),
        (row("gate.example", "NS", outcome="nxdomain", detail="zone ."), ""),
    ],
)
def test_name_servers_are_sought_upward_to_the_registrable_domain(
    observation: Observation, next_name: str
) -> None:
    """In the zone that denies; else label by label, as long as nothing fails but the type."""
    assert raised(observation) == ({(next_name, "NS")} if next_name else set())


def test_name_servers_at_the_end_of_a_cname_are_another_zones() -> None:
    """Their addresses are asked, and the walk goes on."""
    observation = row("www.town.example", "NS", "ns.cdn.example", chain="town.cdn.example")
    assert raised(observation) == {
        ("ns.cdn.example", "A"),
        ("ns.cdn.example", "AAAA"),
        ("town.example", "NS"),
    }


def test_the_targets_of_an_mx_host_and_of_a_website_are_asked_for_their_name_servers() -> None:
    """Whatever is known first, and only of these: a target's own aliases lead nowhere."""
    alias = row("mx.town.example", "A", "192.0.2.1", chain="mx.else.example")
    mail = row("town.example", "MX", "10 mx.town.example")
    for order in ([alias, mail], [mail, alias]):
        plan = Plan([])
        for answer in order:
            plan.learn(answer)
        assert Question("mx.else.example", "NS") in drain(plan)
    plan = Plan([("town.example", "web")])
    drain(plan)
    plan.learn(row("www.town.example", "AAAA", chain="cdn.example"))
    plan.learn(row("cdn.example", "A", "192.0.2.1", chain="further.example"))
    assert drain(plan) == [("cdn.example", "NS")]


def test_the_cnames_of_a_helper_are_followed_but_not_for_ever() -> None:
    """Each target once, sixteen at most, and none behind a name that says whose it is."""
    plan = Plan([])
    name = "autodiscover.town.example"
    for number in range(20):
        plan.learn(row(name, "CNAME", f"a{number}.example"))
        waiting = drain(plan)
        if not waiting:
            break
        name = f"a{number}.example"
        assert waiting == [(name, "CNAME")]
    assert number == 15
    assert raised(row("a.example", "CNAME", "a.example")) == {("a.example", "CNAME")}
    for end in ("autodiscover.outlook.com", "selector1-x._domainkey.y.onmicrosoft.com"):
        assert raised(row("a.example", "CNAME", end)) == set()


def test_autodiscover_without_an_alias_may_be_an_srv_record() -> None:
    """Only when there is definitely no CNAME."""
    name, service = "autodiscover.town.example", ("_autodiscover._tcp.town.example", "SRV")
    assert raised(row(name, "CNAME")) == {service}
    assert raised(row(name, "CNAME", outcome="nxdomain")) == {service}
    assert raised(row(name, "CNAME", outcome="servfail")) == set()
    assert raised(row("selector1._domainkey.town.example", "CNAME")) == set()


def test_spf_records_under_the_domains_own_name_are_asked_for_one_level_deep() -> None:
    """As the domain's SPF record refers to them; those of others are not."""
    spf = '"v=spf1 include:_spf.Town.example. include:downtown.example ?include:%{i}.town.example"'
    plan = Plan([])
    plan.learn(row("town.example", "TXT", spf, '"include:no.town.example"'))
    assert drain(plan) == [("_spf.town.example", "TXT")]
    plan.learn(row("_spf.town.example", "TXT", '"v=spf1 include:more._spf.town.example"'))
    assert drain(plan) == []


def test_names_that_are_no_host_names_are_rows_and_not_asked() -> None:
    """Each with its reason, once."""
    settled: list[Observation] = []
    plan = Plan(
        [("foo bar", "mail"), ("foo bar", "mail"), ("n.v.t.", "web")], settle=settled.append
    )
    assert plan.pop() is None
    assert [row[:3] for row in settled] == [
        ("foo bar", "MX", "invalid_name"),
        ("n.v.t.", "AAAA", "invalid_name"),
    ]
    assert all(row.detail for row in settled)
    assert plan.settled == len(plan) == 2


def test_the_seed_decides_the_order() -> None:
    """The same seed gives the same order, another one another, and none the list's."""
    names = [(f"town{number}.example", "web") for number in range(50)]
    first, again, other = (drain(Plan(names, seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert first != sorted(first)


def test_subjects_are_taken_as_room_comes() -> None:
    """A list of any length waits outside; the expected number follows from what was taken."""
    taken = 0

    def names() -> Iterator[tuple[str, str]]:
        nonlocal taken
        for taken in range(1, 100_001):
            yield f"town{taken}.example", "web"

    plan = Plan(names())
    assert plan.pop() is not None
    assert 0 < taken < 1000  # some at once, so that a long list does not hold up the first question
    for _ in range(100):
        plan.pop()
    assert POOL / 5 <= taken <= POOL / 5 + 21
    listed = Plan([(f"town{number}.example", "web") for number in range(2 * POOL)])
    assert len(listed) == listed.expected == 0
    assert listed.pop()
    assert listed.expected == pytest.approx(2 * POOL * 5, rel=0.01)


def test_what_is_left_about_a_failing_domain_is_next_once_the_list_has_ended() -> None:
    """So that the pause before it is asked again passes while others are asked."""
    plan = Plan([(f"town{number}.example", "web") for number in range(50)])
    plan.hasten("town7.example")  # the list has not begun
    first = plan.pop()
    assert first
    plan.hasten("www.town9.example")
    plan.hasten("town9.example")
    left = {question for question in drain(plan)[:5] if question != first}
    assert {question.qname for question in left} <= {"town9.example", "www.town9.example"}
    assert len(plan) == 250


def test_what_is_known_already_is_not_asked() -> None:
    """Its row is settled as it is, and what follows from it is asked."""
    known = row("town.example", "MX", "10 mx.gate.example")
    settled: list[Observation] = []
    plan = Plan(
        [("town.example", "mail")],
        settle=settled.append,
        known=lambda question: known if question == known[:2] else None,
    )
    questions = drain(plan)
    assert settled == [known]
    assert Question("town.example", "MX") not in questions
    assert Question("mx.gate.example", "AAAA") in questions


def test_what_was_seen_is_a_set_that_does_not_grow_in_memory() -> None:
    """Also when it is far larger than what SQLite may hold in memory: the rest is on disk."""
    seen = Seen()
    assert seen.update(range(0, 2_000_000, 2)) == 1_000_000
    assert [seen.add(key) for key in (1, 2, 1, -7)] == [True, False, False, True]
    assert -7 in seen
    assert 3 not in seen


def test_no_room_for_what_was_seen_is_said() -> None:
    """What was asked so far is in the journal, and the run can go on elsewhere."""
    seen = Seen()
    seen.update(range(50_000))  # so many are on disk
    seen._database.execute("PRAGMA max_page_count = 3")
    with pytest.raises(UsageError, match=r"scratch file \(database or disk is full\); make room"):
        seen.update(range(200_000))


def test_a_run_goes_on_where_it_ended() -> None:
    """What was asked is not asked again, what its answers raise is, whatever their order."""
    whole = Plan([("town.example", "mail")])
    answers = [
        row("town.example", "MX", "10 mx.gate.example"),
        row("mx.gate.example", "NS"),
    ]
    for answer in answers:
        whole.learn(answer)
    asked = {Question(*answer[:2]) for answer in answers} | {Question("mx.gate.example", "A")}
    resumed = Plan([("town.example", "mail")])
    resumed.recall(asked, reversed(answers))
    assert set(drain(resumed)) == set(drain(whole)) - asked


def test_all_that_end_to_end_mail_needs_is_asked() -> None:
    """Name servers of the domain and of every MX host's zone, and the addresses of them all."""
    asked = set(drain(Plan([("town.example", "mail")])))
    for answer in (
        row("town.example", "MX", "10 mx.a.gate.example", "20 mx.other.example"),
        row("town.example", "NS", "ns.dns.example"),
        row("mx.a.gate.example", "NS"),
        row("a.gate.example", "NS", "ns.gate.example"),
        row("mx.other.example", "NS", "ns.other.example"),
    ):
        assert Question(*answer[:2]) in asked
        asked |= {Question(*question) for question in raised(answer)}
    hosts = ["mx.a.gate.example", "mx.other.example", "ns.dns.example", "ns.gate.example"]
    assert {Question(host, "AAAA") for host in [*hosts, "ns.other.example"]} <= asked
