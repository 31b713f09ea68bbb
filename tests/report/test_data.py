"""The data page and the data package."""

import json
import re

import pandas as pd
import pytest
from frictionless import Package

from v6monitor.language import CODES
from v6monitor.language.columns import column, known_columns, value_name

pytestmark = pytest.mark.slow  # a whole report


@pytest.fixture(scope="module")
def package(example_archive):
    """Return the data package of the newest example month, and its folder."""
    (file,) = example_archive.rglob("datapackage.json")
    return file.parent, json.loads(file.read_text(encoding="utf-8"))


def test_the_data_package_fits_its_tables(package):
    """Frictionless reads every table as the package describes it."""
    folder, described = package
    told = Package(str(folder / "datapackage.json")).validate()
    assert told.flatten(["name", "fieldName", "message"]) == []
    assert len(told.tasks) == len(described["resources"]) > 20


def test_every_column_is_explained(package):
    """Title and meaning in both languages; a coded value as a column has its name."""
    _, described = package
    names = {
        field["name"]
        for resource in described["resources"]
        for field in resource["schema"]["fields"]
    }
    incomplete = {
        (name, code)
        for name in names
        for code in CODES
        if not value_name(name, code)
        and (name not in known_columns() or not all(column(name, code)[1:3]))
    }
    assert incomplete == set()


def test_the_data_page_links_every_table_in_every_form(package):
    """Both twins have the same downloads."""
    folder, described = package
    for page in ("data.html", "data.en.html"):
        text = (folder / page).read_text(encoding="utf-8")
        for resource in described["resources"]:
            alone = resource["name"] == "measurements"
            for form in ("csv",) if alone else ("csv", "nl.csv", "xlsx", "json", "parquet"):
                file = f"tables/{resource['name']}.{form}"
                assert f'href="{file}"' in text
                assert (folder / file).is_file()


def test_from_a_figure_to_its_domains_is_one_click(package):
    """Measured shares lead to the measurements, those of lookups to verdicts or mail servers."""
    folder, described = package
    held = {resource["name"] for resource in described["resources"]}
    leads = {
        "30_adoption": ["measurements"],
        "20_lookups": ["verdicts"],
        "40_exchange_online": ["measurements", "providers", "hosts-and-operators"],
        "55_gap": ["hosts-and-operators", "without-ipv4"],
    }
    for page, names in leads.items():
        text = (folder / f"{page}.en.html").read_text(encoding="utf-8")
        for name in names:
            assert f'<a href="tables/{name}.csv" download>{name}.csv</a>' in text, (page, name)
            assert name in held


def test_the_tables_per_domain_give_the_numbers(package):
    """Counted again, the verdicts are the shares, and the hosts decide them."""
    folder, _ = package
    tables = folder / "tables"
    verdicts = pd.read_csv(tables / "verdicts.csv", dtype="str", keep_default_na=False)
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    counted = verdicts["mail_all"].value_counts()
    (share,) = (
        one for one in found["shares"] if (one["source"], one["measure"]) == ("lookups", "mail")
    )
    assert {state: share[state] for state in ("yes", "no")} == {
        state: counted[state] for state in ("yes", "no")
    }
    hosts = pd.read_csv(tables / "hosts-and-operators.csv", dtype="str", keep_default_na=False)
    without = set(hosts.loc[hosts["state"] == "no", "domain"])
    assert without == set(verdicts.loc[verdicts["mail_all"] == "no", "domain"])
    providers = pd.read_csv(tables / "providers.csv", dtype="str", keep_default_na=False)
    assert set(providers["domain"]) == set(verdicts.loc[verdicts["mail_all"] != "", "domain"])


def test_the_factsheets_have_one_table_for_all_sectors(package):
    """Told apart by a column; there is no copy for each."""
    folder, described = package
    names = {resource["name"] for resource in described["resources"]}
    assert {"trend-by-sector", "chain-by-sector"} <= names
    assert not any(name.endswith(("-gemeente", "-rijk")) for name in names)
    sectors = set(pd.read_csv(folder / "tables" / "trend-by-sector.csv")["sector"])
    assert {"gemeente", "rijk", "provincie"} <= sectors


def test_a_factsheet_asks_in_its_heading_and_is_called_factsheet_elsewhere(package):
    """In the tab, which bookmarks and searches show, and at the head of paper."""
    folder, _ = package
    shown = (folder / "70_factsheet-rijk.html").read_text(encoding="utf-8")
    assert "<title>Factsheet Rijk – oktober 2026</title>" in shown
    assert 'content: "Factsheet Rijk – oktober 2026"' in shown
    assert "Rijk: hoe ver is dit deel van de overheid met IPv6?</h1>" in shown
    shown = (folder / "70_factsheet-gemeente.en.html").read_text(encoding="utf-8")
    assert "<title>Factsheet municipalities – October 2026</title>" in shown


def test_every_other_file_has_a_title_in_words(package):
    """The link says what is in the file; its name stands beside it."""
    folder, _ = package
    for page in ("data.html", "data.en.html"):
        text = (folder / page).read_text(encoding="utf-8")
        files = re.findall(r'<li><a href="([^"]+)" download[^>]*>([^<]+)</a> <code>([^<]+)', text)
        assert {"run.json", "30_adoption.ipynb", "mail.txt", "mail.en.txt"} <= {
            f for f, *_ in files
        }
        assert [name for _, _, name in files] == [file for file, *_ in files]
        assert not [title for file, title, _ in files if file in title]
        assert all((folder / file).is_file() for file, *_ in files)
