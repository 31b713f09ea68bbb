"""From test results to yes, no, unknown and not applicable."""

import datetime as dt
import io

import pandas as pd
import pytest
from measured_files import api_2, domain_with, mail_export, mail_row, web_export, web_row

from v6monitor.intake import intake as measurements
from v6monitor.intake import states as intake_states
from v6monitor.intake.columns import COLUMNS


def _states(intake, **where):
    table = intake_states.states(intake.table)
    for column, value in where.items():
        table = table[table[column] == value]
    return table["state"].tolist()


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ("passed", "yes"),
        ("failed", "no"),
        ("not_applicable", "not_applicable"),
        ("not_tested", "unknown"),
        ("error", "unknown"),
        ("warning", "unknown"),
        ("?", "unknown"),
        ("", "unknown"),
    ],
)
def test_web(intake, result, state):
    """Only a test that failed is a no."""
    assert _states(intake(web_export(web_row("a.example", result))), measure="web") == [state]


@pytest.mark.parametrize(
    ("result", "view", "state"),
    [
        ("passed", "passed", "yes"),
        ("failed", "?", "no"),
        ("failed", "no_mx", "not_applicable"),
        ("not_tested", "?", "not_applicable"),
        ("warning", "?", "unknown"),
        ("error", "?", "unknown"),
    ],
)
def test_mail(intake, result, view, state):
    """A domain without mail servers is not applicable, which is neither yes nor no."""
    assert _states(intake(mail_export(mail_row("a.example", result, view))), measure="mail") == [
        state
    ]


def test_measures_of_a_row(intake):
    """A mail row answers for mail, name servers and the category, and for nothing of the web."""
    domain = domain_with("mail", "passed", {}, ns_address="failed", mx_address="failed")
    found = intake_states.states(intake(api_2({"a.example": domain}), "x.json").table)
    assert found[["period", "domain", "type", "measure", "state"]].to_numpy().tolist() == [
        ["2026-10", "a.example", "mail", "mail", "no"],
        ["2026-10", "a.example", "mail", "dns", "no"],
        ["2026-10", "a.example", "mail", "mail_category", "yes"],
    ]


def test_result_that_a_file_does_not_have(intake):
    """A column that is not in the file gives no row: it was not asked."""
    text = "domain,ok\na.example,1\n"
    found = intake(text, "2026-10-05.csv", columns={"domain": "domain", "ok": "ws_address"})
    assert intake_states.states(found.table)["measure"].tolist() == ["web"]


def test_sources_name_each_measurement(intake, tmp_path):
    """Every day of measurement is a source of its own, on the table and on the states."""
    web, mail = "a-2026-10-05.csv", "b-2026-10-06.csv"
    (tmp_path / web).write_text(web_export(web_row("a.example")))
    (tmp_path / mail).write_text(mail_export(mail_row("a.example", "passed")))
    (tmp_path / "list.csv").write_text("List,Domain\nrijk,b.example\n")
    found = measurements.read(tmp_path)
    measured = ["measurement 2026-10-05 Internet.nl", "measurement 2026-10-06 Internet.nl"]
    assert found.table.attrs["source"] == found.faults.attrs["source"] == [*measured, "list.csv"]
    only = intake_states.measured(found.table, dt.date(2026, 10, 7))
    assert only.attrs["source"] == measured
    assert intake_states.states(found.table).attrs["source"] == measured
    assert intake_states.states(only[only["type"] == "mail"]).attrs["source"] == measured[1:]
    assert repr(found) == "Intake(4 rows, 0 faults)"


def test_mapped_results_are_not_called_internet_nl(intake):
    """Nothing says who measured a table that is read by a mapping, also when it is kept."""
    text = "Website,IPv6\na.example,ja\n"
    columns = {"Website": "domain", "IPv6": "ws_address"}
    table = intake(text, "x-2026-10-05.csv", columns=columns).table
    again = intake(table.to_csv(index=False), "own.csv").table
    for one in (table, again, intake_states.states(again)):
        assert one.attrs["source"] == ["measurement 2026-10-05"]


