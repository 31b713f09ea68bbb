"""Golden numbers: the measurement of 25 March 2019 as it was published."""

import datetime as dt

import pytest

from v6monitor.intake import columns as intake_columns
from v6monitor.intake import intake as measurements
from v6monitor.intake import states as intake_states

LISTS = {  # passed, of how many: web category, mail category, mail address
    "rijk": (60, 35, 25, 9),
    "provincies": (18, 6, 3, 3),
    "gemeenten": (388, 191, 59, 61),
}

FOLDERS = (
    "dashboard-exports",
    "dashboard-lists",
    "internetnl-2019-03-25",
    "internetnl-api",
    "mail-dns",
    "panel",
    "registers",
)


@pytest.fixture(scope="module")
def march_2019(real_data):
    return measurements.read([real_data / "internetnl-2019-03-25"])


def test_rows(march_2019):
    """Every domain of the six files is a row, and nothing is changed without a doubt booked."""
    assert march_2019.table["type"].value_counts().to_dict() == {"web": 466, "mail": 466}
    assert march_2019.faults["done"].unique().tolist() == ["kept"]
    assert march_2019.faults["column"].value_counts()["mx_address"] == 26
    assert march_2019.table["measured_at"].dt.strftime("%Y-%m-%d").unique().tolist() == [
        "2019-03-25"
    ]


@pytest.mark.parametrize("name", LISTS)
def test_golden_numbers(march_2019, name):
    """The counts per list are those that were published."""
    table = march_2019.table
    web, mail = (table[table["list"] == f"{kind}test_{name}"] for kind in ("web", "mail"))
    assert (
        len(web),
        int(web["ipv6"].eq("passed").sum()),
        int(mail["ipv6"].eq("passed").sum()),
        int(mail["mx_address"].eq("passed").sum()),
    ) == LISTS[name]
    assert web["sector"].nunique() == mail["sector"].nunique() == 1


def test_states(march_2019):
    """The states of the three sectors add up to the same numbers."""
    states = intake_states.states(march_2019.table)
    counts = states.groupby(["measure", "sector"])["state"].agg(lambda state: state.eq("yes").sum())
    assert counts["web_category"].to_dict() == {"gemeente": 191, "provincie": 6, "rijk": 35}
    assert counts["mail"].to_dict() == {"gemeente": 61, "provincie": 3, "rijk": 9}


def test_adoption(march_2019):
    """A domain without MX is outside the denominator: rijk 9 of 43, provincies 3/16, 61/381."""
    mail = intake_states.states(march_2019.table).query("measure == 'mail'")
    applicable = mail[mail["state"].ne("not_applicable")].groupby("sector").size()
    assert applicable.to_dict() == {"gemeente": 381, "provincie": 16, "rijk": 43}
    web = march_2019.table.query("type == 'web'")
    assert web["ws_similar"].value_counts().to_dict() == {
        "passed": 239,
        "not_tested": 221,
        "failed": 6,
    }


@pytest.mark.parametrize("kind", ["web", "mail"])
@pytest.mark.parametrize("generation", ["2023-06", "2026-06"])
def test_dashboard_exports(real_data, march_2019, kind, generation):
    """Both generations give the results of the provinces of that day: 3 of 16 with mail servers."""
    file = f"dashboard-export_{generation}_{kind}_provincies.csv"
    found = measurements.read([real_data / "dashboard-exports" / file], measured_at="2019-03-25")
    same = march_2019.table["sector"].eq("provincie") & march_2019.table["type"].eq(kind)
    columns = ["domain", "score", "report_url", *intake_columns.RESULTS[kind]]
    expected = march_2019.table[same].set_index("domain").sort_index()
    actual = found.table.set_index("domain").sort_index()
    assert actual[columns[1:]].equals(expected[columns[1:]])
    assert found.faults["done"].eq("kept").all()
    if kind == "mail":
        assert intake_states.states(found.table).query("measure == 'mail'")[
            "state"
        ].value_counts().to_dict() == {"no": 13, "yes": 3, "not_applicable": 2}


@pytest.mark.parametrize(
    ("file", "form", "statuses"),
    [
        ("apiv1.1_example_mail_output.json", "api-1.1", ["has_mx", "has_mx", "no_mx"]),
        ("apiv1.1_example_web_output.json", "api-1.1", ["", "", ""]),
        ("mail_rpki.json", "api-2", ["has_mx"]),
        ("web_rpki.json", "api-2", [""]),
    ],
)
def test_api_examples(real_data, file, form, statuses):
    """The examples of the API's own documentation are read; 1.1 and 2 tell of mail servers."""
    found = measurements.read_files([real_data / "internetnl-api" / file], measured_at="2022-01-01")
    assert found.files["format"].tolist() == [form]
    assert found.table["mail_status"].tolist() == statuses
    assert found.faults["done"].eq("kept").all()


@pytest.mark.parametrize(
    "file", ["web_provincies.xlsx", "web_provincies.ods", "mail_provincies.xlsx"]
)
def test_spreadsheets(real_data, file):
    """A spreadsheet export gives the table of the CSV export, and its sheet's name the day."""
    folder = real_data / "dashboard-exports"
    found = measurements.read([folder / f"dashboard-export_2026-06_{file}"])
    name = f"dashboard-export_2026-06_{file.partition('.')[0]}.csv"
    expected = measurements.read([folder / name], measured_at="2019-03-25")
    where = ["source_file", "source_row", "date_source", "file_date"]
    assert found.table.drop(columns=where).equals(expected.table.drop(columns=where))
    other = found.faults[~found.faults["reason"].str.startswith("empty row")]
    assert other["value"].tolist() == expected.faults["value"].tolist()


@pytest.mark.slow
def test_whole_folder(real_data):
    """Every measurement and list loads by itself; the rest is named and passed by."""
    folders = [real_data / name for name in FOLDERS]
    found = measurements.read_files(folders, measured_at="2019-03-25", keep_going=True)
    assert found.errors == ()
    read = found.files[found.files["format"] != ""]
    assert read["format"].value_counts().to_dict() == {
        "api-1.0": 6,
        "api-1.1": 2,
        "api-2": 2,
        "dashboard-2023-06": 2,
        "dashboard-2024-03": 2,
        "list": 2,
        "websiteregister": 1,
    }
    same = found.files["note"].str.startswith("holds the same measurement as ")
    assert found.files.loc[same, "file"].str.rpartition("/")[2].tolist() == [
        "dashboard-export_2026-06_mail_provincies.xlsx",
        "dashboard-export_2026-06_web_provincies.ods",
        "dashboard-export_2026-06_web_provincies.xlsx",
        "waterschappen.xlsx",
    ]
    assert len(intake_states.measured(found.table, dt.date(2026, 6, 15))) == 942
