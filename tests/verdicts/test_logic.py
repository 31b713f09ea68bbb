from itertools import product

import pytest

from v6monitor.verdicts.logic import at_least, conjunction, disjunction

WORLDS = {"yes": ["yes"], "no": ["no"], "unknown": ["yes", "no"]}


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_every_combination_agrees_with_all_the_worlds_it_allows(length: int) -> None:
    """A verdict is definite exactly when each way to fill in the unknowns gives that verdict."""
    for states in product(WORLDS, repeat=length):
        worlds = list(product(*(WORLDS[state] for state in states)))
        for rule, holds in (
            (conjunction, lambda world: "no" not in world),
            (disjunction, lambda world: "yes" in world),
            (lambda found: at_least(2, found), lambda world: world.count("yes") > 1),
        ):
            outcomes = {"yes" if holds(world) else "no" for world in worlds}
            assert rule(states) == (outcomes.pop() if len(outcomes) == 1 else "unknown")
