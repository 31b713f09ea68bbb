"""Search, sort and filters of long tables, in a real browser; and the page without them."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from looking import axe_faults, opened
from playwright.sync_api import Browser, Page, expect

from v6monitor.charts.cells import Reference
from v6monitor.charts.tables import Part, parts_html, rows_html, table_html
from v6monitor.language import Language
from v6monitor.pages import page as report_page
from v6monitor.pages import pages
from v6monitor.pages.lint import problems

pytestmark = pytest.mark.slow  # a browser

HOSTILE = '<img src=x onerror="document.title=1">'
NAMES = ["Hof van Zürich", HOSTILE, *(f"Dienst {at}" for at in range(1, 29))]
ROWS = pd.DataFrame(
    {
        "organisation": NAMES,
        "domain": [f"d{at}.example" for at in range(30)],
        "sector": ["rijk", "gemeente"] * 15,
        "adoption": [float("nan"), *(at / 100 for at in range(9, 38))],
        "since": [dt.date(2026, 10, 30) - dt.timedelta(40 * at) for at in range(30)],
    }
)


NUMBERS = ROWS[["domain"]].assign(**{f"number_{at}": 10**at for at in range(6)})
"""Many numbers, which scroll on a phone; other tables are stacked there."""


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Callable[..., Page]:
    """Return a function that opens a page with the table, as the publisher serves it."""

    def show(code: str = "nl", rows: pd.DataFrame = ROWS, *, plain: bool = False) -> Page:
        file = tmp_path / f"page.{code}.html"
        file.write_text(_page(code, rows), encoding="utf-8")
        context = browser.new_context(java_script_enabled=not plain)
        page = context.new_page()
        page.goto(file.as_uri())
        return page

    return show


def _page(code: str, rows: pd.DataFrame = ROWS) -> str:
    language = Language(code)
    table = table_html(rows, language, "Achterblijvers")
    made = pages.plain_page("card", report_page.Page("page.html", language, "Vraag"), card=table)
    return pages.linked(made, {Reference("organisation", "Dienst 3"): "x/dienst-3.html"})


def rows_of(page: Page, column: int = 1) -> list[str]:
    """Return the visible cells of a column."""
    return page.locator(f"tbody tr:visible > :nth-child({column})").all_inner_texts()


def domains(page: Page) -> list[str]:
    """Return the visible domains, as numbers."""
    return [text[1:].removesuffix(".example") for text in rows_of(page, 2)]


def test_a_search_leaves_the_rows_that_have_all_its_words_and_says_how_many(shown):
    """Without regard to case and accents; an announced count, in both languages."""
    for code, all_rows, some in [
        ("nl", "30 van 30 rijen", "1 van 30 rijen"),
        ("en", "30 of 30 rows", "1 of 30 rows"),
    ]:
        page = shown(code)
        count = page.get_by_role("status")
        assert count.inner_text() == all_rows
        page.get_by_role("searchbox").fill("zurich HOF")
        assert domains(page) == ["0"]
        assert count.inner_text() == some
        page.get_by_role("searchbox").fill("")
        assert len(domains(page)) == 30


def test_headers_sort_numbers_dates_and_texts(shown):
    """Ascending, descending, as it was; what is empty is last, `aria-sort` says which."""
    page = shown()
    upward = [str(at) for at in range(30)]
    share = page.get_by_role("button", name="Aandeel met IPv6")
    header = page.get_by_role("columnheader", name="Aandeel met IPv6")
    for order, expected in [
        ("ascending", [*upward[1:], "0"]),
        ("descending", [*upward[:0:-1], "0"]),
        (None, upward),
    ]:
        share.click()
        assert header.get_attribute("aria-sort") == order
        assert domains(page) == expected
    page.get_by_role("columnheader").nth(4).get_by_role("button").click()
    assert domains(page) == upward[::-1]
    page.get_by_role("button", name="Organisatie").click()
    assert [one for one in rows_of(page) if one.startswith("D")][:3] == [
        "Dienst 1",
        "Dienst 2",
        "Dienst 3",
    ]
    assert page.locator("[aria-sort]").count() == 1


def test_a_sector_is_chosen_from_a_list(shown):
    """By its name in the reader's language; together with the search, part of a word too."""
    page = shown()
    page.get_by_label("Sector").select_option("Rijk")
    assert domains(page) == [str(at) for at in range(0, 30, 2)]
    page.get_by_role("searchbox").fill("d1 exam")
    assert domains(page) == ["10", "12", "14", "16", "18"]
    assert page.get_by_role("status").inner_text() == "5 van 30 rijen"


