"""Whose hosts do the failing domains wait for? Hand-worked, and sums that must hold."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from needs_tables import WORLD, needs

import v6monitor as v6
from v6monitor.analysis.gap import domain_states


def test_a_cause_is_sole_shared_or_unclear():
    """Alone; with another that fails; with another of which it could not be told."""
    world = needs(a="Xn Xn Yy", b="Xn Yn", c="Xn Y?", d="Xn X?", e="Yy")
    table = v6.gap.attribution(world).set_index("operator").drop(columns="failing")
    assert table.loc["X"].to_dict() == {"domains": 4, "sole": 2, "with_others": 1, "unclear": 1}
    assert table.loc["Y"].to_dict() == {"domains": 1, "sole": 0, "with_others": 1, "unclear": 0}


def test_the_rest_is_one_row_that_counts_a_domain_once():
    """Operators of one domain are together; a domain that fails at two of them is one domain."""
    world = needs(a="Xn", b="Xn", c="Vn Wn", d="Yn", e="Xy")
    table = v6.gap.attribution(world, top=5)
    assert table["operator"].to_list() == ["X", "other"]
    assert table["domains"].to_list() == [2, 2]
    assert table["with_others"].to_list() == [0, 1]


def test_by_tenant_hosts_without_one_are_left_out():
    """A gateway has no tenant."""
    table = v6.gap.attribution(needs(a="Mnt", b="Mnt Gn", c="Gn"), by="tenant")
    assert table.to_dict("records") == [
        {"tenant": "t", "domains": 2, "sole": 1, "with_others": 1, "unclear": 0, "failing": 3}
    ]


def test_concentration_of_hand():
    """Three and a half domains at X, a half at Y: (7/8)² + (1/8)²."""
    found = v6.gap.concentration(needs(a="Xn", b="Xn", c="Xn", d="Xn Yn"))
    assert found.hhi == pytest.approx((7 / 8) ** 2 + (1 / 8) ** 2)
    assert found.equal == pytest.approx(1 / found.hhi)
    assert (found.units, found.domains) == (2, 4)


def test_without_a_gap_nothing_is_concentrated():
    """NaN and no error."""
    found = v6.gap.concentration(needs(a="Xy", b="X?"))
    assert math.isnan(found.hhi)
    assert found.domains == 0


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


@settings(deadline=None, max_examples=60)
@given(WORLD)
def test_concentration_lies_between_one_and_equal_parts(world: pd.DataFrame):
    """1/HHI is at least 1 and at most the number of operators with a part."""
    found = v6.gap.concentration(world)
    if found.domains:
        assert 1 - 1e-9 <= found.equal <= found.units + 1e-9