_TWICE = """measured_at,domain,type,list,sector,organisation,ws_address,ipv6
2026-10-03,a.example,web,first,rijk,A,failed,failed
2026-10-03,b.example,web,first,rijk,B,failed,failed
2026-10-03,c.example,web,first,rijk,C,failed,failed
2026-10-25,a.example,web,first,rijk,A,passed,passed
2026-10-25,b.example,web,second,gemeente,,passed,passed
2026-10-26,b.example,mail,mail,,,,passed
2026-11-02,b.example,web,first,rijk,B,failed,failed
"""


def _canonical(text: str) -> pd.DataFrame:
    """Return a canonical table of these columns, all others empty."""
    table = pd.read_csv(io.StringIO(text), keep_default_na=False).astype("str")
    table = table.reindex(columns=list(COLUMNS), fill_value="").astype("str")
    return table.assign(measured_at=pd.to_datetime(table["measured_at"]), source_format="api-2")


def test_two_measurements_in_a_month():
    """The newest row per domain and list counts, all days that count are sources, one owner."""
    table = _canonical(_TWICE)
    found = intake_states.newest(table)
    columns = ["measured_at", "domain", "type", "list", "sector", "organisation"]
    rows = found[columns].astype("str").to_numpy().tolist()
    assert sorted(rows) == [
        ["2026-10-03", "b.example", "web", "first", "gemeente", "B"],
        ["2026-10-03", "c.example", "web", "first", "rijk", "C"],
        ["2026-10-25", "a.example", "web", "first", "rijk", "A"],
        ["2026-10-25", "b.example", "web", "second", "gemeente", "B"],
        ["2026-10-26", "b.example", "mail", "mail", "gemeente", "B"],
        ["2026-11-02", "b.example", "web", "first", "rijk", "B"],
    ]
    october = found[found["measured_at"] < "2026-11-01"]
    first = october.drop_duplicates(["domain", "type"]).set_index(["domain", "type"])
    assert first.loc[("b.example", "web"), "list"] == "second"
    assert found.attrs["source"] == [
        f"measurement {day} Internet.nl"
        for day in ("2026-10-03", "2026-10-25", "2026-10-26", "2026-11-02")
    ]
    assert intake_states.newest(found).equals(found)


def test_measures_of_a_source():
    """A category is a measure of its own only where a list has nothing finer."""
    states = intake_states.states(_canonical(_TWICE))
    assert set(states["measure"]) == {"web", "web_category", "mail_category"}
    assert intake_states.measures(states) == ["web", "mail_category"]
    category = _canonical(_TWICE).assign(ws_address="")
    beside = pd.concat([_canonical(_TWICE), category.assign(list="register")])
    both = intake_states.states(beside)
    assert intake_states.measures(both) == ["web", "web_category", "mail_category"]
    assert intake_states.measures(both.iloc[:0]) == []


@pytest.mark.parametrize(
    ("day", "form", "measure", "version"),
    [
        ("2019-03-25", "api-1.0", "web", "1.0.0"),
        ("2020-07-13", "dashboard-2023-06", "mail", "1.2.0"),
        ("2020-07-13", "dashboard-2023-06", "web", "1.0.0"),
        ("2021-06-01", "dashboard-2023-06", "mail", "1.3.0"),
        ("2025-06-02", "dashboard-2024-03", "web", "1.10.0"),
        ("2025-06-30", "api-2.5.0", "web", "1.10.0"),
        ("2026-04-20", "api-2.10.0", "web_category", "1.11.0"),
        ("2026-04-20", "api-2.10.0", "web", "1.10.2"),
        ("2026-04-20", "api-2", "web", "1.10.2"),
        ("2026-10-05", "mapped", "web", ""),
    ],
)
def test_version_of_the_tests(day, form, measure, version):
    """The version of the API decides where a file has it, else the day; others have none.

    Only a version that touches the measure counts.
    """
    header = "measured_at,domain,type,ws_address,mx_address,ipv6"
    rows = [f"{day},a.example,web,passed,,passed", f"{day},b.example,mail,,passed,"]
    table = _canonical("\n".join([header, *rows, ""])).assign(source_format=form)
    found = intake_states.states(table).set_index("measure")["tests"]
    assert found[measure] == version


def test_breaks():
    """Every change of the tests has a version and is in order."""
    table = intake_states.breaks()
    assert table["date"].is_monotonic_increasing
    assert table["break"].isin(["tests", "domains"]).all()
    assert table["version"].ne("").eq(table["break"].eq("tests")).all()
