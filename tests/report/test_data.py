"""The data page and the data package."""

import json

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
            for form in ("csv", "nl.csv", "xlsx", "json", "parquet"):
                file = f"tables/{resource['name']}.{form}"
                assert f'href="{file}"' in text
                assert (folder / file).is_file()
