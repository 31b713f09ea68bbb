"""Pages of executed notebooks: what is published, in which language, and what is an error."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from looking import opened
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from seen import host, seen

from v6monitor.charts.cells import Reference
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.display import bundle, caption, card_bundle
from v6monitor.charts.wording import not_there
from v6monitor.language import Language
from v6monitor.month.card import explain
from v6monitor.names import visible
from v6monitor.pages.document import read
from v6monitor.pages.lint import problems
from v6monitor.pages.notices import Notice
from v6monitor.pages.page import Link, Page
from v6monitor.pages.pages import heading, linked, notebook_page, plain_page

LONG = "gemeenschappelijke-regeling-van-een-heel-lange-naam.voorbeeld-organisatie.example"
STATES = pd.DataFrame(
    {"sector": ["rijk", "gemeente"], "yes": [3, 6], "partly": [0, 1], "no": [2, 3],
     "unknown": [0, 1], "not_applicable": [0, 0], "applicable": [5, 11]}
)  # fmt: skip
STATES.attrs["source"] = ["an <b>source</b>"]
WIDE = pd.DataFrame({f"column_{n}": [LONG, "a sentence of some length " * 8] for n in range(6)})
LINKS = (Link("index.html", "Overview"), Link("10_page.html", "Page"))


def words(frame: pd.DataFrame, language: Language) -> Words:
    """Say how many rows there are."""
    found = language.plural("{number} domain", "{number} domains", len(frame))
    return Words(found, f"The note about {LONG}.", "Bars per sector, to compare them.")


def draw(frame: pd.DataFrame, _: Language, width: int) -> Figure:
    """Draw a bar per row."""
    figure = Figure()
    figure.subplots().barh(frame["sector"], frame["yes"])
    return figure


def ran(*data: dict[str, object]) -> NotebookNode:
    """Return a code cell that showed these display data."""
    outputs = [new_output("display_data", data=one, metadata={}) for one in data]
    return new_code_cell("secret = code", outputs=outputs, execution_count=1)


def shown(*results: Chart | pd.DataFrame) -> NotebookNode:
    """Return a code cell that showed these."""
    return ran(
        *(one._repr_mimebundle_() if isinstance(one, Chart) else bundle(one) for one in results)
    )


def dutch(source: str) -> NotebookNode:
    """Return the Dutch twin of a cell."""
    return new_markdown_cell(source, metadata={"tags": ["nl"]})


def pages_of(*cells: NotebookNode) -> dict[str, str]:
    """Return the page of a notebook with these cells in both languages."""
    document = read(new_notebook(cells=list(cells)))
    assert document.problems == []
    found = {}
    for code in ("nl", "en"):
        language = Language(code)
        title, other = heading(document, language)
        page = Page("10_page.html", language, title, heading_language=other)
        found[code] = notebook_page(document, page)
    return found


@pytest.fixture(scope="module")
def notebook() -> NotebookNode:
    """Return an executed notebook with one output of each kind, and hostile prose."""
    results = [
        Chart("states", STATES, words, draw=draw),
        caption(WIDE, "Wide", name="wide"),
        Chart("answer", STATES, words, kind="answer"),
    ]
    prose = (
        "# Is it there?\n\n<script>alert(1)</script>\n\n[next](20_next.ipynb) [page](10_page.ipynb)"
        "\n\n[More of the next](20_next.ipynb)"
    )
    return new_notebook(
        cells=[
            new_markdown_cell(prose),
            dutch(prose.replace("there", "er")),
            shown(*results),
            new_markdown_cell("## First\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Second"),
        ]
    )


@pytest.fixture(scope="module")
def page(notebook: NotebookNode) -> str:
    """Return its Dutch page with a notice."""
    return render(notebook)


def render(notebook: NotebookNode) -> str:
    """Return the Dutch page of a notebook, with links and a notice."""
    document = read(notebook)
    title, other = heading(document, Language("nl"))
    notices = [Notice("<b>Notice</b>", "Read this.")]
    found = Page("10_page.html", Language("nl"), title, "2026-10", LINKS, "10_page.en.html",
                 notices, heading_language=other)  # fmt: skip
    return notebook_page(document, found)


def test_a_page_is_fit_to_publish(page):
    """One figure, its table, one table, and one in the prose."""
    assert problems(page, figures=1, tables=1) == []


def test_code_is_absent(page):
    """A reader gets what was found, not how."""
    assert "secret" not in page


def test_the_title_is_the_question_and_the_month(page):
    """In the language of the page, as the heading is."""
    assert "<title>Is it er? – oktober 2026</title>" in page
    assert '<html lang="nl">' in page


def test_the_contents_lead_to_the_sections(page):
    """Every second-level heading can be reached from the list."""
    for number, title in enumerate(["First", "Second"], start=1):
        assert f'<a href="#section-{number}" lang="en">{title}</a>' in page
        assert f'<h2 id="section-{number}">{title}</h2>' in page


def test_markup_from_elsewhere_is_text(page):
    """Prose, sources and notices are escaped."""
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;Notice&lt;/b&gt;" in page


def test_no_cell_turns_around_what_a_page_says():
    """Steering characters of a cell are shown; those that nobody sees are left out."""
    cell = "Dienst\u200b \u202etxt.\x1b[2Jexe"
    made = pages_of(new_markdown_cell(f"# {cell}"), shown(pd.DataFrame({"organisation": [cell]})))
    for found in made.values():
        assert found.count(r"Dienst \u202etxt.\x1b[2Jexe") >= 2
        assert not {"\u200b", "\u202e", "\x1b"} & set(found)
        place = {Reference("organisation", visible(cell)): "organisations/dienst.html"}
        assert 'href="organisations/dienst.html"' in linked(found, place)


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
    assert render(notebook) == page


def test_in_jupyterlab_there_are_no_dead_links():
    """What a notebook itself shows has no downloads: there are no files beside it."""
    for data in (bundle(WIDE), Chart("wide", WIDE, words, kind="table")._repr_mimebundle_()):
        assert "<table" in str(data["text/html"])
        assert "<a " not in str(data["text/html"])


@pytest.mark.parametrize(
    ("attrs", "said"),
    [
        ({}, "Nothing was found."),
        ({"source": ["measurement 2026-10-05 x"]}, "Nothing was found."),
        ({"source": []}, "There are no lookups of this month."),
        ({"source": [], "first": True}, "There is no earlier measurement of this list to compare"),
    ],
)
def test_a_page_says_why_a_table_has_no_rows(attrs, said):
    """What the notebook knew of the table is what the page says."""
    empty = pd.DataFrame({"domain": pd.Series([], dtype="str")})
    empty.attrs = attrs
    assert said in pages_of(new_markdown_cell("# Which?"), shown(empty))["en"]


def test_a_plain_table_takes_the_heading_above_it_as_caption():
    """Each page in its own language; a second one in the section is numbered, and so its files."""
    found = pages_of(
        new_markdown_cell("# How many?\n\n## By *sector*"),
        dutch("# Hoeveel?\n\n## Per sector"),
        shown(STATES, STATES.head(1)),
    )
    for code, title in (("en", "By sector"), ("nl", "Per sector")):
        assert f'<caption class="unseen"><strong>{title}</strong></caption>' in found[code]
        assert f'<caption class="unseen"><strong>{title} (2)</strong></caption>' in found[code]
        assert 'href="tables/by-sector.csv"' in found[code]
        assert 'href="tables/by-sector-2.xlsx"' in found[code]
        assert problems(found[code], tables=2) == []


def test_prose_without_a_twin_is_marked_with_its_language():
    """A page never has text of another language that does not say so; heading and title neither."""
    found = pages_of(
        new_markdown_cell("# How many?\n\nSome."), shown(STATES), new_markdown_cell("## More")
    )
    assert '<div lang="en"><h1>How many?</h1>\n<p>Some.</p>' in found["nl"]
    assert '<title lang="en">How many?</title>' in found["nl"]
    assert '<a href="#section-1" lang="en">More</a>' in found["nl"]
    assert '<caption class="unseen" lang="en"><strong>How many?</strong></caption>' in found["nl"]
    assert 'lang="' not in found["en"].replace('<html lang="en">', "")


def test_each_page_takes_its_own_of_two_twins():
    """No page has the text of the other, and a change of one language stays in that language."""
    cells = [new_markdown_cell("# How many?\n\nSome."), dutch("# Hoeveel?\n\nEen paar.")]
    found = pages_of(*cells)
    changed = pages_of(new_markdown_cell("# How many?\n\nA few."), cells[1])
    assert changed["nl"] == found["nl"]
    assert "Some" not in found["nl"]
    assert "paar" not in found["en"]
    assert 'lang="en"' not in found["nl"]


def test_a_chart_of_one_language_is_marked_on_the_other_page():
    """Its picture and its files too are those of that language."""
    chart = Chart("states", STATES, words, draw=draw, languages=("en",))
    found = pages_of(new_markdown_cell("# A"), dutch("# B"), shown(chart))
    assert '<div lang="en"><figure id="states">' in found["nl"]
    label = 'lang="nl" aria-label="SVG downloaden: B (states)"'
    assert f'href="figures/states.en.svg" download {label}' in found["nl"]


def test_a_chart_that_is_shown_twice_has_two_names():
    """Two calls of one function in a notebook share neither their anchor nor their files."""
    chart = Chart("states", STATES, words, draw=draw)
    found = pages_of(new_markdown_cell("# A"), shown(chart, chart))["en"]
    assert 'id="states"' in found
    assert 'id="states-2"' in found
    assert 'href="tables/states-2.csv"' in found
    assert problems(found, figures=2) == []


def test_what_is_not_there_is_said_once():
    """A figure and a table of lookups that there are none of share one sentence."""
    nothing = STATES.iloc[:0].copy()
    nothing.attrs["source"] = []
    chart = Chart("states", nothing, lambda table, language: Words(not_there(table, language)))
    for found in pages_of(new_markdown_cell("# A"), shown(chart, nothing, chart)).values():
        text = BeautifulSoup(found, "html.parser").find("main").get_text()
        assert text.count("There are no lookups") + text.count("Er is geen eigen DNS") == 1


def test_no_two_regions_of_a_page_have_one_name():
    """Two tables with one caption are told apart by who cannot see them."""
    table = caption(STATES, "None.", name="none")
    found = pages_of(new_markdown_cell("# A"), shown(table, table))["en"]
    assert found.count('role="region" aria-label="None."') == 1
    assert found.count('role="region" aria-label="None. (2)"') == 1


def test_texts_and_numbers_are_published():
    """As text, escaped; words are English."""
    found = pages_of(
        new_markdown_cell("# A"),
        ran({"text/plain": "66.4"}, {"text/plain": "'<b>a</b>'"}, {"text/plain": "[1,\n 2]"}),
    )
    for piece in ("<p>66.4</p>", "<pre>[1,\n 2]</pre>"):
        assert piece in found["nl"]
    assert '<div lang="en"><p>&lt;b&gt;a&lt;/b&gt;</p></div>' in found["nl"]


def test_an_evidence_card_is_published_in_both_languages():
    """Its tables have captions and scopes, and a record brings no markup."""
    log = [seen("town.example", "MX", "10 mx.town.example"), *host("mx.town.example")]
    hostile = seen("town.example", "TXT", '"<script>alert(1)</script>"')
    card = explain("town.example", observations=[*log, hostile])
    found = pages_of(new_markdown_cell("# A"), dutch("# A"), ran(card_bundle(card)))
    for code, words in (("nl", "geen record"), ("en", "no such record")):
        assert problems(found[code], tables=3) == []
        assert f"mx.<wbr>town.<wbr>example: {words}" in found[code]
        assert "<script>" not in found[code]


def test_a_cell_for_analysts_is_on_no_page():
    """Neither its prose nor what it shows, which may be anything."""
    tags = {"tags": ["analyst"]}
    widget = ran({"application/vnd.jupyter.widget-view+json": {}}, {"text/plain": "66.4"})
    widget.metadata.update(tags)
    found = pages_of(new_markdown_cell("# A"), widget, new_markdown_cell("Look!", metadata=tags))
    assert "66.4" not in found["en"]
    assert "Look!" not in found["en"]


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (new_output("stream", name="stdout", text="oh"), "printed text is not published"),
        (new_output("display_data", data={"image/png": "", "text/plain": "<Figure>"}),
         "a picture without a text alternative is not published"),
        (new_output("execute_result", data={"text/html": "<b>", "text/plain": "<Styler at 0x7f>"}),
         "<Styler at 0x7f> is not published"),
        (new_output("execute_result", data={"text/plain": "<object object at 0x7f10>"}),
         "<object object at 0x7f10> is not published"),
        (new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {}}),
         "a widget is not published"),
    ],
)  # fmt: skip
def test_anything_else_is_an_error_that_names_the_heading(output, problem):
    """An analyst reads which cell it is, and what to end it with."""
    cells = [new_markdown_cell("# A"), new_markdown_cell("## Which sector lags?"), ran()]
    cells[2].outputs = [output]
    found = read(new_notebook(cells=cells)).problems
    assert len(found) == 1
    assert found[0].startswith(f"In “Which sector lags?”: {problem}")
    assert "end the cell with a table or chart" in found[0]


def test_a_page_fits_a_screen_of_320_pixels(browser, page, tmp_path):
    """Only tables scroll, in their own region: the page itself never does (WCAG 1.4.10)."""
    (tmp_path / "page.html").write_text(page)
    seen = opened(browser, tmp_path / "page.html", width=320)
    assert seen.evaluate("document.documentElement.scrollWidth") == 320
    seen.close()


def test_the_navigation_has_what_readers_need_and_keeps_the_rest_folded():
    """Short titles in a fixed order; pages that are not there are left out; own ones stay."""
    files = ("90_own.html", "data.html", "55_gap.html", "index.html", "letters.html")
    links = tuple(Link(file, f"Question about {file}?") for file in files)
    page = Page("55_gap.html", Language("nl"), "Waar?", links=links)
    assert [link.title for link in page.bar] == ["Overzicht", "Achterstand", "Data"]
    assert [link.name for link in page.questions] == ["55_gap"]
    assert [link.name for link in page.more] == ["90_own", "letters"]


def test_the_navigation_is_one_line_and_leaves_the_first_screen_to_the_message(browser, tmp_path):
    """At 1280 pixels; folded at 320, where one action opens it. The current page is marked."""
    names = ["60_briefing", "30_adoption", "40_exchange_online", "50_changes", "55_gap", "58_pace"]
    names += ["organisations", "data", "index", "letters", "20_lookups"]
    links = tuple(Link(f"{name}.html", f"A long question about {name}?") for name in names)
    page = Page("55_gap.html", Language("nl"), "Waar?", "2026-10", links, "55_gap.en.html")
    document = read(new_notebook(cells=[new_markdown_cell("# Waar?")]))
    file = tmp_path / "55_gap.html"
    file.write_text(notebook_page(document, page), encoding="utf-8")
    wide = opened(browser, file)
    items = wide.locator("nav.wide > ul > li")
    boxes = [items.nth(number).bounding_box() for number in range(items.count())]
    assert len(boxes) == 10
    assert len({box["y"] for box in boxes}) == 1
    assert wide.locator("header").bounding_box()["height"] < 100
    assert wide.locator("a[aria-current]:visible").all_inner_texts() == ["Achterstand"]
    small = opened(browser, file, 320)
    assert small.locator("header").bounding_box()["height"] < 130
    assert not small.get_by_role("link", name="Briefing").is_visible()
    small.get_by_text("Menu").click()
    assert small.get_by_role("link", name="Briefing").is_visible()


def test_a_factsheet_shares_the_file_of_its_numbers_with_the_other_sectors():
    """One file with a sector column instead of one for every sector; the title is in words."""
    cells = [new_markdown_cell("# How?\n\n## Which ones?"), shown(caption(WIDE, "W", name="wide"))]
    document = read(new_notebook(cells=cells), part="gemeente", subject="gemeente")
    (table,) = document.outputs
    assert (table.name, table.shared) == ("wide-gemeente", "wide-by-sector")
    assert table.title == {"en": "Which ones?"}
    page = notebook_page(document, Page("70_page.html", Language("en"), "How?"))
    assert 'href="tables/wide-by-sector.csv"' in page
    assert 'href="tables/wide-gemeente' not in page


def test_a_heading_cannot_end_the_style_of_the_running_head():
    """What comes from a file is escaped for CSS and for HTML."""
    page = Page("x.html", Language("en"), 'a"; } </style> \\ é', "2026-10")
    shown = plain_page("withdrawn", page)
    head = r'@top-left { content: "a\22 ; \7d  \3c \2f style\3e  \5c  é – October 2026"; }'
    assert head in shown
    assert shown.count("</style>") == 1
