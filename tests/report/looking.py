"""Opening pages in a browser, and auditing them."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

_EXTRA = ("target-size", "label-content-name-mismatch", "table-fake-caption", "td-has-header")
AUDIT = {"rules": {name: {"enabled": True} for name in _EXTRA}}
"""WCAG 2.2 AA and best practice are axe's defaults, but for these rules."""


def opened(browser: Browser, file: Path, width: int = 1280) -> Page:
    """Open a page in a window of this width; checkers may run scripts in it, others may not."""
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    page.goto(file.as_uri())
    return page


def axe_faults(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds or cannot decide, with all that unfolds unfolded: rule and place."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    told = Axe().run(page, options=AUDIT).response
    assert len(told["passes"]) > 15, "axe did not look"
    assert {"target-size"} <= {
        rule["id"] for kind in ("passes", "violations", "incomplete") for rule in told[kind]
    }
    return [
        (rule["id"], node["html"][:100])
        for rule in (*told["violations"], *told["incomplete"])
        for node in rule["nodes"][:2]
    ]
