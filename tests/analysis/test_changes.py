"""Who moved, how sure a loss is, and how often one comes back."""

import datetime as dt

import pandas as pd
import pytest
from measured import month as measured_month

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


def test_a_domain_that_left_keeps_what_was_known_of_it() -> None:
    """Sector of the old month where the new one has none; the months are named."""
    both = v6.changes.pair(month("2026-01", a="y"), month("2026-02", e="n"))
    rows = both.set_index("domain")[["sector", "earlier", "period"]]
    assert list(rows.loc["a"]) == ["rijk", "2026-01", "2026-02"]
    assert list(rows.loc["e"]) == ["gemeente", "2026-01", "2026-02"]


def test_per_sector_all_groups_are_listed() -> None:
    """A group where nothing moved has zeros, and the size of its panel."""
    table = v6.changes(
        month("2026-01", a="y", b="n", c="n", d="y"),
        after=month("2026-02", a="n", b="y", c="y", d="y", e="n"),
        later=[month("2026-03", a="n", b="y", c="y", d="y", e="n")],
        by="sector",
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
    assert v6.changes(nothing, after=nothing, by="sector").empty
    assert v6.changes(nothing, after=nothing)["panel"].to_list() == [0]


MEASURED = pd.Timestamp("2026-10-05")


@pytest.mark.parametrize(
    ("asked", "confirms"),
    [
        ("2026-10-06 00:00:00", True),
        ("2026-10-05 23:59:59", False),
        ("2026-10-05 00:00:00", False),
        ("2026-11-19 00:00:00", True),
        ("2026-11-19 00:00:01", False),
        ("2026-11-28 12:00:00", False),
        ("2026-09-28 12:00:00", False),
        ("", False),
    ],
)
def test_a_lookup_confirms_from_a_day_to_45_days_after_the_measurement(
    asked: str, confirms: bool
) -> None:
    """To the second; without lookups there is nothing."""
    fresh = month(a="n")
    asked_at = pd.Timestamp(asked, tz="UTC") if asked else pd.NaT
    found = confirming(fresh, measured_at=MEASURED, asked_at=asked_at)
    assert len(found) == confirms
    longer = dt.timedelta(days=60)
    found = confirming(fresh, measured_at=MEASURED, asked_at=asked_at, within=longer)
    assert len(found) == (confirms or asked >= "2026-11")


SEPTEMBER = {"a": "passed", "b": "passed", "c": "failed", "old": "passed"}
OCTOBER = {"a": "failed", "b": "failed", "c": "passed", "new": "passed"}


def a_month(**options: object) -> v6.Month:
    """Return two months of mail and web; lookups say yes of all."""
    mail = {"2026-09-05": SEPTEMBER, "2026-10-05": OCTOBER}
    web = {"2026-09-05": {"a": "failed"}, "2026-10-05": {"a": "passed"}}
    return measured_month({"mail": mail, "web": web}, **options)


def test_a_month_is_compared_with_the_one_before() -> None:
    """Its lookups confirm, and each measure has its own row."""
    looked_up = a_month(asked="2026-10-06", without=["a"])
    moved = v6.changes.moves(looked_up, measure="mail").set_index("domain")
    assert moved["move"].to_dict() == {
        "a.example": "loss", "b.example": "loss", "c.example": "gain",
        "new.example": "joined", "old.example": "left",
    }  # fmt: skip
    statuses = moved.loc[moved["move"] == "loss", "status"]
    assert statuses.to_list() == ["confirmed", "recovered"]
    counted = v6.changes(looked_up).set_index("measure")
    columns = ["panel", "gain", "loss_confirmed", "joined", "left", "earlier", "period"]
    assert counted.loc["mail", columns].to_list() == [3, 1, 1, 1, 1, "2026-09", "2026-10"]
    assert counted.loc["web", columns].to_list() == [1, 1, 0, 0, 0, "2026-09", "2026-10"]
    assert counted.attrs["source"][:2] == [
        "measurement 2026-09-05 Internet.nl",
        "measurement 2026-10-05 Internet.nl",
    ]


def test_lookups_of_the_day_itself_confirm_nothing() -> None:
    """They could be of before the measurement."""
    moved = v6.changes.moves(a_month(asked="2026-10-05 12:00", without=["a"]), measure="mail")
    assert set(moved.loc[moved["move"] == "loss", "status"]) == {"suspected"}


def test_a_measure_without_an_earlier_month_is_compared_with_none() -> None:
    """Its domains did not join: they were not measured before."""
    first = measured_month({"web": {"2026-10-05": {"a": "failed"}}})
    (row,) = v6.changes(first, measure="web").to_dict("records")
    assert (row["earlier"], row["panel"], row["joined"]) == ("", 0, 0)
    assert v6.changes.pair(first).empty


def test_a_known_fault_of_the_measurement_is_no_loss() -> None:
    """Name servers measured without IPv6 since May 2025 of which the lookups see two (#1747)."""
    for year, status in (("2025", "disputed"), ("2024", "recovered")):
        days = {f"{year}-09-05": {"a": "passed"}, f"{year}-10-05": {"a": "failed"}}
        found = measured_month({"dns": days}, asked=f"{year}-10-07")
        (row,) = v6.changes.moves(found, measure="dns").to_dict("records")
        assert (row["move"], row["status"]) == ("loss", status)
        (counts,) = v6.changes(found, measure="dns").to_dict("records")
        assert counts[f"loss_{status}"] == 1
        assert counts["loss_suspected"] == counts["loss_confirmed"] == 0


def test_the_panel_s_change_stands_beside_that_of_the_list() -> None:
    """Six stay and one gains: +1/6; ten join without IPv6, so the lists have 6 of 16 in common."""
    six = dict.fromkeys("abcdef", "y")
    before = month(**(six | {"a": "n", "b": "n"}))
    after = month(**(six | {"b": "n"} | dict.fromkeys([f"n{n}" for n in range(10)], "n")))
    (row,) = v6.changes(before, after=after).to_dict("records")
    assert row["points"] == pytest.approx(100 / 6)
    assert row["share_before"] == pytest.approx(4 / 6)
    assert row["share_after"] == pytest.approx(5 / 16)
    assert (row["common"], row["break_reason"]) == (6 / 16, "domains")


def test_changes_are_counted_by_any_column() -> None:
    """In one row without; several columns are a row per combination."""
    before, after = month(a="n", d="n"), month(a="y", d="n")
    assert v6.changes(before, after=after, by="sector")["sector"].to_list() == ["rijk", "gemeente"]
    assert v6.changes(before, after=after)["gain"].to_list() == [1]
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
        v6.changes(a_month(), after=before)
    with pytest.raises(UsageError, match="'ipv6' is not one of those of this month: web, mail"):
        v6.changes(a_month(), measure="ipv6")
    with pytest.raises(UsageError, match="no column 'list' to group by"):
        v6.changes(before, after=before, by="list")
    with pytest.raises(InputError, match="mail, web"):
        v6.changes(before.assign(measure="web"), after=before.assign(measure="mail"))
