"""Opening pages in a browser, and auditing them."""

import re
from collections import Counter
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

_EXTRA = ("target-size", "label-content-name-mismatch", "table-fake-caption", "td-has-header")
AUDIT = {"rules": {name: {"enabled": True} for name in _EXTRA}}
"""WCAG 2.2 AA and best practice are axe's defaults, but for these rules."""

_STATE = re.compile(r"<(?:td|strong)>([^<\d.]{2,60})</")
_UNFOLD = "document.querySelectorAll('details').forEach((one) => (one.open = true))"
_SEEN = """async () => {
  await new Promise((done) => setTimeout(done, 50));  // what watches sizes
  const all = (wanted) => [...document.querySelectorAll(wanted)];
  const shown = (one) => one.checkVisibility() && one.getBoundingClientRect().right > 0;
  const inSentence = (one) => getComputedStyle(one).display === "inline"
    && one.closest("p, li").textContent.trim().length > one.textContent.trim().length;
  const named = (one) => (one.getAttribute("aria-label") ?? one.textContent).trim();
  const shared = {};
  for (const one of all("main a[href]"))
    (shared[named(one)] ??= new Set()).add(one.getAttribute("href"));
  const summaries = all("main summary").map(named);
  return {
    small: all("a, summary, button, input, select").filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      return shown(one) && (width < 24 || height < 24) && !inSentence(one);
    }).map((one) => one.outerHTML.slice(0, 120)),
    stops: all(".scroll").filter(shown).filter((one) => {
      const scrolls = one.scrollWidth > one.clientWidth
        || (one.scrollHeight > one.clientHeight && getComputedStyle(one).overflowY !== "visible");
      return scrolls !== one.hasAttribute("tabindex");
    }).map((one) => one.getAttribute("aria-label")),
    empty: all("td, th").filter((one) => !one.textContent.trim()).map((one) => one.outerHTML),
    unclear: [
      ...Object.keys(shared).filter((name) => shared[name].size > 1),
      ...summaries.filter((name, at) => summaries.indexOf(name) !== at),
    ],
    wide: document.documentElement.scrollWidth > innerWidth ? [document.title] : [],
  };
}"""


def opened(browser: Browser, file: Path, width: int = 1280) -> Page:
    """Open a page in a window of this width; checkers may run scripts in it, others may not."""
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    page.goto(file.as_uri())
    return page


def axe_faults(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds or cannot decide, with all that unfolds unfolded: rule and place."""
    page.evaluate(_UNFOLD)
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


def faults(page: Page) -> dict[str, list[str]]:
    """Return what is wrong with a page with all unfolded, by kind, those of axe among them.

    ``small``: less than 24 pixels to press, outside a sentence (WCAG 2.5.8); ``stops``: a region
    that takes the keyboard's focus and does not scroll, or the other way round; ``empty``: a cell
    that says nothing; ``unclear``: one name for links to two places, or for two summaries
    (2.4.9); ``wide``: the page scrolls sideways (1.4.10).
    """
    axe = [f"{rule}: {place}" for rule, place in axe_faults(page)]
    found: dict[str, list[str]] = page.evaluate(_SEEN)
    return {kind: places[:3] for kind, places in ({"axe": axe} | found).items() if places}


def of_every_state(folder: Path, most: int = 12) -> set[str]:
    """Return the names of pages that together show each state, group and reason in a folder.

    These are the cells and bold words without digits and dots that are on two pages or more. The
    largest page is always among them.
    """
    pages = [file for file in folder.glob("*.html") if not file.name.endswith(".en.html")]
    words = {file: set(_STATE.findall(file.read_text(encoding="utf-8"))) for file in pages}
    times = Counter(word for found in words.values() for word in found)
    missing = {word for word, number in times.items() if number > 1}
    chosen = [max(sorted(pages), key=lambda file: file.stat().st_size)]
    while missing and len(chosen) < most:
        missing -= words[chosen[-1]]
        chosen.append(max(sorted(pages), key=lambda file: len(words[file] & missing)))
    return {file.name.partition(".")[0] for file in chosen}
