"""Accessibility of withdrawn reports and of the pages that mention them."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from looking import opened

from v6monitor.report import archive
from v6monitor.report.transactions import withdraw

pytestmark = pytest.mark.slow  # a whole report


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(browser, example_archive, tmp_path, width):
    """No violation, and nothing undecided: the archive's pages and two of the report's."""
    out = shutil.copytree(example_archive, tmp_path / "archive")
    (month,) = archive.months(out)
    withdraw(out, month["period"], "The resolver hid IPv6 addresses.")
    report = out / month["period"]
    files = [out / "index.html", out / "index.en.html"]
    files += [report / "index.html", report / "60_briefing.en.html"]
    for file in files:
        page = opened(browser, file, width)
        told = Axe().run(page).response
        assert "ingetrokken" in page.content() or "withdrawn" in page.content()
        assert [rule["id"] for rule in (*told["violations"], *told["incomplete"])] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.close()
