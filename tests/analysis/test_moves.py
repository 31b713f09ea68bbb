"""Who moved, how sure a loss is, and how often one comes back."""

import pandas as pd
import pytest

import v6monitor as v6

STATES = {"y": "yes", "n": "no", "?": "unknown", "-": "not_applicable"}


def month(period: str = "", **states: str) -> pd.DataFrame:
    """Return a states table of domain=letter; a dot is a domain that is not on the list."""
    there = {name: STATES[letter] for name, letter in states.items() if letter != "."}
    made = pd.DataFrame({"domain": list(there), "state": list(there.values())}, dtype="str")
    made["sector"] = ["rijk" if name < "d" else "gemeente" for name in there]
    return made.assign(period=period) if period else made


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        ("n", "y", "gain"),
        ("y", "n", "loss"),
        ("y", "?", "through_unknown"),
        ("?", "y", "through_unknown"),
        ("?", "-", "applicability"),
        ("-", "y", "applicability"),
        ("n", "-", "applicability"),
        (".", "?", "joined"),
        ("-", ".", "left"),
    ],
)
def test_every_pair_of_states_has_one_kind_of_move(before: str, after: str, move: str) -> None:
    """A transition through unknown is no gain and no loss."""
    moved = v6.changes.moves(month(a=before, b="y"), month(a=after, b="y"))
    assert list(moved["domain"]) == ["a"]
    assert list(moved["move"]) == [move]


@pytest.mark.parametrize(
    ("later", "status"),
    [
        ("", "suspected"),
        ("n", "confirmed"),
        ("y", "recovered"),
        ("?", "suspected"),
        (".", "suspected"),
        ("?n", "suspected"),
        ("?y", "recovered"),
        ("ny", "confirmed"),
    ],
)
def test_a_loss_is_confirmed_by_the_next_run(later: str, status: str) -> None:
    """Two definite negatives in consecutive runs confirm; a yes again means it was back."""
    runs = [month(a=letter, b="y") for letter in later]
    moved = v6.changes.moves(month(a="y", b="n"), month(a="n", b="y"), later=runs)
    assert dict(zip(moved["domain"], moved["status"], strict=True)) == {"a": status, "b": ""}


def test_a_loss_that_two_resolvers_saw_is_confirmed() -> None:
    """No later run is needed then."""
    moved = v6.changes.moves(month(a="y", b="y"), month(a="n", b="n"), confirmed={"a"})
    assert list(moved["status"]) == ["confirmed", "suspected"]


def test_transitions_count_every_domain_once() -> None:
    """Five states before and after, absence included; the matrix sums to all domains."""
    before = month(a="y", b="n", c="?", d="-", e=".")
    after = month(a="n", b="n", c="y", d=".", e="y")
    matrix = v6.changes.transitions(before, after).set_index("before")
    assert matrix.to_numpy().sum() == 5
    assert matrix.loc["yes", "no"] == matrix.loc["absent", "yes"] == 1
    assert list(matrix.columns) == ["yes", "no", "unknown", "not_applicable", "absent"]


def test_the_panel_is_known_in_both_months() -> None:
    """Unknown, not applicable and absent in either month are out of it."""
    before = month(a="y", b="?", c="-", d="n", e=".")
    after = month(a="n", b="y", c="y", d="n", e="y")
    assert list(v6.changes.panel(before, after)["domain"]) == ["a", "d"]


def test_a_domain_that_left_keeps_what_was_known_of_it() -> None:
    """Sector of the old month where the new one has none; the months are named."""
    both = v6.changes.pair(month("2026-01", a="y"), month("2026-02", e="n"))
    rows = both.set_index("domain")[["sector", "earlier", "period"]]
    assert list(rows.loc["a"]) == ["rijk", "2026-01", "2026-02"]
    assert list(rows.loc["e"]) == ["gemeente", "2026-01", "2026-02"]


def test_per_sector_all_groups_are_listed() -> None:
    """A group where nothing moved has zeros, and the size of its panel."""
    table = v6.changes.move_counts(
        month("2026-01", a="y", b="n", c="n", d="y"),
        month("2026-02", a="n", b="y", c="y", d="y", e="n"),
        later=[month("2026-03", a="n", b="y", c="y", d="y", e="n")],
    ).set_index("sector")
    assert list(table.index) == ["rijk", "gemeente"]
    assert dict(table.loc["rijk", ["panel", "gain", "loss_confirmed"]]) == {
        "panel": 3,
        "gain": 2,
        "loss_confirmed": 1,
    }
    assert dict(table.loc["gemeente", ["panel", "gain", "joined"]]) == {
        "panel": 1,
        "gain": 0,
        "joined": 1,
    }


def test_losses_of_a_history_and_how_many_came_back() -> None:
    """Of three losses one has no next month and one came back: a flap share of a half."""
    history = pd.concat(
        [
            month("2026-01", a="y", b="y", c="y", d="y"),
            month("2026-02", a="n", b="n", c="y", d="?"),
            month("2026-03", a="y", b="n", c="n", d="y"),
        ]
    )
    lost = v6.changes.losses(history).set_index("domain")
    assert dict(lost["status"]) == {"a": "recovered", "b": "confirmed", "c": "suspected"}
    assert dict(lost["period"]) == {"a": "2026-02", "b": "2026-02", "c": "2026-03"}
    flaps = v6.changes.flaps(history)
    assert flaps.to_dict() == {
        "periods": 3,
        "domains": 3,
        "losses": 3,
        "followed": 2,
        "recovered": 1,
        "share": 0.5,
    }


@pytest.mark.parametrize("history", [month("2026-01", a="y"), month("2026-01", a=".")])
def test_one_month_has_no_losses(history: pd.DataFrame) -> None:
    """Without a pair of months there is nothing lost, and no share of it."""
    assert v6.changes.losses(history).empty
    assert pd.isna(v6.changes.flaps(history)["share"])


def test_two_empty_months_compare_to_nothing() -> None:
    """Empty tables in, empty tables out, no error."""
    nothing = month(a=".")
    assert v6.changes.moves(nothing, nothing).empty
    assert v6.changes.move_counts(nothing, nothing).empty
    assert v6.changes.transitions(nothing, nothing).iloc[:, 1:].to_numpy().sum() == 0