def test_a_group_and_a_sector_that_is_no_column_are_chosen_too(browser: Browser, tmp_path: Path):
    """Of 25 rows in two groups: 3 of the second, of which 1 of the sector chosen."""
    rows = pd.DataFrame({"domain": [f"d{at}.example" for at in range(25)], "involved": "Post"})
    rows["sector"] = ["rijk", *["gemeente"] * 24]
    parts = [Part("First: 22", (), rows[3:]), Part("Second: 3", (), rows[:3])]
    table = parts_html(parts, Language("en"), "Laggards")
    assert table.count('<th scope="col"') == 2
    file = tmp_path / "page.html"
    made = report_page.Page("page.html", Language("en"), "Question")
    file.write_text(pages.plain_page("card", made, card=table), encoding="utf-8")
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.goto(file.as_uri())
    page.get_by_label("Group").select_option("Second: 3")
    assert rows_of(page) == ["Second: 3", "d0.example", "d1.example", "d2.example"]
    page.get_by_label("Sector").select_option(label="Central government")
    assert rows_of(page) == ["Second: 3", "d0.example"]


def test_a_row_about_several_sectors_is_found_by_each(browser: Browser, tmp_path: Path) -> None:
    """A letter to a tenant of a municipality and a ministry; the list has each sector once."""
    sectors = ["Gemeenten; Rijk", *["Gemeenten"] * 23, "Rijk"]
    rows = [[f"brief {at}"] for at in range(25)]
    table = rows_html(["letter"], rows, Language("nl"), "Brieven", sectors)
    file = tmp_path / "page.html"
    made = report_page.Page("page.html", Language("nl"), "Vraag")
    file.write_text(pages.plain_page("card", made, card=table), encoding="utf-8")
    page = opened(browser, file)
    options = page.get_by_label("Sector").locator("option").all_inner_texts()
    assert options == ["Alle", "Gemeenten", "Rijk"]
    page.get_by_label("Sector").select_option("Rijk")
    assert rows_of(page) == ["brief 0", "brief 24"]


def test_on_a_phone_nothing_scrolls_sideways(shown: Callable[..., Page]) -> None:
    """Rows are below each other, each cell after the title of its column (WCAG 1.4.10)."""
    page = shown("nl", ROWS[:3])
    page.set_viewport_size({"width": 320, "height": 700})
    region = page.locator(".scroll")
    fits = "one => one.scrollWidth <= one.clientWidth && !one.hasAttribute('tabindex')"
    assert region.evaluate(fits)
    title = "one => getComputedStyle(one, '::before').content"
    cell = page.locator("tbody tr >> nth=0").locator("td >> nth=1")
    assert cell.evaluate(title) == '"Sector: "'
    row = page.get_by_role("table").get_by_role("row").nth(1)
    assert row.get_by_role("cell").count() == cell.locator("..").locator("td").count()
    assert row.get_attribute("role") == "row"


def test_a_table_that_scrolls_fades_where_there_is_more(shown):
    """At its right edge until it is scrolled to the end; one that fits does not fade."""
    page = shown(rows=NUMBERS)
    region = page.locator(".scroll")
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(region).to_have_css("--right", "0px")
    page.set_viewport_size({"width": 320, "height": 900})
    expect(region).to_have_css("--right", "48px")
    region.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
    expect(region).to_have_css("--right", "0px")


def test_all_of_it_works_by_keyboard(shown):
    """Tab goes to search, filter, headers and links in this order; Enter sorts."""
    page = shown()
    page.get_by_role("searchbox").focus()
    page.keyboard.type("dienst 3")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("[aria-sort=ascending]").inner_text() == "Organisatie"
    for _ in range(5):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Dienst 3"


def test_without_the_script_the_page_is_whole(shown):
    """All rows and links, no empty control, and the table can be reached by keyboard."""
    page = shown(plain=True)
    assert page.locator("tbody tr:visible").count() == 30
    assert page.locator("button, input, select, output").count() == 0
    assert page.get_by_role("region").get_attribute("tabindex") == "0"
    assert page.get_by_role("link", name="Dienst 3").get_attribute("href") == "x/dienst-3.html"


