"""Opening pages in a browser."""

from pathlib import Path

from playwright.sync_api import Browser, Page


def opened(browser: Browser, file: Path, width: int = 1280) -> Page:
    """Open a page in a window of this width; checkers may run scripts in it, pages may not."""
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    page.goto(file.as_uri())
    return page
