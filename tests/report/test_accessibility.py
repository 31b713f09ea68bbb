"""Audit of the example report's pages: WCAG 2.2 AA and best practice, in a real browser."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pdf_ua
import pikepdf
import pytest
from looking import faults, of_every_state, opened

from v6monitor.errors import UsageError
from v6monitor.pages.pdf import browser as browser_there
from v6monitor.pages.pdf import print_pages

pytestmark = pytest.mark.slow  # a whole report

STOPS = ", ".join(
    f"{one}:visible" for one in ("a", "summary", "button", "input", "select", "[tabindex='0']")
)
PUBLISHER = Path(__file__).parents[2] / "data" / "publisher.yaml"


@pytest.fixture(scope="module")
def pages(example_archive: Path) -> list[Path]:
    """Return every page of the archive in both languages.

    Of the letters the longest and the shortest of each kind, and of the organisations one or more
    of every state.
    """
    found = set(example_archive.rglob("*.html"))
    (month,) = example_archive.glob("2*-*")
    letters = [file for file in (month / "letters").glob("*.html") if ".en." not in file.name]
    letters.sort(key=lambda file: (file.stat().st_size, file))
    kinds = {file.name.partition("-")[0]: file for file in letters}  # the longest of each
    kinds |= {f"short {file.name.partition('-')[0]}": file for file in reversed(letters)}
    wanted = {"letters": {file.name.partition(".")[0] for file in kinds.values()}}
    wanted["organisations"] = of_every_state(month / "organisations")
    assert len(wanted["organisations"]) > 8
    for folder, names in wanted.items():
        there = set((month / folder).glob("*.html"))
        found -= {page for page in there if page.name.partition(".")[0] not in names}
    found = sorted(found)
    english = {page for page in found if page.name.endswith(".en.html")}
    assert len(found) == 2 * len(english) >= 60
    return found


@pytest.mark.parametrize("width", [1280, 320])
def test_nobody_is_kept_from_a_page(browser, pages, width):
    """No fault of axe (WCAG 2.2 AA, best practice), small target, unclear link or empty cell."""
    found = {}
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    for file in pages:
        page.goto(file.as_uri())
        if wrong := faults(page):
            found[file.name] = wrong
    assert found == {}


@pytest.mark.parametrize(
    ("index", "link"),
    [("index.html", "Zoek een organisatie"), ("index.en.html", "Find an organisation")],
)
def test_an_organisation_is_found_from_the_archive_in_two_actions(
    browser, example_archive, index, link
):
    """A link to the newest list, in which a name leads to its page; a search narrows it."""
    page = opened(browser, example_archive / index)
    page.get_by_role("link", name=link).click()
    page.wait_for_load_state()
    names = page.locator("tbody th a")
    assert names.count() > 500
    name = names.nth(300).inner_text()
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == name
    page.go_back()
    page.get_by_role("searchbox").fill(name)
    assert page.locator("tbody tr:visible").count() < 5
    assert page.get_by_role("status").inner_text().split()[0].isdigit()
    assert page.get_by_role("combobox").count() == 2


@pytest.mark.parametrize(("width", "size"), [(320, "100%"), (1280, "200%")])
def test_only_tables_scroll_sideways(browser, pages, width, size):
    """At 320 pixels (WCAG 1.4.10) and with letters twice as large (1.4.4)."""
    found = {}
    for file in pages:
        page = opened(browser, file, width)
        page.add_style_tag(content=f"html {{ font-size: {size} !important }}")
        page.evaluate("new Promise((done) => setTimeout(done, 100))")  # what watches sizes
        found[file.name] = page.evaluate("document.documentElement.scrollWidth")
        page.close()
    assert found == dict.fromkeys(found, width)


def test_the_keyboard_goes_through_a_page_in_reading_order(browser, pages):
    """The first stop skips to the content; every stop is seen, and none is before the last."""
    for file in pages:
        page = opened(browser, file)
        stops = []
        while True:
            page.keyboard.press("Tab")
            stop = page.evaluate(
                """() => { const e = document.activeElement;
                const all = [...document.querySelectorAll("*")];
                const box = e.getBoundingClientRect(), style = getComputedStyle(e);
                return e === document.body ? null : [all.indexOf(e), e.className,
                    box.width > 0 && box.height > 0 && box.right > 0,
                    style.outlineStyle !== "none"]; }"""
            )
            if stop is None or (stops and stop[0] <= stops[-1][0]):
                break
            stops.append(stop)
        assert stops[0][1] == "skip", file.name
        links = page.locator(STOPS).count()
        assert len(stops) == links, file.name
        assert all(seen and outlined for _, _, seen, outlined in stops), file.name
        page.close()


def test_pages_refer_to_each_other_and_to_nothing_else(example_archive, pages):
    """Every link leads to a file of the archive or to the publisher, every anchor to a place."""
    outside = set(re.findall(r": (https://\S+)", PUBLISHER.read_text(encoding="utf-8")))
    for file in pages:
        text = file.read_text(encoding="utf-8")
        for target in re.findall(r'(?:href|src)="([^"]*)"', text):
            if target.startswith(("data:", "mailto:")) or target in outside:
                continue
            place, _, anchor = target.partition("#")
            there = (file.parent / place).resolve() if place else file.resolve()
            assert there.is_file(), f"{file.name}: {target}"
            assert example_archive.resolve() in there.parents, f"{file.name}: {target}"
            assert not anchor or f'id="{anchor}"' in there.read_text(encoding="utf-8")


def test_a_pdf_is_the_page_with_its_tags(browser, example_archive, tmp_path):
    """`--pdf` prints all of a page, as PDF/UA, and nothing of the place it was printed in."""
    letters = sorted(example_archive.glob("*/letters/*.html"))[::8]
    sources = [*example_archive.glob("*/[0-9l]*.html"), *letters]
    pages = [Path(shutil.copy(source, tmp_path)) for source in sources]
    assert len(pages) > 50
    print_pages(pages, tmp_path, lambda *_: None)
    for page in pages:
        with pikepdf.open(page.with_suffix(".pdf")) as pdf:
            assert pdf_ua.faults_of(pdf) == []
            roles = Counter(str(one.S) for one in pdf_ua.elements(pdf.Root.StructTreeRoot))
            assert not [one for one in pdf.objects if str(tmp_path) in repr(one)]
        shown = page.read_text(encoding="utf-8")
        shown = re.sub(r"<details.*?</details>", "", shown, flags=re.DOTALL)  # not on paper
        assert roles["/Table"] == shown.count("<table")
        assert roles["/Figure"] == shown.count("<figure")


@pytest.mark.parametrize("page", ["60_briefing.html", "60_briefing.en.html"])
def test_the_briefing_prints_on_two_pages(browser, example_archive, page):
    """On A4, in both languages, with letters that can be read."""
    printed = opened(browser, next(example_archive.glob(f"*/{page}"))).pdf(
        prefer_css_page_size=True
    )
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2


def test_without_a_browser_pdf_says_what_to_install(monkeypatch):
    """The option fails before anything is made."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="install Chromium"):
        browser_there()
