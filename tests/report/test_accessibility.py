"""Audit of the example report's pages: WCAG 2.2 AA and best practice, in a real browser."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pdf_ua
import pikepdf
import pytest
from looking import axe_faults, opened

from v6monitor.errors import UsageError
from v6monitor.report.pdf import print_pages

pytestmark = pytest.mark.slow  # a whole report

STOPS = ", ".join(
    f"{one}:visible" for one in ("a", "summary", "button", "input", "select", "[tabindex='0']")
)
PUBLISHER = Path(__file__).parents[2] / "data" / "publisher.yaml"


@pytest.fixture(scope="module")
def pages(example_archive: Path) -> list[Path]:
    """Return every page of the archive, the longest letter and organisation: twins of each."""
    found = set(example_archive.rglob("*.html"))
    for folder in ("letters", "organisations"):
        there = set(example_archive.rglob(f"{folder}/*.html"))
        longest = max(there, key=lambda page: page.stat().st_size).name.partition(".")[0]
        found -= {page for page in there if page.name.partition(".")[0] != longest}
    found = sorted(found)
    english = {page for page in found if page.name.endswith(".en.html")}
    assert len(found) == 2 * len(english) >= 18
    return found


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(browser, pages, width):
    """No violation, and nothing that axe could not decide."""
    found = {}
    for file in pages:
        page = opened(browser, file, width)
        if faults := axe_faults(page):
            found[file.name] = faults
        page.close()
    assert found == {}


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
    pages = []
    for name in ("60_briefing", "40_exchange_online.en", "letters/operator-zeefpost"):
        source = next(example_archive.glob(f"*/{name}.html"))
        pages.append(Path(shutil.copy(source, tmp_path)))
    print_pages(pages)
    for page in pages:
        with pikepdf.open(page.with_suffix(".pdf")) as pdf:
            assert pdf_ua.faults_of(pdf) == []
            roles = Counter(str(one.S) for one in pdf_ua.elements(pdf.Root.StructTreeRoot))
            assert not [one for one in pdf.objects if str(tmp_path) in repr(one)]
        shown = page.read_text(encoding="utf-8")
        assert roles["/Table"] == shown.count("<table")
        assert roles["/Figure"] == shown.count("<figure")


@pytest.mark.parametrize("page", ["60_briefing.html", "60_briefing.en.html"])
def test_the_briefing_prints_on_two_pages(browser, example_archive, page):
    """On A4, in both languages."""
    printed = opened(browser, next(example_archive.glob(f"*/{page}"))).pdf(
        prefer_css_page_size=True
    )
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2


def test_without_a_browser_pdf_says_what_to_install(monkeypatch):
    """The option fails before anything is made."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="install Chromium"):
        print_pages([])