def test_a_short_table_gets_no_controls(shown):
    """Twenty rows are read, not searched; and a table that fits is no stop of the keyboard."""
    page = shown(rows=NUMBERS.head(20))
    assert page.locator("button, input, select, output").count() == 0
    assert page.get_by_role("region").get_attribute("tabindex") is None
    page.set_viewport_size({"width": 320, "height": 640})
    page.wait_for_selector(".scroll[tabindex='0']")


def test_the_head_stays_in_view(shown):
    """Of the window; of the table where that is too wide, and scrolls by itself."""
    for width in (1280, 320):
        page = shown(rows=NUMBERS)
        page.set_viewport_size({"width": width, "height": 500})
        page.wait_for_selector(".scroll.fits" if width > 320 else ".scroll[tabindex='0']")
        page.locator("tbody tr").nth(29).scroll_into_view_if_needed()
        top = 0 if width > 320 else page.get_by_role("region").bounding_box()["y"]
        assert page.locator("thead th").first.bounding_box()["y"] == pytest.approx(top, abs=2)


def test_what_a_cell_says_is_text(shown):
    """In the table, in the search and in a filter: nothing of it runs."""
    rows = ROWS.assign(operator=[HOSTILE, "b"] * 15)
    page = shown(rows=rows)
    page.get_by_label(rows_title("operator")).select_option(HOSTILE)
    assert len(domains(page)) == 15
    assert page.locator("img").count() == 0
    assert page.title() == "Vraag"


def rows_title(column: str) -> str:
    """Return the Dutch title of a column."""
    return Language("nl").label(column)


def test_no_other_script_runs(shown):
    """The policy allows these bytes by their hash, in both languages, and nothing else."""
    for code in ("nl", "en"):
        page = shown(code)
        refused = []
        page.on("console", lambda message, told=refused: told.append(message.text))
        page.evaluate(
            """() => { const s = document.createElement("script");
            s.textContent = "document.title = 'other'"; document.body.append(s); }"""
        )
        assert page.title() == "Vraag"
        assert any("Content Security Policy" in text for text in refused)
    made = _page("nl")
    assert problems(made) == []
    spoilt = made.replace('"use strict";', '"use strict"; ')
    assert "<script> is not allowed, unless it is tables.js" in problems(spoilt)


def test_print_shows_every_row_and_no_control(shown):
    """Also those that a search hid."""
    page = shown()
    page.get_by_role("searchbox").fill("zurich")
    page.emulate_media(media="print")
    assert page.locator("tbody tr:visible").count() == 30
    assert page.locator(".tools:visible").count() == 0
    boxes = page.locator(".sort").evaluate_all(
        "all => all.map((one) => one.getClientRects().length)"
    )
    assert boxes == [0] * 5, "a button, which Chromium leaves out of the head on the next page"


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_with_the_controls(browser, tmp_path, width):
    """Before and after a search and a sort."""
    file = tmp_path / "page.html"
    file.write_text(_page("nl"), encoding="utf-8")
    page = opened(browser, file, width)
    assert axe_faults(page) == []
    page.get_by_role("button").first.click()
    page.get_by_role("searchbox").fill("dienst 1")
    assert axe_faults(page) == []


def test_each_row_has_an_address_of_its_own():
    """The domain's; of a second table about it with a number."""
    language = Language("nl")
    table = table_html(ROWS.head(2), language, "Een")
    page = pages.plain_page("card", report_page.Page("x", language, "V"), card=table + table)
    for place in ("row-d0.example", "row-d1.example", "row-d0.example-2", "row-d1.example-2"):
        assert page.count(f'<tr id="{place}">') == 1
    assert problems(page) == []


def test_a_row_about_no_domain_has_the_address_of_its_first_cell():
    """An operator or sub-test is referred to as a domain is; the same again gets a number."""
    rows = pd.DataFrame({"operator": ["Zeefpost", "Zeefpost", "–"], "domains": [1, 2, 3]})
    page = pages.plain_page(
        "card",
        report_page.Page("x", Language("nl"), "V"),
        card=table_html(rows, Language("nl"), "Een"),
    )
    assert re.findall(r'<tr id="([^"]+)"', page) == ["row-zeefpost", "row-zeefpost-2"]
