"""A month is loaded from files; it knows those about its list, and where its tables are from."""

from pathlib import Path

import pandas as pd
import pytest
from measured import month as measured_month
from tiny import World

import v6monitor as v6
from v6monitor.dns import log
from v6monitor.errors import InputError, UsageError
from v6monitor.month.loading import load
from v6monitor.month.measurements import of_dutch_government
from v6monitor.month.month import Month


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return eight domains of which one is explained, and one was called otherwise."""
    made = World(tmp_path)
    (tmp_path / "waivers.csv").write_text(
        "domain;type;standard;explanation;owner;valid_from;valid_until\n"
        "aa.example;mail;IPv6;Waits;CIO;01-09-2026;30-09-2026\n"
        "cc.example;;IPv6;Waits too;CIO;;\n"
    )
    (tmp_path / "renames.csv").write_text("old,new,date\nz.example,aa.example,2026-10-01\n")
    return made


def month_of(world: World, measured: Path, **options: str) -> Month:
    """Return the month of a file or folder, with the lookups of the world."""
    return load(measured, observations=world.log, **options)


def test_files_beside_a_file_or_in_a_folder_are_used(world: World) -> None:
    """Semicolons and Dutch dates are read; each state is explained on its own day."""
    for measured in (world.measured, world.folder):
        month = month_of(world, measured)
        explained = month.states[month.states["explained"]]
        rows = explained[["period", "domain", "measure"]].to_numpy().tolist()
        assert sorted(map(tuple, rows)) == [
            ("2026-09", "aa.example", "mail"),
            *[("2026-09", "cc.example", name) for name in ("dns", "dns", "mail", "web")],
            *[("2026-10", "cc.example", name) for name in ("dns", "dns", "mail", "web")],
        ]
        assert month.waiver_list[["domain", "waiver_status"]].to_numpy().tolist() == [
            ["aa.example", "expired"],
            ["cc.example", "valid"],
        ]
        assert month.renames == {"z.example": "aa.example"}
    assert month_of(world, world.measured, period="2026-09").renames == {}


def test_lookups_are_explained_on_the_day_of_asking(world: World) -> None:
    """A waiver that ran out before the lookups explains none of them."""
    month = month_of(world, world.measured)
    fresh = month.fresh("mail").set_index("domain")["explained"]
    assert fresh[fresh].index.tolist() == ["cc.example"]


def test_a_waiver_that_is_not_right_stops_the_month(world: World) -> None:
    """It is not left out without a word."""
    (world.folder / "waivers.csv").write_text("domain,explanation,valid_until\naa.example,x,soon\n")
    with pytest.raises(InputError, match=r"waivers\.csv row 2: 'soon' is no date"):
        _ = month_of(world, world.measured).states


def test_the_first_argument_is_a_file_below_the_working_directory(world, monkeypatch):
    """``load("measured.csv")`` reads that file; a month that is not in it is an error."""
    monkeypatch.chdir(world.folder)
    month = load("measured.csv", observations="observations.parquet")
    assert repr(month) == "<Month 2026-10: 8 websites, 8 mail domains, lookups of 6 October 2026>"
    with pytest.raises(UsageError, match="they hold 2026-09, 2026-10"):
        load("measured.csv", period="2026-11")


def test_lookups_are_also_a_table(world):
    """What ``lookup`` returned can be given as it is."""
    month = load(world.measured, observations=log.read_log(world.log))
    assert month.coverage == 1.0


def test_every_table_says_where_it_is_from(world):
    """The measurements of its months, the lookups, or both."""
    month = month_of(world, world.measured)
    days = [f"measurement {day} Internet.nl" for day in ("2026-09-04", "2026-10-05")]
    asked = ["lookups 2026-10-06T12:00:00+00:00"]
    assert month.states.attrs["source"] == month.history.attrs["source"] == days
    assert month.measured("mail", "2026-09").attrs["source"] == days[:1]
    assert month.current.attrs["source"] == month.owners.attrs["source"] == days[1:]
    assert month.waiver_list.attrs["source"] == ["waivers.csv", *days[1:]]
    for table in (month.verdicts, month.fresh("web"), month.fresh_states, month.providers,
                  month.laggards, month.mx_hosts, month.zones):  # fmt: skip
        assert table.attrs["source"] == asked
    assert month.stale.attrs["source"] == [*days[1:], *asked]


@pytest.mark.slow
def test_a_chosen_sector_leaves_the_lookups_of_the_month_whole(tmp_path, monkeypatch):
    """A log that has some domains of the example is not taken for that of the whole month."""
    monkeypatch.chdir(tmp_path)
    provinces = load(sectors=["provincie"])
    assert set(load().verdicts["mail_all"]) >= {"yes", "no"}
    provinces.look_up()
    whole = load()
    assert set(whole.observations["qname"]).issuperset(whole.owners["domain"])


def test_a_list_of_websites_has_no_share_of_mail():
    """Neither measured nor looked up; what it has is there for both sources."""
    found = measured_month({"web": {"2026-10-05": {"a": "passed"}}}, asked="2026-10-07")
    assert found.headline[["source", "measure"]].to_numpy().tolist() == [
        ["measurement", "web"],
        ["lookups", "web"],
        ["lookups", "dns"],
    ]
    mail = found.measured("mail")  # of the measurement that was looked in, not of no lookups
    assert mail.empty
    assert mail.attrs["source"] == found.measured("web").attrs["source"]


def test_the_month_before_has_the_same_measure_and_list():
    """Of four months the one with the list of this month, or with four fifths of its domains."""
    names = [f"d{n}" for n in range(10)]
    days = {
        "2026-06-05": dict.fromkeys(names, "passed"),
        "2026-07-05": dict.fromkeys(names, "passed"),
        "2026-08-05": {"other": "passed"},
        "2026-09-05": dict.fromkeys([*names[2:], "new", "newer"], "passed"),
    }
    lists = {"2026-06-05": "all", "2026-07-05": "part", "2026-08-05": "other", "2026-09-05": "all"}
    mail = {"2026-06-05": {"d0": "passed"}, "2026-09-05": {"d0": "passed"}}
    found = measured_month({"web": days, "mail": mail}, list_of=lists)
    assert (found.before("web"), found.before("mail")) == ("2026-07", "2026-06")
    assert found.before("web", "2026-07") == "2026-06"
    assert found.before("web", "2026-08") == found.before("dns") == ""
    assert found.earlier == "2026-07"


def test_one_domain_of_a_large_list_is_another_list():
    """Four fifths count of the larger list: what is left out did not leave."""
    days = {
        "2026-08-05": dict.fromkeys([f"d{n}" for n in range(10)], "passed"),
        "2026-09-05": {"d0": "passed"},
    }
    lists = {"2026-08-05": "all", "2026-09-05": "register"}
    assert measured_month({"web": days}, list_of=lists).before("web") == ""


def test_without_lookups_nothing_is_known_of_mail():
    """No domain is undetermined, or in need of action, because nothing was asked about it."""
    month = measured_month({"mail": {"2026-09-05": {"a": "failed"}}})
    for table in (month.verdicts, month.providers, month.laggards, month.mx_hosts, month.zones):
        assert table.empty
    none = "There are no lookups of this month."
    by = month.laggards.groupby("tenant").agg(laggards=("domain", "count"))
    by.attrs = month.laggards.attrs
    for shown in (
        v6.chart.laggards_now(month.laggards),
        v6.chart.laggard_list(month.laggards),
        v6.chart.laggards_by(by),
        v6.chart.fix_order(v6.gap.fix_order(month.mx_hosts)),
        v6.chart.quality(month.fresh_states, observations=month.observations),
    ):
        assert shown.caption() == none


def test_web_and_mail_of_one_name_are_two_lists():
    """Name servers of websites are not compared with those of mail domains, whatever the name."""
    results = {
        "dns": {"2026-07-05": {"a": "passed"}, "2026-09-05": {"a": "passed"}},
        "mail": {"2026-07-05": {"b": "passed"}, "2026-08-05": {"b": "passed"}},
    }
    history = measured_month(results).history
    history["ns_address"] = "passed"
    found = Month("2026-09", history, pd.DataFrame(), log.frame(()), {})
    assert found.before("dns") == "2026-07"
    assert found.measured_before("dns")["domain"].to_list() == ["a.example"]


@pytest.mark.parametrize(
    ("names", "form", "sector", "applies"),
    [
        (["a.nl", "b.nl", "c.eu"], "api-2.7.0", "", True),
        (["a.example", "b.example"], "dashboard-2024-03", "gemeente", True),
        (["a.nl", "b.nl"], "mapped", "gemeente", True),
        (["a.nl", "b.nl"], "mapped", "", False),
        (["a.nl", "b.nl"], "api-2.7.0", "overig", False),
        (["a.gov", "b.gov", "c.nl"], "api-2.7.0", "rijk", False),
    ],
)
def test_the_agreement_is_about_the_dutch_government(names, form, sector, applies):
    """Not about a foreign list, nor about names of which nobody says that they are government."""
    rows = pd.DataFrame({"domain": names, "source_format": form, "sector": sector})
    assert of_dutch_government(rows) is applies
    assert measured_month({"web": {"2026-10-05": {"a": "passed"}}}).under_agreement
