"""The gap: whose hosts failing domains depend on, and what fixing some would bring."""

import itertools
from types import SimpleNamespace

import pandas as pd
import pytest
from dependencies import WORLD, dependencies
from hypothesis import given, settings
from hypothesis import strategies as st

import v6monitor as v6
from v6monitor.analysis.gap import domain_states
from v6monitor.errors import InputError, UsageError


def test_a_cause_is_sole_shared_or_unclear():
    """Alone; with another that fails; with another of which it could not be told."""
    world = dependencies(a="Xn Xn Yy", b="Xn Yn", c="Xn Y?", d="Xn X?", e="Yy")
    table = v6.gap.attribution(world).set_index("operator")
    assert table.loc["X"].to_dict() == {"domains": 4, "sole": 2, "with_others": 1, "unclear": 1}
    assert table.loc["Y"].to_dict() == {"domains": 1, "sole": 0, "with_others": 1, "unclear": 0}


def test_by_tenant_hosts_without_one_are_left_out():
    """A gateway has no tenant."""
    table = v6.gap.attribution(dependencies(a="Mnt", b="Mnt Gn", c="Gn"), by="tenant")
    assert table.to_dict("records") == [
        {"tenant": "t", "domains": 2, "sole": 1, "with_others": 1, "unclear": 0}
    ]


@settings(deadline=None, max_examples=60)
@given(WORLD)
def test_the_causes_add_up_to_the_failing_domains(world: pd.DataFrame):
    """Each failing domain is sole or unclear at one operator, or shared between several."""
    table = v6.gap.attribution(world)
    failing = domain_states(world)["state"].eq("no").sum()
    at = world[world["state"] == "no"].groupby("domain")["operator"].nunique()
    assert table["sole"].sum() + table["unclear"].sum() == (at == 1).sum()
    assert table["with_others"].sum() == at[at > 1].sum()
    assert len(at) == failing
    assert (table[["sole", "with_others", "unclear"]].sum(axis=1) == table["domains"]).all()


MIXED = dependencies(a="Xn", b="Xn Yn", c="Yn", d="Yn", e="Zy", f="Zy")


def test_a_set_of_operators_brings_more_than_its_members():
    """X alone gives 1 domain, Y alone 2, together 4: one of them fails at both."""
    found = {name: v6.gap.what_if(MIXED, set(name))["yes"] for name in ("X", "Y", "XY")}
    assert found == {"X": 3, "Y": 4, "XY": 6}


def test_points_count_from_the_present():
    """Two of six now, four of six with Y: 33.3 points."""
    told = v6.gap.what_if(MIXED, ["Y"])
    assert told["adoption_now"] == pytest.approx(2 / 6)
    assert told["points"] == pytest.approx(100 * 2 / 6)


def test_what_is_unknown_stays_unknown():
    """A domain whose other host could not be told does not become a yes, only no longer a no."""
    world = dependencies(a="Xn Y?", b="Xy", c="Xy", d="Xn", e="Xy", f="-?")
    told = v6.gap.what_if(world, ["X"])
    assert told[["yes", "no", "unknown"]].to_list() == [4, 0, 2]
    assert told[["adoption", "lower", "upper"]].to_list() == [1.0, 4 / 6, 1.0]


def test_one_tenant_is_a_set_too():
    """Only the hosts that the tenant administers change."""
    world = dependencies(a="Mnt", b="Mnt", c="Mnu", d="My", e="My")
    assert v6.gap.what_if(world, tenants=["t"])["yes"] == 4


@pytest.mark.parametrize("name", ["x", "", "Microsoft"])
def test_a_name_that_is_not_there_is_told(name: str):
    """A typing error would look like an operator that brings nothing."""
    with pytest.raises(UsageError, match="choose one of the table"):
        v6.gap.what_if(MIXED, [name])


def test_a_state_that_is_not_one_is_told():
    """Needs are of domains to which mail applies: not applicable is no state of a host."""
    with pytest.raises(InputError, match="expected yes, no or unknown"):
        domain_states(MIXED.replace("no", "not_applicable"))


