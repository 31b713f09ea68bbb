"""How domains got IPv6 for their mail, by the MX hosts that the logs of months name."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v6monitor.analysis.effect import HOW, OWN_CHANGE, fixes
from v6monitor.errors import InputError

_OUTLOOK = "town-example.mail.protection.outlook.com"
_OPERATORS = {"outlook.com": "Microsoft", "microsoft": "Microsoft"}
_STATES = {"+": "yes", "-": "no", "?": "unknown"}


def _hosts(*months: str) -> pd.DataFrame:
    """Return the hosts of one domain by month, each with ``+``, ``-`` or ``?`` for its state."""
    rows = [
        (f"2026-{month:02}", "town.example", written[:-1], _STATES[written[-1]])
        for month, text in enumerate(months, start=1)
        for written in text.split()
    ]
    rows.append((f"2026-{len(months):02}", "other.example", "mx.other.example", "yes"))
    table = pd.DataFrame(rows, columns=["period", "domain", "host", "state"])
    zone = table["host"].str.split(".").str[-2:].str.join(".")
    table["operator"] = [
        "Microsoft" if name.endswith((".outlook.com", ".microsoft")) else of
        for name, of in zip(table["host"], zone, strict=True)
    ]
    return table.assign(kind=zone.map({"gate.example": "gateway"}).fillna("").astype("str"))


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        (f"{_OUTLOOK}-", f"{_OUTLOOK}+", "same_exchange_host"),
        ("mx.gate.example-", "mx.gate.example+", "same_gateway"),
        ("mx.town.example-", "mx.town.example+ mx2.town.example+", "same_host"),
        (f"{_OUTLOOK}-", "town.b-v1.mx.microsoft+", "mx_microsoft"),
        ("town.example.mail.protection.outlook.com-", f"{_OUTLOOK}+", "record_repaired"),
        ("town-example.mail.eo.outlook.com-", f"{_OUTLOOK}+", "record_repaired"),
        ("town0-example.mail.protection.outlook.com-", f"{_OUTLOOK}+", "other_exchange_host"),
        (f"{_OUTLOOK}-", "mx.gate.example+", "other_operator"),
        ("mx.town.example-", "mx3.town.example+", "other_host"),
        ("mx1.town.example+ mx2.town.example-", "mx1.town.example+", "host_removed"),
    ],
)
def test_every_way_is_told_from_the_hosts(before: str, after: str, how: str):
    """Two months: the hosts without IPv6, and those of the month in which all have it."""
    row = fixes(_hosts(before, after)).iloc[0]
    assert (row["outcome"], row["period"], row["how"]) == ("fixed", "2026-02", how)


def test_all_ways_are_tried_and_the_first_three_are_not_the_domains_own_doing():
    """The list of ways has no other, and those after the first three need a change of MX."""
    assert len(HOW) == 9
    assert {"same_exchange_host", "same_gateway", "same_host"} == set(HOW) - OWN_CHANGE


@pytest.mark.parametrize(
    ("months", "outcome", "last", "period"),
    [
        (("a-", "a-"), "not_fixed", "2026-02", ""),
        (("a-", "a?"), "unknown", "2026-01", ""),
        (("a-", ""), "left", "2026-01", ""),
        (("a-", "a+", "a-", "a?", "a+"), "fixed", "2026-03", "2026-05"),  # lost in between
        (("a-", "a?", "a+", "a+"), "fixed", "2026-01", "2026-03"),
        (("a-", "a+", ""), "left", "2026-01", ""),
    ],
)
def test_the_newest_log_decides(months: tuple[str, ...], outcome: str, last: str, period: str):
    """A fix counts from the last month without; what the newest log does not say is not guessed."""
    row = fixes(_hosts(*months)).set_index("domain").loc["town.example"]
    assert (row["outcome"], row["last_without"], row["period"]) == (outcome, last, period)
    assert row["first_without"] == "2026-01"


def test_who_had_ipv6_or_lost_it_only_now_is_no_case():
    """Without IPv6 in the newest month alone nothing can have been fixed."""
    assert fixes(_hosts("a+", "a-")).empty
    assert fixes(_hosts("a-")).empty
    assert fixes(_hosts("a-")[:0]).empty


def test_operators_before_and_after_are_named():
    """Before: who ran the hosts without IPv6; after: all."""
    row = fixes(_hosts(f"{_OUTLOOK}- mx.town.example+", "mx.gate.example+")).iloc[0]
    assert (row["operator_before"], row["operator"]) == ("Microsoft", "gate.example")
    assert row["exchange"]


def test_a_renamed_domain_did_not_leave_the_list():
    """Under its newest name; another with the same records that nobody renamed has left."""
    hosts = _hosts("mx.gate.example-", "mx.gate.example-", "mx.gate.example+")
    hosts["domain"] = hosts["domain"].mask(hosts["period"] < "2026-03", "stad.example")
    table = pd.concat([hosts, hosts.iloc[:2].assign(domain="gone.example")])
    found = fixes(table, renames={"stad.example": "town.example"}).set_index("domain")
    assert found["outcome"].to_dict() == {"town.example": "fixed", "gone.example": "left"}
    assert found.loc["town.example", ["last_without", "how"]].tolist() == [
        "2026-02",
        "same_gateway",
    ]


def test_an_unknown_state_is_an_error():
    """The message names it."""
    with pytest.raises(InputError, match="perhaps"):
        fixes(_hosts("a-", "a+").assign(state="perhaps"))


_WORLD = st.dictionaries(
    st.sampled_from("abcdef"),
    st.lists(st.sampled_from(["", "x", "y", "xy"]), min_size=4, max_size=4),
    min_size=1,
)


@settings(deadline=None, max_examples=60)
@given(_WORLD, st.randoms(use_true_random=False))
def test_outcomes_add_up_to_all_that_lacked_ipv6(world, random):
    """Each domain without IPv6 before the newest month has one row, with one outcome and way."""
    rows = [
        (f"2026-0{month}", domain, host, host, "", random.choice(["yes", "no", "unknown"]))
        for domain, months in world.items()
        for month, hosts in enumerate(months, start=1)
        for host in hosts
    ]
    rows.append(("2026-04", "always", "x", "x", "", "yes"))
    columns = ["period", "domain", "host", "operator", "kind", "state"]
    table = pd.DataFrame(rows, columns=columns)
    found = fixes(table)
    lacked = table[(table["state"] == "no") & (table["period"] < "2026-04")]["domain"].unique()
    assert sorted(found["domain"]) == sorted(lacked)
    assert (found["how"].ne("") == found["outcome"].eq("fixed")).all()
    assert found["how"].isin([*HOW, ""]).all()
    assert (found["period"] > found["last_without"])[found["outcome"] == "fixed"].all()
