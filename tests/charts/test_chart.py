"""The chart object and the display of tables, in plain Python and in real kernels."""

import base64
import json
import re
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from v6monitor.charts.chart import MIME, Chart, Words
from v6monitor.charts.display import bundle, caption
from v6monitor.charts.packing import unpack, with_columns
from v6monitor.language import Language

TABLE = pd.DataFrame({"sector": ["rijk", "gemeente"], "domains": [3, 5]})
TABLE.attrs["source"] = ["measurement 2026-10-06 Internet.nl"]


def words(table: pd.DataFrame, language: Language) -> Words:
    """Return words with the number of domains."""
    return Words(f"{table['domains'].sum()} domains, {language.code}", "a note", "A chart. Why.")


def test_a_chart_of_both_languages_has_its_words_in_each() -> None:
    """Caption, alt text and source are those of the language asked for."""
    chart = Chart("domains", TABLE, words, kind="table")
    assert chart.caption("nl") == "8 domains, nl"
    assert chart.source("nl") == "meting van Internet.nl van 6 oktober 2026"
    assert "lang=" not in chart.html("nl")
    assert repr(chart) == "<table domains, 2 rows: 8 domains, en>"


def test_words_in_one_language_are_marked_on_the_other_page() -> None:
    """WCAG 3.1.2: an English chart on a Dutch page says that it is English."""
    chart = Chart("domains", TABLE, words, kind="table", languages=("en",))
    assert chart.html("nl").startswith('<div lang="en">')
    assert "8 domains, en" in chart.html("nl")


@pytest.mark.parametrize("name", ["", "A", "a b", "../x", "a.b", "å"])
def test_a_name_that_cannot_be_a_file_is_refused(name: str) -> None:
    """A chart's name ends up in a path."""
    with pytest.raises(ValueError, match="cannot name a file"):
        Chart(name, TABLE, words)


def test_nothing_of_a_table_is_lost_on_its_way_to_a_page() -> None:
    """The index, its name, columns of several levels and a Series become columns."""
    counts = TABLE.groupby("sector")["domains"].agg(["sum", "max"])
    assert with_columns(counts).columns.to_list() == ["sector", "sum", "max"]
    assert with_columns(TABLE[TABLE["domains"] > 3]).columns.to_list() == ["sector", "domains"]
    wide = pd.concat({"a": counts}, axis=1)
    assert with_columns(wide).columns.to_list() == ["sector", "a · sum", "a · max"]
    assert with_columns(TABLE.set_index("sector")["domains"]).columns.to_list() == [
        "sector",
        "domains",
    ]
    assert with_columns(TABLE).attrs == TABLE.attrs


def test_a_long_table_shows_its_head_and_publishes_all() -> None:
    """Ten rows and the number of rows in Jupyter; every row in what a page is made from."""
    shown = bundle(pd.DataFrame({"domain": [f"d{n}.example" for n in range(400)]}))
    text = str(shown["text/html"])
    assert text.count("<tr") == 11
    assert "400 rows" in text
    page: Any = shown[MIME]
    assert len(unpack(page["table"])) == 400


def test_a_caption_of_ones_own_travels_with_the_table() -> None:
    """In both languages, with a name for its files; the table itself is not changed."""
    shown: Any = bundle(caption(TABLE, "Two sectors", nl="Twee sectoren", name="two"))[MIME]
    assert shown["caption"] == {"en": "Two sectors", "nl": "Twee sectoren"}
    assert shown["name"] == "two"
    assert "caption" not in TABLE.attrs


def run(*cells: str) -> list[Any]:
    """Run cells in a fresh kernel; return the outputs of the last."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return list(notebook.cells[-1].outputs)


@pytest.mark.slow
def test_a_chart_shows_itself_in_a_plain_kernel() -> None:
    """The last line of a cell is a picture with alt text, caption and data table."""
    (output,) = run(
        "import pandas as pd\nimport v6monitor as v6",
        "states = pd.DataFrame({'domain': list('abcdefghijkl'), 'measure': 'mail',\n"
        "    'sector': ['rijk'] * 6 + ['gemeente'] * 6, 'period': '2026-10',\n"
        "    'state': ['yes'] * 4 + ['no', 'unknown'] + ['yes', 'no'] * 3})\n"
        "v6.chart.sectors(v6.shares(states, by=['period', 'sector']))",
    )
    shown = output["data"]["text/html"]
    assert re.search(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="[^"]{20,}"', shown)
    assert shown.index("<figcaption>") < shown.index("<picture>") < shown.index("<img")
    assert '<source media="(max-width: 30rem)" srcset="data:image/svg+xml;base64,' in shown
    assert "<caption>" in shown
    picture = output["data"][MIME]["svg"]["nl"]
    assert picture.lstrip().startswith("<?xml")
    assert base64.b64encode(output["data"][MIME]["svg"]["en"].encode()).decode() in shown
    assert "Figure size" not in json.dumps(output["data"])


@pytest.mark.slow
def test_a_table_is_accessible_after_the_import_and_only_then() -> None:
    """Pandas' own display stays until v6monitor is imported in the kernel."""
    table = "import pandas as pd\npd.DataFrame({'a': [1]})"
    (plain,) = run(table)
    assert MIME not in plain["data"]
    assert 'class="dataframe"' in plain["data"]["text/html"]
    (ours,) = run("import v6monitor", table)
    assert '<th scope="col"' in ours["data"]["text/html"]
    assert MIME in ours["data"]