def test_under_five_domains_there_are_no_points():
    """Counts only, as for every share."""
    told = v6.gap.what_if(dependencies(a="Xn", b="Xy"), ["X"])
    assert told["yes"] == 2
    assert pd.isna(told["points"])


def test_the_order_is_no_sorting_by_size():
    """B has most failing domains, but they fail at A too: A goes first, then B brings three."""
    world = dependencies(
        a="An", b="An", c="An Bn", d="An Bn", e="An Bn", f="Bn", g="Cn", h="Cn", i="Cy"
    )
    order = v6.gap.fix_order(world)
    assert order["operator"].to_list() == ["now", "A", "B", "C"]
    assert order["solved"].to_list() == [0, 2, 4, 2]
    assert order["cumulative"].round(1).to_list() == [0.0, 22.2, 66.7, 88.9]


def test_the_order_per_tenant_leaves_other_hosts_alone():
    """A domain that also fails at a gateway is not solved by its tenant."""
    world = dependencies(a="Mnt", b="Mnt", c="Mnt Gn", d="Mnu", e="Gn", f="My")
    order = v6.gap.fix_order(world, "tenant")
    assert order["tenant"].to_list() == ["now", "t", "u"]
    assert order["yes"].to_list() == [1, 3, 4]


def test_the_order_ends_before_the_steps_of_one_domain():
    """Steps of one domain each are not worth a row: the last row says how many domains are left."""
    world = dependencies(a="An", b="An", c="Bn", d="Cn", e="Dn", f="Ey")
    order = v6.gap.fix_order(world, top=5)
    assert order["operator"].to_list() == ["now", "A"]
    assert order["no"].to_list() == [5, 3]
    assert v6.gap.fix_order(dependencies(a="An", b="An", c="Bn", d="Bn"), top=1)["no"].iloc[-1] == 2


def test_of_what_is_left_the_hosts_of_its_own_are_counted():
    """C fails at its own host only, d elsewhere too until A has IPv6, e at another single host."""
    world = dependencies(a="An", b="An", c="cn", d="dn An", e="Xn")
    domains = {name: f"{name}.example" for name in "abcde"}
    world = world.assign(
        domain=world["domain"].map(domains), operator=world["operator"].replace(domains)
    )
    order = v6.gap.fix_order(world, top=5)
    assert order["operator"].to_list() == ["now", "A"]
    assert order[["no", "own"]].to_numpy().tolist() == [[5, 1], [3, 2]]


def test_a_step_says_who_can_take_it():
    """At Exchange Online each tenant's administrator; at any other operator the operator."""
    world = dependencies(a="Mnt", b="Mnt", c="Mnu", d="Mn", e="Gn", f="Gn")
    world["operator"] = world["operator"].replace("M", "Microsoft")
    order = v6.gap.fix_order(world).set_index("operator")
    assert order["acts"].to_dict() == {"now": "", "Microsoft": "administrators", "G": "operator"}
    assert order["tenants"].to_list() == [0, 2, 0]
    tenants = v6.gap.fix_order(world, "tenant")
    assert tenants["acts"].to_list() == ["", "administrators", "administrators"]
    world["administrator"] = ["tenant t", "tenant t", "tenant u", "d", "G", "G"]
    each = v6.gap.fix_order(world, "administrator", top=5).set_index("administrator")
    assert each["acts"].to_dict() == {"now": "", "G": "operator", "tenant t": "administrators"}
    assert each[["no", "own"]].to_numpy().tolist() == [[6, 0], [4, 0], [2, 0]]


def test_without_a_gap_there_is_nothing_to_do():
    """One row, the present; also of no domain at all."""
    assert v6.gap.fix_order(dependencies(a="Xy", b="Xy"))["operator"].to_list() == ["now"]
    assert v6.gap.fix_order(dependencies())["applicable"].to_list() == [0]


@settings(deadline=None, max_examples=25)
@given(WORLD, st.sets(st.sampled_from("WXYZ")))
def test_the_bounds_contain_every_completion(world: pd.DataFrame, chosen: set[str]):
    """Whatever the unknown hosts turn out to be, the share lies between lower and upper."""
    operators = chosen & set(world["operator"])
    told = v6.gap.what_if(world, operators)
    doubtful = list(world.index[world["state"] == "unknown"])[:4]
    for completion in itertools.product(["yes", "no"], repeat=len(doubtful)):
        whole = world.copy()
        whole.loc[doubtful, "state"] = list(completion)
        after = v6.gap.what_if(whole, operators)
        share = after["yes"] / after["applicable"]
        assert told["lower"] - 1e-9 <= share
        if len(doubtful) == (world["state"] == "unknown").sum():
            assert share <= told["upper"] + 1e-9


