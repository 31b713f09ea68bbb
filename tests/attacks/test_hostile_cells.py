"""Values of files and of DNS that look like a fault of a page: they keep none from being published.

| front | tried | expected |
|---|---|---|
| MX host (DNS) | a path of a machine as a label | the laggard page is published, escaped |
| organisation (CSV) | a path, a traceback, HTML, nbconvert's missing alt | the same |
| organisation (CSV) | names whose anchors collide after numbering | no id is used twice |
"""

import html
import re

import pandas as pd
import pytest
from seen import host, name_servers, no_signals, seen
from tiny import LOAD, PARAMETERS, World

from v6monitor.dns import log
from v6monitor.pages.lint import problems
from v6monitor.report.runner import make

HOSTILE = {
    "aa": "/home/someone/reports",
    "bb": "Traceback (most recent call last)",
    "cc": '"><script>alert(1)</script><h1 onclick=x() id=content>',
    "dd": "No description has been provided for this image",
    "ee": "Dienst",
    "ff": "Dienst 2",
    "gg": "dienst",
    "hh": "C:\\Users\\x",
}
LISTS = [
    "# Who lags?",
    PARAMETERS,
    LOAD,
    "v6.chart.laggards_now(month.laggards)",
    "v6.chart.laggard_list(month.laggards)",
    "## Which hosts?",
    "month.mx_hosts",
    "## Which operators?",
    'month.mx_hosts.groupby("operator").size().rename("domains")',
    'v6.caption(month.owners, "The owners")',
]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Return the folder of a report on a list that is hostile in every cell, and its manifest."""
    world = World(tmp_path_factory.mktemp("hostile"))
    table = pd.read_csv(world.measured, dtype="str", keep_default_na=False)
    table["organisation"] = table["domain"].str[:2].map(HOSTILE)
    table.to_csv(world.measured, index=False)
    rows = []
    for name in HOSTILE:
        domain, mx = f"{name}.example", f"mx{name}./home/{name}.nl"
        rows += [seen(domain, "MX", f"10 {mx}"), *host(mx), *host(domain)]
        rows += [*no_signals(domain), *name_servers(domain, True, True)]
    subjects = [(f"{name}.example", kind) for name in HOSTILE for kind in ("mail", "web")]
    log.write(log.frame(rows), world.log, {"subjects": subjects, "resolvers": ["192.0.2.53"]})
    made = make(world.request(world.plan("lists", **{"40_exchange_online": LISTS})), _quiet)
    return world.out / "2026-10", made


def test_no_cell_keeps_a_page_from_being_published(published):
    """Every notebook has its page, in which the cells are text."""
    folder, made = published
    assert [one["status"] for one in made["notebooks"]] == ["ok"], made["notebooks"]
    page = (folder / "40_exchange_online.en.html").read_text(encoding="utf-8")
    for value in HOSTILE.values():
        assert html.escape(value) in page
    assert "mxaa./home/aa.<wbr>nl" in page


def test_no_page_has_an_element_or_an_id_that_a_cell_made(published):
    """Of all pages: elements, ids and headings are ours alone."""
    folder, _ = published
    for file in folder.rglob("*.html"):
        found = problems(text := file.read_text(encoding="utf-8"))
        assert [one for one in found if not re.match("[0-9]+ (figures|tables)", one)] == [], file
        assert "<script>alert" not in text


def test_a_path_in_our_own_words_is_still_found():
    """What an author writes about the own machine is a fault."""
    page = "<html lang=en><title>T</title><main><h1>Q</h1></main></html>"
    assert problems(page) == []
    assert problems(page, prose=["See /home/someone/x."]) == [
        "a path of the machine that made it: /home/s…"
    ]


def _quiet(*_: object) -> None:
    """Show nothing."""
