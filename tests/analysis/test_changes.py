"""Who moved, how sure a loss is, and how often one comes back."""

from types import SimpleNamespace

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.analysis.changes import confirming
from v6monitor.errors import InputError, UsageError

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


MEASURED = pd.Timestamp("2026-10-05")


@pytest.mark.parametrize(
    ("asked", "confirms"),
    [
        ("2026-10-06 00:00:00", True),
        ("2026-10-05 23:59:59", False),
        ("2026-10-05 00:00:00", False),
        ("2026-11-28 12:00:00", True),
        ("", False),
    ],
)
def test_a_lookup_confirms_from_a_day_after_the_measurement(asked: str, confirms: bool) -> None:
    """Exactly a day is enough, a second less is not; without lookups there is nothing."""
    fresh = month(a="n")
    asked_at = pd.Timestamp(asked, tz="UTC") if asked else pd.NaT
    found = confirming(fresh, measured_at=MEASURED, asked_at=asked_at)
    assert len(found) == confirms


def a_month(asked: str) -> SimpleNamespace:
    """Return what a Month has: two months of mail and web, and lookups of which one says no."""
    days = {"2026-09": "2026-09-05", "2026-10": "2026-10-05"}
    parts = [
        month("2026-09", a="y", b="y", c="n", old="y").assign(measure="mail"),
        month("2026-10", a="n", b="n", c="y", new="y").assign(measure="mail"),
        month("2026-09", a="n").assign(measure="web"),
        month("2026-10", a="y").assign(measure="web"),
    ]
    states = pd.concat([*parts, parts[0].iloc[:1].assign(sector="gemeente")], ignore_index=True)
    states["measured_at"] = pd.to_datetime(states["period"].map(days))
    states.attrs["source"] = [f"measurement {day} Internet.nl" for day in days.values()]
    verdicts = pd.DataFrame({"domain": ["a", "b"], "mail_all": ["no", "yes"], "web": ["", ""]})
    return SimpleNamespace(
        period="2026-10",
        states=states,
        renames={"old": "new"},
        verdicts=verdicts,
        observations=pd.DataFrame({"asked_at": [pd.Timestamp(asked, tz="UTC")]}),
    )


def test_a_month_is_compared_with_the_one_before() -> None:
    """Its renames are followed, its lookups confirm, a domain in two lists counts once."""
    moved = v6.changes.moves(a_month("2026-10-06")).set_index("domain")
    assert moved["move"].to_dict() == {"a": "loss", "b": "loss", "c": "gain"}
    assert moved["status"].to_dict() == {"a": "confirmed", "b": "recovered", "c": ""}
    counted = v6.changes(a_month("2026-10-06"), by=())
    assert counted[["panel", "gain", "loss_confirmed", "joined", "left"]].to_numpy().tolist() == [
        [4, 1, 1, 0, 0]
    ]
    assert counted[["earlier", "period", "measure"]].to_numpy().tolist() == [
        ["2026-09", "2026-10", "mail"]
    ]
    assert counted.attrs["source"] == [
        "measurement 2026-09-05 Internet.nl",
        "measurement 2026-10-05 Internet.nl",
    ]


def test_lookups_of_the_day_itself_confirm_nothing() -> None:
    """They could be of before the measurement."""
    moved = v6.changes.moves(a_month("2026-10-05 12:00"))
    assert set(moved.loc[moved["move"] == "loss", "status"]) == {"suspected"}


def test_another_measure_of_a_month_can_be_chosen() -> None:
    """Mail is the headline; web is asked for by name, anything else is named."""
    assert v6.changes(a_month("2026-10-05"), measure="web")["gain"].to_list() == [1]
    with pytest.raises(UsageError, match="'ipv6' is not one of web, mail, dns"):
        v6.changes(a_month("2026-10-05"), measure="ipv6")


def test_changes_are_counted_by_sector_where_there_is_one() -> None:
    """Else in one row; several columns are a row per combination."""
    before, after = month(a="n", d="n"), month(a="y", d="n")
    assert v6.changes(before, after=after)["sector"].to_list() == ["rijk", "gemeente"]
    plain = [table[["domain", "state"]] for table in (before, after)]
    assert v6.changes(plain[0], after=plain[1])["gain"].to_list() == [1]
    both = [table.assign(province=table["domain"]) for table in (before, after)]
    table = v6.changes(both[0], after=both[1], by=["sector", "province"])
    assert table[["sector", "province", "gain"]].to_numpy().tolist() == [
        ["rijk", "a", 1],
        ["gemeente", "d", 0],
    ]


def test_what_cannot_be_compared_is_named() -> None:
    """A missing month, one too many, a column that is not there, and two measures in one table."""
    before = month(a="n")
    with pytest.raises(UsageError, match="after is missing"):
        v6.changes(before)
    with pytest.raises(UsageError, match="after was given beside a Month"):
        v6.changes(a_month("2026-10-05"), after=before)
    with pytest.raises(UsageError, match="no column 'list' to group by"):
        v6.changes(before, after=before, by="list")
    with pytest.raises(InputError, match="mail, web"):
        v6.changes(before.assign(measure="web"), after=before.assign(measure="mail"))
