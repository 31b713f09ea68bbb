"""How does an executed notebook become a page?"""

import pandas as pd
import pytest
from looking import opened
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from v6monitor import charts
from v6monitor.charts.chart import Words
from v6monitor.language import Language
from v6monitor.report.exhibits import Exhibit, answer, figure, table
from v6monitor.report.lint import problems
from v6monitor.report.pages import Link, Notice, Page, heading, notebook_page

LONG = "gemeenschappelijke-regeling-van-een-heel-lange-naam.voorbeeld-organisatie.example"
STATES = pd.DataFrame(
    {"sector": ["rijk", "gemeente"], "yes": [3, 6], "partly": [0, 1], "no": [2, 3],
     "unknown": [0, 1], "not_applicable": [0, 0], "applicable": [5, 11]}
)  # fmt: skip
WIDE = pd.DataFrame({f"column_{n}": [LONG, "a sentence of some length " * 8] for n in range(6)})
LINKS = (Link("index.html", "Overview"), Link("10_page.html", "Page"))


def tell(frame: pd.DataFrame, language: Language) -> Words:
    """Say how many rows there are."""
    caption = language.plural("{number} domain", "{number} domains", len(frame))
    return Words(caption, f"The note about {LONG}.", "Bars per sector, to compare them.")


def shown(*exhibits: Exhibit) -> NotebookNode:
    """Return a code cell that showed these."""
    outputs = [
        new_output("display_data", data=exhibit._repr_mimebundle_(), metadata={})
        for exhibit in exhibits
    ]
    outputs.append(new_output("stream", name="stdout", text="printed words"))
    return new_code_cell("secret = code", outputs=outputs, execution_count=1)


@pytest.fixture(scope="module")
def notebook() -> NotebookNode:
    """Return an executed notebook with one exhibit of each kind, and hostile prose."""
    source = "an <b>source</b>".format
    exhibits = [
        figure("states", STATES, draw=charts.states, tell=tell, source=lambda _: source()),
        table("wide", WIDE, tell=tell, source=lambda _: source()),
        answer(STATES, tell=tell),
    ]
    prose = (
        "# Is it there?\n\n<script>alert(1)</script>\n\n[next](20_next.ipynb) [page](10_page.ipynb)"
        "\n\n[More of the next](20_next.ipynb)"
    )
    return new_notebook(
        cells=[
            new_markdown_cell(prose),
            shown(*exhibits),
            new_markdown_cell("## First\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Second"),
        ]
    )


@pytest.fixture(scope="module")
def page(notebook: NotebookNode) -> str:
    """Return its Dutch page with a notice."""
    notices = [Notice("<b>Notice</b>", "Read this.")]
    return notebook_page(
        notebook,
        Page("10_page.html", Language("nl"), heading(notebook, Language("nl")), "2026-10", LINKS,
             "10_page.en.html", notices),
    )  # fmt: skip


def test_a_page_is_fit_to_publish(page):
    """One figure, its table, one table, and one in the prose."""
    assert problems(page, figures=1, tables=1) == []


def test_code_and_printed_words_are_absent(page):
    """A reader gets what was found, not how."""
    assert "secret" not in page
    assert "printed" not in page


def test_the_title_is_the_question_and_the_month(page):
    """In the language of the page, as the heading is."""
    assert "<title>Is it there? – oktober 2026</title>" in page
    assert '<html lang="nl">' in page


def test_the_contents_lead_to_the_sections(page):
    """Every second-level heading can be reached from the list."""
    for number, title in enumerate(["First", "Second"], start=1):
        assert f'<a href="#section-{number}">{title}</a>' in page
        assert f'<h2 id="section-{number}">{title}</h2>' in page


def test_markup_from_elsewhere_is_text(page):
    """Prose, sources and notices are escaped."""
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;Notice&lt;/b&gt;" in page


def test_links_lead_to_pages_of_the_report(page):
    """One without a page is named in a sentence, left out where it stands alone; the twin is."""
    assert '<a href="10_page.html">page</a>' in page
    assert "20_next" not in page
    assert "next <a href" in page
    assert "More of the next" not in page
    assert 'href="10_page.en.html" lang="en" hreflang="en">English</a>' in page


def test_downloads_stand_under_figure_and_table(page):
    """With a name that a screen reader can tell apart."""
    assert 'href="tables/states.csv" download aria-label="' in page
    assert 'href="figures/states.nl.svg"' in page
    assert 'href="tables/wide.csv"' in page


def test_the_same_notebook_gives_the_same_page(notebook, page):
    """No random id, no time."""
    again = Page(
        "10_page.html", Language("nl"), "Is it there?", "2026-10", LINKS, "10_page.en.html",
        [Notice("<b>Notice</b>", "Read this.")],
    )  # fmt: skip
    assert notebook_page(notebook, again) == page


def test_in_jupyterlab_there_are_no_dead_links():
    """What a notebook itself shows has no downloads: there are no files beside it."""
    bundle = table("wide", WIDE, tell=tell, source=lambda _: "x")._repr_mimebundle_()
    assert "<table>" in str(bundle["text/html"])
    assert "<a " not in str(bundle["text/html"])
    assert bundle["text/plain"] == "<table wide>"


def test_a_page_fits_a_screen_of_320_pixels(browser, page, tmp_path):
    """Only tables scroll, in their own region: the page itself never does (WCAG 1.4.10)."""
    (tmp_path / "page.html").write_text(page)
    seen = opened(browser, tmp_path / "page.html", width=320)
    assert seen.evaluate("document.documentElement.scrollWidth") == 320
    seen.close()