@settings(deadline=None, max_examples=25)
@given(WORLD)
def test_everything_remedied_is_the_top_of_the_bounds(world: pd.DataFrame):
    """No domain is left that fails, so the share is the upper bound: all of it."""
    told = v6.gap.what_if(world, set(world["operator"]) - {""})
    assert told["no"] == 0
    assert told["upper"] == 1.0
    assert told["yes"] == 0 or told["adoption"] == told["upper"]


@settings(deadline=None, max_examples=25)
@given(WORLD)
def test_the_cumulative_sum_is_the_what_if_of_the_union(world: pd.DataFrame):
    """After every step, and the bounds with it."""
    order = v6.gap.fix_order(world)
    for step in range(1, len(order)):
        union = v6.gap.what_if(world, set(order["operator"].iloc[1 : step + 1]))
        row = order.iloc[step]
        assert list(row[["yes", "no", "unknown"]]) == list(union[["yes", "no", "unknown"]])
        assert row["cumulative"] == pytest.approx(union["points"], nan_ok=True)
        assert row[["lower", "upper"]].to_list() == pytest.approx(list(union[["lower", "upper"]]))
    assert order["points"].sum(skipna=False) == pytest.approx(
        order["cumulative"].iloc[-1], nan_ok=True
    )


@settings(deadline=None, max_examples=25)
@given(WORLD)
def test_no_step_could_have_gained_more(world: pd.DataFrame):
    """Greedy: of those that are left, none would have added more than the one taken."""
    order = v6.gap.fix_order(world)
    names = order["operator"].iloc[1:].to_list()
    for step, taken in enumerate(names):
        done = set(names[:step])
        after = {name: v6.gap.what_if(world, done | {name}) for name in names[step:]}
        share = {name: one["yes"] / max(one["yes"] + one["no"], 1) for name, one in after.items()}
        assert share[taken] >= max(share.values()) - 1e-9


@settings(deadline=None, max_examples=25)
@given(WORLD)
def test_the_states_are_those_of_the_shares(world: pd.DataFrame):
    """The present is the adoption of the domains themselves."""
    present = v6.gap.fix_order(world).iloc[0]
    share = v6.shares(domain_states(world)).iloc[0]
    assert present["adoption"] == pytest.approx(share["adoption"], nan_ok=True)
    assert present["applicable"] == world["domain"].nunique()


def test_of_equal_gains_the_operator_with_more_failing_domains_goes_first():
    """A, B and D each solve one domain, and B fails at two; of the rest the name decides."""
    world = dependencies(a="An", b="Bn", c="Bn Cn", d="Dn", e="Xy")
    order = v6.gap.fix_order(world)
    assert order["operator"].to_list() == ["now", "B", "A", "C", "D"]
    assert order["solved"].to_list() == [0, 1, 1, 1, 1]


def test_a_month_stands_for_its_table_of_mx_hosts():
    """``v6.gap(month)`` and its parts take a Month; anything else is named."""
    month = SimpleNamespace(mx_hosts=MIXED)
    pd.testing.assert_frame_equal(v6.gap(month), v6.gap.attribution(MIXED))
    assert v6.gap.what_if(month, ["Y"])["yes"] == 4
    assert v6.gap.fix_order(month)["solved"].sum() == 4
    with pytest.raises(UsageError, match="found a str: expected a Month"):
        v6.gap("2026-10")


def test_the_tables_name_their_source():
    """As of the lookups that the hosts come from."""
    hosts = MIXED.copy()
    hosts.attrs["source"] = ["lookups 2026-10-07T09:00:00+00:00"]
    for table in (v6.gap(hosts), v6.gap.fix_order(hosts)):
        assert table.attrs["source"] == ["lookups 2026-10-07T09:00:00+00:00"]
