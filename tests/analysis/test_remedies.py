"""What would it take? Hand-worked cases, and properties of every small world."""

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs_tables import WORLD, needs

import v6monitor as v6
from v6monitor.analysis.gap import domain_states
from v6monitor.errors import InputError, UsageError

MIXED = needs(a="Xn", b="Xn Yn", c="Yn", d="Yn", e="Zy", f="Zy")


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
    world = needs(a="Xn Y?", b="Xy", c="Xy", d="Xn", e="Xy", f="-?")
    told = v6.gap.what_if(world, ["X"])
    assert told[["yes", "no", "unknown"]].to_list() == [4, 0, 2]
    assert told[["adoption", "lower", "upper"]].to_list() == [1.0, 4 / 6, 1.0]


def test_one_tenant_is_a_set_too():
    """Only the hosts that the tenant administers change."""
    world = needs(a="Mnt", b="Mnt", c="Mnu", d="My", e="My")
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
    told = v6.gap.what_if(needs(a="Xn", b="Xy"), ["X"])
    assert told["yes"] == 2
    assert pd.isna(told["points"])


def test_the_order_is_no_sorting_by_size():
    """B has most failing domains, but they fail at A too: A goes first, then B brings three."""
    world = needs(a="An", b="An", c="An Bn", d="An Bn", e="An Bn", f="Bn", g="Cn", h="Cn", i="Cy")
    order = v6.gap.fix_order(world)
    assert order["operator"].to_list() == ["now", "A", "B", "C"]
    assert order["solved"].to_list() == [0, 2, 4, 2]
    assert order["cumulative"].round(1).to_list() == [0.0, 22.2, 66.7, 88.9]


def test_the_order_per_tenant_leaves_other_hosts_alone():
    """A domain that also fails at a gateway is not solved by its tenant."""
    world = needs(a="Mnt", b="Mnt", c="Mnt Gn", d="Mnu", e="Gn", f="My")
    order = v6.gap.fix_order(world, "tenant")
    assert order["tenant"].to_list() == ["now", "t", "u"]
    assert order["yes"].to_list() == [1, 3, 4]


def test_what_comes_after_the_top_is_one_row():
    """Steps of one domain each are not worth a row; nothing is lost of the sum."""
    world = needs(a="An", b="An", c="Bn", d="Cn", e="Dn", f="Ey")
    order = v6.gap.fix_order(world, top=5)
    assert order["operator"].to_list() == ["now", "A", "other"]
    assert order["domains"].to_list() == [0, 2, 3]
    assert order["solved"].sum() == 5
    assert order["cumulative"].iloc[-1] == pytest.approx(v6.gap.fix_order(world)["points"].sum())


def test_without_a_gap_there_is_nothing_to_do():
    """One row, the present; also of no domain at all."""
    assert v6.gap.fix_order(needs(a="Xy", b="Xy"))["operator"].to_list() == ["now"]
    assert v6.gap.fix_order(needs())["applicable"].to_list() == [0]


def test_scenarios_end_with_everybody():
    """The largest operators alone, then all together."""
    table = v6.gap.scenarios(MIXED, top=1)
    assert table["scenario"].to_list() == ["Y", "total"]
    assert table["adoption"].to_list() == [pytest.approx(4 / 6), 1.0]


@settings(deadline=None, max_examples=25)
@given(WORLD, st.sets(st.sampled_from("WXYZ")))
def test_the_bounds_contain_every_completion(world: pd.DataFrame, chosen: set[str]):
    """Whatever the unknown hosts turn out to be, the share lies between lower and upper."""
    operators = chosen & set(world["operator"])
    told = v6.gap.what_if(world, operators)
    doubtful = list(world.index[world["state"] == "unknown"])[:6]
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
